package store

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
)

// form is the form of data directories that this version knows. A later one that older
// versions would misread has a higher number in the first line of its sources.toml;
// in this form there is no such line.
const form = 1

// formLine is that line.
var formLine = regexp.MustCompile(`^\s*format\s*=\s*([0-9]{1,9})\s*(?:#.*)?(?:\n|$)`)

// newer refuses a data directory of a later form, of which nothing may be read or
// written. The text is that of its sources.toml.
func newer(dir, at string, text []byte) error {
	found := formLine.FindSubmatch(text)
	if found == nil {
		return nil
	}
	if n, err := strconv.Atoi(string(found[1])); err != nil || n <= form {
		return nil
	}
	return fmt.Errorf("%s: the data directory %s has format %s, and this shiplist reads format %d at most; use the version that wrote it, or a later one, or name another directory in [store] data",
		filepath.Join(dir, at), dir, found[1], form)
}
