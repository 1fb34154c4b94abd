import { NotWhatWasAsked, working } from "./form.js";
import { keyOrNew } from "./key.js";
import { ask, post, Refused } from "./ledger.js";
import { signIn } from "./session.js";

const form = document.getElementById("pay");

/** Whoever registers a person could register another key: the ledger shows which it has. */
async function compare({ member, publicKey }) {
  const { keys } = await (await ask(`/v1/members/${member}`)).json();
  if (!keys.some((one) => one.public_key === publicKey)) throw new NotWhatWasAsked();
}

async function pay() {
  const { payee, amount, order, untilS, signature } = form.dataset;
  const key = await keyOrNew();
  const sale = { payee, amount, order, until_s: Number(untilS) };
  try {
    const { value } = await post("/sample-pay/pay", { sale, signature, public_key: key.publicKey });
    await compare(key);
    await signIn();
    location.assign(`/phone/apply?payment=${encodeURIComponent(value.payment)}`);
  } catch (error) {
    document.getElementById("paid-already").hidden = !(error instanceof Refused && error.code === "invoice/36");
    throw error;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  working(pay);
});
