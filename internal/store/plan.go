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
}

// source plans the files of one source.
func (p *planner) source(name string, files map[string][]byte) error {
	old, err := p.existing(name)
	if err != nil {
		return err
	}
	for _, below := range slices.Sorted(maps.Keys(files)) {
		if err := p.file(name+"/"+below, old, files[below]); err != nil {
			return err
		}
		delete(old, name+"/"+below)
	}
	for _, gone := range slices.Sorted(maps.Keys(old)) {
		if err := p.spare(gone, old[gone]); err != nil {
			return err
		}
		p.journal.Remove = append(p.journal.Remove, gone)
	}
	return nil
}

// existing reads the data files that a source has now.
func (p *planner) existing(source string) (map[string][]byte, error) {
	t, err := survey(p.w.root)
	if err != nil {
		return nil, err
	}
	old := map[string][]byte{}
	for name := range t.files {
		if strings.HasPrefix(name, source+"/") {
			if old[name], err = p.w.root.ReadFile(name); err != nil {
				return nil, err
			}
		}
	}
	return old, nil
}

// file plans one file, which stays untouched when its bytes are right.
func (p *planner) file(name string, old map[string][]byte, text []byte) error {
	before, there := old[name]
	if there && string(before) == string(text) {
		p.known(put{Path: name, Hash: hash(text)})
		return nil
	}
	if err := errors.Join(readable(name, text), p.free(name)); err != nil {
		return err
	}
	if there {
		if err := p.spare(name, before); err != nil {
			return err
		}
	}
	p.journal.Put = append(p.journal.Put, put{Path: name, Hash: hash(text)})
	p.texts[name] = text
	return nil
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
		info, err := p.w.root.Lstat(at)
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
func (p *planner) sources(c change) (map[string]release.SourceState, error) {
	old := map[string][]byte{}
	if text, err := p.w.root.ReadFile(sourcesFile); err == nil {
		old[sourcesFile] = text
		if err := p.spare(sourcesFile, text); err != nil {
			return nil, err
		}
	}
	states := c.states
	if state, there := states[c.source]; there && len(p.edited) > 0 {
		state.Problems = append(slices.Clone(state.Problems), p.edited...)
		states[c.source] = state
	}
	text, err := encodeSources(states)
	if err != nil {
		return nil, err
	}
	if string(text) == string(old[sourcesFile]) {
		return states, nil
	}
	if err := p.free(sourcesFile); err != nil {
		return nil, err
	}
	p.journal.Put = append(p.journal.Put, put{Path: sourcesFile, Hash: hash(text)})
	p.texts[sourcesFile] = text
	return states, nil
}

// spare plans to keep a file that holds what would be lost: one that a person
// edited, or that a newer version wrote in a form of its own. Its name is free.
func (p *planner) spare(name string, text []byte) error {
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
		if _, err := p.w.root.Lstat(as); errors.Is(err, os.ErrNotExist) {
			break
		} else if err != nil {
			return err
		}
		as = name + ".edited." + strconv.Itoa(n)
	}
	p.journal.Keep = append(p.journal.Keep, keep{Path: name, As: as})
	kept.Text += "; it was kept as " + as + " and what the source says was written again"
	p.edited = append(p.edited, kept)
	return nil
}

// legible reports whether the text of a data file, or of sources.toml, has no mistake.
func legible(name string, text []byte) bool {
	if name == sourcesFile {
		_, problems := decodeSources(name, text)
		return len(problems) == 0
	}
	return readable(name, text) == nil
}
