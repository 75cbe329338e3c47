// What pages do beyond HTML: everything works without it, except where a page says so.
"use strict";

// A select or checkbox in a filter applies at once.
for (const field of document.querySelectorAll("form.filters select, form.filters input[type=checkbox]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

// Copy buttons: data-copy is the id of the element with the text.
const enable = (part) => {
  for (const button of part.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      const label = button.textContent;
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = label; }, 1500);
    });
  }
};
enable(document);

// Forms with a preview show it after each change: the server answers with the whole page, of
// which the part #live is taken. The focus stays where it was.
for (const form of document.querySelectorAll("form[data-live]")) {
  let latest = 0;
  form.addEventListener("change", async () => {
    const mine = ++latest;
    const address = `${location.pathname}?${new URLSearchParams(new FormData(form))}`;
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok || mine !== latest) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    if (!fresh || mine !== latest) return;
    const { name, value } = document.activeElement;
    document.getElementById("live").replaceWith(fresh);
    history.replaceState(null, "", address);
    for (const field of name ? form.elements : []) {
      if (field.name === name && (field.type !== "radio" || field.value === value)) {
        field.focus();
        break;
      }
    }
    enable(fresh);
  });
}

// A file that is dropped on a form is chosen and sent.
for (const form of document.querySelectorAll("form[data-drop]")) {
  const field = form.querySelector("input[type=file]");
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
