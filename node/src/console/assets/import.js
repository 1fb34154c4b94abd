// Imports invoices from files as `counterfoil invoice import` does: the same content has the same idempotency key, so it is issued once.

import { Told, detailOf, reason, text, working } from "./form.js";
import { Refused, ask } from "./ledger.js";
import { issuedBefore, noteIssued } from "./imported.js";

const { key } = document.documentElement.dataset;
const by = (id) => document.getElementById(id);

/** Documents of one request at most, and bytes of them: a request is at most 8 MiB. */
const BATCH = 100;
const BATCH_BYTES = 4 * 1024 * 1024;
const DOCUMENT_BYTES = 8 * 1024 * 1024 - 64 * 1024;
/** The reference of what was sealed is used: an earlier import has issued it. */
const USED = "invoice/48";

const counts = { done: 0, known: 0, waiting: 0, refused: 0, unsettled: 0 };
const rules = new Map();
let results = [];
let stopped = false;

async function identity(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `import-${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The invoices of a file: itself, or each line of it. */
async function* documents(file) {
  const isXml = /\.xml$/i.test(file.name);
  const type = isXml ? "application/xml" : "application/json";
  if (!/\.ndjson$|\.jsonl$/i.test(file.name)) {
    if (file.size > DOCUMENT_BYTES) throw new Told(`${text("unreadable")} ${file.name}`);
    yield { name: file.name, type, bytes: new Uint8Array(await file.arrayBuffer()) };
    return;
  }
  let at = 0;
  for await (const line of lines(file)) {
    at += 1;
    if (line.trim()) yield { name: `${file.name}:${at}`, type, bytes: new TextEncoder().encode(line.trim()) };
  }
}

/** The lines of a text, while it comes. */
async function* lines(source) {
  const reader = source.stream().pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const parts = (rest + read.value).split("\n");
    rest = parts.pop();
    yield* parts;
  }
  if (rest) yield rest;
}

/** The rule where a refusal's detail begins with one, such as `BR-CO-15`; else its code. */
function ruleOf({ code = "", detail = "" }) {
  const first = detail.split(":")[0];
  return first.length <= 16 && first.includes("-") && !first.includes(" ") ? `${code} ${first}` : code;
}

function note(document, { status, problem, output, waiting }) {
  if (status === 200 || problem?.code === USED) counts[status === 200 ? "done" : "known"] += 1;
  else if (status === 202) counts.waiting += 1;
  else if (status === 429 || status >= 500 || !status) counts.unsettled += 1;
  else {
    counts.refused += 1;
    const rule = ruleOf(problem);
    const before = rules.get(rule) ?? { count: 0, first: document.name, text: reason({ code: problem.code, message: problem.detail }).text, detail: problem.detail };
    rules.set(rule, { ...before, count: before.count + 1 });
  }
  results.push(`${JSON.stringify({ document: document.name, id: document.id, status, output, waiting, problem })}\n`);
  return status === 200 || problem?.code === USED;
}

function show(read, all) {
  for (const [name, count] of Object.entries(counts)) by(name).textContent = count;
  by("bar").max = Math.max(all, 1);
  by("bar").value = read;
  by("rules").hidden = rules.size === 0;
  const body = by("refusals");
  body.replaceChildren();
  const names = Array.from(by("rules").querySelectorAll("th"), (one) => one.textContent);
  for (const [rule, { count, first, text: told, detail }] of Array.from(rules).sort((a, b) => b[1].count - a[1].count)) {
    const row = body.insertRow();
    for (const value of [rule, count, first]) row.insertCell().textContent = value;
    row.insertCell().append(told, ...detailOf({ detail }));
    row.cells[1].className = "count";
    names.forEach((name, at) => (row.cells[at].dataset.label = name));
  }
}

/** Sends a batch, and notes what becomes of each as it is told. */
async function send(batch) {
  const form = new FormData();
  for (const { id, name, type, bytes } of batch) form.append(id, new Blob([bytes], { type }), name);
  const response = await ask("/v1/invoices", { method: "POST", headers: { "counterfoil-key": key }, body: form });
  let at = 0;
  const issued = [];
  for await (const line of lines({ stream: () => response.body })) {
    if (line && note(batch[at], JSON.parse(line))) issued.push(batch[at].id);
    if (line) at += 1;
  }
  await noteIssued(issued);
}

async function run(files) {
  const before = await issuedBefore();
  const all = files.reduce((sum, file) => sum + file.size, 0);
  const seen = new Set();
  let [batch, bytes, read] = [[], 0, 0];
  const flush = async () => {
    if (batch.length) await send(batch);
    [batch, bytes] = [[], 0];
    show(read, all);
  };
  for (const file of files) {
    for await (const document of documents(file)) {
      if (stopped) return flush();
      const id = await identity(document.bytes);
      read += document.bytes.length;
      if (before.has(id) || seen.has(id)) {
        counts.known += 1;
        continue;
      }
      seen.add(id);
      if (batch.length === BATCH || bytes + document.bytes.length > BATCH_BYTES) await flush();
      batch.push({ ...document, id });
      bytes += document.bytes.length;
    }
  }
  read = all;
  return flush();
}

function begin() {
  for (const name of Object.keys(counts)) counts[name] = 0;
  rules.clear();
  results = [];
  stopped = false;
  by("progress").hidden = false;
  by("stop").hidden = false;
  by("results").hidden = true;
}

function end() {
  by("stop").hidden = true;
  if (!results.length) return;
  URL.revokeObjectURL(by("results").href);
  by("results").href = URL.createObjectURL(new Blob(results, { type: "application/x-ndjson" }));
  by("results").hidden = false;
}

by("import").addEventListener("submit", (event) => {
  event.preventDefault();
  const files = Array.from(by("files").files);
  working(async () => {
    if (!files.length) throw new Told(text("no-files"));
    begin();
    by("stop").disabled = false;
    try {
      await run(files);
    } catch (error) {
      // A file that the browser cannot read is no fault of the node.
      if (error instanceof Refused || error instanceof Told || !(error instanceof DOMException)) throw error;
      throw new Told(`${text("unreadable")} ${error.message}`);
    } finally {
      end();
    }
  });
});

by("stop").addEventListener("click", () => (stopped = true));
