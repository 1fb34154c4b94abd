// What people do on every page of the console.

/** Acts as another key from now on. */
async function act(page, kid) {
  await page.click("details.seat summary");
  await page.selectOption("#seat-kid", kid);
  await Promise.all([page.waitForURL((url) => url.pathname !== "/seat"), page.click("form[action='/seat'] button")]);
  await page.waitForSelector(`html[data-key="${kid}"]`);
}

/** What is said at an input that is wrong. */
async function wrongAt(page, input) {
  await page.waitForSelector(`${input}[aria-invalid=true]`);
  return page.textContent(`[id="${await page.getAttribute(input, "aria-errormessage")}"]`);
}

module.exports = { act, wrongAt };
