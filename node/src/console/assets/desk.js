// What all pages of the console do: times in the reader's zone, and what is live follows the ledger, block by block.

import { localise } from "./times.js";

/**
 * Takes the newest form of the parts of the page that name an address of their own, such as `data-part="/inbox/count"`. Says whether the
 * node answered, or nothing where nothing was asked.
 */
async function refresh() {
  let answered;
  // A page that nobody sees asks for nothing until it is seen.
  if (document.hidden) return answered;
  for (const part of document.querySelectorAll("[data-part]")) {
    // Whoever is in it by the keyboard stays there.
    if (part.contains(document.activeElement)) continue;
    const response = await fetch(part.dataset.part, { credentials: "same-origin", redirect: "error" });
    // What stands before a node answers for one that does not.
    answered = response.status < 500;
    if (!response.ok) continue;
    const made = new DOMParser().parseFromString(await response.text(), "text/html");
    localise(made);
    part.replaceChildren(...made.body.childNodes);
  }
  return answered;
}

/** How long no block may come, in milliseconds, before parts that age are fetched without one: they say for how long there was none. */
const QUIET = 3000;

/** After how long a stream that ended for good is asked for again, in milliseconds: each time twice as long, up to the second. */
const AGAIN = 2000;
const AGAIN_MAX = 60_000;

/**
 * The stream of blocks, for as long as the page is there. A browser opens again by itself only what breaks off: not what was answered
 * otherwise, as by a proxy while the node starts, or after the session's end. `missed` is called where blocks may have come meanwhile.
 */
function stream(onBlock, missed) {
  let source;
  let timer;
  let broke = false;
  let wait = AGAIN;
  const close = () => {
    clearTimeout(timer);
    source?.close();
  };
  const later = () => {
    timer = setTimeout(ask, wait);
    wait = Math.min(2 * wait, AGAIN_MAX);
  };
  const open = () => {
    close();
    source = new EventSource("/live");
    source.addEventListener("open", () => {
      wait = AGAIN;
      if (broke) missed();
      broke = false;
    });
    source.addEventListener("block", onBlock);
    source.addEventListener("error", ({ target }) => {
      broke = true;
      if (target === source && target.readyState === EventSource.CLOSED) later();
    });
  };
  // A stream does not tell its status, so that is asked for: without a session the way goes to signing in.
  const ask = async () => {
    const asked = new AbortController();
    const status = await fetch("/live", { credentials: "same-origin", signal: asked.signal }).then((answer) => answer.status, () => 0);
    asked.abort();
    if (status === 401) location.assign(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);
    else if (status === 200) open();
    else later();
  };
  open();
  return { open, close };
}

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
      const answered = await refresh();
      if (answered !== undefined) lost(!answered);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      lost(true);
    } finally {
      refreshing = false;
      if (again) look();
    }
  };
  const live = stream((event) => {
    const block = JSON.parse(event.data);
    for (const one of document.querySelectorAll("[data-live]")) {
      const value = block[one.dataset.live];
      if (value !== undefined) one.textContent = value;
    }
    look();
  }, look);
  document.addEventListener("visibilitychange", look);
  // The first time at once: what has just been made with the page is taken again with the next block.
  look();
  addEventListener("pagehide", () => {
    clearTimeout(quiet);
    live.close();
  });
  // The browser kept the page and shows it again, as on the way back.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    live.open();
    look();
  });
}

// On a narrow screen the list of pages is wider than the screen.
document.querySelector(".pages [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
for (const one of document.querySelectorAll("[data-zone]")) {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const name = new Intl.DateTimeFormat("en", { timeZoneName: "shortOffset" }).formatToParts().find(({ type }) => type === "timeZoneName");
  if (timeZone !== "UTC") one.textContent = `${timeZone} (${name.value})`;
}
// The menu of the seat goes away by itself.
const seat = document.querySelector("details.seat");
addEventListener("click", ({ target }) => {
  if (!seat.contains(target)) seat.open = false;
});
seat.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !seat.open) return;
  seat.open = false;
  seat.querySelector("summary").focus();
});
follow();
