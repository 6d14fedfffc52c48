package testobserver

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/statefile"
)

// mostAsked bounds the file.
const mostAsked = 16 << 20

// asked remembers what was asked about artefacts beyond the list. Losing it costs some polls
// in which all are asked about.
type asked struct {
	file   statefile.File
	loaded bool
	last   memory
}

// memory is also the form of the file.
type memory struct {
	// Since is up to when results have been asked for, by our clock.
	Since time.Time `json:"since,omitzero"`
	// Results are the ids of the results that the last search brought: the next one brings
	// some of them again.
	Results []int64 `json:"results,omitempty"`
	// Details are by the id of the artefact.
	Details map[string]asking `json:"details"`
}

// asking is what remains of the answers about one artefact.
type asking struct {
	At time.Time `json:"at"`
	// Row is a digest of what the list said of it, Facts one of what came of the answers.
	// Where the facts before have others, they are not what was learned then.
	Row   string `json:"row"`
	Facts string `json:"facts"`
	// Notes are the problems that came of it, which stay as long as the facts do.
	Notes []release.Problem `json:"notes,omitempty"`
}

// load reads the file once. One that cannot be read is as good as none; the error is for
// people.
func (a *asked) load() (err error) {
	if !a.loaded {
		a.last, err = statefile.Read[memory](&a.file, mostAsked)
		a.loaded = true
	}
	return err
}

// took remembers what a poll asked and what it kept.
func (a *asked) took(now memory) error {
	if !a.file.Unsaved() && now.equal(a.last) {
		return nil
	}
	a.last = now
	return statefile.Write(&a.file, now)
}

func (m memory) equal(o memory) bool {
	return m.Since.Equal(o.Since) && slices.Equal(m.Results, o.Results) && maps.EqualFunc(m.Details, o.Details, func(x, y asking) bool {
		return x.At.Equal(y.At) && x.Row == y.Row && x.Facts == y.Facts && slices.Equal(x.Notes, y.Notes)
	})
}

// digestRow is a digest of what the list says of a build: where it changed there may be more
// that did.
func digestRow(b *release.Build) string {
	row := *b
	row.Tests, row.Bugs = nil, nil
	if b.Reviews != nil {
		row.Reviews = &release.Reviews{Done: b.Reviews.Done, All: b.Reviews.All}
	}
	return digestOf(row)
}

// digestFacts is a digest of what the answers about a build told.
func digestFacts(b *release.Build) string {
	facts := release.Build{Tests: b.Tests, Bugs: slices.Clone(b.Bugs)}
	slices.SortFunc(facts.Bugs, func(x, y release.Bug) int { return cmp.Compare(x.Number, y.Number) })
	if b.Reviews != nil {
		facts.Reviews = &release.Reviews{Rejected: b.Reviews.Rejected}
	}
	return digestOf(facts)
}

func digestOf(b release.Build) string {
	text, err := json.Marshal(b)
	if err != nil {
		return "" // a build is made of texts, numbers and one time
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
