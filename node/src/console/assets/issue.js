// The form that issues an invoice: it sums while one types, and sends what the node checks, seals and signs.

import { given, send } from "./act.js";
import { grouped } from "./amounts.js";
import { chinese, lookUp } from "./chinese.js";
import { european } from "./european.js";
import { Told, clear, text, working, wrongAt } from "./form.js";
import { all, begin, inputs } from "./lines.js";

const form = document.getElementById("issue");
const regime = form.dataset.regime === "en16931" ? european : chinese;

/** What the lines say; where `tell` is given, it is told what of them is no number. */
function reckoned(tell) {
  return all().map((line) => regime.line(inputs(line), tell));
}

function cell(row, value, className) {
  const made = row.insertCell();
  made.textContent = value;
  made.className = className;
}

function summed() {
  const lines = reckoned();
  all().forEach((line, at) => {
    const { total } = lines[at];
    line.querySelector("[data-sum]").textContent = total === undefined ? "" : grouped(total);
  });
  const groups = regime.groups(lines.filter((line) => line.total !== undefined));
  const body = document.getElementById("by-rate");
  body.replaceChildren();
  const sums = { net: 0n, tax: 0n };
  for (const { name, net, tax } of groups) {
    const row = body.insertRow();
    cell(row, name, "");
    for (const value of [net, tax, net + tax]) cell(row, grouped(value), "amount");
    sums.net += net;
    sums.tax += tax;
  }
  document.getElementById("net").textContent = grouped(sums.net);
  document.getElementById("tax").textContent = grouped(sums.tax);
  document.getElementById("total").textContent = grouped(sums.net + sums.tax);
}

form.addEventListener("input", (event) => {
  clear(event.target);
  if (!event.target.closest("#lines")) summed();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  working(async () => {
    let wrong;
    const lines = reckoned((input, places) => {
      wrongAt(input, `${text("number-wrong")} ${places}`);
      wrong ??= input;
    });
    if (wrong) {
      wrong.focus();
      return;
    }
    if (lines.some((line) => line.total === undefined)) throw new Told(text("one-line"));
    const { action, value } = regime.invoice(given(form), lines, form.dataset.seller);
    form.dataset.action = action;
    const { id } = await send(form, value);
    location.assign(id ? `/invoices/${encodeURIComponent(id)}` : "/invoices");
  });
});

lookUp();
begin(regime.field, summed);
document.getElementById("gross")?.addEventListener("change", summed);
