package release

import (
	"slices"
	"time"
)

// What the sources knew of one series at a moment, from which the rows of its milestones
// follow. States are kept in the words of the events.

// backward is what the sources knew of one series at a moment that moves backward.
type backward struct {
	line    *Line
	sources []sourceThen
	index   map[string]int // of a source by name
	first   standings
	groups  [][]int // indexes of the sources that speak together of what is meant
	stands  []*stand
	bySlug  map[string]*stand
	netboot map[string]bool        // by the slug of a product's line
	left    map[leftBuild]string   // states of builds on milestones that nobody has any more
	touched map[*rowThen]shownThen // rows before the events of one time are undone
	changed []*stand               // that take part in the events of one time
}

// sourceThen is what one source knew of the series.
type sourceThen struct {
	name     string
	plans    bool              // see source.plans
	begin    time.Time         // the log tells all since then
	status   words             // of the series, by nothing
	intents  map[string]bool   // products meant to be released
	lines    map[string]string // slugs of products' lines by the source's own
	stands   map[string]*stand // milestones by the source's own slug
	statuses map[*stand]string // of the milestones that it has
	frozen   map[*stand]map[string]bool
	builds   map[string]map[string]string // builds' own states, by product and id
	listed   bool                         // has a milestone of the series now
}

// stand is a milestone at the moment.
type stand struct {
	m       *Manifest
	rows    map[string]*rowThen // by the slug of the product's line
	meant   Readiness           // of the products that are meant to be released
	all     Readiness
	moments []Readiness // newest first
	begin   time.Time   // what was before is not known
	first   Readiness   // how it stood there; zero where it is not reached, or there was nothing
	closed  bool        // the moment is before the beginning
	changed bool        // by the events of one time, after which it stood so
	after   Readiness
}

// rowThen is one product on a milestone.
type rowThen struct {
	row    *Row                 // as it is now; nil where it has none
	twins  []string             // ids of its build as it is now, where it has several
	claims map[claimThen]string // states in words
	shown  shownThen
	since  time.Time // when it became what it is now
	// lying are the builds that trees hold now, of a row that a plan speaks of; trees says
	// whether they would. What they held is not undone.
	lying []string
	trees bool
}

// leftBuild is a build of a product on a milestone that there is no more.
type leftBuild struct {
	product, milestone string
	claimThen
}

type claimThen struct {
	source int
	id     string
}

// shownThen is what a row shows; a state of "" says that there is none.
type shownThen struct {
	state State
	id    string
	meant bool
}

// newBackward starts from what is known now.
func newBackward(p *Picture, known *lineIndex, l *Line, begins map[string]time.Time) *backward {
	b := &backward{line: l, index: map[string]int{}, bySlug: map[string]*stand{}, netboot: known.netboot, left: map[leftBuild]string{}, touched: map[*rowThen]shownThen{}}
	b.first, b.groups = p.first, speakersOf(p.first.intent)
	for _, m := range l.Milestones {
		if m.Made {
			continue
		}
		s := &stand{m: m, rows: map[string]*rowThen{}}
		b.stands, b.bySlug[m.Slug] = append(b.stands, s), s
		for _, r := range m.Rows() {
			row := s.rowOf(r.Product.Slug)
			if row.row = r; len(r.twins) > 0 {
				row.twins = append([]string{r.BuildID}, r.twins...)
			}
			if slices.ContainsFunc(r.claims, func(c claim) bool { return c.part.src != nil && c.part.src.plans() }) {
				row.lying, row.trees = lyingBuilds(r), p.asserted.dailies && r.publishable() && r.Identity != (Identity{})
			}
		}
	}
	for i := range p.Sources {
		b.addSource(&p.Sources[i], p.joined[i], known.lines[p.Sources[i].Name], begins)
	}
	for _, s := range b.stands {
		s.begin = b.begin(s)
		b.addMeant(s)
		for slug := range s.rows {
			b.show(s, slug)
		}
	}
	return b
}

// addMeant adds a row for each product that may have been meant at another time, or may
// have had a build.
func (b *backward) addMeant(s *stand) {
	for i := range b.sources {
		for product := range b.sources[i].intents {
			s.rowOf(product)
		}
		for product := range b.sources[i].frozen[s] {
			s.rowOf(product)
		}
		for product := range b.sources[i].builds {
			s.rowOf(product)
		}
	}
}

// begin is since when the log tells all of the sources that have a milestone.
func (b *backward) begin(s *stand) time.Time {
	var begin time.Time
	for _, ref := range s.m.Refs {
		if i, ok := b.index[ref.Source]; ok && b.sources[i].begin.After(begin) {
			begin = b.sources[i].begin
		}
	}
	return begin
}

// lineIndex finds products by what the sources call them.
type lineIndex struct {
	lines   map[string]map[string]string // slugs by source and the source's own id
	netboot map[string]bool              // by slug
}

func indexLines(p *Picture) *lineIndex {
	known := &lineIndex{map[string]map[string]string{}, map[string]bool{}}
	for _, pl := range p.Products {
		known.netboot[pl.Slug] = pl.Netboot
		for _, ref := range pl.Refs {
			if known.lines[ref.Source] == nil {
				known.lines[ref.Source] = map[string]string{}
			}
			if ref.ID != "" {
				known.lines[ref.Source][ref.ID] = pl.Slug
			}
		}
	}
	return known
}

func (b *backward) addSource(src *Source, facts *Facts, lines map[string]string, begins map[string]time.Time) {
	i := len(b.sources)
	b.index[src.Name] = i
	s := sourceThen{
		name: src.Name, plans: src.Kind == KindPlan, begin: begins[src.Name], status: words{}, intents: map[string]bool{},
		lines: map[string]string{}, stands: map[string]*stand{}, statuses: map[*stand]string{},
		frozen: map[*stand]map[string]bool{}, builds: map[string]map[string]string{},
	}
	if s.begin.IsZero() {
		s.begin = begins[""]
	}
	b.sources = append(b.sources, s)
	if facts != nil {
		b.readFacts(i, facts, lines)
	}
}

func (b *backward) readFacts(i int, f *Facts, lines map[string]string) {
	src := &b.sources[i]
	for k := range f.Products {
		p := &f.Products[k]
		if slug, ok := lines[p.ID]; ok {
			src.lines[p.Slug] = slug
		}
	}
	for k := range f.Series {
		if s := &f.Series[k]; lineSlug(s.Slug) == b.line.Slug {
			src.status.set(Event{}, string(s.Status))
			for _, in := range s.Manifest {
				if !in.Disabled {
					src.intents[b.product(i, in.Product)] = true
				}
			}
		}
	}
	for k := range f.Milestones {
		if m := &f.Milestones[k]; lineSlug(m.Series) == b.line.Slug {
			src.listed = true
			b.readMilestone(i, m)
		}
	}
	for k := range f.Builds {
		if u := &f.Builds[k]; u.State != "" && lineSlug(u.Series) == b.line.Slug {
			state, raw := knownState(u.State, u.RawState)
			own := src.buildsOf(b.product(i, u.Product))
			if _, twice := own[u.BuildID]; !twice {
				own[u.BuildID] = unknownWord(string(state), raw)
			}
		}
	}
}

func (b *backward) readMilestone(i int, m *Milestone) {
	src := &b.sources[i]
	s := b.ofID(src.name, m.ID)
	if s == nil {
		s = b.bySlug[Slug(m.Slug)]
	}
	if s == nil {
		return
	}
	src.stands[m.Slug] = s
	if status, has := src.statuses[s]; !has || status != string(MilestoneTesting) && m.Status == MilestoneTesting {
		src.statuses[s] = string(m.Status)
	}
	for _, in := range m.Intended {
		if slug, frozen := b.product(i, in.Product), src.frozenOf(s); !frozen[slug] {
			frozen[slug] = !in.Disabled
		}
	}
	for k := range m.Entries {
		e := &m.Entries[k]
		state, raw := knownState(e.State, e.RawState)
		r, at := s.rowOf(b.product(i, e.Product)), claimThen{i, e.BuildID}
		if _, twice := r.claims[at]; !twice {
			r.claims[at] = unknownWord(string(state), raw)
		}
	}
}

// ofID finds a milestone by its id at a source.
func (b *backward) ofID(source, id string) *stand {
	for _, s := range b.stands {
		if id != "" && slices.ContainsFunc(s.m.Refs, func(r Ref) bool { return r.Source == source && r.ID == id }) {
			return s
		}
	}
	return nil
}

// product is the slug of the line of a source's product.
func (b *backward) product(source int, slug string) string {
	if line, ok := b.sources[source].lines[slug]; ok {
		return line
	}
	return Slug(slug)
}

func (s *stand) rowOf(product string) *rowThen {
	if s.rows[product] == nil {
		s.rows[product] = &rowThen{claims: map[claimThen]string{}}
	}
	return s.rows[product]
}

// show works out what a row shows now and counts it so.
func (b *backward) show(s *stand, product string) {
	r := s.rowOf(product)
	s.count(r, -1)
	r.shown = b.shown(s, r, product)
	s.count(r, 1)
}

func (s *stand) count(r *rowThen, n int) {
	if r.shown.state == "" {
		return
	}
	s.all.add(r.shown.state, n)
	if r.shown.meant {
		s.meant.add(r.shown.state, n)
	}
}

// readiness is what counts of the milestone.
func (s *stand) readiness(at time.Time) Readiness {
	r := s.all
	if s.meant.All() > 0 {
		r = s.meant
	}
	r.At = at
	return r
}
