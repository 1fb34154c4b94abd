// What this browser has imported into this ledger, by the hash of its content: so that a later run need not send it again.

const STORE = "issued";
const { ledger } = document.documentElement.dataset;

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode) {
  const request = indexedDB.open(`counterfoil-import-${ledger}`, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  const opened = await asked(request);
  return { opened, objects: opened.transaction(STORE, mode).objectStore(STORE) };
}

/** The ids of what is issued. */
export async function issuedBefore() {
  const { opened, objects } = await store("readonly");
  const keys = await asked(objects.getAllKeys());
  opened.close();
  return new Set(keys);
}

export async function noteIssued(ids) {
  if (!ids.length) return;
  const { opened, objects } = await store("readwrite");
  const done = new Promise((resolve, reject) => {
    objects.transaction.oncomplete = resolve;
    objects.transaction.onerror = () => reject(objects.transaction.error);
  });
  for (const id of ids) objects.put(true, id);
  await done;
  opened.close();
}
