package staged

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// Record is what is known of a set beside its files: what it was made from and what
// somebody should know who wants to publish it. It lies beside the set as
// DIGEST.json and is no part of it, so it does not count for the digest. Where the
// same bytes come from newer facts only the record is written anew; its file's time of
// modification is when the set was last made.
type Record struct {
	Digest string    `json:"digest"`
	AsOf   time.Time `json:"as_of"` // "now" of the site
	// Draft says that only a preview made it: a set that nobody asked for yet. It is
	// never the newest, and does not push out those that are no drafts.
	Draft bool `json:"draft,omitempty"`
	// Sources are those that the site rests on, with the exact time of their last
	// good answer.
	Sources []Source `json:"sources,omitempty"`
	// Lasting are the pages that must not go away once they are published, by path,
	// sorted: those of series, release milestones, products, families and release
	// directories.
	Lasting []Page `json:"lasting,omitempty"`
	// Troubles are the findings about the site itself, which forbid publishing.
	Troubles []Trouble `json:"troubles,omitempty"`
	Pages    int       `json:"pages"`
	Files    int       `json:"files"`
	Bytes    int64     `json:"bytes"`
	// Blockers, Warnings and Notes count the findings on its pages.
	Blockers int `json:"blockers"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`
	// Lists counts what the lists of the trees name and leave out.
	Lists ListCounts `json:"lists,omitzero"`
	// Idle tells of the [[moved]] of the configuration that do nothing.
	Idle []string `json:"idle_moves,omitempty"`
}

// ListCounts is how many files the lists of the trees name, and how many they leave out
// because nobody published their exact size or, for simplestreams, their checksum.
type ListCounts struct {
	Manifests        int `json:"manifests"` // in site manifests
	ManifestsLeftOut int `json:"manifests_left_out"`
	Streams          int `json:"streams"` // in simplestreams
	StreamsLeftOut   int `json:"streams_left_out"`
}

// Source is a source of the facts of a set.
type Source struct {
	Name    string    `json:"name"`
	Success time.Time `json:"success,omitzero"` // zero when it never answered
}

// Page is a page of a set: its path below the site, with a slash at the end, and what
// it is about ("series", "milestone", "product", "family", "directory", "moved" where one was).
type Page struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
}

// Trouble is a finding about the site itself.
type Trouble struct {
	Rule string `json:"rule"`           // as in release.Finding
	Text string `json:"text"`           // one sentence
	Page string `json:"page,omitempty"` // path of the page that shows it
}

// Set is a kept set, as somebody sees it who does not hold the directory.
type Set struct {
	Record
	Dir  string    // where its files are
	Made time.Time // when it was last made
}

// recordFile is where the record of a set lies.
func recordFile(dir, digest string) string { return filepath.Join(dir, digest+".json") }

// writeRecord writes the record of a set.
func (s *Dir) writeRecord(r Record) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("staged sets: record of %s: %w", r.Digest, err)
	}
	if err := renameio.WriteFile(recordFile(s.dir, r.Digest), append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("staged sets: %w", err)
	}
	return nil
}

// Newest returns the newest whole set in a directory of staged sets that is no draft,
// without taking hold of it. The error is fs.ErrNotExist where there is none yet.
func Newest(dir string) (Set, error) {
	text, err := os.ReadFile(filepath.Join(dir, latestFile))
	if err != nil {
		return Set{}, fmt.Errorf("staged sets: %w", err)
	}
	return Find(dir, strings.TrimSpace(string(text)))
}

// prefixLeast is how much of a digest has to be written.
const prefixLeast = 4

// Find returns the set, draft or not, whose digest begins with prefix, which has at
// least four characters. The error is fs.ErrNotExist where there is none, and names the
// digests where there are several.
func Find(dir, prefix string) (Set, error) {
	if len(prefix) < prefixLeast {
		return Set{}, fmt.Errorf("staged sets: %q is too short for a digest; write at least %d characters of it", prefix, prefixLeast)
	}
	all, err := List(dir)
	if err != nil {
		return Set{}, err
	}
	found := slices.DeleteFunc(all, func(s Set) bool { return !strings.HasPrefix(s.Digest, prefix) })
	switch len(found) {
	case 0:
		return Set{}, fmt.Errorf("staged sets: %s has no set %s: %w", dir, prefix, fs.ErrNotExist)
	case 1:
		return found[0], nil
	}
	return Set{}, fmt.Errorf("staged sets: %s begins several digests: %s and %s; write more of it", prefix, found[0].Digest, found[1].Digest)
}

// List returns the kept sets, newest first and drafts behind the others, without taking
// hold of the directory. A set without a readable record, which an older version left, has only its digest and
// times. A directory that is not there has none.
func List(dir string) ([]Set, error) {
	s := &Dir{dir: dir}
	if err := s.read(); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return nil, err
	}
	var all []Set
	for _, digest := range slices.Backward(s.sets) {
		all = append(all, s.describe(digest))
	}
	slices.SortStableFunc(all, func(a, b Set) int { return order(a.Draft) - order(b.Draft) })
	return all, nil
}

// describe reads the record of a set.
func (s *Dir) describe(digest string) Set {
	set := Set{Dir: filepath.Join(s.dir, digest)}
	name := recordFile(s.dir, digest)
	if text, err := os.ReadFile(name); err == nil && json.Unmarshal(text, &set.Record) != nil {
		set.Record = Record{}
	}
	set.Digest = digest
	for _, at := range []string{name, set.Dir} {
		if info, err := os.Stat(at); err == nil {
			set.Made = info.ModTime()
			break
		}
	}
	return set
}

// order is 1 for what stands behind the others.
func order(draft bool) int {
	if draft {
		return 1
	}
	return 0
}
