package release

import (
	"cmp"
	"slices"
)

// planTwins are the builds of a product that have the same bytes, by whatever ids.
type planTwins struct {
	ids    []string // newest first
	builds map[string]*weighed
	// by has of each source the id that counts where it does not have the one that is
	// weighed: the newest, and of those before any that was replaced or taken away.
	by map[*Source]string
	// held is the newest id of which a tree has files; empty for none.
	held string
}

// twins finds the builds of the same bytes, by their checksum. Those of which several
// checksums are known, or none, are the same as no other.
func (w *weigher) twins() map[string]*planTwins {
	all := map[string]*planTwins{}
	for id, b := range w.builds {
		if sum := b.sum(); sum != "" {
			if all[sum] == nil {
				all[sum] = &planTwins{builds: map[string]*weighed{}, by: map[*Source]string{}}
			}
			all[sum].ids = append(all[sum].ids, id)
			all[sum].builds[id] = b
		}
	}
	for _, same := range all {
		slices.SortFunc(same.ids, func(a, b string) int { return CompareBuildIDs(b, a) })
		same.settle()
	}
	return all
}

func (same *planTwins) settle() {
	for _, id := range same.ids {
		b := same.builds[id]
		if len(b.images) > 0 {
			same.held = cmp.Or(same.held, id)
		}
		for _, s := range b.known {
			if was, there := same.by[s]; !there || same.builds[was].passed(s) && !b.passed(s) {
				same.by[s] = id
			}
		}
	}
}

// heldAs is the id under which the trees hold a build, where they do not under its own.
func (same *planTwins) heldAs(id string) string {
	if len(same.builds[id].images) > 0 {
		return ""
	}
	return same.held
}

// with is a build with what sources say of it by other ids, that have it by no other way.
func (same *planTwins) with(id string, b *weighed) *weighed {
	if len(same.ids) == 1 {
		return b
	}
	whole := &weighed{images: b.images, states: slices.Clone(b.states), sums: b.sums, known: slices.Clone(b.known)}
	if as := same.heldAs(id); as != "" {
		whole.images = same.builds[as].images
	}
	var others []*Source
	for s := range same.by {
		if !slices.Contains(b.known, s) {
			others = append(others, s)
		}
	}
	slices.SortFunc(others, func(x, y *Source) int { return cmp.Compare(x.Name, y.Name) })
	for _, s := range others {
		as := same.by[s]
		whole.known = append(whole.known, s)
		for _, t := range same.builds[as].states {
			if t.source == s {
				t.as = as
				whole.states = append(whole.states, t)
			}
		}
	}
	return whole
}

// sum is the checksum of a build, as sources and trees give it; empty where none is known,
// or not one alone.
func (b *weighed) sum() string {
	var sum oneSum
	for _, s := range b.sums {
		sum.hear(s)
	}
	for _, i := range b.images {
		sum.hear(i.main().SHA256)
	}
	return sum.value()
}

// passed reports whether a source has replaced a build, or taken it away, wherever it says
// how the build stands.
func (b *weighed) passed(s *Source) bool {
	passed := false
	for _, t := range b.states {
		if t.source == s {
			if t.state != StateSuperseded && t.state != StateRemoved {
				return false
			}
			passed = true
		}
	}
	return passed
}
