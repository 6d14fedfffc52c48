package release

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProductOf(t *testing.T) {
	t.Parallel()
	desktop := Identity{Project: "kubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64"}
	rule := func(title, tracker string, id Identity) ProductRule {
		return ProductRule{Title: title, Tracker: tracker, Project: id.Project, ImageType: id.ImageType, PublishType: id.PublishType, Arch: id.Arch}
	}
	typed := func(imageType string) Identity {
		id := desktop
		id.ImageType = imageType
		return id
	}
	for name, tt := range map[string]struct {
		rules []ProductRule
		id    Identity
		want  string
	}{
		"none":                   {nil, desktop, ""},
		"own":                    {[]ProductRule{rule("other's", "iso", desktop), rule("anybody's", "", desktop), rule("own", "tests", desktop)}, desktop, "own"},
		"anybody's":              {[]ProductRule{rule("other's", "iso", desktop), rule("anybody's", "", desktop)}, desktop, "anybody's"},
		"another's, the first":   {[]ProductRule{rule("first", "iso", desktop), rule("second", "zh", desktop)}, desktop, "first"},
		"another kind of build":  {[]ProductRule{rule("canary", "", typed("daily-canary"))}, desktop, ""},
		"rule without a kind":    {[]ProductRule{rule("any", "", typed(""))}, desktop, "any"},
		"kind that is not known": {[]ProductRule{rule("live", "", desktop)}, typed(""), "live"},
		"another architecture":   {[]ProductRule{rule("arm", "", Identity{Project: "kubuntu", PublishType: "desktop", Arch: "arm64"})}, desktop, ""},
		"nothing is nothing":     {[]ProductRule{rule("", "", Identity{})}, Identity{}, ""},
	} {
		got := ""
		if p := (Rules{Products: tt.rules}).ProductOf("tests", tt.id); p != nil {
			got = p.Title
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	r := Rules{Products: []ProductRule{
		{Title: "A", Project: "p", Arch: "amd64"},
		{Title: "A", Project: "p", Arch: "amd64"},
		{Title: "A", Project: "q", Tracker: "iso"},
		{Title: "B", Project: "b"},
	}}
	for _, tc := range []struct {
		tracker, title string
		want           []Identity
	}{
		{"iso", "A", []Identity{{Project: "p", Arch: "amd64"}, {Project: "q"}}},
		{"other", "A", []Identity{{Project: "p", Arch: "amd64"}}},
		{"iso", "a", nil},
	} {
		if diff := cmp.Diff(tc.want, r.Identities(tc.tracker, tc.title)); diff != "" {
			t.Errorf("%s %s (-want +got)\n%s", tc.tracker, tc.title, diff)
		}
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	r := Rules{Milestones: []MilestoneRule{{Match: []string{"odd"}, Kind: KindDaily}, {Match: []string{"x-daily"}, Kind: KindRelease}, {Match: []string{"plain"}}}}
	for _, tc := range []struct {
		slug, title string
		want        Kind
	}{
		{"daily", "Noble Daily", KindDaily},
		{"daily", "Noble daily", KindDaily},
		{"odd", "Odd", KindDaily},
		{"x-daily", "X Daily", KindRelease},
		{"plain", "Plain", KindRelease},
		{"d", "Daily Noble", KindRelease},
		{"d", "", KindRelease},
	} {
		if got := r.KindOf("noble", tc.slug, tc.title); got != tc.want {
			t.Errorf("%q is %s, want %s", tc.title, got, tc.want)
		}
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	r := sampleRules()
	r.SizeLimits = []SizeLimit{
		{Except: []string{"edubuntu"}, Extension: []string{"img", "*gz"}, Bytes: 1},
		{Project: []string{"kubuntu"}, Series: []string{"noble-"}, Bytes: 2},
		{Project: []string{"kubuntu"}, Bytes: 3},
		{PublishType: []string{"dvd"}, Bytes: 4},
	}
	for _, tc := range []struct {
		project, series, publishType, extension string
		want                                    int64
	}{
		{"kubuntu", "noble", "desktop", "img.gz", 1},
		{"edubuntu", "noble", "desktop", "img.gz", 0},
		{"kubuntu", "noble", "desktop", "img.xz", 2},
		{"kubuntu", "jammy", "desktop", "iso", 3},
		{"x", "jammy", "dvd", "iso", 4},
		{"x", "jammy", "desktop", "iso", 0},
	} {
		if got := r.Limit(tc.project, tc.series, tc.publishType, tc.extension); got != tc.want {
			t.Errorf("%+v: %d", tc, got)
		}
	}
}

func TestDailyArches(t *testing.T) {
	t.Parallel()
	r := sampleRules()
	r.Arches = []ArchesRule{
		{Project: []string{"ubuntu-server-live"}, Arches: []string{"arm64"}},
		{Project: []string{"ubuntu-server"}, ImageType: []string{"daily-pre*"}, Series: []string{"noble-"}, Arches: []string{"riscv64"}},
	}
	for _, tc := range []struct{ project, sub, imageType, series, want string }{
		{"ubuntu-server", "live", "daily-live", "focal", "arm64"},
		{"ubuntu-server", "", "daily-preinstalled", "noble", "riscv64"},
		{"ubuntu-server", "", "daily-preinstalled", "focal", "none"},
	} {
		got, ok := r.DailyArches(tc.project, tc.sub, tc.imageType, tc.series)
		if ok != (tc.want != "none") || ok && strings.Join(got, " ") != tc.want {
			t.Errorf("%+v: %q, %v", tc, got, ok)
		}
	}
}

func TestSeriesByVersion(t *testing.T) {
	t.Parallel()
	r := Rules{Series: []SeriesRule{{Name: "noble", Version: "24.04", PointVersion: "24.04.4", Versions: []string{"24.04.5.1"}}, {Name: "none"}}}
	for version, want := range map[string]string{
		"24.04": "noble", "24.04.4": "noble", "24.04.5.1": "noble", "24.04.9": "noble", "24.040": "", "24.10": "", "": "",
	} {
		if got, ok := r.SeriesByVersion(version); got != want || ok != (want != "") {
			t.Errorf("%q is of %q, %v", version, got, ok)
		}
	}
}

func TestIsNetboot(t *testing.T) {
	t.Parallel()
	r := sampleRules()
	for _, tc := range []struct {
		title, family string
		want          bool
	}{
		{"Netboot amd64", "", true}, {"x", "Netboot", true}, {"Ubuntu Netboot", "", false}, {"", "", false},
	} {
		if got := r.IsNetboot(tc.title, tc.family); got != tc.want {
			t.Errorf("%q %q: %v", tc.title, tc.family, got)
		}
	}
}

func TestTeam(t *testing.T) {
	t.Parallel()
	c := Contacts{Teams: []string{"~*-Team", "list@example.org"}, People: []string{"jane"}}
	for contact, want := range map[string]string{
		"~a-team": "team", "~A-TEAM": "team", "List@example.org": "team", "Jane": "person", "bob": "", "": "",
	} {
		if got := c.Team(contact); got != want {
			t.Errorf("%q is %q, want %q", contact, got, want)
		}
	}
	if got := (Contacts{}).Team("anyone"); got != "" {
		t.Errorf("without lists anyone is %q", got)
	}
}

func TestDescriptions(t *testing.T) {
	t.Parallel()
	r := sampleRules()
	for what, found := range map[string][2]bool{
		"architecture": {placeOf(r.Architecture("arm64")) == 1, placeOf(r.Architecture("x")) == -1},
		"publish type": {placeOf(r.PublishType("live-server")) == 1, placeOf(r.PublishType("x")) == -1},
		"project":      {placeOf(r.Project("kubuntu")) == 1, placeOf(r.Project("x")) == -1},
		"extension":    {placeOf(r.Extension("iso")) == 0, placeOf(r.Extension("x")) == -1},
		"series":       {placeOf(r.SeriesRule("noble")) == 2, placeOf(r.SeriesRule("x")) == -1},
		"milestone":    {placeOf(r.MilestoneRule("noble", "beta")) == 2, placeOf(r.MilestoneRule("noble", "x")) == -1},
	} {
		if !found[0] || !found[1] {
			t.Errorf("%s: known is found %v, unknown is not %v", what, found[0], found[1])
		}
	}
}

func placeOf[T any](_ T, place int) int { return place }
