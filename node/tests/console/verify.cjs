// The proof page as its reader uses it, on a node and as a file, with the network cut. Reads {url, file, proof, genesis, tampered, wide,
// language}: files are named by their paths.

const assert = require("node:assert/strict");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");
const { inspect } = require("../phone/inspect.cjs");
const { run } = require("../phone/script.cjs");

const says = {
  en: { proved: "Proved", failed: "Not proved", missing: "Now choose the genesis file", row: "held this row", other: "中文" },
  "zh-CN": { proved: "证明成立", failed: "证明不成立", missing: "请选择创世文件", row: "存有这一行", other: "English" },
};

async function verdict(view, state) {
  await view.locator(`[data-verdict][data-state="${state}"]`).waitFor();
  return view.locator("[data-verdict]").textContent();
}

/** Chooses the files of a view, good ones and others. */
async function chooseFiles(page, view, given, text) {
  await view.locator('[data-file="proof"]').setInputFiles(given.proof);
  assert.match(await verdict(view, "waits"), new RegExp(text.missing));
  await view.locator('[data-file="genesis"]').setInputFiles(given.genesis);
  const told = await verdict(view, "proved");
  for (const part of [text.proved, text.row, "member_key", "shop-1", "till"]) assert.ok(told.includes(part), `${part}: ${told}`);
  await inspect(page);
  // A value without a place to break fits a phone too.
  await view.locator('[data-file="proof"]').setInputFiles(given.wide);
  await page.waitForFunction(() => document.querySelector("main:not([hidden]) [data-state=proved]")?.textContent.includes("abababab"));
  await inspect(page);
  await view.locator('[data-file="proof"]').setInputFiles(given.tampered);
  const refused = await verdict(view, "failed");
  for (const part of [text.failed, "path"]) assert.ok(refused.includes(part), `${part}: ${refused}`);
  await inspect(page);
  await view.locator('[data-file="genesis"]').setInputFiles(given.proof);
  await view.locator('[data-file="proof"]').setInputFiles(given.proof);
  await page.waitForFunction(() => document.querySelector("main:not([hidden]) [data-state=failed] code")?.textContent === "genesis");
}

/** Drops both files at once, anywhere. */
async function dropFiles(page, view, given) {
  const fs = require("node:fs");
  const texts = [given.genesis, given.proof].map((path) => fs.readFileSync(path, "utf8"));
  await page.evaluate(([genesis, proof]) => {
    const data = new DataTransfer();
    data.items.add(new File([genesis], "g.json"));
    data.items.add(new File([proof], "p.json"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, texts);
  await verdict(view, "proved");
}

async function onNode(browser, given, text, width) {
  const context = await browser.newContext({ locale: given.language, viewport: { width, height: 844 } });
  const page = await context.newPage();
  const wrong = [];
  // The live numbers of the bar and of the inbox look for the node in vain while the network is cut.
  page.on("console", (message) => message.type() === "error" && !message.text().includes("ERR_INTERNET_DISCONNECTED") && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.stack));
  await page.goto(`${given.url}/verify`);
  const view = page.locator("[data-verify]");
  await context.setOffline(true);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await chooseFiles(page, view, given, text);
  await dropFiles(page, view, given);
  assert.deepEqual(asked.filter((url) => !/\/(live|inbox\/count|assets\/icon\.svg)$/.test(url)), [], "the check asks nobody");
  await context.setOffline(false);
  await page.reload();
  await view.locator('[data-file="proof"]').setInputFiles(given.proof);
  await view.locator("[data-own]").click();
  await verdict(view, "proved");
  assert.deepEqual(wrong, []);
  await context.close();
}

async function asFile(browser, given, text) {
  const context = await browser.newContext({ locale: given.language, viewport: { width: 390, height: 844 }, offline: true });
  const page = await context.newPage();
  page.on("console", (message) => assert.notEqual(message.type(), "error", message.text()));
  page.on("pageerror", (error) => assert.fail(error));
  await page.goto(pathToFileURL(given.file).href);
  assert.equal(await page.getAttribute("html", "lang"), given.language);
  const view = page.locator(`main[lang="${given.language}"]`);
  await chooseFiles(page, view, given, text);
  await dropFiles(page, view, given);
  // The other language tells the same.
  assert.equal(await page.textContent("[data-switch]"), text.other);
  await page.click("[data-switch]");
  const other = given.language === "en" ? "zh-CN" : "en";
  assert.match(await verdict(page.locator(`main[lang="${other}"]`), "proved"), new RegExp(says[other].proved));
  assert.equal(await page.isVisible(`main[lang="${given.language}"]`), false);
  await context.close();
}

run(async (given) => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  for (const width of [390, 1280]) await onNode(browser, given, says[given.language], width);
  await asFile(browser, given, says[given.language]);
  await browser.close();
});
