package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"shiplist/internal/release"
)

// Kept is an answer of a source that is held back: kept in the state directory, in
// the form of the data directory, until it is accepted, let in or followed by
// another.
type Kept struct {
	Facts *release.Facts
	// Polled is when the poll began, Due when the next was due; Problems and Looks are
	// what came with it.
	Polled, Due time.Time
	Problems    []release.Problem
	Looks       []release.Look
	// Digest is that of the files as they are kept now.
	Digest string
}

// keptDoc is the file that lies beside the data files of a kept answer.
type keptDoc struct {
	Polled   time.Time         `toml:"polled"`
	Due      time.Time         `toml:"due,omitempty"`
	Looks    []release.Look    `toml:"look,omitempty"`
	Problems []release.Problem `toml:"problem,omitempty"`
}

const (
	heldDir  = "held"
	keptName = "answer.toml"
)

// Digest tells facts apart: of the files of a source, by path.
func Digest(files map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%q %d\n", name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Hold keeps an answer aside, in place of one that was kept before, and returns its
// digest.
func (w *Writer) Hold(name string, k Kept) (string, error) {
	if problem := unfitSource(name); problem != "" {
		return "", fmt.Errorf("%q cannot be the name of a source: %s", name, problem)
	}
	files, err := Files(name, k.Facts)
	if err != nil {
		return "", err
	}
	for below, text := range files {
		if err := readable(name+"/"+below, text); err != nil {
			return "", err
		}
	}
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(keptDoc{Polled: k.Polled.UTC(), Due: k.Due.UTC(), Looks: k.Looks, Problems: k.Problems}); err != nil {
		return "", err
	}
	digest := Digest(files)
	files[keptName] = b.Bytes()
	if err := w.present(); err != nil {
		return "", err
	}
	return digest, w.replaceHeld(name, files)
}

// replaceHeld writes the files aside and puts their folder where the old one was.
// Readers find out by the digest when a crash left the wrong one.
func (w *Writer) replaceHeld(name string, files map[string][]byte) error {
	return w.inState(func(d disk) error {
		next, place := heldDir+"/."+name, heldDir+"/"+name
		if err := d.removeAll(next); err != nil {
			return err
		}
		for _, below := range slices.Sorted(maps.Keys(files)) {
			if err := d.write(next+"/"+below, files[below]); err != nil {
				return err
			}
		}
		if err := d.removeAll(place); err != nil {
			return err
		}
		if err := d.rename(next, place); err != nil {
			return err
		}
		return d.sync(heldDir)
	})
}

// inState does something in the state directory.
func (w *Writer) inState(do func(disk) error) error {
	root, err := os.OpenRoot(w.state)
	if err == nil {
		err = errors.Join(do(disk{root: root, fault: w.disk.fault}), root.Close())
	}
	if err != nil {
		return explain("state directory "+w.state, err)
	}
	return nil
}

// Kept returns the answer of a source that is kept aside, or nil when there is none.
func (w *Writer) Kept(name string) (*Kept, error) {
	if problem := unfitSource(name); problem != "" {
		return nil, fmt.Errorf("%q cannot be the name of a source: %s", name, problem)
	}
	if err := w.present(); err != nil {
		return nil, err
	}
	var k *Kept
	var unreadable error
	err := w.inState(func(d disk) error {
		place := heldDir + "/" + name
		if _, err := d.root.Stat(place + "/" + keptName); !errors.Is(err, fs.ErrNotExist) {
			k, unreadable = w.readKept(d.root, name, place)
		}
		return nil
	})
	return k, errors.Join(err, unreadable)
}

func (w *Writer) readKept(root *os.Root, name, place string) (*Kept, error) {
	k := &Kept{Facts: &release.Facts{Source: name}}
	files := map[string][]byte{}
	err := fs.WalkDir(root.FS(), place, func(at string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := readFile(root, at)
		if err != nil {
			return err
		}
		below := strings.TrimPrefix(at, place+"/")
		if below == keptName {
			return k.about(text)
		}
		files[below] = text
		part, problems := decode(filepath.Join(w.state, at), below, text)
		join(k.Facts, part)
		return problems.err()
	})
	if err != nil {
		return nil, fmt.Errorf("what is kept in %s cannot be read: %w", filepath.Join(w.state, place), err)
	}
	k.Facts.Sort()
	k.Digest = Digest(files)
	return k, nil
}

func (k *Kept) about(text []byte) error {
	var doc keptDoc
	if err := toml.Unmarshal(text, &doc); err != nil {
		return err
	}
	k.Polled, k.Due, k.Looks, k.Problems = doc.Polled.UTC(), doc.Due.UTC(), doc.Looks, doc.Problems
	return nil
}

// Drop forgets what is kept of a source.
func (w *Writer) Drop(name string) error {
	if problem := unfitSource(name); problem != "" {
		return fmt.Errorf("%q cannot be the name of a source: %s", name, problem)
	}
	if err := w.present(); err != nil {
		return err
	}
	return w.inState(func(d disk) error { return d.removeAll(path.Join(heldDir, name)) })
}
