package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"

	"github.com/BurntSushi/toml"
)

// A commit in the folder .shiplist of the data directory:
//
//	next/    is being written; a crash leaves it, and the next writer removes it
//	ready/   is complete and durable; its moves are under way, and whoever opens the
//	         directory for writing after a crash finishes them. Each move can be
//	         made twice
//	done/    has been moved and is being removed
//
// Each holds journal.toml and, below files/, the new files under their own paths.
const (
	nextDir     = ownDir + "/next"
	readyDir    = ownDir + "/ready"
	doneDir     = ownDir + "/done"
	journalName = "journal.toml"
)

// journal lists what a commit does, all paths below the data directory.
type journal struct {
	Keep   []keep   `toml:"keep"`   // done first
	Put    []put    `toml:"put"`    // then these
	Remove []string `toml:"remove"` // then these
	// Known are files that are right already, and that the record of written files
	// does not know.
	Known []put `toml:"known"`
}

// keep renames a file that a person edited.
type keep struct {
	Path string `toml:"path"`
	As   string `toml:"as"` // did not exist when the journal was written
}

// put is a new or changed file.
type put struct {
	Path string `toml:"path"`
	Hash string `toml:"hash"`
}

func (j *journal) empty() bool { return len(j.Keep)+len(j.Put)+len(j.Remove)+len(j.Known) == 0 }

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// stage writes a commit aside, durably.
func (w *Writer) stage(j *journal, texts map[string][]byte) error {
	if err := w.root.RemoveAll(nextDir); err != nil {
		return err
	}
	var names []string
	for _, p := range j.Put {
		name := nextDir + "/files/" + p.Path
		if err := writeFile(w.root, name, texts[p.Path]); err != nil {
			return err
		}
		names = append(names, name)
	}
	if err := w.step("staged"); err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("# A commit that is under way; the next shiplist agent finishes it.\n\n")
	if err := toml.NewEncoder(&b).Encode(j); err != nil {
		return err
	}
	name := nextDir + "/" + journalName
	if err := writeFile(w.root, name, b.Bytes()); err != nil {
		return err
	}
	return syncAbove(w.root, append(names, name)...)
}

// apply makes a staged commit visible: from the rename on there is no way back.
func (w *Writer) apply(ctx context.Context, j *journal) (err error) {
	held, err := moveLock(ctx, w.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	if err := w.step("journal"); err != nil {
		return err
	}
	if err := errors.Join(w.root.Rename(nextDir, readyDir), syncDir(w.root, ownDir), w.step("ready")); err != nil {
		return err
	}
	return w.move(j)
}

// move carries out the journal in ready, from wherever it was left.
func (w *Writer) move(j *journal) error {
	for _, k := range j.Keep {
		if err := w.keep(k); err != nil {
			return err
		}
	}
	for _, p := range j.Put {
		if err := w.put(p); err != nil {
			return err
		}
	}
	for _, name := range j.Remove {
		if err := w.remove(name); err != nil {
			return err
		}
	}
	if err := errors.Join(syncAbove(w.root, j.touched()...), w.step("moved")); err != nil {
		return err
	}
	if err := errors.Join(w.remember(j), w.step("remembered")); err != nil {
		return err
	}
	if err := errors.Join(w.root.Rename(readyDir, doneDir), w.step("done")); err != nil {
		return err
	}
	return w.root.RemoveAll(doneDir)
}

func (w *Writer) keep(k keep) error {
	if _, err := w.root.Lstat(k.As); err == nil {
		return nil // kept before the crash
	}
	err := w.root.Rename(k.Path, k.As)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // somebody took the file away after the journal was written
	}
	return errors.Join(err, w.step("keep"))
}

func (w *Writer) put(p put) error {
	if err := w.root.MkdirAll(path.Dir(p.Path), 0o755); err != nil {
		return err
	}
	err := w.root.Rename(readyDir+"/files/"+p.Path, p.Path)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = w.root.Lstat(p.Path) // moved before the crash
	}
	return errors.Join(err, w.step("put"))
}

// remove removes a file and the folders above it that are empty then.
func (w *Writer) remove(name string) error {
	if err := w.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if w.root.Remove(dir) != nil {
			break // not empty, as a rule; an empty folder left over does no harm
		}
	}
	return w.step("remove")
}

// recover finishes or undoes what a crash left.
func (w *Writer) recover(ctx context.Context) error {
	if err := errors.Join(w.root.RemoveAll(nextDir), w.root.RemoveAll(doneDir)); err != nil {
		return err
	}
	j, err := readJournal(w.root)
	if err != nil || j == nil {
		return err
	}
	held, err := moveLock(ctx, w.data)
	if err != nil {
		return err
	}
	return errors.Join(w.move(j), held.Close())
}

// readJournal returns the journal in ready, or nil when there is none.
func readJournal(root *os.Root) (*journal, error) {
	text, err := root.ReadFile(readyDir + "/" + journalName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var j journal
	if err := toml.Unmarshal(text, &j); err != nil {
		return nil, fmt.Errorf("%s/%s: %w; it was damaged after it was written: restore the data directory from a copy", readyDir, journalName, err)
	}
	return &j, nil
}

// overlay lets a reader see the commit in ready as if all its moves had been made.
func (t *tree) overlay(root *os.Root) error {
	j, err := readJournal(root)
	if err != nil || j == nil {
		return err
	}
	for _, p := range j.Put {
		staged := readyDir + "/files/" + p.Path
		if _, err := root.Lstat(staged); err == nil {
			t.files[p.Path] = staged
		}
	}
	for _, name := range j.Remove {
		delete(t.files, name)
	}
	return nil
}

// writeFile writes a new file durably, with the folders above it.
func writeFile(root *os.Root, name string, text []byte) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(root *os.Root, name string) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncAbove makes the entries of folders durable, those of the folders above them
// up to the data directory, too. Folders that are gone are passed over.
func syncAbove(root *os.Root, names ...string) error {
	seen := map[string]bool{}
	for _, name := range names {
		for dir := path.Dir(name); !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			if err := syncDir(root, dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// touched are the names of all files that the commit moves or removes.
func (j *journal) touched() []string {
	names := slices.Clone(j.Remove)
	for _, p := range j.Put {
		names = append(names, p.Path)
	}
	for _, k := range j.Keep {
		names = append(names, k.As)
	}
	return names
}

// changed are the data files that are new, different or gone, sorted.
func (j *journal) changed() []string {
	names := slices.Clone(j.Remove)
	for _, p := range j.Put {
		if p.Path != sourcesFile {
			names = append(names, p.Path)
		}
	}
	slices.Sort(names)
	return names
}
