"use strict";
// Shows only what has all the words: of [data-search] and of the rows of [data-rows]. Such an
// element has its own text, and that of the element whose id is in data-more. A word in capitals,
// such as the code of a site, is found as it is; others are found at the beginning of words.
const search = document.getElementById("search");
const found = document.getElementById("found");
const rows = [...document.querySelectorAll("[data-search], [data-rows] > tr")];
const sections = [...document.querySelectorAll("[data-search-section]")];
const texts = new Map();
// textOf returns the texts in an element, apart from each other: cells are not one word.
const textOf = (element) => {
  if (!texts.has(element)) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let text = "";
    while (walker.nextNode()) text += walker.currentNode.data + " ";
    texts.set(element, text);
  }
  return texts.get(element);
};
const pattern = (word) => {
  const text = word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const whole = word.length > 1 && word === word.toUpperCase() && word !== word.toLowerCase();
  return new RegExp(`(?<![\\p{L}\\p{N}])${text}${whole ? "(?![\\p{L}\\p{N}])" : ""}`, whole ? "u" : "iu");
};
search.hidden = false;
search.addEventListener("input", () => {
  const words = search.value.split(/\s+/).filter(Boolean).map(pattern);
  let shown = 0;
  for (const row of rows) {
    const text = textOf(row) + (row.dataset.more ? textOf(document.getElementById(row.dataset.more)) : "");
    row.hidden = !words.every((word) => word.test(text));
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
