// Headers of blocks and the certificates under them (docs/formats.md, "Block header" and "Certificate").

import { CborReader, joined, toHex } from "./proof-bytes.js";
import { isSigned } from "./proof-key.js";

const PROTOCOL_VERSION = 1n;

/** What a header says; null for bytes that are no header of this version. */
export function readHeader(bytes) {
  const reader = new CborReader(bytes);
  if (reader.array() !== 11n || reader.unsigned() !== PROTOCOL_VERSION) return null;
  const header = {
    ledger: reader.hash(),
    epoch: reader.unsigned(),
    height: reader.unsigned(),
    parent: reader.hash(),
    time: reader.unsigned(),
    proposer: reader.unsigned(32n),
    transactionsRoot: reader.hash(),
    transactions: reader.unsigned(32n),
    executedHeight: reader.unsigned(),
    executedResult: reader.hash(),
  };
  return reader.isDone() && Object.values(header).every((one) => one !== null) ? header : null;
}

/** How many of `validators` make a decision final: more than two thirds. */
export function quorum(validators) {
  return validators - Math.floor((validators - 1) / 3);
}

class CertificateReader {
  at = 0;

  constructor(bytes) {
    this.bytes = bytes;
  }

  take(count) {
    if (count > this.bytes.length - this.at) return null;
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** A number in its shortest form, seven bits a byte, the lowest first. */
  varint() {
    let number = 0n;
    for (let at = 0; at < 10; at += 1) {
      const byte = this.take(1)?.[0];
      if (byte === undefined || (at === 9 && (byte & 0x7f) > 1) || (at > 0 && byte === 0)) return null;
      number |= BigInt(byte & 0x7f) << BigInt(7 * at);
      if (byte < 0x80) return number;
    }
    return null;
  }
}

/** What a certificate says; null for bytes that are none. */
export function readCertificate(bytes) {
  const reader = new CertificateReader(bytes);
  const [epoch, view, parent] = [reader.varint(), reader.varint(), reader.varint()];
  const block = reader.take(32);
  const signed = bytes.subarray(0, reader.at);
  const count = reader.take(8);
  if (epoch === null || view === null || parent === null || !block || !count) return null;
  // More than there are bytes is no number of validators, and would not be one that JavaScript counts exactly.
  const validators = Number(BigInt(`0x${toHex(count)}`));
  if (validators > 8 * bytes.length) return null;
  const bits = reader.take(Math.ceil(validators / 8));
  if (!bits) return null;
  const isSet = (at) => ((bits[at >> 3] >> (at & 7)) & 1) === 1;
  const places = Array.from({ length: 8 * bits.length }, (_, at) => at).filter(isSet);
  if (places.some((at) => at >= validators) || reader.varint() !== BigInt(places.length)) return null;
  const signatures = places.map((signer) => ({ signer, signature: reader.take(64) }));
  if (signatures.some(({ signature }) => !signature) || reader.at !== bytes.length) return null;
  return { epoch, block: toHex(block), validators, signatures, signed };
}

/** Why a certificate certifies nothing by these keys, the committee's in its order; null if more than two thirds signed. */
export async function notCertified(certificate, ledger, keys) {
  const { validators, signatures, signed } = certificate;
  if (validators !== keys.length) return `it is of ${validators} validators, the epoch has ${keys.length}`;
  const needed = quorum(keys.length);
  if (signatures.length < needed || signatures.length === 0) return `${signatures.length} signatures, ${needed} needed`;
  const text = new TextEncoder();
  const namespace = joined([text.encode("counterfoil/"), ledger, text.encode("_FINALIZE")]);
  const message = joined([Uint8Array.of(namespace.length), namespace, signed]);
  const verdicts = await Promise.all(signatures.map(({ signer, signature }) => isSigned(keys[signer], signature, message)));
  const wrong = verdicts.indexOf(false);
  return wrong < 0 ? null : `the signature of validator ${signatures[wrong].signer} is not valid`;
}
