// Returns what a reader meets on this page. See look in look_test.go for the fields.
(() => {
  const page = document.documentElement;
  const shown = (e) => e.getClientRects().length > 0 && e.checkVisibility({ visibilityProperty: true });
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
  // The part of the page in which an element may show something, as boxes that scroll or
  // cut leave it. It is empty for text that is there for screen readers alone.
  const openings = new Map([[page, { left: -1e9, top: -1e9, right: 1e9, bottom: 1e9 }]]);
  const meet = (a, b) => ({ left: Math.max(a.left, b.left), top: Math.max(a.top, b.top), right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom) });
  const opening = (e) => {
    if (!openings.has(e)) {
      const outer = opening(e.parentElement);
      const clips = e !== document.body && getComputedStyle(e).overflowX !== "visible" && getComputedStyle(e).display !== "inline";
      openings.set(e, clips ? meet(outer, e.getBoundingClientRect()) : outer);
    }
    return openings.get(e);
  };

  // Every line of text with where it shows.
  const lines = [];
  const cut = [];
  const words = (text) => name(text.parentElement) + " " + JSON.stringify(text.data.trim().slice(0, 40));
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const e = text.parentElement;
    if (!text.data.trim() || !shown(e) || e.closest("script, style, option, title")) continue;
    const seen = opening(e);
    if (seen.right - seen.left < 3) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const r of range.getClientRects()) {
      const part = meet(r, seen);
      if (part.right - part.left > 1 && part.bottom - part.top > 1) lines.push({ text, ...part });
      const cutter = [e, ...ancestors(e)].find((p) => p !== document.body && (scrolls(p) || cuts(p)));
      // Dots say that there is more.
      if (cutter && cuts(cutter) && getComputedStyle(cutter).textOverflow !== "ellipsis" && r.right > cutter.getBoundingClientRect().right + 1) cut.push(words(text));
    }
  }

  // Lines that lie over each other by more than the room that letters leave in a line.
  const over = [];
  lines.sort((a, b) => a.top - b.top);
  for (let i = 0; i < lines.length; i++) {
    for (let k = i + 1; k < lines.length && lines[k].top < lines[i].bottom - 5; k++) {
      const both = meet(lines[i], lines[k]);
      if (lines[i].text !== lines[k].text && both.right - both.left > 2 && both.bottom - both.top > 5) over.push(words(lines[i].text) + " and " + words(lines[k].text));
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
    cut: [...new Set(cut)].slice(0, 10),
    over: [...new Set(over)].slice(0, 10),
    wordless: [...document.querySelectorAll("svg.mark")].filter((m) => shown(m) && !m.parentElement.textContent.trim() && !m.getAttribute("aria-label")).map((m) => name(m.parentElement)).slice(0, 10),
    chrome: [...document.querySelectorAll("nav, form, button, .copy, .skip")].filter(shown).length,
    rows: [...document.querySelectorAll("main tr, main li, main article")].filter(shown).length,
    links: [...document.querySelectorAll("main a[href]")].filter(shown).length,
  };
})()
