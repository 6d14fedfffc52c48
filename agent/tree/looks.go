package tree

import (
	"maps"
	"slices"
	"time"

	"shiplist/internal/naming"
	"shiplist/internal/release"
)

// looks tell of the directories of images that this poll listed, or found gone, when
// they had been listed and believed last: what differs happened since then.
func (c *crawl) looks(f *release.Facts) []release.Look {
	r := c.memory
	if r == nil {
		return nil
	}
	at := map[string]time.Time{}
	here := map[string]bool{}
	for _, d := range f.Directories {
		here[d.Path] = true
		path := c.realPath(d.Path)
		if asked, _ := r.wasAsked(listingKey(path)); asked {
			at[d.Path] = r.lastSeen(path)
		}
	}
	for _, d := range c.known.facts.Directories {
		if !here[d.Path] {
			at[d.Path] = r.lastSeen(d.Path)
		}
	}
	var all []release.Look
	for _, dir := range slices.Sorted(maps.Keys(at)) {
		if !at[dir].IsZero() {
			all = append(all, release.Look{Dir: naming.Printable(dir), At: at[dir].UTC().Truncate(time.Second)})
		}
	}
	return all
}

// lastSeen is when a directory was listed last, before this poll; where it is new, when
// the one above it was, which did not show it. Zero when nothing is remembered.
func (r *remembering) lastSeen(path string) time.Time {
	for at := path; ; at = parent(at) {
		if have := r.old.listings[text(at)]; have != nil {
			return have.last()
		}
		if at == "" {
			return time.Time{}
		}
	}
}
