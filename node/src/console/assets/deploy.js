// A file's text goes into the form that checks it.

const input = document.querySelector("[data-into]");
input.closest("[data-script]").hidden = false;
input.addEventListener("change", async () => {
  const [file] = input.files;
  if (file) document.getElementById(input.dataset.into).value = await file.text();
});
