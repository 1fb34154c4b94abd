// The page that checks a proof: two files, and what they prove. Nobody is asked for anything, unless the reader wants the node's own
// genesis file.

import { toHex } from "./proof-bytes.js";
import { isSupported } from "./proof-key.js";
import { Failed, verify } from "./proof.js";

/** A page has a view for each language that it is in. */
const views = Array.from(document.querySelectorAll("[data-verify]"));
const chosen = { proof: null, genesis: null };
let newest = 0;

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

function classed(name, ...children) {
  const made = element("p", ...children);
  made.className = name;
  return made;
}

/** Text of others without what moves it, turns its direction or cannot be seen. */
function plain(text) {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, (one) => `\\u{${one.codePointAt(0).toString(16)}}`);
}

function foreign(text) {
  return element("bdi", plain(text));
}

function textOfView(view, name) {
  return view.querySelector(`[data-text="${name}"]`).textContent;
}

/** A text of the page with what stands in its braces put in. */
function filled(view, name, values) {
  const parts = textOfView(view, name).split(/\{(\w+)\}/);
  return parts.map((part, at) => (at % 2 === 0 ? part : element("b", values[part])));
}

function utc(time) {
  const isDate = time < 8_640_000_000_000_000n;
  return isDate ? `${new Date(Number(time)).toISOString().slice(0, 19).replace("T", " ")} UTC` : `${time} ms`;
}

function cell(value) {
  if (typeof value === "string") return foreign(value);
  if (value === null) return element("code", "NULL");
  return element("code", value instanceof Uint8Array ? `x'${toHex(value)}'` : value.toString());
}

function rows(view, { kind, columns, primaryKey, cells }) {
  const names = kind === "absent" ? primaryKey : columns;
  const heading = (name) => {
    const made = element("th", textOfView(view, name));
    made.scope = "col";
    return made;
  };
  const row = (name, at) => {
    const header = element("th", foreign(name));
    header.scope = "row";
    return element("tr", header, element("td", cell(cells[at])));
  };
  const table = element("table", element("thead", element("tr", heading("column"), heading("value"))), element("tbody", ...names.map(row)));
  table.className = "table";
  const scroll = element("div", table);
  scroll.className = "scroll";
  scroll.tabIndex = 0;
  return scroll;
}

function proved(view, { claim, height, time, ledger, ledgerName, certifiedHeight, signers, validators }) {
  const signed = filled(view, "signed", { height: `${certifiedHeight}`, signers: `${signers.length}`, validators: `${validators}` });
  const who = signers.flatMap(({ member, name }, at) => [at === 0 ? "" : ", ", foreign(name), " (", element("code", foreign(member)), ")"]);
  const id = element("code", ledger);
  id.className = "hash";
  return [
    element("h2", `✓ ${textOfView(view, "proved")}`),
    classed("lead", ...filled(view, `claim-${claim.kind}`, { height: `${height}`, time: utc(time), table: foreign(claim.table) })),
    rows(view, claim),
    element("p", textOfView(view, "ledger"), " ", element("b", foreign(ledgerName)), element("br"), id),
    element("p", ...signed, ": ", ...who),
    classed("hint", textOfView(view, "caveat")),
  ];
}

function failed(view, { step, reason }) {
  const detail = classed("detail", plain(reason));
  detail.lang = "en";
  return [
    element("h2", `✗ ${textOfView(view, "failed")}`),
    classed("lead", ...filled(view, "at-step", { step: element("code", step) }), " ", textOfView(view, `step-${step}`)),
    detail,
    element("p", textOfView(view, "do-not-rely")),
  ];
}

/** Shows what `make` makes for each view; `state` is how it looks. */
function show(state, make) {
  for (const view of views) {
    const place = view.querySelector("[data-verdict]");
    place.dataset.state = state;
    place.replaceChildren(...make(view));
  }
}

const say = (state, name) => show(state, (view) => [element("p", textOfView(view, name))]);

/** Takes a file for one of the two; each view shows its name as if it was chosen there. */
function choose(name, file) {
  chosen[name] = file;
  const held = new DataTransfer();
  if (file) held.items.add(file);
  for (const view of views) view.querySelector(`[data-file="${name}"]`).files = held.files;
}

async function check() {
  newest += 1;
  const mine = newest;
  const isNewest = () => mine === newest;
  if (!chosen.proof) return say("waits", "missing-proof");
  if (!chosen.genesis) return say("waits", "missing-genesis");
  say("waits", "working");
  if (!(await isSupported())) return say("failed", "unsupported");
  try {
    const files = [chosen.proof, chosen.genesis].map(async (file) => new Uint8Array(await file.arrayBuffer()));
    const result = await verify(...(await Promise.all(files)));
    if (isNewest()) show("proved", (view) => proved(view, result));
  } catch (error) {
    if (!isNewest()) return undefined;
    if (error instanceof Failed) return show("failed", (view) => failed(view, error));
    if (error instanceof DOMException) return say("failed", "unreadable");
    throw error;
  }
  return undefined;
}

/** Which of the two a dropped file is. */
async function slotOf(file) {
  const beginning = await file.slice(0, 64).text();
  return beginning.includes("counterfoil-proof/") ? "proof" : "genesis";
}

for (const view of views) {
  for (const input of view.querySelectorAll("[data-file]")) {
    input.addEventListener("change", () => {
      choose(input.dataset.file, input.files[0] ?? null);
      check();
    });
  }
  view.querySelector("[data-own]")?.addEventListener("click", async () => {
    try {
      const response = await fetch("/v1/genesis", { credentials: "omit", redirect: "error" });
      if (!response.ok) throw new TypeError(response.statusText);
      choose("genesis", new File([await response.arrayBuffer()], "genesis.json"));
      check();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      say("failed", "unreadable");
    }
  });
}

addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", async (event) => {
  event.preventDefault();
  for (const file of Array.from(event.dataTransfer.files)) choose(await slotOf(file), file);
  check();
});

/** In a file with both languages: shows the reader's, and a button for the other. */
function chooseLanguage() {
  const halves = Array.from(document.querySelectorAll("[data-half]"));
  if (halves.length < 2) return;
  const button = document.querySelector("[data-switch]");
  const turnTo = (language) => {
    for (const half of halves) half.hidden = half.lang !== language;
    const [here, other] = halves.toSorted((one) => (one.hidden ? 1 : -1));
    document.documentElement.lang = here.lang;
    document.title = textOfView(here, "title");
    button.lang = other.lang;
    button.textContent = other.dataset.half;
    button.onclick = () => turnTo(other.lang);
  };
  const liked = navigator.languages.map((tag) => tag.split("-")[0]);
  turnTo((halves.find(({ lang }) => liked.find((tag) => ["en", "zh"].includes(tag)) === lang.split("-")[0]) ?? halves[0]).lang);
  button.hidden = false;
}

chooseLanguage();
