package release

import (
	"cmp"
	"slices"
	"time"
)

// What a source says of what is meant to be released.
const (
	SaidMeant    = "meant"
	SaidOff      = "switched off"
	SaidNotNamed = "not named"
)

// What a source can say otherwise than is shown.
const (
	DiffersIntent   = "intent"
	DiffersContact  = "contact"
	DiffersBuild    = "build"
	DiffersState    = "state"
	DiffersChecksum = "checksum"
)

// Saying is what one source says of a product on a milestone. What it does not say is empty.
type Saying struct {
	Source string
	Kind   string // of the source
	Intent string // [SaidMeant], [SaidOff] or [SaidNotNamed]
	// Contact is whom it names for the product, for the milestone before the series, and
	// that before all series.
	Contact string
	// BuildID is the build that it has standing on the milestone. Where it has none there, it
	// is the build that is shown, or else the newest that it knows: then Unplaced is true.
	BuildID  string
	Unplaced bool
	State    State // empty where it has none for that build
	RawState string
	Pinned   string // where a plan decides for the build
	// Newer is a build of a daily milestone that it has besides, where another source stays
	// behind it.
	Newer   string
	Tests   *Tests
	Reviews *Reviews
	Posted  time.Time // when it took the build in, where it says so
	SHA256  string    // of the main file
	// File is the path of the main file in a tree, and Listed whether the directory's checksum
	// list names it.
	File    string
	Listed  bool
	URL     string
	Differs []string // what of it is not as it is shown, in the order of the constants
}

// Tells reports whether the source is one that says what is so, and not only holds files.
func (s *Saying) Tells() bool { return s.File == "" && s.Kind != KindTree }

// Truth is what each source says of a row, in the order of the configuration. Sources
// that say nothing of it are left out.
func (p *Picture) Truth(r *Row) []Saying {
	t := truth{p: p, row: r}
	list := make([]Saying, 0, len(p.Sources))
	for i := range p.Sources {
		s := Saying{Source: p.Sources[i].Name, Kind: p.Sources[i].Kind}
		t.intent(&s)
		t.contact(&s)
		t.build(&s)
		t.file(&s)
		t.compare(&s)
		if s.says() {
			list = append(list, s)
		}
	}
	return list
}

// says reports whether there is anything in a saying. That a tracker does not name a
// product which others name with it says nothing.
func (s *Saying) says() bool {
	if s.Contact+s.BuildID+s.File+s.Newer != "" {
		return true
	}
	return s.Intent != "" && (s.Intent != SaidNotNamed || s.Kind == KindPlan || len(s.Differs) > 0)
}

// truth makes the sayings of one row.
type truth struct {
	p      *Picture
	row    *Row
	silent bool // whether the state of the saying is the build's own, and says nothing of the row
}

func (t *truth) intent(s *Saying) {
	if t.p.asserted.said[t.row.Manifest] == nil && slices.Contains(t.row.Manifest.MeantBy, s.Source) { // only one speaks
		s.Intent = SaidNotNamed
		switch {
		case t.row.Intended:
			s.Intent = SaidMeant
		case t.row.IntentFrom != "":
			s.Intent = SaidOff
		}
	}
	for _, said := range t.p.asserted.said[t.row.Manifest] {
		if !slices.ContainsFunc(said.srcs, func(src *source) bool { return src.state.Name == s.Source }) {
			continue
		}
		s.Intent = SaidNotNamed
		for _, line := range said.lines[t.row.Product] {
			switch {
			case line.src.state.Name != s.Source:
			case line.off:
				s.Intent = SaidOff
			default:
				s.Intent = SaidMeant
			}
		}
	}
}

func (t *truth) contact(s *Saying) {
	var best saidContact
	for _, list := range [2][]saidContact{t.p.asserted.whom[lineProduct{t.row.Manifest.Line, t.row.Product}], t.p.asserted.keepers[t.row.Product]} {
		for _, c := range list {
			mine := c.src.state.Name == s.Source && (c.on == nil || c.on == t.row.Manifest)
			if mine && (best.src == nil || best.on == nil && c.on != nil) {
				best = c
			}
		}
	}
	s.Contact = best.who
}

// build takes what the source says of a build: of the one that it has there, else of the
// one that is shown, else of the newest.
func (t *truth) build(s *Saying) {
	t.silent = false
	for i := range t.row.claims {
		c := &t.row.claims[i]
		if c.part.src == nil || c.part.src.state.Name != s.Source || s.BuildID != "" {
			continue
		}
		s.BuildID, s.Unplaced, s.Pinned = c.entry.BuildID, c.assumed(), c.entry.Pinned
		if !c.part.src.plans() {
			s.State, s.RawState = c.entry.State, c.entry.RawState
		}
		s.URL = pageOfMilestone(c.part.src.state, c.part.m.ID)
	}
	ids := []string{s.BuildID}
	if s.BuildID == "" {
		ids = append(append([]string{t.row.BuildID}, t.row.twins...), t.p.asserted.newest[lineProduct{t.row.Manifest.Line, t.row.Product}].entry.BuildID)
	}
	for _, id := range ids {
		for _, b := range t.p.asserted.builds[buildKey{t.row.Manifest.Line.Slug, t.row.Product, id}] {
			if b.src.state.Name == s.Source && id != "" && (s.BuildID != "" || b.b.State != "") {
				t.own(s, b)
			}
		}
	}
	for _, ref := range t.row.Refs {
		if ref.Source == s.Source && t.row.Is(s.BuildID) {
			s.URL = cmp.Or(ref.URL, s.URL)
		}
	}
}

// own takes what the source says of the build itself.
func (t *truth) own(s *Saying, b sourceBuild) {
	if s.BuildID == "" {
		s.BuildID, s.Unplaced = b.b.BuildID, true
		s.URL = pageOfBuild(b.src.state, "", b.b.ID)
	}
	if b.b.BuildID != s.BuildID {
		return
	}
	if b.b.State != "" && (s.State == "" || s.State == StateUnknown) {
		s.State, s.RawState = knownState(b.b.State, b.b.RawState)
		_, counts := t.row.ownState(b)
		t.silent = !counts
	}
	s.Tests, s.Reviews, s.SHA256, s.Posted = b.b.Tests, b.b.Reviews, b.b.SHA256, b.b.Posted
}

// file takes what a tree holds of the build: among the dailies, else where it is published.
func (t *truth) file(s *Saying) {
	for _, i := range []*TreeImage{t.row.Daily, t.row.Release} {
		if i == nil || i.Tree.Name != s.Source || s.File != "" {
			continue
		}
		main := i.main()
		s.File, s.SHA256, s.URL, s.BuildID = i.Dir+"/"+main.Name, main.SHA256, i.URL, i.BuildID
		s.Listed = i.dir != nil && len(i.dir.Checksums) > 0 && !slices.Contains(i.dir.Unlisted, main.Name)
	}
}

// compare finds what of a saying is not as it is shown.
func (t *truth) compare(s *Saying) {
	r := t.row
	add := func(differs bool, what string) {
		if differs {
			s.Differs = append(s.Differs, what)
		}
	}
	add(s.Intent != "" && r.IntentKnown && !r.Netboot && (s.Intent == SaidMeant) != r.Intended && t.alone(s), DiffersIntent)
	add(s.Contact != "" && contactKey(s.Contact) != contactKey(r.Contact), DiffersContact)
	add(t.otherBuild(s), DiffersBuild)
	same := r.Is(s.BuildID)
	counts := !t.silent && s.State.Current() && s.State != StateUnknown
	add(same && counts && s.State != r.State && r.divided(t.builds()), DiffersState)
	add(same && s.SHA256 != "" && t.sum() != "" && s.SHA256 != t.sum(), DiffersChecksum)
}

// otherBuild reports whether the build of a source is a disagreement. On a daily milestone it
// is one where a source stays behind.
func (t *truth) otherBuild(s *Saying) bool {
	if id := t.p.asserted.apart[t.row][s.Source]; id != "" {
		if CompareBuildIDs(id, s.BuildID) > 0 && !t.row.Is(id) {
			s.Newer = id
		}
		return s.Newer != "" || !t.row.Is(s.BuildID)
	}
	own := t.row.Daily != nil && t.row.Daily.Tree.Name == s.Source // whatever the tree calls it
	if own || s.Unplaced || s.BuildID == "" || t.row.BuildID == "" || t.row.Is(s.BuildID) {
		return false
	}
	return t.row.Manifest.Kind != KindDaily || t.planned()
}

// planned reports whether a plan decides for a build of the row.
func (t *truth) planned() bool {
	return slices.ContainsFunc(t.row.claims, func(c claim) bool { return c.part.src != nil && c.part.src.plans() })
}

// alone reports whether what a source says of intent is a disagreement: that it does not
// name a product which another one names that speaks with it, is none.
func (t *truth) alone(s *Saying) bool {
	for _, said := range t.p.asserted.said[t.row.Manifest] {
		named := slices.ContainsFunc(said.lines[t.row.Product], func(l statementLine) bool { return !l.off })
		if s.Intent == SaidNotNamed && named && slices.ContainsFunc(said.srcs, func(src *source) bool { return src.state.Name == s.Source }) {
			return false
		}
	}
	return true
}

// sum is the checksum of the row's build: of its file among the dailies, else as the first
// source has it.
func (t *truth) sum() string {
	if t.row.Daily != nil && t.row.Daily.main().SHA256 != "" {
		return t.row.Daily.main().SHA256
	}
	for _, b := range t.builds() {
		if b.b.SHA256 != "" {
			return b.b.SHA256
		}
	}
	return ""
}

// builds are what the sources say of the row's build itself.
func (t *truth) builds() []sourceBuild {
	return ofRow(t.p.asserted.builds, t.row)
}
