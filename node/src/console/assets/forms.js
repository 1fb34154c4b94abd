// Forms made from declarations: rows that come and go, and what a command answers.

import { Wrong, send } from "./act.js";
import { clear, text, working, wrongAt } from "./form.js";

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
function empty() {
  const needed = Array.from(form.querySelectorAll("[data-always]:not([type=checkbox], [data-type=lines])"));
  return needed.filter((input) => input.value.trim() === "");
}

const form = document.querySelector("form[data-send-to]");
form.dataset.action = form.dataset.sendTo;
form.addEventListener("click", ({ target }) => {
  if (target.matches("[data-add]")) addRow(target.closest("[data-rows]"));
  if (target.matches("[data-remove]")) removeRow(target.closest("[data-row]"));
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  by("done").hidden = true;
  working(async () => {
    const missing = empty();
    for (const input of missing) wrongAt(input, text("needed"));
    if (missing.length > 0) return missing[0].focus();
    try {
      showDone(await send(form));
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      wrongAt(error.input, text("wrong-form"));
      error.input.focus();
    }
  });
});
