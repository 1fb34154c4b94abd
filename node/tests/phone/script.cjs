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

/** Prints a line of JSON for the test. */
function tell(value) {
  console.log(JSON.stringify(value));
}

module.exports = { run, tell };
