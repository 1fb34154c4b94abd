// What the proof page's modules say of files, in Node.js and in Chromium. Reads {url, cases} and prints a line with the verdicts of each:
// the step that fails, or "proved". A case is {proof, genesis, of, changes}: base64, and which bytes of which file are changed to what.

const fs = require("node:fs/promises");
const os = require("node:os");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");
const { watch } = require("../phone/inspect.cjs");
const { run, tell } = require("../phone/script.cjs");

const MODULES = ["bytes", "certificate", "file", "genesis", "index", "json", "key"].map((name) => `proof-${name}.js`).concat("proof.js");

/** Runs anywhere: the verdict of each change, and first that of the files as they are. */
async function verdicts(from, { proof, genesis, of, changes }) {
  const { Failed, verify } = await import(from);
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const files = { proof: bytes(proof), genesis: bytes(genesis) };
  const verdict = () =>
    verify(files.proof, files.genesis).then(
      () => "proved",
      (error) => (error instanceof Failed ? error.step : `bug: ${error.stack}`),
    );
  const found = [await verdict()];
  for (const [at, byte] of changes) {
    const before = files[of][at];
    files[of][at] = byte;
    found.push(await verdict());
    files[of][at] = before;
  }
  return found;
}

/** The modules as files that Node.js takes for modules. */
async function unpacked(url) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "proof-"));
  await fs.writeFile(path.join(folder, "package.json"), '{"type":"module"}');
  for (const name of MODULES) {
    const response = await fetch(`${url}/assets/${name}`);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    await fs.writeFile(path.join(folder, name), await response.text());
  }
  return folder;
}

run(async ({ url, cases, engine }) => {
  if (engine === "node") {
    const folder = await unpacked(url);
    try {
      for (const one of cases) tell(await verdicts(pathToFileURL(path.join(folder, "proof.js")), one));
    } finally {
      await fs.rm(folder, { recursive: true });
    }
    return;
  }
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage();
  watch(page);
  await page.goto(`${url}/verify`);
  // What runs in the page takes nothing from here.
  const judge = `(one) => (${verdicts})("/assets/proof.js", one)`;
  for (const one of cases) tell(await page.evaluate(`(${judge})(${JSON.stringify(one)})`));
  await browser.close();
});
