// Many payments out of one account: read from CSV or NDJSON, checked here line by line, and sent in batches that are done whole or not at
// all. The same lines sent twice from one view of the page are paid once.

import { grouped } from "./amounts.js";
import { Told, show, text, working } from "./form.js";
import { ask, digits } from "./ledger.js";

const by = (id) => document.getElementById(id);
const form = by("batch");
const { key } = document.documentElement.dataset;
const { id, action, from, asset, done } = form.dataset;
const decimals = Number(form.dataset.decimals);
const NAMES = ["to", "amount", "reference", "end_to_end_id"];
const SHOWN = 20;
// A batch is a part of a block, and is waited for: some thousand legs take a moment only.
const LEGS = Math.min(1_000, Number(form.dataset.legs));

/** The rows of CSV (RFC 4180), each with the line on which it begins. */
function rows(csv) {
  const all = [];
  let line = 1;
  let row = { line, cells: [""] };
  let quoted = false;
  for (let at = 0; at < csv.length; at += 1) {
    const character = csv[at];
    if (quoted) {
      if (character === '"' && csv[at + 1] === '"') row.cells[row.cells.length - 1] += csv[(at += 1)];
      else if (character === '"') quoted = false;
      else row.cells[row.cells.length - 1] += character;
      if (character === "\n") line += 1;
    } else if (character === '"' && row.cells.at(-1) === "") quoted = true;
    else if (character === ",") row.cells.push("");
    else if (character === "\n") {
      all.push(row);
      line += 1;
      row = { line, cells: [""] };
    } else if (character !== "\r") row.cells[row.cells.length - 1] += character;
  }
  all.push(row);
  return all.filter(({ cells }) => cells.some((cell) => cell.trim() !== ""));
}

function fromCsv(csv) {
  const all = rows(csv);
  const head = all[0]?.cells.map((cell) => cell.trim().toLowerCase()) ?? [];
  const names = head.includes("to") ? head : NAMES;
  return all.slice(head.includes("to") ? 1 : 0).map(({ line, cells }) => {
    const leg = Object.fromEntries(cells.map((cell, at) => [names[at], cell.trim()]).filter(([, cell]) => cell !== ""));
    return { line, leg: cells.length > names.length || names.some((name) => !NAMES.includes(name)) ? null : leg };
  });
}

function fromNdjson(lines) {
  const read = (one) => {
    try {
      const leg = JSON.parse(one);
      const isLeg = leg && typeof leg === "object" && Object.entries(leg).every(([name, value]) => NAMES.includes(name) && typeof value === "string");
      return isLeg ? leg : null;
    } catch {
      return null;
    }
  };
  return lines.split("\n").map((one, at) => ({ line: at + 1, one: one.trim() })).filter(({ one }) => one).map(({ line, one }) => ({ line, leg: read(one) }));
}

/** An amount in the smallest unit; nothing if it is none. */
function minor(amount) {
  const found = /^(\d{1,18})(?:\.(\d+))?$/.exec(amount ?? "");
  if (!found || (found[2] ?? "").length > decimals) return null;
  const value = BigInt(found[1] + (found[2] ?? "").padEnd(decimals, "0"));
  return value > 0n ? value : null;
}

/** What is wrong with a leg, as the id of the text that says it; nothing if all is right. */
function wrong(leg) {
  if (!leg) return "line-form";
  if (!/^[a-z0-9][a-z0-9._-]{0,63}\/[a-z0-9][a-z0-9._-]{0,63}$/.test(leg.to ?? "")) return "line-account";
  if (leg.to === from) return "line-self";
  if (minor(leg.amount) === null) return "line-amount";
  const fits = (value, most) => value === undefined || (Array.from(value).length <= most && !/\p{Cc}/u.test(value));
  return fits(leg.reference, 140) && fits(leg.end_to_end_id, 35) ? null : "line-text";
}

function row(cells) {
  const made = document.createElement("tr");
  for (const [className, value] of cells) {
    const cell = document.createElement("td");
    cell.className = className;
    cell.textContent = value;
    made.append(cell);
  }
  return made;
}

let legs = [];

function preview(read) {
  const bad = read.map(({ line, leg }) => ({ line, why: wrong(leg) })).filter(({ why }) => why);
  const good = read.filter(({ leg }) => !wrong(leg));
  legs = bad.length ? [] : good.map(({ leg }) => leg);
  by("batch-sum").textContent = good.length;
  by("batch-total").textContent = `${grouped(good.reduce((sum, { leg }) => sum + minor(leg.amount), 0n), decimals)} ${asset}`;
  by("batch-wrong").hidden = bad.length === 0;
  by("batch-wrong-lines").replaceChildren(...bad.slice(0, SHOWN).map(({ line, why }) => row([["count", line], ["", text(why)]])));
  by("batch-first").replaceChildren(
    ...good.slice(0, SHOWN).map(({ line, leg }) => row([["count", line], ["", leg.to], ["", leg.reference ?? ""], ["amount", grouped(minor(leg.amount), decimals)]])),
  );
  by("batch-send").disabled = legs.length === 0;
  by("batch-preview").hidden = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  // Before the buttons rest, so that it is not among those that work again afterwards.
  by("batch-send").disabled = true;
  working(async () => {
    by("batch-preview").hidden = true;
    const file = by("batch-file").files[0];
    if (file && by("batch-lines").value.trim()) throw new Told(text("batch-both"));
    const given = (file ? await file.text() : by("batch-lines").value).replace(/^\uFEFF/, "");
    const read = given.trimStart().startsWith("{") ? fromNdjson(given) : fromCsv(given);
    if (read.length === 0) throw new Told(text("batch-empty"));
    preview(read);
  });
});

async function pay(batch, at) {
  const body = JSON.stringify({ asset, from, legs: batch });
  const headers = { "content-type": "application/json", "counterfoil-key": key, "idempotency-key": `${id}-${at}-${await digits(body)}` };
  return ask(action, { method: "POST", headers, body });
}

by("batch-send").addEventListener("click", () => {
  working(async () => {
    by("batch-progress").hidden = false;
    by("batch-bar").max = legs.length;
    let waits = false;
    for (let at = 0; at < legs.length; at += LEGS) {
      const batch = legs.slice(at, at + LEGS);
      waits = (await pay(batch, at)).status === 202 || waits;
      by("batch-bar").value = at + batch.length;
      by("batch-done").textContent = at + batch.length;
    }
    if (waits) by("waits").hidden = false;
    else location.assign(done);
  }).catch(show);
});
