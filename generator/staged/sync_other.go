//go:build !linux

package staged

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Sync waits until everything below a directory is on disk.
func Sync(dir string) error {
	return filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("staged sets: %w", err)
		}
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("staged sets: %w", err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("staged sets: write %s to disk: %w", name, err)
		}
		return nil
	})
}
