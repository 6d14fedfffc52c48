// Adds what a page of paper cannot have: ages against the clock, buttons that copy,
// and the choice and order of rows in long tables. Everything on the pages works without it.
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

  // A form shows some rows of the table behind it, in some order; the address holds
  // what it says, so that it can be sent, and come back to. layouts/partials/filter.html
  // says what its fields mean.
  const form = document.querySelector("form.filter");
  const table = form && document.querySelector("table[data-rows]");
  if (!table) return;

  const text = (element) => (element ? element.textContent.trim().replace(/\s+/g, " ") : "");
  const part = (item, name) => item.row.querySelector(name === "state" ? ".what" : `.${name}`);
  const items = [...table.tBodies].flatMap((body) =>
    [...body.rows].filter((row) => !row.matches(".group, .more")).map((row) => {
      const more = row.nextElementSibling;
      const rows = more && more.matches(".more") ? [row, more] : [row];
      return { body, row, rows, words: [body.dataset.family, ...rows.map(text)].join(" ").toLowerCase() };
    }));
  const heads = [...table.tHead.rows[0].cells];
  const mixed = document.createElement("tbody"); // takes all rows while they are sorted
  const collator = new Intl.Collator("en", { numeric: true });
  const status = form.querySelector("output");
  const orders = form.elements.sort ? [...form.elements.sort.options].map((o) => o.value) : [];

  const says = (item, name) => {
    if (name === "family") return item.body.dataset.family;
    const found = part(item, name);
    return text(found.querySelector(`.${name}`) || found);
  };
  const keeps = (item, [name, value]) => {
    if (name === "sort") return true;
    if (name === "q") return value.toLowerCase().split(/\s+/).every((word) => item.words.includes(word));
    if (form.elements[name].type === "checkbox") return item.row.classList.contains(name);
    const not = value.startsWith("not ");
    return (says(item, name) === (not ? value.slice(4) : value)) !== not;
  };

  // The key of a row: data-k where there is one, else the first link or name. Rows
  // without any come last, either way round.
  const key = (item, name) => {
    const found = part(item, name);
    return found ? found.dataset.k ?? text(found.querySelector("a, .code")) : "";
  };
  let arranged = "";
  const arrange = (order) => {
    if (order === arranged) return;
    arranged = order;
    const name = order.replace("-", "");
    const sign = order === name ? 1 : -1;
    let list = items;
    if (name) {
      list = items.map((item) => [key(item, name), item]).sort(([a], [b]) =>
        (a === "") - (b === "") || sign * collator.compare(a, b)).map(([, item]) => item);
      table.append(mixed);
    } else {
      mixed.remove();
    }
    for (const item of list) (name ? mixed : item.body).append(...item.rows);
    for (const head of heads) {
      if (name && head.dataset.sort === name) head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    }
  };

  const chosen = () => [...new FormData(form)].filter(([, value]) => value.trim());
  const apply = () => {
    const fields = chosen();
    arrange(form.elements.sort ? form.elements.sort.value : "");
    let shown = 0;
    for (const item of items) {
      const keep = fields.every((field) => keeps(item, field));
      for (const row of item.rows) row.hidden = !keep;
      shown += keep;
    }
    for (const body of table.tBodies) {
      const first = [...body.rows].find((row) => !row.hidden && !row.matches(".group"));
      body.hidden = !first;
      // The name of a family spans its rows: it moves to the first that is seen.
      const family = body.querySelector("th.family");
      if (first && family) first.prepend(family);
    }
    form.querySelector("[type=reset]").hidden = !fields.length;
    const words = fields.length ? status.dataset.some : status.dataset.all;
    status.textContent = words.replace("{shown}", shown).replace("{all}", items.length);
  };

  // Typing changes the entry in the history, every other choice makes a new one.
  const remember = (replace) => {
    const query = new URLSearchParams(chosen()).toString();
    const address = `${location.pathname}${query && `?${query}`}${location.hash}`;
    if (address !== location.pathname + location.search + location.hash) {
      history[replace ? "replaceState" : "pushState"](null, "", address);
    }
  };
  const recall = () => {
    const query = new URLSearchParams(location.search);
    for (const field of form.elements) {
      if (field.type === "checkbox") field.checked = query.has(field.name);
      else if (field.name) field.value = query.get(field.name) || "";
      if (field.tagName === "SELECT" && field.selectedIndex < 0) field.value = "";
    }
    apply();
  };
  const change = (replace) => { apply(); remember(replace); };

  // A column is sorted by the orders that the form offers for it, one after the other.
  for (const head of heads) {
    const own = orders.filter((order) => head.dataset.sort === order.replace("-", ""));
    if (!own.length) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      form.elements.sort.value = [...own, ""][own.indexOf(form.elements.sort.value) + 1];
      change();
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => change(event.target.name === "q"));
  form.addEventListener("reset", () => setTimeout(change));
  addEventListener("popstate", recall);
  // What the address leads to; a hash can be anything.
  const aimed = () => {
    const id = location.hash.slice(1);
    try {
      return document.getElementById(decodeURIComponent(id));
    } catch {
      return document.getElementById(id);
    }
  };
  // A link to a row that is hidden shows all rows again.
  addEventListener("hashchange", () => {
    if (!aimed() || !aimed().closest("[hidden]")) return;
    form.reset();
    setTimeout(() => aimed().scrollIntoView());
  });
  form.hidden = false;
  recall();
  // An address that somebody sent may have both: then the row is what was meant.
  if (aimed() && aimed().closest("[hidden]")) {
    form.reset();
    setTimeout(() => { remember(true); aimed().scrollIntoView(); });
  }
})();
