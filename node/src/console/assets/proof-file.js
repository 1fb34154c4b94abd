// A proof file, which has one text: it is read, written again, and compared.

import { fromHex } from "./proof-bytes.js";
import { NotJson, listOf, membersOf, parseJson, textOf, unsignedOf, writeJson } from "./proof-json.js";

const FORMAT = "counterfoil-proof/1";
const PROOF_BYTES_MAX = 32 * 1024 * 1024;
/** Integers beyond this are written as text. */
const EXACT = 2n ** 53n - 1n;
const INTEGER_MAX = 2n ** 63n - 1n;

/** The members of an object, in this order: another one is another text. */
function inOrder(value, names) {
  const found = membersOf(value, names);
  if (names.some((name, at) => Array.from(value.keys())[at] !== name)) throw new NotJson(`the order is ${names.join(", ")}`);
  return found;
}

function hashOf(value) {
  if (!/^[0-9a-f]{64}$/.test(textOf(value))) throw new NotJson("expected 64 lower-case hexadecimal digits");
  return value;
}

function bytesOf(value) {
  const bytes = fromHex(textOf(value));
  if (bytes === null) throw new NotJson("expected lower-case hexadecimal digits");
  return bytes;
}

const orNull = (read) => (value) => (value === null ? null : read(value));
const texts = (value) => listOf(value, textOf);

/** The name and the value of an object's only member. */
function variantOf(value) {
  if (!(value instanceof Map) || value.size !== 1) throw new NotJson("expected an object of one member");
  return value.entries().next().value;
}

/** A column's value: null, a BigInt, a text, or bytes. */
function cellOf(value) {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "bigint") {
    if (value > EXACT || value < -EXACT) throw new NotJson("an integer beyond 2^53 is written as text");
    return value;
  }
  const [kind, text] = variantOf(value);
  if (kind === "blob") return bytesOf(text);
  if (kind !== "integer" || !/^-?[1-9][0-9]{15,18}$/.test(textOf(text))) throw new NotJson("expected a column's value");
  const number = BigInt(text);
  const isWide = (number > EXACT && number <= INTEGER_MAX) || (number < -EXACT && number >= -INTEGER_MAX - 1n);
  if (!isWide) throw new NotJson("not the one text of an integer");
  return number;
}

function claimOf(value) {
  const kind = value instanceof Map ? value.get("kind") : undefined;
  if (kind === "absent") {
    const [, table, columns, primaryKey, key, hash] = inOrder(value, ["kind", "table", "columns", "primary_key", "key", "hash"]);
    const cells = listOf(key, cellOf);
    return { kind, table: textOf(table), columns: texts(columns), primaryKey: texts(primaryKey), cells, hash: hashOf(hash) };
  }
  if (kind !== "current" && kind !== "written") throw new NotJson("no such claim");
  const [, table, columns, primaryKey, row] = inOrder(value, ["kind", "table", "columns", "primary_key", "row"]);
  return { kind, table: textOf(table), columns: texts(columns), primaryKey: texts(primaryKey), cells: listOf(row, cellOf) };
}

function showsOf(value) {
  const [kind, inner] = variantOf(value);
  if (kind === "present") return { kind, next: hashOf(inOrder(inner, ["next"])[0]) };
  if (kind === "empty") return { kind, metadata: orNull(hashOf)(inOrder(inner, ["metadata"])[0]) };
  if (kind !== "between") throw new NotJson("an index shows something else");
  const [key, of, next] = inOrder(inner, ["key", "value", "next"]).map(hashOf);
  return { kind, key, value: of, next };
}

function indexOf(value) {
  const names = ["operations", "location", "inactive_peaks", "ops_root", "partial_chunk", "chunk", "siblings", "before", "after", "shows"];
  const found = inOrder(value, names);
  const [operations, location, inactivePeaks] = found.slice(0, 3).map(unsignedOf);
  const [siblings, before, after] = found.slice(6, 9).map((list) => listOf(list, hashOf));
  const [opsRoot, partialChunk, chunk] = [hashOf(found[3]), orNull(hashOf)(found[4]), hashOf(found[5])];
  return { operations, location, inactivePeaks, opsRoot, partialChunk, chunk, siblings, before, after, shows: showsOf(found[9]) };
}

function siblingOf(value) {
  const [side, hash] = variantOf(value);
  if (side !== "left" && side !== "right") throw new NotJson("a sibling stands left or right");
  return { side, hash: hashOf(hash) };
}

function evidenceOf(value) {
  const [kind, inner] = variantOf(value);
  if (kind === "index") return { kind, index: indexOf(inner) };
  if (kind === "changes") return { kind, changes: listOf(inner, siblingOf) };
  if (kind !== "absence") throw new NotJson("no such evidence");
  const [table, row] = inOrder(inner, ["table", "row"]).map(indexOf);
  return { kind, table, row };
}

function recordOf(value) {
  const [block, stateRoot, changesRoot, receiptsRoot] = inOrder(value, ["block", "state_root", "changes_root", "receipts_root"]).map(hashOf);
  return { block, stateRoot, changesRoot, receiptsRoot };
}

function proofOf(value) {
  const names = ["format", "ledger", "claim", "height", "evidence", "block", "prior", "executions", "headers", "certificate", "handovers"];
  const [format, ledger, claim, height, evidence, block, prior, executions, headers, certificate, handovers] = inOrder(value, names);
  textOf(format);
  return {
    format,
    ledger: hashOf(ledger),
    claim: claimOf(claim),
    height: unsignedOf(height),
    evidence: evidenceOf(evidence),
    block: orNull(bytesOf)(block),
    prior: hashOf(prior),
    executions: listOf(executions, recordOf),
    headers: listOf(headers, bytesOf),
    certificate: bytesOf(certificate),
    handovers: listOf(handovers, proofOf),
  };
}

/** What a proof file says; throws `NotJson` for any other text. */
export function readProof(bytes) {
  if (bytes.length > PROOF_BYTES_MAX) throw new NotJson(`${bytes.length} bytes, at most ${PROOF_BYTES_MAX} are read`);
  const { text, value } = parseJson(bytes);
  const proof = proofOf(value);
  if (proof.format !== FORMAT) throw new NotJson(`its format is not ${FORMAT}`);
  if (writeJson(value) !== text.replace(/\n$/, "")) throw new NotJson("not the canonical text of this proof");
  return proof;
}
