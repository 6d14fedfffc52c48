package release

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// DailySlug is the slug of the daily milestone of every series.
const DailySlug = "daily"

// part is what one source has as a milestone.
type part struct {
	src *source
	m   *Milestone
}

// claim is a build that a source has standing on a milestone.
type claim struct {
	part  part
	entry Entry
}

type buildKey struct {
	series  string
	product *ProductLine
	id      string
}

type sourceBuild struct {
	src *source
	b   *Build
}

// readBuilds indexes the builds by series, product and id, in order of precedence.
func (j *joiner) readBuilds() {
	n := 0
	for i := range j.sources {
		n += len(j.sources[i].facts.Builds)
	}
	j.builds = make(map[buildKey][]sourceBuild, n)
	j.buildIDs = map[string][]productBuild{}
	room := make([]sourceBuild, 0, n)
	for i := range j.sources {
		src := &j.sources[i]
		for k := range src.facts.Builds {
			b := &src.facts.Builds[k]
			key := buildKey{j.lineSlug(b.Series), j.product(i, b.Product), b.BuildID}
			have := j.builds[key]
			if have == nil { // mostly the only one: no slice of its own
				have = room[len(room):len(room):min(len(room)+1, cap(room))]
				room = room[:len(room)+1]
				j.buildIDs[key.series] = append(j.buildIDs[key.series], productBuild{key.product, key.id})
			}
			j.builds[key] = append(have, sourceBuild{src, b})
			j.readNewest(src, b, key)
			j.indexSum(src, b, key)
		}
	}
}

// readMilestones makes the manifests of every series: of the milestones that the
// sources have, joined by slug, and a daily one where they have none.
func (j *joiner) readMilestones() {
	j.parts, j.alike = map[*Manifest][]part{}, map[kindKey]kindPart{}
	bySlug := map[*Line]map[string]*Manifest{}
	for i := range j.sources {
		src := &j.sources[i]
		for k := range src.facts.Milestones {
			m := &src.facts.Milestones[k]
			j.addPart(bySlug, part{src, m})
		}
	}
	for _, l := range j.p.Lines {
		for _, m := range l.Milestones {
			j.describe(m)
		}
		slices.SortFunc(l.Milestones, compareSlugs)
		j.order(l)
		j.readPlanned(l)
		j.settleContacts(l)
		for _, m := range l.Milestones {
			j.fill(m, j.standing(m))
		}
		j.makeDaily(l)
		for _, m := range l.Milestones {
			j.settleAbsent(m)
		}
		compareNeighbours(l)
	}
}

func compareSlugs(a, b *Manifest) int { return strings.Compare(a.Slug, b.Slug) }

func (j *joiner) addPart(bySlug map[*Line]map[string]*Manifest, p part) {
	l := j.line(p.m.Series)
	slug, kind := j.milestoneName(l.Slug, p.m)
	if bySlug[l] == nil {
		bySlug[l] = map[string]*Manifest{}
	}
	m := bySlug[l][slug]
	if m == nil {
		m = &Manifest{Line: l, Slug: slug, Kind: kind}
		bySlug[l][slug] = m
		l.Milestones = append(l.Milestones, m)
	}
	j.parts[m] = append(j.parts[m], p)
	key := kindKey{l, Slug(p.m.Slug)}
	if first, known := j.alike[key]; !known {
		j.alike[key] = kindPart{p, kind}
	} else if first.kind != kind {
		j.unlike = append(j.unlike, [2]part{first.part, p})
	}
}

// kindKey is a milestone by the slug that a source gives it.
type kindKey struct {
	line *Line
	slug string
}

type kindPart struct {
	part
	kind Kind
}

// milestoneName is under which slug, and as what kind, a source's milestone is
// shown: every daily one of a series as its one daily milestone.
func (j *joiner) milestoneName(series string, m *Milestone) (string, Kind) {
	slug := Slug(m.Slug)
	kind, ruled := j.rules.MilestoneKind(series, slug)
	if !ruled {
		kind = cmp.Or(m.Kind, j.rules.KindOf(series, slug, m.Title))
	}
	if kind == KindDaily || slug == DailySlug {
		return DailySlug, KindDaily
	}
	return slug, KindRelease
}

// describe fills in what is known of a milestone apart from its rows.
func (j *joiner) describe(m *Manifest) {
	parts := j.parts[m]
	slices.SortStableFunc(parts, func(a, b part) int {
		return flags(Slug(a.m.Slug) != m.Slug, Slug(b.m.Slug) != m.Slug)
	})
	m.Title = cmp.Or(parts[0].m.Title, m.Line.Title+" "+Capital(m.Slug))
	var date foremost[string]
	for _, p := range parts {
		if p.m.Date != "" {
			date.hear(j.first.date, p.src.index, false, p.m.Date)
		}
		m.Refs = append(m.Refs, Ref{p.src.state.Name, p.m.ID, pageOfMilestone(p.src.state, p.m.ID)})
	}
	m.Date = date.value
	m.Status = partsStatus(m.Kind, parts)
	m.Open = m.Status == MilestoneTesting && m.Line.Status != SeriesDisabled
	m.Bugs = joinBugs(parts)
	if rule, _ := j.rules.MilestoneRule(m.Line.Slug, m.Slug); rule != nil {
		m.Date = cmp.Or(m.Date, rule.Date)
	}
	if m.Kind == KindDaily {
		m.Version = m.Line.Version
		return
	}
	m.Version, m.ReleaseStatus = j.rules.MilestoneNames(m.Line.Slug, m.Slug)
}

// partsStatus is the status that the first source gives. That a plan has it in testing counts
// last: it has so where it says nothing. A daily milestone that is made of several is as open as the most open of them.
func partsStatus(kind Kind, parts []part) MilestoneStatus {
	var status, silent MilestoneStatus
	for _, p := range parts {
		if p.src.plans() && p.m.Status == MilestoneTesting {
			silent = p.m.Status
		} else {
			status = cmp.Or(status, p.m.Status)
		}
		if kind == KindDaily && p.m.Status == MilestoneTesting {
			return MilestoneTesting
		}
	}
	return cmp.Or(status, silent)
}

// saysStatus reports whether the source itself says how far its milestone is: of a plan that
// does not it is taken to be in testing.
func (p *part) saysStatus() bool {
	return !p.src.plans() || p.m.StatusAt != "" || p.m.Status != MilestoneTesting
}

// joinBugs joins the bugs of several sources, the highest count of each.
func joinBugs(parts []part) []Bug {
	counts := map[string]int{}
	for _, p := range parts {
		for _, b := range p.m.Bugs {
			counts[b.Number] = max(counts[b.Number], b.Count)
		}
	}
	var bugs []Bug
	for number, count := range counts {
		bugs = append(bugs, Bug{number, count})
	}
	slices.SortFunc(bugs, compareBugs)
	return bugs
}

// order puts the daily milestone first, then the others from oldest to newest: by
// the order of their rules; by date where all of one order have one; else by the
// lowest id, as ids rise with time.
func (j *joiner) order(l *Line) {
	ranks, dated := j.milestoneRanks(l), map[int]bool{}
	for _, m := range l.Milestones {
		if _, seen := dated[ranks[m]]; !seen {
			dated[ranks[m]] = true
		}
		dated[ranks[m]] = dated[ranks[m]] && m.Date != ""
	}
	slices.SortStableFunc(l.Milestones, func(a, b *Manifest) int {
		c := cmp.Or(flags(a.Kind != KindDaily, b.Kind != KindDaily), cmp.Compare(ranks[a], ranks[b]))
		if c == 0 && dated[ranks[a]] {
			c = strings.Compare(a.Date, b.Date)
		}
		return cmp.Or(c, compareIDs(a, b), compareNatural(a.Slug, b.Slug))
	})
}

// milestoneRanks are the orders that the rules give the milestones of a series. One
// that no rule speaks of stands with the last that are older than it by their ids,
// so that it comes after them.
func (j *joiner) milestoneRanks(l *Line) map[*Manifest]int {
	ranks := map[*Manifest]int{}
	var ruled, others []*Manifest
	for _, m := range l.Milestones {
		if rule, _ := j.rules.MilestoneRule(l.Slug, m.Slug); rule != nil {
			ranks[m] = rule.Order
			ruled = append(ruled, m)
		} else {
			others = append(others, m)
		}
	}
	for _, m := range others {
		ranks[m] = math.MinInt
		for _, r := range ruled {
			if r.Kind != KindDaily && compareIDs(r, m) <= 0 {
				ranks[m] = max(ranks[m], ranks[r])
			}
		}
	}
	return ranks
}

// compareIDs compares by lowest id; milestones without any come last.
func compareIDs(a, b *Manifest) int {
	idA, idB := lowestID(a), lowestID(b)
	return cmp.Or(flags(idA == "", idB == ""), CompareBuildIDs(idA, idB))
}

func lowestID(m *Manifest) string {
	lowest := ""
	for _, ref := range m.Refs {
		if ref.ID != "" && (lowest == "" || CompareBuildIDs(ref.ID, lowest) < 0) {
			lowest = ref.ID
		}
	}
	return lowest
}

// standing collects the builds that stand on a milestone, by product, in order of
// precedence of the sources and newest first within one.
func (j *joiner) standing(m *Manifest) map[*ProductLine][]claim {
	n := 0
	for _, p := range j.parts[m] {
		n += len(p.m.Entries)
	}
	claims := make(map[*ProductLine][]claim, n)
	room := make([]claim, 0, n)
	past := j.wantsPassed(m)
	for _, p := range j.parts[m] {
		for _, e := range p.m.Entries {
			if e.State, e.RawState = knownState(e.State, e.RawState); e.State.Current() {
				product := j.product(p.src.index, e.Product)
				have := claims[product]
				if have == nil { // mostly the only one: no slice of its own
					have = room[len(room) : len(room) : len(room)+1]
					room = room[:len(room)+1]
				}
				claims[product] = append(have, claim{p, e})
			} else if past {
				j.pass(m, j.product(p.src.index, e.Product), claim{p, e})
			}
		}
	}
	for _, list := range claims {
		if len(list) < 2 {
			continue
		}
		slices.SortStableFunc(list, func(a, b claim) int {
			return cmp.Or(before(j.first.build, a.part.src, b.part.src), -CompareBuildIDs(a.entry.BuildID, b.entry.BuildID))
		})
	}
	return claims
}

// knownState carries a state that is none of ours as unknown, under its own word.
func knownState(s State, raw string) (State, string) {
	switch {
	case s == StateSuperseded || s == StateRemoved || s == StateMissing || s.Current():
		return s, raw
	default:
		return StateUnknown, cmp.Or(raw, string(s))
	}
}
