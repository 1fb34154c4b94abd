import { NotWhatWasAsked, clear, show, text, working } from "./form.js";
import { hex, key } from "./key.js";
import { ask, payload, post, Refused, submit } from "./ledger.js";

const form = document.getElementById("apply");
const review = document.getElementById("review");
const { name, taxpayer, amount } = form.elements;
const shown = (what) => review.querySelector(`[data-review="${what}"]`);
let prepared;

function isOrganisation() {
  return form.elements.kind.value === "organisation";
}

for (const kind of form.elements.kind) {
  kind.addEventListener("change", () => {
    for (const id of ["taxpayer-field", "kind-field"]) document.getElementById(id).hidden = !isOrganisation();
    name.autocomplete = isOrganisation() ? "organization" : "name";
    clear(taxpayer);
  });
}

/** The kind of invoice that is asked for; nothing for an ordinary one, which is all that a person gets. */
function kind() {
  return (isOrganisation() && form.elements["invoice-kind"]?.value) || undefined;
}

function taxpayerId() {
  return taxpayer.value.trim().toUpperCase();
}

// As soon as it is typed, not only when all is sent.
taxpayer.addEventListener("change", async () => {
  clear(taxpayer);
  if (!taxpayerId()) return;
  try {
    await ask(`/phone/taxpayer-ids/${encodeURIComponent(taxpayerId())}`);
  } catch (error) {
    if (error instanceof Refused && isOrganisation()) show(error);
  }
});

function buyer(member) {
  const given = { kind: isOrganisation() ? "organisation" : "individual", name: name.value.trim() };
  if (isOrganisation() && taxpayerId()) given.taxpayer = taxpayerId();
  return { ...given, member };
}

/** CBOR (RFC 8949 §4.2) of a text or of bytes. */
function cbor(value) {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  const major = typeof value === "string" ? 0x60 : 0x40;
  const length = bytes.length;
  const head = length < 24 ? [major + length] : length < 256 ? [major + 24, length] : [major + 25, length >> 8, length & 255];
  return [...head, ...bytes];
}

/** What the ledger holds of a sealed field. */
async function commitment({ name, salt, value }) {
  const saltBytes = Uint8Array.from(salt.match(/../g), (digits) => parseInt(digits, 16));
  const parts = ["counterfoil/field/1", name, saltBytes, value].flatMap(cbor);
  return hex(await crypto.subtle.digest("SHA-256", Uint8Array.from([0x84, ...parts])));
}

/** An amount as it is always written: `7` and `07.0` are `7.00`. */
function hundredths(text) {
  const [whole, fraction = ""] = text.split(".");
  return `${whole.replace(/^0+(?=\d)/, "")}.${fraction.padEnd(2, "0")}`;
}

/** Whether the call says what was asked for, in the clear and in what is sealed of it. */
async function isWhatWasAsked({ call, sealed }, asked) {
  const { with: given } = call;
  const field = sealed.find((one) => one.name === "buyer");
  const inTheClear =
    call.do === "invoice.apply" &&
    given.payment === asked.payment &&
    given.kind === asked.kind &&
    given.amounts.length === 1 &&
    hundredths(given.amounts[0]) === hundredths(asked.amounts[0]) &&
    given.claim_key === undefined;
  const said = field && JSON.parse(field.value);
  const same = (member) => said[member] === asked.buyer[member];
  return (
    inTheClear && sealed.length === 1 && given.sealed.fields.length === 1 &&
    ["kind", "name", "taxpayer", "member", "contact"].every(same) &&
    given.sealed.fields[0].commitment === (await commitment(field))
  );
}

async function prepare() {
  const { member } = await key();
  const asked = { payment: form.dataset.payment, kind: kind(), amounts: [amount.value.trim()], buyer: buyer(member) };
  const { value } = await post("/phone/prepare", { do: "invoice.apply", with: asked });
  if (!(await isWhatWasAsked(value, asked))) throw new NotWhatWasAsked();
  prepared = await payload([value.call]);
  shown("command").textContent = value.call.do;
  shown("kind").textContent = text(`kind-${value.call.with.kind ?? "ordinary"}`);
  shown("amount").textContent = `¥ ${value.call.with.amounts[0]}`;
  shown("name").textContent = asked.buyer.name;
  shown("taxpayer").textContent = asked.buyer.taxpayer ?? "–";
  const readers = [...new Set(value.call.with.sealed.readers.map((one) => one.reader))];
  const own = (reader) => (reader === member ? text("own") : reader);
  shown("readers").replaceChildren(...readers.flatMap((reader, at) => [at ? document.createElement("br") : "", own(reader)]));
  shown("text").textContent = prepared;
}

function turn(toReview) {
  form.hidden = toReview;
  review.hidden = !toReview;
  (toReview ? document.getElementById("review-title") : name).focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await working(prepare)) turn(true);
});

document.getElementById("change").addEventListener("click", () => turn(false));

document.getElementById("sign").addEventListener("click", async () => {
  let refused;
  const done = await working(async () => {
    try {
      const receipt = await submit(prepared);
      location.assign(`/phone/applications/${receipt.outputs[0].application}`);
    } catch (error) {
      refused = error;
      throw error;
    }
  });
  // A refusal stands at the field that it names, so the form is shown again.
  if (!done && refused instanceof Refused) {
    turn(false);
    clear();
    show(refused);
  }
});
