// Signing in with the phone's key: a text that names ledger, host, key and moment, and nothing else.

import { NotWhatWasAsked } from "./form.js";
import { hex, key, ledger, sign } from "./key.js";
import { ask, payload, post, submit } from "./ledger.js";

/** Signs in; then has the ledger know by which key this node reads for the phone. */
export async function signIn() {
  const { kid } = await key();
  const { domain, time_ms } = await (await ask("/phone/challenge")).json();
  const text = [domain, ledger, location.host, kid, time_ms].join("\n");
  const signature = hex(await sign(new TextEncoder().encode(text)));
  await post("/phone/session", { kid, time_ms, signature });
  const { call } = await (await ask("/phone/reading-key")).json();
  // Nothing is signed that was not asked for.
  if (call && (call.do !== "document.publish_reading_key" || call.with.member !== kid.split("/")[0])) throw new NotWhatWasAsked();
  if (call) await submit(await payload([call]));
}
