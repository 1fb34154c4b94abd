// An invoice of EN 16931 in the terms of the standard. The node checks every rule of it.

import { divided, format, parse, trimmed } from "./amounts.js";

/** Categories of UNTDID 5305 that have a rate above zero. */
const RATED = ["S", "L", "M", "B"];

function read(input, places, tell) {
  const value = parse(input.value, places);
  if (value === undefined) tell?.(input, places);
  return value;
}

function line(of, tell) {
  const [category] = of.rate.value.split("/");
  const rated = RATED.includes(category);
  of.percent.disabled = !rated;
  const percent = rated ? read(of.percent, 2, tell) : 0n;
  const [quantity, price] = [read(of.quantity, 4, tell), read(of.price, 4, tell)];
  if (quantity === undefined || price === undefined || percent === undefined) return {};
  const net = divided(quantity * price, 10n ** 6n);
  const tax = divided(net * percent, 10_000n);
  return { of, category, percent, quantity, price, net, total: net + tax };
}

/** VAT by category and rate, of the sums. */
function groups(lines) {
  const found = new Map();
  for (const { category, percent, net } of lines) {
    const name = `${category} ${trimmed(percent, 2)}%`;
    const before = found.get(name)?.net ?? 0n;
    found.set(name, { name, category, percent, net: before + net });
  }
  return Array.from(found.values(), (group) => ({ ...group, tax: divided(group.net * group.percent, 10_000n) }));
}

function vat({ category, percent }) {
  // What is outside of VAT has no rate.
  return category === "O" ? { category } : { category, rate: trimmed(percent, 2) };
}

function term(one, at) {
  return {
    "BT-126": `${at + 1}`,
    "BT-129": trimmed(one.quantity, 4),
    "BT-130": one.of.unit.value.trim(),
    "BT-131": format(one.net),
    "BG-29": { "BT-146": trimmed(one.price, 4) },
    "BG-30": vat(one),
    "BG-31": { "BT-153": one.of.name.value.trim() || undefined },
  };
}

function invoice({ invoice: head, buyer, reference, remark, paid, application }, lines, seller) {
  const breakdown = groups(lines);
  const sum = (name) => breakdown.reduce((before, group) => before + group[name], 0n);
  const [net, tax] = [sum("net"), sum("tax")];
  const reason = head["BG-23"]?.[0]?.["BT-120"];
  const value = {
    ...head,
    "BT-3": "380",
    "BG-1": remark ? [{ "BT-22": remark }] : undefined,
    "BG-2": { "BT-24": "urn:cen.eu:en16931:2017" },
    "BG-4": { ...head["BG-4"], "BT-27": document.getElementById("seller-name").textContent, "BT-31": seller },
    "BG-22": {
      "BT-106": format(net),
      "BT-109": format(net),
      "BT-110": format(tax),
      "BT-112": format(net + tax),
      "BT-115": format(net + tax),
    },
    "BG-23": breakdown.map((group) => ({
      "BT-116": format(group.net),
      "BT-117": format(group.tax),
      "BT-118": group.category,
      "BT-119": group.category === "O" ? undefined : trimmed(group.percent, 2),
      "BT-120": RATED.includes(group.category) || group.category === "Z" ? undefined : reason,
    })),
    "BG-25": lines.map(term),
  };
  const by = application ? { application } : paid && { payment: { id: paid } };
  return { action: "/v1/commands/invoice.issue_en16931", value: { invoice: value, buyer, reference, paid: by } };
}

const FIELDS = { name: "BG-31/BT-153", quantity: "BT-129", unit: "BT-130", price: "BG-29/BT-146", rate: "BG-30/category", percent: "BG-30/rate" };

export const european = { line, groups, invoice, field: (at, name) => `/invoice/BG-25/${at}/${FIELDS[name]}` };
