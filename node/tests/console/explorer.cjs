// The overview and the explorer in a browser. Reads {url, language} and prints how long the overview took to follow.

const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");
const { inspect, watch } = require("../phone/inspect.cjs");
const { run, tell } = require("../phone/script.cjs");

const says = {
  en: { health: "1 of 1 members signing", refused: "The statement was not run", none: "Nothing is called" },
  "zh-CN": { health: "1 名成员中 1 名在签名", refused: "语句未执行", none: "没有找到" },
};

/** The height that the overview shows. */
const height = (page) => page.textContent(".tiles .tile:nth-child(2) dd").then(Number);

/** Does something that makes a block with a transaction; its height. */
async function write(url, name) {
  const response = await fetch(`${url}/v1/commands/document.anchor`, {
    method: "POST",
    headers: { "content-type": "application/json", "counterfoil-key": "core-corp/dev" },
    body: JSON.stringify({ hash: [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, "0")).join(""), type: "test", title: name }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()).receipt;
}

async function follow(page, url) {
  await page.goto(url);
  const before = await height(page);
  const receipt = await write(url, "live");
  const answered = performance.now();
  assert.ok(receipt.height > before);
  await page.waitForFunction(
    (place) => document.querySelector(`[data-part] a[href="/blocks/${place}"]`) !== null,
    `${receipt.height}/${receipt.index}`,
    { polling: 10 },
  );
  return Math.round(performance.now() - answered);
}

run(async ({ url, language }) => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const longest = [];
  for (const width of [390, 1280]) {
    const context = await browser.newContext({ locale: language, viewport: { width, height: 900 } });
    const page = await context.newPage();
    watch(page);
    longest.push(await follow(page, url));
    assert.ok((await page.textContent(".health")).includes(says[language].health));

    const paths = ["/", "/blocks", "/transactions", "/evidence", "/tables", "/tables/yard.lot", "/tables/document_anchor", "/sql", "/search", "/search?q=nobody", "/search?q=bank-a%2FCNY"];
    await page.goto(`${url}/transactions`);
    const places = await page.$$eval("tbody td:first-child a", (all) => all.slice(0, 6).map((one) => one.getAttribute("href")));
    paths.push(...places, places[0].replace(/\/\d+$/, ""));
    await page.goto(`${url}/tables/yard.lot`);
    paths.push(...(await page.$$eval(".values td:first-child a", (all) => all.map((one) => one.getAttribute("href")))));
    for (const path of paths) {
      await page.goto(url + path);
      assert.equal(await page.getAttribute("html", "lang"), language);
      await inspect(page);
    }
    await page.goto(`${url}/search?q=nobody`);
    assert.ok((await page.textContent("main")).includes(says[language].none));

    await page.goto(`${url}/sql`);
    await page.fill("#sql", "SELECT id, remark FROM yard.lot");
    await page.click("form.editor button:not([formaction])");
    await page.waitForSelector("#result");
    assert.ok((await page.textContent(".values")).includes("alert(1)"), "as text");
    await inspect(page);
    await page.fill("#sql", "SELECT nothing\nFROM member");
    await page.click("form.editor button:not([formaction])");
    assert.ok((await page.textContent("#wrong")).includes(says[language].refused));
    await inspect(page);
    await context.close();

    // Everything can be read without scripts.
    const plain = await browser.newContext({ locale: language, viewport: { width, height: 900 }, javaScriptEnabled: false });
    const still = await plain.newPage();
    for (const path of ["/", "/blocks", places[0], "/tables/yard.lot"]) {
      await still.goto(url + path);
      assert.ok(!(await still.textContent("body")).includes("JavaScript"), path);
    }
    await plain.close();
  }
  await browser.close();
  tell({ follows_ms: longest });
});
