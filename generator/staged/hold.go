package staged

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Held is a set that stays as long as somebody reads it: Prune goes round it, in every
// process, on systems that have locks for that. It is let go by Close, or when it is
// garbage.
type Held struct {
	root *os.Root
	lock *os.File // its directory, locked
}

// Has reports whether there is a set with the digest.
func (s *Dir) Has(digest string) bool {
	info, err := os.Lstat(filepath.Join(s.dir, digest))
	return err == nil && info.IsDir() && slices.Contains(s.sets, digest)
}

// Hold keeps a set from being pruned.
func (s *Dir) Hold(digest string) (*Held, error) {
	root, err := os.OpenRoot(filepath.Join(s.dir, digest))
	if err != nil {
		return nil, fmt.Errorf("staged sets: %w", err)
	}
	lock, err := root.Open(".")
	if err == nil {
		err = share(lock)
	}
	if err != nil {
		return nil, fmt.Errorf("staged sets: hold %s: %w", digest, errors.Join(err, root.Close()))
	}
	return &Held{root, lock}, nil
}

// ReadFile reads a file of the set by its path with slashes.
func (h *Held) ReadFile(name string) ([]byte, error) {
	return h.root.ReadFile(filepath.FromSlash(name))
}

// FS is the set as a file system.
func (h *Held) FS() fs.FS { return h.root.FS() }

// Close lets the set go.
func (h *Held) Close() error { return errors.Join(h.lock.Close(), h.root.Close()) }

// isHeld reports whether somebody holds a set.
func isHeld(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	return busy(f)
}
