package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// disk is a directory in which a writer changes things. All its changes go through
// here, are made durable where that is promised, and never leave the directory.
type disk struct {
	root *os.Root
	// fault is asked before every change; tests let the disk fail there.
	fault fault
}

// fault says what goes wrong with a change; nil for nothing.
type fault func(change, name string) error

func faultless(string, string) error { return nil }

func (d disk) rename(from, to string) error {
	if err := d.fault("rename", from); err != nil {
		return err
	}
	return d.root.Rename(from, to)
}

// remove removes a file or an empty folder.
func (d disk) remove(name string) error {
	if err := d.fault("remove", name); err != nil {
		return err
	}
	return d.root.Remove(name)
}

func (d disk) removeAll(name string) error {
	if err := d.fault("remove all", name); err != nil {
		return err
	}
	return d.root.RemoveAll(name)
}

// folder makes a folder and those above it, where they are missing.
func (d disk) folder(name string) error {
	if info, err := d.root.Lstat(name); err == nil && info.IsDir() {
		return nil
	}
	if err := d.fault("folder", name); err != nil {
		return err
	}
	return d.root.MkdirAll(name, 0o755)
}

// write writes a file durably, with the folders above it. It may be left half
// written.
func (d disk) write(name string, text []byte) error {
	if err := errors.Join(d.folder(path.Dir(name)), d.fault("create", name)); err != nil {
		return err
	}
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(d.fill(f, name, text), f.Close())
}

// fill writes in two halves, so that tests can stop in the middle.
func (d disk) fill(f *os.File, name string, text []byte) error {
	half := len(text) / 2
	if _, err := f.Write(text[:half]); err != nil {
		return err
	}
	if err := d.fault("write", name); err != nil {
		return err
	}
	if _, err := f.Write(text[half:]); err != nil {
		return err
	}
	if err := d.fault("sync", name); err != nil {
		return err
	}
	return f.Sync()
}

// replace puts a new file in the place of an old one: whoever reads sees one or the
// other, whole.
func (d disk) replace(name string, text []byte) error {
	next := path.Join(path.Dir(name), "."+path.Base(name)+".next")
	if err := d.write(next, text); err != nil {
		return err
	}
	if err := d.rename(next, name); err != nil {
		return err
	}
	return d.sync(path.Dir(name))
}

// sync makes the entries of a folder durable.
func (d disk) sync(name string) error {
	if err := d.fault("sync", name); err != nil {
		return err
	}
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncAbove makes the entries of folders durable, those of the folders above them
// up to the top, too. Folders that are gone are passed over.
func (d disk) syncAbove(names ...string) error {
	seen := map[string]bool{}
	for _, name := range names {
		for dir := path.Dir(name); !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			if err := d.sync(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// explained is an error of a disk with what to do about it. It says so once, however
// often it is wrapped.
type explained struct{ err error }

func (e explained) Error() string { return e.err.Error() + advice(e.err) }

func (e explained) Unwrap() error { return e.err }

// explain makes an error of a disk say where it came up and what to do about it.
func explain(where string, err error) error {
	err = fmt.Errorf("%s: %w", where, err)
	if errors.As(err, new(explained)) {
		return err
	}
	return explained{err}
}

func advice(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "; make room there"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return "; let the user who runs shiplist write there"
	case errors.Is(err, syscall.ENOTDIR):
		return "; something else lies where a directory belongs: move it away"
	}
	return ""
}
