import { working } from "./form.js";
import { ask, payload, submit } from "./ledger.js";

const { number } = document.getElementById("application").dataset;

/** Waits for the seller's answer. What the diner asked for is opened at once: that leaves a row on the ledger, then it can be read. */
async function wait() {
  for (;;) {
    const answer = await (await ask(`/phone/applications/${number}/wait`)).json();
    if (answer.state === "open") continue;
    if (!answer.invoice) return location.reload();
    await submit(await payload([{ do: "document.open", with: { subject: answer.subject, version: 1 } }]));
    return location.replace(`/phone/invoices/${answer.invoice}`);
  }
}

working(wait);
