package store

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"shiplist/internal/release"
)

// planner works out the journal of a commit: what is there against what shall be.
type planner struct {
	w       *Writer
	journal journal
	texts   map[string][]byte // of the puts
	edited  []release.Problem
	blocks  map[string]bool // of the events, as they are written
	encoded map[string]want // see [Writer]; only of a commit that replaces files
}

func (p *planner) plan(c change) error {
	if c.replace {
		if err := p.source(c.source, c.parts); err != nil {
			return err
		}
	}
	if err := p.events(c); err != nil {
		return err
	}
	return p.sources(c)
}

// source plans the files of one source.
func (p *planner) source(name string, parts []Part) error {
	t, err := surveyBelow(p.w.disk.root, name)
	if err != nil {
		return fmt.Errorf("data directory %s: %w", p.w.data, err)
	}
	wants, err := p.w.wants(name, parts, t)
	if err != nil {
		return err
	}
	p.encoded = make(map[string]want, len(parts))
	for i, part := range parts {
		at := name + "/" + part.Path
		_, there := t.files[at]
		if err := p.file(at, there, wants[i]); err != nil {
			return err
		}
		delete(t.files, at)
		p.encoded[part.Path] = want{imprint: wants[i].imprint, hash: wants[i].hash}
	}
	return p.gone(name, t)
}

// gone plans to remove the files of a source that are left, and to forget those that a
// person removed.
func (p *planner) gone(source string, t tree) error {
	for _, name := range slices.Sorted(maps.Keys(p.w.written.Files)) {
		below, ours := strings.CutPrefix(name, source+"/")
		_, wanted := p.encoded[below]
		if _, there := t.files[name]; ours && !wanted && !there {
			p.journal.Forget = append(p.journal.Forget, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		text, err := p.read(name)
		if err != nil {
			return err
		}
		if err := p.spare(name, text, "what the source says was written again"); err != nil {
			return err
		}
		p.journal.Remove = append(p.journal.Remove, name)
	}
	return nil
}

// read reads a file that is to be changed.
func (p *planner) read(name string) ([]byte, error) {
	text, err := readFile(p.w.disk.root, name)
	if err != nil {
		return nil, explain("data directory "+p.w.data, err)
	}
	return text, nil
}

// file plans one file, which stays untouched when its bytes are right.
func (p *planner) file(name string, there bool, w want) error {
	var before []byte
	if there && w.text != nil {
		var err error
		if before, err = p.read(name); err != nil {
			return err
		}
	}
	if w.text == nil || there && string(before) == string(w.text) {
		p.known(put{Path: name, Hash: w.hash})
		return nil
	}
	if err := errors.Join(readable(name, w.text), p.free(name)); err != nil {
		return err
	}
	if there {
		if err := p.spare(name, before, "what the source says was written again"); err != nil {
			return err
		}
	}
	p.put(name, w.text)
	return nil
}

func (p *planner) put(name string, text []byte) {
	p.journal.Put = append(p.journal.Put, put{Path: name, Hash: hash(text)})
	p.texts[name] = text
}

// known plans to note a file that is right, so that it is not taken for a person's
// when it changes.
func (p *planner) known(file put) {
	if p.w.written.Files[file.Path] != file.Hash {
		p.journal.Known = append(p.journal.Known, file)
	}
}

// free makes sure that nothing is in the way of a file: it must come out before
// anything is moved, or the commit would be stuck half-way. Links are not followed,
// since they may lead into another source.
func (p *planner) free(name string) error {
	for i, c := range name + "/" {
		if c != '/' {
			continue
		}
		at := name[:i]
		info, err := p.w.disk.root.Lstat(at)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if info.IsDir() != (at != name) {
			return fmt.Errorf("%s is in the way of the data file %s; move it somewhere else", filepath.Join(p.w.data, at), name)
		}
	}
	return nil
}

// readable makes sure that what could not be read again is never written.
func readable(name string, text []byte) error {
	_, below, _ := strings.Cut(name, "/")
	if _, problems := decode(name, below, text); len(problems) > 0 {
		return &FactsError{problems[0]}
	}
	return nil
}

// sources plans sources.toml, which tells of the edited files, too.
func (p *planner) sources(c change) error {
	var old []byte
	info, err := p.w.disk.root.Lstat(sourcesFile)
	there := err == nil && info.Mode().IsRegular()
	if there {
		if old, err = p.read(sourcesFile); err != nil {
			return err
		}
		if err := p.spare(sourcesFile, old, "what the agent knows was written again"); err != nil {
			return err
		}
	}
	if state, known := c.states[c.source]; known && len(p.edited) > 0 {
		state.Problems = append(slices.Clone(state.Problems), p.edited...)
		c.states[c.source] = state
	}
	text, err := encodeSources(c.states)
	if err != nil || there && string(text) == string(old) {
		return err
	}
	if err := p.free(sourcesFile); err != nil {
		return err
	}
	p.put(sourcesFile, text)
	return nil
}

// spare plans to keep a file that holds what would be lost: one that a person
// edited, or that a newer version wrote in a form of its own. Its name is free then;
// instead says what becomes of it.
func (p *planner) spare(name string, text []byte, instead string) error {
	kept := release.Problem{Rule: "edited", Address: name}
	switch {
	case p.w.written.edited(name, text):
		kept.Text = "somebody changed this file"
	case !legible(name, text):
		kept.Rule, kept.Text = "unreadable", "this version cannot read this file"
	default:
		return nil
	}
	as := name + ".edited"
	for n := 2; ; n++ {
		if _, err := p.w.disk.root.Lstat(as); errors.Is(err, os.ErrNotExist) {
			break
		} else if err != nil {
			return err
		}
		as = name + ".edited." + strconv.Itoa(n)
	}
	p.journal.Keep = append(p.journal.Keep, keep{Path: name, As: as})
	kept.Text += "; it was kept as " + as + " and " + instead
	p.edited = append(p.edited, kept)
	return nil
}

// legible reports whether the text of any file that we write has no mistake.
func legible(name string, text []byte) bool {
	switch {
	case name == sourcesFile:
		_, problems := decodeSources(name, text)
		return len(problems) == 0
	case isMonth(name):
		_, problems := decodeEvents(name, name, text)
		return len(problems) == 0
	}
	return readable(name, text) == nil
}
