// Exact amounts: integers of the smallest digit, as the node reckons them. No float anywhere.

/** A decimal text with at most `places` digits after the point, as an integer of the last of them; nothing for what is none. */
export function parse(text, places) {
  const found = /^(\d{1,15})(?:\.(\d*))?$/.exec(text.trim().replaceAll(",", ""));
  const fraction = found?.[2] ?? "";
  if (!found || fraction.length > places) return undefined;
  return BigInt(found[1] + fraction.padEnd(places, "0"));
}

export function format(value, places = 2) {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return value < 0n ? `-${text}` : text;
}

/** The same for people: a comma after each three digits before the point. */
export function grouped(value, places = 2) {
  const [whole, ...fraction] = format(value, places).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...fraction].join(".");
}

/** Without zeros at its end. */
export function trimmed(value, places) {
  return format(value, places).replace(/\.?0+$/, "");
}

/** A quotient of numbers that are not below zero, rounded half up. */
export function divided(number, by) {
  return (number * 2n + by) / (by * 2n);
}

/** Tax on a net amount at a rate of 10,000. */
export function taxOfNet(net, rate) {
  return divided(net * rate, 10_000n);
}

/** The net amount of one with tax. */
export function netOfGross(gross, rate) {
  return divided(gross * 10_000n, 10_000n + rate);
}
