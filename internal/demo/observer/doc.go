// Package observer is a Test Observer in memory, for the demo and for tests: the part of the
// API that has to do with images, with the rules that clients have to live with. What it
// answers has the form of recorded answers of the real service.
//
// Kept on purpose: the list shows only the newest of each stage, name, os and release, and
// goes backwards; ids only grow; an image is known by its checksum; a permission is checked
// before all else; errors have two forms, and one is plain text; there are no validators, no
// HEAD, no slash at the end; times have no zone, and a fraction only where there is one.
//
// The one idea to keep in mind: what people and the build host do is a method of [Server], and
// the requests that write are only another way to call these.
package observer
