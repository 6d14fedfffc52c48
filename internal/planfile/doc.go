// Package planfile is the files in which a team keeps what it means of a milestone:
// plans in TOML, which package config reads, and the YAML sheets that came before them,
// with the build id ("serial") and the command of each image.
//
// It makes facts of plans ([Facts]), reads sheets ([ParseSheet]), and writes build ids
// into either without touching any other byte ([Fill]). What is read is hostile like all
// that comes from outside: it is bounded, and what is not understood is refused with line
// and column. Which build is the right one is decided elsewhere; nothing here reads files.
package planfile
