package release

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// respinRules are rules in which each special case of the build host is a row.
func respinRules() Rules {
	r := sampleRules()
	product := func(title, project, sub, imageType, publishType, arch string) ProductRule {
		return ProductRule{Title: title, Project: project, Subproject: sub, ImageType: imageType, PublishType: publishType, Arch: arch}
	}
	r.Products = []ProductRule{
		product("Kubuntu amd64", "kubuntu", "", "daily-live", "desktop", "amd64"),
		product("Server amd64", "ubuntu-server", "live", "daily-live", "live-server", "amd64"),
		product("Server arm64", "ubuntu-server", "live", "daily-live", "live-server", "arm64"),
		product("Server Pi", "ubuntu-server", "", "daily-preinstalled", "preinstalled-server", "arm64+raspi"),
		product("Base amd64", "ubuntu-base", "", "daily", "base", "amd64"),
		product("Text amd64", "lubuntu", "", "daily", "alternate", "amd64"),
		product("Minimal amd64", "xubuntu", "", "daily-minimal", "minimal", "amd64"),
		product("Core amd64", "ubuntu-core", "", "stable", "live-core", "amd64"),
		product("Windows amd64", "ubuntu-wsl", "", "wsl", "wsl", "amd64"),
		product("Windows arm64", "ubuntu-wsl", "", "wsl", "wsl", "arm64"),
		product("Typeless amd64", "kubuntu", "", "", "desktop", "amd64"),
		product("Stray amd64", "secret", "", "daily-live", "desktop", "amd64"),
		product("Odd amd64", "odd", "", "daily-odd", "desktop", "amd64"),
	}
	r.Publish = []PublishRule{{
		Project:  []string{"kubuntu", "ubuntu-base", "ubuntu-server", "ubuntu-wsl", "lubuntu", "xubuntu", "odd"},
		Official: OfficialNamed,
	}}
	r.Respin = RespinRules{
		Rules: []RespinRule{
			{Project: []string{"ubuntu-core"}, Cron: "daily-live", Live: true, Command: "core", DailyOnly: true},
			{ImageType: []string{"wsl"}, Series: []string{"noble"}, Arch: []string{"amd64"}, Command: "wsl"},
			{ImageType: []string{"wsl"}, Refuse: "built elsewhere"},
			{Project: []string{"ubuntu-base"}, Cron: "daily-live", Live: true},
			{ImageType: []string{"daily"}},
			{ImageType: []string{"daily-minimal"}, Live: true, Subproject: "minimal"},
			{ImageType: []string{"daily-live", "daily-preinstalled"}, Live: true},
		},
		Hours: []BuildHours{{Product: []string{"server-*"}, Hours: 0.5}, {Product: []string{"kubuntu-*"}, Hours: 2}},
	}
	return r
}

// respinFacts have a final in testing in noble, with everything on it.
func respinFacts() Facts {
	rules := respinRules()
	var titles []string
	for _, p := range rules.Products {
		titles = append(titles, p.Title)
	}
	f := Facts{Products: products(append(titles, "Netboot amd64", "Unruled amd64")...)}
	final := Milestone{Series: "noble", Slug: "final", Title: "Noble Final", ID: "5", Kind: KindRelease, Status: MilestoneTesting}
	s := Series{Slug: "noble", Title: "Noble", Status: SeriesActive}
	for _, p := range f.Products {
		state := StateTesting
		if p.Slug == "server-amd64" {
			state = StateReady
		}
		final.Entries = append(final.Entries, Entry{Product: p.Slug, BuildID: "20240420", State: state})
		if p.Slug != "minimal-amd64" {
			s.Manifest = append(s.Manifest, Intent{Product: p.Slug, Disabled: p.Slug == "text-amd64"})
		}
	}
	s.Rebuilds = []Rebuild{
		{Product: "kubuntu-amd64", ID: "1", Status: "requested"},
		{Product: "server-arm64", ID: "2", Status: "building"},
		{Product: "base-amd64", ID: "3", Status: "canceled"},
		{Product: "server-pi", ID: "4", Status: "requested", Milestone: "beta"},
	}
	f.Series, f.Milestones = []Series{s}, []Milestone{final}
	return f
}

func respinPicture() *Picture {
	in := input(tracker("iso", respinFacts()))
	in.Rules = respinRules()
	return Join(in)
}

// groupsText is one line for each command: what it builds, and for which requests.
func groupsText(set *RespinSet) string {
	var b strings.Builder
	for _, g := range set.Groups {
		fmt.Fprintf(&b, "%s/%s %s cron.%s %s live=%v %s", g.Project, g.Subproject, g.ImageType, g.Cron, g.Dist, g.Live, strings.Join(g.Arches, "+"))
		if g.Command != "" {
			b.WriteString(" by " + g.Command)
		}
		for _, q := range g.Requests {
			b.WriteString(" for " + q.Source + ":" + q.ID)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func leftText(list []RespinLeft) string {
	var b strings.Builder
	for _, l := range list {
		b.WriteString(l.Product.Slug + ": " + l.Why + "\n")
	}
	return b.String()
}

const allGroups = `ubuntu-base/ daily cron.daily-live noble live=true amd64
ubuntu-core/ stable cron.daily-live noble live=true amd64 by core
kubuntu/ daily-live cron.daily-live noble live=true amd64 for iso:1
xubuntu/minimal daily-minimal cron.daily-minimal noble live=true amd64
ubuntu-server/live daily-live cron.daily-live noble live=true amd64+arm64
ubuntu-server/ daily-preinstalled cron.daily-preinstalled noble live=true arm64+raspi for iso:4
lubuntu/ daily cron.daily noble live=false amd64
ubuntu-wsl/ wsl cron.wsl noble live=false amd64 by wsl
`

const netbootLeft = "netboot-amd64: a netboot product is built with its image\n"

func TestRespinSet(t *testing.T) {
	t.Parallel()
	p := respinPicture()
	l := p.Lines[0]
	product := func(slug string) []*ProductLine {
		for _, line := range p.Products {
			if line.Slug == slug {
				return []*ProductLine{line}
			}
		}
		t.Fatalf("no product %s", slug)
		return nil
	}
	for _, tc := range []struct {
		name         string
		options      RespinOptions
		groups, left string
		saved        BuildCost
	}{
		{"everything", RespinOptions{}, allGroups, netbootLeft, BuildCost{}},
		{
			"meant to be released",
			RespinOptions{Release: true},
			linesWithout(allGroups, "xubuntu/", "lubuntu/"),
			"minimal-amd64: not meant to be released\n" + netbootLeft + "text-amd64: not meant to be released\n",
			BuildCost{Images: 2, Unknown: 2},
		},
		{
			"not ready, on the milestone",
			RespinOptions{NotReady: true, Milestone: l.Milestones[1]},
			strings.NewReplacer("amd64+arm64", "arm64", " for iso:4", "").Replace(allGroups),
			netbootLeft + "server-amd64: build 20240420 is ready on Noble Final\n",
			BuildCost{Images: 1, Hours: 0.5},
		},
		{
			"requested and chosen",
			RespinOptions{Requested: true, Products: append(product("kubuntu-amd64"), product("base-amd64")...)},
			"kubuntu/ daily-live cron.daily-live noble live=true amd64 for iso:1\n",
			"base-amd64: nobody asked for it\n",
			BuildCost{Images: 1, Unknown: 1},
		},
		{
			"requested and begun",
			RespinOptions{Requested: true, Products: product("server-arm64")},
			"", "server-arm64: the request is building already\n",
			BuildCost{Images: 1, Hours: 0.5},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			set, err := respinRules().RespinSet(p, l, tc.options)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.groups, groupsText(set)); diff != "" {
				t.Errorf("groups (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tc.left, leftText(set.Left)); diff != "" {
				t.Errorf("left out (-want +got)\n%s", diff)
			}
			if set.Saved != tc.saved {
				t.Errorf("saved %+v, want %+v", set.Saved, tc.saved)
			}
		})
	}
}

// What somebody asks for is built though it stands on no open milestone and nobody means
// to release it; it is not lost in silence either where somebody is at work on it.
func TestRespinSetTakesWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	f := respinFacts()
	entries, intents := f.Milestones[0].Entries, f.Series[0].Manifest
	f.Milestones[0].Entries = slices.DeleteFunc(entries, func(e Entry) bool { return e.Product != "base-amd64" })
	f.Series[0].Manifest = slices.DeleteFunc(intents, func(i Intent) bool { return i.Product != "base-amd64" })
	p := Join(Input{Rules: respinRules(), Sources: []SourceFacts{tracker("iso", f)}})
	l := p.Lines[0]
	final := l.Milestones[len(l.Milestones)-1]
	const kubuntu = "kubuntu/ daily-live cron.daily-live noble live=true amd64 for iso:1\n"
	const pi = "ubuntu-server/ daily-preinstalled cron.daily-preinstalled noble live=true arm64+raspi for iso:4\n"
	const base = "ubuntu-base/ daily cron.daily-live noble live=true amd64\n"
	for _, tc := range []struct {
		name         string
		options      RespinOptions
		beta         bool // the request of the Pi is for the final
		groups, left string
	}{
		{"everything", RespinOptions{}, false, base + kubuntu + pi, "server-arm64: the request is building already\n"},
		{"requested", RespinOptions{Requested: true}, false, kubuntu + pi, "base-amd64: nobody asked for it\nserver-arm64: the request is building already\n"},
		{"meant", RespinOptions{Release: true}, false, base, "kubuntu-amd64: not meant to be released\nserver-arm64: not meant to be released\nserver-pi: not meant to be released\n"},
		{"of a milestone", RespinOptions{Milestone: final}, false, base, ""},
		{"of a milestone that is named", RespinOptions{Milestone: final}, true, base + pi, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			request := &p.Sources[0].Facts.Series[0].Rebuilds[3]
			if request.Milestone = "beta"; tc.beta {
				request.Milestone = "final"
			}
			set, err := respinRules().RespinSet(p, l, tc.options)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.groups, groupsText(set)); diff != "" {
				t.Errorf("groups (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tc.left, leftText(set.Left)); diff != "" {
				t.Errorf("left out (-want +got)\n%s", diff)
			}
		})
	}
}

// Somebody at work on a request is told of where the same is built all the same.
func TestRespinSetKnowsWhatWasBegun(t *testing.T) {
	t.Parallel()
	p := respinPicture()
	set, err := respinRules().RespinSet(p, p.Lines[0], RespinOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range set.Groups {
		now, _ := g.Now(func(RespinRequest) string { return "" }, false)
		for i, q := range g.Begun {
			if now.Begun[i].ID != q.ID {
				t.Errorf("now begun %+v", now.Begun[i])
			}
			got = append(got, q.Product.Slug+": "+q.Became(q.Status))
		}
	}
	if diff := cmp.Diff([]string{"server-arm64: request 2 on iso is building"}, got); diff != "" {
		t.Errorf("begun (-want +got)\n%s", diff)
	}
}

// linesWithout drops the lines that begin with one of the texts.
func linesWithout(text string, begins ...string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !slices.ContainsFunc(begins, func(s string) bool { return strings.HasPrefix(line, s) }) {
			b.WriteString(line)
		}
	}
	return b.String()
}

func TestRespinSetNamesTheMissingRule(t *testing.T) {
	t.Parallel()
	p := respinPicture()
	set, err := respinRules().RespinSet(p, p.Lines[0], RespinOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := `odd-amd64: no [[respin.rule]] matches series "noble", project "odd", image type "daily-odd", architecture "amd64"
stray-amd64: no release path: no [[publish]] rule matches series "noble", milestone "final", project "secret", publish type "desktop", architecture "amd64"
typeless-amd64: no daily path: the [[product]] rule of "Typeless amd64" names no image_type
unruled-amd64: no daily path: no [[product]] rule has the title "Unruled amd64"
windows-arm64: built elsewhere
`
	if diff := cmp.Diff(want, leftText(set.Refused)); diff != "" {
		t.Errorf("refused (-want +got)\n%s", diff)
	}
	if want := (BuildCost{Images: 9, Hours: 3.5, Unknown: 5}); set.Build != want {
		t.Errorf("cost %+v, want %+v", set.Build, want)
	}
}

func TestRespinSetCallsCoreByItsSeries(t *testing.T) {
	t.Parallel()
	f := respinFacts()
	f.Series[0].Slug, f.Milestones[0].Series = "24", "24"
	in := input(tracker("iso", f))
	in.Rules = respinRules()
	in.Rules.Publish = nil // as its images have no place but that of dailies
	p := Join(in)
	set, err := in.Rules.RespinSet(p, p.Lines[0], RespinOptions{})
	if err != nil || len(set.Groups) == 0 || set.Groups[0].Dist != "noble" {
		t.Errorf("%v, groups %s, want noble", err, groupsText(set))
	}
}

func TestRespinSetWithoutAnswer(t *testing.T) {
	t.Parallel()
	f := respinFacts()
	f.Series[0].Manifest = nil
	p := Join(input(tracker("iso", f)))
	_, err := respinRules().RespinSet(p, p.Lines[0], RespinOptions{Release: true})
	const want = "nothing says what is meant to be released in noble: it has no series manifest; leave out --release"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// What was asked for when the facts were polled may be taken when a command's turn comes.
func TestRespinGroupNow(t *testing.T) {
	t.Parallel()
	f := respinFacts()
	f.Series[0].Rebuilds = []Rebuild{
		{Product: "server-amd64", ID: "1", Status: "requested"},
		{Product: "server-arm64", ID: "2", Status: "requested"},
		{Product: "server-arm64", ID: "3", Status: "requested"},
	}
	in := input(tracker("iso", f))
	in.Rules = respinRules()
	p := Join(in)
	for _, tc := range []struct {
		name      string
		now       map[string]string // by id; what is not there is not open
		requested bool
		want      string // group, left, images
	}{
		{"as before", map[string]string{"1": "requested", "2": "requested", "3": "requested"}, true, "amd64+arm64 for iso:1 for iso:2 for iso:3; ; 2"},
		{"one of two", map[string]string{"1": "requested", "2": "building", "3": "requested"}, true, "amd64+arm64 for iso:1 for iso:3; ; 2"},
		{"all of a product", map[string]string{"1": "requested", "2": "building"}, true, "amd64 for iso:1; server-arm64: request 2 on iso is building; request 3 on iso is no longer open; 1"},
		{"all", nil, true, "; server-amd64: request 1 on iso is no longer open server-arm64: request 2 on iso is no longer open; request 3 on iso is no longer open; 0"},
		{"not only requested", map[string]string{"2": "requested"}, false, "amd64+arm64 for iso:2; ; 2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			set, err := in.Rules.RespinSet(p, p.Lines[0], RespinOptions{Requested: true})
			if err != nil || len(set.Groups) != 1 {
				t.Fatal(err, groupsText(set))
			}
			before := groupsText(set)
			g, left := set.Groups[0].Now(func(q RespinRequest) string { return tc.now[q.ID] }, tc.requested)
			got := strings.Join(g.Arches, "+")
			for _, q := range g.Requests {
				got += " for " + q.Source + ":" + q.ID
			}
			got += "; " + strings.ReplaceAll(strings.TrimSpace(leftText(left)), "\n", " ") + "; " + itoa(g.Cost.Images)
			if got != tc.want || len(g.Products) != g.Cost.Images {
				t.Errorf("%s\nwant %s", got, tc.want)
			}
			if after := groupsText(set); after != before {
				t.Errorf("the command itself changed: %s", after)
			}
		})
	}
}
