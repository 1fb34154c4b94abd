// Bytes, hashes and deterministic CBOR, as docs/formats.md has them. A hash is its 64 hexadecimal digits.

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Bytes as lower-case hexadecimal. */
export function toHex(bytes) {
  let text = "";
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

/** The bytes of lower-case hexadecimal; null for any other text. */
export function fromHex(text) {
  if (text.length % 2 !== 0 || /[^0-9a-f]/.test(text)) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

/** Several parts, bytes or their hexadecimal digits, as one. */
export function joined(parts) {
  const all = parts.map((part) => (typeof part === "string" ? fromHex(part) : part));
  const bytes = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** SHA-256 of the concatenation of parts, bytes or their hexadecimal digits. */
export async function sha256(...parts) {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", joined(parts))));
}

/** A number of 64 bits, the highest byte first. */
export function bigEndian(number) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, number);
  return bytes;
}

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const NULL = 0xf6;

/** The head of a CBOR item in its shortest form (RFC 8949 §4.2.1). */
function head(kind, number) {
  const first = kind << 5;
  if (number < 24n) return Uint8Array.of(first | Number(number));
  const bytes = bigEndian(number);
  if (number < 0x100n) return joined([Uint8Array.of(first | 24), bytes.subarray(7)]);
  if (number < 0x10000n) return joined([Uint8Array.of(first | 25), bytes.subarray(6)]);
  if (number < 0x100000000n) return joined([Uint8Array.of(first | 26), bytes.subarray(4)]);
  return joined([Uint8Array.of(first | 27), bytes]);
}

/** Deterministic CBOR of null, a BigInt, a text, bytes, or an array of these. */
export function cbor(value) {
  if (value === null) return Uint8Array.of(NULL);
  if (typeof value === "bigint") return value < 0n ? head(NEGATIVE, -1n - value) : head(UNSIGNED, value);
  if (typeof value === "string") {
    const bytes = new TextEncoder().encode(value);
    return joined([head(TEXT, BigInt(bytes.length)), bytes]);
  }
  if (value instanceof Uint8Array) return joined([head(BYTES, BigInt(value.length)), value]);
  return joined([head(ARRAY, BigInt(value.length)), ...value.map(cbor)]);
}

/** Reads deterministic CBOR: each method gives null where the bytes are something else, or the same in another encoding. */
export class CborReader {
  #bytes;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  #take(count) {
    const end = this.#at + count;
    if (end > this.#bytes.length) return null;
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  #head(kind) {
    const first = this.#take(1)?.[0];
    if (first === undefined || first >> 5 !== kind) return null;
    const short = first & 0x1f;
    if (short < 24) return BigInt(short);
    const size = { 24: 1, 25: 2, 26: 4, 27: 8 }[short];
    const taken = size && this.#take(size);
    if (!taken) return null;
    const number = BigInt(`0x${toHex(taken)}`);
    const shorter = size === 1 ? 24n : 1n << BigInt(4 * size);
    return number < shorter ? null : number;
  }

  /** How many items the array has that begins here. */
  array() {
    return this.#head(ARRAY);
  }

  /** A whole number of up to so many bits. */
  unsigned(bits = 64n) {
    const number = this.#head(UNSIGNED);
    return number === null || number >> bits !== 0n ? null : number;
  }

  /** A hash. */
  hash() {
    const taken = this.#head(BYTES) === 32n ? this.#take(32) : null;
    return taken && toHex(taken);
  }

  /** Whether nothing follows. */
  isDone() {
    return this.#at === this.#bytes.length;
  }
}
