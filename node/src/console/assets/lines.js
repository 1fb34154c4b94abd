// The lines of an invoice's form: they come and go, and count themselves as refusals do.

const template = document.getElementById("line");
const list = document.getElementById("lines");

/** The inputs of a line by what they are of. */
export function inputs(line) {
  return Object.fromEntries(Array.from(line.querySelectorAll("[data-of]"), (input) => [input.dataset.of, input]));
}

export function all() {
  return Array.from(list.children);
}

/** Numbers the lines anew; `field` is the JSON Pointer of an input of the line at a place. */
function number(field) {
  all().forEach((line, at, lines) => {
    line.querySelector("[data-number]").textContent = at + 1;
    line.querySelector("[data-remove]").hidden = lines.length === 1;
    for (const [name, input] of Object.entries(inputs(line))) {
      input.id = `line-${at}-${name}`;
      input.dataset.field = field(at, name);
      line.querySelector(`[data-for=${name}]`).htmlFor = input.id;
    }
  });
}

/** Begins with one line; `changed` is called after each change. */
export function begin(field, changed) {
  const add = () => {
    list.append(template.content.cloneNode(true));
    number(field);
    changed();
    return list.lastElementChild;
  };
  document.getElementById("add").addEventListener("click", () => inputs(add()).name.focus());
  list.addEventListener("input", changed);
  list.addEventListener("click", (event) => {
    if (!event.target.matches("[data-remove]")) return;
    event.target.closest(".line").remove();
    number(field);
    changed();
    document.getElementById("add").focus();
  });
  add();
}
