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
	tree string // address
	// listings and files are the answers, by path below the tree.
	listings map[text]*heardListing
	files    map[text]*heardFile
	// hints are the change hints as they were when a poll last relied on them.
	hints map[text]*heardHint
	// distrust is why the hints are left alone until a moment.
	distrust *distrust
}

// packed is a memory as it is written: in lists, since the keys of a map in JSON
// cannot hold every path.
type packed struct {
	Version  int                 `json:"version"`
	Tree     string              `json:"tree"`
	Listings []at[*heardListing] `json:"listings"`
	Files    []at[*heardFile]    `json:"files"`
	Hints    []at[*heardHint]    `json:"hints,omitempty"`
	Distrust *distrust           `json:"distrust,omitempty"`
}

// at is an answer with its path.
type at[T any] struct {
	Path text `json:"path"`
	Said T    `json:"said"`
}

func pack[T any](m map[text]T) []at[T] {
	list := make([]at[T], 0, len(m))
	for _, path := range sortedKeys(m) {
		list = append(list, at[T]{path, m[path]})
	}
	return list
}

func unpack[T any](list []at[*T], valid func(text, *T) error) (map[text]*T, error) {
	m := make(map[text]*T, len(list))
	for _, a := range list {
		if a.Said == nil || a.Path != "" && !validPath(string(a.Path)) {
			return nil, fmt.Errorf("nothing is said of %q", a.Path)
		}
		if err := valid(a.Path, a.Said); err != nil {
			return nil, err
		}
		m[a.Path] = a.Said
	}
	return m, nil
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
	return &memory{tree: tree, listings: map[text]*heardListing{}, files: map[text]*heardFile{}, hints: map[text]*heardHint{}}
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
	if err == nil && m.tree != tree {
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
	var p packed
	d := json.NewDecoder(io.LimitReader(z, maxMemory))
	if err := d.Decode(&p); err != nil {
		return nil, err
	}
	// Only at its end does a packed file tell whether it is whole.
	if n, err := io.Copy(io.Discard, io.LimitReader(io.MultiReader(d.Buffered(), z), 16)); err != nil || n > 1 {
		return nil, errors.Join(errors.New("more than one memory in it, or less"), err)
	}
	if p.Version != memoryVersion {
		return nil, errForeign
	}
	return p.memory()
}

func (p *packed) memory() (*memory, error) {
	m := &memory{tree: p.Tree, distrust: p.Distrust}
	var err1, err2, err3 error
	m.listings, err1 = unpack(p.Listings, checkListing)
	m.files, err2 = unpack(p.Files, func(text, *heardFile) error { return nil })
	m.hints, err3 = unpack(p.Hints, func(text, *heardHint) error { return nil })
	return m, errors.Join(err1, err2, err3)
}

// checkListing is an error where entries are not names of a directory, in order.
func checkListing(path text, l *heardListing) error {
	for i, e := range l.Entries {
		if !validName(string(e.Name)) || e.Size < -1 || i > 0 && l.Entries[i-1].Name >= e.Name {
			return fmt.Errorf("no listing of %q: %q", path, e.Name)
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
	p := packed{memoryVersion, m.tree, pack(m.listings), pack(m.files), pack(m.hints), m.distrust}
	if err := e.Encode(p); err != nil {
		return err
	}
	return z.Close()
}

// bound forgets the bodies that would make the memory too large.
func (m *memory) bound() {
	total := 0
	for _, at := range sortedKeys(m.files) {
		size := len(m.files[at].Body)
		if total += size; size > maxBody || total > maxBodies {
			delete(m.files, at)
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
