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
	"strings"

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
	// Forget are files that somebody removed, and that nothing is to take the place of.
	Forget []string `toml:"forget"`
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

func (j *journal) empty() bool {
	return len(j.Keep)+len(j.Put)+len(j.Remove)+len(j.Known)+len(j.Forget) == 0
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// stage writes a commit aside, durably.
func (w *Writer) stage(j *journal, texts map[string][]byte) error {
	if err := w.disk.removeAll(nextDir); err != nil {
		return err
	}
	var names []string
	for _, p := range j.Put {
		name := nextDir + "/files/" + p.Path
		if err := w.disk.write(name, texts[p.Path]); err != nil {
			return err
		}
		names = append(names, name)
	}
	var b bytes.Buffer
	b.WriteString("# A commit that is under way; the next shiplist agent finishes it.\n\n")
	if err := toml.NewEncoder(&b).Encode(j); err != nil {
		return err
	}
	name := nextDir + "/" + journalName
	if err := w.disk.write(name, b.Bytes()); err != nil {
		return err
	}
	return w.disk.syncAbove(append(names, name)...)
}

// apply makes a staged commit visible. From the first rename on there is no way
// back: the commit stands then, whatever error comes.
func (w *Writer) apply(ctx context.Context, j *journal) (stands bool, err error) {
	held, err := moveLock(ctx, w.data)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	for _, p := range j.Put { // somebody may have deleted some of it meanwhile
		if _, err := w.disk.root.Lstat(nextDir + "/files/" + p.Path); err != nil {
			return false, err
		}
	}
	if err := w.disk.rename(nextDir, readyDir); err != nil {
		return false, err
	}
	if err := w.disk.sync(ownDir); err != nil {
		return true, err
	}
	return true, w.move(j)
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
	if err := w.disk.syncAbove(j.touched()...); err != nil {
		return err
	}
	if err := w.remember(j); err != nil {
		return err
	}
	if err := w.disk.rename(readyDir, doneDir); err != nil {
		return err
	}
	return w.disk.removeAll(doneDir)
}

func (w *Writer) keep(k keep) error {
	if _, err := w.disk.root.Lstat(k.As); err == nil {
		return nil // kept before the crash
	}
	err := w.disk.rename(k.Path, k.As)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // somebody took the file away after the journal was written
	}
	return err
}

func (w *Writer) put(p put) error {
	if err := w.disk.folder(path.Dir(p.Path)); err != nil {
		return err
	}
	err := w.disk.rename(readyDir+"/files/"+p.Path, p.Path)
	if !errors.Is(err, fs.ErrNotExist) || w.missing(p.Path) || w.missing(readyDir+"/"+journalName) {
		return err
	}
	return nil // moved before the crash
}

// remove removes a file and the folders above it that are empty then.
func (w *Writer) remove(name string) error {
	if err := w.disk.remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if w.disk.remove(dir) != nil {
			break // not empty, as a rule; an empty folder left over does no harm
		}
	}
	return nil
}

// recover finishes or undoes what a crash left.
func (w *Writer) recover(ctx context.Context) error {
	if err := errors.Join(w.disk.removeAll(nextDir), w.disk.removeAll(doneDir)); err != nil {
		return err
	}
	j, err := readJournal(w.disk.root)
	if err != nil {
		return err
	}
	if j == nil { // where a folder without one is left, its commit was done
		return w.disk.removeAll(readyDir)
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

// changed are the data files of sources that are new, different or gone, sorted.
func (j *journal) changed() []string {
	names := slices.Clone(j.Remove)
	for _, p := range j.Put {
		if p.Path != sourcesFile && !strings.HasPrefix(p.Path, changesDir+"/") {
			names = append(names, p.Path)
		}
	}
	slices.Sort(names)
	return names
}
