// Package quick runs templates that html/template has escaped, several times as fast
// and with the same bytes.
//
// text/template finds every field by its name, and calls every escaper by reflection, at
// each action of each page. Here that is decided once: New walks the parse trees with
// the type of dot known, and makes a closure of each node. What a template then does at
// run time is to follow indices of fields and to append to a buffer.
//
// The package is a shortcut and never an authority, by three rules:
//
//   - Escaping is html/template's. It decides which escaper stands at the end of which
//     pipeline, and its decision is read from the parse trees, which it rewrites in place.
//     Only the escapers themselves are written anew, and only those that layouts of pages
//     need.
//   - What New does not know for certain it refuses: a kind of node, an escaper, a type
//     that is only known at run time. The caller then uses html/template, as it would
//     without this package. JavaScript, attributes without quotes, maps, channels and
//     iterators are refused on purpose.
//   - What goes wrong in Execute is not explained here. It leaves the buffer as it was and
//     says that it has no answer; html/template runs again and tells the error in its words.
//     So nil pointers, indices out of range and functions that fail have no text here.
//
// One thing it can say without any data: which fields a template takes that its dot does not
// have, wherever the types are known. Missing goes through a whole template for that.
//
// A template that html/template had to derive, because it is used within a tag or a
// script, cannot be reached from outside and is refused, too.
package quick
