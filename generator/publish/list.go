package publish

import (
	"slices"
	"time"

	"shiplist/generator/staged"
)

// Listing is what can be published, and what was.
type Listing struct {
	Output string `json:"output"`
	// Hand is where a link leads that was made by hand.
	Hand string `json:"made_by_hand,omitempty"`
	// Since is what was done last, after which visitors see what they see; nil where
	// nothing was, or nobody knows.
	Since     *Entry      `json:"since,omitempty"`
	Published []ListedSet `json:"published"` // newest first
	Staged    []StagedSet `json:"staged"`    // newest first, drafts behind the others
	// Warnings tell what is wrong with the kept sets.
	Warnings []string `json:"warnings,omitempty"`
}

// ListedSet is a kept set.
type ListedSet struct {
	Set       string    `json:"set"`
	Shown     bool      `json:"shown"`
	Published time.Time `json:"published,omitzero"`
	By        string    `json:"by,omitempty"`
	Forced    bool      `json:"forced"`
	Facts
}

// StagedSet is a staged set.
type StagedSet struct {
	Made time.Time `json:"made"`
	// Shown says that it is what visitors see.
	Shown bool `json:"shown"`
	// Draft says that only a preview made it.
	Draft bool `json:"draft"`
	Facts
	// Forbids counts what forbids to publish it now, by rule.
	Forbids map[string]int `json:"forbids,omitempty"`
}

// Facts are what both have.
type Facts struct {
	Digest   string    `json:"digest"`
	AsOf     time.Time `json:"as_of,omitzero"`
	Pages    int       `json:"pages"`
	Blockers int       `json:"blockers"`
}

// List tells what is kept, without taking hold of anything.
func List(s Site) (Listing, error) {
	shown, err := Show(s)
	if err != nil {
		return Listing{}, err
	}
	l := Listing{Output: s.Output, Published: []ListedSet{}, Staged: []StagedSet{}}
	if shown.Set == "" {
		l.Hand = shown.Dir
	}
	kept, err := listSets(SetsDir(s.Output))
	if err != nil {
		return l, err
	}
	l.Warnings = shown.warn(warnings(kept))
	for _, set := range slices.Backward(kept) {
		l.Published = append(l.Published, ListedSet{
			Set: set.Name, Shown: set.Name == shown.Set, Published: set.Published, By: set.By, Forced: len(set.Overridden) > 0, Facts: factsOf(set.Record),
		})
	}
	if l.Since, err = since(s, shown); err != nil {
		return l, err
	}
	waiting, err := staged.List(s.Staged)
	for _, set := range waiting {
		l.Staged = append(l.Staged, listStaged(shown, set))
	}
	return l, err
}

func listStaged(shown Shown, set staged.Set) StagedSet {
	l := StagedSet{Made: set.Made, Shown: set.Digest == shown.Digest, Draft: set.Draft, Facts: factsOf(set.Record)}
	if l.Shown {
		return l
	}
	for _, r := range Forbids(shown, set) {
		if l.Forbids == nil {
			l.Forbids = map[string]int{}
		}
		l.Forbids[r.Rule]++
	}
	return l
}

// since finds what made the shown set the shown one.
func since(s Site, shown Shown) (*Entry, error) {
	all, err := History(s.Output)
	for _, e := range slices.Backward(all) {
		if shown.Set != "" && e.Set == shown.Set {
			return &e, nil
		}
	}
	return nil, err
}

func factsOf(r staged.Record) Facts {
	return Facts{Digest: r.Digest, AsOf: r.AsOf, Pages: r.Pages, Blockers: r.Blockers}
}
