package release

import (
	"strings"
	"testing"
)

func TestLocate(t *testing.T) {
	t.Parallel()
	server := Identity{Project: "ubuntu-server", ImageType: "daily-live", PublishType: "live-server", Arch: "arm64"}
	kubuntu := Identity{Project: "kubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64"}
	for _, tc := range []struct {
		name              string
		rule              PublishRule
		id                Identity
		milestone         string
		role, dir, stem   string
		series, wantError string
	}{
		{"yes", PublishRule{Official: OfficialYes, Under: "ubuntu"}, server, "24.04.3", "simple", "noble", "ubuntu-24.04.3-live-server-arm64", "", ""},
		{"yes, beta", PublishRule{Official: OfficialYes, Under: "ubuntu"}, server, "beta-2", "simple", "noble", "ubuntu-24.04-beta2-live-server-arm64", "", ""},
		{"pool only", PublishRule{Official: OfficialPoolOnly}, kubuntu, "final", "simple", ".pool", "kubuntu-24.04-desktop-amd64", "", ""},
		{"named final", PublishRule{Official: OfficialNamed}, kubuntu, "final", "full", "kubuntu/releases/noble/release", "kubuntu-24.04-desktop-amd64", "", ""},
		{"named point release", PublishRule{Official: OfficialNamed, Under: "ubuntu"}, server, "24.04.3", "full", "ubuntu/releases/noble/release", "ubuntu-24.04.3-live-server-arm64", "", ""},
		{"named beta", PublishRule{Official: OfficialNamed}, kubuntu, "beta", "full", "kubuntu/releases/noble/beta", "kubuntu-24.04-beta-desktop-amd64", "", ""},
		{"named snapshot", PublishRule{Official: OfficialNamed, Status: "release/{slug}"}, kubuntu, "snapshot-2", "full", "kubuntu/releases/noble/release/snapshot-2", "kubuntu-24.04-snapshot2-desktop-amd64", "", ""},
		{"no", PublishRule{Official: OfficialNo}, kubuntu, "alpha-2", "full", "kubuntu/releases/noble/alpha-2", "noble-desktop-amd64", "", ""},
		{"inteliot", PublishRule{Official: OfficialInteliot, Under: "ubuntu"}, server, "24.04.3", "full", "ubuntu/releases/noble/release/inteliot", "ubuntu-24.04-live-server-arm64", "", ""},
		{"own directory and prefix", PublishRule{Official: OfficialNamed, Directory: "/x/{project}/{series}/{version}/{status}/{slug}/", Prefix: "p-{version}"}, kubuntu, "beta", "full", "x/kubuntu/noble/24.04/beta/beta", "p-24.04-desktop-amd64", "", ""},
		{"series unknown", PublishRule{Official: OfficialNamed}, kubuntu, "final", "", "", "", "zesty", "the version of series \"zesty\" is not known"},
		{"series unknown, no version wanted", PublishRule{Official: OfficialNo}, kubuntu, "final", "full", "kubuntu/releases/zesty/release", "zesty-desktop-amd64", "zesty", ""},
		{"no rule", PublishRule{Project: []string{"x"}}, kubuntu, "final", "", "", "", "", "no [[publish]] rule matches"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := sampleRules()
			r.Publish = []PublishRule{tc.rule}
			series := tc.series
			if series == "" {
				series = "noble"
			}
			got, err := r.Locate(tc.id, series, tc.milestone)
			if tc.wantError != "" {
				if err == nil || !strings.Contains(err.Error(), tc.wantError) {
					t.Fatalf("error %v, want %q", err, tc.wantError)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Role != tc.role || got.Dir != tc.dir || got.Stem != tc.stem {
				t.Errorf("got %s %s %s\nwant %s %s %s", got.Role, got.Dir, got.Stem, tc.role, tc.dir, tc.stem)
			}
		})
	}
}

func TestPublishRuleOrder(t *testing.T) {
	t.Parallel()
	r := sampleRules()
	for _, tc := range []struct {
		id   Identity
		want Official
	}{
		{Identity{Project: "ubuntu", PublishType: "desktop", Arch: "amd64"}, OfficialYes},
		{Identity{Project: "ubuntu", PublishType: "desktop", Arch: "arm64"}, OfficialNamed},
		{Identity{Project: "ubuntu-core", PublishType: "live-core", Arch: "amd64"}, OfficialNo},
		{Identity{Project: "kubuntu", PublishType: "desktop", Arch: "amd64"}, OfficialNamed},
	} {
		if l, err := r.Locate(tc.id, "noble", "final"); err != nil || l.Official != tc.want {
			t.Errorf("%v: %v, %v, want %s", tc.id, l, err, tc.want)
		}
	}
}

func TestMilestoneNames(t *testing.T) {
	t.Parallel()
	r := Rules{
		Series:     []SeriesRule{{Name: "noble", Version: "24.04"}},
		Milestones: []MilestoneRule{{Match: []string{"rc"}, Version: "{version}", Status: "rc-{slug}"}},
	}
	for _, tc := range []struct{ series, slug, version, status string }{
		{"noble", "final", "24.04", "release"},
		{"noble", "24.04", "24.04", "release"},
		{"noble", "24.04.3", "24.04.3", "release"},
		{"noble", "24.04.5.1", "24.04.5.1", "release"},
		{"noble", "24.040", "24.04", "24.040"},
		{"noble", "beta", "24.04", "beta"},
		{"noble", "snapshot-3", "24.04", "snapshot-3"},
		{"noble", "rc", "24.04", "rc-rc"},
		{"zesty", "beta", "", "beta"},
	} {
		version, status := r.MilestoneNames(tc.series, tc.slug)
		if version != tc.version || status != tc.status {
			t.Errorf("%s %s: %q %q, want %q %q", tc.series, tc.slug, version, status, tc.version, tc.status)
		}
	}
}

func TestSpelledOtherwise(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, rule, path, alias, want string }{
		{"of another project", "kubuntu/releases/{series}/beta", "releases/noble/beta", "", "kubuntu/releases/noble/beta"},
		{"as the rule says", "ubuntu/releases/{series}/beta", "ubuntu/releases/noble/beta", "", "ubuntu/releases/noble/beta"},
		{"without the project", "ubuntu/releases/{series}/beta", "releases/noble/beta", "", "releases/noble/beta"},
		{"with the project", "releases/{series}/beta", "ubuntu/releases/noble/beta", "", "ubuntu/releases/noble/beta"},
		{"below release", "ubuntu/releases/{series}/snapshot-2", "ubuntu/releases/noble/release/snapshot-2", "", "ubuntu/releases/noble/release/snapshot-2"},
		{"beside release", "kubuntu/releases/{series}/release/snapshot-2", "kubuntu/releases/noble/snapshot-2", "", "kubuntu/releases/noble/snapshot-2"},
		{"by version", "releases/{series}/release", "releases/24.04/release", "", "releases/24.04/release"},
		{"by alias", "releases/{series}/release", "other/place", "releases/24.04/release", "other/place"},
		{"not there", "kubuntu/releases/{series}/beta", "kubuntu/releases/noble/rc", "", "kubuntu/releases/noble/beta"},
		{"release is not moved", "kubuntu/releases/{series}/release", "kubuntu/releases/noble", "", "kubuntu/releases/noble/release"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			in := cleanInput()
			in.Rules.Publish = []PublishRule{{Official: OfficialNamed, Directory: tc.rule}}
			in.Rules.Projects = []Project{{Name: "kubuntu"}, {Name: "ubuntu", Top: true}}
			d := Directory{Series: "noble", Path: tc.path, Kind: DirectoryRelease}
			if tc.alias != "" {
				d.Aliases = []string{tc.alias}
			}
			full(in).Images, full(in).Directories = nil, []Directory{d}
			l := findRow(t, Join(*in), "noble/final/kubuntu-desktop-amd64").Location
			if l.Dir != tc.want || l.URL != "https://full.example/"+tc.want+"/" || l.Tree != "full" {
				t.Errorf("got %+v, want %s", *l, tc.want)
			}
		})
	}
}

func TestReleasedImage(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	p := Join(*in)
	r := findRow(t, p, "noble/final/kubuntu-desktop-amd64")
	if r.Release == nil || r.Release.Name != "kubuntu-24.04-desktop-amd64" {
		t.Errorf("published image is %v", r.Release)
	}
	if r := findRow(t, p, "noble/final/ubuntu-desktop-amd64"); r.Release != nil || r.Location.Tree != "simple" {
		t.Errorf("published image is %v at %v", r.Release, r.Location)
	}
	for _, r := range findManifest(t, p, "noble/daily").Rows() {
		if r.Location != nil || r.LocationError != "" {
			t.Errorf("a daily has the place %v, %q", r.Location, r.LocationError)
		}
	}
}

// TestMovedImage wants the image of a milestone of the past where it is today.
func TestMovedImage(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	final(in).Status = MilestoneReleased
	image := full(in).Images[3]
	full(in).Images, full(in).Directories = full(in).Images[:3], full(in).Directories[:3]
	image.Dir = "noble"
	in.Sources = append(in.Sources, tree("old", "old", Facts{Images: []Image{image}}))
	r := findRow(t, Join(*in), "noble/final/kubuntu-desktop-amd64")
	if r.Release == nil || r.Location.Tree != "old" || r.Location.URL != "https://old.example/noble/" {
		t.Errorf("published image is %v at %+v", r.Release, r.Location)
	}
}

// TestMovedImageOutOfThePool wants the place where people find the name, not the
// pool in which the file lies.
func TestMovedImageOutOfThePool(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	final(in).Status = MilestoneReleased
	image := full(in).Images[3]
	full(in).Images, full(in).Directories = full(in).Images[:3], full(in).Directories[:3]
	pool, shown := image, image
	pool.Dir, shown.Dir = ".pool", "noble"
	for _, tc := range []struct {
		images []Image
		want   string
	}{{[]Image{pool, shown}, "noble"}, {[]Image{shown, pool}, "noble"}, {[]Image{pool}, ""}} {
		old := Facts{Images: tc.images, Directories: []Directory{{Series: "noble", Project: "kubuntu", Path: ".pool", Kind: DirectoryPool}}}
		in.Sources = append(in.Sources[:2:2], tree("old", "old", old))
		r := findRow(t, Join(*in), "noble/final/kubuntu-desktop-amd64")
		got := ""
		if r.Release != nil {
			got = r.Location.Dir
		}
		if got != tc.want {
			t.Errorf("published in %q, want %q", got, tc.want)
		}
	}
}

// TestReleasedBuild wants the build of a released image told by its bytes.
func TestReleasedBuild(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	full(in).Images[3].BuildID = ""
	if r := findRow(t, Join(*in), "noble/final/kubuntu-desktop-amd64"); r.Release.BuildID != "20240424" {
		t.Errorf("the published build is %q", r.Release.BuildID)
	}
	full(in).Images[3].Files[0].SHA256 = ""
	if r := findRow(t, Join(*in), "noble/final/kubuntu-desktop-amd64"); r.Release.BuildID != "" {
		t.Errorf("the published build is %q", r.Release.BuildID)
	}
}
