package release

import (
	"testing"
	"time"
)

// excuse is one that holds on the day of the samples.
func excuse(rule string, change func(*CheckRule)) CheckRule {
	c := CheckRule{Rule: []string{rule}, Until: "2024-04-24", Reason: "agreed"}
	change(&c)
	return c
}

func TestChecks(t *testing.T) {
	t.Parallel()
	kubuntu := func(c *CheckRule) { c.Product = []string{"kubuntu-*"} }
	for _, tc := range []struct {
		name     string
		checks   []CheckRule
		counted  []string // of what is found of two products without a build: rule, severity, product
		excused  int
		blockers int
	}{
		{"none", nil, []string{"missing-build blocker kubuntu-desktop-amd64", "missing-build blocker ubuntu-desktop-amd64"}, 0, 2},
		{
			"another severity",
			[]CheckRule{{Rule: []string{"missing-*"}, Severity: Note}},
			[]string{"missing-build note kubuntu-desktop-amd64", "missing-build note ubuntu-desktop-amd64"},
			0, 0,
		},
		{"the first severity", []CheckRule{
			{Rule: []string{"missing-build"}, Product: []string{"kubuntu-*"}, Severity: Warning},
			{Rule: []string{"*"}, Severity: Note},
		}, []string{"missing-build warning kubuntu-desktop-amd64", "missing-build note ubuntu-desktop-amd64"}, 0, 0},
		{
			"excused",
			[]CheckRule{excuse("missing-build", kubuntu)},
			[]string{"missing-build blocker ubuntu-desktop-amd64"},
			1, 1,
		},
		{
			"excused on a milestone",
			[]CheckRule{excuse("missing-build", func(c *CheckRule) { c.Milestone = []string{"final"}; c.Series = []string{"noble"} })},
			nil, 2, 0,
		},
		{
			"another milestone",
			[]CheckRule{excuse("missing-build", func(c *CheckRule) { c.Milestone = []string{"daily"} })},
			[]string{"missing-build blocker kubuntu-desktop-amd64", "missing-build blocker ubuntu-desktop-amd64"},
			0, 2,
		},
		{
			"another rule",
			[]CheckRule{excuse("oversized", kubuntu)},
			[]string{"missing-build blocker kubuntu-desktop-amd64", "missing-build blocker ubuntu-desktop-amd64"},
			0, 2,
		},
		{
			"expired",
			[]CheckRule{excuse("missing-build", func(c *CheckRule) { c.Until = "2024-04-23" })},
			[]string{"missing-build blocker kubuntu-desktop-amd64", "missing-build blocker ubuntu-desktop-amd64", "excuse-expired warning "},
			0, 2,
		},
		{
			"expired is never excused",
			[]CheckRule{excuse("missing-build", func(c *CheckRule) { c.Until = "2024-04-23" }), excuse("*", func(*CheckRule) {})},
			[]string{"excuse-expired warning "},
			2, 0,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			in := cleanInput()
			in.AsOf = time.Date(2024, 4, 24, 23, 0, 0, 0, time.UTC)
			in.Stale = 0
			in.Rules.Checks = tc.checks
			for m := range in.Sources[0].Facts.Milestones {
				entries := &in.Sources[0].Facts.Milestones[m].Entries
				*entries = (*entries)[2:]
			}
			full(in).Images = full(in).Images[:3]
			p := Join(*in)
			var got []string
			for _, f := range p.Findings {
				got = append(got, f.Rule+" "+string(f.Severity)+" "+f.Product)
			}
			if !sameSet(got, tc.counted) || len(p.Excused) != tc.excused {
				t.Errorf("counted %q, want %q; excused %d, want %d", got, tc.counted, len(p.Excused), tc.excused)
			}
			if m := p.Lines[0].Milestones[1]; m.Totals.Blockers != tc.blockers {
				t.Errorf("%d blockers on %s, want %d", m.Totals.Blockers, m.Title, tc.blockers)
			}
			for _, f := range p.Excused {
				if f.Excused.Reason != "agreed" || f.Excused.Until != "2024-04-24" {
					t.Errorf("%+v", f.Excused)
				}
			}
		})
	}
}

// TestExpiredSaysWhatCounts tells whether an excuse that has expired is still needed.
func TestExpiredSaysWhatCounts(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	in.Rules.Checks = []CheckRule{excuse("missing-build", func(c *CheckRule) { c.Until = "2024-04-01"; c.Product = []string{"kubuntu-*"} })}
	text := func() string { return Join(*in).Findings[0].Text }
	if got, want := text(), "The excuse of missing-build, kubuntu-* held until 2024-04-01, and nothing that it excused is found any more."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	final(in).Entries = final(in).Entries[1:]
	full(in).Images = full(in).Images[:3]
	p := Join(*in)
	got := p.Findings[len(p.Findings)-1].Text
	if want := "The excuse of missing-build, kubuntu-* held until 2024-04-01, and 1 finding counts again."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestExcusedUnpublished takes one product of a milestone out of a finding about several.
func TestExcusedUnpublished(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	final(in).Status = MilestoneReleased
	in.Rules.Checks = []CheckRule{{
		Rule: []string{"released-not-published"}, Product: []string{"ubuntu-desktop-amd64"}, Milestone: []string{"final"}, Until: "2024-04-24", Reason: "agreed",
	}}
	p := Join(*in)
	if len(p.Findings) != 1 || len(p.Excused) != 1 || p.Excused[0].Product != "ubuntu-desktop-amd64" || p.Findings[0].Product != "ubuntu-server-subiquity-amd64" {
		t.Errorf("findings %q, excused %q", dumpFindings(p.Findings), dumpFindings(p.Excused))
	}
}

// TestExcusedContact takes one product out of a finding about several.
func TestExcusedContact(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	for i := range in.Sources[0].Facts.Series[0].Manifest {
		in.Sources[0].Facts.Series[0].Manifest[i].Contact = "somebody"
	}
	in.Rules.Checks = []CheckRule{excuse("contact-unknown", func(c *CheckRule) { c.Product = []string{"kubuntu-*"} })}
	p := Join(*in)
	if len(p.Findings) != 1 || len(p.Excused) != 1 || p.Excused[0].Product != "kubuntu-desktop-amd64" {
		t.Errorf("findings %q, excused %q", dumpFindings(p.Findings), dumpFindings(p.Excused))
	}
}
