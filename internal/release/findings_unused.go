package release

import (
	"fmt"
	"slices"
	"strings"
)

// findUnused makes one finding for each table of a site's own rules that decide about
// nothing: what they select is nowhere, or rules before them decide already. The built-in
// ones also speak of what was, and may come.
func (j *joiner) findUnused() {
	if len(j.p.Products) == 0 {
		return
	}
	if j.rules.PublishOwn {
		j.unused("publish-without-product", "[[publish]]", "rule decides", "rules decide", "about no product of any milestone", j.unusedPublish())
	}
	if j.rules.ArchesOwn && len(j.p.Trees) > 0 {
		j.unused("unused-rule", "[[arches]]", "rule decides", "rules decide", "about nothing", j.unusedArches())
	}
	if j.rules.Respin.Own {
		j.unused("unused-rule", "[[respin.rule]]", "rule decides", "rules decide", "about nothing", j.unusedRespin())
	}
	j.unused("unused-rule", "[[respin.hours]]", "rule tells", "rules tell", "of no product", j.unusedHours()) // a site's own in any case
	if j.rules.Archive.Own && len(j.p.Trees) > 0 {
		j.unused("unused-rule", "[[archive.rule]]", "rule decides", "rules decide", "about nothing", j.unusedArchive())
	}
	if j.rules.StreamsOwn && len(j.p.Trees) > 0 {
		j.unused("unused-rule", "[[stream]]", "rule lists", "rules list", "nothing", j.unusedStreams())
	}
	if j.rules.HandoversOwn {
		j.unused("unused-rule", "[[handover]]", "rule selects", "rules select", "what is nowhere", j.unusedHandovers())
	}
	j.unused("unused-rule", "[[check]]", "rule names", "rules name", "what is nowhere", j.unusedChecks())
	j.unused("unused-rule", "[contacts]", "entry names", "entries name", "a product that is nowhere", j.unusedContacts())
}

// unused reports rules of a table, each in words.
func (j *joiner) unused(rule, table, one, many, what string, list []string) {
	if len(list) == 0 {
		return
	}
	j.report(Finding{
		Rule:     rule,
		Text:     fmt.Sprintf("%s %s: %s.", Plural(len(list), table+" "+one, table+" "+many), what, listWords(list)),
		Advice:   "Correct what they select, or take them away.",
		Actor:    ActorConfig,
		Evidence: []Evidence{configured(table + " " + listWords(list))},
	}, spot{})
}

// unusedPublish are the rules that place no row of a milestone, nor will any of one that
// is still to come.
func (j *joiner) unusedPublish() []string {
	used, before := map[int]bool{}, map[int]int{}
	for _, row := range j.allRows() {
		if row.Location != nil {
			used[row.Location.Rule] = true
		}
	}
	for _, row := range j.allRows() {
		for i := range j.rules.Publish {
			if row.Location != nil && !used[i] && i > row.Location.Rule && j.rules.publishes(&j.rules.Publish[i], row.Identity, row.Manifest.Line.Slug, row.Manifest.Slug) {
				before[i] = row.Location.Rule + 1
			}
		}
	}
	for i := range j.rules.Publish {
		used[i] = used[i] || j.publishesLater(i)
	}
	return unusedRules(j.rules.Publish, used, func(i int, r *PublishRule) string {
		words := selected(selection{"series", r.Series}, selection{"milestone", r.Milestone}, selection{"project", r.Project}, selection{"publish type", r.PublishType}, selection{"architecture", r.Arch})
		return words + decidesBefore(before[i])
	})
}

// publishesLater reports whether a rule for certain milestones waits for one of them: a
// series is worked on that has none of that name yet, the [[milestone]] rules know such
// milestones, and the rule would place a product of it there.
func (j *joiner) publishesLater(rule int) bool {
	return slices.ContainsFunc(j.rules.Publish[rule].Milestone, func(name string) bool {
		return slices.ContainsFunc(j.p.Lines, func(l *Line) bool {
			return j.comes(l, name) && slices.ContainsFunc(l.Milestones, func(m *Manifest) bool {
				return slices.ContainsFunc(m.Rows(), func(r *Row) bool {
					_, i := j.rules.publishRule(r.Identity, l.Slug, name)
					return i == rule
				})
			})
		})
	})
}

// comes reports whether a series may still get a milestone of a name, which may be a
// pattern; a version has to be one of the series.
func (j *joiner) comes(l *Line, name string) bool {
	if _, i := j.rules.MilestoneRule(l.Slug, name); name == "" || i < 0 || l.Status == SeriesDisabled || l.SupportEnded(j.asOf) {
		return false
	}
	if slug, _ := j.rules.SeriesByVersion(name); slug != l.Slug && strings.Contains("0123456789", name[:1]) && !strings.ContainsAny(name, "*?") {
		return false
	}
	return !slices.ContainsFunc(l.Milestones, func(m *Manifest) bool { return Match([]string{name}, m.Slug) })
}

func (j *joiner) allRows() []*Row {
	var all []*Row
	for _, p := range j.p.Products {
		all = append(all, p.Rows...)
	}
	return all
}

// unusedRespin are the rules by which no product of a series is built.
func (j *joiner) unusedRespin() []string {
	type build struct {
		id     Identity
		series string
	}
	used, before := map[int]bool{}, map[int]int{}
	seen := map[build]bool{}
	for _, row := range j.allRows() {
		b := build{row.Identity, row.Manifest.Line.Slug}
		if seen[b] {
			continue
		}
		seen[b] = true
		decided(len(j.rules.Respin.Rules), used, before, func(i int) bool { return j.rules.respins(&j.rules.Respin.Rules[i], b.id, b.series) })
	}
	return unusedRules(j.rules.Respin.Rules, used, func(i int, r *RespinRule) string {
		return selected(selection{"series", r.Series}, selection{"project", r.Project}, selection{"image type", r.ImageType}, selection{"publish type", r.PublishType}, selection{"architecture", r.Arch}) +
			decidesBefore(before[i])
	})
}

// decided notes which of some rules decides about one thing, and before which others that
// select it, too: those have the number of the former.
func decided(rules int, used map[int]bool, before map[int]int, selects func(i int) bool) {
	first := -1
	for i := range rules {
		switch {
		case !selects(i):
		case first < 0:
			first, used[i] = i, true
		case before[i] == 0:
			before[i] = first + 1
		}
	}
}

// decidesBefore says which rule decides before another; 0 for none.
func decidesBefore(rule int) string {
	if rule == 0 {
		return ""
	}
	return fmt.Sprintf("; rule %d decides before it", rule)
}

// unusedArches are the rules that tell of no kind of build for which architectures it is:
// none that has dailies, and none of a product of a milestone.
func (j *joiner) unusedArches() []string {
	used, before := map[int]bool{}, map[int]int{}
	build := func(project, sub, imageType, series string) {
		decided(len(j.rules.Arches), used, before, func(i int) bool { return j.rules.Arches[i].tells(j.rules, project, sub, imageType, series) })
	}
	for i := range j.forest.kinds {
		k := &j.forest.kinds[i]
		for _, sub := range append([]string{""}, k.subs...) {
			build(k.key.project, sub, j.buildType(k.key), k.key.series)
		}
	}
	for _, row := range j.allRows() {
		id := row.Identity
		build(id.Project, id.Subproject, j.buildType(built{id.Project, id.ImageType, row.Manifest.Line.Slug}), row.Manifest.Line.Slug)
	}
	return unusedRules(j.rules.Arches, used, func(i int, r *ArchesRule) string {
		return selected(selection{"series", r.Series}, selection{"project", r.Project}, selection{"image type", r.ImageType}) + decidesBefore(before[i])
	})
}

// unusedContacts are the products of [contacts] that are nowhere: by key, then by name.
func (j *joiner) unusedContacts() []string {
	known := map[string]bool{}
	for _, p := range j.p.Products {
		known[p.Slug] = true
	}
	var list []string
	for _, of := range []struct {
		key     string
		entries map[string]string
	}{{"product", j.rules.Contacts.Product}, {"managers", j.rules.Contacts.Managers}} {
		for _, slug := range sortedKeys(of.entries) {
			if !known[slug] {
				list = append(list, of.key+" "+slug)
			}
		}
	}
	return list
}

// unusedHours are the rules that tell of no product how long it is built.
func (j *joiner) unusedHours() []string {
	used := map[int]bool{}
	for _, p := range j.p.Products {
		used[j.rules.hoursRule(p)] = true
	}
	return unusedRules(j.rules.Respin.Hours, used, func(_ int, h *BuildHours) string {
		return selected(selection{"product", h.Product}, selection{"architecture", h.Arch})
	})
}

// unusedArchive are the rules by which no directory of a tree moves.
func (j *joiner) unusedArchive() []string {
	used := map[int]bool{}
	for _, t := range j.p.Trees {
		for _, d := range t.Directories {
			if i := j.rules.archiveRule(d); i >= 0 {
				used[i] = true
			}
		}
	}
	return unusedRules(j.rules.Archive.Rules, used, func(_ int, r *ArchiveRule) string {
		return selected(selection{"role", r.Role}, selection{"from", r.From})
	})
}

// unusedChecks are the checks with a pattern that no name fits. That a check has no
// finding is well: what it is about was mended.
func (j *joiner) unusedChecks() []string {
	used := map[int]bool{}
	for i := range j.rules.Checks {
		used[i] = j.nowhere(&j.rules.Checks[i]) == ""
	}
	return unusedRules(j.rules.Checks, used, func(_ int, c *CheckRule) string { return j.nowhere(c) })
}

// nowhere are the patterns of a check that nothing known fits, in words. A milestone that a
// series may still get is known.
func (j *joiner) nowhere(c *CheckRule) string {
	none := func(patterns []string, fits func(pattern []string) bool) []string {
		return slices.DeleteFunc(slices.Clone(patterns), func(p string) bool { return fits([]string{p}) })
	}
	return selected(
		selection{"product", none(c.Product, func(p []string) bool {
			return slices.ContainsFunc(j.p.Products, func(x *ProductLine) bool { return Match(p, x.Slug) })
		})},
		selection{"series", none(c.Series, func(p []string) bool {
			return slices.ContainsFunc(j.p.Lines, func(l *Line) bool { return j.rules.MatchSeries(p, l.Slug) })
		})},
		selection{"milestone", none(c.Milestone, func(p []string) bool {
			return slices.ContainsFunc(j.p.Lines, func(l *Line) bool {
				return j.comes(l, p[0]) && j.rules.MatchSeries(c.Series, l.Slug) || slices.ContainsFunc(l.Milestones, func(m *Manifest) bool { return Match(p, m.Slug) })
			})
		})},
	)
}

// unusedRules are the rules whose index is not used, in words.
func unusedRules[T any](rules []T, used map[int]bool, words func(int, *T) string) []string {
	var list []string
	for i := range rules {
		if used[i] {
			continue
		}
		text := fmt.Sprintf("rule %d", i+1)
		if w := words(i, &rules[i]); w != "" {
			text += " (" + w + ")"
		}
		list = append(list, text)
	}
	return list
}

// selection is what a rule selects by, and the patterns for it.
type selection struct {
	what     string
	patterns []string
}

// selected is what a rule selects in words; what has no patterns is left out.
func selected(parts ...selection) string {
	var words []string
	for _, part := range parts {
		if len(part.patterns) > 0 {
			words = append(words, part.what+" "+strings.Join(part.patterns, " "))
		}
	}
	return strings.Join(words, ", ")
}
