// Adds what a page of paper cannot have: ages against the clock, buttons that copy,
// and a filter for long tables. Everything on the pages works without it.
"use strict";

(() => {
  const units = [[86400, "day", "days"], [3600, "h", "h"], [60, "min", "min"]];

  // "3 h ago"; empty for what lies in the future by more than a moment.
  const ago = (seconds) => {
    if (seconds < -90) return "";
    for (const [length, one, many] of units) {
      const n = Math.floor(seconds / length);
      if (n >= (length === 86400 ? 2 : 1)) return `${n} ${n === 1 ? one : many} ago`;
    }
    return "just now";
  };

  const times = [...document.querySelectorAll("time[datetime]")].map((time) => {
    const age = document.createElement("span");
    age.className = "ago";
    time.after(age);
    return { age, at: Date.parse(time.dateTime) };
  });
  const tell = () => {
    for (const { age, at } of times) {
      const text = ago((Date.now() - at) / 1000);
      age.textContent = text && ` (${text})`;
    }
  };
  tell();
  setInterval(tell, 60000);

  if (navigator.clipboard) {
    for (const source of document.querySelectorAll("[data-copy]")) {
      const text = source.textContent;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.setAttribute("aria-label", `Copy ${text.length > 80 ? text.slice(0, 20) + "…" : text}`);
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(text);
          button.textContent = "Copied";
        } catch {
          button.textContent = "Not allowed";
        }
        setTimeout(() => { button.textContent = "Copy"; }, 2000);
      });
      source.after(button);
    }
  }

  for (const table of document.querySelectorAll("table[data-filter]")) {
    const rows = [...table.querySelectorAll("tbody tr:not(.group)")];
    if (rows.length < 8) continue;
    const form = document.createElement("form");
    form.className = "filter";
    form.setAttribute("role", "search");
    form.addEventListener("submit", (event) => event.preventDefault());
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = "Filter by word";
    input.setAttribute("aria-label", "Filter rows by word");
    const count = document.createElement("output");
    const boxes = [["open", "not ready", (row) => !row.matches(".ready, .off")],
      ["blocked", "blocked", (row) => row.matches(".blocked")]].map(([name, word, keeps]) => {
      const box = document.createElement("input");
      box.type = "checkbox";
      box.name = name;
      const label = document.createElement("label");
      label.append(box, word);
      return { box, label, keeps };
    });
    form.append(input, ...boxes.map((b) => b.label), count);
    const apply = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const body of table.tBodies) {
        let any = false;
        for (const row of body.querySelectorAll("tr:not(.group)")) {
          const text = (body.rows[0].textContent + " " + row.textContent).toLowerCase();
          const keep = words.every((w) => text.includes(w)) && boxes.every((b) => !b.box.checked || b.keeps(row));
          row.hidden = !keep;
          any ||= keep;
          shown += keep;
        }
        body.hidden = !any;
      }
      count.textContent = shown === rows.length ? "" : `${shown} of ${rows.length} shown`;
    };
    form.addEventListener("input", apply);
    (table.closest(".scroll") || table).before(form);
  }
})();
