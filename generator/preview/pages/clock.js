// Sets the clock of the page to that of the preview, where the two differ: a day that is
// played shows the ages that things had on it.
'use strict';

(() => {
  const host = document.querySelector('shiplist-preview');
  let at;
  let since;
  const set = () => {
    at = Date.parse(host.dataset.now);
    since = performance.now();
  };
  set();
  new MutationObserver(set).observe(host, { attributeFilter: ['data-now'] });
  Date.now = () => at + performance.now() - since;
})();
