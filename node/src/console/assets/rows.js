// Lists in forms: in `data-rows="/rules"` each `data-row` is an element, whose inputs have the `data-name` of their member. Rows that are
// left empty do not count, so the others are numbered anew when the form is sent, and a refusal finds its input.

const inputs = (row) => Array.from(row.querySelectorAll("[data-name]"));

function number(list) {
  let at = 0;
  for (const row of list.querySelectorAll("[data-row]")) {
    const isEmpty = inputs(row).every((input) => input.matches("select, [type=hidden]") || input.value.trim() === "");
    for (const input of inputs(row)) {
      if (isEmpty) delete input.dataset.field;
      else input.dataset.field = `${list.dataset.rows}/${at}${input.dataset.name}`;
    }
    if (!isEmpty) at += 1;
  }
}

let made = 0;

function add(list) {
  const row = Array.from(list.querySelectorAll("[data-row]")).at(-1).cloneNode(true);
  made += 1;
  for (const label of row.querySelectorAll("label")) label.htmlFor = `${label.htmlFor}-${made}`;
  for (const input of inputs(row)) {
    input.id = `${input.id}-${made}`;
    if (!input.matches("select")) input.value = "";
    delete input.dataset.field;
    input.removeAttribute("aria-invalid");
  }
  for (const error of row.querySelectorAll(".error")) error.remove();
  list.append(row);
  inputs(row)[0]?.focus();
}

for (const list of document.querySelectorAll("[data-rows]")) {
  // Before the form is read.
  list.closest("form").addEventListener("submit", () => number(list), { capture: true });
}
for (const button of document.querySelectorAll("[data-add-row]")) {
  button.addEventListener("click", () => add(button.form.querySelector(`[data-rows="${button.dataset.addRow}"]`)));
}
