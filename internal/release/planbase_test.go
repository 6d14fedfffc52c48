package release

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ordered is a series with a daily milestone, and release milestones in the order in which
// they are told; one that begins with "-" has no product.
func ordered(r Rules, slugs ...string) *Line {
	l := &Line{Slug: "noble", Title: "Noble"}
	for _, slug := range slugs {
		name, empty := strings.CutPrefix(slug, "-")
		m := &Manifest{Line: l, Slug: name, Title: "Noble " + name, Kind: r.KindOf(l.Slug, name, name)}
		if !empty {
			m.Totals.Rows = 1
		}
		l.Milestones = append(l.Milestones, m)
	}
	return l
}

// TestMilestoneBefore: one that is to come is put where its rule, its date and its name
// say, so that what is copied is of the milestone before it.
func TestMilestoneBefore(t *testing.T) {
	t.Parallel()
	rules := sampleRules()
	rules.Milestones = append([]MilestoneRule{
		{Match: []string{"early"}, Order: 2, Date: "2024-03-01"}, {Match: []string{"late"}, Order: 2, Date: "2024-03-20"},
	}, rules.Milestones...)
	all := []string{"daily", "alpha-1", "alpha-2", "beta", "final", "24.04.1", "24.04.2"}
	for _, tc := range []struct {
		slug  string
		there []string
		want  string
	}{
		{"24.04.3", all, "24.04.2"},
		{"24.04.2", all, "24.04.1"},
		{"alpha-3", all, "alpha-2"},
		{"alpha-1", all, ""},
		{"beta", all, "alpha-2"},
		{"beta", []string{"daily", "final", "24.04.1"}, ""},
		{"final", []string{"daily", "alpha-1", "-beta", "24.04.1"}, "alpha-1"},
		{"alpha-10", []string{"daily", "alpha-9", "alpha-11"}, "alpha-9"},
		{"something", all, "24.04.2"},
		{"late", []string{"daily", "early", "final"}, "early"},
		{"early", []string{"daily", "late", "final"}, ""},
	} {
		l := ordered(rules, tc.there...)
		for _, m := range l.Milestones {
			if rule, _ := rules.MilestoneRule(l.Slug, m.Slug); rule != nil {
				m.Date = rule.Date
			}
		}
		got := ""
		if m := milestoneBefore(rules, l, tc.slug); m != nil {
			got = m.Slug
		}
		if got != tc.want {
			t.Errorf("before %s of %v is %q, want %q", tc.slug, tc.there, got, tc.want)
		}
	}
}

// TestPlanBase: a list is copied with what it leaves out, and with the contacts that the
// manifest of the series does not have.
func TestPlanBase(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	iso := in.Sources[0].Facts
	iso.Series[0].Manifest[1].Disabled = true
	iso.Series = append(iso.Series, Series{Slug: "mantic", Title: "Mantic", Status: SeriesActive})
	plan(in, Milestone{
		Intended: []Intent{{Product: "kubuntu-desktop-amd64", Contact: "~k-team", At: "p.toml:4"}},
		Lists:    []PlanList{{At: "p.toml:5", Except: []PlanPattern{{Name: "ubuntu-server-*", At: "p.toml:5"}}}},
	})
	p := Join(*in)
	noble, mantic := p.LineOf("noble"), p.LineOf("mantic")
	const kubuntu, ubuntu, server = "kubuntu-desktop-amd64", "ubuntu-desktop-amd64", "ubuntu-server-subiquity-amd64"
	for _, tc := range []struct {
		name, slug, from string
		line             *Line
		want             PlanBase
		lines            []string
		fails            string
	}{
		{"the milestone before", "24.04.1", "", noble, PlanBase{Name: "noble/final", Why: "the milestone before"}, []string{kubuntu + " ~k-team", "-" + ubuntu, "-" + server}, ""},
		{"the dailies", "beta", "", noble, PlanBase{Name: "noble/daily", Why: "the dailies, as Noble has no milestone before beta"}, []string{kubuntu, "-" + ubuntu, server}, ""},
		{"the manifest", "beta", "Series", noble, PlanBase{Name: "noble/series"}, []string{kubuntu, "-" + ubuntu, server}, ""},
		{"that of another series", "beta", "noble/series", mantic, PlanBase{Name: "noble/series"}, []string{kubuntu, "-" + ubuntu, server}, ""},
		{"a milestone by name", "beta", "final", noble, PlanBase{Name: "noble/final"}, []string{kubuntu + " ~k-team", "-" + ubuntu, "-" + server}, ""},
		{"no manifest", "beta", "series", mantic, PlanBase{}, nil, `no manifest is called "mantic/series"; no source says what is meant in Mantic; name a milestone`},
		{"nothing", "beta", "", mantic, PlanBase{}, nil, ErrNoPlanBase.Error()},
		{"a name of nothing", "beta", "fianl", noble, PlanBase{}, nil, `no milestone is called "noble/fianl"; did you mean noble/final?`},
		{"a series of nothing", "beta", "nobel/series", noble, PlanBase{}, nil, `no series is called "nobel"; did you mean noble?`},
	} {
		got, err := PlanBaseOf(p, in.Rules, tc.line, tc.slug, tc.from)
		if tc.fails != "" {
			if err == nil || err.Error() != tc.fails {
				t.Errorf("%s: %v, want %s", tc.name, err, tc.fails)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		var lines []string
		for _, n := range got.Lines {
			text := n.Product.Slug
			if n.Left {
				text = "-" + text
			}
			if n.Contact != "" {
				text += " " + n.Contact
			}
			lines = append(lines, text)
		}
		if got.Name != tc.want.Name || got.Why != tc.want.Why || !got.Means() {
			t.Errorf("%s: %q, %q", tc.name, got.Name, got.Why)
		}
		if diff := cmp.Diff(tc.lines, lines); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tc.name, diff)
		}
	}
	if (&PlanBase{Lines: []PlanBaseLine{{Left: true}}}).Means() {
		t.Error("a list of what is left out means something")
	}
}
