// Times in the reader's zone, with UTC where the pointer rests.

const zoned = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });

/** Writes the times below an element as the reader's clock has them. */
export function localise(root) {
  for (const time of root.querySelectorAll("time[data-moment]")) time.textContent = zoned.format(new Date(time.dateTime));
}

localise(document);
