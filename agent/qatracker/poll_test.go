package qatracker

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

var update = flag.Bool("update", false, "rewrite golden files")

// rules are a few rules in the shape of the real ones.
var rules = release.Rules{
	Products: []release.ProductRule{
		{Title: "Kubuntu Desktop amd64", Project: "kubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64", Tracker: "iso"},
		{Title: "Ubuntu Kylin Desktop amd64", Project: "ubuntukylin", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64", Tracker: "localized-iso"},
	},
	Series: []release.SeriesRule{{Name: "raring"}, {Name: "noble"}, {Name: "resolute"}},
}

// encode writes facts as a golden file has them.
func encode(t *testing.T, f *release.Facts) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestPollRecorded(t *testing.T) {
	t.Parallel()
	for name, host := range map[string]string{"iso": "iso.qa.ubuntu.com", "localized-iso": "localized-iso.qa.ubuntu.com"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &tracker{methods: loadRecorded(t)}
			answer, err := source(start(t, s), func(o *Options) {
				o.Tracker.Name, o.Tracker.Host, o.Rules = name, host, rules
			}).Poll(t.Context(), &release.Facts{})
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, "testdata/"+name+".golden.toml", encode(t, answer.Facts))
			if len(answer.Problems) > 0 || answer.Suspect != "" {
				t.Errorf("problems %v, suspect %q", answer.Problems, answer.Suspect)
			}
			// One request for the lists, one for each milestone; manifests ride along.
			if want := int64(1 + len(answer.Facts.Milestones)); answer.Requests != want || int64(s.requests) != want {
				t.Errorf("%d requests told, %d made, want %d", answer.Requests, s.requests, want)
			}
			if answer.Bytes == 0 || slices.ContainsFunc(s.users, func(u string) bool { return u != "" }) {
				t.Errorf("%d bytes, users %q", answer.Bytes, s.users)
			}
		})
	}
}

// TestPollRecordedFacts holds facts of the recorded state that a golden file could
// lose unseen.
func TestPollRecordedFacts(t *testing.T) {
	t.Parallel()
	answer, err := source(start(t, &tracker{methods: loadRecorded(t)}), func(o *Options) { o.Rules = rules }).Poll(t.Context(), &release.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	f := answer.Facts
	counts := map[release.State]int{}
	for _, e := range milestone(t, f, "raring", "final").Entries {
		counts[e.State]++
	}
	want := map[release.State]int{
		release.StateTesting: 11, release.StateDisabled: 1, release.StateRemoved: 1,
		release.StateSuperseded: 11, release.StateReady: 4,
	}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("states of Raring Final (-want +got):\n%s", diff)
	}
	var kinds, statuses []string
	for _, m := range f.Milestones {
		if m.Kind == release.KindDaily {
			kinds = append(kinds, m.Series+"/"+m.Slug)
		}
		if m.Status == release.MilestoneTesting {
			statuses = append(statuses, m.Series+"/"+m.Slug)
		}
	}
	if diff := cmp.Diff([]string{"noble/daily", "quantal/daily", "raring/daily", "resolute/daily"}, kinds); diff != "" {
		t.Errorf("daily milestones (-want +got):\n%s", diff)
	}
	testing := []string{"noble/24.04.4", "noble/daily", "quantal/daily", "raring/daily", "raring/final", "resolute/26.04.1", "resolute/daily", "resolute/final"}
	if diff := cmp.Diff(testing, statuses); diff != "" {
		t.Errorf("milestones in testing (-want +got):\n%s", diff)
	}
	kubuntu := f.Products[slices.IndexFunc(f.Products, func(p release.Product) bool { return p.ID == "3" })]
	wantProduct := release.Product{
		Slug: "kubuntu-desktop-amd64", Title: "Kubuntu Desktop amd64", Family: "Kubuntu", ID: "3", Type: "iso",
		Identities: []release.Identity{{Project: "kubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64"}},
	}
	if diff := cmp.Diff(wantProduct, kubuntu); diff != "" {
		t.Errorf("product (-want +got):\n%s", diff)
	}
}

func milestone(t *testing.T, f *release.Facts, series, slug string) *release.Milestone {
	t.Helper()
	for i := range f.Milestones {
		if m := &f.Milestones[i]; m.Series == series && m.Slug == slug {
			return m
		}
	}
	t.Fatalf("no milestone %s/%s", series, slug)
	return nil
}

// TestPollTwice holds that the order of the tracker's lists means nothing.
func TestPollTwice(t *testing.T) {
	t.Parallel()
	rec := loadRecorded(t)
	var got [2][]byte
	for i := range got {
		answer, err := source(start(t, &tracker{methods: turned{rec, i == 1}}), nil).Poll(t.Context(), &release.Facts{})
		if err != nil {
			t.Fatal(err)
		}
		got[i] = encode(t, answer.Facts)
	}
	if diff := cmp.Diff(string(got[0]), string(got[1])); diff != "" {
		t.Errorf("facts depend on the order (-first +second):\n%s", diff)
	}
}

// turned answers with its lists in reverse.
type turned struct {
	methods
	reverse bool
}

func (u turned) answer(host, method string, args []node) (string, *fault) {
	value, f := u.methods.answer(host, method, args)
	inside, ok := strings.CutPrefix(value, "<array><data>")
	if !u.reverse || !ok {
		return value, f
	}
	parts := strings.SplitAfter(strings.TrimSuffix(inside, "</data></array>"), "</struct></value>")
	slices.Reverse(parts)
	return "<array><data>" + strings.Join(parts, "") + "</data></array>", f
}

// TestPollWithoutMulticall holds that a site that refuses multicalls gives the same
// facts.
func TestPollWithoutMulticall(t *testing.T) {
	t.Parallel()
	s := &tracker{methods: loadRecorded(t), noMulticall: true}
	answer, err := source(start(t, s), func(o *Options) { o.Rules = rules }).Poll(t.Context(), &release.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	compareGolden(t, "testdata/iso.golden.toml", encode(t, answer.Facts))
	// One that was refused, five lists and four of them at the end, a manifest for each
	// series, builds and bugs for each milestone.
	if want := 1 + 5 + 4 + 4 + 2*18; s.requests != want {
		t.Errorf("%d requests, want %d", s.requests, want)
	}
}

// TestPollCalls holds what is asked for: each status by number, the history of
// release milestones alone.
func TestPollCalls(t *testing.T) {
	t.Parallel()
	s := &tracker{methods: loadRecorded(t)}
	if _, err := source(start(t, s), nil).Poll(t.Context(), &release.Facts{}); err != nil {
		t.Fatal(err)
	}
	first := []string{
		"qatracker.get_access()", "qatracker.series.get_list([0,1])", "qatracker.milestones.get_list([0,1,2])",
		"qatracker.products.get_list([0,1])", "qatracker.rebuilds.get_list([0,1,2,3])",
	}
	if diff := cmp.Diff(first, s.calls[:5]); diff != "" {
		t.Errorf("first calls (-want +got):\n%s", diff)
	}
	for _, want := range []string{
		"qatracker.builds.get_list(238,[0,1,4])", "qatracker.builds.get_list(242,[0,1,2,3,4])",
		"qatracker.bugs.get_list(242)", "qatracker.series.get_manifest(22,[0,1])",
	} {
		if !slices.Contains(s.calls, want) {
			t.Errorf("no call %s", want)
		}
	}
}

func TestPollUnknownSite(t *testing.T) {
	t.Parallel()
	s := &tracker{methods: loadRecorded(t)}
	answer, err := source(start(t, s), func(o *Options) { o.Tracker.Host = "tracker.example.net" }).Poll(t.Context(), &release.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(answer.Suspect, `has no site "tracker.example.net"`) || !strings.Contains(answer.Suspect, "invalid") {
		t.Errorf("suspect: %q", answer.Suspect)
	}
	if diff := cmp.Diff(&release.Facts{Source: "iso"}, answer.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if s.requests != 1 {
		t.Errorf("%d requests, want 1", s.requests)
	}
}

// posting is a tracker to which a build is being posted: what it answers first about
// milestone 7 is not what it answers from then on.
type posting struct {
	methods
	first []entry
	asked atomic.Int32
}

func (p *posting) answer(host, method string, args []node) (string, *fault) {
	if method == "qatracker.builds.get_list" && p.asked.Add(1) == 1 {
		return made{"builds.get_list 7": p.first}.answer(host, method, args)
	}
	return p.methods.answer(host, method, args)
}

// TestPollWhilePosting holds that a build which comes in the middle of a poll does not
// leave its product without any, and that one request is all it costs.
func TestPollWhilePosting(t *testing.T) {
	t.Parallel()
	const old, fresh = "20240423", "20240424"
	build := func(id, version, status string) entry {
		return entry{"id", id, "productid", "3", "version", version, "status", status}
	}
	stood := func(m release.Milestone) *release.Facts {
		m.Series, m.Slug, m.ID = "noble", "beta", "7"
		return &release.Facts{
			Products:   []release.Product{{Slug: "kubuntu-desktop-amd64", ID: "3"}},
			Milestones: []release.Milestone{m},
		}
	}
	before := stood(release.Milestone{Entries: []release.Entry{{Product: "kubuntu-desktop-amd64", BuildID: old, State: release.StateReady}}})
	for name, test := range map[string]struct {
		prev        *release.Facts
		status      string // of the milestone
		first, then []entry
		want        map[string]release.State
		requests    int
	}{
		"posted": {
			before, "0",
			[]entry{build("41", old, "3")},
			[]entry{build("41", old, "3"), build("42", fresh, "0")},
			map[string]release.State{old: release.StateSuperseded, fresh: release.StateTesting},
			3,
		},
		"removed": {
			before, "0",
			[]entry{build("41", old, "2")},
			[]entry{build("41", old, "2")},
			map[string]release.State{old: release.StateRemoved},
			3,
		},
		"disabled": {
			before, "0",
			[]entry{build("41", old, "1")},
			nil,
			map[string]release.State{old: release.StateDisabled},
			2,
		},
		"replaced": {
			before, "0",
			[]entry{build("41", old, "3"), build("42", fresh, "0")},
			nil,
			map[string]release.State{old: release.StateSuperseded, fresh: release.StateTesting},
			2,
		},
		"none stood": {
			stood(release.Milestone{Entries: []release.Entry{{Product: "kubuntu-desktop-amd64", BuildID: old, State: release.StateRemoved}}}),
			"0",
			[]entry{build("41", old, "2")},
			nil,
			map[string]release.State{old: release.StateRemoved},
			2,
		},
		"released": {before, "1", []entry{build("41", old, "3")}, nil, map[string]release.State{old: release.StateSuperseded}, 2},
		"never seen": {
			&release.Facts{}, "0",
			[]entry{build("41", old, "3")},
			nil,
			map[string]release.State{old: release.StateSuperseded},
			2,
		},
	} {
		s := &tracker{methods: &posting{first: test.first, methods: noble(func(m made) {
			m["milestones.get_list"] = []entry{{"id", "7", "title", "Noble Beta", "status", test.status, "series", "1"}}
			m["builds.get_list 7"] = test.then
		})}}
		answer, err := source(start(t, s), nil).Poll(t.Context(), test.prev)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]release.State{}
		for _, e := range answer.Facts.Milestones[0].Entries {
			got[e.BuildID] = e.State
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if s.requests != test.requests {
			t.Errorf("%s: %d requests, want %d", name, s.requests, test.requests)
		}
	}
}
