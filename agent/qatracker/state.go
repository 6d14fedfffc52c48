package qatracker

import (
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"
)

// stateFile is a small file in the state directory. Without a path there is none, and
// what it would hold is in memory only.
type stateFile struct {
	path     string
	readOnly bool
}

// readState reads a file of at most so many bytes; false when there is none, or none
// that can be read.
func readState[T any](s stateFile, most int64) (content T, ok bool) {
	var none T
	if s.path == "" {
		return none, false
	}
	f, err := os.Open(s.path)
	if err != nil {
		return none, false
	}
	defer f.Close()
	if json.NewDecoder(io.LimitReader(f, most)).Decode(&content) != nil {
		return none, false
	}
	return content, true
}

// writeState replaces the file.
func writeState[T any](s stateFile, content T) error {
	if s.path == "" || s.readOnly {
		return nil
	}
	text, err := json.Marshal(content)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o777); err != nil {
		return err
	}
	return renameio.WriteFile(s.path, append(text, '\n'), 0o666)
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
