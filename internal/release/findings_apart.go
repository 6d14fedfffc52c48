package release

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rule of this file: dailies reach the sources one after the other, so that they differ for a
// while after each build. That is no news. What is told is a source that still has nothing of
// a build a day after another one had it: somebody looks at old dailies there.

// catchUp is how long a source may lack a build that another one has.
const catchUp = 24 * time.Hour

// dailySide is the newest build that one source has on a daily milestone.
type dailySide struct {
	src      *source
	tree     *Tree // nil for a source that says what is so, and does not hold files
	id       string
	held     []string // all builds that the tree holds
	evidence Evidence
}

func (s *dailySide) name() string { return s.src.state.Name }

// findApart tells of daily milestones on which a source stays behind.
func (j *joiner) findApart() {
	for _, r := range j.open {
		if r.Manifest.Kind != KindDaily || r.Netboot || r.BuildID == "" {
			continue
		}
		sides := j.dailySides(r)
		if !slices.ContainsFunc(sides, func(s dailySide) bool { return s.id != sides[0].id }) {
			continue
		}
		slices.SortStableFunc(sides, func(a, b dailySide) int { return -CompareBuildIDs(a.id, b.id) })
		var behind []string
		oldest := 0
		for n := range sides {
			if j.staysBehind(r, sides, n) {
				behind, oldest = append(behind, sides[n].name()), n
			}
		}
		if len(behind) > 0 {
			j.reportApart(r, sides[:oldest+1], behind)
		}
	}
}

func (j *joiner) reportApart(r *Row, sides []dailySide, behind []string) {
	var ev []Evidence
	var words []string
	if j.apart == nil {
		j.apart = map[*Row]map[string]string{}
	}
	j.apart[r] = map[string]string{}
	for n := 0; n < len(sides); {
		var names []string
		id := sides[n].id
		for ; n < len(sides) && sides[n].id == id; n++ {
			names, ev = append(names, sides[n].name()), append(ev, sides[n].evidence)
			j.apart[r][sides[n].name()] = id
		}
		words = append(words, joinWords(names, "and")+haveWord(names)+id)
	}
	f := Finding{
		Rule:     "build-ids-apart",
		Text:     fmt.Sprintf("Sources have newer and older builds of %s, for more than a day: %s.", r.name(), strings.Join(words, ", ")),
		Advice:   "Look why newer builds do not reach " + joinWords(behind, "and") + ".",
		Actor:    ActorTracker,
		Evidence: ev,
	}
	if len(behind) == 1 {
		f.Source = behind[0]
	}
	j.report(f, spot{rows: []*Row{r}})
}

// dailySides are the newest builds of the row's product: those that stand on the milestone,
// those that sources without milestones know, and those that lie in the trees. A source that
// has none of them is no side.
func (j *joiner) dailySides(r *Row) []dailySide {
	var sides []dailySide
	for _, list := range bySource(r.claims) {
		if c := list[0]; !c.assumed() && !c.part.src.plans() {
			sides = append(sides, dailySide{src: c.part.src, id: c.entry.BuildID, evidence: claimed(r, c)})
		}
	}
	for _, b := range j.newestOwn[lineProduct{r.Manifest.Line, r.Product}] {
		if !slices.ContainsFunc(sides, func(s dailySide) bool { return s.src == b.src }) {
			state, _ := knownState(b.b.State, b.b.RawState)
			sides = append(sides, dailySide{src: b.src, id: b.b.BuildID, evidence: ownClaim(r, b, state)})
		}
	}
	if len(sides) == 0 || r.Identity == (Identity{}) {
		return sides
	}
	return append(sides, j.treeSides(r)...)
}

// treeSides are the newest dailies of the row's product in the trees that have dailies.
func (j *joiner) treeSides(r *Row) []dailySide {
	var sides []dailySide
	for _, n := range j.candidates(r).images {
		i := &j.planted[n]
		if _, dated := ParseBuildID(i.BuildID); i.Kind != ImageDaily || !dated || i.Tree.Role == RoleOld {
			continue
		}
		k := slices.IndexFunc(sides, func(s dailySide) bool { return s.tree == i.Tree })
		if k < 0 {
			sides = append(sides, dailySide{tree: i.Tree})
			k = len(sides) - 1
		}
		s := &sides[k]
		if s.held = append(s.held, i.BuildID); CompareBuildIDs(i.BuildID, s.id) > 0 {
			s.src, s.id = j.sourceOf(i.Tree.Name), i.BuildID
			s.evidence = says(s.src.state, i.URL, "holds "+i.Name+" of build "+i.BuildID)
		}
	}
	return sides
}

// staysBehind reports whether a side, by its number, has nothing of a build that another one
// has had for a day when it last answered. A tree without files is another finding. A source
// that knows of a newer build, and does not have it standing, has decided so.
func (j *joiner) staysBehind(r *Row, sides []dailySide, n int) bool {
	late := &sides[n]
	if _, dated := ParseBuildID(late.id); late.tree != nil || !dated {
		return false
	}
	known := j.knownBuilds(late.src, r)
	newest, sum := late.id, j.sumOf(r, late.id)
	for _, b := range known {
		if CompareBuildIDs(b.id, newest) > 0 {
			newest = b.id
		}
	}
	missing := func(id string, since time.Time) bool {
		return CompareBuildIDs(id, newest) > 0 && !since.IsZero() && !late.src.state.Success.Before(since.Add(catchUp)) &&
			(sum == "" || j.sumOf(r, id) != sum)
	}
	for k := range sides[:n] {
		if slices.ContainsFunc(sides[k].held, func(id string) bool { return missing(id, dayAfter(id)) }) {
			return true
		}
		if sides[k].tree != nil {
			continue
		}
		for _, b := range j.knownBuilds(sides[k].src, r) {
			if !b.removed && missing(b.id, b.since) {
				return true
			}
		}
	}
	return false
}

// knownBuild is a build that a source knows, in whatever state.
type knownBuild struct {
	id      string
	since   time.Time // by which the source had it; zero where nothing tells
	removed bool      // it was taken away
}

type sourceLine struct {
	source  int
	line    *Line
	product *ProductLine
}

// knownBuilds are all builds of the row's product that a source knows in the series.
func (j *joiner) knownBuilds(src *source, r *Row) []knownBuild {
	if j.everKnown == nil {
		j.indexKnown()
	}
	return j.everKnown[sourceLine{src.index, r.Manifest.Line, r.Product}]
}

// indexKnown looks up all builds of series with an open milestone. It is made
// when sides differ at all.
func (j *joiner) indexKnown() {
	j.everKnown = map[sourceLine][]knownBuild{}
	add := func(src *source, series, product string, b knownBuild) {
		if l := j.line(series); l.hasOpen() {
			at := sourceLine{src.index, l, j.product(src.index, product)}
			j.everKnown[at] = append(j.everKnown[at], b)
		}
	}
	for i := range j.sources {
		src := &j.sources[i]
		for k := range src.facts.Builds {
			b := &src.facts.Builds[k]
			since := b.Posted
			if since.IsZero() {
				since = dayAfter(b.BuildID)
			}
			add(src, b.Series, b.Product, knownBuild{b.BuildID, since, b.State == StateRemoved})
		}
		for k := range src.facts.Milestones {
			m := &src.facts.Milestones[k]
			for _, e := range m.Entries {
				add(src, m.Series, e.Product, knownBuild{e.BuildID, dayAfter(e.BuildID), e.State == StateRemoved})
			}
		}
	}
}

// dayAfter is the end of the day of a build id, by which it was made; zero for one that tells
// no day.
func dayAfter(id string) time.Time {
	b, dated := ParseBuildID(id)
	if !dated {
		return time.Time{}
	}
	return b.Date.Add(24 * time.Hour)
}

// readOwn keeps of each source the newest build of a product that counts by its own state.
func (j *joiner) readOwn(src *source, b *Build, at lineProduct) {
	list := j.newestOwn[at]
	n := len(list) - 1 // builds come source by source
	switch {
	case n < 0 || list[n].src != src:
		j.newestOwn[at] = append(list, sourceBuild{src, b})
	case CompareBuildIDs(b.BuildID, list[n].b.BuildID) > 0:
		list[n].b = b
	}
}
