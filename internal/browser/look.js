// Returns what a reader meets on this page. See look in look_test.go for the fields.
(() => {
  const page = document.documentElement;
  const shown = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
  const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
  const cuts = (e) => ["hidden", "clip"].includes(getComputedStyle(e).overflowX);
  const name = (e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.classList.length ? "." + [...e.classList].join(".") : "");
  const ancestors = function* (e) { for (let p = e.parentElement; p && p !== page; p = p.parentElement) yield p; };
  const box = (e) => [...ancestors(e)].find((p) => scrolls(p) || (cuts(p) && p !== document.body));

  // Elements that stick out of the page, and are in no box that scrolls or cuts.
  const wide = [...document.body.querySelectorAll("*")]
    .filter((e) => shown(e) && e.getBoundingClientRect().right > page.clientWidth + 1 && !box(e))
    .map(name);

  // Tables that lie over what is beside them, or of which a part can be seen by
  // nobody, or not without a pointer.
  const tables = [...document.querySelectorAll("table")].filter(shown);
  const hidden = [];
  for (const t of tables) {
    const column = t.parentElement.getBoundingClientRect();
    if (!scrolls(t.parentElement) && t.getBoundingClientRect().right > column.right + 1) {
      hidden.push(name(t) + " sticks out of " + name(t.parentElement));
    }
    for (const p of ancestors(t)) {
      if (p.scrollWidth <= p.clientWidth + 1) continue;
      if (cuts(p) && p !== document.body) hidden.push(name(t) + " is cut by " + name(p));
      if (scrolls(p) && p.tabIndex < 0) hidden.push(name(t) + " scrolls in " + name(p) + ", which no key reaches");
    }
  }
  return {
    title: document.title,
    lang: page.lang,
    headings: [...document.querySelectorAll("h1")].filter(shown).map((h) => h.textContent.trim()),
    scrollWidth: page.scrollWidth,
    clientWidth: page.clientWidth,
    height: Math.ceil(page.getBoundingClientRect().height),
    wide: [...new Set(wide)].slice(0, 10),
    hidden: hidden.slice(0, 10),
    rows: [...document.querySelectorAll("main tr, main li, main article")].filter(shown).length,
    links: [...document.querySelectorAll("main a[href]")].filter(shown).length,
  };
})()
