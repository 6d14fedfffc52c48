package generator

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"shiplist/internal/accounts"
	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

// loader reads the data directory and joins what the sources say, and keeps what the next
// time may be the same.
type loader struct {
	config *config.Config
	reader *store.Reader
	joiner release.Joiner
}

func newLoader(c *config.Config) *loader {
	return &loader{config: c, reader: store.NewReader(c.Store.Data, c.Store.State)}
}

// Picture reads the data directory of a configuration and joins what its sources say, as
// the pages show it.
func Picture(c *config.Config) (*release.Picture, error) {
	p, _, err := newLoader(c).load(nil)
	return p, err
}

// load returns the picture and the change log, which are of one moment. What did not
// change of the log is taken over from before, which may be nil.
func (l *loader) load(before *changeLog) (*release.Picture, *changeLog, error) {
	c := l.config
	var begin time.Time
	snapshot, months, err := l.reader.LoadWithEvents(func(s *store.Snapshot) time.Time {
		begin = logBegin(asOf(s.Sources, c.Site.Freshness))
		return begin
	})
	if err != nil {
		return nil, nil, fmt.Errorf("load data: %w", err)
	}
	// A file that is no good is made anew with the next look-up: until then it is not known
	// what accounts are, which findings tell.
	known, _ := accounts.Load(c.Store.State, c.Rules.Contacts.Launchpad)
	p := l.joiner.Join(release.Input{
		Accounts:  known.Kinds(),
		Rules:     c.Rules,
		Sources:   inOrder(c, snapshot.Sources),
		AsOf:      asOf(snapshot.Sources, c.Site.Freshness),
		Stale:     c.Site.Stale,
		Freshness: c.Site.Freshness,
	})
	return p, newLog(months, begin, before), nil
}

// asOf is "now" for the site: the newest time that any source's state tells,
// rounded down, so that the same facts give the same pages.
func asOf(sources []release.SourceFacts, freshness time.Duration) time.Time {
	var newest time.Time
	for _, src := range sources {
		for _, t := range []time.Time{src.State.Attempt, src.State.Success} {
			if t.After(newest) {
				newest = t
			}
		}
	}
	return newest.UTC().Truncate(freshness)
}

// inOrder puts the sources in the order of the configuration, which is their
// precedence: trackers, then trees, then plans. One that has never been polled
// takes its place without facts; one that is only in the data comes last.
func inOrder(c *config.Config, found []release.SourceFacts) []release.SourceFacts {
	var ordered []release.SourceFacts
	for _, state := range configured(c) {
		i := slices.IndexFunc(found, func(f release.SourceFacts) bool { return f.State.Name == state.Name })
		if i < 0 {
			ordered = append(ordered, release.SourceFacts{State: state, Facts: &release.Facts{Source: state.Name}})
			continue
		}
		src := found[i]
		src.State.Site = cmp.Or(state.Site, src.State.Site)
		ordered = append(ordered, src)
	}
	for _, src := range found {
		if !slices.ContainsFunc(ordered, func(o release.SourceFacts) bool { return o.State.Name == src.State.Name }) {
			ordered = append(ordered, src)
		}
	}
	return ordered
}

// configured are the sources that the configuration names.
func configured(c *config.Config) []release.SourceState {
	var all []release.SourceState
	for _, t := range c.Trackers {
		all = append(all, release.SourceState{Name: t.Name, Kind: t.Kind, Address: t.URL, Site: t.Site})
	}
	for _, t := range c.Trees {
		all = append(all, release.SourceState{Name: t.Name, Kind: t.Kind(), Role: t.TreeRole(), Address: t.URL, Site: t.Site})
	}
	for _, p := range c.Plans {
		all = append(all, release.SourceState{Name: p.Name, Kind: "plan", Address: p.Path})
	}
	return all
}
