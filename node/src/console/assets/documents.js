// A sealed document: opened on demand, in this page's memory alone, and one field of it as a file to show to others.

import { text, working } from "./form.js";
import { ask, digits } from "./ledger.js";

const by = (id) => document.getElementById(id);
const { base, id, name } = by("document").dataset;
const { key } = document.documentElement.dataset;

/** Asks for something that leaves a row on the ledger; nothing where it waits for more signatures. */
async function asked(path, reason) {
  const body = JSON.stringify(reason ? { reason } : {});
  const once = `${id}-${await digits(`${path}\n${body}`)}`;
  const headers = { "content-type": "application/json", "counterfoil-key": key, "idempotency-key": once };
  const response = await ask(`${base}/${path}`, { method: "POST", headers, body });
  if (response.status !== 202) return response;
  by("waits").hidden = false;
  return undefined;
}

function save(blob, file, label) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = file;
  link.textContent = label;
  return link;
}

/** A field's value: text as it is, bytes as a file. */
function shown(field) {
  if (field.bytes === undefined) {
    const value = document.createElement("bdi");
    value.textContent = field.value ?? "";
    return value;
  }
  const bytes = Uint8Array.from(atob(field.bytes.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
  return save(new Blob([bytes]), field.name, text("save-text"));
}

by("open")?.addEventListener("submit", (event) => {
  event.preventDefault();
  working(async () => {
    const response = await asked("open", by("open-reason").value.trim());
    if (!response) return;
    const { fields } = await response.json();
    for (const cell of document.querySelectorAll("[data-sealed]")) {
      const field = fields.find((one) => one.name === cell.dataset.sealed);
      if (field) cell.replaceChildren(shown(field));
    }
    by("open").hidden = true;
  }, by("open"));
});

by("disclose")?.addEventListener("submit", (event) => {
  event.preventDefault();
  working(async () => {
    const field = by("disclose-field").value;
    const response = await asked(`fields/${encodeURIComponent(field)}/disclosure`, "");
    if (!response) return;
    const link = save(await response.blob(), `${name.replaceAll(/[^a-z0-9.-]/g, "-")}-${field}.json`, "");
    link.click();
    URL.revokeObjectURL(link.href);
  }, by("disclose"));
});
