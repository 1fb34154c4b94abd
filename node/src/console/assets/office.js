import { Told, text, working } from "./form.js";
import { ask, post } from "./ledger.js";

const { organisation, key } = document.getElementById("office").dataset;
const signedBy = { "counterfoil-key": key };

/** Has the organisation's hosted key sign, and shows what came of it. */
async function done(path, value) {
  const { status } = await post(path, { organisation, ...value }, signedBy);
  if (status === 202) throw new Told(text("held"));
  location.reload();
}

/** The chosen invoices, in the order in which refusals count them. */
function chosen(form) {
  const boxes = Array.from(form.querySelectorAll("input[name=invoice]"));
  const found = boxes.filter((box) => box.checked);
  for (const box of boxes) delete box.dataset.field;
  found.forEach((box, at) => (box.dataset.field = `/invoices/${at}`));
  return found.map((box) => box.value);
}

for (const form of document.querySelectorAll("#lock, #close")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    working(async () => {
      const invoices = chosen(form);
      if (invoices.length === 0) throw new Told(text("choose"));
      if (form.id === "lock") return done("/v1/invoices/lock", { reference: form.elements.reference.value.trim(), invoices });
      return done(`/v1/invoices/${event.submitter?.value ?? "close"}`, { invoices });
    });
  });
}

for (const button of document.querySelectorAll("[data-return]")) {
  button.addEventListener("click", () => working(() => done(`/v1/invoices/${button.dataset.return}/return`, {})));
}

for (const button of document.querySelectorAll("[data-pdf]")) {
  button.addEventListener("click", () =>
    working(async () => {
      const path = `/v1/sealed/${encodeURIComponent(button.dataset.pdf)}/1/open`;
      const headers = { ...signedBy, accept: "application/pdf" };
      const response = await ask(path, { method: "POST", headers });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await response.blob());
      link.download = `${button.dataset.number}.pdf`;
      link.click();
      URL.revokeObjectURL(link.href);
    }),
  );
}
