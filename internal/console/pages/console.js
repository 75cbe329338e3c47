// What pages do beyond HTML: everything works without it, except where a page says so.
"use strict";

// A select or checkbox in a filter applies at once. The next page has the focus where it was.
const remembered = sessionStorage.getItem("focus");
sessionStorage.removeItem("focus");
for (const field of document.querySelectorAll("form.filters select, form.filters input[type=checkbox]")) {
  if (field.name === remembered) field.focus();
  field.addEventListener("change", () => {
    sessionStorage.setItem("focus", field.name);
    field.form.requestSubmit();
  });
}

// A form that saves is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if ((event.submitter?.formMethod || event.target.method) !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
  setTimeout(() => { delete event.target.dataset.sent; }, 10000); // for whoever stops the request
});

// A page that the browser has kept, and shows again on the way back, can send its forms again. What
// it said is over.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) delete form.dataset.sent;
  document.querySelector(".notice[role=status]")?.remove();
});

// Copy buttons: data-copy is the id of the element with the text. Where a browser does not let
// pages copy, the text is selected instead.
const enable = (part) => {
  for (const button of part.querySelectorAll("button[data-copy]")) button.hidden = false;
};
enable(document);
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const block = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(block.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(block);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
});

// update makes an element like a fresh one. What is the same stays: the focus, what someone is
// typing, and how far a part is scrolled.
const update = (old, fresh) => {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  for (const [i, child] of after.entries()) {
    const present = before[i];
    if (!present) old.append(child);
    else if (present.nodeName !== child.nodeName) present.replaceWith(child);
    else if (present.nodeType === Node.ELEMENT_NODE) update(present, child);
    else if (present.nodeValue !== child.nodeValue) present.nodeValue = child.nodeValue;
  }
  for (const rest of before.slice(after.length)) rest.remove();
  if (old.nodeName === "OPTION") old.selected = fresh.selected;
  if (old.nodeName !== "INPUT" || old === document.activeElement) return;
  if (old.type === "radio" || old.type === "checkbox") old.checked = fresh.checked;
  else old.value = fresh.value;
};

// Forms with a preview show it after each change, or with data-live="submit" when their button
// asks for it: the server answers with the whole page, of which the part #live is taken.
for (const form of document.querySelectorAll("form[data-live]")) {
  let latest = 0;
  const preview = async (button) => {
    const mine = ++latest;
    const live = document.getElementById("live");
    const address = `${location.pathname}?${new URLSearchParams(new FormData(form, button))}`;
    live.setAttribute("aria-busy", "true");
    for (const copy of live.querySelectorAll("button[data-copy]")) copy.disabled = true; // it is of the form before
    const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    const text = answer?.ok ? await answer.text().catch(() => "") : "";
    if (mine !== latest) return;
    history.replaceState(null, "", address);
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("live");
    if (!fresh) {
      location.reload(); // shows why: the session has ended, for example
      return;
    }
    enable(fresh);
    update(live, fresh);
    if (document.activeElement === document.body) form.querySelector("button[type=submit]").focus();
  };
  if (form.dataset.live !== "submit") form.addEventListener("change", () => preview());
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formMethod === "post") return;
    event.preventDefault();
    preview(event.submitter);
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
