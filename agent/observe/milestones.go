package observe

import (
	"cmp"
	"runtime/debug"
	"slices"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// milestones are the totals of the open milestones, as of when they were counted.
type milestones struct {
	all   []milestone
	stale bool // the data or the rules have changed since
}

type milestone struct {
	series, slug string
	ready, total int
}

// milestonesMost bounds what one scrape brings; more than this were never open.
const milestonesMost = 100

// milestones counts those that are open, unless nothing has changed since it last
// did. When the data cannot be read the last numbers stay, and the next call tries
// again.
func (s *State) milestones() []milestone {
	s.counting.Lock()
	defer s.counting.Unlock()
	s.mu.Lock()
	stale, last, c := s.counted.stale && s.ready, s.counted.all, s.config
	s.counted.stale = s.counted.stale && !stale // what changes from here on counts the next time
	s.mu.Unlock()
	if !stale {
		return last
	}
	all, err := countMilestones(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.counted.stale = true
		s.log.Warn("milestones were not counted", "err", err)
		return last
	}
	s.counted.all = all
	return all
}

// countMilestones counts the milestones that a source has. It joins what the trackers say. The trees, which are most of the data,
// have no part in what is ready, and are not read.
func countMilestones(c *config.Config) ([]milestone, error) {
	snapshot, err := store.LoadOnly(c.Store.Data, func(s release.SourceState) bool { return s.Kind != "tree" })
	if err != nil {
		return nil, err
	}
	// What was read is garbage soon, and a process that idles does not collect it.
	defer debug.FreeOSMemory()
	picture := release.Join(release.Input{Rules: c.Rules, Sources: inOrder(c, snapshot.Sources)})
	var all []milestone
	for _, line := range picture.Lines {
		for _, m := range line.Milestones {
			if m.Open && !m.Made && len(all) < milestonesMost {
				all = append(all, totals(line, m))
			}
		}
	}
	return all, nil
}

// totals are those of the page of the milestone: what is intended counts, or every
// row where nothing says what is.
func totals(line *release.Line, m *release.Manifest) milestone {
	t := milestone{line.Slug, m.Slug, m.Totals.Ready, m.Totals.Intended}
	if t.total == 0 {
		t.total = m.Totals.Rows
	}
	return t
}

// inOrder puts the sources in the order of the configuration, which is their
// precedence; those that it does not name come last.
func inOrder(c *config.Config, found []release.SourceFacts) []release.SourceFacts {
	rank := map[string]int{}
	for _, t := range c.Trackers {
		rank[t.Name] = len(rank) - len(c.Trackers)
	}
	slices.SortStableFunc(found, func(a, b release.SourceFacts) int {
		return cmp.Compare(rank[a.State.Name], rank[b.State.Name])
	})
	return found
}
