"use strict";
// Shows only what has all the words: of [data-search] and of the rows of [data-rows]. Such an
// element has its own text, and that of the element whose id is in data-more.
const search = document.getElementById("search");
const found = document.getElementById("found");
const rows = [...document.querySelectorAll("[data-search], [data-rows] > tr")];
const sections = [...document.querySelectorAll("[data-search-section]")];
const texts = new Map();
const textOf = (id) => {
  if (!texts.has(id)) texts.set(id, document.getElementById(id).textContent.toLowerCase());
  return texts.get(id);
};
search.hidden = false;
search.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase() + (row.dataset.more ? " " + textOf(row.dataset.more) : "");
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) shown++;
  }
  for (const section of sections) {
    section.hidden = words.length > 0 && !rows.some((row) => !row.hidden && section.contains(row));
  }
  found.textContent = words.length ? `${shown} of ${rows.length}` : "";
});
// A link to something that is folded opens it.
const unfold = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === "DETAILS") target.open = true;
};
addEventListener("hashchange", unfold);
unfold();
