// An invoice under Chinese VAT, as its seller gives it to the node. The node checks all of it again.

import { divided, format, netOfGross, parse, taxOfNet, trimmed } from "./amounts.js";
import { clear, show } from "./form.js";
import { ask } from "./ledger.js";

const by = (id) => document.getElementById(id);

/** A number of an input; nothing where it is empty. What is none is told. */
function read(input, places, tell) {
  if (input.value.trim() === "") return undefined;
  const value = parse(input.value, places);
  if (value === undefined) tell?.(input, places);
  return value;
}

function rateOf(select) {
  const [category, rate] = select.value.split("/");
  return { category, rate, of: parse(rate, 4) ?? 0n, name: select.selectedOptions[0]?.textContent ?? "" };
}

/** What stands in the amount's place while it follows from quantity and price. */
function showAmount(input, amount, follows) {
  if (follows) {
    input.value = amount === undefined ? "" : format(amount);
  } else if (input.readOnly) {
    input.value = "";
  }
  input.readOnly = follows;
}

/** Quantity times price less the discount. */
function product(quantity, price, discount) {
  if (quantity === undefined || price === undefined) return undefined;
  return divided(quantity * price, 10n ** 12n) - (discount ?? 0n);
}

function line(of, tell) {
  const rate = rateOf(of.rate);
  const gross = by("gross").checked;
  const [quantity, price, discount] = [read(of.quantity, 8, tell), read(of.price, 6, tell), read(of.discount, 2, tell)];
  const follows = of.quantity.value.trim() !== "" && of.price.value.trim() !== "";
  const known = follows ? product(quantity, price, discount) : read(of.amount, 2, tell);
  showAmount(of.amount, known, follows);
  if (known === undefined || known <= 0n) return {};
  const amount = gross ? netOfGross(known, rate.of) : known;
  const tax = gross ? known - amount : taxOfNet(amount, rate.of);
  const off = discount && gross ? netOfGross(discount, rate.of) : discount;
  // A price with tax is not the invoice's: that is what makes the amount, to six places.
  const own = price !== undefined && !gross ? price : quantity && divided((amount + (off ?? 0n)) * 10n ** 12n, quantity);
  return { of, rate, quantity, price: quantity ? own : price, discount: off, amount, tax, total: amount + tax };
}

function groups(lines) {
  const found = new Map();
  for (const { rate, amount, tax } of lines) {
    const group = found.get(rate.name) ?? { name: rate.name, net: 0n, tax: 0n };
    found.set(rate.name, { ...group, net: group.net + amount, tax: group.tax + tax });
  }
  return Array.from(found.values());
}

function item({ of, rate, quantity, price, discount, amount, tax, total }) {
  const texts = Object.fromEntries(
    ["tax_code", "name", "category", "specification", "unit"].map((name) => [name, of[name].value.trim()]).filter(([, value]) => value),
  );
  const value = { tax_code: "", name: "", ...texts, amount: format(amount), tax: format(tax), total: format(total), rate: rate.rate };
  if (quantity !== undefined) value.quantity = trimmed(quantity, 8);
  if (price !== undefined) value.price = trimmed(price, 6);
  if (discount) value.discount = format(discount);
  if (rate.category !== "standard") value.preference = rate.category;
  return value;
}

function invoice(head, lines, seller) {
  const sum = (name) => lines.reduce((before, one) => before + one[name], 0n);
  const kind = by("kind-individual").checked ? "individual" : "organisation";
  const { reference, payee, reviewer, drawer, remark } = head;
  const value = {
    // Ordinary where nothing is said.
    ...(head.kind === "special" && { kind: head.kind }),
    seller,
    reference,
    buyer: { name: "", ...head.buyer, kind },
    items: lines.map(item),
    net: format(sum("amount")),
    tax: format(sum("tax")),
    total: format(sum("total")),
    payee,
    reviewer,
    drawer,
    remark,
  };
  if (value.buyer.taxpayer) value.buyer.taxpayer = value.buyer.taxpayer.toUpperCase();
  if (head.application) value.paid = { application: head.application };
  else if (head.paid) value.paid = { payment: { id: head.paid } };
  return { action: "/v1/invoices", value };
}

/** Fills in who the buyer is, as soon as its id is right. */
export function lookUp() {
  const input = by("taxpayer");
  input?.addEventListener("change", async () => {
    const id = input.value.trim().toUpperCase();
    by("known").textContent = "";
    clear(input);
    if (!id) return;
    try {
      const known = await (await ask(`/invoices/buyers/${encodeURIComponent(id)}`)).json();
      if (!known || input.value.trim().toUpperCase() !== id) return;
      by("known").textContent = `${by("buyer-known").textContent} ${known.name}`;
      if (!by("name").value.trim()) by("name").value = known.name;
      if (!by("member").value.trim()) by("member").value = known.member;
    } catch (error) {
      show(error);
    }
  });
}

export const chinese = { line, groups, invoice, field: (at, name) => `/items/${at}/${name}` };
