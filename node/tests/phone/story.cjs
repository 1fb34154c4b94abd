// The phone's story as a person clicks through it, at 390 × 844. Reads {till, employer, language} and prints what it has seen.

const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");
const { inspect, watch } = require("./inspect.cjs");
const { run, tell } = require("./script.cjs");

const WIDTH = 390;
const COMPANY = "深圳市核心制造股份有限公司";
const TAXPAYER = "91440300MA5FC0013E";
const SHOP = "92440300MA5DL0010T";
const PERSON = "王小明 <b>&\"'";

const says = {
  en: {
    amountWrong: "An amount above 0",
    taxpayerWrong: "This is no valid taxpayer id",
    taxpayerMissing: "A company needs its taxpayer id",
    beyond: "That is more than is left of the payment",
    tooLong: "It took too long",
    other: "The node has prepared something else",
    fillIn: "Please fill this in",
    choose: "Choose at least one invoice",
    forged: "This code was not made by the shop",
    paidAlready: "This order is paid already",
    inUse: "An organisation has locked or booked it already",
    closed: "Reimbursed",
    locked: "Locked for reimbursement",
    noSpecial: "This seller may not issue special invoices",
    ordinaryOnly: "This seller issues ordinary invoices only",
    special: "Special",
    reversed: "Reversed",
    redAsked: "Red letter asked for",
  },
  "zh-CN": {
    amountWrong: "请输入大于 0 的金额",
    taxpayerWrong: "纳税人识别号不正确",
    taxpayerMissing: "单位抬头必须填写纳税人识别号",
    beyond: "超过这笔付款的可开票金额",
    tooLong: "操作超时",
    other: "节点准备的内容与您的要求不符",
    fillIn: "请正确填写此项",
    choose: "请至少选择一张发票",
    forged: "收款码不是该商户生成的",
    paidAlready: "该订单已付款",
    inUse: "已有单位锁定或入账",
    closed: "已报销",
    locked: "报销中",
    noSpecial: "该销售方不得开具专用发票",
    ordinaryOnly: "该销售方只开具普通发票",
    special: "增值税专用发票",
    reversed: "已冲红",
    redAsked: "申请红字发票",
  },
};

/** What stands at an input as wrong. */
async function wrongAt(page, input, expected) {
  await page.waitForSelector(`${input}[aria-invalid=true]`);
  const id = (await page.getAttribute(input, "aria-errormessage")) ?? (await page.getAttribute(input, "aria-describedby")).split(" ").pop();
  assert.match(await page.textContent(`[id="${id}"]`), new RegExp(expected));
}

async function problem(page, expected) {
  await page.waitForSelector("#problem:not([hidden])");
  assert.match(await page.textContent("#problem"), new RegExp(expected));
}

/** The till makes a code; where it leads. */
async function ring(page, { till, order, amount, text }) {
  await page.goto(till);
  await page.fill("#amount", "0");
  await page.fill("#order", order);
  await page.click("form button");
  await wrongAt(page, "#amount", text.amountWrong);
  await inspect(page);
  await page.fill("#amount", amount);
  await page.click("form button");
  await inspect(page);
  return page.getAttribute("a#pay", "href");
}

async function pay(page, address, text) {
  await page.goto(address.replace("amount=198.00", "amount=1.00"));
  assert.match(await page.textContent("main"), new RegExp(text.forged));
  await page.goto(address);
  await inspect(page);
  await page.click("#pay button");
  await page.waitForURL(/\/phone\/apply/);
  await inspect(page);
}

/** The key is there, and no way leads to its secret. */
async function keyIsKept(page) {
  const tried = await page.evaluate(async () => {
    const opened = await new Promise((resolve, reject) => {
      const request = indexedDB.open("counterfoil", 1);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const all = await new Promise((resolve) => {
      const request = opened.transaction("keys").objectStore("keys").getAll();
      request.onsuccess = () => resolve(request.result);
    });
    opened.close();
    const { secret } = all[0];
    const refused = [];
    for (const format of ["pkcs8", "jwk", "raw"]) {
      await crypto.subtle.exportKey(format, secret).catch((error) => refused.push(error.name));
    }
    return { count: all.length, type: secret.type, extractable: secret.extractable, refused };
  });
  assert.deepEqual({ count: tried.count, type: tried.type, extractable: tried.extractable }, { count: 1, type: "private", extractable: false });
  assert.equal(tried.refused.length, 3, "no format is given away");
}

/** What is filled in wrongly is told at its field, before anything is signed. */
async function wrongInputs(page, text) {
  await page.check("input[value=organisation]");
  await page.click("#apply button");
  await wrongAt(page, "#name", text.fillIn);
  await page.fill("#name", COMPANY);
  await page.click("#apply button");
  await wrongAt(page, "#taxpayer", text.taxpayerMissing);
  await page.fill("#taxpayer", "91440300MA5FC0013X");
  await page.locator("#taxpayer").blur();
  await wrongAt(page, "#taxpayer", text.taxpayerWrong);
  await page.click("#apply button");
  await wrongAt(page, "#taxpayer", text.taxpayerWrong);
  await page.fill("#taxpayer", TAXPAYER.toLowerCase());
  await page.fill("#amount", "1.234");
  await page.click("#apply button");
  await page.waitForSelector("#amount[aria-invalid=true]");
  await inspect(page);
}

/** A hosted key runs a command at the node of the till. */
async function command(context, till, key, name, data) {
  const reply = await context.request.post(new URL(`/v1/commands/${name}`, till).href, { headers: { "counterfoil-key": key }, data });
  assert.equal(reply.status(), 200, await reply.text());
  return reply.json();
}

/** Waits until the phone's node has executed what the till's has: it may be a block later. */
async function caughtUp(page, context, till) {
  const { executed } = await (await context.request.get(new URL("/v1/status", till).href)).json();
  const status = new URL("/v1/status", page.url()).href;
  while ((await (await context.request.get(status)).json()).executed < executed) await page.waitForTimeout(20);
}

/** A company asks for a special invoice, a person is not offered one; where the tax authority forbids it that stands at the choice. */
async function chooseSpecial(page, { context, till, text }) {
  const rule = async (allowed) => {
    await command(context, till, "tax-bureau/dev", "invoice.set_special", { issuer: { taxpayer: SHOP }, allowed });
    await caughtUp(page, context, till);
  };
  await page.check("input[value=individual]");
  assert.ok(await page.isHidden("#invoice-kind"), "a person gets an ordinary invoice");
  await page.check("input[value=organisation]");
  await page.fill("#name", COMPANY);
  await page.fill("#taxpayer", TAXPAYER);
  await page.selectOption("#invoice-kind", "special");
  await inspect(page);
  await rule(false);
  await page.click("#apply button");
  await wrongAt(page, "#invoice-kind", text.noSpecial);
  await inspect(page);
  await page.reload();
  await page.check("input[value=organisation]");
  assert.match(await page.textContent("#kind-field"), new RegExp(text.ordinaryOnly));
  await inspect(page);
  await rule(true);
  await page.reload();
}

async function apply(page, amount) {
  await page.fill("#amount", amount);
  await page.click("#apply button");
  await page.waitForSelector("#review:not([hidden])");
  await inspect(page);
  const payload = JSON.parse(await page.textContent('[data-review="text"]'));
  assert.equal(payload.calls[0].do, "invoice.apply");
  assert.ok(!JSON.stringify(payload).includes(COMPANY), "what is signed does not say who buys");
  await page.click("#sign");
}

/** A node that prepares something else than was asked for gets no signature. */
async function tampered(page, text) {
  const forgeries = [
    ({ call }) => (call.with.amounts = ["11.00"]),
    ({ call }) => (call.with.payment += "1"),
    ({ call }) => (call.with.claim_key = "00".repeat(32)),
    ({ call }) => (call.with.kind = "special"),
    ({ call }) => (call.do = "invoice.withdraw_application"),
    ({ sealed }) => (sealed[0].value = sealed[0].value.replace("王小明", "王大明")),
    ({ sealed }) => (sealed[0].salt = "00".repeat(32)),
    ({ call }) => (call.with.sealed.fields[0].commitment = "00".repeat(32)),
  ];
  const asked = "**/phone/prepare";
  const submitted = [];
  page.on("request", (request) => request.url().endsWith("/v1/transactions") && submitted.push(request.url()));
  await page.fill("#name", PERSON);
  await page.fill("#amount", "10");
  for (const forge of forgeries) {
    await page.route(asked, async (route) => {
      const response = await route.fetch();
      const json = await response.json();
      forge(json);
      await route.fulfill({ response, json });
    });
    await page.click("#apply button");
    await problem(page, text.other);
    await page.unroute(asked);
  }
  assert.deepEqual(submitted, [], "nothing was signed");
  assert.ok(await page.isHidden("#review"));
}

/** A phone that slept over what it was to sign signs nothing that the ledger still takes. */
async function expired(page, text) {
  await page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() - 3_600_000;
  });
  await page.fill("#name", PERSON);
  await apply(page, "10.00");
  await problem(page, text.tooLong);
  await page.reload();
}

async function invoice(page, context, text) {
  await page.waitForURL(/\/phone\/invoices\//);
  await inspect(page);
  assert.match(await page.textContent("#kind"), new RegExp(text.special));
  assert.equal(await page.textContent("#buyer"), COMPANY);
  assert.equal(await page.textContent(".capitals"), "壹佰圆整");
  const pdf = await context.request.get(`${page.url()}/invoice.pdf`);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
  const xml = await context.request.get(`${page.url()}/invoice.xml`);
  assert.match(await xml.text(), new RegExp(TAXPAYER));
  return page.textContent("dd.number");
}

/** The same phone is the same person; a name is shown as it is written. */
async function payAgain(page, sale) {
  await page.goto(await ring(page, sale));
  await page.click("#pay button");
  await page.waitForURL(/\/phone\/apply/);
  await page.fill("#name", PERSON);
  await page.click("#apply button");
  await page.waitForSelector("#review:not([hidden])");
  await page.click("#sign");
  await page.waitForURL(/\/phone\/invoices\//);
  assert.equal(await page.textContent("#buyer"), PERSON);
}

/** The shop takes an invoice back: the phone shows it so, with the files of both documents. */
async function takenBack(page, { context, till, text }) {
  const id = page.url().split("/").pop();
  const { form } = await command(context, till, "shop-1/dev", "invoice.request_red", { invoice: id, reason: "02" });
  const red = await command(context, till, "shop-1/dev", "invoice.issue_red", { form });
  await caughtUp(page, context, till);
  await page.reload();
  assert.match(await page.textContent("#standing"), new RegExp(text.reversed));
  assert.match(await page.textContent(".steps"), new RegExp(text.redAsked));
  assert.match(await page.getAttribute(".steps time", "title"), / UTC$/, "times are the reader's, with UTC beside them");
  assert.equal(await page.locator("#pass-on").count(), 0, "there is nothing to be reimbursed");
  await inspect(page);
  for (const [one, total] of [[id, "7.00"], [red.id, "-7.00"]]) {
    const file = (kind) => page.locator(`a[href$="/${one}/invoice.${kind}"]`).getAttribute("href");
    const get = async (kind) => (await context.request.get(new URL(await file(kind), page.url()).href)).body();
    assert.equal((await get("pdf")).subarray(0, 5).toString(), "%PDF-");
    assert.match((await get("xml")).toString(), new RegExp(`>${total}<`));
  }
  await page.click("#letters a.number");
  await page.waitForURL(new RegExp(red.id));
  await inspect(page);
  assert.equal(await page.textContent("#buyer"), PERSON);
  assert.equal(await page.textContent("dd.number"), red.number);
  assert.match(await page.textContent("main"), /\u22127\.00/);
  await page.click(`a[href$="/${id}"]`);
  await page.waitForURL(new RegExp(id));
}

async function passOn(page) {
  await page.selectOption("#to", "core-corp");
  await page.click("#pass-on button");
  await page.waitForSelector("[data-take-back=core-corp]");
}

/** The employer locks, unlocks, locks and reimburses. The diner cannot take back what is locked. */
async function reimburse(office, phone, employer, text) {
  await office.goto(employer);
  await inspect(office);
  await office.click("[data-return]");
  await office.waitForSelector("#lock", { state: "detached" });
  await phone.reload();
  await passOn(phone);
  await office.reload();
  const download = office.waitForEvent("download");
  await office.click("[data-pdf]");
  await (await download).path();
  await office.click("#lock button[type=submit]");
  await problem(office, text.choose);
  await office.check("#lock input[name=invoice]");
  await office.click("#lock button[type=submit]");
  await wrongAt(office, "#reference", text.fillIn);
  await inspect(office);
  await lock(office);
  await phone.click("[data-take-back=core-corp]");
  await problem(phone, text.inUse);
  await phone.reload();
  assert.match(await phone.textContent("#standing"), new RegExp(text.locked));
  await office.check("#close input[name=invoice]");
  await office.click("button[value=unlock]");
  await office.waitForSelector("#lock");
  await office.check("#lock input[name=invoice]");
  await lock(office);
  await office.check("#close input[name=invoice]");
  await office.click("button[value=close]");
  await office.waitForSelector("#close", { state: "detached" });
  await inspect(office);
}

async function lock(office) {
  await office.fill("#reference", "exp-2026-7");
  await office.click("#lock button[type=submit]");
  await office.waitForSelector("#close");
}

/** Somebody else's phone sees none of it, and none without a key. */
async function strangers(browser, options, addresses, number) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  watch(page);
  for (const address of addresses) {
    await page.goto(address);
    await page.waitForSelector("#problem:not([hidden])");
    assert.ok(!(await page.content()).includes(number), address);
    await inspect(page);
  }
  await context.close();
}

async function story({ till, employer, language }) {
  const text = says[language];
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const options = { viewport: { width: WIDTH, height: 844 }, locale: language };
  const context = await browser.newContext(options);
  const phone = await context.newPage();
  watch(phone);
  try {
    const address = await ring(phone, { till, order: `a-${language.toLowerCase()}`, amount: "198.00", text });
    await pay(phone, address, text);
    const applying = phone.url();
    await keyIsKept(phone);
    await wrongInputs(phone, text);
    await phone.reload();
    await tampered(phone, text);
    await expired(phone, text);
    await chooseSpecial(phone, { context, till, text });
    await phone.check("input[value=organisation]");
    await phone.fill("#name", COMPANY);
    await phone.fill("#taxpayer", TAXPAYER);
    await phone.selectOption("#invoice-kind", "special");
    const begun = Date.now();
    await apply(phone, "100");
    const number = await invoice(phone, context, text);
    const seconds = (Date.now() - begun) / 1000;
    const invoiceAt = phone.url();

    await phone.goto(applying);
    await phone.fill("#name", PERSON);
    await apply(phone, "150.00");
    await wrongAt(phone, "#amount", text.beyond);

    await payAgain(phone, { till, order: `b-${language.toLowerCase()}`, amount: "7", text });
    await takenBack(phone, { context, till, text });
    await phone.goto(invoiceAt);
    await passOn(phone);
    await inspect(phone);
    await phone.click("[data-take-back=core-corp]");
    await phone.waitForSelector("[data-take-back]", { state: "detached" });
    await passOn(phone);
    const desk = await browser.newContext({ ...options, acceptDownloads: true });
    const office = await desk.newPage();
    watch(office);
    await reimburse(office, phone, employer, text);
    await phone.reload();
    assert.match(await phone.textContent("#standing"), new RegExp(text.closed));

    await phone.goto(new URL("/phone", invoiceAt).href);
    await inspect(phone);
    assert.match(await phone.textContent("main"), new RegExp(number));
    await phone.goto(address);
    await phone.click("#pay button");
    await problem(phone, text.paidAlready);
    await phone.goto(new URL("/phone", invoiceAt).href);
    await phone.click("form[action='/phone/session/end'] button");
    await phone.waitForSelector("#sign-in");
    await phone.click("#sign-in");
    await phone.waitForSelector("form[action='/phone/session/end']");
    await strangers(browser, options, [invoiceAt, applying, new URL("/phone", invoiceAt).href], number);
    await switchLanguage(phone, language);
    return { number, seconds, secrets: [COMPANY, TAXPAYER, "王小明"] };
  } catch (error) {
    error.message += `\nat ${phone.url()}\n${(await phone.textContent("main").catch(() => "")).slice(0, 800)}`;
    throw error;
  } finally {
    await browser.close();
  }
}

async function switchLanguage(page, language) {
  await page.click("a.language");
  const other = language === "en" ? "zh-CN" : "en";
  await page.waitForSelector(`html[lang="${other}"]`);
  await page.goto(page.url());
  assert.equal(await page.getAttribute("html", "lang"), other, "the choice is kept");
}

run(async (given) => tell(await story(given)));
