package release

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"shiplist/internal/spelling"
)

// planReader works out which products the lists of plans stand for. It reads the facts
// as they are stored, so that the order in which it does so does not matter.
type planReader struct {
	*joiner
	done   map[*Milestone][]Intent
	within []*Milestone // whose lists are being worked out, the outermost first
	named  map[namedProduct]planPlace
	series map[string][]*ProductLine
	// speller is nil before somebody names what is not there; see plannear.go.
	speller *planSpeller
}

// planned is a line of a list: a product, and who says so of it.
type planned struct {
	Intent
	product *ProductLine
	from    bool // it comes of another list, not of a pattern
}

// namedProduct is a product that a plan names on a milestone.
type namedProduct struct {
	line, milestone string
	product         *ProductLine
}

// planPlace is a place in the files of a plan.
type planPlace struct {
	src *source
	at  string // file and line
}

// planDoubt is what a plan says and what cannot be meant. It becomes a finding where the
// milestone is open.
type planDoubt struct {
	rule, text, advice string
	m                  *Milestone
	at                 []planPlace
	product            *ProductLine
}

// readPlans adds what the lists of plans stand for to what they call by name, in the
// facts that the rest of the picture is made of.
func (j *joiner) readPlans() {
	k := planReader{joiner: j, done: map[*Milestone][]Intent{}, series: map[string][]*ProductLine{}, named: map[namedProduct]planPlace{}}
	read := map[*source][]Milestone{}
	for i := range j.sources {
		src := &j.sources[i]
		if src.plans() {
			k.checkNames(src)
		}
		if !src.plans() {
			continue
		}
		read[src] = slices.Clone(src.facts.Milestones)
		for n := range read[src] {
			read[src][n].Intended = k.intended(src, &src.facts.Milestones[n])
		}
	}
	for src, milestones := range read { // not before all are read, as one may begin with another
		facts := *src.facts
		facts.Milestones = milestones
		src.facts = &facts
	}
	for i := range j.sources {
		j.p.joined = append(j.p.joined, j.sources[i].facts)
	}
}

// intended is what a milestone means: what is called by name, then what its lists stand
// for.
func (k *planReader) intended(src *source, m *Milestone) []Intent {
	if len(m.Lists) == 0 && !src.plans() {
		return m.Intended
	}
	if list, done := k.done[m]; done {
		return list
	}
	k.within = append(k.within, m)
	have := map[*ProductLine]*planned{}
	for _, in := range m.Intended {
		p := k.product(src.index, in.Product)
		have[p] = &planned{Intent: in, product: p}
	}
	for n := range m.Lists {
		for _, p := range k.list(src, m, &m.Lists[n]) {
			k.add(src, m, have, p)
		}
	}
	k.within = k.within[:len(k.within)-1]
	list := make([]Intent, 0, len(have))
	for _, p := range have {
		list = append(list, p.Intent)
	}
	k.twice(src, m, have)
	slices.SortFunc(list, compareIntents)
	k.done[m] = list
	return list
}

// add joins a line with what there is of the same product. What is named stays before
// what another list brings, and what is meant before what is left out.
func (k *planReader) add(src *source, m *Milestone, have map[*ProductLine]*planned, p planned) {
	was := have[p.product]
	switch {
	case was == nil:
		have[p.product] = &p
		return
	case !was.from && !p.from && fileOf(was.At) != fileOf(p.At):
		k.doubts = append(k.doubts, planDoubt{
			rule: "plan-list-unclear", m: m, at: []planPlace{{src, was.At}, {src, p.At}}, product: p.product,
			text:   fmt.Sprintf("%s is in two files of one plan: %s and %s.", p.product.Title, was.At, p.At),
			advice: "Leave it to one of the files.",
		})
	case was.from && !p.from, was.Disabled && !p.Disabled:
		*was, p = p, *was
	}
	was.Contact, was.Note = cmp.Or(was.Contact, p.Contact), cmp.Or(was.Note, p.Note)
	was.from = was.from && p.from
}

// twice looks for products that this plan names and another plan has named on the same
// milestone. What one takes over from a list, it does not name.
func (k *planReader) twice(src *source, m *Milestone, have map[*ProductLine]*planned) {
	line := k.lineSlug(m.Series)
	slug, _ := k.milestoneName(line, m)
	for _, p := range have {
		if p.from || p.Disabled || !src.plans() {
			continue
		}
		key, here := namedProduct{line, slug, p.product}, planPlace{src, cmp.Or(p.At, src.state.Name)}
		was, named := k.named[key]
		switch {
		case !named:
			k.named[key] = here
		case was.src != src:
			k.doubts = append(k.doubts, planDoubt{
				rule: "plan-product-twice", m: m, at: []planPlace{was, here}, product: p.product,
				text: fmt.Sprintf("%s is in two plans: in %s at %s, and in %s at %s.",
					p.product.Title, was.src.state.Name, was.at, src.state.Name, here.at),
				advice: "Leave it to one of the plans.",
			})
		}
	}
}

// fileOf is the file of a place.
func fileOf(at string) string { return at[:max(strings.LastIndexByte(at, ':'), 0)] }

// list is what one list stands for. What it leaves out of the products of the series is
// switched off.
func (k *planReader) list(src *source, m *Milestone, l *PlanList) []planned {
	list := k.from(src, m, l)
	for i := range list {
		list[i].At, list[i].from = l.At, true
	}
	for i := range l.Products {
		list = append(list, k.matched(src, m, &l.Products[i])...)
	}
	for i := range l.Except {
		except := &l.Except[i]
		list = slices.DeleteFunc(list, func(p planned) bool { return p.product.Named(except.Name) && !p.Disabled })
		for _, p := range k.ofSeries(m.Series) {
			if p.Named(except.Name) {
				list = append(list, planned{Intent{Product: p.Slug, Disabled: true, At: except.At}, p, true})
			}
		}
		if !k.spelling().anybody(except.Name) {
			k.unknown(src, m, except, "leaves out")
		}
	}
	return list
}

// matched are the products of the series that a pattern matches.
func (k *planReader) matched(src *source, m *Milestone, pattern *PlanPattern) []planned {
	var list []planned
	for _, p := range k.ofSeries(m.Series) {
		if p.Named(pattern.Name) {
			in := Intent{Product: p.Slug, Contact: pattern.Contact, Note: pattern.Note, At: pattern.At}
			list = append(list, planned{Intent: in, product: p})
		}
	}
	if len(list) == 0 {
		k.unknown(src, m, pattern, "means")
	}
	return list
}

func (k *planReader) unknown(src *source, m *Milestone, pattern *PlanPattern, does string) {
	k.doubts = append(k.doubts, planDoubt{
		rule: "plan-product-unknown", m: m, at: []planPlace{{src, pattern.At}},
		text:   fmt.Sprintf("%s %s %q, which matches no product of %s%s.", pattern.At, does, pattern.Name, Capital(k.lineSlug(m.Series)), k.nearest(pattern.Name, Capital(k.lineSlug(m.Series)))),
		advice: "Correct the name, or take the line out of the plan.",
	})
}

// from is the list that another list begins with.
func (k *planReader) from(src *source, m *Milestone, l *PlanList) []planned {
	if l.From == "" {
		return nil
	}
	var list []planned
	where := "the manifest of " + Capital(k.lineSlug(m.Series))
	if l.From == FromSeries {
		list = k.manifests(m.Series, m)
	} else {
		series, slug, _ := strings.Cut(l.From, "/")
		where = l.From
		parts := k.called(series, slug)
		if slices.ContainsFunc(parts, func(p part) bool { return slices.Contains(k.within, p.m) }) {
			k.unclear(src, m, l, fmt.Sprintf("%s begins with %s, which leads back to itself.", l.At, l.From))
			return nil
		}
		list = k.of(series, parts)
	}
	if len(list) == 0 {
		k.unclear(src, m, l, fmt.Sprintf("%s begins with the list of %s, and no other source has one%s.", l.At, where, k.nearestMilestone(l.From)))
	}
	return list
}

func (k *planReader) unclear(src *source, m *Milestone, l *PlanList, text string) {
	k.doubts = append(k.doubts, planDoubt{
		rule: "plan-list-unclear", m: m, at: []planPlace{{src, l.At}}, text: text,
		advice: `Write from = "series", or the name of a milestone that a source has.`,
	})
}

// called are the milestones of all sources that bear a name in a series.
func (k *planReader) called(series, slug string) []part {
	var parts []part
	line := k.lineSlug(series)
	for i := range k.sources {
		src := &k.sources[i]
		for n := range src.facts.Milestones {
			m := &src.facts.Milestones[n]
			if k.lineSlug(m.Series) != line {
				continue
			}
			if name, _ := k.milestoneName(line, m); name == Slug(slug) {
				parts = append(parts, part{src, m})
			}
		}
	}
	return parts
}

// of is the list of a milestone: what is meant by the sources that say so of it, else the
// series manifests, else what stands on it.
func (k *planReader) of(series string, parts []part) []planned {
	var list []planned
	for _, p := range parts {
		list = append(list, k.lines(p.src, k.intended(p.src, p.m))...)
	}
	if len(list) == 0 && len(parts) > 0 {
		list = k.manifests(series, nil)
	}
	if len(list) == 0 {
		for _, p := range parts {
			for _, e := range p.m.Entries {
				if state, _ := knownState(e.State, e.RawState); state.Current() {
					list = append(list, k.lines(p.src, []Intent{{Product: e.Product}})...)
				}
			}
		}
	}
	return meant(list)
}

// manifests is what the sources mean to release in a series. One in which a milestone has
// left testing says it as it was then.
func (k *planReader) manifests(series string, m *Milestone) []planned {
	var list []planned
	frozen := map[*source][]Intent{}
	if m != nil {
		for _, p := range k.called(series, m.Slug) {
			if p.m.Status != MilestoneTesting && !p.src.plans() {
				frozen[p.src] = append(frozen[p.src], p.m.Intended...)
			}
		}
	}
	for i := range k.sources {
		src := &k.sources[i]
		if kept := frozen[src]; len(kept) > 0 {
			list = append(list, k.lines(src, kept)...)
			continue
		}
		for n := range src.facts.Series {
			if s := &src.facts.Series[n]; k.lineSlug(s.Slug) == k.lineSlug(series) {
				list = append(list, k.lines(src, s.Manifest)...)
			}
		}
	}
	return meant(list)
}

// lines are the lines of a source's list. Their notes belong to that list, and contacts to
// who names them: a plan that begins with a tracker's list names nobody by that.
func (k *planReader) lines(src *source, intents []Intent) []planned {
	list := make([]planned, len(intents))
	for i, in := range intents {
		p := k.product(src.index, in.Product)
		list[i] = planned{Intent: Intent{Product: p.Slug, Disabled: in.Disabled}, product: p}
		if src.plans() {
			list[i].Contact = in.Contact
		}
	}
	return list
}

// meant leaves each product once, as the first line has it, and none that is switched off
// there.
func meant(list []planned) []planned {
	seen := map[*ProductLine]bool{}
	return slices.DeleteFunc(list, func(p planned) bool {
		was := seen[p.product]
		seen[p.product] = true
		return was || p.Disabled
	})
}

// ofSeries are the products that a pattern can mean in a series: those that are in a
// manifest of it and not switched off there, and those with a build that stands.
func (k *planReader) ofSeries(series string) []*ProductLine {
	line := k.lineSlug(series)
	if list, done := k.series[line]; done {
		return list
	}
	off, seen := map[*ProductLine]bool{}, map[*ProductLine]bool{}
	list := []*ProductLine{}
	add := func(p *ProductLine) {
		if !seen[p] && !off[p] {
			seen[p] = true
			list = append(list, p)
		}
	}
	k.eachIntent(line, func(p *ProductLine, in Intent) { off[p] = off[p] || in.Disabled })
	k.eachIntent(line, func(p *ProductLine, _ Intent) { add(p) })
	k.eachStanding(line, add)
	slices.SortFunc(list, compareProductLines)
	k.series[line] = list
	return list
}

func (k *planReader) eachIntent(line string, do func(*ProductLine, Intent)) {
	for i := range k.sources {
		for n := range k.sources[i].facts.Series {
			if s := &k.sources[i].facts.Series[n]; k.lineSlug(s.Slug) == line {
				for _, in := range s.Manifest {
					do(k.product(i, in.Product), in)
				}
			}
		}
	}
}

// eachStanding visits the products with a build that stands, by a source that is no plan.
func (k *planReader) eachStanding(line string, do func(*ProductLine)) {
	for i := range k.sources {
		src := &k.sources[i]
		if src.plans() {
			continue
		}
		src.facts.eachEntry(func(at Event, e *Entry) {
			if state, _ := knownState(e.State, e.RawState); state.Current() && k.lineSlug(at.Series) == line {
				do(k.product(i, e.Product))
			}
		})
		src.facts.eachBuild(func(at Event, b *Build) {
			if state, _ := knownState(b.State, b.RawState); b.State != "" && state.Current() && k.lineSlug(at.Series) == line {
				do(k.product(i, b.Product))
			}
		})
	}
}

// checkNames looks for products that a plan calls by name and nobody else knows.
func (k *planReader) checkNames(src *source) {
	for n := range src.facts.Milestones {
		m := &src.facts.Milestones[n]
		for _, in := range m.Intended {
			p := k.product(src.index, in.Product)
			if k.knows(p) {
				continue
			}
			place := cmp.Or(in.At, src.state.Name)
			k.doubts = append(k.doubts, planDoubt{
				rule: "plan-product-unknown", m: m, at: []planPlace{{src, place}}, product: p,
				text:   fmt.Sprintf("%s names %q, which no tracker and no [[product]] rule knows%s.", place, p.Title, k.nearest(p.Title, "")),
				advice: "Correct the name in the plan, or add a [[product]] rule for it.",
			})
		}
	}
}

// knows reports whether anybody but plans knows a product: a rule, or a source.
func (j *joiner) knows(p *ProductLine) bool {
	return len(p.Identities) > 0 || slices.ContainsFunc(p.Refs, func(ref Ref) bool { return j.stateOf(ref.Source).Kind != KindPlan })
}

// nearestMilestone offers the milestone that may have been meant.
func (k *planReader) nearestMilestone(name string) string {
	var names []string
	for i := range k.sources {
		for n := range k.sources[i].facts.Milestones {
			m := &k.sources[i].facts.Milestones[n]
			names = appendNew(names, k.lineSlug(m.Series)+"/"+Slug(m.Slug))
		}
	}
	slices.Sort(names)
	if n := spelling.Nearest(name, names); n != "" && n != name {
		return "; near it is " + n
	}
	return ""
}
