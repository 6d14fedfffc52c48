package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
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

type planCheckOptions struct {
	asking
	place sheetPlace
}

func (o *planCheckOptions) run(ctx context.Context, e *environment, args []string) error {
	path, err := onePlan(args)
	if err != nil {
		return err
	}
	s, err := o.look(e)
	if err != nil {
		return err
	}
	t, err := readPlanText(path)
	if err != nil {
		return err
	}
	r := planCheckResult{File: path, AsOf: s.AsOf, Doubts: s.doubts}
	if r.Series, r.Milestone, err = t.place(s, o.place); err != nil {
		return err
	}
	if t.plan != nil {
		r.Troubles, err = t.checkPlan(ctx, s, r.Series, r.Milestone)
	} else {
		r.Troubles, err = t.checkSheet(s, r.Series, r.Milestone)
	}
	if err != nil {
		return err
	}
	if err := o.warnBeside(e, s); err != nil {
		return err
	}
	if o.json {
		err = printJSON(e, r)
	} else {
		err = r.print(e)
	}
	return o.end(s, r.counted() > 0, err)
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
func (t *planText) checkSheet(s *seen, series, milestone string) ([]planTrouble, error) {
	l, err := lineOf(s, series)
	if err != nil {
		return nil, err
	}
	troubles := []planTrouble{}
	var entries []release.PlanEntry
	for _, e := range t.entries(s, l, milestone) {
		entry := release.PlanEntry{Name: e.name, At: t.at(e), BuildID: e.buildID, Products: e.products}
		if e.why != "" {
			entry.Extra = append(entry.Extra, release.PlanTrouble{Rule: "unknown", At: t.at(e), Text: e.name + ": " + e.why})
		}
		if e.conflict != "" {
			entry.Extra = append(entry.Extra, release.PlanTrouble{Rule: "command", At: t.at(e), Text: e.name + ": " + e.conflict})
		}
		for _, p := range e.products {
			if differs := release.Mispublished(s.config.Rules, e.command, p, series, milestone); differs != "" {
				entry.Extra = append(entry.Extra, release.PlanTrouble{Rule: "command", At: t.at(e), Product: p.Slug, Text: p.Title + ": " + differs})
			}
		}
		entries = append(entries, entry)
	}
	for _, one := range release.CheckPlan(s.Picture, l, release.PlanClaims{Milestone: milestone, Entries: entries}) {
		troubles = append(troubles, planTrouble(one))
	}
	return troubles, nil
}

// checkPlan checks what a plan says, with the files beside it that the configuration has
// in one plan with it.
func (t *planText) checkPlan(ctx context.Context, s *seen, series, milestone string) ([]planTrouble, error) {
	facts, source, name, err := t.facts(ctx, s.config)
	if err != nil {
		return nil, err
	}
	p := withFacts(s, source, facts)
	l := p.LineOf(series)
	if l == nil {
		return nil, fmt.Errorf("%s says nothing of a series", t.path)
	}
	claims := release.PlanClaims{Milestone: milestone, Off: map[*release.ProductLine]bool{}}
	for _, m := range release.PlannedBy(p, s.config.Rules, source) {
		if m.Series != l.Slug || m.Slug != milestone {
			continue
		}
		claims.Begun = m.Begun
		for _, line := range m.Lines {
			switch {
			case line.Disabled:
				claims.Off[line.Product] = true
			default:
				at := line.At
				if line.Pinned != "" {
					at = line.Pinned
				}
				claims.Entries = append(claims.Entries, release.PlanEntry{
					Name: line.Product.Slug, At: at, BuildID: line.BuildID, Contact: line.Contact, Products: []*release.ProductLine{line.Product},
				})
			}
		}
	}
	troubles := []planTrouble{}
	for _, one := range release.CheckPlan(p, l, claims) {
		if place, here := strings.CutPrefix(one.At, name+":"); here {
			one.At = t.path + ":" + place
		} else if one.At != "" {
			continue // of another file
		}
		troubles = append(troubles, planTrouble(one))
	}
	return troubles, nil
}

// facts are those of the plan that the file is in, as it is on disk now; source is what it
// is called, and name what its facts call the file.
func (t *planText) facts(ctx context.Context, c *config.Config) (facts *release.Facts, source, name string, err error) {
	path, err := filepath.Abs(t.path)
	if err != nil {
		return nil, "", "", err
	}
	for _, p := range c.Plans {
		if p.Path != path && p.Path != filepath.Dir(path) {
			continue
		}
		answer, err := plan.New(p, c.Rules).Poll(ctx, &release.Facts{})
		if err != nil {
			return nil, "", "", err
		}
		below, err := filepath.Rel(filepath.Dir(p.Path), path)
		return answer.Facts, p.Name, filepath.ToSlash(below), err
	}
	facts, err = planfile.Facts([]*config.PlanFile{t.plan}, c.Rules)
	return facts, "this-plan", t.path, err
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
