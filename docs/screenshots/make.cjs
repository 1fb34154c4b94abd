// Takes the pictures: `node make.cjs DATA BINARY [NAME…]`, with a `counterfoil dev` that serves in the folder DATA; all without names.

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");

const [, , data, binary, ...names] = process.argv;
const BYTES_MAX = 100 * 1024;
const READY_MS = 60_000;

/** Name, address, language, width; a page that is given files or a click has a step of its own. */
const PICTURES = [
  ["overview-en", "/", "en", 1280],
  ["overview-zh", "/", "zh-CN", 390],
  ["invoices-zh", "/invoices", "zh-CN", 1280],
  ["invoices-en", "/invoices", "en", 390],
  ["blocks-en", "/blocks", "en", 1280],
  ["members-zh", "/members", "zh-CN", 390],
  ["package-en", "/packages/escrow", "en", 1280],
  ["package-zh", "/packages/escrow", "zh-CN", 390],
  ["form-en", "/do/asset.transfer", "en", 390],
  ["form-zh", "/do/escrow/open", "zh-CN", 1280],
  ["proof-en", "/verify", "en", 1280],
  ["proof-zh", "/verify", "zh-CN", 390],
];

/** The address of the node, as soon as it says that it serves. */
function address() {
  const until = Date.now() + READY_MS;
  const file = path.join(data, "ready.json");
  return new Promise((resolve, reject) => {
    const look = () => {
      if (fs.existsSync(file)) return resolve(JSON.parse(fs.readFileSync(file, "utf8")).url);
      return Date.now() > until ? reject(new Error("the node is not ready")) : setTimeout(look, 100);
    };
    look();
  });
}

/** Deploys a package; each of its owners signs at its own node. */
function deploy() {
  const run = (member, ...args) => {
    const { url } = JSON.parse(fs.readFileSync(path.join(data, member, "ready.json"), "utf8"));
    execFileSync(binary, ["package", ...args, "--as", `${member}/dev`, "--url", url], { stdio: "ignore" });
  };
  run("core-corp", "propose", path.join(__dirname, "../../platform/packages/escrow/package.sql"));
  run("bank-a", "vote", "escrow", "1");
}

/** Files of a proof, for the page that checks one. */
async function proof(url) {
  const files = {};
  for (const [name, from] of [["proof", "/v1/rows/member/supplier-1/proof"], ["genesis", "/v1/genesis"]]) {
    files[name] = path.join(data, `${name}.json`);
    fs.writeFileSync(files[name], Buffer.from(await (await fetch(url + from)).arrayBuffer()));
  }
  return files;
}

/** A picture as WebP: Chromium writes it, so that nothing else is needed. */
async function webp(page, png) {
  const address = await page.evaluate(async (text) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))]));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    return canvas.toDataURL("image/webp", 0.85);
  }, png.toString("base64"));
  return Buffer.from(address.split(",")[1], "base64");
}

async function main() {
  const url = await address();
  deploy();
  const files = await proof(url);
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const painter = await browser.newPage();
  for (const [name, at, locale, width] of PICTURES.filter(([name]) => names.length === 0 || names.includes(name))) {
    const context = await browser.newContext({ locale, timezoneId: "Asia/Shanghai", viewport: { width, height: width > 600 ? 860 : 844 } });
    const page = await context.newPage();
    const response = await page.goto(`${url}${at}`, { waitUntil: "load" });
    if (!response.ok()) throw new Error(`${at}: ${response.status()}`);
    if (at === "/verify") {
      for (const [slot, file] of Object.entries(files)) await page.setInputFiles(`[data-file="${slot}"]`, file);
      await page.waitForSelector('[data-verdict][data-state="proved"]');
      await page.locator("[data-verdict]").scrollIntoViewIfNeeded();
    }
    const bytes = await webp(painter, await page.screenshot());
    if (bytes.length > BYTES_MAX) throw new Error(`${name}: ${bytes.length} bytes`);
    fs.writeFileSync(path.join(__dirname, `${name}.webp`), bytes);
    console.log(`${name}.webp ${bytes.length}`);
    await context.close();
  }
  await browser.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
