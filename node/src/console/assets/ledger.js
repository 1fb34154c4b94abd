// Transactions of the ledger, made and signed here (docs/formats.md), and what the node answers.

import { hex, key, ledger, sign } from "./key.js";

const EXPIRES_MS = 600_000;
// A phone's clock may be wrong; the node's is near the ledger's.
const offset = Number(document.documentElement.dataset.now) - Date.now();

/** The node said no: a problem document (RFC 9457). */
export class Refused extends Error {
  constructor(problem) {
    super(problem.detail);
    this.code = problem.code ?? "other";
    this.field = problem.field ?? "";
  }
}

/** Digits of a text's hash, for idempotency keys: what is sent twice from one view of a page has the same. */
export async function digits(text) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return hex(new Uint8Array(hash).subarray(0, 8));
}

/** Asks the node; what it answers, or `Refused`. */
export async function ask(path, options = {}) {
  const response = await fetch(path, { credentials: "same-origin", redirect: "error", ...options });
  if (response.ok) return response;
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  throw new Refused(isProblem ? await response.json() : { detail: `${response.status}` });
}

/** Sends JSON and reads JSON. */
export async function post(path, value, headers = {}) {
  const options = { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
  const response = await ask(path, options);
  return { status: response.status, value: response.status === 204 ? undefined : await response.json() };
}

function base64url(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The payload of a transaction of these calls, as text: what is signed, byte for byte. */
export async function payload(calls) {
  const { kid } = await key();
  const id = hex(crypto.getRandomValues(new Uint8Array(16)));
  return JSON.stringify({ ledger, id, expires: Date.now() + offset + EXPIRES_MS, signers: [kid], calls });
}

/** Signs a payload as a JWS (RFC 7515, compact). */
async function jws(text) {
  const { kid } = await key();
  const encoded = (value) => base64url(new TextEncoder().encode(value));
  const body = `${encoded(JSON.stringify({ alg: "EdDSA", kid }))}.${encoded(text)}`;
  return `${body}.${base64url(await sign(new TextEncoder().encode(body)))}`;
}

/** Signs a payload and waits until it is final; the receipt. */
export async function submit(text) {
  const options = { method: "POST", headers: { "content-type": "application/jose" }, body: await jws(text) };
  return (await ask("/v1/transactions", options)).json();
}
