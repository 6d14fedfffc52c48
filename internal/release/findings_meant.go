package release

import (
	"fmt"
	"maps"
	"slices"
)

// statement is what sources that speak together mean to be released with a milestone.
type statement struct {
	srcs []*source
	// lines have, for each product, what the sources say of it, in their order.
	lines map[*ProductLine][]statementLine
	// own says that a plan is among them: it is made for the milestone.
	own bool
}

type statementLine struct {
	src *source
	off bool // switched off
}

// dissent is what some sources mean to be released, and others do not.
type dissent struct {
	means, not []*source
	off        bool // it is switched off by the others, and not only left out
	own        bool // a plan has a part in it
	products   []*ProductLine
}

// findIntentDisagreements compares what the sources mean to be released with open
// milestones. That those who speak together name different products is no disagreement:
// together they name all. What is about series manifests alone is told once in a series.
func (j *joiner) findIntentDisagreements() {
	j.said = map[*Manifest][]*statement{}
	for _, l := range j.p.Lines {
		told := map[string]bool{}
		for _, m := range l.Milestones {
			if !m.Open {
				continue
			}
			for _, d := range j.dissents(m) {
				about := m.Title
				if !d.own {
					about = l.Title
				}
				if text := d.text(about); !told[text] {
					told[text] = true
					j.reportDissent(m, d, text)
				}
			}
		}
	}
}

// dissents are what the sources disagree about: those that speak first with each of the
// others, and those that speak together among themselves.
func (j *joiner) dissents(m *Manifest) []*dissent {
	if len(m.MeantBy) < 2 && !j.anyoneElse(m) {
		return nil
	}
	said := make([]*statement, 0, len(j.speakers))
	all := map[string]*dissent{}
	for _, group := range j.speakers {
		if s := j.statement(m, group); len(s.srcs) > 0 {
			s.within(all)
			said = append(said, s)
		}
	}
	j.said[m] = said
	for n := 1; n < len(said); n++ {
		said[0].against(said[n], all)
		said[n].against(said[0], all)
	}
	list := make([]*dissent, 0, len(all))
	for _, key := range slices.Sorted(maps.Keys(all)) {
		d := all[key]
		// Of what nobody knows there is a finding that says more.
		if d.products = slices.DeleteFunc(d.products, func(p *ProductLine) bool { return !j.knows(p) }); len(d.products) == 0 {
			continue
		}
		slices.SortFunc(d.products, compareByFamily)
		list = append(list, d)
	}
	return list
}

// anyoneElse reports whether a source besides the one whose word counts says what is meant.
func (j *joiner) anyoneElse(m *Manifest) bool {
	for i := range j.sources {
		if name := j.sources[i].state.Name; !slices.Contains(m.MeantBy, name) && len(j.intentsOf(m, &j.sources[i])) > 0 {
			return true
		}
	}
	return false
}

// statement is what a group of sources, by index, says of a milestone.
func (j *joiner) statement(m *Manifest, group []int) *statement {
	lists, n := make([][]Intent, len(group)), 0
	for k, i := range group {
		lists[k] = j.intentsOf(m, &j.sources[i])
		n += len(lists[k])
	}
	s := &statement{lines: make(map[*ProductLine][]statementLine, n)}
	room := make([]statementLine, 0, n)
	for k, i := range group {
		src := &j.sources[i]
		if len(lists[k]) > 0 {
			s.srcs = append(s.srcs, src)
			s.own = s.own || src.plans()
		}
		for _, in := range lists[k] {
			p := j.product(i, in.Product)
			had := s.lines[p]
			if had == nil { // mostly the only one: no slice of its own
				had = room[len(room) : len(room) : len(room)+1]
				room = room[:len(room)+1]
			}
			if last := len(had) - 1; last < 0 || had[last].src != src {
				s.lines[p] = append(had, statementLine{src, in.Disabled})
			}
		}
	}
	return s
}

// within adds what one of the sources means and another has switched off.
func (s *statement) within(all map[string]*dissent) {
	for p, lines := range s.lines {
		means, not := split(lines)
		if len(means) > 0 && len(not) > 0 {
			note(all, p, dissent{means: means, not: not, off: true, own: s.own})
		}
	}
}

// against adds what the sources mean together, and the others together do not.
func (s *statement) against(o *statement, all map[string]*dissent) {
	for p, lines := range s.lines {
		if lines[0].off || p.Netboot {
			continue
		}
		theirs := o.lines[p]
		if len(theirs) > 0 && !theirs[0].off {
			continue
		}
		means, _ := split(lines)
		d := dissent{means: means, not: o.srcs, own: s.own || o.own}
		if len(theirs) > 0 {
			_, d.not = split(theirs)
			d.off = true
		}
		note(all, p, d)
	}
}

// split tells who means a product and who has it switched off.
func split(lines []statementLine) (means, not []*source) {
	for _, l := range lines {
		if l.off {
			not = append(not, l.src)
		} else {
			means = append(means, l.src)
		}
	}
	return means, not
}

// note puts products about which the same sources disagree together.
func note(all map[string]*dissent, p *ProductLine, d dissent) {
	key := sourceNames(d.means) + "\x00" + sourceNames(d.not) + "\x00" + fmt.Sprint(d.off)
	if all[key] == nil {
		all[key] = &d
	}
	all[key].products = append(all[key].products, p)
}

func sourceNames(list []*source) string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = s.state.Name
	}
	return joinWords(names, "and")
}

// text says what is disagreed about a series or a milestone.
func (d *dissent) text(about string) string {
	does := "left out"
	if d.off {
		does = "switched off"
	}
	return fmt.Sprintf("%s: meant to be released in %s by %s, and %s by %s.",
		titleWords(d.products), about, sourceNames(d.means), does, sourceNames(d.not))
}

func (j *joiner) reportDissent(m *Manifest, d *dissent, text string) {
	at := spot{products: d.products}
	on := m
	if d.own {
		at.milestone = m
	} else {
		at.line, on = m.Line, nil
	}
	for _, p := range d.products {
		at.rows = append(at.rows, slices.DeleteFunc(j.openRowsOf(m.Line, p), func(r *Row) bool { return on != nil && r.Manifest != on })...)
	}
	first := d.products[0].Title
	var ev []Evidence
	for _, s := range d.means {
		ev = append(ev, says(s.state, j.statedAt(m, s, d.products[0]), "means to release "+first))
	}
	for _, s := range d.not {
		fact := "does not name " + first
		if d.off {
			fact = "has " + first + " switched off"
		}
		ev = append(ev, says(s.state, j.statedAt(m, s, d.products[0]), fact))
	}
	j.report(Finding{
		Rule:   "disagree-intent",
		Text:   text,
		Advice: fmt.Sprintf("Correct the one that is out of date; what %s says counts.", j.counts(d)),
		Actor:  ActorRelease, Evidence: ev,
	}, at)
}

// counts is the source of a dissent whose word counts.
func (j *joiner) counts(d *dissent) string {
	if before(j.first.intent, d.means[0], d.not[0]) < 0 {
		return d.means[0].state.Name
	}
	return d.not[0].state.Name
}

// statedAt is where a source says what is meant for a milestone: of a plan the line with
// the product, where it has one.
func (j *joiner) statedAt(m *Manifest, src *source, product *ProductLine) string {
	if !src.plans() {
		return j.intentURL(m.Line, src, nil)
	}
	for _, p := range j.parts[m] {
		if p.src == src {
			if at := j.placesOf(p)[product]; at != "" {
				return at
			}
		}
	}
	return j.intentURL(m.Line, src, m)
}

// placesOf are the places of a plan's lines, by product.
func (j *joiner) placesOf(p part) map[*ProductLine]string {
	if places, made := j.planned[p.m]; made {
		return places
	}
	places := make(map[*ProductLine]string, len(p.m.Intended))
	for _, in := range p.m.Intended {
		places[j.product(p.src.index, in.Product)] = in.At
	}
	if j.planned == nil {
		j.planned = map[*Milestone]map[*ProductLine]string{}
	}
	j.planned[p.m] = places
	return places
}
