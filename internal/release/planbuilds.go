package release

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// PlanBuild is a build that a plan could decide for.
type PlanBuild struct {
	BuildID string
	// Ready says that a source marks it ready, and none says otherwise.
	Ready bool
	// Unready says why it is not, where it is not.
	Unready string
	// As is the id under which the trees hold the same bytes, where they do not hold them
	// under this one: what is published is named by that.
	As string
	// Proof is what the sources say of it, and where its files lie with which checksum.
	Proof []Evidence
	// Why says why nobody should decide for it; empty for a coherent build: a tree holds
	// its files, with a checksum that all give alike, and no tracker has it failed,
	// disabled, replaced or removed; and one has it, where any has builds of the product.
	Why string

	sum string // the one of its main file; empty where none is known, or several are
}

// PlanBuilds are the builds of a product in a series, newest first, with what speaks for
// each and against it. States are those on the milestone where a source has the build
// there, else those on its daily one. Of the same bytes a source may speak under another id,
// where it does not have this one. Plans count for nothing here.
func PlanBuilds(p *Picture, l *Line, milestone string, product *ProductLine) []PlanBuild {
	w := weigher{picture: p, line: l, milestone: Slug(milestone), product: product, builds: map[string]*weighed{}}
	for i := range p.Sources {
		w.source(&p.Sources[i])
	}
	for _, i := range product.Images {
		if i.Kind == ImageDaily && i.BuildID != "" && i.Tree.Role != RoleOld && w.inSeries(i) {
			b := w.build(i.BuildID)
			b.images = append(b.images, i)
		}
	}
	same := w.twins()
	var list []PlanBuild
	for id, b := range w.builds {
		list = append(list, w.judge(id, b, same[b.sum()]))
	}
	slices.SortFunc(list, func(a, b PlanBuild) int { return CompareBuildIDs(b.BuildID, a.BuildID) })
	return list
}

// weigher collects what is known of the builds of one product.
type weigher struct {
	picture   *Picture
	line      *Line
	milestone string
	product   *ProductLine
	builds    map[string]*weighed
	knowing   []string // sources that have builds of the product in the series
}

// weighed is a build while it is weighed.
type weighed struct {
	images []*TreeImage
	states []planState
	sums   []string
	known  []*Source // that have it
}

// planState is a state that a source gives a build.
type planState struct {
	source *Source
	where  string // milestone; empty for the build itself
	state  State
	url    string
	as     string // the id by which the source calls it; empty for that of the build
}

func (w *weigher) build(id string) *weighed {
	if w.builds[id] == nil {
		w.builds[id] = &weighed{}
	}
	return w.builds[id]
}

func (w *weigher) inSeries(i *TreeImage) bool {
	return i.Series == w.line.Slug || w.line.Rule != nil && w.line.Rule.CoreSeries != "" && i.Series == w.line.Rule.CoreSeries
}

// source takes what one source knows.
func (w *weigher) source(s *Source) {
	if s.Facts == nil || s.Kind == KindPlan {
		return
	}
	own := w.slugs(s)
	ids := map[string]string{} // the source's own, by build id
	w.known(s, own, ids)
	for i := range s.Facts.Milestones {
		m := &s.Facts.Milestones[i]
		if lineSlug(m.Series) != w.line.Slug {
			continue
		}
		for _, e := range m.Entries {
			if !own[e.Product] {
				continue
			}
			one := w.has(s, e.BuildID)
			state, _ := knownState(e.State, e.RawState)
			one.states = append(one.states, planState{source: s, where: w.slugOf(m), state: state, url: pageOfBuild(s.SourceState, m.ID, ids[e.BuildID])})
		}
	}
}

// has takes that a source has a build.
func (w *weigher) has(s *Source, id string) *weighed {
	b := w.build(id)
	if n := len(b.known); n == 0 || b.known[n-1] != s { // builds come source by source
		b.known = append(b.known, s)
	}
	if n := len(w.knowing); n == 0 || w.knowing[n-1] != s.Name {
		w.knowing = append(w.knowing, s.Name)
	}
	return b
}

// slugOf is the slug under which a source's milestone is shown: those of which the line has
// none are its daily one.
func (w *weigher) slugOf(m *Milestone) string {
	if slug := Slug(m.Slug); m.Kind != KindDaily || w.line.MilestoneOf(slug) != nil {
		return slug
	}
	return DailySlug
}

// known takes the builds of a source, with their ids.
func (w *weigher) known(s *Source, own map[string]bool, ids map[string]string) {
	for i := range s.Facts.Builds {
		b := &s.Facts.Builds[i]
		if lineSlug(b.Series) != w.line.Slug || !own[b.Product] {
			continue
		}
		ids[b.BuildID] = b.ID
		one := w.has(s, b.BuildID)
		if b.SHA256 != "" {
			one.sums = append(one.sums, b.SHA256)
		}
		if b.State != "" {
			state, _ := knownState(b.State, b.RawState)
			one.states = append(one.states, planState{source: s, state: state, url: pageOfBuild(s.SourceState, "", b.ID)})
		}
	}
}

// slugs are under which a source knows the product.
func (w *weigher) slugs(s *Source) map[string]bool {
	own := map[string]bool{w.product.Slug: true}
	for i := range s.Facts.Products {
		p := &s.Facts.Products[i]
		if p.ID != "" && slices.ContainsFunc(w.product.Refs, func(ref Ref) bool { return ref.Source == s.Name && ref.ID == p.ID }) {
			own[p.Slug] = true
		}
	}
	return own
}

// judge says what speaks for a build and against it; same is what has its bytes.
func (w *weigher) judge(id string, b *weighed, same *planTwins) PlanBuild {
	j := PlanBuild{BuildID: id, Unready: "not marked ready", sum: b.sum()}
	if same != nil {
		b = same.with(id, b)
		j.As = same.heldAs(id)
	}
	var against []string
	for _, t := range w.heard(b.states) {
		j.Proof = append(j.Proof, says(t.source.SourceState, t.url, t.words()))
		switch t.state {
		case StateReady:
			j.Ready = true
		case StateFailed, StateDisabled, StateSuperseded, StateRemoved:
			against = append(against, t.source.Name+" has it "+t.words())
		}
	}
	if others := w.unready(b.states); j.Ready && len(others) > 0 {
		j.Ready, j.Unready = false, "marked ready, but "+joinWords(others, "and")
	}
	if len(b.known) == 0 && len(w.knowing) > 0 {
		against = append(against, joinWords(w.knowing, "or")+" does not have it")
	}
	evidence, why := w.files(b)
	j.Proof = append(j.Proof, evidence...)
	if why != "" {
		against = append(against, why)
	}
	j.Why = strings.Join(against, ", ")
	return j
}

// unready are the sources that have a build in a state other than ready, with what they say.
// What is being tested on a daily milestone nobody has decided about, and nobody does there.
func (w *weigher) unready(states []planState) []string {
	var others []string
	for _, t := range w.heard(states) {
		if t.state != StateReady && t.state != StateUnknown && (t.where != DailySlug || t.state != StateTesting) {
			others = append(others, t.source.Name+" has it "+t.words())
		}
	}
	return others
}

// words are the state, where it is so, and by which other id.
func (t planState) words() string {
	words := string(t.state)
	if t.where != "" {
		words += " on " + t.where
	}
	if t.as != "" {
		words += " (as " + t.as + ")"
	}
	return words
}

// heard has at most one state of each source: that on the milestone, else on the daily
// one, else of the build itself, else on any other.
func (w *weigher) heard(all []planState) []planState {
	best := map[*Source]planState{}
	var order []*Source
	for _, t := range all {
		was, there := best[t.source]
		if !there {
			order = append(order, t.source)
		}
		if !there || cmp.Or(cmp.Compare(w.rank(t), w.rank(was)), strings.Compare(t.where, was.where)) < 0 {
			best[t.source] = t
		}
	}
	list := make([]planState, len(order))
	for i, s := range order {
		list[i] = best[s]
	}
	return list
}

func (w *weigher) rank(t planState) int {
	switch t.where {
	case w.milestone:
		return 0
	case DailySlug:
		return 1
	case "":
		return 2
	}
	return 3
}

// files says where a build lies, or why that is not known well enough.
func (w *weigher) files(b *weighed) (ev []Evidence, why string) {
	if len(b.images) == 0 {
		return nil, "no tree holds its files"
	}
	for _, i := range b.ownImages() {
		main := i.main()
		state := SourceState{Name: i.Tree.Name}
		if s := w.picture.sourceOf(i.Tree.Name); s != nil {
			state = s.SourceState
		}
		address := cmp.Or(i.URL, i.Dir+"/") + main.Name
		switch {
		case i.dir != nil && i.dir.Held != "":
			why = "its directory is not believed: " + i.dir.Held
			continue
		case main.SHA256 == "":
			why = "no checksum list names " + main.Name
			continue
		case slices.ContainsFunc(b.sums, func(sum string) bool { return !i.has(sum) }):
			return nil, fmt.Sprintf("a tracker gives it another checksum than %s has for %s", i.Tree.Name, main.Name)
		}
		ev = append(ev, says(state, address, "SHA256 "+main.SHA256))
	}
	if len(ev) > 0 {
		return ev, ""
	}
	return nil, why
}

// ownImages are the images in the directory of the build, and only where none is left those
// that were carried over to directories of later ones.
func (b *weighed) ownImages() []*TreeImage {
	own := slices.DeleteFunc(slices.Clone(b.images), func(i *TreeImage) bool { return i.dir == nil || i.dir.BuildID != i.BuildID })
	if len(own) == 0 {
		return b.images
	}
	return own
}

// has reports whether a main file of the image has a checksum.
func (i *TreeImage) has(sum string) bool {
	return slices.ContainsFunc(i.Files, func(f File) bool { return f.Main && f.SHA256 == sum })
}

// PlanChoice is the build that a plan could decide for, for one or several products that
// are published by one command.
type PlanChoice struct {
	BuildID string // empty where there is none
	// Proof is that of the build for each product, by product.
	Proof map[*ProductLine][]Evidence
	// Why says why there is none; with a build, why newer ones were passed over.
	Why string
}

// ChoosePlanBuild finds the newest coherent build that is the same for all products; with
// ready, one that is marked ready.
func ChoosePlanBuild(p *Picture, l *Line, milestone string, products []*ProductLine, ready bool) PlanChoice {
	good := map[string]map[*ProductLine][]Evidence{}
	var against []string
	newest := make([]string, len(products))
	for n, product := range products {
		builds := PlanBuilds(p, l, milestone, product)
		for _, b := range builds {
			if b.unfit(ready) != "" {
				continue
			}
			newest[n] = cmp.Or(newest[n], b.BuildID)
			if good[b.BuildID] == nil {
				good[b.BuildID] = map[*ProductLine][]Evidence{}
			}
			good[b.BuildID][product] = b.Proof
		}
		against = append(against, passedOver(product, builds, newest[n], ready)...)
	}
	c := PlanChoice{Why: strings.Join(against, "; ")}
	for id, proof := range good {
		if len(proof) == len(products) && (c.BuildID == "" || CompareBuildIDs(id, c.BuildID) > 0) {
			c.BuildID, c.Proof = id, proof
		}
	}
	if c.BuildID == "" && !slices.Contains(newest, "") && len(products) > 1 {
		var words []string
		for n, product := range products {
			words = append(words, product.Title+" has "+newest[n])
		}
		c.Why = "one command publishes all of them, and no build id is good for all: " + joinWords(words, "and")
	}
	return c
}

// passedOver says what speaks against the builds that are newer than the newest good one;
// against the newest of all where none is good. The good one by another id is none of them.
func passedOver(product *ProductLine, builds []PlanBuild, good string, ready bool) []string {
	if len(builds) == 0 {
		return []string{product.Title + ": no source has a build"}
	}
	for _, b := range builds {
		switch {
		case b.BuildID == good:
			return nil
		case good == "" || b.As != good:
			return []string{fmt.Sprintf("%s %s: %s", product.Title, b.BuildID, b.unfit(ready))}
		}
	}
	return nil
}

// unfit says why a build is not decided for; empty where it may be.
func (b PlanBuild) unfit(ready bool) string {
	switch {
	case b.Why != "":
		return b.Why
	case b.As != "":
		return "the trees hold it as " + b.As
	case ready && !b.Ready:
		return b.Unready
	}
	return ""
}
