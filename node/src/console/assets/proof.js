// Checks a proof file against a genesis file with nothing else: no network, no clock, no trust in whoever made or sent the proof.
// It is `core/proof` written another time from docs/formats.md; both name the same step where a proof fails.

import { cbor, fromHex, sha256 } from "./proof-bytes.js";
import { notCertified, readCertificate, readHeader } from "./proof-certificate.js";
import { readProof } from "./proof-file.js";
import { readGenesis } from "./proof-genesis.js";
import { IndexMismatch, indexRoot } from "./proof-index.js";
import { NotJson } from "./proof-json.js";
import { ed25519Digits } from "./proof-key.js";

/** The proof proves nothing: the first step that failed, and why. */
export class Failed extends Error {
  constructor(step, reason) {
    super(`the proof fails at step ${step}: ${reason}`);
    this.step = step;
    this.reason = reason;
  }
}

function ensure(holds, step, reason) {
  if (!holds) throw new Failed(step, reason);
}

function reading(step, read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotJson) throw new Failed(step, error.message);
    throw error;
  }
}

/** Who voted when: the committee of genesis, and the changes that a proof carries. */
class History {
  #names;
  #committees;

  constructor({ members, validators }) {
    this.#names = new Map(members.map(({ id, name }) => [id, name]));
    this.#committees = [this.#since(0n, validators)];
  }

  #since(from, voters) {
    const validators = voters.map(({ member }) => ({ member, name: this.#names.get(member) ?? member }));
    return { from, validators, keys: voters.map(({ key }) => key) };
  }

  committee(epoch) {
    return this.#committees.findLast(({ from }) => from <= epoch);
  }

  /** Goes on with a change that the validators of an earlier epoch certified; why not, or null. */
  extend({ kind, table, columns, primaryKey, cells }, certifiedIn) {
    const isChange = kind === "written" && table === "member_committee" && primaryKey.length === 1 && primaryKey[0] === "from_epoch";
    const [from, text] = ["from_epoch", "validators"].map((name) => cells[columns.indexOf(name)]);
    if (!isChange || typeof from !== "bigint" || from < 0n || typeof text !== "string") return "it is not a row that changes the validators";
    if (from <= this.#committees.at(-1).from || from <= certifiedIn) {
      return "the validators of its epoch were certified by themselves, or it is not in order";
    }
    const voters = lines(text).map(voterOf);
    if (voters.includes(null)) return "a validator has not its form";
    const isSorted = voters.every(({ key }, at) => at === 0 || voters[at - 1].key < key);
    if (voters.length === 0 || !isSorted) return "the validators are not sorted by key";
    this.#committees.push(this.#since(from, voters));
    return null;
  }
}

/** Lines as they end with a line feed, before which a carriage return may stand; the last may do without. */
function lines(text) {
  const all = text.split("\n");
  const last = all.pop();
  const ended = all.map((line) => line.replace(/\r$/, ""));
  return last === "" ? ended : [...ended, last];
}

function voterOf(line) {
  const space = line.indexOf(" ");
  const key = space < 0 ? undefined : ed25519Digits(line.slice(space + 1));
  return key ? { member: line.slice(0, space), key } : null;
}

/** A claim in the words of the roots; the value is null where the claim is of absence. */
async function rowOf({ kind, table, columns, primaryKey, cells, hash }) {
  const keyed = (values) => sha256(cbor(["counterfoil/key/1", table, ...values]));
  if (kind === "absent") {
    ensure(primaryKey.length === cells.length, "row", "the absent key has not one value a column");
    const key = await keyed(cells);
    ensure(key === hash, "row", "the absent key has another hash");
    return { key, value: null };
  }
  ensure(columns.length === cells.length, "row", "the row has not one value a column");
  const places = primaryKey.map((name) => columns.indexOf(name));
  ensure(!places.includes(-1), "row", "a column of the primary key is not one of the table's");
  const key = await keyed(places.map((at) => cells[at]));
  return { key, value: await sha256(await shapeOf(table, columns, primaryKey), cbor(cells)) };
}

function shapeOf(table, columns, primaryKey) {
  return sha256(cbor(["counterfoil/table/1", table, columns, primaryKey]));
}

async function ensureInIndex(proof, key, value, { stateRoot }, step) {
  const root = await indexRoot(proof, key, value).catch((error) => {
    if (error instanceof IndexMismatch) throw new Failed(step, error.message);
    throw error;
  });
  ensure(root === stateRoot, step, "the index proof leads to another root than the execution's");
}

/** The row follows from the record of its height. */
async function ensurePath({ claim, evidence, executions }, { key, value }) {
  const [record] = executions;
  ensure(record, "path", "there is no execution");
  const { kind, table, columns, primaryKey } = claim;
  switch (`${kind} by ${evidence.kind}`) {
    case "current by index":
      return ensureInIndex(evidence.index, key, value, record, "path");
    case "absent by absence": {
      const marker = await sha256(cbor(["counterfoil/index/1", table]));
      await ensureInIndex(evidence.table, marker, await shapeOf(table, columns, primaryKey), record, "table");
      return ensureInIndex(evidence.row, key, null, record, "path");
    }
    case "written by changes": {
      let root = await sha256("00", key, value);
      for (const { side, hash } of evidence.changes) root = await (side === "left" ? sha256("01", hash, root) : sha256("01", root, hash));
      return ensure(root === record.changesRoot, "path", "the path leads to another root than the execution's");
    }
    default:
      throw new Failed("path", "the evidence is of another kind than the claim");
  }
}

function headerOf(bytes, ledger) {
  const header = readHeader(bytes);
  ensure(header, "header", "the bytes are no header of this version");
  ensure(header.ledger === ledger, "header", "a header is of another ledger");
  return header;
}

/** The newest height that the executions reach, whose result the first header names. */
async function executedHeight({ height, prior, executions, headers, ledger }) {
  if (height === 0n) ensure(/^0+$/.test(prior), "execution", "before genesis there is no result");
  let result = prior;
  let last = height;
  for (const [at, { block, stateRoot, changesRoot, receiptsRoot }] of executions.entries()) {
    last = height + BigInt(at);
    ensure(last >> 64n === 0n, "execution", "the heights are beyond any ledger");
    const [before, ...hashes] = [result, block, stateRoot, changesRoot, receiptsRoot].map(fromHex);
    result = await sha256(cbor([before, last, ...hashes]));
  }
  ensure(headers.length > 0, "header", "there is no header");
  const first = headerOf(headers[0], ledger);
  ensure(first.executedHeight === last, "execution", "the first header names the result of another height");
  ensure(first.executedResult === result, "execution", "the executions lead to another result than the first header names");
  return last;
}

/** The time of the claim's block, milliseconds since 1970-01-01 UTC. */
async function blockTime({ block, height, executions, ledger }, genesis) {
  const executed = executions[0].block;
  if (block === null) {
    ensure(height === 0n, "header", "the header of the claim's height is missing");
    ensure(executed === ledger, "execution", "the execution of genesis is of another ledger");
    return genesis.time;
  }
  const header = headerOf(block, ledger);
  ensure(header.height === height && height > 0n, "header", "the claim's header is of another height");
  ensure((await sha256(block)) === executed, "header", "the claim's header is not the executed one");
  return header.time;
}

/** The last header, at the end of an unbroken chain. */
async function lastHeader({ headers, ledger }, executed) {
  let last;
  for (const bytes of headers) {
    const next = { ...headerOf(bytes, ledger), digest: await sha256(bytes) };
    const follows = !last || (next.parent === last.digest && next.height === last.height + 1n);
    ensure(follows, "header", "a header is not the child of the one before");
    last = next;
  }
  ensure(last.height > executed, "header", "a header names the result of its own height or a later one");
  return last;
}

/** Checks a claim and its way up to the members' signatures, by the validators known so far. */
async function certified(proof, genesis, history) {
  await ensurePath(proof, await rowOf(proof.claim));
  const executed = await executedHeight(proof);
  const time = await blockTime(proof, genesis);
  const last = await lastHeader(proof, executed);
  const certificate = readCertificate(proof.certificate);
  ensure(certificate, "certificate", "the bytes are no certificate");
  ensure(certificate.block === last.digest, "certificate", "it is of another block than the last header");
  ensure(certificate.epoch === last.epoch, "certificate", "it is of another epoch than the last header");
  const { validators, keys } = history.committee(last.epoch);
  const why = await notCertified(certificate, proof.ledger, keys);
  ensure(why === null, "certificate", why);
  const signers = certificate.signatures.map(({ signer }) => validators[signer]);
  return { time, last, signers, validators: validators.length };
}

async function handOver(handover, proof, genesis, history) {
  const of = (why) => new Failed("handover", `of height ${handover.height}: ${why}`);
  if (handover.ledger !== proof.ledger || handover.handovers.length > 0) throw of("it is of another ledger, or has changes of its own");
  const { last } = await certified(handover, genesis, history).catch((error) => {
    throw error instanceof Failed ? of(error.message) : error;
  });
  const why = history.extend(handover.claim, last.epoch);
  if (why !== null) throw of(why);
}

/** What the bytes of a proof file prove by those of a genesis file; throws `Failed`. */
export async function verify(proofBytes, genesisBytes) {
  const proof = reading("format", () => readProof(proofBytes));
  const ledger = await sha256(genesisBytes);
  ensure(ledger === proof.ledger, "genesis", `the genesis file is of ledger ${ledger}, the proof of ${proof.ledger}`);
  const genesis = reading("genesis", () => readGenesis(genesisBytes));
  const history = new History(genesis);
  for (const handover of proof.handovers) await handOver(handover, proof, genesis, history);
  const { time, last, signers, validators } = await certified(proof, genesis, history);
  const { claim, height } = proof;
  return { ledger, ledgerName: genesis.name, claim, height, time, certifiedHeight: last.height, signers, validators };
}
