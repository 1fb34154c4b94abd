import { NotWhatWasAsked, working } from "./form.js";
import { Refused, payload, post, submit } from "./ledger.js";

const { id, subject } = document.getElementById("invoice").dataset;

async function signed(calls) {
  await submit(await payload(calls));
  location.reload();
}

document.getElementById("open")?.addEventListener("click", () => {
  working(() => signed([{ do: "document.open", with: { subject, version: 1 } }]));
});

/** Only these calls are signed, for this invoice and this organisation. */
function isWhatWasAsked([pass, share, ...more], to) {
  const passes = pass.do === "invoice.pass_on" && pass.with.invoice === id && pass.with.to === to;
  const shares =
    !share ||
    (share.do === "document.add_reader" && share.with.subject === subject && share.with.version === 1 && share.with.wrap.reader === to);
  return passes && shares && more.length === 0;
}

const form = document.getElementById("pass-on");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const to = form.elements.to.value;
  working(async () => {
    if (!to) throw new Refused({ code: "invoice/6", field: "/to" });
    const { value } = await post(`/phone/invoices/${id}/pass-on`, { to });
    if (!isWhatWasAsked(value.calls, to)) throw new NotWhatWasAsked();
    await signed(value.calls);
  });
});

for (const button of document.querySelectorAll("[data-take-back]")) {
  button.addEventListener("click", () => {
    working(() => signed([{ do: "invoice.take_back", with: { invoice: id, from: button.dataset.takeBack } }]));
  });
}
