// What is done with several invoices of a list, by the seat's organisation: all or none.

import { send } from "./act.js";
import { Told, text, working } from "./form.js";

const form = document.getElementById("batch");

/** The chosen invoices, in the order in which refusals count them. */
function chosen() {
  const boxes = Array.from(form.querySelectorAll("input[name=invoice]"));
  const found = boxes.filter((box) => box.checked);
  for (const box of boxes) delete box.dataset.field;
  found.forEach((box, at) => (box.dataset.field = `/invoices/${at}`));
  return found.map((box) => box.value);
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const { value: action, dataset } = event.submitter ?? form.querySelector("button[type=submit]");
  const { reference, period } = form.elements;
  working(async () => {
    const invoices = chosen();
    if (invoices.length === 0) throw new Told(text("choose"));
    const more = { lock: { reference: reference?.value.trim() }, book: { period: period?.value, as: dataset.as } }[action];
    form.dataset.action = `/v1/invoices/${action}`;
    await send(form, { organisation: form.dataset.organisation, ...more, invoices });
    location.reload();
  });
});
