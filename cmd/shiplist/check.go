package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"slices"
	"time"

	"shiplist/agent/plan"
	"shiplist/generator"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

func checkCommand() command {
	return command{
		name:    "check",
		args:    "[SERIES|MILESTONE|PRODUCT]",
		short:   "check configuration, layouts and data, and tell what is wrong, why, and who can act",
		example: "shiplist check noble/final --severity blocker",
		setup: func(fs *flag.FlagSet) action {
			var o checkOptions
			o.define(fs)
			fs.StringVar(&o.severity, "severity", "note", "tell findings of at least this `SEVERITY`: blocker, warning or note")
			fs.BoolVar(&o.all, "all", false, "tell what [[check]] excuses, too")
			fs.StringVar(&o.format, "format", "", "`FORM` of the result: text, lines (one record a line), or markdown; text on a terminal, else lines")
			fs.BoolVar(&o.lookup, "lookup", false, "with --contacts: ask Launchpad before, see [contacts] launchpad, which contacts are teams; what was asked lately is not asked again")
			fs.BoolVar(&o.contacts, "contacts", false, "tell the contacts of active products that are not known to be teams; with --all every one")
			return o.answering(o.run)
		},
	}
}

type checkOptions struct {
	asking
	severity string
	all      bool
	format   string
	contacts bool
	lookup   bool
}

func (o *checkOptions) run(ctx context.Context, e *environment, args []string) error {
	if err := o.usage(args); err != nil {
		return err
	}
	if o.lookup {
		if err := o.lookUp(ctx, e); err != nil {
			return err
		}
	}
	s, err := o.look(e)
	if err != nil {
		return err
	}
	if o.contacts {
		return o.end(s, false, o.tellContacts(e, s))
	}
	// A mistake in a plan or a layout does not keep what the data says from being told.
	wrong := errors.Join(checkPlans(s.config), generator.Check(generator.Options{Config: s.config}))
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	subject, err := release.What(s.Picture, name)
	if err != nil {
		return errors.Join(err, wrong)
	}
	r := o.findings(s, subject)
	if err := o.print(e, s, r); err != nil {
		return err
	}
	return o.end(s, r.Blockers > 0, wrong)
}

// checkPlans reads the plans of the configuration as they are now, and not as the agent has
// read them: what it could not read it keeps from before.
func checkPlans(c *config.Config) error {
	var wrong []error
	for _, p := range c.Plans {
		if _, err := plan.New(p, c.Rules).Load(nearPath); err != nil {
			wrong = append(wrong, &configError{err})
		}
	}
	return errors.Join(wrong...)
}

func (o *checkOptions) usage(args []string) error {
	switch {
	case len(args) > 1:
		return usagef("unexpected argument %q; name one series, milestone or product", args[1])
	case !slices.Contains([]release.Severity{release.Blocker, release.Warning, release.Note}, release.Severity(o.severity)):
		return usagef("--severity %q: write blocker, warning or note", o.severity)
	case !slices.Contains([]string{"", "text", "lines", "markdown"}, o.format):
		return usagef("--format %q: write text, lines or markdown", o.format)
	case o.contacts && (len(args) > 0 || o.format != ""):
		return usagef("--contacts tells of all active products, as a table or with --json; it takes no name and no --format")
	case o.lookup && !o.contacts:
		return usagef("--lookup asks who the contacts are; give --contacts with it")
	case o.json && o.format != "":
		return usagef("--json and --format: give one of them")
	}
	return nil
}

// checkResult is the result of the command; docs/operations.md tells its JSON. The
// numbers count all findings of the subject, also those that are not told.
type checkResult struct {
	Subject  string          `json:"subject,omitempty"` // series, series/milestone or product; everything open where it is not there
	AsOf     time.Time       `json:"as_of"`
	Blockers int             `json:"blockers"`
	Warnings int             `json:"warnings"`
	Notes    int             `json:"notes"`
	Excused  int             `json:"excused"`
	Findings []findingResult `json:"findings"`
	Doubts   []release.Doubt `json:"doubts,omitempty"`

	closed bool            // a milestone that is not open
	groups []release.ByWho // of the findings that are told, those that are excused aside
	aside  []*release.Finding
}

// findingResult is one finding.
type findingResult struct {
	Rule      string           `json:"rule"`
	Severity  release.Severity `json:"severity"`
	Text      string           `json:"text"`
	Advice    string           `json:"advice,omitempty"`
	Actor     release.Actor    `json:"actor,omitempty"`
	Who       string           `json:"who,omitempty"`
	Series    string           `json:"series,omitempty"`
	Milestone string           `json:"milestone,omitempty"`
	Product   string           `json:"product,omitempty"`
	Source    string           `json:"source,omitempty"`
	Tree      string           `json:"tree,omitempty"`
	Dir       string           `json:"dir,omitempty"`
	Evidence  []evidenceResult `json:"evidence,omitempty"`
	Until     string           `json:"excused_until,omitempty"`
	Reason    string           `json:"excused_reason,omitempty"`
}

// evidenceResult is what a finding rests on.
type evidenceResult struct {
	Source string     `json:"source,omitempty"`
	URL    string     `json:"url,omitempty"`
	Fact   string     `json:"fact,omitempty"`
	Time   *time.Time `json:"time,omitempty"`
}

// findings picks what is told of a subject.
func (o *checkOptions) findings(s *seen, subject release.Subject) *checkResult {
	counted, excused := release.FindingsOf(s.Picture, subject)
	r := &checkResult{Subject: subject.String(), AsOf: s.AsOf, Excused: len(excused), Findings: []findingResult{}, Doubts: s.doubts}
	r.closed = subject.Manifest != nil && !subject.Manifest.Open
	least := release.Severity(o.severity)
	var told []*release.Finding
	for _, f := range counted {
		r.count(f)
		if f.Severity.AtLeast(least) {
			told = append(told, f)
		}
	}
	r.groups = release.GroupByWho(told)
	for _, f := range excused {
		if o.all && f.Severity.AtLeast(least) {
			r.aside = append(r.aside, f)
		}
	}
	for _, f := range slices.Concat(told, r.aside) {
		r.Findings = append(r.Findings, findingResultOf(f))
	}
	return r
}

func (r *checkResult) count(f *release.Finding) {
	switch f.Severity {
	case release.Blocker:
		r.Blockers++
	case release.Warning:
		r.Warnings++
	default:
		r.Notes++
	}
}

func findingResultOf(f *release.Finding) findingResult {
	r := findingResult{
		Rule: f.Rule, Severity: f.Severity, Text: f.Text, Advice: f.Advice, Actor: f.Actor, Who: f.Who,
		Series: f.Series, Milestone: f.Milestone, Product: f.Product, Source: f.Source, Tree: f.Tree, Dir: f.Dir,
	}
	for _, v := range f.Evidence {
		r.Evidence = append(r.Evidence, evidenceResult{Source: v.Source, URL: v.URL, Fact: v.Fact, Time: known(v.Time)})
	}
	if f.Excused != nil {
		r.Until, r.Reason = f.Excused.Until, f.Excused.Reason
	}
	return r
}

// print prints the result in the form that was asked for.
func (o *checkOptions) print(e *environment, s *seen, r *checkResult) error {
	if err := o.warnBeside(e, s); err != nil {
		return err
	}
	form := o.format
	if form == "" && e.terminal.Width == 0 {
		form = "lines"
	}
	switch {
	case o.json:
		return printJSON(e, r)
	case form == "markdown":
		_, err := io.WriteString(e.stdout, r.markdown())
		return err
	case form == "lines":
		return r.lines(e.stdout, e.terminal)
	}
	_, err := io.WriteString(e.stdout, r.text(e.terminal))
	return err
}
