// Package preview shows the site while somebody works on it: it makes the site anew
// whenever data, texts, layouts or the configuration change, serves the newest whole
// one, and tells open pages about it. What publishing would change is at /_changes.
//
// Three things run side by side, and meet in the board (board.go):
//
//	watcher   watch.go     says what kind of thing changed, once that can be told
//	workshop  workshop.go  makes the site, one at a time, and compares it with what
//	                       is published
//	server    serve.go     answers with what is on the board, and follows it for pages
//	                       that are open (events.go)
//
// The one idea to keep in mind: an edition is never changed once it is on the board.
// It holds a whole site, or, after a mistake, the last good site and what is wrong.
// Nothing here writes into a set: the bar, the script and the panel of mistakes are
// added to pages as they leave. What is made is staged as a draft, so that it can be
// published by its digest and takes no other set's place.
//
// With Options.Set nothing is made: that set is shown as it is.
//
// Addresses of its own begin with "/_":
//
//	/_changes        what publishing would change
//	/_changes/diff   ?page=PATH: one page, old and new
//	/_old/PATH       the published site, as it is
//	/_new/PATH       the newest site, as it is
//	/_events         what open pages follow, as server-sent events
//	/_preview.js, /_preview.css
package preview
