package qatracker

import (
	"cmp"
	"slices"

	"shiplist/internal/statefile"
)

// mostTurns bounds the file of turns.
const mostTurns = 1 << 20

// turns says whose turn it is: builds that were never asked about, then those that
// have waited longest. Losing it costs nothing but the order.
type turns struct {
	file   statefile.File
	loaded bool
	order  []string // ids of builds, longest ago first
}

// sort puts candidates into the order of their turns.
func (t *turns) sort(list []candidate) {
	place := make(map[string]int, len(t.order))
	for i, id := range t.order {
		place[id] = i + 1
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(place[a.id], place[b.id]), cmp.Compare(a.build, b.build))
	})
}

// took notes that builds have had their turn, and forgets those that are no
// candidates any more.
func (t *turns) took(done []string, all []candidate) error {
	had := make(map[string]bool, len(done))
	for _, id := range done {
		had[id] = true
	}
	open := make(map[string]bool, len(all))
	for _, k := range all {
		open[k.id] = true
	}
	order := slices.DeleteFunc(slices.Clone(t.order), func(id string) bool { return had[id] || !open[id] })
	order = append(order, done...)
	if !t.file.Unsaved() && slices.Equal(order, t.order) {
		return nil
	}
	t.order = order
	return t.save()
}

// turnsFile is the form of the file.
type turnsFile struct {
	Order []string `json:"order"`
}

// load reads the file once. One that cannot be read is as good as none; the error is
// for people.
func (t *turns) load() error {
	if t.loaded {
		return nil
	}
	content, err := statefile.Read[turnsFile](&t.file, mostTurns)
	t.order, t.loaded = content.Order, true
	return err
}

func (t *turns) save() error { return statefile.Write(&t.file, turnsFile{t.order}) }
