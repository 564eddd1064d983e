"use strict";
(() => {
  const table = document.getElementById("clips");
  if (!table) { document.documentElement.dataset.ready = "true"; return; }
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const filters = document.getElementById("filters").elements;
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  const fits = (row) => {
    const d = row.dataset;
    const words = filters.words.value.trim().toLowerCase();
    return (!words || d.words.toLowerCase().includes(words))
      && (!filters.athlete.value || d.athlete === filters.athlete.value)
      && (!filters.lift.value || d.lift === filters.lift.value)
      && (!filters.verdict.value || d.verdict === filters.verdict.value)
      && (!filters.since.value || (d.date && d.date >= filters.since.value))
      && (!filters.until.value || (d.date && d.date <= filters.until.value))
      && (!filters.score.value || (d.score !== "" && Number(d.score) <= Number(filters.score.value)));
  };
  const filter = () => {
    let shown = 0;
    for (const row of rows) shown += !(row.hidden = !fits(row));
    document.getElementById("count").textContent = `${shown} of ${rows.length} clips`;
    document.getElementById("none").dataset.on = String(shown === 0);
  };

  const sort = (head) => {
    const key = head.dataset.key;
    const numeric = head.dataset.numeric === "true";
    const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of table.tHead.rows[0].cells)
      if (other.dataset.key) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", way === 1 ? "ascending" : "descending");
    // What is not known comes last, whichever way.
    const compare = (a, b) => {
      const [x, y] = [a.dataset[key], b.dataset[key]];
      if (x === "" || y === "") return (x === "") - (y === "");
      return way * (numeric ? Number(x) - Number(y) : collator.compare(x, y));
    };
    body.append(...rows.sort(compare));
  };

  document.getElementById("filters").addEventListener("input", filter);
  document.getElementById("filters").addEventListener("reset", () => setTimeout(filter));
  document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
  table.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) sort(button.closest("th"));
  });
  filter();
  document.documentElement.dataset.ready = "true";
})();
