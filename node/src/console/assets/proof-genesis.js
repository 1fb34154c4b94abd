// The genesis file of a ledger, from which trust begins: read and checked as the members do.

import { NotJson, listOf, membersOf, parseJson, textOf, unsignedOf } from "./proof-json.js";
import { ed25519Digits } from "./proof-key.js";

const GENESIS_FORMAT = "counterfoil-genesis/1";
const VALIDATORS_MAX = 64;
const NAME = /^[a-z0-9][-a-z0-9._]{0,63}$/;

function keyOf(text) {
  const digits = ed25519Digits(textOf(text));
  if (digits === undefined) throw new NotJson(`${text} is no public key`);
  return digits;
}

function require(holds, why) {
  if (!holds) throw new NotJson(why);
}

function requireUnique(names, what) {
  require(new Set(names).size === names.length, `a ${what} stands twice`);
}

function readMember(value) {
  const [id, name, kind, roles, keys] = membersOf(value, ["id", "name", "kind", "roles", "keys"]);
  listOf(roles, textOf);
  const keyNames = listOf(keys, (one) => {
    const [keyName, publicKey, keyRoles] = membersOf(one, ["name", "public_key", "roles"]);
    keyOf(publicKey);
    listOf(keyRoles, textOf);
    return textOf(keyName);
  });
  require(kind === "organisation" || kind === "person", "a member is an organisation or a person");
  requireUnique(keyNames, "key name");
  require(NAME.test(textOf(id)) && keyNames.every((one) => NAME.test(one)), "a member or a key has not the form of a name");
  return { id, name: textOf(name) };
}

function readValidator(value) {
  const [member, publicKey] = membersOf(value, ["member", "public_key"]);
  const key = keyOf(publicKey);
  require(key !== null, "a validator votes with an ed25519 key");
  return { member: textOf(member), key };
}

/** What a genesis file says, its validators in the order of their keys; throws `NotJson`. */
export function readGenesis(bytes) {
  const names = ["format", "name", "time_ms", "epoch_length", "validators", "members"];
  const [format, name, time, epoch, validatorList, memberList] = membersOf(parseJson(bytes).value, names);
  require(format === GENESIS_FORMAT, `its format is not ${GENESIS_FORMAT}`);
  require(unsignedOf(epoch) >= 2n, "epoch_length is at least 2");
  const validators = listOf(validatorList, readValidator);
  const members = listOf(memberList, readMember);
  require(validators.length >= 1 && validators.length <= VALIDATORS_MAX, `it has not 1 to ${VALIDATORS_MAX} validators`);
  const ids = members.map(({ id }) => id);
  requireUnique(ids, "member");
  requireUnique(validators.map(({ member }) => member), "validator");
  requireUnique(validators.map(({ key }) => key), "validator's key");
  require(validators.every(({ member }) => ids.includes(member)), "a validator is not among the members");
  validators.sort((one, other) => (one.key < other.key ? -1 : 1));
  return { name: textOf(name), time: unsignedOf(time), validators, members };
}
