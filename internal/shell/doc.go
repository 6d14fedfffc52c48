// Package shell writes commands for bash so that no name in them can become anything
// but a word: products, series and build ids come from outside.
//
// What goes into a command is a [Word], which exists only in quotes. A [Template] is
// the form of a command as the configuration has it; it takes Words and nothing else,
// and is tried with hostile ones before it is accepted. Nothing here runs a command.
package shell
