// Public keys as text: 'ed25519:' or 'p256:' and hexadecimal digits of a point on the curve. Points are checked as the members check
// them, by whole numbers: nothing here is secret.

import { fromHex } from "./proof-bytes.js";

const ED25519_P = 2n ** 255n - 19n;
const ED25519_D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const P256_P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const P256_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

function remainder(number, modulus) {
  const found = number % modulus;
  return found < 0n ? found + modulus : found;
}

/** Whether a number is a square in the field of a prime, zero too: Euler's criterion. */
function isSquare(number, prime) {
  let base = remainder(number, prime);
  if (base === 0n) return true;
  let power = 1n;
  for (let exponent = (prime - 1n) / 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) power = (power * base) % prime;
    base = (base * base) % prime;
  }
  return power === 1n;
}

/** Whether a compressed point is on the curve by ZIP-215: `y` may be written beyond the prime, and `x = 0` with either sign. */
function isEd25519Point(digits) {
  const littleEndian = digits.match(/../g).reverse().join("");
  const y = remainder(BigInt(`0x${littleEndian}`) & (2n ** 255n - 1n), ED25519_P);
  const square = (y * y) % ED25519_P;
  // x² = (y² − 1) / (d y² + 1), and a quotient is a square where the product is.
  return isSquare((square - 1n) * (ED25519_D * square + 1n), ED25519_P);
}

function isP256Point(digits) {
  const x = BigInt(`0x${digits.slice(2)}`);
  return /^0[23]/.test(digits) && x < P256_P && isSquare(x * x * x - 3n * x + P256_B, P256_P);
}

/** The 32 bytes of an Ed25519 key as digits, null for a P-256 key; undefined for what is no public key. */
export function ed25519Digits(text) {
  const [, kind, digits] = /^(ed25519|p256):([0-9a-f]*)$/.exec(text) ?? [];
  if (kind === "ed25519" && digits.length === 64 && isEd25519Point(digits)) return digits;
  if (kind === "p256" && digits.length === 66 && isP256Point(digits)) return null;
  return undefined;
}

/** Whether this browser has what proofs are checked with. */
export async function isSupported() {
  try {
    // The point of order one: any point will do.
    await crypto.subtle.importKey("raw", fromHex(`01${"00".repeat(31)}`), "Ed25519", false, ["verify"]);
    return true;
  } catch (error) {
    // A browser that refuses this point knows the algorithm.
    return globalThis.crypto?.subtle !== undefined && error.name !== "NotSupportedError";
  }
}

/**
 * Whether a signature is the key's. Browsers are stricter than ZIP-215, by which members judge: some refuse encodings of points and
 * keys that no honest signer makes. What a browser accepts, ZIP-215 accepts too.
 */
export async function isSigned(digits, signature, message) {
  try {
    const key = await crypto.subtle.importKey("raw", fromHex(digits), "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, message);
  } catch {
    return false;
  }
}
