package release

import (
	"fmt"
	"slices"
	"strings"
)

// findUnused makes one finding for all publish rules of a site's own that select no
// product of any series. The built-in ones also speak of what was, and may come.
func (j *joiner) findUnused() {
	if !j.rules.PublishOwn || len(j.p.Products) == 0 {
		return
	}
	var unused []string
	for i := range j.rules.Publish {
		if rule := &j.rules.Publish[i]; !j.used(rule) {
			unused = append(unused, fmt.Sprintf("rule %d (%s)", i+1, rule.selects()))
		}
	}
	if len(unused) == 0 {
		return
	}
	j.report(Finding{
		Rule:     "publish-without-product",
		Text:     fmt.Sprintf("%s no product in any series: %s.", Plural(len(unused), "[[publish]] rule selects", "[[publish]] rules select"), listWords(unused)),
		Advice:   "Correct what they select, or take them away.",
		Actor:    ActorConfig,
		Evidence: []Evidence{configured("[[publish]] " + listWords(unused))},
	}, spot{})
}

// used reports whether a rule selects a product that a tracker has, in a series that
// a source names.
func (j *joiner) used(r *PublishRule) bool {
	return slices.ContainsFunc(j.p.Lines, func(l *Line) bool { return j.rules.MatchSeries(r.Series, l.Slug) }) &&
		slices.ContainsFunc(j.p.Products, func(p *ProductLine) bool {
			return slices.ContainsFunc(p.Identities, func(id Identity) bool {
				return Match(r.Project, id.Project) && Match(r.PublishType, id.PublishType) && Match(r.Arch, id.Arch)
			})
		})
}

// selects are the patterns of a rule in words.
func (r *PublishRule) selects() string {
	var words []string
	for _, part := range []struct {
		what     string
		patterns []string
	}{{"series", r.Series}, {"project", r.Project}, {"publish type", r.PublishType}, {"architecture", r.Arch}} {
		if len(part.patterns) > 0 {
			words = append(words, part.what+" "+strings.Join(part.patterns, " "))
		}
	}
	return strings.Join(words, ", ")
}
