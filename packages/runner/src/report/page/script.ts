/** Filters the table of problems. It reads what the page shows and writes text only; without it all rows are there. */
export const script = `
"use strict";
(() => {
  const form = document.getElementById("filter");
  const table = document.getElementById("problems");
  if (!form || !table) return;
  const AT_A_TIME = 100;
  const search = document.getElementById("search");
  const kind = document.getElementById("kind");
  const found = document.getElementById("found");
  const more = document.getElementById("more");
  const rows = Array.from(table.tBodies[0].rows, (row) => ({
    row,
    kind: row.dataset.kind,
    text: row.textContent.toLowerCase(),
  }));
  let limit = AT_A_TIME;
  const count = (value) => String(value).replace(/\\B(?=(?:\\d{3})+$)/g, ",");
  const show = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let matches = 0;
    for (const { row, kind: its, text } of rows) {
      const matched = (kind.value === "" || kind.value === its) && words.every((word) => text.includes(word));
      if (matched) matches += 1;
      row.hidden = !matched || matches > limit;
    }
    const shown = Math.min(matches, limit);
    found.textContent = matches === 0
      ? "Nothing found."
      : shown < matches
        ? count(shown) + " of " + count(matches) + " shown."
        : count(matches) + (matches === 1 ? " item." : " items.");
    more.hidden = shown === matches;
  };
  const anew = () => {
    limit = AT_A_TIME;
    show();
  };
  search.addEventListener("input", anew);
  kind.addEventListener("change", anew);
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => {
    limit += AT_A_TIME;
    show();
    if (more.hidden) table.parentElement.focus();
  });
  form.hidden = false;
  show();
})();
`;
