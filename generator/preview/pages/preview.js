// Follows the preview: shows what is on its board in the bar, and loads the page again
// when, and only when, another one is there.
'use strict';

(() => {
  const host = document.querySelector('shiplist-preview');
  if (!host) return;
  let root = host.shadowRoot;
  if (!root) { // a browser that does not know of shadows in the text
    root = host.attachShadow({ mode: 'open' });
    root.append(host.querySelector('template').content.cloneNode(true));
  }
  const ask = new URLSearchParams({ page: location.pathname, set: host.dataset.set });
  if (host.dataset.own) ask.set('own', 'yes');

  // What is shown is replaced only where it is another, so that nobody loses their place.
  const shown = document.createElement('template');
  let bar = '';
  const show = (html) => {
    if (html === bar) return;
    bar = html;
    shown.innerHTML = html;
    const focus = root.activeElement && root.activeElement.tagName;
    const folded = root.querySelector('details:not([open])');
    root.querySelector('.dock').replaceWith(shown.content.querySelector('.dock'));
    host.toggleAttribute('data-mistakes', !!root.querySelector('.panel'));
    const details = root.querySelector('details');
    if (details && folded) details.open = false;
    if (focus) root.querySelector(focus.toLowerCase())?.focus();
  };

  const restyle = (name) => {
    const old = document.querySelector('link[rel="stylesheet"][href*="assets/style-"]');
    if (!old) return location.reload();
    const link = old.cloneNode();
    link.href = old.getAttribute('href').replace(/assets\/style-[^/]*$/, name);
    link.addEventListener('load', () => old.remove());
    old.after(link);
  };

  // The place on the page outlasts that it is loaded again, also where its height changes.
  const place = 'shiplist-preview ' + location.pathname;
  try {
    const y = sessionStorage.getItem(place);
    sessionStorage.removeItem(place);
    if (Number(y) > 0) addEventListener('load', () => scrollTo({ top: Number(y), behavior: 'instant' }));
  } catch { /* no storage: browsers keep the place themselves most of the time */ }
  const reload = () => {
    try { sessionStorage.setItem(place, scrollY); } catch { /* as above */ }
    location.reload();
  };

  // A browser opens only so many connections to a host, so a page that nobody sees lets
  // go of its own. It learns what it missed when it is seen again.
  let events;
  let again;
  const rest = () => {
    clearTimeout(again);
    if (events) events.close();
    events = undefined;
  };
  const follow = () => {
    rest();
    if (document.hidden) return;
    events = new EventSource('/_events?' + ask);
    events.onopen = () => host.removeAttribute('data-lost');
    events.onerror = () => {
      host.setAttribute('data-lost', '');
      if (events && events.readyState === EventSource.CLOSED) again = setTimeout(follow, 2000);
    };
    events.onmessage = (message) => {
      const tell = JSON.parse(message.data);
      if (tell.do === 'reload') {
        rest();
        return reload();
      }
      if (tell.do === 'style') restyle(tell.style);
      ask.set('set', tell.set);
      host.dataset.set = tell.set;
      if (tell.now) host.dataset.now = tell.now;
      show(tell.bar);
    };
  };
  document.addEventListener('visibilitychange', follow);
  addEventListener('pagehide', rest);
  addEventListener('pageshow', (e) => { if (e.persisted) follow(); });
  follow();
})();
