// What holds of every page of the console: axe finds nothing serious, in English wide and in Chinese narrow, in the light and in the dark;
// it fits; it costs at most five SELECTs; a first load is small. Reads {url, pages}: add an address to PAGES in `every.rs`.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const { chromium } = require("playwright-core");
const { inspect, watch } = require("../phone/inspect.cjs");
const { run, tell } = require("../phone/script.cjs");

const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** What a browser that was never here takes at most, not compressed. */
const FIRST_LOAD_MAX = 150_000;
const READS_MAX = 5;
/** Each language and each width: all pairs take minutes. */
const SEEN = [["en", 1280], ["zh-CN", 390]];

/** Runs in the page. */
async function serious(tags) {
  const { violations } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}

async function look(browser, url, path, language, width) {
  const context = await browser.newContext({ locale: language, viewport: { width, height: 844 } });
  const page = await context.newPage();
  watch(page);
  const bodies = [];
  page.on("response", (response) => {
    if (!response.url().endsWith("/live")) bodies.push(response.body().catch(() => []));
  });
  const response = await page.goto(`${url}${path}`, { waitUntil: "load" });
  assert.equal(response.status(), 200, path);
  assert.equal(await page.getAttribute("html", "lang"), language, path);
  const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0);
  const reads = Number(response.headers()["counterfoil-reads"] ?? 0);
  assert.ok(reads <= READS_MAX, `${path} takes ${reads} SELECTs`);
  assert.ok(bytes > 0 && bytes < FIRST_LOAD_MAX, `${path} takes ${bytes} bytes`);
  await page.evaluate(axe);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await page.evaluate(serious, TAGS), [], `${path} in ${language}, ${width} wide, ${colorScheme}`);
  }
  await inspect(page);
  await context.close();
  return { path, language, width, reads, bytes };
}

run(async ({ url, pages }) => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const wrong = [];
  for (const path of pages) {
    for (const [language, width] of SEEN) {
      try {
        tell(await look(browser, url, path, language, width));
      } catch (error) {
        wrong.push(`${path} in ${language}, ${width} wide: ${error.message}`);
      }
    }
  }
  await browser.close();
  assert.deepEqual(wrong, []);
});
