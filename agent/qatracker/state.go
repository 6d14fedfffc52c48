package qatracker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	unsaved  bool // the last time it was to be written that failed
}

// readState reads a file of at most so many bytes. Without one the content is empty;
// with one that cannot be read, too, and the error names it.
func readState[T any](s *stateFile, most int64) (T, error) {
	var content, none T
	if s.path == "" {
		return none, nil
	}
	f, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, most)).Decode(&content); err != nil {
		return none, fmt.Errorf("%s: %w", s.path, err)
	}
	return content, nil
}

// writeState replaces the file. An error is told once, until it could be written again.
func writeState[T any](s *stateFile, content T) error {
	if s.path == "" || s.readOnly {
		return nil
	}
	told := s.unsaved
	err := replaceState(s.path, content)
	if s.unsaved = err != nil; told {
		return nil
	}
	return err
}

func replaceState[T any](path string, content T) error {
	text, err := json.Marshal(content)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return renameio.WriteFile(path, append(text, '\n'), 0o666)
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
