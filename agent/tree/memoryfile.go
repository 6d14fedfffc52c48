package tree

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// A memory is written as packed lines of JSON: what it is the memory of, and then
// each answer with its path. So neither writing nor reading holds the whole of it a
// second time.

// packedHead is the first line.
type packedHead struct {
	Version  int       `json:"version"`
	Tree     string    `json:"tree"`
	Distrust *distrust `json:"distrust,omitempty"`
}

// packed is any other line: one answer. Its path is a text, since the keys of a map in
// JSON cannot hold every path. A size has a key instead.
type packed struct {
	Path    text           `json:"path,omitempty"`
	Key     text           `json:"key,omitempty"`
	Listing *packedListing `json:"listing,omitempty"`
	File    *heardFile     `json:"file,omitempty"`
	Hint    *heardHint     `json:"hint,omitempty"`
	Size    *heardSize     `json:"size,omitempty"`
	Answer  *heardAnswer   `json:"answer,omitempty"`
}

type packedListing struct {
	heard
	Form    string        `json:"form,omitempty"`
	Entries []packedEntry `json:"entries,omitempty"`
	Stamp   text          `json:"stamp,omitempty"`
	Doubt   *doubt        `json:"doubt,omitempty"`
}

// packedEntry is an entry with short keys, since there are thousands.
type packedEntry struct {
	Name     text      `json:"n"`
	Dir      bool      `json:"d,omitempty"`
	Maybe    bool      `json:"m,omitempty"`
	Size     int64     `json:"s"`
	Exact    bool      `json:"x,omitempty"`
	Step     int64     `json:"p,omitempty"`
	Modified time.Time `json:"t,omitzero"`
	Stamp    text      `json:"a,omitempty"`
}

// memoryVersion changes with the form of the file.
const memoryVersion = 3

// memoryFile is where the memory of the tree lies, "" without a state directory.
func (s *Source) memoryFile() string {
	if s.o.StateDir == "" {
		return ""
	}
	return filepath.Join(s.o.StateDir, s.o.Tree.Name+".tree.json.gz")
}

// recall reads the memory, unless that of the poll before could not be written. One
// that is no good costs a full poll and nothing else.
func (s *Source) recall(ctx context.Context, address string) *memory {
	if s.unsaved != nil && s.unsaved.tree == address {
		return s.unsaved
	}
	name := s.memoryFile()
	if name == "" {
		return newMemory(address)
	}
	m, err := loadMemory(name, address)
	switch {
	case errors.Is(err, errForeign): // somebody changed the configuration, or the program
		s.o.Logger.InfoContext(ctx, "memory not used, so this poll reads the whole tree", "source", s.o.Tree.Name, "err", err)
	case err != nil:
		s.o.Logger.WarnContext(ctx, "memory not readable, so this poll reads the whole tree and writes it anew", "source", s.o.Tree.Name, "err", err)
	}
	return m
}

// keepMemory writes what the poll learnt. It is no error when that cannot be
// written: then it is kept until it can be, and a restart costs requests, and no fact.
func (s *Source) keepMemory(ctx context.Context, m *memory) {
	name := s.memoryFile()
	if name == "" || s.o.ReadOnly {
		return
	}
	err := m.save(name)
	if err == nil {
		s.unsaved = nil
		return
	}
	level := slog.LevelWarn
	if s.unsaved != nil { // told already
		level = slog.LevelDebug
	}
	s.unsaved = m
	s.o.Logger.Log(ctx, level, "memory not written, so the first poll after a restart reads the whole tree", "source", s.o.Tree.Name, "path", name, "err", err)
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
	// Only at its end does a packed file tell whether it is whole.
	d := json.NewDecoder(io.LimitReader(z, maxMemory))
	var head packedHead
	if err := d.Decode(&head); err != nil {
		return nil, fmt.Errorf("no memory: %w", err)
	}
	if head.Version != memoryVersion {
		return nil, errForeign
	}
	m := newMemory(head.Tree)
	m.distrust = head.Distrust
	for {
		var p packed
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return m, nil
		case err != nil:
			return nil, err
		}
		if err := m.add(&p); err != nil {
			return nil, err
		}
	}
}

// add takes in what a line says.
func (m *memory) add(p *packed) error {
	path := string(p.Path)
	if p.Answer != nil { // of an archive of packages it may be an address
		path = strings.Replace(path, "://", "/", 1)
	}
	if path != "" && !validPath(path) {
		return fmt.Errorf("%q is no path below a tree", p.Path)
	}
	switch {
	case p.Listing != nil:
		l, err := p.Listing.unpack()
		if err != nil {
			return fmt.Errorf("listing of %q: %w", p.Path, err)
		}
		m.listings[p.Path] = l
	case p.File != nil:
		m.files[p.Path] = p.File
	case p.Hint != nil:
		m.hints[p.Path] = p.Hint
	case p.Size != nil:
		if p.Size.Size < 0 {
			return fmt.Errorf("%d is no size of %q", p.Size.Size, p.Key)
		}
		m.sizes[p.Key] = p.Size
	case p.Answer != nil:
		m.answers[p.Path] = p.Answer
	default:
		return fmt.Errorf("nothing is said of %q", p.Path)
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
	err = e.Encode(packedHead{memoryVersion, m.tree, m.distrust})
	write := func(p packed) {
		if err == nil {
			err = e.Encode(p)
		}
	}
	for _, path := range sortedKeys(m.listings) {
		write(packed{Path: path, Listing: m.listings[path].pack()})
	}
	for _, path := range sortedKeys(m.files) {
		write(packed{Path: path, File: m.files[path]})
	}
	for _, path := range sortedKeys(m.hints) {
		write(packed{Path: path, Hint: m.hints[path]})
	}
	for _, key := range sortedKeys(m.sizes) {
		write(packed{Key: key, Size: m.sizes[key]})
	}
	for _, path := range sortedKeys(m.answers) {
		write(packed{Path: path, Answer: m.answers[path]})
	}
	if err != nil {
		return err
	}
	return z.Close()
}

func (h *heardListing) pack() *packedListing {
	p := &packedListing{heard: h.heard, Stamp: h.stamp, Doubt: h.doubt}
	if h.list == nil {
		return p
	}
	p.Form, p.Entries = h.list.form, make([]packedEntry, len(h.list.entries))
	for i, e := range h.list.entries {
		p.Entries[i] = packedEntry{text(e.name), e.dir, e.maybeDir, e.size, e.exact, e.step, e.modified, text(e.stamp)}
	}
	return p
}

// unpack is an error where entries are not names of a directory, in order.
func (p *packedListing) unpack() (*heardListing, error) {
	h := &heardListing{heard: p.heard, stamp: p.Stamp, doubt: p.Doubt}
	if p.Status != 0 {
		return h, nil
	}
	h.list = &listing{form: p.Form, entries: make([]entry, len(p.Entries))}
	for i, e := range p.Entries {
		if !validName(string(e.Name)) || e.Size < -1 || i > 0 && p.Entries[i-1].Name >= e.Name {
			return nil, fmt.Errorf("%q is no entry of it, or not in order", e.Name)
		}
		h.list.entries[i] = entry{string(e.Name), e.Dir, e.Maybe, e.Size, e.Exact, e.Step, e.Modified, string(e.Stamp)}
	}
	return h, nil
}
