// Packages and forms as their users click through them. Reads {url, language}; a package's name is new for each.

const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");
const { inspect, watch } = require("../phone/inspect.cjs");
const { run } = require("../phone/script.cjs");

const says = {
  en: { clean: "Nothing was found", voting: "to deploy version", force: "in force", frozen: "frozen", wrong: "cannot be read", needed: "has to be filled in" },
  "zh-CN": { clean: "未发现问题", voting: "部署版本", force: "生效中", frozen: "已冻结", wrong: "格式不正确", needed: "必填" },
};

const source = (name) => `-- Counters, <b>bold</b> & "quoted".
PACKAGE ${name} VERSION 1 OWNERS ('core-corp', 'bank-a') APPROVALS 2;
CREATE TABLE entry (id TEXT PRIMARY KEY, owner TEXT NOT NULL, value INTEGER NOT NULL, mark BLOB);
-- Begins a counter.
CREATE ACTION begin_one (id TEXT, value INTEGER, mark BLOB NULL) AS BEGIN
    SELECT require(:value > 0, 'a counter begins above 0');
    INSERT INTO entry VALUES (:id, caller(), :value, :mark);
    SELECT id, value FROM entry WHERE id = :id;
END;
-- None is negative.
CREATE INVARIANT none_below AS SELECT id FROM entry WHERE value < 0;
`;

async function sit(page, kid) {
  await page.click("details.seat summary");
  await page.selectOption("#seat-kid", kid);
  await Promise.all([page.waitForLoadState(), page.click("details.seat form button")]);
  await page.waitForSelector(`html[data-key="${kid}"]`);
}

async function deploy(page, { url }, name, text) {
  await page.goto(`${url}/deploy?template=escrow`);
  assert.match(await page.inputValue("#source"), /PACKAGE escrow VERSION 1/);
  await page.fill("#source", source(name).replace("caller()", "random()"));
  await page.click('form[method="post"] button[type="submit"]:not(.small)');
  await page.waitForSelector('.verdict[data-state="failed"]');
  const report = await page.textContent(".verdict");
  assert.ok(report.includes("function/unknown") && report.includes("random"), report);
  assert.match(await page.textContent(".numbered .found"), /random\(\)/);
  await inspect(page);
  await page.setInputFiles("#file", { name: "p.sql", mimeType: "text/plain", buffer: Buffer.from(source(name)) });
  await page.waitForFunction(() => document.getElementById("source").value.includes("caller()"));
  await page.click('form.card[method="post"] button[type="submit"]');
  await page.waitForSelector('.verdict[data-state="proved"]');
  assert.match(await page.textContent(".verdict"), new RegExp(text.clean));
  await page.click('form[data-action="/v1/commands/package.propose"] button');
  await page.waitForURL(`${url}/packages/${name}`);
  assert.match(await page.textContent("main"), new RegExp(text.voting));
  assert.equal(await page.textContent("pre.source"), source(name), "the source is the file to the byte");
  await inspect(page);
  await page.goto(`${url}/packages`);
  await inspect(page);
  await page.click(`a[href="/packages/${name}?version=1"]`);
  await sit(page, "bank-a/dev");
  await page.locator('form[data-action="/v1/commands/package.vote"] button').first().click();
  await page.waitForSelector('a[href$="/begin_one"]');
  assert.match(await page.textContent("dl.facts"), new RegExp(text.force));
  assert.match(await page.textContent("main"), /none_below/);
  await inspect(page);
}

async function call(page, { url }, name, text) {
  await page.goto(`${url}/do/${name}/begin_one?id=a-1`);
  assert.equal(await page.inputValue("#field-id"), "a-1", "the address fills in");
  const asked = [];
  page.on("request", (request) => request.method() === "POST" && asked.push(request.url()));
  await page.click("form.made > button");
  await page.waitForSelector("#field-value[aria-invalid=true]");
  assert.match(await page.textContent("#field-value-error"), new RegExp(text.needed));
  assert.deepEqual(asked, [], "what is missing is told without asking");
  await page.fill("#field-value", "x");
  await page.click("form.made button");
  await page.waitForSelector("#field-value[aria-invalid=true]");
  assert.match(await page.textContent("#field-value-error"), new RegExp(text.wrong));
  await page.fill("#field-value", "7");
  await page.fill("#field-mark-hex", "0g");
  await page.click("form.made button");
  await page.waitForSelector('#field-mark-hex[aria-invalid=true], #problem:not([hidden])');
  await page.fill("#field-mark-hex", "00ff");
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request.headers()["idempotency-key"]));
  await page.locator("form.made > button").dblclick();
  await page.waitForSelector("#done:not([hidden])");
  assert.ok(sent.length >= 1 && new Set(sent).size === 1, "a second click asks for nothing more");
  assert.deepEqual(JSON.parse(await page.textContent("#answer")).rows, [["a-1", 7]]);
  assert.match(await page.getAttribute("#transaction", "href"), /^\/transactions\/[0-9a-f]{64}$/);
  await inspect(page);
  await page.fill("#field-value", "8");
  await page.click("form.made > button");
  await page.waitForSelector("#problem:not([hidden])");
}

async function freeze(page, { url }, name, text) {
  await page.goto(`${url}/packages/${name}`);
  await page.click('form[data-action="/v1/commands/package.freeze"] button');
  await page.waitForSelector('form[data-action="/v1/commands/package.unfreeze"]');
  assert.match(await page.textContent("dl.facts"), new RegExp(text.frozen));
  const vote = (agree) => page.locator(`form[data-action="/v1/commands/package.unfreeze"]:has(input[data-field="/agree"][value="${agree}"])`);
  await vote(true).locator("button").click();
  await vote(false).locator("button").click();
  await vote(true).waitFor();
  assert.match(await page.textContent("dl.facts"), new RegExp(text.frozen));
  await sit(page, "shop-1/dev");
  assert.equal(await page.locator("main form[data-action]").count(), 0, "others decide nothing");
}

/** Rows come and go; a wrong row is told at its field. */
async function rows(page, { url, language }) {
  await page.goto(`${url}/do/asset.transfer_batch`);
  const add = page.locator("[data-add]").first();
  await add.click();
  const fields = await page.locator("[data-row] [data-field]").evaluateAll((all) => all.map((one) => one.dataset.field));
  assert.ok(fields.length > 3 && fields.some((one) => /^\/\w+\/0\//.test(one)) && fields.some((one) => /^\/\w+\/1\//.test(one)), `${fields}`);
  const ids = await page.locator("[id]").evaluateAll((all) => all.map((one) => one.id));
  assert.equal(new Set(ids).size, ids.length, "each id stands once");
  await inspect(page);
  await page.locator("[data-remove]").first().click();
  const left = await page.locator("[data-row] [data-field]").evaluateAll((all) => all.map((one) => one.dataset.field));
  assert.ok(left.length < fields.length && left.every((one) => /^\/\w+\/0\//.test(one)), "the rows are numbered anew");
  await page.goto(`${url}/do/member.add_key?member=shop-1&name=till-${language.toLowerCase()}`);
  await page.fill("#field-public_key", "ed25519:xyz");
  await page.click("form.made > button");
  await page.waitForSelector("#field-public_key[aria-invalid=true]");
  await inspect(page);
}

async function table(page, { url }, name) {
  await page.goto(`${url}/deploy/table`);
  const example = await page.inputValue("#source");
  await page.fill("#source", `CREATE TABLE ${name}_s.t (id TEXT PRIMARY KEY, price REAL)`);
  await page.click('form.card[method="post"] button');
  await page.waitForSelector('.verdict[data-state="failed"]');
  await inspect(page);
  await page.fill("#source", example.replace("warehouse.receipt", `${name}_s.t`));
  await page.click('form.card[method="post"] button');
  await page.waitForSelector('form[data-action="/v1/commands/sql.execute"]');
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith("/v1/commands/sql.execute")),
    page.click('form[data-action="/v1/commands/sql.execute"] button'),
  ]);
  assert.equal(answer.status(), 200);
  await page.waitForURL(`${url}/tables/${name}_s.t`);
}

run(async (given) => {
  const text = says[given.language];
  const name = given.language === "en" ? "counter" : "jishu";
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const context = await browser.newContext({ locale: given.language, viewport: { width: given.width, height: 844 } });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  watch(page);
  await page.goto(`${given.url}/packages`);
  await sit(page, "core-corp/dev");
  await deploy(page, given, name, text);
  await call(page, given, name, text);
  await freeze(page, given, name, text);
  await rows(page, given);
  await table(page, given, name);
  await page.goto(`${given.url}/do`);
  await inspect(page);
  await browser.close();
});
