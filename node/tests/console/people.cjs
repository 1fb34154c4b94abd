// Accounts, inbox, documents and members as people of an organisation use them. Reads {base, language}.

const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");
const { inspect, watch } = require("../phone/inspect.cjs");
const { play, run, tell } = require("../phone/script.cjs");
const { act, wrongAt } = require("./seat.cjs");

const REFERENCE = "<b>rent</b>";
const SECRET = "4,200 a month";

async function transfers(page, base, language) {
  await page.goto(`${base}/accounts`);
  await act(page, "supplier-1/dev");
  await page.click("details.seat summary");
  await page.keyboard.press("Escape");
  assert.ok(await page.isHidden("#seat-kid"), "the menu goes away");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "SUMMARY");
  await page.fill("#look-up", "nobody");
  await page.click("form[action^='/accounts'] button");
  await page.waitForSelector("#look-up[aria-invalid=true]");
  await inspect(page);
  await page.click("a[href='/accounts/supplier-1/cny']");
  const rows = () => page.locator("#statement tbody tr").count();
  const before = await rows();
  await page.fill("#pay-to", "shop-1/cny");
  await page.fill("#pay-amount", "0.001");
  await page.click("#transfer button[type=submit]");
  assert.match(await wrongAt(page, "#pay-amount"), language === "en" ? /digits after the point/ : /小数位数/);
  await page.fill("#pay-amount", "198.00");
  await page.fill("#pay-reference", REFERENCE);
  // Two submissions at the same moment, as an impatient finger makes them.
  let sent = 0;
  page.on("request", (one) => {
    if (new URL(one.url()).pathname === "/v1/transfers") sent += 1;
  });
  await page.evaluate(() => {
    const form = document.getElementById("transfer");
    form.requestSubmit();
    form.requestSubmit();
  });
  await page.waitForFunction((count) => document.querySelectorAll("#statement tbody tr").length > count, before);
  await page.goto(page.url());
  assert.equal(sent, 2, "asked twice");
  assert.equal(await rows(), before + 1, "paid once");
  assert.match(await page.textContent("#statement tbody tr"), /<b>rent<\/b>/);
  assert.equal(await page.locator("#statement b").count(), 0);
  await inspect(page);

  await page.goto(`${base}/accounts/supplier-1/cny/batch`);
  await page.fill("#batch-lines", "to,amount,reference\nshop-1/cny,1.00,a\nnobody,2.00,b\nshop-2/cny,0,c\n");
  await page.click("#batch-check");
  await page.waitForSelector("#batch-wrong:not([hidden])");
  assert.equal(await page.locator("#batch-wrong-lines tr").count(), 2);
  assert.ok(await page.isDisabled("#batch-send"));
  await page.focus("#batch-file");
  await inspect(page);
  await page.fill("#batch-lines", '{"to":"shop-1/cny","amount":"1.00"}\n{"to":"shop-2/cny","amount":"2.50","reference":"x"}\n');
  await page.click("#batch-check");
  await page.waitForSelector("#batch-send:not([disabled])");
  assert.match(await page.textContent("#batch-total"), /^3\.50 /);
  await Promise.all([page.waitForURL((url) => decodeURIComponent(url.pathname) === "/accounts/supplier-1/cny"), page.click("#batch-send")]);
  assert.equal(await rows(), before + 3);
}

async function approvals(page, base) {
  await act(page, "core-corp/ann");
  await page.goto(`${base}/accounts/core-corp/cny`);
  await page.fill("#pay-to", "shop-1/cny");
  await page.fill("#pay-amount", "10000.00");
  await page.click("#transfer button[type=submit]");
  await page.waitForSelector("#waits:not([hidden])");
  await page.click("#waits a");
  assert.ok(await page.locator("#signatures > li").count() > 0);
  assert.equal(await page.locator("form[data-action$='/sign']").count(), 0, "nobody checks what he made");
  await inspect(page);
  await act(page, "core-corp/bea");
  const waiting = () => page.locator("#sign > li").count();
  const before = await waiting();
  assert.ok(before > 0);
  await inspect(page);
  await page.locator("#sign form[data-action$='/refuse'] button").first().click();
  await page.waitForSelector("#sign [aria-invalid=true], #problem:not([hidden])");
  await Promise.all([page.waitForNavigation(), page.locator("#sign form[data-action$='/sign'] button").first().click()]);
  assert.equal(await waiting(), before - 1);
}

async function documents(page, base, name) {
  await act(page, "shop-1/dev");
  await page.goto(`${base}/documents`);
  await inspect(page);
  await page.goto(`${base}/documents/seal?type=tax-bureau%2Flease`);
  await inspect(page);
  await page.fill("#seal-document", "shop-1/Not A Name");
  await page.fill("#clear-matter", "flat");
  await page.fill("#sealed-rent", SECRET);
  await page.click("form[data-action='/v1/documents/seal'] button[type=submit]");
  await page.waitForSelector("#seal-document[aria-invalid=true], #problem:not([hidden])");
  await page.fill("#seal-document", `shop-1/${name}`);
  const at = `${base}/documents/shop-1%2F${name.replaceAll("-", "%2D")}`;
  await Promise.all([page.waitForURL((url) => url.pathname.startsWith("/documents/shop-1")), page.click("form[data-action='/v1/documents/seal'] button[type=submit]")]);
  assert.ok(!(await page.content()).includes(SECRET), "sealed until it is opened");
  await inspect(page);
  await page.fill("#open-reason", "to pay it");
  await page.click("#open button");
  await page.waitForFunction((secret) => document.querySelector("[data-sealed=rent]").textContent === secret, SECRET);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#disclose button")]);
  assert.match(download.suggestedFilename(), /\.json$/);
  await page.goto(at);
  assert.match(await page.textContent("#opened"), /to pay it/);

  await act(page, "supplier-1/dev");
  await page.goto(at);
  assert.equal(await page.locator("#open").count(), 0, "a stranger opens nothing");
  assert.ok(!(await page.content()).includes(SECRET));
}

async function members(page, base) {
  await act(page, "tax-bureau/dev");
  for (const path of ["/members", "/members?people=1", "/members/core-corp", "/members/tax-bureau", "/governance", "/inbox"]) {
    await page.goto(base + path);
    await inspect(page);
  }
  await page.goto(`${base}/members/tax-bureau`);
  for (const summary of await page.locator("main summary").all()) await summary.click();
  await inspect(page);
  await page.fill("#add-name", "x");
  await page.fill("#add-public", "nothing");
  await page.click("form[data-action$='/keys'] button[type=submit]");
  await page.waitForSelector("#add-public[aria-invalid=true], #problem:not([hidden])");
  await page.goto(`${base}/members/core-corp`);
  assert.equal(await page.locator("main form").count(), 0, "others' keys are not managed");
}

/** What only a vote does is proposed in its own form, and voted on where it is shown. */
async function decisions(page, base, language, name) {
  await act(page, "core-corp/dev");
  await page.goto(`${base}/do/member.suspend`);
  await page.waitForSelector("form.made #field-member");
  await page.waitForSelector("main .notice");
  assert.equal(await page.locator("main button[type=submit]").count(), 0, "who does not govern proposes nothing");
  await act(page, "tax-bureau/dev");
  await page.goto(`${base}/governance`);
  await page.click("a[href='/do/member.admit']");
  await page.waitForSelector("#vote button[type=submit]");
  assert.equal(await page.locator("main form button[type=submit]").count(), 1, "nobody does it alone");
  await page.goto(`${base}/members/shop-2`);
  await page.click("a[href^='/do/member.set_roles']");
  const before = await page.inputValue("#field-roles");
  assert.match(before, /^[a-z-]+(\n[a-z-]+)*$/, "the roles of now");
  await inspect(page);
  const propose = () => page.click("#vote button[type=submit]");
  await propose();
  assert.match(await wrongAt(page, "#vote-title"), language === "en" ? /has to be filled in/ : /必填/);
  await page.fill("#vote-title", `Roles ${name}`);
  await page.fill("#field-roles", `${before}\nNot A Role`);
  await propose();
  await wrongAt(page, "#field-roles");
  await page.fill("#vote-title", "x".repeat(1000));
  await page.fill("#field-roles", `${before}\n${name}`);
  await propose();
  await wrongAt(page, "#vote-title");
  await page.fill("#vote-title", `Roles ${name}`);
  await Promise.all([page.waitForURL((url) => url.pathname.startsWith("/governance/")), propose()]);
  assert.match(await page.textContent("main"), /member\.set_roles/);
  await inspect(page);
  // One organisation governs here, so its own vote decides.
  await page.goto(`${base}/members/shop-2`);
  assert.match(await page.textContent(".facts"), new RegExp(`\\b${name}\\b`));
}

async function story({ base, language, name }) {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage({ locale: language, viewport: { width: 390, height: 844 } });
  return play(page, async () => {
    watch(page);
    await transfers(page, base, language);
    await approvals(page, base);
    await documents(page, base, name);
    await members(page, base);
    await decisions(page, base, language, name);
    return { done: true };
  });
}

run(async (given) => tell(await story(given)));
