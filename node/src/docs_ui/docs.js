"use strict";
// Renders /openapi.json and lets its reader try each operation. No asset from elsewhere, nothing kept beyond this tab.

const byId = (id) => document.getElementById(id);

// The key of the example that was opened last.
let suggested = "";

/** What the page itself says, in Chinese. What operations say is English, as in the document. */
const CHINESE = {
  "Counterfoil API": "存根 HTTP 接口", "Console": "控制台", "Token": "令牌", "Find": "查找", "not needed under dev": "dev 下无需填写",
  "Loading": "正在加载", "Body": "请求体", "Send": "发送", "Waiting …": "等待应答……", "Stop": "停止", "No answer": "没有应答",
  "Cannot show the API": "无法显示接口", "Version": "版本", "Other": "其他", "Nothing is called so.": "没有相符的操作。",
  "The example works once, as it stands, under dev with its samples, signed by": "示例在带示例数据的 dev 下可直接使用一次，签名密钥：",
};
const isChinese = document.documentElement.lang.startsWith("zh");
const told = (text) => (isChinese && CHINESE[text]) || text;

/** What the document says, in English, with what stands between backticks as code. */
const marked = (text = "") => element("span", { lang: "en" }, ...text.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part)));

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function resolve(api, schema, depth = 0) {
  if (!schema || depth > 12) return {};
  if (schema.$ref) {
    const parts = schema.$ref.replace("#/", "").split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    return resolve(api, parts.reduce((at, part) => at?.[part], api), depth + 1);
  }
  return schema;
}

function example(api, given, depth = 0) {
  const schema = resolve(api, given);
  if (depth > 6) return null;
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const variant = (schema.oneOf ?? schema.anyOf)?.find((one) => resolve(api, one).type !== "null");
  if (variant) return example(api, variant, depth + 1);
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  if (type === "object" || schema.properties) {
    const required = new Set(schema.required ?? []);
    const entries = Object.entries(schema.properties ?? {}).filter(([name]) => required.has(name));
    return Object.fromEntries(entries.map(([name, inner]) => [name, example(api, inner, depth + 1)]));
  }
  if (type === "array") return [example(api, schema.items, depth + 1)];
  if (type === "integer" || type === "number") return schema.minimum ?? 0;
  if (type === "boolean") return false;
  return "";
}

function parameterRow(parameter) {
  const input = element("input", { name: parameter.name, required: !!parameter.required, spellcheck: false });
  const label = `${parameter.name}${parameter.required ? " *" : ""}`;
  const row = element("label", { class: "parameter" }, element("span", {}, label, " ", element("small", {}, parameter.in)),
    element("span", {}, input, element("br"), element("small", {}, marked(parameter.description))));
  return { parameter, input, row };
}

function operationView(api, path, method, operation) {
  const rows = (operation.parameters ?? []).map(parameterRow);
  const content = operation.requestBody?.content ?? {};
  const types = Object.keys(content);
  const type = element("select", { "aria-label": told("Body") }, ...types.map((name) => element("option", {}, name)));
  const body = element("textarea", { rows: 10, spellcheck: false, "aria-label": told("Body") });
  const fill = () => {
    const media = content[type.value] ?? {};
    body.value = type.value.endsWith("json") ? JSON.stringify(media.example ?? example(api, media.schema), null, 2) : (media.example ?? "");
  };
  type.addEventListener("change", fill);
  const answer = element("div");
  const form = element("form", {},
    ...rows.map(({ row }) => row),
    types.length ? element("p", {}, `${told("Body")} `, type) : null,
    types.length ? body : null,
    element("p", {}, element("button", {}, told("Send"))), answer);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(path, method, rows, types.length ? { type: type.value, text: body.value } : null, answer);
  });
  const signer = "dev" in document.documentElement.dataset ? operation["x-example-key"] : undefined;
  const worked = "The example works once, as it stands, under dev with its samples, signed by";
  const note = signer ? element("p", {}, element("small", {}, `${told(worked)} ${signer}`)) : null;
  const inner = element("div", {}, element("p", {}, marked(operation.description)), note, form);
  const view = element("details", {},
    element("summary", {}, element("span", { class: `method ${method}` }, method.toUpperCase()),
      element("span", { class: "path" }, path), marked(operation.summary)), inner);
  view.addEventListener("toggle", () => {
    if (view.open && !body.value) fill();
    // A key that the reader has entered stays.
    if (view.open && signer && ["", suggested].includes(byId("key").value)) byId("key").value = suggested = signer;
  });
  view.dataset.text = `${method} ${path} ${operation.summary ?? ""}`.toLowerCase();
  return view;
}

async function send(path, method, rows, body, answer) {
  const headers = {};
  const query = new URLSearchParams();
  let url = path;
  if (byId("key").value) headers["Counterfoil-Key"] = byId("key").value.trim();
  if (byId("token").value) headers["Authorization"] = `Bearer ${byId("token").value.trim()}`;
  for (const { parameter, input } of rows) {
    if (!input.value && parameter.in !== "path") continue;
    if (parameter.in === "path") url = url.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (parameter.in === "query") query.set(parameter.name, input.value);
    else headers[parameter.name] = input.value;
  }
  if (body) headers["Content-Type"] = body.type;
  if (query.size) url += `?${query}`;
  answer.replaceChildren(element("p", {}, told("Waiting …")));
  try {
    const response = await fetch(url, { method: method.toUpperCase(), headers, body: body?.text });
    if ((response.headers.get("Content-Type") ?? "").startsWith("text/event-stream")) return await follow(response, answer);
    const text = await response.text();
    const notes = ["Location", "Content-Location", "Retry-After"].map((name) => [name, response.headers.get(name)]);
    answer.replaceChildren(element("p", { class: "status" }, `${response.status} ${response.statusText}`),
      ...notes.filter(([, value]) => value).map(([name, value]) => element("p", {}, `${name}: ${value}`)),
      element("pre", {}, pretty(text)));
  } catch (error) {
    answer.replaceChildren(element("p", { class: "status" }, `${told("No answer")}: ${error.message}`));
  }
}

async function follow(response, answer) {
  const stop = element("button", { type: "button" }, told("Stop"));
  const text = element("pre", {}, "");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  stop.addEventListener("click", () => reader.cancel());
  answer.replaceChildren(stop, text);
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    text.append(value);
  }
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

async function main() {
  const api = await (await fetch("/openapi.json")).json();
  byId("about").replaceChildren(`${api.info.summary ?? ""} ${told("Version")} ${api.info.version}. OpenAPI ${api.openapi}: `,
    element("a", { href: "/openapi.json" }, "/openapi.json"));
  const groups = new Map();
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const tag = operation.tags?.[0] ?? "Other";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operationView(api, path, method, operation));
    }
  }
  byId("operations").replaceChildren(...[...groups].map(([tag, views]) => element("section", {}, element("h2", {}, told(tag)), ...views)));
  byId("find").addEventListener("input", () => {
    const wanted = byId("find").value.toLowerCase();
    for (const view of document.querySelectorAll("details")) view.hidden = !view.dataset.text.includes(wanted);
    const sections = Array.from(document.querySelectorAll("section"));
    for (const section of sections) section.hidden = !section.querySelector("details:not([hidden])");
    byId("none").hidden = sections.some((section) => !section.hidden);
  });
}

document.title = told(document.title);
for (const one of document.querySelectorAll("[data-told]")) one.textContent = told(one.textContent);
byId("token").placeholder = told(byId("token").placeholder);
byId("who").addEventListener("submit", (event) => event.preventDefault());
main().catch((error) => byId("about").replaceChildren(`${told("Cannot show the API")}: ${error.message}`));
