// What holds of every page, whatever it shows.

const assert = require("node:assert/strict");

/** Fails for what a page must not do: write errors, or ask another origin for anything. */
function watch(page) {
  page.on("console", (message) => {
    // A refusal is an answer of the node; browsers write a line for each.
    const isRefusal = /^Failed to load resource: the server responded with a status of 4/.test(message.text());
    if (message.type() === "error" && !isRefusal) fail(new Error(`console: ${message.text()}`));
  });
  page.on("pageerror", fail);
  page.on("response", (response) => {
    const isOfPage = ["stylesheet", "script", "image"].includes(response.request().resourceType());
    if (isOfPage && response.status() >= 400) fail(new Error(`${response.url()}: ${response.status()}`));
  });
  page.on("request", (request) => {
    if (request.isNavigationRequest()) return;
    const { protocol, origin } = new URL(request.url());
    const own = new URL(page.url()).origin;
    if (protocol !== "blob:" && origin !== own) fail(new Error(`${own} asks ${request.url()}`));
  });
}

function fail(error) {
  console.error(error);
  process.exit(1);
}

/** Runs in the page: what is wrong with it. */
function findings() {
  const wrong = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) wrong.push(`it is ${root.scrollWidth} wide`);
  if (!root.lang) wrong.push("it does not say its language");
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });
  if (Array.from(document.querySelectorAll("h1")).filter(isSeen).length !== 1) wrong.push("it has not one h1");
  for (const input of document.querySelectorAll("input, select")) {
    if (isSeen(input) && !input.labels.length) wrong.push(`${input.id} has no label`);
  }
  for (const one of document.querySelectorAll("button, a.button, input, select")) {
    const { width, height } = one.getBoundingClientRect();
    // WCAG 2.2, 2.5.8: targets of 24 pixels; a box's label is a part of it.
    if (isSeen(one) && !one.labels?.length && Math.min(width, height) < 24) wrong.push(`${one.outerHTML} is too small`);
  }
  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => {
    const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = numbers(getComputedStyle(one).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || !isSeen(element) || element.closest("noscript, button:disabled, option")) continue;
    const [a, b] = [numbers(getComputedStyle(element).color), behind(element)].map(luminance).sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    // WCAG 1.4.3, level AA.
    if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(2)} of ${JSON.stringify(text.data.trim())}`);
  }
  return wrong;
}

/** Fails unless the page fits, can be read and used by anybody, in the light and in the dark. */
async function inspect(page) {
  // A page without its style sheet is another one.
  await page.waitForLoadState();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const wrong = await page.evaluate(findings);
    assert.equal(wrong.length, 0, `${page.url()} in ${colorScheme}: ${wrong.join("; ")}`);
  }
  await page.keyboard.press("Tab");
  const focused = await page.evaluate(() => document.activeElement !== document.body && document.activeElement.matches(":focus-visible"));
  assert.ok(focused, `${page.url()}: the keyboard leads somewhere`);
}

module.exports = { inspect, watch };
