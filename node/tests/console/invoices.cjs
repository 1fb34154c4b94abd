// Invoices in the console as their people click through them. Reads {url, language, pictures?}.

const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");
const { inspect, watch } = require("../phone/inspect.cjs");
const { run, tell } = require("../phone/script.cjs");

const says = {
  en: { fillIn: "Please fill this in", number: "A number with at most", line: "At least one line", taxpayer: "no valid taxpayer id", code: "The code has 19 digits", choose: "Choose at least one", other: "leads neither", valid: "Valid", unknown: "Unknown", rule: "A rule of EN 16931" },
  "zh-CN": { fillIn: "请正确填写此项", number: "小数位数最多", line: "至少填写一行", taxpayer: "纳税人识别号不正确", code: "19 位数字", choose: "请至少选择一张", other: "不是本节点的收款码", valid: "有效", unknown: "查无此票", rule: "违反 EN 16931" },
};

async function wrongAt(page, input, expected) {
  await page.waitForSelector(`${input}[aria-invalid=true]`);
  const id = await page.getAttribute(input, "aria-errormessage");
  assert.match(await page.textContent(`[id="${id}"]`), new RegExp(expected));
}

async function problem(page, expected) {
  await page.waitForSelector("#problem:not([hidden])");
  assert.match(await page.textContent("#problem"), new RegExp(expected));
}

async function act(page, url, kid) {
  await page.context().addCookies([{ name: "seat-tax-bureau", value: kid, url }]);
}

/** Looks at a page as it is, on a phone and on a desk. */
async function look(page, { pictures, language }, name) {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await inspect(page);
    await page.emulateMedia({ colorScheme: width === 390 ? "dark" : "light" });
    if (pictures) await page.screenshot({ path: `${pictures}/${name}-${width}-${language}.png`, fullPage: true });
  }
}

async function chinese(page, given, text) {
  await act(page, given.url, "supplier-1/dev");
  await page.goto(`${given.url}/invoices/new?seller=91440300MA5EN1680G`);
  await page.waitForSelector("#line-0-name");
  await page.click("form#issue > button");
  await problem(page, text.line);
  await page.fill("#line-0-amount", "abc");
  await page.click("form#issue > button");
  await wrongAt(page, "#line-0-amount", text.number);
  await page.fill("#line-0-amount", "113.00");
  await page.check("#gross");
  assert.equal(await page.textContent("#total"), "113.00");
  assert.equal(await page.textContent("#tax"), "13.00");
  await page.click("form#issue > button");
  await wrongAt(page, "#name", text.fillIn);
  await page.fill("#taxpayer", "91440300MA5FC0013X");
  await page.locator("#taxpayer").blur();
  await wrongAt(page, "#taxpayer", text.taxpayer);
  await page.fill("#taxpayer", "91440300ma5fc0013e");
  await page.locator("#taxpayer").blur();
  await page.waitForFunction(() => document.getElementById("name").value !== "");
  assert.equal(await page.inputValue("#member"), "core-corp");
  await page.fill("#line-0-name", "手机");
  await page.fill("#line-0-tax_code", "123");
  await page.click("form#issue > button");
  await wrongAt(page, "#line-0-tax_code", text.code);
  await page.fill("#line-0-tax_code", "1090512010000000000");
  await page.click("#add");
  await page.fill("#line-1-name", "安装调试 <b>");
  await page.fill("#line-1-tax_code", "3040201000000000000");
  await page.fill("#line-1-quantity", "3");
  await page.fill("#line-1-price", "33.33");
  await page.selectOption("#line-1-rate", "standard/0.06");
  assert.equal(await page.inputValue("#line-1-amount"), "99.99");
  assert.equal(await page.textContent("#total"), "212.99");
  await page.click("#add");
  await page.click("#lines > :nth-child(3) [data-remove]");
  assert.equal(await page.locator("#lines > *").count(), 2);
  await look(page, given, "issue");
  await page.click("form#issue > button");
  await page.waitForURL(/\/invoices\/[0-9a-f]{32}$/);
  await page.click("form[data-action$='/open'] button");
  await page.waitForSelector(".lines");
  assert.match(await page.textContent(".lines"), /安装调试 <b>/);
  await look(page, given, "invoice");
  return { id: page.url().split("/").pop(), number: await page.textContent("h1 .number") };
}

async function european(page, given, text) {
  await page.goto(`${given.url}/invoices/new?seller=DE129273398`);
  await page.waitForSelector("#line-0-name");
  // As long as its seller likes: pages hold it on a phone too.
  await page.fill("#own-number", `QE-${given.language}-${"0".repeat(50)}`);
  await page.fill("#seller-country", "DE");
  await page.fill("#name", "Atelier Martin SA");
  await page.fill("#member", "core-corp");
  await page.fill("#line-0-name", "Sensor");
  await page.fill("#line-0-quantity", "10");
  await page.fill("#line-0-price", "29.99");
  assert.equal(await page.textContent("#total"), "356.88");
  await page.click("form#issue > button");
  await page.waitForSelector("#problem:not([hidden]), [aria-invalid=true]");
  assert.match(await page.textContent("main"), new RegExp(text.rule));
  await page.fill("#buyer-country", "BE");
  await look(page, given, "issue-eu");
  await page.click("form#issue > button");
  await page.waitForURL(/\/invoices\/[0-9a-f]{32}$/);
  await page.waitForSelector("a[href='/members/core-corp']");
  await look(page, given, "invoice-eu");
}

async function reimburse(page, given, { id, number }, text) {
  await act(page, given.url, "core-corp/dev");
  await page.goto(`${given.url}/invoices?view=held&number=`);
  await page.click("button[value=lock]");
  await problem(page, text.choose);
  await page.check(`[id="box-${id}"]`);
  await page.click("button[value=lock]");
  await wrongAt(page, "#reference", text.fillIn);
  await page.fill("#reference", `r-${given.language}`);
  await look(page, given, "list");
  await Promise.all([page.waitForEvent("load"), page.click("button[value=lock]")]);
  await page.goto(`${given.url}/invoices?view=reimbursed`);
  await page.check(`[id="box-${id}"]`);
  await Promise.all([page.waitForEvent("load"), page.click("button[value=close]")]);
  await page.goto(`${given.url}/invoices/${id}`);
  await page.waitForSelector(".track li[aria-current]");
  await look(page, given, "closed");
  return number;
}

async function officer(page, given, { id }) {
  await act(page, given.url, "tax-bureau/dev");
  await page.goto(`${given.url}/invoices/${id}`);
  await page.fill("#rule", "CN-4");
  await page.fill("#reason", `doubt ${given.language}`);
  await Promise.all([page.waitForEvent("load"), page.click("#ask > button")]);
  await page.waitForSelector(".question");
  await page.goto(`${given.url}/tax`);
  await look(page, given, "tax");
  await page.goto(`${given.url}/tax/91440300MA5EN1680G`);
  await page.fill("#quota-invoices", "x");
  await page.click("#quota-form > button");
  await page.waitForSelector("#quota-invoices[aria-invalid=true]");
  await page.fill("#quota-invoices", "5000");
  await Promise.all([page.waitForEvent("load"), page.click("#quota-form > button")]);
  await page.waitForSelector(".chart");
  assert.match(await page.textContent("main"), /5000/);
  await look(page, given, "taxpayer");
  await page.goto(`${given.url}/tax/91440300MA5EN1680G/sales-book`);
  await look(page, given, "sales-book");
  await page.goto(`${given.url}/invoices/${id}`);
  await Promise.all([page.waitForEvent("load"), page.click(".question form:first-of-type button")]);
}

async function imported(page, given) {
  await act(page, given.url, "supplier-1/dev");
  await page.goto(`${given.url}/invoices/import`);
  const line = (name) => ({
    seller: "91440300MA5EN1680G",
    buyer: { kind: "individual", name },
    net: "100.00",
    tax: "13.00",
    total: "113.00",
    items: [{ tax_code: "1090512010000000000", name: "x", amount: "100.00", tax: "13.00", total: "113.00", rate: "0.13" }],
  });
  const lines = [line(`A ${given.language}`), line(`A ${given.language}`), { ...line("B"), total: "1.00" }, line(`C ${given.language}`)];
  const file = { name: "a.ndjson", mimeType: "application/x-ndjson", buffer: Buffer.from(lines.map((one) => JSON.stringify(one)).join("\n")) };
  const ubl = { name: "invoice.xml", mimeType: "application/xml", buffer: require("node:fs").readFileSync(`${__dirname}/../../../apps/src/invoice/examples/invoice.xml`) };
  const run = async () => {
    await page.setInputFiles("#files", [file, ubl]);
    await page.click("#import button[type=submit]");
    await page.waitForSelector("#results:not([hidden])");
    return Object.fromEntries(await page.locator("#progress dd").evaluateAll((all) => all.map((one) => [one.id, Number(one.textContent)])));
  };
  const first = await run();
  assert.equal(first.refused, 1, JSON.stringify(first));
  // The European example has a number of its own, so it is issued in the first language alone.
  assert.equal(first.done + first.known, 4, JSON.stringify(first));
  await look(page, given, "import");
  await page.reload();
  assert.deepEqual(await run(), { done: 0, known: 4, waiting: 0, refused: 1, unsettled: 0 });
}

async function checked(page, given, { number }, text) {
  await page.goto(`${given.url}/phone/scan`);
  await page.waitForSelector("#no-camera:not([hidden]), #camera:not([hidden])");
  await page.fill("#code", "https://evil.example/check?number=1");
  await page.click("#typed button");
  await wrongAt(page, "#code", text.other);
  await look(page, given, "scan");
  await page.fill("#code", `${given.url}/v1/invoices/check?number=${number}&total=212.99`);
  await page.click("#typed button");
  await page.waitForURL(/\/check\?/);
  assert.match(await page.textContent(".answer"), new RegExp(text.valid));
  await look(page, given, "check");
  await page.fill("#total", "212.98");
  await page.click("form.card button");
  await page.waitForSelector(".answer.unknown");
  assert.match(await page.textContent(".answer"), new RegExp(text.unknown));
}

/** Where the browser reads codes, the camera's picture leads to the page; the detector stands for one that this machine has not. */
async function scanned(browser, given, { number }) {
  const context = await browser.newContext({ locale: given.language, permissions: ["camera"] });
  const page = await context.newPage();
  watch(page);
  await page.addInitScript((code) => {
    window.BarcodeDetector = class {
      static async getSupportedFormats() {
        return ["qr_code"];
      }
      async detect(picture) {
        return picture.videoWidth > 0 ? [{ rawValue: code }] : [];
      }
    };
  }, `${given.url}/check?number=${number}&total=212.99`);
  await page.goto(`${given.url}/phone/scan`);
  await page.click("#begin");
  await page.waitForURL(/\/check\?/);
  await context.close();
}

run(async (given) => {
  const text = says[given.language];
  const args = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--no-sandbox"];
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args });
  const context = await browser.newContext({ locale: given.language, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  watch(page);
  const invoice = await chinese(page, given, text);
  await european(page, given, text);
  await reimburse(page, given, invoice, text);
  await officer(page, given, invoice);
  await imported(page, given);
  await checked(page, given, invoice, text);
  await scanned(browser, given, invoice);
  await browser.close();
  tell(invoice);
});
