// Package store keeps the data directory: one folder of TOML files for each
// source, sources.toml and the change log beside them, and nothing else that a reader
// has to know. docs/data.md describes every file and field.
//
// It turns facts into files and back and says for every mistake in a file where
// it is ([Load], [Problems]); it replaces the files of one source in one step
// that readers see whole or not at all, whatever happens in between
// ([Writer.Commit]), with the events that lead there, each once; and it never loses
// what a person wrote into a file. A [Writer] serves a process that runs for years: it
// holds no facts, and makes anew what is deleted under it. It does not know where
// facts come from, nor which of them are to be believed.
//
// A [Reader] is for a process that reads the same directory again and again: it decodes
// only the files that changed, and knows most of them by what the system tells
// of them. What was decoded of a large source lies in the state directory for the next
// process (kept.go).
//
// The one idea needed to read it: a commit writes everything aside, renames that
// folder to "ready", and only then moves files to their places. Before the rename
// nothing has happened; after it everything has, because whoever comes next
// finishes the moves, and whoever only reads looks into "ready" first.
package store
