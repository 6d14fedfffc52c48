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
	Hand      string      `json:"made_by_hand,omitempty"`
	Published []ListedSet `json:"published"` // newest first
	Staged    []StagedSet `json:"staged"`    // newest first
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
	Facts
	Troubles int `json:"troubles"`
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
	for _, set := range slices.Backward(kept) {
		l.Published = append(l.Published, ListedSet{
			Set: set.Name, Shown: set.Name == shown.Set, Published: set.Published, By: set.By, Forced: len(set.Overridden) > 0, Facts: factsOf(set.Record),
		})
	}
	waiting, err := staged.List(s.Staged)
	for _, set := range waiting {
		l.Staged = append(l.Staged, StagedSet{Made: set.Made, Shown: set.Digest == shown.Digest, Facts: factsOf(set.Record), Troubles: len(set.Troubles)})
	}
	return l, err
}

func factsOf(r staged.Record) Facts {
	return Facts{Digest: r.Digest, AsOf: r.AsOf, Pages: r.Pages, Blockers: r.Blockers}
}
