// Package statefile is a small file of JSON in the state directory: what costs no more than
// some requests when it is lost.
package statefile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// File is one such file. Without a Path there is none, and what it would hold is in memory
// only.
type File struct {
	Path     string
	ReadOnly bool // it is read, and never written

	unsaved bool
}

// Unsaved reports whether the file could not be written when it was to be.
func (f *File) Unsaved() bool { return f.unsaved }

// Read reads a file of at most so many bytes. Without one the content is empty;
// with one that cannot be read, too, and the error names it.
func Read[T any](s *File, most int64) (T, error) {
	var content, none T
	if s.Path == "" {
		return none, nil
	}
	f, err := os.Open(s.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, most)).Decode(&content); err != nil {
		return none, fmt.Errorf("%s: %w", s.Path, err)
	}
	return content, nil
}

// Write replaces the file. An error is told once, until it could be written again.
func Write[T any](s *File, content T) error {
	if s.Path == "" || s.ReadOnly {
		return nil
	}
	told := s.unsaved
	err := replace(s.Path, content)
	if s.unsaved = err != nil; told {
		return nil
	}
	return err
}

func replace[T any](path string, content T) error {
	text, err := json.Marshal(content)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return renameio.WriteFile(path, append(text, '\n'), 0o666)
}
