// Signing in to the console by a passkey, and binding one by the link of an invitation, whose code stands behind the # and so in no log.

import { Told, show, text, working } from "./form.js";
import { Refused, ask, post } from "./ledger.js";

const by = (id) => document.getElementById(id);

function bytes(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function base64url(buffer) {
  const text = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What the device does, or why it did not. */
async function device(action) {
  if (!globalThis.PublicKeyCredential) throw new Told(text("unsupported"));
  try {
    return await action();
  } catch (error) {
    if (error?.name === "InvalidStateError") throw new Told(text("bound-already"));
    if (error?.name === "NotAllowedError" || error?.name === "AbortError") throw new Told(text("cancelled"));
    if (error?.name === "NotSupportedError" || error?.name === "ConstraintError") throw new Told(text("unsupported"));
    throw error;
  }
}

async function signIn(to) {
  const { challenge, site } = await (await ask("/sign-in/challenge")).json();
  const publicKey = { challenge: bytes(challenge), rpId: site, userVerification: "required" };
  const { rawId, response } = await device(() => navigator.credentials.get({ publicKey }));
  await post("/sign-in", {
    credential: base64url(rawId),
    client_data: base64url(response.clientDataJSON),
    authenticator_data: base64url(response.authenticatorData),
    signature: base64url(response.signature),
    ...(response.userHandle?.byteLength ? { user: base64url(response.userHandle) } : {}),
  });
  location.replace(to);
}

async function setUp(code) {
  const { value: asked } = await post("/set-up/options", { code });
  const publicKey = {
    rp: { id: asked.site, name: asked.site },
    user: { id: bytes(asked.user), name: asked.key, displayName: asked.key },
    challenge: bytes(asked.challenge),
    pubKeyCredParams: asked.algorithms.map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    excludeCredentials: asked.credentials.map((id) => ({ type: "public-key", id: bytes(id) })),
    attestation: "none",
  };
  const { response } = await device(() => navigator.credentials.create({ publicKey }));
  await post("/set-up", {
    code,
    client_data: base64url(response.clientDataJSON),
    authenticator_data: base64url(response.getAuthenticatorData()),
  });
  location.replace("/");
}

/** Shows for which key the link is, or that it is no longer good: then there is nothing to press. */
async function introduce(code) {
  try {
    if (!code) throw new Told(text("no-code"));
    const { value } = await post("/set-up/options", { code });
    by("set-up-key").textContent = value.key;
    by("set-up-for").hidden = false;
  } catch (error) {
    by("set-up").hidden = error instanceof Told || error instanceof Refused;
    show(error);
  }
}

const enter = by("sign-in");
enter?.addEventListener("click", () => working(() => signIn(enter.dataset.to)));
if (enter) {
  // Whoever follows a link of another site has a session that the browser kept back at first.
  const { key } = await (await ask("/seat")).json();
  if (key) location.replace(enter.dataset.to);
}

const bind = by("set-up");
if (bind) {
  const code = location.hash.slice(1);
  // It is of no use in the browser's history.
  history.replaceState(null, "", location.pathname);
  bind.addEventListener("click", () => working(() => setUp(code)));
  introduce(code);
}
