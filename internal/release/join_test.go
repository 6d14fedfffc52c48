package release

import (
	"crypto/sha256"
	"fmt"
	"math/rand"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2024, 4, 24, 12, 0, 0, 0, time.UTC)

// sampleRules are a few rows of every table.
func sampleRules() Rules {
	return Rules{
		Series: []SeriesRule{
			{Name: "focal", Version: "20.04", PointVersion: "20.04.6"},
			{Name: "jammy", Version: "22.04", DisplayName: "Jammy Jellyfish"},
			{Name: "noble", Version: "24.04", DisplayName: "Noble Numbat", CoreSeries: "24"},
		},
		Products: []ProductRule{
			{Title: "Kubuntu Desktop amd64", Project: "kubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64"},
			{Title: "Ubuntu Desktop amd64", Project: "ubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64"},
			{Title: "Ubuntu Server amd64", Project: "ubuntu-server", ImageType: "daily", PublishType: "server", Arch: "amd64"},
			{Title: "Ubuntu Server amd64", Project: "ubuntu-server", ImageType: "daily-preinstalled", PublishType: "preinstalled-server", Arch: "amd64"},
			{Title: "Ubuntu Server Subiquity amd64", Project: "ubuntu-server", Subproject: "live", ImageType: "daily-live", PublishType: "live-server", Arch: "amd64"},
			{Title: "Ubuntu Core amd64 stable", Project: "ubuntu-core", ImageType: "stable", PublishType: "live-core", Arch: "amd64"},
			{Title: "Xubuntu Desktop amd64", Project: "xubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64", Family: "Xubuntu"},
		},
		Milestones: []MilestoneRule{
			{Match: []string{"daily"}, Kind: KindDaily},
			{Match: []string{"alpha-*"}, Order: 1},
			{Match: []string{"beta"}, Order: 2},
			{Match: []string{"final"}, Order: 3, Version: "{version}", Status: "release"},
			{Match: []string{"??.??.?"}, Order: 4, Version: "{slug}", Status: "release"},
		},
		Publish: []PublishRule{
			{Project: []string{"ubuntu", "ubuntu-server"}, Arch: []string{"amd64"}, PublishType: []string{"desktop", "live-server"}, Official: OfficialYes, Under: "ubuntu"},
			{Project: []string{"ubuntu-core"}, Official: OfficialNo},
			{Project: []string{"ubuntu-server"}, Official: OfficialNamed, Under: "ubuntu"},
			{Official: OfficialNamed},
		},
		Arches:        []ArchesRule{{Arches: []string{"amd64"}}},
		SizeLimits:    []SizeLimit{{Project: []string{"kubuntu"}, Bytes: 1000}, {Bytes: 5000}},
		Architectures: []Architecture{{Name: "amd64"}, {Name: "arm64"}},
		PublishTypes:  []PublishType{{Name: "desktop", ImageType: "daily-live"}, {Name: "live-server", ImageType: "daily-live"}, {Name: "live-core", ImageType: "daily-live"}},
		Projects:      []Project{{Name: "ubuntu-server", Prefix: "ubuntu"}, {Name: "kubuntu", Family: "Kubuntu"}},
		Extensions:    []Extension{{Name: "iso", Main: true}},
		Netboot: []NetbootRule{
			{Title: []string{"Netboot *"}, Family: []string{"Netboot"}},
			{Series: []string{"focal"}, Arches: []string{"amd64"}, Address: "https://archive.example/{series}/{arch}", Kernel: "linux", Initrd: "initrd.gz", Note: "for {version}"},
		},
		Contacts: Contacts{Teams: []string{"~*-team"}, People: []string{"jane"}},
		Precedence: Precedence{
			Intent: []string{KindPlan}, Contact: []string{KindPlan}, Build: []string{KindPlan}, Date: []string{KindPlan},
		},
	}
}

func tracker(name string, f Facts) SourceFacts {
	f.Source = name
	return SourceFacts{
		State: SourceState{Name: name, Kind: "qatracker", Site: "https://" + name + ".example", Attempt: noon, Success: noon},
		Facts: &f,
	}
}

func tree(name, role string, f Facts) SourceFacts {
	f.Source = name
	return SourceFacts{
		State: SourceState{Name: name, Kind: "tree", Role: role, Site: "https://" + name + ".example", Attempt: noon, Success: noon},
		Facts: &f,
	}
}

func input(sources ...SourceFacts) Input {
	return Input{Rules: sampleRules(), Sources: sources, AsOf: noon.Add(30 * time.Minute), Stale: 6 * time.Hour}
}

func products(titles ...string) []Product {
	var list []Product
	for i, title := range titles {
		list = append(list, Product{Slug: Slug(title), Title: title, Family: strings.Fields(title)[0], ID: itoa(100 + i), Type: "iso"})
	}
	return list
}

// daily is an image in a dated directory of the full tree.
func daily(project, series, imageType, publishType, arch, id string) Image {
	name := series + "-" + publishType + "-" + arch
	size := int64(900)
	return Image{
		Series: series, Project: project, Dir: project + "/" + series + "/" + imageType + "/" + id, Name: name,
		Kind: ImageDaily, ImageType: imageType, PublishType: publishType, Arch: arch, BuildID: id, Current: true,
		Files: []File{{Name: name + ".iso", Type: "iso", Main: true, Size: &size, Exact: true, SHA256: sum(project, name, id)}},
	}
}

// sum makes up a checksum.
func sum(words ...string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(words, "\x00"))))
}

func released(project, series, dir, name, publishType, arch, id string) Image {
	return Image{
		Series: series, Project: project, Dir: dir, Name: name, Kind: ImageRelease,
		PublishType: publishType, Arch: arch, Version: "24.04", BuildID: id,
		Files: []File{{Name: name + ".iso", Type: "iso", Main: true, SHA256: sum(project, name, id)}},
	}
}

func sampleTracker() Facts {
	return Facts{
		Products: append(products("Kubuntu Desktop amd64", "Ubuntu Desktop amd64", "Ubuntu Server amd64",
			"Ubuntu Server Subiquity amd64", "Netboot amd64", "Xubuntu Desktop amd64"), Product{
			Slug: "upgrade-ubuntu", Title: "Upgrade Ubuntu", Family: "Upgrade", Type: "package", ID: "900",
		}),
		Series: []Series{{
			Slug: "noble", Title: "Noble", ID: "7", Status: SeriesActive,
			Manifest: []Intent{
				{Product: "kubuntu-desktop-amd64", Contact: "~kubuntu-team"},
				{Product: "ubuntu-desktop-amd64", Contact: "jane"},
				{Product: "ubuntu-server-amd64", Disabled: true},
				{Product: "ubuntu-server-subiquity-amd64", Contact: ""},
				{Product: "netboot-amd64", Contact: "~netboot-team"},
			},
			Rebuilds: []Rebuild{
				{Product: "kubuntu-desktop-amd64", ID: "9", Status: "requested"},
				{Product: "kubuntu-desktop-amd64", ID: "10", Status: "queued"},
				{Product: "kubuntu-desktop-amd64", ID: "11", Status: "published"},
			},
		}},
		Milestones: []Milestone{
			{Series: "noble", Slug: "daily", Title: "Noble Daily", ID: "40", Kind: KindDaily, Status: MilestoneTesting, Entries: []Entry{
				{Product: "kubuntu-desktop-amd64", BuildID: "20240424.10", State: StateTesting},
			}},
			{Series: "noble", Slug: "beta", Title: "Noble Beta", ID: "42", Kind: KindRelease, Status: MilestoneReleased, Entries: []Entry{
				{Product: "kubuntu-desktop-amd64", BuildID: "20240410", State: StateReady},
				{Product: "xubuntu-desktop-amd64", BuildID: "20240410", State: StateReady},
			}},
			{Series: "noble", Slug: "final", Title: "Noble Final", ID: "41", Kind: KindRelease, Status: MilestoneTesting, Entries: []Entry{
				{Product: "kubuntu-desktop-amd64", BuildID: "20240424.9", State: StateSuperseded},
				{Product: "kubuntu-desktop-amd64", BuildID: "20240424.10", State: StateReady, Note: "good"},
				{Product: "ubuntu-server-amd64", BuildID: "20240424", State: StateTesting},
				{Product: "netboot-amd64", BuildID: "20101020ubuntu229", State: StateTesting},
			}},
		},
		Builds: []Build{
			{Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: "20240424.10", ID: "777", Tests: &Tests{Passed: 3}},
		},
	}
}

func sampleFull() Facts {
	kubuntu := daily("kubuntu", "noble", "daily-live", "desktop", "amd64", "20240424.10")
	server := daily("ubuntu-server", "noble", "daily-preinstalled", "preinstalled-server", "amd64", "20240424")
	return Facts{
		Directories: []Directory{
			{Series: "noble", Project: "kubuntu", Path: kubuntu.Dir, Kind: DirectoryDated, BuildID: "20240424.10", Checksums: []string{"SHA256SUMS"}, Signed: true, Aliases: []string{"kubuntu/noble/daily-live/current"}},
			{Series: "noble", Project: "ubuntu-server", Path: server.Dir, Kind: DirectoryDated, BuildID: "20240424", Checksums: []string{"SHA256SUMS"}, Signed: true},
		},
		Images: []Image{kubuntu, server},
		Netboot: []NetbootSet{{
			Series: "noble", Project: "ubuntu-server", Arch: "amd64", Kind: ImageDaily, BuildID: "20240424", Parent: server.Dir,
			Dir: server.Dir + "/netboot/amd64", Kernel: "linux", Initrd: "initrd", ISO: "https://x.example/a.iso", Beside: "a.iso", Current: true,
		}},
	}
}

func sampleInput() Input {
	return input(tracker("iso", sampleTracker()), tree("full", "full", sampleFull()), tree("simple", "simple", Facts{}))
}

// findRow finds a row by "series/slug/product".
func findRow(t *testing.T, p *Picture, name string) *Row {
	t.Helper()
	for _, l := range p.Lines {
		for _, m := range l.Milestones {
			for _, r := range m.Rows() {
				if l.Slug+"/"+m.Slug+"/"+r.Product.Slug == name {
					return r
				}
			}
		}
	}
	t.Fatalf("no row %s in\n%s", name, strings.Join(dump(p), "\n"))
	return nil
}

func findManifest(t *testing.T, p *Picture, name string) *Manifest {
	t.Helper()
	for _, l := range p.Lines {
		for _, m := range l.Milestones {
			if l.Slug+"/"+m.Slug == name {
				return m
			}
		}
	}
	t.Fatalf("no milestone %s in\n%s", name, strings.Join(dump(p), "\n"))
	return nil
}

func TestJoinSample(t *testing.T) {
	t.Parallel()
	p := Join(sampleInput())
	var got []string
	for _, l := range p.Lines {
		for _, m := range l.Milestones {
			got = append(got, fmt.Sprintf("%s/%s %s open=%v %+v", l.Slug, m.Slug, m.Kind, m.Open, m.Totals))
			for _, r := range m.Rows() {
				rebuild := ""
				if r.Rebuild != nil {
					rebuild = r.Rebuild.Status
				}
				got = append(got, strings.TrimSpace(fmt.Sprintf("- %s %s %s %v %s %s", r.Product.Title, r.BuildID, r.State, r.Intended, r.Contact, rebuild)))
			}
		}
	}
	m := findManifest(t, p, "noble/final")
	if m.Totals.Intended != 3 || m.Totals.Built != 1 || m.Totals.Ready != 1 || m.Totals.Missing != 2 || m.Totals.Extra != 1 || m.Totals.Rows != 5 {
		t.Errorf("totals of the final: %+v", m.Totals)
	}
	r := findRow(t, p, "noble/final/kubuntu-desktop-amd64")
	for _, tc := range []struct{ what, got, want string }{
		{"build", r.BuildID, "20240424.10"},
		{"state", string(r.State), "ready"},
		{"contact", r.Contact, "~kubuntu-team"},
		{"team", r.Team, ContactTeam},
		{"note", r.Note, "good"},
		{"note from", r.NoteFrom, "iso"},
		{"rebuild", r.Rebuild.Status, "queued"},
		{"testcases", r.Refs[0].URL, "https://iso.example/qatracker/milestones/41/builds/777/testcases"},
		{"daily", r.Daily.Dir, "kubuntu/noble/daily-live/20240424.10"},
		{"directory", r.Location.Dir, "kubuntu/releases/noble/release"},
		{"stem", r.Location.Stem, "kubuntu-24.04-desktop-amd64"},
		{"address", r.Location.URL, "https://full.example/kubuntu/releases/noble/release/"},
		{"tests", itoa(r.Tests.Passed), "3"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s is %q, want %q", tc.what, tc.got, tc.want)
		}
	}
	if t.Failed() {
		t.Log(strings.Join(got, "\n"))
	}
}

func TestJoinEmpty(t *testing.T) {
	t.Parallel()
	for _, in := range []Input{{}, {Sources: []SourceFacts{{}}}, input()} {
		check(t, Join(in))
	}
}

// randomInput is a hostile one: everything collides, nothing refers to what is there.
func randomInput(rng *rand.Rand) Input {
	var in Input
	fill(rng, reflect.ValueOf(&in).Elem(), 0)
	if rng.Intn(2) == 0 {
		in.Rules = sampleRules()
	}
	return in
}

func TestJoinDoesNotDependOnOrder(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(2))
	for i := range 80 {
		in := randomInput(rng)
		if i == 0 {
			in = sampleInput()
		}
		before := deepCopy(reflect.ValueOf(in)).Interface().(Input)
		want := dump(Join(in))
		if diff := cmp.Diff(before, in); diff != "" {
			t.Fatalf("Join changed its input\n%s", diff)
		}
		for k := range in.Sources {
			if in.Sources[k].Facts != nil {
				shuffle(rng, reflect.ValueOf(in.Sources[k].Facts).Elem())
			}
		}
		if diff := cmp.Diff(want, dump(Join(in))); diff != "" {
			t.Fatalf("input %d: the picture depends on the order of records\n%s", i, diff)
		}
	}
}

func TestJoinEmptySourceAddsNothing(t *testing.T) {
	t.Parallel()
	in := sampleInput()
	want := dump(Join(in))
	in.Sources = append(in.Sources, tracker("quiet", Facts{}))
	p := Join(in)
	if len(p.Sources) != 4 {
		t.Errorf("%d sources, want 4", len(p.Sources))
	}
	p.Sources = p.Sources[:3]
	if diff := cmp.Diff(want, dump(p)); diff != "" {
		t.Errorf("(-without +with)\n%s", diff)
	}
}

func TestJoinIsSound(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(3))
	check(t, Join(sampleInput()))
	for range 150 {
		check(t, Join(randomInput(rng)))
	}
}

// check holds a picture to what is promised of every picture.
func check(t *testing.T, p *Picture) {
	t.Helper()
	checkPointers(t, reflect.ValueOf(p), map[uintptr]bool{}, "Picture")
	for _, l := range p.Lines {
		checkLine(t, l)
	}
}

// optional are the pointers that may be nil.
var optional = map[string]bool{
	"Rule": true, "Before": true, "Rebuild": true, "Tests": true, "Daily": true, "Release": true,
	"Location": true, "Tree": true, "Product": true, "Tarball": true, "Size": true, "Held": true,
	"Signature": true, "Excused": true, "Reviews": true,
}

func checkPointers(t *testing.T, v reflect.Value, seen map[uintptr]bool, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			name := path[strings.LastIndexByte(path, '.')+1:]
			if !optional[name] || strings.HasSuffix(path, "Row.Product") || strings.HasSuffix(path, "TreeImage.Tree") {
				t.Errorf("%s is nil", path)
			}
			return
		}
		if seen[v.Pointer()] {
			return
		}
		seen[v.Pointer()] = true
		checkPointers(t, v.Elem(), seen, v.Elem().Type().Name())
	case reflect.Slice:
		for i := range v.Len() {
			checkPointers(t, v.Index(i), seen, path+"[]")
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				checkPointers(t, v.Field(i), seen, v.Type().Name()+"."+v.Type().Field(i).Name)
			}
		}
	}
}

func checkLine(t *testing.T, l *Line) {
	t.Helper()
	dailies := 0
	for _, m := range l.Milestones {
		if m.Kind == KindDaily {
			dailies++
		}
		seen := map[*Row]bool{}
		sum := Totals{Blockers: m.Totals.Blockers, Warnings: m.Totals.Warnings, Notes: m.Totals.Notes}
		for _, g := range m.Groups {
			add(&sum, g.Totals)
			for _, r := range g.Rows {
				if seen[r] {
					t.Errorf("%s/%s: %s stands in two groups", l.Slug, m.Slug, r.Product.Slug)
				}
				seen[r] = true
			}
		}
		if sum != m.Totals {
			t.Errorf("%s/%s: groups make %+v, totals are %+v", l.Slug, m.Slug, sum, m.Totals)
		}
		states := m.Totals.AllReady + m.Totals.Testing + m.Totals.Failed + m.Totals.Disabled + m.Totals.Missing + m.Totals.Other
		if states != m.Totals.Rows || len(seen) != m.Totals.Rows {
			t.Errorf("%s/%s: %d rows, %d by state, total %d", l.Slug, m.Slug, len(seen), states, m.Totals.Rows)
		}
	}
	if dailies > 1 {
		t.Errorf("%s has %d daily milestones", l.Slug, dailies)
	}
}

// add adds what can be added: findings may hang at two groups and count once.
func add(sum *Totals, t Totals) {
	sum.Rows += t.Rows
	sum.Intended += t.Intended
	sum.Built += t.Built
	sum.Ready += t.Ready
	sum.Testing += t.Testing
	sum.Failed += t.Failed
	sum.Disabled += t.Disabled
	sum.Missing += t.Missing
	sum.Other += t.Other
	sum.AllReady += t.AllReady
	sum.Rebuilds += t.Rebuilds
	sum.Extra += t.Extra
}
