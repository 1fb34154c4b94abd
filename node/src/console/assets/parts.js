// A red letter of a part of an invoice: the chosen rates are sent, and count themselves as refusals do.

const boxes = Array.from(document.querySelectorAll("[data-part-of]"));

function count() {
  const parts = boxes.map((box) => box.closest("[data-rate]"));
  let at = 0;
  parts.forEach((part, place) => {
    const { checked, dataset } = boxes[place];
    for (const input of part.querySelectorAll("[data-member]")) {
      input.disabled = !checked;
      if (checked) input.dataset.field = `/${dataset.partOf}/${at}/${input.dataset.member}`;
      else delete input.dataset.field;
    }
    if (checked) at += 1;
  });
}

for (const box of boxes) box.addEventListener("change", count);
count();
