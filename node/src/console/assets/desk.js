// What all pages of the console do: times in the reader's zone, and what is live follows the ledger, block by block.

const zoned = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });

function localise(root) {
  for (const time of root.querySelectorAll("time[data-moment]")) time.textContent = zoned.format(new Date(time.dateTime));
}

/** Takes the newest form of the parts of the page that name an address of their own, such as `data-part="/inbox/count"`. */
async function refresh() {
  // A page that nobody sees asks for nothing until it is seen.
  if (document.hidden) return;
  for (const part of document.querySelectorAll("[data-part]")) {
    // Whoever is in it by the keyboard stays there.
    if (part.contains(document.activeElement)) continue;
    const response = await fetch(part.dataset.part, { credentials: "same-origin", redirect: "error" });
    if (!response.ok) continue;
    const made = new DOMParser().parseFromString(await response.text(), "text/html");
    localise(made);
    part.replaceChildren(...made.body.childNodes);
  }
}

/** How long no block may come, in milliseconds, before parts that age are fetched without one: they say for how long there was none. */
const QUIET = 3000;

/** Says whether the node answers, where the page has a place for that. */
function lost(is) {
  for (const one of document.querySelectorAll("[data-lost]")) one.hidden = !is;
}

/** Follows the ledger: `data-live` names a number of what a block brings. */
function follow() {
  if (!document.querySelector("[data-live], [data-part]")) return;
  let refreshing = false;
  let again = false;
  let quiet;
  const look = async () => {
    clearTimeout(quiet);
    if (document.querySelector("[data-ages]")) quiet = setTimeout(look, QUIET);
    // Blocks may come faster than parts are made: one at a time, and the last block is never missed.
    again = refreshing;
    if (refreshing) return;
    refreshing = true;
    try {
      await refresh();
      lost(false);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      lost(true);
    } finally {
      refreshing = false;
      if (again) look();
    }
  };
  const source = new EventSource("/live");
  source.addEventListener("block", (event) => {
    const block = JSON.parse(event.data);
    for (const one of document.querySelectorAll("[data-live]")) {
      const value = block[one.dataset.live];
      if (value !== undefined) one.textContent = value;
    }
    look();
  });
  document.addEventListener("visibilitychange", look);
  // The first time at once: what has just been made with the page is taken again with the next block.
  look();
  addEventListener("pagehide", () => {
    clearTimeout(quiet);
    source.close();
  });
}

localise(document);
for (const one of document.querySelectorAll("[data-zone]")) {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const name = new Intl.DateTimeFormat("en", { timeZoneName: "shortOffset" }).formatToParts().find(({ type }) => type === "timeZoneName");
  if (timeZone !== "UTC") one.textContent = `${timeZone} (${name.value})`;
}
follow();
