// Forms made from declarations: rows that come and go, and what a command answers.

import { Wrong, done, given, send } from "./act.js";
import { clear, show, text, working, wrongAt } from "./form.js";
import { Refused } from "./ledger.js";

const by = (id) => document.getElementById(id);

/** Numbers the rows of a list anew, so that none is left out in what is sent. */
function renumber(list) {
  const pointer = list.dataset.rows;
  const rows = Array.from(list.querySelectorAll(":scope > [data-row]"));
  rows.forEach((row, number) => {
    const numbered = (value, separator) => {
      const start = value.indexOf(pointer.replaceAll("/", separator)) + pointer.length + 1;
      return value.slice(0, start) + value.slice(start).replace(/^(\d+|__row__)/, number);
    };
    for (const one of row.querySelectorAll("*")) {
      for (const name of ["data-field", "data-rows"]) {
        if (one.hasAttribute(name)) one.setAttribute(name, numbered(one.getAttribute(name), "/"));
      }
      for (const name of ["id", "for", "aria-describedby", "data-hint"]) {
        if (one.hasAttribute(name)) one.setAttribute(name, numbered(one.getAttribute(name), "-"));
      }
    }
  });
}

function addRow(list) {
  const pattern = list.querySelector(":scope > template");
  pattern.before(document.importNode(pattern.content, true));
  renumber(list);
  pattern.previousElementSibling.querySelector("input, select, textarea")?.focus();
}

function removeRow(row) {
  const list = row.parentElement;
  // What was wrong names inputs by their numbers.
  clear();
  row.remove();
  renumber(list);
  list.querySelector(":scope > p > [data-add]").focus();
}

function showDone({ receipt, ...output }) {
  const link = by("transaction");
  link.href = `/transactions/${receipt.transaction}`;
  link.textContent = receipt.transaction;
  by("output").hidden = Object.keys(output).length === 0;
  by("answer").textContent = JSON.stringify(output, null, 2);
  by("done").hidden = false;
  by("done").focus();
}

/** What has to be filled in and is not: of what is part of every input, since what may be left out has needs of its own. */
function empty(forms) {
  const needed = forms.flatMap((one) => Array.from(one.querySelectorAll("[data-always]:not([type=checkbox], [data-type=lines])")));
  return needed.filter((input) => input.value.trim() === "");
}

/** Sends what forms say once all is filled in; what is wrong is told at inputs of the last of them. */
function sending(forms, action) {
  by("done").hidden = true;
  working(async () => {
    const missing = empty(forms);
    for (const input of missing) wrongAt(input, text("needed"));
    if (missing.length > 0) return missing[0].focus();
    try {
      await action();
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      wrongAt(error.input, text("wrong-form"));
      error.input.focus();
    }
  }, forms.at(-1));
}

/** Puts to the vote what the form says, as a call of a proposal. */
async function propose() {
  const call = { do: form.dataset.command, with: given(form) };
  try {
    done(vote, await send(vote, { ...given(vote), calls: [call] }));
  } catch (error) {
    const [, field] = (error instanceof Refused && /^\/calls\/0\/with(\/.+)$/.exec(error.field)) || [];
    if (!field) throw error;
    // What is wrong with the call is wrong in its form.
    error.field = field;
    show(error, form);
  }
}

const form = document.querySelector("form.made");
const vote = by("vote");
for (const one of [form, vote]) if (one) one.dataset.action = one.dataset.sendTo;
form.addEventListener("click", ({ target }) => {
  if (target.matches("[data-add]")) addRow(target.closest("[data-rows]"));
  if (target.matches("[data-remove]")) removeRow(target.closest("[data-row]"));
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  // What only a vote does has no button of its own.
  if (form.querySelector("button[type=submit]")) sending([form], async () => showDone(await send(form)));
});
vote?.addEventListener("submit", (event) => {
  event.preventDefault();
  sending([form, vote], propose);
});
