// Package release is the model of what ships: the facts that sources report, the
// rules of the configuration, and the pure functions that derive from both what
// people ask for: the manifest of a milestone, the difference to the one before,
// where an image is published, the netboot index, and the findings.
//
// Nothing here reads a file, opens a connection, asks the clock or keeps a
// global; the same arguments always give the same answer. The one idea to keep in
// mind: [Facts] are what one source said, in a form common to all kinds of
// sources, and are stored; a [Picture] is what all sources mean together, and is
// never stored but derived by [Join] whenever it is wanted.
package release
