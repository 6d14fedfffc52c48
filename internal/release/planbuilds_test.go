package release

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// planInput is the clean input with more builds of Kubuntu, of which only the first is in
// order.
func planInput() *Input {
	in := cleanInput()
	add := func(id string, state State) {
		final(in).Entries = append(final(in).Entries, Entry{Product: "kubuntu-desktop-amd64", BuildID: id, State: state})
		image := daily("kubuntu", "noble", "daily-live", "desktop", "amd64", id)
		full(in).Images = append(full(in).Images, image)
		full(in).Directories = append(full(in).Directories, Directory{
			Series: "noble", Project: "kubuntu", Path: image.Dir, Kind: DirectoryDated, BuildID: id, Checksums: []string{"SHA256SUMS"}, Signed: true,
		})
	}
	add("20240425", StateTesting)
	add("20240426", StateFailed)
	add("20240427", StateTesting)
	full(in).Images[len(full(in).Images)-1].Files[0].SHA256 = ""
	add("20240428", StateTesting)
	in.Sources[0].Facts.Builds = append(in.Sources[0].Facts.Builds, Build{Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: "20240428", SHA256: sum("another")})
	add("20240429", StateReady)
	full(in).Images = full(in).Images[:len(full(in).Images)-1]
	add("20240430", StateReady)
	final(in).Entries = final(in).Entries[:len(final(in).Entries)-1]
	add("20240501", StateTesting)
	full(in).Directories[len(full(in).Directories)-1].Held = "its list changes"
	return in
}

func TestPlanBuilds(t *testing.T) {
	t.Parallel()
	p := Join(*planInput())
	product, err := FindProduct(p, "kubuntu-desktop-amd64")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range PlanBuilds(p, p.LineOf("noble"), "final", product) {
		text := b.BuildID + " " + b.Why
		if b.Ready {
			text += " (ready)"
		}
		got = append(got, text)
		if b.Why == "" && len(b.Proof) < 2 {
			t.Errorf("%s has the proof %+v", b.BuildID, b.Proof)
		}
	}
	want := []string{
		"20240501 its directory is not believed: its list changes",
		"20240430 iso does not have it",
		"20240429 no tree holds its files (ready)",
		"20240428 a tracker gives it another checksum than full has for noble-desktop-amd64.iso",
		"20240427 no checksum list names noble-desktop-amd64.iso",
		"20240426 iso has it failed on final",
		"20240425 ",
		"20240424  (ready)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestPlanBuildsReady: the state on the milestone counts before that on the daily one, and
// one source that is not content is enough.
func TestPlanBuildsReady(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*Input)
		why    string // it is not ready; empty where it is
	}{
		"as it is":            {func(*Input) {}, ""},
		"on the milestone":    {func(in *Input) { final(in).Entries[0].State = StateTesting }, "not marked ready"},
		"on the daily one":    {func(in *Input) { in.Sources[0].Facts.Milestones[0].Entries[0].State = StateTesting }, ""},
		"elsewhere":           {second(func(f *Facts) { f.Milestones[0].Entries[0].State = StateTesting }), "marked ready, but other has it testing on final"},
		"elsewhere, the same": {second(func(*Facts) {}), ""},
		"elsewhere unknown":   {second(func(f *Facts) { f.Milestones[0].Entries[0].State = StateUnknown }), ""},
		"of the build itself": {second(func(f *Facts) {
			f.Milestones, f.Builds = nil, []Build{{Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: "20240424", State: StateTesting}}
		}), "marked ready, but other has it testing"},
		"testing on the daily one": {second(func(f *Facts) {
			f.Milestones[0].Slug, f.Milestones[0].Kind, f.Milestones[0].Entries[0].State = "daily", KindDaily, StateTesting
		}), ""},
		"testing on a daily one of another name": {second(func(f *Facts) {
			f.Milestones[0].Slug, f.Milestones[0].Kind, f.Milestones[0].Entries[0].State = "dailies", KindDaily, StateTesting
		}), ""},
		"of a plan": {func(in *Input) {
			plan(in, Milestone{Entries: []Entry{{Product: "kubuntu-desktop-amd64", BuildID: "20240424", State: StateFailed}}})
		}, ""},
	} {
		in := cleanInput()
		tc.change(in)
		p := Join(*in)
		product, err := FindProduct(p, "kubuntu-desktop-amd64")
		if err != nil {
			t.Fatal(err)
		}
		if builds := PlanBuilds(p, p.LineOf("noble"), "final", product); len(builds) != 1 || builds[0].Why != "" || builds[0].Ready != (tc.why == "") || !builds[0].Ready && builds[0].Unready != tc.why {
			t.Errorf("%s: %+v", name, builds)
		}
	}
}

func TestChoosePlanBuild(t *testing.T) {
	t.Parallel()
	in := planInput()
	p := Join(*in)
	find := func(names ...string) []*ProductLine {
		var list []*ProductLine
		for _, name := range names {
			one, err := FindProduct(p, name)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, one)
		}
		return list
	}
	for name, tc := range map[string]struct {
		products []*ProductLine
		ready    bool
		id, why  string
	}{
		"newest":       {find("kubuntu-desktop-amd64"), false, "20240425", "Kubuntu Desktop amd64 20240501: its directory is not believed: its list changes"},
		"newest ready": {find("kubuntu-desktop-amd64"), true, "20240424", "Kubuntu Desktop amd64 20240501: its directory is not believed: its list changes"},
		"of two":       {find("kubuntu-desktop-amd64", "ubuntu-desktop-amd64"), false, "20240424", "its directory is not believed"},
	} {
		c := ChoosePlanBuild(p, p.LineOf("noble"), "final", tc.products, tc.ready)
		if c.BuildID != tc.id || !strings.Contains(c.Why, tc.why) || len(c.Proof) != len(tc.products) {
			t.Errorf("%s: %+v", name, c)
		}
	}
	final(in).Entries[0].State = StateSuperseded
	p = Join(*in)
	c := ChoosePlanBuild(p, p.LineOf("noble"), "final", find("kubuntu-desktop-amd64", "ubuntu-desktop-amd64"), false)
	const want = "one command publishes all of them, and no build id is good for all: Kubuntu Desktop amd64 has 20240425 and Ubuntu Desktop amd64 has 20240424"
	if c.BuildID != "" || c.Why != want {
		t.Errorf("two without one in common: %+v", c)
	}
	if c := ChoosePlanBuild(p, p.LineOf("noble"), "final", []*ProductLine{{Slug: "new", Title: "New"}}, false); c.BuildID != "" || c.Why != "New: no source has a build" {
		t.Errorf("one without a build: %+v", c)
	}
}

func TestCheckPlan(t *testing.T) {
	t.Parallel()
	p := Join(*planInput())
	find := func(name string) []*ProductLine {
		one, err := FindProduct(p, name)
		if err != nil {
			t.Fatal(err)
		}
		return []*ProductLine{one}
	}
	const kubuntu, ubuntu, server = "kubuntu-desktop-amd64", "ubuntu-desktop-amd64", "ubuntu-server-subiquity-amd64"
	all := []PlanEntry{
		{At: "p:1", BuildID: "20240424", Products: find(kubuntu), Contact: "~a-team"},
		{At: "p:2", BuildID: "20240424", Products: find(ubuntu)},
		{At: "p:3", Products: find(server)},
	}
	for name, tc := range map[string]struct {
		change func(entries []PlanEntry) []PlanEntry
		want   []string
	}{
		"older":       {func(e []PlanEntry) []PlanEntry { return e }, nil},
		"another":     {func(e []PlanEntry) []PlanEntry { e[0].BuildID = "20240425"; return e }, []string{"not-ready p:1 kubuntu-desktop-amd64"}},
		"failed":      {func(e []PlanEntry) []PlanEntry { e[0].BuildID = "20240426"; return e }, []string{"gone p:1 kubuntu-desktop-amd64"}},
		"gone":        {func(e []PlanEntry) []PlanEntry { e[1].BuildID = "20240401"; return e }, []string{"gone p:2 ubuntu-desktop-amd64"}},
		"contact":     {func(e []PlanEntry) []PlanEntry { e[0].Contact = "~b"; return e }, []string{"contact p:1 kubuntu-desktop-amd64"}},
		"not planned": {func(e []PlanEntry) []PlanEntry { return e[:2] }, []string{"not-planned  ubuntu-server-subiquity-amd64"}},
		"not meant": {
			func(e []PlanEntry) []PlanEntry {
				return append(e, PlanEntry{At: "p:0", Products: []*ProductLine{{Slug: "new", Title: "New"}}})
			}, []string{"not-meant p:0 new"},
		},
		"known already": {
			func(e []PlanEntry) []PlanEntry {
				e[2].Extra = []PlanTrouble{{Rule: "command", At: "p:3", Product: server, Text: "odd"}}
				return e
			}, []string{"command p:3 ubuntu-server-subiquity-amd64"},
		},
	} {
		var got []string
		for _, one := range CheckPlan(p, p.LineOf("noble"), PlanClaims{Milestone: "final", Entries: tc.change(slices.Clone(all)), Begun: true}) {
			if one.Rule == "older" || one.Rule == "differs" {
				continue // see below
			}
			got = append(got, one.Rule+" "+one.At+" "+one.Product)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	if got := CheckPlan(p, p.LineOf("noble"), PlanClaims{Milestone: "final", Entries: all[:2], Off: map[*ProductLine]bool{find(server)[0]: true}}); len(got) != 1 || got[0].Rule != "differs" || !strings.Contains(got[0].Text, "iso has 20240501 on Noble Final") {
		t.Errorf("left out in so many words, and another stands: %+v", got)
	}
	for _, begun := range []bool{false, true} {
		got := CheckPlan(p, p.LineOf("noble"), PlanClaims{Milestone: "daily", Entries: all[1:], Begun: begun})
		if n := len(got); n == 0 || got[n-1].Rule != "not-planned" || got[n-1].Note == begun {
			t.Errorf("without a line, begun with another list %v: %+v", begun, got)
		}
	}
	if got := CheckPlan(p, p.LineOf("noble"), PlanClaims{Milestone: "daily", Entries: all}); len(got) != 1 || got[0].Rule != "older" || got[0].Text != "Kubuntu Desktop amd64 20240424: 20240425 is newer" {
		t.Errorf("on the daily one: %+v", got)
	}
}

// TestMisdirected: a command that names another series, build or status is told, and words
// that stand for one are not.
func TestMisdirected(t *testing.T) {
	t.Parallel()
	in := sampleInput()
	p := Join(in)
	one, err := FindProduct(p, "kubuntu-desktop-amd64")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		c    PublishCommand
		id   string
		want string
	}{
		{PublishCommand{BuildID: "SERIAL", Status: "MILESTONE_SLUG"}, "", ""},
		{PublishCommand{Series: "noble", BuildID: "20240424"}, "20240424", ""},
		{PublishCommand{Series: "jammy"}, "", "the command publishes jammy, and the sheet is one of noble"},
		{PublishCommand{BuildID: "20240424"}, "20240425", `the command publishes 20240424, and the serial is "20240425"`},
		{PublishCommand{BuildID: "20240424"}, "", `the command publishes 20240424, and the serial is ""`},
		{PublishCommand{BuildID: "SERIAL", Status: "beta"}, "", "the command publishes to beta, and [[publish]] rule 4 has the status release"},
		{PublishCommand{BuildID: "SERIAL", Status: "release"}, "", ""},
	} {
		tc.c.PublishType, tc.c.Arches = "desktop", []string{"amd64"}
		if got := Misdirected(in.Rules, &tc.c, []*ProductLine{one}, PlanTarget{"noble", "final", tc.id}); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.c, got, tc.want)
		}
	}
}

func TestPublishedBy(t *testing.T) {
	t.Parallel()
	in := sampleInput()
	p := Join(in)
	l := p.LineOf("noble")
	for name, tc := range map[string]struct {
		c    PublishCommand
		want []string
		why  string
	}{
		"one":            {PublishCommand{Project: "kubuntu", Source: "daily-live", PublishType: "desktop", Arches: []string{"amd64"}}, []string{"kubuntu-desktop-amd64"}, ""},
		"under another":  {PublishCommand{Project: "ubuntu", Source: "ubuntu-server/daily-live", PublishType: "live-server", Arches: []string{"amd64"}}, []string{"ubuntu-server-subiquity-amd64"}, ""},
		"of no source":   {PublishCommand{Project: "ubuntu-core", Source: "stable", PublishType: "live-core", Arches: []string{"amd64"}}, []string{"ubuntu-core-amd64-stable"}, ""},
		"one is unknown": {PublishCommand{Project: "kubuntu", Source: "daily-live", PublishType: "desktop", Arches: []string{"s390x", "amd64"}}, []string{"kubuntu-desktop-amd64"}, "no [[product]] rule has project kubuntu, image type daily-live, publish type desktop and architecture s390x"},
		"none":           {PublishCommand{}, nil, "the command names no architecture"},
	} {
		got, err := PublishedBy(p, in.Rules, l, &tc.c)
		if err != nil && err.Error() != tc.why || err == nil && tc.why != "" {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(productSlugs(got), tc.want) {
			t.Errorf("%s: %v", name, productSlugs(got))
		}
	}
	// Two titles for one image: the one that is meant, else neither.
	in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Xubuntu Desktop amd64", Project: "kubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64"})
	c := PublishCommand{Project: "kubuntu", Source: "daily-live", PublishType: "desktop", Arches: []string{"amd64"}, Official: OfficialYes}
	p = Join(in)
	got, err := PublishedBy(p, in.Rules, p.LineOf("noble"), &c)
	if err != nil || len(got) != 1 || got[0].Slug != "kubuntu-desktop-amd64" {
		t.Errorf("two of which one is meant: %v, %v", productSlugs(got), err)
	}
	if _, err := PublishedBy(p, in.Rules, nil, &c); err == nil || !strings.Contains(err.Error(), "several products are kubuntu daily-live desktop amd64: ") {
		t.Errorf("two of no series: %v", err)
	}
	if got := Mispublished(in.Rules, &c, got[0], "noble", "final"); got != "the command says yes, and [[publish]] rule 4 says named" {
		t.Errorf("another official value: %q", got)
	}
}
