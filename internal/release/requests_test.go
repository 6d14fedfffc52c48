package release

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// requestInput has Kubuntu's build 20240424 as the newest everywhere, and a request for it at
// a source that has builds by ids of its own, and no milestones.
func requestInput(change func(observer *Facts, in *Input)) Input {
	facts := Facts{
		Products: products("Kubuntu Desktop amd64"),
		Series: []Series{{Slug: "noble", Title: "Noble", Rebuilds: []Rebuild{
			{Product: "kubuntu-desktop-amd64", ID: "33", BuildID: "20240424", Status: "requested"},
		}}},
		Builds: []Build{
			{Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: "20240423", ID: "9", State: StateSuperseded},
			{Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: "20240424", ID: "10", State: StateTesting},
		},
	}
	in := *cleanInput()
	change(&facts, &in)
	in.Sources = append(in.Sources, tracker("observer", facts))
	return in
}

// A request for one build counts until there is a newer one.
func TestRequestForABuild(t *testing.T) {
	t.Parallel()
	build := func(id, own string, state State) Build {
		return Build{Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: id, ID: own, State: state}
	}
	for _, tt := range []struct {
		name   string
		change func(observer *Facts, in *Input)
		newer  string // for which it does not count; empty where it does
	}{
		{"for the newest", func(*Facts, *Input) {}, ""},
		{"for no build at all", func(f *Facts, _ *Input) {
			f.Series[0].Rebuilds[0].BuildID, f.Builds = "", append(f.Builds, build("20240425", "11", StateTesting))
		}, ""},
		{"for the one before", func(f *Facts, _ *Input) { f.Series[0].Rebuilds[0].BuildID = "20240423" }, "20240424"},
		{"for one that is not known any more", func(f *Facts, _ *Input) { f.Series[0].Rebuilds[0].BuildID = "20240401" }, "20240424"},
		{"for one that is not known yet", func(f *Facts, _ *Input) { f.Series[0].Rebuilds[0].BuildID = "20240425" }, ""},
		{"the newer one was taken away", func(f *Facts, _ *Input) { f.Builds = append(f.Builds, build("20240425", "11", StateRemoved)) }, ""},
		{"two newer ones", func(f *Facts, _ *Input) {
			f.Builds = append(f.Builds, build("20240424.10", "12", StateTesting), build("20240424.9", "11", StateSuperseded))
		}, "20240424.10"},
		{"ids rise, build ids fall", func(f *Facts, _ *Input) { f.Builds = append(f.Builds, build("20240422", "11", StateTesting)) }, "20240422"},
		{"of another product", func(f *Facts, _ *Input) {
			b := build("20240425", "11", StateTesting)
			b.Product = "ubuntu-desktop-amd64"
			f.Builds = append(f.Builds, b)
		}, ""},
		{"of another series", func(f *Facts, _ *Input) {
			b := build("20240425", "11", StateTesting)
			b.Series = "jammy"
			f.Builds = append(f.Builds, b)
		}, ""},
		{"a newer id of the same bytes", func(f *Facts, in *Input) {
			f.Builds[0].State, f.Builds[0].SHA256 = StateTesting, full(in).Images[0].Files[0].SHA256
			f.Series[0].Rebuilds[0].BuildID, f.Builds = "20240423", f.Builds[:1]
		}, ""},
		{"a newer id of the same bytes, and a newer build", func(f *Facts, in *Input) {
			f.Builds[0].State, f.Builds[0].SHA256 = StateTesting, full(in).Images[0].Files[0].SHA256
			f.Series[0].Rebuilds[0].BuildID, f.Builds = "20240423", f.Builds[:1]
			full(in).Images = append(full(in).Images, daily("kubuntu", "noble", "daily-live", "desktop", "amd64", "20240425"))
		}, "20240425"},
		{"newer at another source", func(_ *Facts, in *Input) {
			in.Sources[0].Facts.Builds = append(in.Sources[0].Facts.Builds, build("20240425", "3", ""))
		}, "20240425"},
		{"newer in a tree", func(_ *Facts, in *Input) {
			full(in).Images = append(full(in).Images, daily("kubuntu", "noble", "daily-live", "desktop", "amd64", "20240425"))
		}, "20240425"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := Join(requestInput(tt.change))
			r := findRow(t, p, "noble/final/kubuntu-desktop-amd64")
			if got := r.Rebuild != nil; got != (tt.newer == "") {
				t.Errorf("shown as asked for: %t", got)
			}
			var told []string
			for _, f := range p.Findings {
				if f.Rule == "rebuild-outdated" {
					told = append(told, f.Text)
				}
			}
			want := ""
			if tt.newer != "" {
				asked := p.Sources[len(p.Sources)-1].Facts.Series[0].Rebuilds[0].BuildID
				want = fmt.Sprintf("A request on observer is to build %s of Kubuntu Desktop amd64 again, and %s is there since. It does not count.", asked, tt.newer)
			}
			if diff := gocmp.Diff(want, strings.Join(told, "\n")); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// Nothing is built for a request for an older build, unless it is chosen for another reason;
// then the request is left as it is.
func TestRespinLeavesOutdatedRequests(t *testing.T) {
	t.Parallel()
	f := respinFacts()
	f.Series[0].Rebuilds = []Rebuild{
		{Product: "kubuntu-amd64", ID: "1", BuildID: "20240419", Status: "requested"},
		{Product: "server-arm64", ID: "2", BuildID: "20240420", Status: "requested"},
	}
	for _, product := range []string{"kubuntu-amd64", "server-arm64"} {
		for i, id := range []string{"20240419", "20240420"} {
			f.Builds = append(f.Builds, Build{Series: "noble", Product: product, BuildID: id, ID: itoa(i + 1)})
		}
	}
	in := input(tracker("iso", f))
	in.Rules = respinRules()
	p := Join(in)
	set, err := in.Rules.RespinSet(p, p.Lines[0], RespinOptions{Requested: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff("ubuntu-server/live daily-live cron.daily-live noble live=true arm64 for iso:2\n", groupsText(set)); diff != "" {
		t.Errorf("requested (-want +got):\n%s", diff)
	}
	if left := leftText(set.Left); !strings.Contains(left, "kubuntu-amd64: the request is for build 20240419, and 20240420 is there since\n") {
		t.Errorf("left out: %s", left)
	}
	if set, err = in.Rules.RespinSet(p, p.Lines[0], RespinOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, g := range set.Groups {
		for _, q := range append(g.Requests, g.Begun...) {
			if q.ID == "1" {
				t.Errorf("%s fulfils the outdated request", g.Project)
			}
		}
	}
	if text := groupsText(set); !strings.Contains(text, "kubuntu/ daily-live cron.daily-live noble live=true amd64\n") {
		t.Errorf("not built at all:\n%s", text)
	}
}
