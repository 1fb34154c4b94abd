// Money is offered, accepted, refused and withdrawn; and how much waits stands beside "Inbox" on every page. Reads {base, language, width}.

const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");
const { inspect, watch } = require("../phone/inspect.cjs");
const { play, run, tell } = require("../phone/script.cjs");
const { act, wrongAt } = require("./seat.cjs");

const waiting = async (page) => parseInt((await page.textContent(".tally")) || "0", 10) || 0;

/** Waits until the list of pages says that so much waits. */
async function waits(page, count) {
  const says = (expected) => (parseInt(document.querySelector(".tally").textContent || "0", 10) || 0) === expected;
  await page.waitForFunction(says, count);
}

async function offer(page, base, amount, reference) {
  await page.goto(`${base}/accounts/supplier-1/cny`);
  await page.fill("#offer-to", "shop-1");
  await page.fill("#offer-amount", amount);
  await page.fill("#offer-reference", reference);
  await Promise.all([page.waitForNavigation(), page.click("#offer button[type=submit]")]);
  await page.waitForSelector(`#set-aside >> text=${reference}`);
}

async function refusals(page, base, language) {
  await page.goto(`${base}/accounts/supplier-1/cny`);
  await page.fill("#offer-to", "nobody-at-all");
  await page.fill("#offer-amount", "5.00");
  await page.click("#offer button[type=submit]");
  assert.match(await wrongAt(page, "#offer-to"), language === "en" ? /no such active member/ : /没有这个成员/);
  await page.fill("#offer-to", "shop-1");
  await page.fill("#offer-amount", "five");
  await page.click("#offer button[type=submit]");
  assert.match(await wrongAt(page, "#offer-amount"), language === "en" ? /not an amount/ : /请输入金额/);
  await inspect(page);
}

async function story({ base, language, width }) {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const context = await browser.newContext({ locale: language, viewport: { width, height: 844 } });
  const page = await context.newPage();
  return play(page, async () => {
    watch(page);
    await page.goto(`${base}/inbox`);
    await act(page, "supplier-1/dev");
    await refusals(page, base, language);
    await offer(page, base, "11.00", "to accept");
    await offer(page, base, "12.00", "not ordered");
    await offer(page, base, "13.00", "to withdraw");
    // From the account, and from the inbox, the sender takes an offer back.
    await page.goto(`${base}/inbox`);
    const sent = page.locator("#sent > li");
    assert.equal(await sent.count(), 3);
    await inspect(page);
    const last = sent.filter({ hasText: "to withdraw" });
    await Promise.all([page.waitForNavigation(), last.locator("form[data-action$='/withdraw'] button").click()]);
    assert.equal(await sent.count(), 2);

    await act(page, "shop-1/dev");
    await page.goto(`${base}/members`);
    await page.waitForSelector(".tally:not(:empty)");
    const before = await waiting(page);
    assert.ok(before >= 2);
    await page.goto(`${base}/inbox`);
    const refused = page.locator("#offer > li").filter({ hasText: "not ordered" });
    await refused.locator("form[data-action$='/refuse'] input").fill("not ordered");
    await Promise.all([page.waitForNavigation(), refused.locator("form[data-action$='/refuse'] button").click()]);
    await waits(page, before - 1);
    // The receiver finds it at its account too.
    await page.goto(`${base}/accounts/shop-1/cny`);
    const accepted = page.locator("#claims > li").filter({ hasText: "to accept" });
    await inspect(page);
    await accepted.locator("form[data-action$='/accept'] input").fill("supplier-1/cny");
    await accepted.locator("form[data-action$='/accept'] button").click();
    await page.waitForSelector("#claims [aria-invalid=true]");
    await accepted.locator("form[data-action$='/accept'] input").fill("shop-1/cny");
    await Promise.all([page.waitForNavigation(), accepted.locator("form[data-action$='/accept'] button").click()]);
    assert.match(await page.textContent("#statement tbody tr"), /to accept/);

    // Live: without a page loaded anew, what another offers is counted, also where the stream was answered otherwise at first.
    const refuseOnce = (route) => route.fulfill({ status: 429 });
    await page.route("**/live", refuseOnce, { times: 1 });
    await page.goto(`${base}/tables`);
    await page.waitForFunction(() => document.querySelector(".tally") !== null);
    const now = before - 2;
    await waits(page, now);
    const key = await page.evaluate(() => document.documentElement.dataset.key);
    assert.equal(key, "shop-1/dev");
    const told = await page.request.post(`${base}/v1/offers`, {
      headers: { "counterfoil-key": "supplier-1/dev" },
      data: { from: "supplier-1/cny", to: "shop-1", asset: "bank-a/CNY", amount: "1.00", expires_ms: Date.now() + 3_600_000 },
    });
    assert.equal(told.status(), 201, await told.text());
    await waits(page, now + 1);
    const { offer: number } = await told.json();
    const refuse = { headers: { "counterfoil-key": "shop-1/dev" }, data: {} };
    assert.equal((await page.request.post(`${base}/v1/offers/${number}/refuse`, refuse)).status(), 200);
    await waits(page, now);
    return { done: true };
  });
}

run(async (given) => tell(await story(given)));
