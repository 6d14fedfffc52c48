package generator

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"shiplist/internal/release"
)

// manySources is the sample with two sources more, which say the same as the tracker: one
// knows builds and owners, the other one is a plan.
func manySources(rules *release.Rules) []release.SourceFacts {
	sources := sampleSources(rules)
	iso := sources[0].Facts
	observer, plan := &release.Facts{Source: "observer"}, &release.Facts{Source: "plans"}
	for _, p := range iso.Products {
		observer.Products = append(observer.Products, release.Product{Slug: p.Slug, Title: p.Title, ID: "9" + p.ID, Type: p.Type})
	}
	for _, m := range iso.Milestones {
		if m.Status != release.MilestoneTesting || m.Kind == release.KindDaily {
			continue
		}
		planned := release.Milestone{Series: m.Series, Slug: m.Slug, Title: m.Title, Kind: m.Kind, Status: m.Status, Lists: []release.PlanList{{At: "noble.toml:3", From: release.FromSeries}}}
		for _, e := range m.Entries {
			if !e.State.Current() {
				continue
			}
			planned.Entries = append(planned.Entries, release.Entry{Product: e.Product, BuildID: e.BuildID, State: release.StateUnknown, Pinned: "noble.toml:9"})
			observer.Builds = append(observer.Builds, release.Build{Series: m.Series, Product: e.Product, BuildID: e.BuildID, State: e.State, Reviews: &release.Reviews{Done: 1, All: 3}})
		}
		plan.Milestones = append(plan.Milestones, planned)
	}
	observer.Sort()
	plan.Sort()
	return append(sources,
		release.SourceFacts{State: release.SourceState{Name: "observer", Kind: "test-observer", Site: "https://tests.example.org", Attempt: sampleNow, Success: sampleNow}, Facts: observer},
		release.SourceFacts{State: release.SourceState{Name: "plans", Kind: release.KindPlan, Attempt: sampleNow, Success: sampleNow}, Facts: plan})
}

// truthSite is a site of manySources, changed, with events of its own.
func truthSite(t *testing.T, change func(observer, plan *release.Facts), log ...release.Event) *site {
	t.Helper()
	c := defaultConfig(t)
	sources := manySources(&c.Rules)
	change(sources[3].Facts, sources[4].Facts)
	s := prepared(t, Options{Config: c}, release.Join(release.Input{Rules: c.Rules, Sources: sources, AsOf: sampleNow, Stale: c.Site.Stale, Freshness: c.Site.Freshness}))
	s.log = log
	s.arrange()
	return s
}

// said are the lines of a truthView in words.
func said(v truthView) []string {
	var lines []string
	for _, w := range v.Rows {
		words := []string{w.Source + ":"}
		for _, x := range []saidView{w.Intent, w.Contact, w.Build} {
			words = append(words, x.Text)
			if x.Differs {
				words = append(words, "differs")
			}
		}
		words = append(words, w.Where, w.State.Word, w.Reviews)
		if w.StateDiffers {
			words = append(words, "differs")
		}
		if w.Since.Time.IsZero() {
			words = append(words, w.Since.Word)
		} else {
			words = append(words, "since", w.Since.Word, w.Since.Time.Format(time.DateOnly))
		}
		lines = append(lines, strings.Join(strings.Fields(strings.Join(words, " ")), " "))
	}
	return lines
}

func TestWhatEachSourceSays(t *testing.T) {
	t.Parallel()
	ofKubuntu := func(b release.Build) bool { return b.Product == kubuntuSlug && b.Series == "noble" }
	s := truthSite(t, func(observer, _ *release.Facts) {
		i := slices.IndexFunc(observer.Builds, ofKubuntu)
		observer.Builds[i].State = release.StateFailed
		p := slices.IndexFunc(observer.Products, func(p release.Product) bool { return p.Slug == kubuntuSlug })
		observer.Products[p].Contact = "~others"
	}, release.Event{Source: "observer", Series: "noble", Product: kubuntuSlug, BuildID: "20260421", What: release.EventBuildFailed, From: "testing", To: "failed", Seen: sampleNow})
	p := s.arrangeProduct(s.products[kubuntuSlug])
	i := slices.IndexFunc(p.Truths, func(v truthView) bool { return v.ID == "sources-noble-24.04.4" })
	if i < 0 {
		t.Fatalf("no table: %+v", p.Truths)
	}
	v := p.Truths[i]
	want := []string{
		"iso: to be released ~kubuntu-release 20260421 testing not in the log",
		"full: 20260421 not in the log",
		"observer: ~others differs 20260421 not placed on a milestone failed 1 of 3 reviews differs since 2026-04-23",
		"plans: to be released 20260421 decided for at noble.toml:9 not in the log",
	}
	if diff := cmp.Diff(want, said(v)); diff != "" || !v.Differs {
		t.Errorf("differs %t (-want +got)\n%s", v.Differs, diff)
	}
}

// TestGoldenTruths compares how pages show what sources say differently: the part of a
// milestone's page, and that of a product's.
func TestGoldenTruths(t *testing.T) {
	t.Parallel()
	of := func(b release.Build) bool { return b.Product == kubuntuSlug && b.Series == "noble" }
	s := truthSite(t, func(observer, plan *release.Facts) {
		b := &observer.Builds[slices.IndexFunc(observer.Builds, of)]
		b.State, b.RawState, b.Posted, b.SHA256 = release.StateFailed, "MARKED_AS_FAILED", sampleNow.Add(-oneDay), strings.Repeat("0f", 32)
		owned := &observer.Products[slices.IndexFunc(observer.Products, func(p release.Product) bool { return p.Slug == kubuntuSlug })]
		owned.Contact = "~others <script>alert(7)</script>"
		entries := plan.Milestones[0].Entries
		entries[slices.IndexFunc(entries, func(e release.Entry) bool { return strings.HasPrefix(e.Product, "ubuntu-desktop") })].BuildID = "20260401"
	}, release.Event{Source: "plans", What: release.EventSourceNew, Seen: sampleNow.Add(-9 * oneDay)})
	got := &txtar.Archive{Comment: []byte("What sources say differently. Rewrite with: go test ./generator -run TestGoldenTruths -update\n\n")}
	for _, part := range []struct{ page, from, to string }{
		{"noble/24.04.4/index.html", `<section><h2 id="disagree">`, "</section>"},
		{"products/" + kubuntuSlug + "/index.html", `<h3 id="sources-noble-24.04.4">`, "</table>"},
		{"products/ubuntu-desktop-amd64/index.html", `<h3 id="sources-noble-24.04.4">`, "</table>"},
	} {
		all := s.outputs()
		i := slices.IndexFunc(all, func(o output) bool { return o.path == part.page })
		if i < 0 {
			t.Fatalf("no page %s", part.page)
		}
		d, err := all[i].arrange()
		if err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if err := d.render(&page); err != nil {
			t.Fatal(err)
		}
		_, after, found := strings.Cut(page.String(), part.from)
		text, _, whole := strings.Cut(after, part.to)
		if !found || !whole {
			t.Fatalf("%s has no %s", part.page, part.from)
		}
		got.Files = append(got.Files, txtar.File{Name: part.page, Data: []byte(part.from + text + part.to + "\n")})
	}
	compareGolden(t, "testdata/truths.txtar", got)
}

// TestSinceWhenASourceSaysIt: the log, what the source itself says and the beginning of its
// log are asked in this order, and no cell is empty.
func TestSinceWhenASourceSaysIt(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return sampleNow.Add(time.Duration(n) * oneDay).Truncate(24 * time.Hour) }
	start := func(source string, at int) release.Event {
		return release.Event{Source: source, What: release.EventSourceNew, Seen: day(at)}
	}
	s := truthSite(t, func(observer, _ *release.Facts) {
		for i := range observer.Builds {
			observer.Builds[i].Posted = day(-3)
		}
	},
		start("full", -9), start("iso", -1), start("plans", -9), start("observer", -1), // the build is of the day -2
		release.Event{Source: "iso", Series: "noble", Milestone: "24.04.4", Product: kubuntuSlug, BuildID: "20260420", What: release.EventBuildAppeared, To: "testing", Seen: day(-1)},
		release.Event{Source: "plans", Series: "noble", Milestone: "24.04.4", Product: kubuntuSlug, BuildID: "20260421", What: release.EventBuildAppeared, To: "unknown", Seen: day(-2)},
	)
	since := func() map[string]string {
		words := map[string]string{}
		for _, v := range s.arrangeProduct(s.products[kubuntuSlug]).Truths {
			if v.ID == "sources-noble-24.04.4" {
				for _, w := range v.Rows {
					words[w.Source] = strings.TrimSpace(w.Since.Word + " " + stamp(w.Since.Time))
				}
			}
		}
		return words
	}
	want := map[string]string{
		"iso": "before " + stamp(day(-1)), "observer": "posted " + stamp(day(-3)), "plans": stamp(day(-2)), "full": "not in the log",
	}
	if diff := cmp.Diff(want, since()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWeakened(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		state   release.State
		reviews *release.Reviews
		want    string
	}{
		{release.StateReady, nil, ""},
		{release.StateReady, &release.Reviews{}, ""},
		{release.StateReady, &release.Reviews{Done: 3, All: 3}, ""},
		{release.StateReady, &release.Reviews{Done: 2, All: 3}, "2 of 3 reviews"},
		{release.StateReady, &release.Reviews{Done: 2, All: 3, Rejected: 1}, "2 of 3 reviews, 1 rejected"},
		{release.StateReady, &release.Reviews{All: 1}, "0 of 1 review"},
		{release.StateTesting, &release.Reviews{Done: 2, All: 3}, ""},
	} {
		if got := weakened(&release.Row{State: tt.state, Reviews: tt.reviews}); got != tt.want {
			t.Errorf("%s %+v: %q, want %q", tt.state, tt.reviews, got, tt.want)
		}
	}
}

// TestSourcesOfARow: the row of a milestone leads to the table, and says when sources do
// not agree.
func TestSourcesOfARow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(observer, plan *release.Facts)
		want   string
	}{
		{"agree", func(_, _ *release.Facts) {}, "3 sources"},
		{"one differs", func(observer, _ *release.Facts) {
			for i := range observer.Builds {
				observer.Builds[i].State = release.StateFailed
			}
		}, "3 sources disagree"},
		{"one speaks", func(observer, plan *release.Facts) { *observer, *plan = release.Facts{}, release.Facts{} }, ""},
	} {
		s := truthSite(t, tt.change)
		var row rowView
		for _, g := range s.arrangeManifest(s.line("noble").MilestoneOf("24.04.4")).Groups {
			for _, r := range g.Rows {
				if r.ID == rowID(kubuntuSlug) {
					row = r
				}
			}
		}
		href := ""
		if tt.want != "" {
			href = "../../products/" + kubuntuSlug + "/#sources-noble-24.04.4"
		}
		if got := (Link{Text: tt.want, Href: href}); row.Sources != got {
			t.Errorf("%s: %+v, want %+v", tt.name, row.Sources, got)
		}
	}
}

// TestDisagreementsOfAMilestone: its page tells what sources say differently, and nothing
// where they agree.
func TestDisagreementsOfAMilestone(t *testing.T) {
	t.Parallel()
	ofKubuntu := func(b release.Build) bool { return b.Product == kubuntuSlug && b.Series == "noble" }
	for _, tt := range []struct {
		name   string
		change func(observer, plan *release.Facts)
		want   []string
	}{
		{"agree", func(_, _ *release.Facts) {}, nil},
		{"state and contact", func(observer, _ *release.Facts) {
			observer.Builds[slices.IndexFunc(observer.Builds, ofKubuntu)].State = release.StateFailed
			p := slices.IndexFunc(observer.Products, func(p release.Product) bool { return p.Slug == kubuntuSlug })
			observer.Products[p].Contact = "~others"
		}, []string{
			"Contact: iso ~kubuntu-release, observer ~others differs",
			"State: iso testing, observer failed differs",
		}},
	} {
		s := truthSite(t, tt.change)
		p := s.arrangeManifest(s.line("noble").MilestoneOf("24.04.4"))
		var got []string
		for _, v := range p.Disagree {
			if want := "../../products/" + kubuntuSlug + "/#sources-noble-24.04.4"; v.Product.Href != want {
				t.Errorf("%s: leads to %s, want %s", tt.name, v.Product.Href, want)
			}
			var words []string
			for _, w := range v.Says {
				text := w.Source + " " + w.Text
				if w.Differs {
					text += " differs"
				}
				words = append(words, text)
			}
			got = append(got, v.What+": "+strings.Join(words, ", "))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		if want := min(len(tt.want), 1); p.Unclear != want {
			t.Errorf("%s: %d products, want %d", tt.name, p.Unclear, want)
		}
	}
}
