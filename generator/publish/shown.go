package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"shiplist/generator/staged"
)

// Shown is what visitors see now.
type Shown struct {
	// Record is what is known of it: nothing, not even a digest, where a link was made
	// by hand that does not lead to a staged set.
	staged.Record
	Dir string // where its files are; empty when nothing is published
	Set string // name of the kept set; empty where the link was made by hand
	// Warning tells what is not known of it, because its record is lost.
	Warning string
}

// warn adds the warning to others.
func (s *Shown) warn(texts []string) []string {
	if s.Warning == "" {
		return texts
	}
	return append(texts, s.Warning)
}

// Show tells what the output leads to. Nothing there, or a link that leads nowhere, is
// nothing published; anything but a link is an error.
func Show(s Site) (Shown, error) {
	info, err := os.Lstat(s.Output)
	if errors.Is(err, fs.ErrNotExist) {
		return Shown{}, nil
	}
	if err != nil {
		return Shown{}, fmt.Errorf("output: %w", err)
	}
	if info.Mode()&fs.ModeSymlink == 0 {
		return Shown{}, occupied(s.Output, info.Mode())
	}
	dir, err := filepath.EvalSymlinks(s.Output)
	if errors.Is(err, fs.ErrNotExist) {
		return Shown{}, nil
	}
	if err != nil {
		return Shown{}, fmt.Errorf("output: %w", err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return Shown{}, errors.Join(err, fmt.Errorf("output: %s leads to %s, which is not a directory; remove the link, or name another place with [site] output", s.Output, dir))
	}
	return describe(s, dir)
}

// Take makes a copy of what is shown in a directory, which it empties first; of hard links,
// where that goes. Nothing that publishes changes or removes a file of it, however long
// somebody reads it. It does nothing where no set is shown that shiplist published.
func Take(ctx context.Context, s Site, to string) (shown Shown, err error) {
	if shown, err = Show(s); err != nil || shown.Set == "" {
		return shown, err
	}
	held, err := hold(ctx, s)
	if err != nil {
		return shown, err
	}
	defer func() { err = errors.Join(err, held.end()) }()
	if shown, err = Show(s); err != nil || shown.Set == "" {
		return shown, err
	}
	if err := errors.Join(os.RemoveAll(to), copyLinks(shown.Dir, to)); err != nil {
		return shown, fmt.Errorf("copy of %s: %w", shown.Set, err)
	}
	shown.Dir = to
	return shown, nil
}

// copyLinks makes a directory of links to the files of another.
func copyLinks(from, to string) error {
	names, err := listFiles(from)
	if err != nil {
		return err
	}
	for _, name := range names {
		at := filepath.Join(to, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return err
		}
		if _, err := linkOrCopy(filepath.Join(from, filepath.FromSlash(name)), at); err != nil {
			return err
		}
	}
	return nil
}

// occupied says what to do about something that is not ours.
func occupied(output string, mode fs.FileMode) error {
	what := "a file"
	if mode.IsDir() {
		what = "a directory"
	}
	return fmt.Errorf("output: %s is %s; shiplist puts a symbolic link there, which it can switch in one step. "+
		"Move it away (mv %s %s.old), or name another place with [site] output", output, what, output, output)
}

// describe adds what is known of a directory that is shown.
func describe(s Site, dir string) (Shown, error) {
	shown := Shown{Dir: dir}
	name := filepath.Base(dir)
	var lost error
	switch {
	case setName.MatchString(name) && same(filepath.Dir(dir), SetsDir(s.Output)):
		set := readSet(SetsDir(s.Output), name)
		shown.Set, shown.Record, lost = name, set.Record, set.Lost
	case same(filepath.Dir(dir), s.Staged):
		shown.Digest = name
	}
	// The same bytes may have been made from newer facts since.
	if set, err := staged.Find(s.Staged, shown.Digest); err == nil && !set.AsOf.Before(shown.AsOf) {
		shown.Record, lost = set.Record, nil
	}
	if lost != nil {
		all, err := listSets(SetsDir(s.Output))
		if err != nil {
			return Shown{}, err
		}
		shown.Warning = guarded(&shown.Record, all, shown.Set)
	}
	return shown, nil
}

// same reports whether two paths lead to one directory.
func same(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}
