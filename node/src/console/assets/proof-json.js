// JSON read strictly: numbers are whole and exact (BigInt), objects are Maps in which no member stands twice. And written in the one
// form that proofs have.

/** The text is not JSON of this kind. */
export class NotJson extends Error {}

/** As many arrays and objects may stand in each other. */
const DEPTH_MAX = 127;
/** A number of 64 bits has no more digits. */
const DIGITS_MAX = 20;

const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

class JsonReader {
  #text;
  #at = 0;
  #depth = 0;

  constructor(text) {
    this.#text = text;
  }

  document() {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail("something follows");
    return value;
  }

  #fail(why) {
    throw new NotJson(`${why} at character ${this.#at}`);
  }

  #space() {
    while (" \t\n\r".includes(this.#text[this.#at] ?? "x")) this.#at += 1;
  }

  #peek() {
    this.#space();
    return this.#text[this.#at];
  }

  #expect(text) {
    if (!this.#text.startsWith(text, this.#at)) this.#fail(`expected ${text}`);
    this.#at += text.length;
  }

  #value() {
    switch (this.#peek()) {
      case "{":
        return this.#nested(() => this.#object());
      case "[":
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case "n":
        return this.#word("null", null);
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      default:
        return this.#number();
    }
  }

  #word(text, value) {
    this.#expect(text);
    return value;
  }

  #nested(read) {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) this.#fail("too deep");
    this.#at += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  /** Whether another item follows, behind a comma unless it is the first; else `end` is read. */
  #more(isFirst, end) {
    const next = this.#peek();
    if (next === end) {
      this.#at += 1;
      return false;
    }
    if (!isFirst) this.#expect(",");
    return true;
  }

  #array() {
    const items = [];
    while (this.#more(items.length === 0, "]")) items.push(this.#value());
    return items;
  }

  #object() {
    const members = new Map();
    while (this.#more(members.size === 0, "}")) {
      this.#space();
      const name = this.#string();
      if (members.has(name)) this.#fail(`${name} stands twice`);
      this.#space();
      this.#expect(":");
      members.set(name, this.#value());
    }
    return members;
  }

  #number() {
    const whole = /-?(?:0|[1-9][0-9]*)(?![.eE0-9])/y;
    whole.lastIndex = this.#at;
    const found = whole.exec(this.#text)?.[0];
    if (found === undefined || found === "-0" || found.length > DIGITS_MAX) this.#fail("expected a whole number");
    this.#at += found.length;
    return BigInt(found);
  }

  #string() {
    this.#expect('"');
    let value = "";
    for (;;) {
      const special = /["\\\u0000-\u001f]/g;
      special.lastIndex = this.#at;
      const end = special.exec(this.#text)?.index;
      if (end === undefined) this.#fail("a text does not end");
      value += this.#text.slice(this.#at, end);
      this.#at = end + 1;
      if (this.#text[end] === '"') return value;
      if (this.#text[end] !== "\\") this.#fail("a control character in a text");
      value += this.#escaped();
    }
  }

  #escaped() {
    const kind = this.#text[this.#at];
    this.#at += 1;
    if (kind !== "u") return ESCAPES[kind] ?? this.#fail("no such escape");
    const unit = this.#unit();
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    this.#expect("\\u");
    const low = this.#unit();
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) this.#fail("half a character");
    return String.fromCharCode(unit, low);
  }

  #unit() {
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail("expected four hexadecimal digits");
    this.#at += 4;
    return Number.parseInt(digits, 16);
  }
}

/** The value of bytes that are UTF-8 and JSON, to the last byte; throws `NotJson`. */
export function parseJson(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotJson("not UTF-8");
  }
  return { text, value: new JsonReader(text).document() };
}

/** The one text of a value: no spaces, the shortest escapes, members in their order. */
export function writeJson(value) {
  if (value instanceof Map) return `{${Array.from(value, ([name, one]) => `${JSON.stringify(name)}:${writeJson(one)}`).join(",")}}`;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
}

/** The members of an object that has exactly these. */
export function membersOf(value, names) {
  const fits = value instanceof Map && value.size === names.length && names.every((name) => value.has(name));
  if (!fits) throw new NotJson(`expected an object of ${names.join(", ")}`);
  return names.map((name) => value.get(name));
}

export function textOf(value) {
  if (typeof value !== "string") throw new NotJson("expected a text");
  return value;
}

export function listOf(value, read) {
  if (!Array.isArray(value)) throw new NotJson("expected a list");
  return value.map(read);
}

/** A number from 0 to 2^64 - 1. */
export function unsignedOf(value) {
  if (typeof value !== "bigint" || value < 0n || value >> 64n !== 0n) throw new NotJson("expected a whole number of 64 bits");
  return value;
}
