// What pages do beyond HTML: everything works without it, except where a page says so.
"use strict";

// A select or checkbox in a filter applies at once.
for (const field of document.querySelectorAll("form.filters select, form.filters input[type=checkbox]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

// Copy buttons: data-copy is the id of the element with the text.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    const label = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 1500);
  });
}
