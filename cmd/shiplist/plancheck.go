package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"shiplist/agent/plan"
	"shiplist/internal/config"
	"shiplist/internal/planfile"
	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

func planCheckCommand() command {
	return command{
		name:    "plan check",
		args:    "FILE",
		short:   "tell in what a plan, or a sheet in YAML, and the trackers and trees do not agree",
		example: "shiplist plan check plans/noble-beta.toml",
		setup: func(fs *flag.FlagSet) action {
			var o planCheckOptions
			o.define(fs)
			o.place.define(fs)
			return o.answering(o.run)
		},
	}
}

type planCheckOptions struct{ planOptions }

func (o *planCheckOptions) run(_ context.Context, e *environment, args []string) error {
	t, err := o.file(e, args)
	if err != nil {
		return err
	}
	r := planCheckResult{File: t.path, Series: t.series, Milestone: t.milestone, AsOf: t.seen.AsOf, Doubts: t.seen.doubts}
	if t.plan != nil {
		r.Troubles, err = t.checkPlan()
	} else {
		r.Troubles = t.checkSheet()
	}
	if err != nil {
		return err
	}
	return o.answer(e, &r, r.counted() > 0)
}

// planCheckResult is the result of the command; docs/operations.md tells its JSON.
type planCheckResult struct {
	File      string          `json:"file"`
	Series    string          `json:"series"`
	Milestone string          `json:"milestone"`
	AsOf      time.Time       `json:"as_of"`
	Troubles  []planTrouble   `json:"troubles"`
	Doubts    []release.Doubt `json:"doubts,omitempty"`
}

type planTrouble struct {
	Rule    string `json:"rule"`
	At      string `json:"at,omitempty"`
	Product string `json:"product,omitempty"`
	Text    string `json:"text"`
	Note    bool   `json:"note,omitempty"`
}

// checkSheet checks what a sheet says of each image.
func (t *planAsked) checkSheet() []planTrouble {
	rules := t.seen.config.Rules
	claims := release.PlanClaims{Milestone: t.milestone}
	for _, e := range t.entries() {
		entry := release.PlanEntry{Name: e.name, At: t.at(e), BuildID: e.buildID, Products: e.products}
		add := func(rule, product, text string) {
			entry.Extra = append(entry.Extra, release.PlanTrouble{Rule: rule, At: t.at(e), Product: product, Text: text})
		}
		if e.why != "" {
			add("unknown", "", e.name+": "+e.why)
		}
		if e.conflict != "" {
			add("command", "", e.name+": "+e.conflict)
		}
		for _, p := range e.products {
			if differs := release.Mispublished(rules, e.command, p, t.series, t.milestone); differs != "" {
				add("command", p.Slug, p.Title+": "+differs)
			}
		}
		claims.Entries = append(claims.Entries, entry)
	}
	troubles := []planTrouble{}
	for _, u := range t.unread() {
		troubles = append(troubles, planTrouble{Rule: "unread", At: u.At, Text: u.Key + ": this key is not read", Note: true})
	}
	return append(troubles, troublesOf(release.CheckPlan(t.seen.Picture, t.line, claims))...)
}

// troublesOf are troubles as the command prints them.
func troublesOf(list []release.PlanTrouble) []planTrouble {
	troubles := []planTrouble{}
	for _, one := range list {
		troubles = append(troubles, planTrouble(one))
	}
	return troubles
}

// checkPlan checks what a plan says, with the files beside it that the configuration has
// in one plan with it.
func (t *planAsked) checkPlan() ([]planTrouble, error) {
	facts, source, file, err := t.facts(t.seen.config)
	if err != nil {
		return nil, err
	}
	p := withFacts(t.seen, source, facts)
	l := p.LineOf(t.series)
	if l == nil {
		return nil, fmt.Errorf("%s says nothing of %s", t.path, t.series)
	}
	claims := release.ClaimsOf(p, t.seen.config.Rules, source, l.Slug, t.milestone)
	claims.File = file
	return troublesOf(release.CheckPlan(p, l, claims)), nil
}

// facts are those of the plan that the file is in, as it is on disk now; source is what it
// is called, and file what its facts call the file.
func (t *planText) facts(c *config.Config) (facts *release.Facts, source, file string, err error) {
	path, err := filepath.Abs(t.path)
	if err != nil {
		return nil, "", "", err
	}
	for _, p := range c.Plans {
		if s := plan.New(p, c.Rules); s.Reads(path) {
			answer, err := s.Load(nearPath)
			if err != nil {
				return nil, "", "", planMistake(err)
			}
			return answer.Facts, p.Name, nearPath(path), nil
		}
	}
	facts, err = planfile.Facts([]*config.PlanFile{t.plan}, c.Rules)
	return facts, "this-plan", t.path, planMistake(err)
}

// withFacts is the picture with a plan in it as it is now.
func withFacts(s *seen, source string, facts *release.Facts) *release.Picture {
	facts.Source = source
	in := release.Input{Rules: s.config.Rules, AsOf: s.AsOf, Stale: s.config.Site.Stale, Freshness: s.config.Site.Freshness}
	for i := range s.Sources {
		if one := &s.Sources[i]; one.Name != source {
			in.Sources = append(in.Sources, release.SourceFacts{State: one.SourceState, Facts: one.Facts})
		}
	}
	state := release.SourceState{Name: source, Kind: "plan", Attempt: s.AsOf, Success: s.AsOf}
	in.Sources = slices.Insert(in.Sources, 0, release.SourceFacts{State: state, Facts: facts})
	return release.Join(in)
}

// counted is how many of the troubles are disagreements, and no notes.
func (r *planCheckResult) counted() int {
	n := 0
	for _, one := range r.Troubles {
		if !one.Note {
			n++
		}
	}
	return n
}

// print has a line for each trouble.
func (r *planCheckResult) print(e *environment) error {
	tab := terminal.NewTable(e.terminal, terminal.Column{}, terminal.Column{}, terminal.Column{Least: 30})
	for _, one := range r.Troubles {
		style := terminal.Bad
		if one.Note {
			style = terminal.Quiet
		}
		tab.Row(terminal.Text(orDash(one.At)), terminal.Cell{Text: one.Rule, Style: style}, terminal.Text(one.Text))
	}
	if err := tab.Print(e.stdout, ""); err != nil {
		return err
	}
	text := "agrees with the trackers and trees"
	if n := r.counted(); n > 0 {
		text = fmt.Sprintf("%s between the plan and the sources", release.Plural(n, "disagreement", "disagreements"))
	}
	if n := len(r.Troubles) - r.counted(); n > 0 {
		text += "; " + release.Plural(n, "note", "notes")
	}
	_, err := fmt.Fprintf(e.stdout, "%s, %s/%s: %s.\n", r.File, r.Series, r.Milestone, text)
	return err
}
