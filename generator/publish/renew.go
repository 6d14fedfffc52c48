package publish

import (
	"errors"
	"os"
	"path/filepath"

	"shiplist/generator/owned"
)

// renew makes the files of a set that is about to be shown again later than what stood
// in their place meanwhile, where they differ from it: servers answer by time whether a
// browser has the newest. The staged set and other kept sets may have the same file, so
// that it is a copy that gets the time.
func (p *publisher) renew(b *build) error {
	renewed := false
	for i := range b.files {
		f := &b.files[i]
		if f.is == unchanged {
			continue
		}
		copied, err := p.renewFile(b, f.path)
		if err != nil {
			return err
		}
		f.copied = f.copied || copied
		renewed = renewed || copied
	}
	if !renewed {
		return nil
	}
	if _, err := p.renewFile(b, sumsFile); err != nil {
		return err
	}
	return errors.Join(b.date(), b.sync(), p.step("renewed"))
}

// renewFile puts a copy in the place of a file, unless its time is late enough.
func (p *publisher) renewFile(b *build, name string) (bool, error) {
	at := filepath.Join(b.to, filepath.FromSlash(name))
	info, err := os.Stat(at)
	if err != nil {
		return false, err
	}
	latest, err := b.latest(name, info)
	if err != nil || later(info, latest) {
		return false, err
	}
	content, err := os.ReadFile(at)
	if err != nil {
		return false, err
	}
	aside := filepath.Join(p.dir, owned.TempPrefix+"renewed")
	if err := errors.Join(os.RemoveAll(aside), write(aside, content, after(latest))); err != nil {
		return false, err
	}
	if err := syncFile(aside); err != nil {
		return false, err
	}
	return true, os.Rename(aside, at)
}
