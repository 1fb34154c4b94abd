// Reads a QR code with the camera where the browser can; else the code's text is typed. It leads to pages of this node and nowhere else.

import { Told, clear, text, working, wrongAt } from "./form.js";

const by = (id) => document.getElementById(id);
/** Milliseconds between two looks at the picture. */
const LOOK_MS = 150;

/** Where a code leads: paying at a till, or checking an invoice; nothing for any other. */
function target(code) {
  const typed = code.trim();
  if (/^\d{20}$/.test(typed)) return `/check?number=${typed}`;
  // The code of the Chinese tax platform: 01, form, code, number, total, day, check code, checksum.
  const platform = /^01,\d{2},\d*,(\d{8,20}),(-?\d+(?:\.\d{1,2})?),\d{8},/.exec(typed);
  if (platform) return `/check?number=${platform[1]}&total=${platform[2]}`;
  let url;
  try {
    url = new URL(typed, location.origin);
  } catch {
    return undefined;
  }
  if (url.origin !== location.origin) return undefined;
  if (url.pathname === "/v1/invoices/check" || url.pathname === "/check") return `/check${url.search}`;
  return url.pathname === "/sample-pay" ? `${url.pathname}${url.search}` : undefined;
}

let stream;

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
  by("picture").hidden = true;
  by("stop").hidden = true;
  by("begin").hidden = false;
}

async function look(detector) {
  while (stream) {
    const codes = await detector.detect(by("picture"));
    const to = codes.map((code) => target(code.rawValue)).find(Boolean);
    if (to) {
      stop();
      location.assign(to);
      return;
    }
    if (codes.length) by("status").textContent = text("other-code");
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function begin() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    throw new Told(text("camera-refused"));
  }
  const picture = by("picture");
  picture.srcObject = stream;
  picture.hidden = false;
  by("begin").hidden = true;
  by("stop").hidden = false;
  await picture.play();
  look(new BarcodeDetector({ formats: ["qr_code"] }));
}

async function canScan() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

by("begin").addEventListener("click", () => working(begin));
by("stop").addEventListener("click", stop);
addEventListener("pagehide", stop);

by("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = by("code");
  clear(input);
  const to = target(input.value);
  if (to) location.assign(to);
  else {
    wrongAt(input, text("other-code"));
    input.focus();
  }
});

const can = await canScan();
by("camera").hidden = !can;
by("no-camera").hidden = can;
