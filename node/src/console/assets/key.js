// The phone's signing key: made by the browser, kept in IndexedDB, and never to leave it, since it is not extractable.

const STORE = "keys";
const ALGORITHM = { name: "Ed25519" };

/** The ledger that this page is about: keys are kept by ledger. */
export const ledger = document.documentElement.dataset.ledger;

/** This browser cannot make or keep such a key. */
export class NotSupported extends Error {}

/** This browser has no key for this ledger. */
export class NoKey extends Error {}

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode) {
  if (!globalThis.indexedDB || !globalThis.crypto?.subtle) throw new NotSupported();
  const opening = indexedDB.open("counterfoil", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  return (await asked(opening)).transaction(STORE, mode).objectStore(STORE);
}

export function hex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The key of this ledger. */
export async function key() {
  const kept = await asked((await store("readonly")).get(ledger));
  if (!kept) throw new NoKey();
  return kept;
}

async function generate() {
  try {
    return await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  } catch {
    throw new NotSupported();
  }
}

/** The same, made now if there is none. Two pages that make one at once end with the same: the first that is kept stays. */
export async function keyOrNew() {
  try {
    return await key();
  } catch (error) {
    if (!(error instanceof NoKey)) throw error;
  }
  const pair = await generate();
  const publicKey = await crypto.subtle.exportKey("raw", pair.publicKey);
  const member = "p-" + hex(await crypto.subtle.digest("SHA-256", publicKey)).slice(0, 32);
  const made = { secret: pair.privateKey, publicKey: "ed25519:" + hex(publicKey), member, kid: `${member}/phone` };
  try {
    await asked((await store("readwrite")).add(made, ledger));
  } catch (error) {
    if (error?.name !== "ConstraintError") throw error;
  }
  return key();
}

/** A signature of bytes. */
export async function sign(bytes) {
  return new Uint8Array(await crypto.subtle.sign(ALGORITHM, (await key()).secret, bytes));
}
