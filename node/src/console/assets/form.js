// What all forms have in common: a refusal stands at the field that it names, and whatever is under way is told.

import { NoKey, NotSupported } from "./key.js";
import { Refused } from "./ledger.js";

const by = (id) => document.getElementById(id);

/** What was prepared is not what was asked for. */
export class NotWhatWasAsked extends Error {}

/** Something else that the page says, in its language. */
export class Told extends Error {}

/** What a refusal means: by its code and the rule that its detail begins with, by its code, or in general. */
export function reason({ code, message }) {
  const rule = /^([A-Z]+(?:-[A-Z0-9]+)+):/.exec(message)?.[1];
  const all = Array.from(document.querySelectorAll("#reasons dt"));
  const of = (wanted) => all.find((one) => one.textContent === wanted)?.nextElementSibling.textContent;
  const exact = (rule && of(`${code} ${rule}`)) ?? (rule ? undefined : of(code));
  // Which rule, what it expects and what it found, stands in the detail alone.
  return exact ? { text: exact, detail: "" } : { text: of(code) ?? of("other"), detail: `${code}: ${message}` };
}

/** A text that the page has in its language. */
export function text(id) {
  return by(id).textContent;
}

/** The input that a JSON Pointer names: the longest one that the pointer begins with, or ends with. */
function inputAt(pointer, within) {
  const inputs = Array.from(within.querySelectorAll("[data-field]:not([type=hidden])"));
  const fits = inputs.filter(({ dataset: { field } }) => pointer === field || pointer.startsWith(`${field}/`) || pointer.endsWith(field));
  const isPart = (input) => input.dataset.field.startsWith(`${pointer}/`);
  return fits.sort((a, b) => b.dataset.field.length - a.dataset.field.length)[0] ?? inputs.find(isPart);
}

/** Links an input with its hint, and with what is wrong with it. */
function describe(input, wrong = "") {
  input.dataset.hint ??= input.getAttribute("aria-describedby") ?? "";
  const ids = `${input.dataset.hint} ${wrong}`.trim();
  if (ids) input.setAttribute("aria-describedby", ids);
  else input.removeAttribute("aria-describedby");
}

/** Takes back what was said of an input, or of all. */
export function clear(input) {
  const inputs = input ? [input] : document.querySelectorAll("[aria-invalid]");
  for (const one of inputs) {
    one.removeAttribute("aria-invalid");
    by(one.getAttribute("aria-errormessage"))?.remove();
    one.removeAttribute("aria-errormessage");
    describe(one);
  }
  if (!input) by("problem").hidden = true;
}

/** What a refusal says beyond its meaning, in English, to stand behind that. */
export function detailOf({ detail }) {
  if (!detail) return [];
  const more = document.createElement("span");
  more.className = "detail";
  more.lang = "en";
  more.textContent = ` ${detail}`;
  return [more];
}

/** Says at an input what is wrong with it. */
export function wrongAt(input, text, detail = "") {
  clear(input);
  const told = document.createElement("p");
  told.id = `${input.id || input.value}-error`;
  told.className = "error";
  told.append(text, ...detailOf({ detail }));
  // A box alone in its cell has no room beside it.
  (input.closest(".field") ?? input.closest(".box")?.parentElement.lastElementChild ?? input.closest("li, td")).append(told);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-errormessage", told.id);
  describe(input, told.id);
}

function say(message, detail = "") {
  const problem = by("problem");
  problem.replaceChildren(message, ...detailOf({ detail }));
  problem.hidden = false;
  problem.scrollIntoView({ block: "nearest" });
}

/** Shows why something was not done, at an input of what is `within` if it is about one. */
export function show(error, within = document) {
  if (error instanceof Refused) {
    const told = reason(error);
    const input = error.field && inputAt(error.field, within);
    if (input && input.offsetParent !== null) {
      wrongAt(input, told.text, told.detail);
      input.focus();
      return;
    }
    say(told.text, told.detail);
  } else if (error instanceof NoKey) say(text("no-key"));
  else if (error instanceof NotSupported) say(text("not-supported"));
  else if (error instanceof NotWhatWasAsked) say(text("not-what-was-asked"));
  else if (error instanceof Told) say(error.message);
  else if (error instanceof TypeError) say(text("unreachable"));
  else throw error;
}

/** Does something while the buttons of the page rest; whether it was done. */
export async function working(action, within = document) {
  const buttons = Array.from(document.querySelectorAll("main button:not([disabled])"));
  const rest = (resting) => {
    for (const button of buttons) button.disabled = resting;
    by("status").textContent = resting ? text("working") : "";
  };
  clear();
  rest(true);
  try {
    await action();
    return true;
  } catch (error) {
    // First, since what rests takes no focus.
    rest(false);
    show(error, within);
    return false;
  } finally {
    rest(false);
  }
}
