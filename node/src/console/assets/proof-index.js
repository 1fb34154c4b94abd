// The index of current values: which root a proof of presence or absence leads to (docs/formats.md, "Index proof").

import { bigEndian, fromHex, joined, sha256 } from "./proof-bytes.js";

const CHUNK_BITS = 256n;
const GRAFTING_HEIGHT = 8;
const OPERATIONS_MAX = 2n ** 62n;
const UPDATE = "d2";
const END_OF_BATCH = "d3";
const ROOT_DOMAIN = "0001";

/** The proof leads to no root for this claim. */
export class IndexMismatch extends Error {}

const ones = (number) => number.toString(2).replaceAll("0", "").length;

/** Position, in the post-order of a mountain range, of the node of a height whose first leaf is `first`. */
function nodePosition(first, height) {
  return bigEndian(2n * first - BigInt(ones(first)) + 2n ** BigInt(height + 1) - 2n);
}

/** Where an operation stands among the peaks: a peak for each bit that is set in the number of operations, the highest first. */
function placeOf({ operations, location, inactivePeaks }) {
  if (operations > OPERATIONS_MAX || location >= operations || inactivePeaks > BigInt(ones(operations))) return null;
  const height = (operations ^ location).toString(2).length - 1;
  const peaksBefore = ones((operations >> BigInt(height)) >> 1n);
  const peaksAfter = ones(operations & (2n ** BigInt(height) - 1n));
  const inactive = Number(inactivePeaks);
  const folded = Math.min(inactive, peaksBefore);
  const single = Math.min(Math.max(inactive - peaksBefore - 1, 0), peaksAfter);
  return {
    height,
    before: (folded > 0 ? 1 : 0) + peaksBefore - folded,
    after: single + (peaksAfter > single ? 1 : 0),
    prefix: Math.max(inactive - folded + (folded > 0 ? 1 : 0), 1),
  };
}

/** The bytes of the proved operation. */
function operationOf({ operations, location, shows }, key, value) {
  if (shows.kind === "present" && value !== null) return joined([UPDATE, key, value, shows.next]);
  if (shows.kind === "between" && value === null) {
    const { key: before, next } = shows;
    const isEnclosed = before < next ? before < key && key < next : key > before || key < next;
    if (!isEnclosed) throw new IndexMismatch("the neighbouring keys do not enclose the key");
    return joined([UPDATE, before, shows.value, next]);
  }
  if (shows.kind === "empty" && value === null) {
    if (location !== operations - 1n) throw new IndexMismatch("the neighbouring keys do not enclose the key");
    const metadata = shows.metadata === null ? new Uint8Array(33) : joined(["01", shows.metadata]);
    return joined([END_OF_BATCH, metadata, bigEndian(location), new Uint8Array(55)]);
  }
  throw new IndexMismatch("the index proof is of another kind than the claim: presence for absence, or the reverse");
}

/** The peak above the operation, with its chunk of activity grafted in where the chunk is complete. */
async function peakOf({ location, siblings, chunk }, operation) {
  let hash = await sha256(nodePosition(location, 0), operation);
  for (const [below, sibling] of siblings.entries()) {
    const height = below + 1;
    const position = nodePosition((location >> BigInt(height)) << BigInt(height), height);
    const isLeft = ((location >> BigInt(below)) & 1n) === 0n;
    hash = await (isLeft ? sha256(position, hash, sibling) : sha256(position, sibling, hash));
    if (height === GRAFTING_HEIGHT) hash = await sha256(chunk, hash);
  }
  return hash;
}

/** The root over the peaks: the inactive ones folded forwards, the others from the newest back. */
async function rootOver(peaks, prefix, { operations, inactivePeaks }) {
  let all = peaks[0];
  for (const peak of peaks.slice(1, prefix)) all = await sha256(all, peak);
  const rest = peaks.slice(prefix);
  let bag = rest.pop();
  while (rest.length > 0) bag = await sha256(rest.pop(), bag);
  if (bag !== undefined) all = await sha256(all, bag);
  const inactive = inactivePeaks === 0n ? [] : [bigEndian(inactivePeaks)];
  return sha256(ROOT_DOMAIN, bigEndian(operations), ...inactive, all);
}

/** The root to which a proof leads for a key with a value, or for its absence where the value is null; throws `IndexMismatch`. */
export async function indexRoot(proof, key, value) {
  const { operations, location, partialChunk, chunk, siblings, before, after } = proof;
  const operation = operationOf(proof, key, value);
  const place = placeOf(proof);
  const fits = place && siblings.length === place.height && before.length === place.before && after.length === place.after;
  const nextBit = operations % CHUNK_BITS;
  const shape = "the shape of the index proof does not fit its place in the index";
  if (!fits) throw new IndexMismatch(shape);
  const bit = Number(location % CHUNK_BITS);
  const isCurrent = (fromHex(chunk)[bit >> 3] >> (bit & 7)) & 1;
  if (!isCurrent) throw new IndexMismatch("the operation is not the current one of its key");
  if ((partialChunk !== null) !== (nextBit !== 0n)) throw new IndexMismatch(shape);
  const isInPartial = location / CHUNK_BITS === operations / CHUNK_BITS;
  if (isInPartial && partialChunk !== (await sha256(chunk))) throw new IndexMismatch("the chunk of activity has another hash");
  const grafted = await rootOver([...before, await peakOf(proof, operation), ...after], place.prefix, proof);
  if (partialChunk === null) return sha256(proof.opsRoot, grafted);
  return sha256(proof.opsRoot, grafted, bigEndian(nextBit), partialChunk);
}
