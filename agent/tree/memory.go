package tree

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/renameio/v2"

	"shiplist/agent/fetch"
)

// memory is what the server said at earlier polls: raw answers, so that what is made
// of them may change. It is read at the start of a poll and written at its end, and
// holds nothing that could not be asked for again.
type memory struct {
	Version int    `json:"version"`
	Tree    string `json:"tree"` // address
	// Listings and Files are the answers, by path below the tree.
	Listings map[text]*heardListing `json:"listings"`
	Files    map[text]*heardFile    `json:"files"`
	// Hints are the change hints as they were when a poll last relied on them.
	Hints map[text]*heardHint `json:"hints,omitempty"`
	// Distrust is why the hints are left alone until a moment.
	Distrust *distrust `json:"distrust,omitempty"`
}

// heard is what all answers have in common.
type heard struct {
	// Asked is when it was asked for; zero where it has to be asked for again.
	Asked time.Time `json:"asked,omitzero"`
	// Changed is when it was first seen to be as it is; zero where it was so at first sight of the tree.
	Changed    time.Time        `json:"changed,omitzero"`
	Validators fetch.Validators `json:"validators,omitzero"`
	// Status and Text are those of an answer that said that there is nothing to see.
	Status int  `json:"status,omitempty"`
	Text   text `json:"text,omitempty"`
	Hash   text `json:"hash,omitempty"` // of the body
}

type heardListing struct {
	heard
	Form    string       `json:"form,omitempty"`
	Entries []heardEntry `json:"entries,omitempty"`
	// Stamp is how the directory above showed this one when it was asked for.
	Stamp text `json:"stamp,omitempty"`
	// Doubt is what was not believed of the directory since.
	Doubt *doubt `json:"doubt,omitempty"`
}

// doubt is something that time may settle.
type doubt struct {
	Since time.Time `json:"since"`
	What  text      `json:"what"`
}

// heardEntry is an entry with short keys, since there are thousands.
type heardEntry struct {
	Name     text      `json:"n"`
	Dir      bool      `json:"d,omitempty"`
	Maybe    bool      `json:"m,omitempty"`
	Size     int64     `json:"s"`
	Exact    bool      `json:"x,omitempty"`
	Step     int64     `json:"p,omitempty"`
	Modified time.Time `json:"t,omitzero"`
	Stamp    text      `json:"a,omitempty"`
}

type heardFile struct {
	heard
	Body text `json:"body,omitempty"`
}

type heardHint struct {
	Hash    text      `json:"hash"`
	Changed time.Time `json:"changed"`
}

type distrust struct {
	Until time.Time `json:"until"`
	Hint  text      `json:"hint"`
	Path  text      `json:"path"`
}

const memoryVersion = 1

// The bounds of a memory. What is larger than one is not remembered, and asked for
// anew each time.
const (
	maxMemory     = 512 << 20 // unpacked
	maxBody       = 4 << 20
	maxBodies     = 64 << 20
	maxStatusText = 200
)

func newMemory(tree string) *memory {
	return &memory{
		Version: memoryVersion, Tree: tree,
		Listings: map[text]*heardListing{}, Files: map[text]*heardFile{}, Hints: map[text]*heardHint{},
	}
}

// errForeign is a memory of something else.
var errForeign = errors.New("it is the memory of another address, or of another version of this program")

// loadMemory reads a memory of a tree. Without one, or with one that is no good, it
// is empty; err then says why.
func loadMemory(name, tree string) (*memory, error) {
	f, err := os.Open(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return newMemory(tree), err
	}
	defer f.Close()
	m, err := decodeMemory(f)
	if err == nil && (m.Version != memoryVersion || m.Tree != tree) {
		err = errForeign
	}
	if err != nil {
		return newMemory(tree), fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// decodeMemory reads a memory and holds it to what a crawl may take for granted.
func decodeMemory(r io.Reader) (*memory, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	m := newMemory("")
	d := json.NewDecoder(io.LimitReader(z, maxMemory))
	if err := d.Decode(m); err != nil {
		return nil, err
	}
	// Only at its end does a packed file tell whether it is whole.
	if n, err := io.Copy(io.Discard, io.LimitReader(io.MultiReader(d.Buffered(), z), 16)); err != nil || n > 1 {
		return nil, errors.Join(errors.New("more than one memory in it, or less"), err)
	}
	return m, m.check()
}

// check is an error where a name could not be one of a directory.
func (m *memory) check() error {
	for at, l := range m.Listings {
		if l == nil || at != "" && !validPath(string(at)) {
			return fmt.Errorf("no listing of a directory: %q", at)
		}
		for i, e := range l.Entries {
			if !validName(string(e.Name)) || e.Size < -1 || i > 0 && l.Entries[i-1].Name >= e.Name {
				return fmt.Errorf("no listing of %q: %q", at, e.Name)
			}
		}
	}
	for at, f := range m.Files {
		if f == nil || !validPath(string(at)) {
			return fmt.Errorf("no file: %q", at)
		}
	}
	for at, h := range m.Hints {
		if h == nil {
			return fmt.Errorf("no hint: %q", at)
		}
	}
	return nil
}

// save writes the memory, whole or not at all.
func (m *memory) save(name string) error {
	m.bound()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := renameio.NewPendingFile(name, renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer f.Cleanup() //nolint:errcheck // nothing is left to clean up after the file was replaced
	if err := m.encode(f); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}

func (m *memory) encode(w io.Writer) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	e := json.NewEncoder(z)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return err
	}
	return z.Close()
}

// bound forgets the bodies that would make the memory too large.
func (m *memory) bound() {
	total := 0
	for _, at := range sortedKeys(m.Files) {
		size := len(m.Files[at].Body)
		if total += size; size > maxBody || total > maxBodies {
			delete(m.Files, at)
			total -= size
		}
	}
}

func sortedKeys[V any](m map[text]V) []text {
	keys := make([]text, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// remembered turns a listing into what is kept of it, and heard back.
func remembered(l *listing) []heardEntry {
	entries := make([]heardEntry, len(l.entries))
	for i, e := range l.entries {
		entries[i] = heardEntry{text(e.name), e.dir, e.maybeDir, e.size, e.exact, e.step, e.modified, text(e.stamp)}
	}
	return entries
}

func (h *heardListing) listing() *listing {
	l := &listing{form: h.Form, entries: make([]entry, len(h.Entries))}
	for i, e := range h.Entries {
		l.entries[i] = entry{string(e.Name), e.Dir, e.Maybe, e.Size, e.Exact, e.Step, e.Modified, string(e.Stamp)}
	}
	return l
}

// find returns the entry of a name, or nil.
func (h *heardListing) find(name string) *heardEntry {
	i, ok := slices.BinarySearchFunc(h.Entries, text(name), func(e heardEntry, name text) int { return cmp.Compare(e.Name, name) })
	if !ok {
		return nil
	}
	return &h.Entries[i]
}

// expired is an answer that is kept, and has to be asked for again.
func (h *heardListing) expired() *heardListing {
	c := *h
	c.Asked = time.Time{}
	return &c
}

func (f *heardFile) expired() *heardFile {
	c := *f
	c.Asked = time.Time{}
	return &c
}
