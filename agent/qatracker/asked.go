package qatracker

import (
	"maps"
	"slices"
	"time"

	"shiplist/internal/problems"
	"shiplist/internal/statefile"
)

// maxAsked bounds the file.
const maxAsked = 8 << 20

// asked remembers when each milestone and each series that hardly changes was asked
// about last. Losing it costs one poll in which all of them are.
type asked struct {
	file   statefile.File
	loaded bool
	last   askings
}

// askings are by id. It is also the form of the file.
type askings struct {
	Milestones map[string]asking `json:"milestones"`
	Series     map[string]asking `json:"series"`
}

// asking is what remains of one answer.
type asking struct {
	At time.Time `json:"at"`
	// Digest is that of the facts that came of it. Where the facts before have others,
	// they are not what was learned then: the answer was held back, the agent was
	// killed before it was stored, or somebody restored older data.
	Digest string `json:"digest"`
	// Notes are the problems that came of it, which stay as long as the facts do.
	Notes []note `json:"notes,omitempty"`
}

// note is a problem of the tracker.
type note struct {
	Rule string `json:"rule"`
	Text string `json:"text"`
}

// load reads the file once. One that cannot be read is as good as none; the error is
// for people.
func (a *asked) load() (err error) {
	if !a.loaded {
		a.last, err = statefile.Read[askings](&a.file, maxAsked)
		a.loaded = true
	}
	return err
}

// took remembers what a poll asked and what it kept.
func (a *asked) took(now askings) error {
	now.bound()
	if !a.file.Unsaved() && maps.EqualFunc(now.Milestones, a.last.Milestones, asking.equal) && maps.EqualFunc(now.Series, a.last.Series, asking.equal) {
		return nil
	}
	a.last = now
	return statefile.Write(&a.file, now)
}

func (a asking) equal(b asking) bool {
	return a.At.Equal(b.At) && a.Digest == b.Digest && slices.Equal(a.Notes, b.Notes)
}

// bound leaves out notes beyond those that one poll tells.
func (l askings) bound() {
	room := problems.Most
	for _, list := range []map[string]asking{l.Series, l.Milestones} {
		for _, id := range slices.Sorted(maps.Keys(list)) {
			one := list[id]
			one.Notes = slices.Clip(one.Notes[:min(len(one.Notes), room)])
			room -= len(one.Notes)
			list[id] = one
		}
	}
}
