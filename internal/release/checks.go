package release

import (
	"fmt"
	"strings"
	"time"
)

// CheckRule changes what is thought of findings: it gives them another severity, or
// excuses them until a day. Lists are patterns, as in [Rules]; empty ones select
// everything. A finding about several products, series or milestones is selected where
// all of them are.
type CheckRule struct {
	Rule      []string `toml:"rule"` // of names of [FindingRules]
	Product   []string `toml:"product"`
	Series    []string `toml:"series"`
	Milestone []string `toml:"milestone"`
	// Severity is the one that the findings get; empty where they are excused.
	Severity Severity `toml:"severity"`
	// Until is the last day on which they are excused, YYYY-MM-DD, UTC; Reason says why.
	Until  string `toml:"until"`
	Reason string `toml:"reason"`
}

// Excused says why a finding does not count, and how long.
type Excused struct {
	Reason string
	Until  string // the last day, YYYY-MM-DD
	Check  int    // index of the rule

	about about
}

// excuseExpired is the rule of findings about excuses, which nothing excuses.
const excuseExpired = "excuse-expired"

// expired reports whether an excuse does not hold any more.
func (c *CheckRule) expired(now time.Time) bool {
	return c.Until != "" && now.UTC().Format(time.DateOnly) > c.Until
}

// about is what a finding concerns: none of a kind where it concerns everything.
type about struct {
	products, series, milestones []string
}

func (s spot) about(f *Finding) about {
	var a about
	for _, r := range s.rows {
		a.products = append(a.products, r.Product.Slug)
		a.series = append(a.series, r.Manifest.Line.Slug)
		a.milestones = append(a.milestones, r.Manifest.Slug)
	}
	for _, p := range s.products {
		a.products = append(a.products, p.Slug)
	}
	if f.Series != "" {
		a.series = append(a.series, f.Series)
	}
	return a
}

// selects reports whether a check is about a kind of finding and all that it concerns.
func (r *Rules) selects(c *CheckRule, rule string, a about) bool {
	series := func(name string) bool { return r.MatchSeries(c.Series, name) }
	return Match(c.Rule, rule) &&
		allOf(c.Product, a.products, func(name string) bool { return Match(c.Product, name) }) &&
		allOf(c.Series, a.series, series) &&
		allOf(c.Milestone, a.milestones, func(name string) bool { return Match(c.Milestone, name) })
}

// allOf reports whether all of at least one name fit, where there are patterns at all.
func allOf(patterns, names []string, fits func(string) bool) bool {
	if len(patterns) == 0 {
		return true
	}
	for _, name := range names {
		if !fits(name) {
			return false
		}
	}
	return len(names) > 0
}

// judge gives a finding the severity that the first check has for it, and the first
// excuse that holds. It counts what expired excuses would excuse.
func (j *joiner) judge(f *Finding, at spot) {
	if len(j.rules.Checks) == 0 {
		return
	}
	a, judged := at.about(f), false
	for i := range j.rules.Checks {
		c := &j.rules.Checks[i]
		switch {
		case !j.rules.selects(c, f.Rule, a):
		case c.Severity != "":
			if !judged {
				f.Severity, judged = c.Severity, true
			}
		case f.Rule == excuseExpired:
		case c.expired(j.asOf):
			j.expired[i]++
		case f.Excused == nil:
			f.Excused = &Excused{Reason: c.Reason, Until: c.Until, Check: i, about: a}
		}
	}
}

// excuses reports whether a finding about a product of a series would be excused: those
// that tell of several products at once leave it to one of its own.
func (j *joiner) excuses(rule string, l *Line, p *ProductLine) bool {
	return j.splitsOff(rule, about{products: []string{p.Slug}, series: []string{l.Slug}})
}

// splitsOff reports whether a check names a product that a finding concerns.
func (j *joiner) splitsOff(rule string, a about) bool {
	for i := range j.rules.Checks {
		c := &j.rules.Checks[i]
		if len(c.Product) > 0 && j.rules.selects(c, rule, a) {
			return true
		}
	}
	return false
}

// findExpired tells of excuses that do not hold any more; it is the last to look, as it
// has to know what the others found.
func (j *joiner) findExpired() {
	for i := range j.rules.Checks {
		c := &j.rules.Checks[i]
		if c.Severity != "" || !c.expired(j.asOf) {
			continue
		}
		again, advice := "and nothing that it excused is found any more", "Remove the [[check]] from the configuration."
		if n := j.expired[i]; n > 0 {
			again = fmt.Sprintf("and %s again", Plural(n, "finding counts", "findings count"))
			advice = "Mend what it excused, or give the [[check]] another day and a reason."
		}
		j.report(Finding{
			Rule:   excuseExpired,
			Text:   fmt.Sprintf("The excuse of %s held until %s, %s.", c.what(), c.Until, again),
			Advice: advice, Actor: ActorConfig,
			Evidence: []Evidence{configured(fmt.Sprintf("[[check]] %d, because: %s", i+1, c.Reason))},
		}, spot{})
	}
}

// what names the findings that a check selects.
func (c *CheckRule) what() string {
	text := joinWords(c.Rule, "and")
	for _, part := range [][]string{c.Product, c.Series, c.Milestone} {
		if len(part) > 0 {
			text += ", " + strings.Join(part, " ")
		}
	}
	return text
}
