// Forms of the console: `<form data-action="/v1/…">` sends its inputs as JSON and has the key of the seat sign.
//
// An input's `data-field` is the JSON Pointer of its value, `data-type` how it is read: text (else), `integer`, `json`, `lines` and
// `words` (lists of texts), `boolean`. Empty inputs are left out. Checked boxes with the same `data-list` are a list. `data-confirm` is asked first. What waits for signatures shows `#waits`.
// `data-done` is where to go when it is done; `{name}` in it stands for a member of the answer. Without it the page is loaded again.

import { Told, show, text, working, wrongAt } from "./form.js";
import { ask, digits } from "./ledger.js";

const { key } = document.documentElement.dataset;

/** Nothing is done yet: an element of the page says what to do. */
class Waits extends Error {
  constructor(element) {
    super();
    this.element = element;
  }
}

export class Wrong extends Error {
  constructor(input) {
    super();
    this.input = input;
  }
}

function read(input) {
  const value = input.value.trim();
  switch (input.dataset.type) {
    case "boolean":
      return input.type === "checkbox" ? input.checked : value === "true";
    case "integer":
      if (!/^-?\d{1,15}$/.test(value)) throw new Wrong(input);
      return Number(value);
    case "json":
      try {
        return JSON.parse(value);
      } catch {
        throw new Wrong(input);
      }
    case "words":
      return value.split(/\s+/).filter(Boolean);
    case "lines":
      return value.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
    default:
      return value;
  }
}

/** Puts a value at a JSON Pointer. */
function put(root, pointer, value) {
  const names = pointer.split("/").slice(1).map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  let at = root;
  names.forEach((name, depth) => {
    if (depth === names.length - 1) at[name] = value;
    else at = at[name] ??= /^\d+$/.test(names[depth + 1]) ? [] : {};
  });
}

/** What a form says, as the JSON that is sent. */
export function given(form) {
  const value = {};
  for (const input of form.querySelectorAll("[data-field]")) {
    if (input.disabled || (input.type === "radio" && !input.checked)) continue;
    const isBox = input.type === "checkbox";
    if (isBox && input.dataset.type !== "boolean" && !input.checked) continue;
    if (!isBox && input.value.trim() === "") continue;
    put(value, input.dataset.field, read(input));
  }
  const lists = Map.groupBy(form.querySelectorAll("[data-list]:checked"), (input) => input.dataset.list);
  for (const [pointer, inputs] of lists) put(value, pointer, inputs.map((input) => input.value));
  return value;
}

/** The same submission of the same view has the same key, so that a second click asks for nothing more. */
async function idempotencyKey(form, body) {
  return `${form.dataset.id}-${await digits(`${form.dataset.action}\n${body}`)}`;
}

/** Sends what a form says; what the node answers. */
export async function send(form, value = given(form)) {
  const body = JSON.stringify(value);
  const headers = { "content-type": "application/json", "counterfoil-key": key, "idempotency-key": await idempotencyKey(form, body) };
  const response = await ask(form.dataset.action, { method: "POST", headers, body });
  if (response.status === 202) {
    const waits = document.getElementById("waits");
    if (!waits) throw new Told(text("held"));
    throw new Waits(waits);
  }
  return response.status === 204 ? {} : response.json();
}

/** Where to go when it is done. */
export function done(form, answer) {
  const to = form.dataset.done;
  if (!to) return location.reload();
  location.assign(to.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(answer[name] ?? "")));
}

for (const form of document.querySelectorAll("form[data-action]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.dataset.confirm && !confirm(form.dataset.confirm)) return;
    working(async () => {
      try {
        done(form, await send(form));
      } catch (error) {
        if (error instanceof Waits) {
          error.element.hidden = false;
          error.element.scrollIntoView({ block: "nearest" });
          return;
        }
        if (!(error instanceof Wrong)) throw error;
        wrongAt(error.input, text("wrong-form"));
        error.input.focus();
      }
    }, form).catch(show);
  });
}
