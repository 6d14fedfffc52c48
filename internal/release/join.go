package release

import (
	"slices"
	"time"
)

// Join derives the picture from the rules and from what the sources say. It does
// not change its input, and the order of records inside the facts does not matter;
// the order of the sources does, as it is their precedence. Nothing in the facts
// makes it fail: what is not known is carried through under its raw name.
//
// The picture refers to the facts, so they must not be changed after that either.
func Join(in Input) *Picture { return new(Joiner).join(in) }

func (k *Joiner) join(in Input) *Picture {
	j := &joiner{
		memo:  k,
		rules: in.Rules, asOf: in.AsOf, stale: in.Stale, freshness: in.Freshness,
		p:         &Picture{AsOf: in.AsOf},
		lines:     map[string]*Line{},
		slugs:     map[string]string{},
		teams:     map[string]string{},
		accounts:  in.Accounts,
		newest:    map[lineProduct]claim{},
		newestOwn: map[lineProduct][]sourceBuild{},
		passed:    map[*Manifest]map[*ProductLine][]claim{},
		limits:    map[limitKey]int64{},
		keepers:   map[*ProductLine][]saidContact{},
		products:  map[string]*ProductLine{},
		expired:   map[int]int{},
	}
	j.readRanks()
	j.readSources(in.Sources)
	j.readStandings()
	j.readProducts()
	j.readPlans()
	j.readLines()
	j.readTrees()
	j.unifyFamilies()
	j.settleIntents()
	j.readBuilds()
	j.readRebuilds()
	j.readMilestones()
	j.readNetboot()
	j.arrange()
	j.find()
	j.p.asserted = asserted{j.said, j.whom, j.keepers, j.builds, j.newest, j.apart, len(j.dailyTrees()) > 0}
	return j.p
}

// joiner holds what is looked up while a picture is made. Each file of the package
// that adds to the picture says which of the fields it fills.
type joiner struct {
	memo      *Joiner
	rules     Rules
	asOf      time.Time
	stale     time.Duration
	freshness time.Duration
	p         *Picture

	sources []source
	first   standings // see precedence.go
	// speakers are the indexes of sources that speak together of what is meant.
	speakers [][]int
	ranks    map[string]int    // place of a series in release order, by name and core number
	slugs    map[string]string // see lineSlug
	teams    map[string]string // whether contacts are teams
	// accounts are those of Input.
	accounts map[string]string
	limits   map[limitKey]int64

	products map[string]*ProductLine        // by slug; see product.go
	known    []map[string]*ProductLine      // by source and that source's slug
	chosen   map[productSeries]Identity     // see identity.go
	doubtful map[productSeries][]Identity   // held titles with several identities, or none held
	images   map[productSeries][]*TreeImage // owned images, in the order of the facts; see tree.go
	archived map[string]string              // see retired

	lines       map[string]*Line // by slug; see line.go
	lineIntents map[*Line]map[*ProductLine]*Intended
	whom        map[lineProduct][]saidContact // see whom.go
	whomRoom    []saidContact                 // for the first of each
	keepers     map[*ProductLine][]saidContact
	rebuilds    map[lineProduct][]*Rebuild // open requests; see requests.go
	outdated    map[lineProduct][]outdated // those that do not count any more

	planned map[*Milestone]map[*ProductLine]string // see findings_meant.go

	doubts []planDoubt // what the lists of plans do not tell; see planlists.go

	forest  *forest // see tree.go
	dirs    []TreeDirectory
	planted []TreeImage
	extra   map[dirKey]*TreeDirectory // those that only netboot sets name

	builds    map[buildKey][]sourceBuild    // see manifest.go
	buildIDs  map[string][]productBuild     // those of a series
	summed    map[productSeries]bool        // products and series of builds with a checksum; see twins.go
	withSum   map[sumKey][]sourceBuild      // one for each source
	newest    map[lineProduct]claim         // of those with a state of their own; see assumed.go
	newestOwn map[lineProduct][]sourceBuild // one for each source; see findings_apart.go
	everKnown map[sourceLine][]knownBuild
	apart     map[*Row]map[string]string             // builds of sources that stay behind, and of those that do not
	passed    map[*Manifest]map[*ProductLine][]claim // what does not stand any more; see assumed.go
	parts     map[*Manifest][]part
	alike     map[kindKey]kindPart // the first milestone of a source's slug
	unlike    [][2]part            // of one such slug, and different kinds
	said      map[*Manifest][]*statement

	expired map[int]int // what expired excuses would excuse; see checks.go

	open   []*Row // of open milestones; see findings.go
	placed map[*TreeDirectory][]*Row
}

// source is one source with its facts in the stored order.
type source struct {
	index int
	// state has the times of its polls as they are shown: see joiner.shown.
	state SourceState
	facts *Facts
	// series are those that the facts speak of, without those of Facts.Series.
	series []string
	// listed are the series of which the source has a milestone.
	listed map[string]bool
}

type productSeries struct {
	product *ProductLine
	series  string
}

type lineProduct struct {
	line    *Line
	product *ProductLine
}

func (j *joiner) readSources(list []SourceFacts) {
	known := map[*Facts]knownFacts{}
	for i, s := range list {
		facts := knownFacts{Facts: &Facts{}}
		if s.Facts != nil {
			facts = j.memo.know(s.Facts)
			known[s.Facts] = facts
		}
		src := source{index: i, state: j.shown(s.State), facts: facts.Facts, series: facts.series, listed: map[string]bool{}}
		for k := range facts.Milestones {
			src.listed[j.lineSlug(facts.Milestones[k].Series)] = true
		}
		j.sources = append(j.sources, src)
		j.p.Sources = append(j.p.Sources, j.sourceAge(s.State, facts.Facts))
	}
	j.memo.facts = known
}

// shown is the state of a source with the times of its polls rounded down. When the
// answer held back first came, and when the next one is due, stay as they are.
func (j *joiner) shown(state SourceState) SourceState {
	state.Attempt = state.Attempt.Truncate(j.freshness)
	state.Success = state.Success.Truncate(j.freshness)
	return state
}

func (j *joiner) sourceAge(state SourceState, facts *Facts) Source {
	s := Source{SourceState: state, Facts: facts}
	if state.Success.IsZero() {
		return s
	}
	s.AsOf = j.shown(state).Success
	s.Age = max(0, j.asOf.Sub(s.AsOf)).Truncate(time.Minute)
	s.Stale = state.Overdue(j.asOf, j.stale)
	return s
}

// arrange puts everything into the order in which it is shown.
func (j *joiner) arrange() {
	for _, p := range j.products {
		j.p.Products = append(j.p.Products, p)
		slices.SortFunc(p.Refs, compareRefs)
	}
	slices.SortFunc(j.p.Products, compareProductLines)
	for _, l := range j.p.Lines {
		for _, m := range slices.Backward(l.Milestones) {
			for _, r := range m.Rows() {
				r.Product.Rows = append(r.Product.Rows, r)
			}
		}
	}
	j.p.Families = families(j.p.Products)
}

func compareRefs(a, b Ref) int { return texts(a.Source, b.Source, a.ID, b.ID, a.URL, b.URL) }
