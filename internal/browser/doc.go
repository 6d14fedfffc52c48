// Package browser holds no code of the program, only tests: they build the demo's
// site, serve it on loopback under a path of its own, and look at one page of every
// kind in a real browser, on a phone and on a desk, light and dark, with
// JavaScript and without.
//
// What they ask of a page is what any page of a site owes its reader, whatever the
// layouts look like: it fits the screen and the sheet of paper, no text of it is cut
// off or under another, it says what it is, asks nobody else for anything, reports no
// error, lets its tables be reached by keyboard, and passes the rules of axe-core.
// Every page of the site, not one of a kind, passes those of html-validate. They need
// Debian's chromium, and what folder node names, from npm; see CONTRIBUTING.md.
//
// With SHIPLIST_SCREENSHOTS=DIR they leave pictures of everything that they saw,
// and with SHIPLIST_TEST_SITE=DIR they look at a site that is there already, a
// staged set for instance, instead of the demo's.
package browser
