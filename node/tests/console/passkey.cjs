// Signing in by a passkey of a virtual device. Reads {base, link, expired, key, language}; prints the session's cookie.

const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");
const { inspect, watch } = require("../phone/inspect.cjs");
const { play, run, tell } = require("../phone/script.cjs");

async function problem(page) {
  await page.waitForSelector("#problem:not([hidden])");
  return page.textContent("#problem");
}

/** A device that is unlocked by whoever holds it. */
async function device(page) {
  const client = await page.context().newCDPSession(page);
  await client.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await client.send("WebAuthn.addVirtualAuthenticator", { options });
  return {
    lock: () => client.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false }),
    unlock: () => client.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true }),
  };
}

/** The answer to a form's request, which comes after a click. */
async function answered(page, path, click) {
  const [response] = await Promise.all([page.waitForResponse((one) => new URL(one.url()).pathname === path && one.request().method() === "POST"), click()]);
  return response.status();
}

async function story({ base, link, expired, key, language }) {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const context = await browser.newContext({ locale: language, viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  return play(page, async () => {
    watch(page);
    const held = await device(page);

    await page.goto(`${base}/accounts`);
    assert.equal(new URL(page.url()).pathname, "/sign-in", "whoever is not signed in");
    await inspect(page);
    assert.equal(await page.locator("nav.pages").count(), 0);

    await page.goto(expired);
    await problem(page);
    assert.ok(await page.isHidden("#set-up"), "nothing to press");
    await page.goto(`${base}/set-up`);
    await problem(page);
    await page.goto("about:blank");
    await page.goto(link);
    await page.waitForSelector("#set-up-for:not([hidden])");
    assert.equal(await page.textContent("#set-up-key"), key);
    assert.ok(!page.url().includes("cfi_"), "the code does not stay in the address");
    await inspect(page);
    assert.equal(await answered(page, "/set-up", () => page.click("#set-up")), 204);
    await page.waitForURL((url) => url.pathname !== "/set-up");

    await page.goto(`${base}/members`);
    await page.click("details.seat summary");
    await page.click("form[action='/sign-out'] button");
    await page.waitForURL(/\/sign-in/);
    await page.goto(link);
    await problem(page);

    await page.goto(`${base}/members`);
    await page.waitForSelector("#sign-in");
    await held.lock();
    await page.click("#sign-in");
    await problem(page);
    await held.unlock();
    assert.equal(await answered(page, "/sign-in", () => page.click("#sign-in")), 204);
    await page.waitForURL(`${base}/members`);
    assert.equal(await page.getAttribute("html", "data-key"), key);
    await inspect(page);

    const [cookie] = (await context.cookies()).filter((one) => one.name.startsWith("seat-"));
    assert.ok(cookie.httpOnly && cookie.sameSite === "Strict" && cookie.expires > 0);
    return { cookie: `${cookie.name}=${cookie.value}` };
  });
}

run(async (given) => tell(await story(given)));
