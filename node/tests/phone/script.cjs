/** Runs a script on what it is given, JSON on stdin. It ends with its first error, also while a browser is open. */
async function run(script) {
  let given = "";
  for await (const chunk of process.stdin) given += chunk;
  try {
    await script(JSON.parse(given));
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

/** Plays a story on a page and closes the browser; an error says where the page was and what stood there. */
async function play(page, story) {
  try {
    return await story();
  } catch (error) {
    error.message += `\nat ${page.url()}\n${(await page.textContent("main").catch(() => "")).slice(0, 800)}`;
    throw error;
  } finally {
    await page.context().browser().close();
  }
}

/** Prints a line of JSON for the test. */
function tell(value) {
  console.log(JSON.stringify(value));
}

module.exports = { play, run, tell };
