package hostscript

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

var noon = time.Date(2026, 1, 30, 12, 0, 0, 0, time.UTC)

// product is one that stands ready on Resolute Snapshot 3, with its daily.
type product struct{ title, project, imageType, publishType, arch, end string }

var sample = []product{
	{"Kubuntu Desktop amd64", "kubuntu", "daily-live", "desktop", "amd64", "iso"},
	{"Ubuntu Base amd64", "ubuntu-base", "daily", "base", "amd64", "tar.gz"},
	{"Ubuntu Base arm64", "ubuntu-base", "daily", "base", "arm64", "tar.gz"},
	{"Ubuntu Server Subiquity amd64", "ubuntu-server", "daily-live", "live-server", "amd64", "iso"},
}

// name is the file of a product's daily.
func (p product) name(series string) string {
	return series + "-" + p.publishType + "-" + p.arch + "." + p.end
}

func (p product) dir(series string) string {
	return p.project + "/" + series + "/" + p.imageType + "/20260129"
}

func (p product) content() []byte {
	return []byte("the daily of " + p.title + "\n")
}

// script is that of the sample, with the built-in rules; change changes the facts.
func script(t *testing.T, options release.PublishOptions, change func(*release.Facts)) string {
	t.Helper()
	return scriptWith(t, options, change, false)
}

// scriptWith is the same where ours says whose the pages of the full tree are.
func scriptWith(t *testing.T, options release.PublishOptions, change func(*release.Facts), ours bool) string {
	t.Helper()
	return scriptOf(t, "resolute/snapshot-3", options, change, ours)
}

// scriptOf is the same of another milestone.
func scriptOf(t *testing.T, milestone string, options release.PublishOptions, change func(*release.Facts), ours bool) string {
	t.Helper()
	c, err := config.Default()
	if err != nil {
		t.Fatal(err)
	}
	// As for final releases, the server goes to the simple tree.
	c.Rules.Publish = append([]release.PublishRule{{Project: []string{"ubuntu-server"}, Official: release.OfficialYes, Under: "ubuntu"}}, c.Rules.Publish...)
	iso, full := facts(milestone)
	change(iso)
	state := func(name, kind, role string) release.SourceState {
		return release.SourceState{Name: name, Kind: kind, Role: role, Attempt: noon, Success: noon}
	}
	p := release.Join(release.Input{Rules: c.Rules, AsOf: noon, Sources: []release.SourceFacts{
		{State: state("iso", "qatracker", ""), Facts: iso}, {State: state("full", "tree", "full"), Facts: full},
	}})
	m, err := release.FindMilestone(p, milestone)
	if err != nil {
		t.Fatal(err)
	}
	set, err := release.MakePublishSet(p, c.Rules, m, options)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := c.Commands.PublishCommands(set)
	if err != nil {
		t.Fatal(err)
	}
	text, err := Publish(set, lines, p.AsOf, ours)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func facts(milestone string) (iso, full *release.Facts) {
	name, slug, _ := strings.Cut(milestone, "/")
	iso, full = &release.Facts{Source: "iso"}, &release.Facts{Source: "full"}
	series := release.Series{Slug: name, Title: "Resolute", Status: release.SeriesActive}
	m := release.Milestone{Series: name, Slug: slug, Title: "Resolute Snapshot 3", Kind: release.KindRelease, Status: release.MilestoneTesting}
	for _, p := range sample {
		slug := release.Slug(p.title)
		size := int64(len(p.content()))
		iso.Products = append(iso.Products, release.Product{Slug: slug, Title: p.title, Family: "F", Type: "iso", Identities: []release.Identity{
			{Project: p.project, ImageType: p.imageType, PublishType: p.publishType, Arch: p.arch},
		}})
		series.Manifest = append(series.Manifest, release.Intent{Product: slug, Contact: "~a-team"})
		m.Entries = append(m.Entries, release.Entry{Product: slug, BuildID: "20260129", State: release.StateReady})
		full.Images = append(full.Images, release.Image{
			Series: name, Project: p.project, Dir: p.dir(name), Name: strings.TrimSuffix(p.name(name), "."+p.end), Kind: release.ImageDaily,
			ImageType: p.imageType, PublishType: p.publishType, Arch: p.arch, BuildID: "20260129",
			Files: []release.File{{Name: p.name(name), Type: p.end, Main: true, Size: &size, Exact: true}},
		})
	}
	iso.Series, iso.Milestones = []release.Series{series}, []release.Milestone{m}
	return iso, full
}

// forProject is a build host in few lines: for-project PROJECT publish-release SOURCE
// ID TYPE OFFICIAL [STATUS] links what is asked for, and writes the companions, the
// checksum list, and a page that is headed as that of a daily build. The status is a path, whose last name stands in the names of files.
// It fails once where a file called "fail" names the project, and publishes then half of what it should.
const forProject = `#!/bin/bash
set -eu
project=$1 source=$3 id=$4 type=$5 official=$6 status=${7:-release}
case $DIST in stonking) version=26.10 ;; *) version=26.04 ;; esac
word=${status##*/} && word=${word//-/} && word=${word#release}
owner=$project image=$source
case $source in */*) owner=${source%/*} image=${source#*/} ;; esac
companions() {
  stem=${2%.iso} && stem=${stem%.tar.gz}
  echo manifest >"$1/$stem.manifest"
  case $type in base) ;; *) echo zsync >"$1/$2.zsync" ;; esac
  case $type in live-server) echo netboot >"$1/${2%%-live-server*}-netboot-$arch.tar.gz" ;; esac
  (cd "$1" && sha256sum -b -- *"-$type-"*.iso *.tar.gz 2>/dev/null >SHA256SUMS) || true
}
for arch in $ARCHES; do
  for file in www/full/"$owner/$DIST/$image/$id/$DIST-$type-$arch".*; do
    name=$project-$version${word:+-$word}-$type-$arch.${file##*"$arch".}
    if [ "$official" = yes ]; then
      mkdir -p "www/simple/$DIST" www/simple/.pool
      ln -f "$file" "www/simple/.pool/$name"
      ln -sf "../.pool/$name" "www/simple/$DIST/$name"
      companions www/simple/.pool "$name"
      companions "www/simple/$DIST" "$name"
    else
      mkdir -p "www/full/$project/releases/$DIST/$status"
      ln -f "$file" "www/full/$project/releases/$DIST/$status/$name"
      companions "www/full/$project/releases/$DIST/$status" "$name"
      rm -f "www/full/$project/releases/$DIST/$status/HEADER.html"
      echo "<h1>$project Daily Build</h1>" >"www/full/$project/releases/$DIST/$status/HEADER.html"
    fi
    if [ "$(cat fail 2>/dev/null)" = "$project" ]; then rm fail; exit 7; fi
  done
done
`

// host is a folder with www and the dailies of the sample, and for-project.
func host(t *testing.T) string {
	t.Helper()
	return hostOf(t, "resolute")
}

// hostOf is the same with the dailies of another series.
func hostOf(t *testing.T, series string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "bin", "for-project"), []byte(forProject), 0o755)
	for _, p := range sample {
		write(t, filepath.Join(dir, "www", "full", filepath.FromSlash(p.dir(series)), p.name(series)), p.content(), 0o644)
	}
	return dir
}

func write(t *testing.T, name string, text []byte, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, mode); err != nil {
		t.Fatal(err)
	}
}

// bash runs a script on a host; it returns all output, and whether it ended well.
func bash(t *testing.T, dir, text string) (string, bool) {
	t.Helper()
	program := testenv.Program(t, "bash")
	file := filepath.Join(dir, "publish.sh")
	write(t, file, []byte(text), 0o644)
	cmd := exec.CommandContext(t.Context(), program, "--norc", file, dir)
	cmd.Env = []string{"PATH=" + filepath.Join(dir, "bin") + ":" + os.Getenv("PATH"), "LC_ALL=C.UTF-8"}
	out, err := cmd.CombinedOutput()
	return strings.ReplaceAll(string(out), dir, "DIR"), err == nil
}

// companion is what lies beside the images of a release.
var companion = regexp.MustCompile(`HEADER\.html$|SHA256SUMS$|\.manifest$|\.zsync$|-netboot-[a-z0-9]+\.tar\.gz$`)

// released are the images below a folder that are no dailies.
func released(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		name = filepath.ToSlash(name[len(dir):])
		if err == nil && !d.IsDir() && !strings.Contains(name, "/daily") && !companion.MatchString(name) {
			list = append(list, strings.TrimPrefix(name, "/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var allReleased = []string{
	"full/kubuntu/releases/resolute/snapshot-3/kubuntu-26.04-snapshot3-desktop-amd64.iso",
	"full/ubuntu-base/releases/resolute/snapshot-3/ubuntu-base-26.04-snapshot3-base-amd64.tar.gz",
	"full/ubuntu-base/releases/resolute/snapshot-3/ubuntu-base-26.04-snapshot3-base-arm64.tar.gz",
	"simple/.pool/ubuntu-26.04-snapshot3-live-server-amd64.iso",
	"simple/resolute/ubuntu-26.04-snapshot3-live-server-amd64.iso",
}

const asItShould = "resolute/snapshot-3 is published as it should be; www.prev is the tree of before\n"

func keep(*release.Facts) {}

// TestPublishBelowRelease publishes a snapshot of a series whose snapshots lie in the directory
// of the final.
func TestPublishBelowRelease(t *testing.T) {
	t.Parallel()
	dir := hostOf(t, "stonking")
	out, ok := bash(t, dir, scriptOf(t, "stonking/snapshot-3", release.PublishOptions{}, keep, false))
	if want := "stonking/snapshot-3 is published as it should be; www.prev is the tree of before\n"; out != want || !ok {
		t.Errorf("%t %s", ok, out)
	}
	var want []string
	for _, path := range allReleased {
		want = append(want, strings.NewReplacer("resolute/snapshot-3", "stonking/release/snapshot-3", "resolute", "stonking", "26.04", "26.10").Replace(path))
	}
	if diff := cmp.Diff(want, released(t, filepath.Join(dir, "www"))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestPublishRuns runs the script twice on a build host in a folder.
func TestPublishRuns(t *testing.T) {
	t.Parallel()
	dir := host(t)
	text := script(t, release.PublishOptions{}, keep)
	for range 2 {
		out, ok := bash(t, dir, text)
		if out != asItShould || !ok {
			t.Fatalf("%t %s", ok, out)
		}
		if diff := cmp.Diff(allReleased, released(t, filepath.Join(dir, "www"))); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	}
	for _, name := range []string{"ubuntu-26.04-snapshot3-netboot-amd64.tar.gz", "ubuntu-26.04-snapshot3-live-server-amd64.iso.zsync", "SHA256SUMS"} {
		if _, err := os.Stat(filepath.Join(dir, "www", "simple", "resolute", name)); err != nil {
			t.Errorf("the build host wrote no companion: %v", err)
		}
	}
	if diff := cmp.Diff(allReleased, released(t, filepath.Join(dir, "www.prev"))); diff != "" {
		t.Errorf("the second run keeps what the first one published: (-want +got)\n%s", diff)
	}
}

// TestPublishRefusesLinks publishes nothing where the backup would be that of a link, or
// where no tree is.
func TestPublishRefusesLinks(t *testing.T) {
	t.Parallel()
	text := script(t, release.PublishOptions{}, keep)
	for _, tt := range []struct{ from, to, want string }{
		{"www", "other", "DIR/www is a symbolic link; the backup has to lie beside the tree itself. Give the directory in which the tree lies under the name www\n"},
		{"www/full", "other", "DIR/www/full is a symbolic link; what lies behind it would not be in the backup. Put the directory itself in its place\n"},
		{"www", "", "DIR/www is no directory; give the directory that holds www\n"},
	} {
		dir := host(t)
		moved := filepath.Join(dir, "other")
		if err := os.Rename(filepath.Join(dir, tt.from), moved); err != nil {
			t.Fatal(err)
		}
		if tt.to != "" {
			if err := os.Symlink(moved, filepath.Join(dir, tt.from)); err != nil {
				t.Fatal(err)
			}
		}
		if out, ok := bash(t, dir, text); ok || out != tt.want {
			t.Errorf("%s: %t %s", tt.from, ok, out)
		}
		if got := released(t, moved); len(got) != 0 {
			t.Errorf("%s: published: %q", tt.from, got)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "www.*")); err != nil || len(left) != 0 {
			t.Errorf("%s: left behind: %q %v", tt.from, left, err)
		}
	}
}

// TestPublishInterrupted has a command fail half way: the next run ends what was
// begun, and the backup stays the tree of before.
func TestPublishInterrupted(t *testing.T) {
	t.Parallel()
	dir := host(t)
	write(t, filepath.Join(dir, "fail"), []byte("ubuntu-base\n"), 0o644)
	text := script(t, release.PublishOptions{}, keep)
	if out, ok := bash(t, dir, text); ok || out != "" {
		t.Errorf("it goes on: %s", out)
	}
	if got := released(t, filepath.Join(dir, "www")); len(got) == 0 || len(got) == len(allReleased) {
		t.Fatalf("not half published: %q", got)
	}
	other := strings.Replace(text, "name=resolute/snapshot-3", "name=noble/24.04.5", 1)
	if out, ok := bash(t, dir, other); ok || out != "DIR/www.publishing: the publication of resolute/snapshot-3 was begun and not ended; end it first, or remove that file\n" {
		t.Errorf("another set begins: %s", out)
	}
	if out, ok := bash(t, dir, text); !ok || out != "going on with resolute/snapshot-3; www.prev stays the tree of before\n"+asItShould {
		t.Errorf("the next run: %s", out)
	}
	if diff := cmp.Diff(allReleased, released(t, filepath.Join(dir, "www"))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := released(t, filepath.Join(dir, "www.prev")); len(got) != 0 {
		t.Errorf("the backup has what was published: %q", got)
	}
}

// TestPublishCompares has the tree be otherwise than it should.
func TestPublishCompares(t *testing.T) {
	t.Parallel()
	dir := host(t)
	write(t, filepath.Join(dir, "www", sample[0].dir("resolute"), "x"), nil, 0o644)
	place := filepath.Join(dir, "www", "full", "ubuntu-base", "releases", "resolute", "snapshot-3")
	write(t, filepath.Join(place, "ubuntu-base-26.04-snapshot3-base-armhf.tar.gz"), nil, 0o644)
	write(t, filepath.Join(place, "ubuntu-base-26.04-snapshot3-base-amd64.tar.gz.torrent"), nil, 0o644)
	write(t, filepath.Join(dir, "www", "full", "kubuntu", "resolute", "daily-live", "20260129", sample[0].name("resolute")), []byte("other"), 0o644)
	text := script(t, release.PublishOptions{}, keep)
	text = strings.Replace(text, "DIST=resolute ARCHES='amd64' for-project ubuntu publish-release", "true", 1)
	out, ok := bash(t, dir, text)
	want := "wrong size: " + allReleased[0] + ": 5 bytes, the daily has 35\n" +
		"missing: " + allReleased[3] + "\nmissing: " + allReleased[4] + "\n" +
		"extra: full/ubuntu-base/releases/resolute/snapshot-3/ubuntu-base-26.04-snapshot3-base-armhf.tar.gz\n" +
		"4 of resolute/snapshot-3 is not as it should be; www.prev is the tree of before\n"
	if out != want || ok {
		t.Errorf("%t (-want +got)\n%s", ok, cmp.Diff(want, out))
	}
}

// TestPublishBeside tells what the beta has beside the final, and is content; nobody knows of
// one for another architecture.
func TestPublishBeside(t *testing.T) {
	t.Parallel()
	dir := host(t)
	text := scriptOf(t, "resolute/final", release.PublishOptions{}, func(iso *release.Facts) {
		beta := iso.Milestones[0]
		beta.Slug, beta.Title, beta.Status = "beta", "Resolute Beta", release.MilestoneReleased
		iso.Milestones = append(iso.Milestones, beta)
	}, false)
	place := filepath.Join(dir, "www", "simple", "resolute")
	write(t, filepath.Join(place, "ubuntu-26.04-beta-live-server-amd64.iso"), nil, 0o644)
	write(t, filepath.Join(place, "ubuntu-26.04-beta-netboot-amd64.tar.gz"), nil, 0o644)
	out, ok := bash(t, dir, text)
	told := "beside, of another milestone: simple/resolute/ubuntu-26.04-beta-live-server-amd64.iso\n" +
		"beside, of another milestone: simple/resolute/ubuntu-26.04-beta-netboot-amd64.tar.gz\n"
	if want := told + strings.Replace(asItShould, "snapshot-3", "final", 1); out != want || !ok {
		t.Errorf("%t (-want +got)\n%s", ok, cmp.Diff(want, out))
	}
	write(t, filepath.Join(place, "ubuntu-26.04-beta-live-server-s390x.iso"), nil, 0o644)
	out, ok = bash(t, dir, text)
	if ok || !strings.Contains(out, "\nextra: simple/resolute/ubuntu-26.04-beta-live-server-s390x.iso\n") || !strings.Contains(out, "\n1 of resolute/final is not") {
		t.Errorf("%t %s", ok, out)
	}
}

// TestPublishComparesBytes tells another file of the right size from the daily, and takes
// a copy of it, and what lies there when the daily is gone. Folders are no images.
func TestPublishComparesBytes(t *testing.T) {
	t.Parallel()
	dir := host(t)
	text := script(t, release.PublishOptions{}, keep)
	for _, line := range strings.SplitAfter(text, "\n") {
		if strings.Contains(line, " for-project ") {
			text = strings.Replace(text, line, "true\n", 1)
		}
	}
	for i, p := range []product{sample[0], sample[1], sample[2], sample[3], sample[3]} {
		content := p.content()
		if i == 0 || i == 2 {
			content[0] = 'T'
		}
		write(t, filepath.Join(dir, "www", filepath.FromSlash(allReleased[i])), content, 0o644)
	}
	if err := os.Remove(filepath.Join(dir, "www", "full", filepath.FromSlash(sample[2].dir("resolute")), sample[2].name("resolute"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "www", "full", "kubuntu", "releases", "resolute", "snapshot-3", "kubuntu-26.04-snapshot3-notes.d"), 0o755); err != nil {
		t.Fatal(err)
	}
	out, ok := bash(t, dir, text)
	want := "other bytes: " + allReleased[0] + ": not those of full/kubuntu/resolute/daily-live/20260129/resolute-desktop-amd64.iso\n" +
		"1 of resolute/snapshot-3 is not as it should be; www.prev is the tree of before\n"
	if out != want || ok {
		t.Errorf("%t (-want +got)\n%s", ok, cmp.Diff(want, out))
	}
}

// TestPublishOnce has a second run refuse while the first is at work.
func TestPublishOnce(t *testing.T) {
	t.Parallel()
	dir := host(t)
	text := script(t, release.PublishOptions{}, keep)
	second := filepath.Join(dir, "second.sh")
	write(t, second, []byte(text), 0o644)
	first := strings.Replace(text, "# --- Publish ---", "bash "+second+" "+dir+" && exit 5\n# --- Publish ---", 1)
	out, ok := bash(t, dir, first)
	if want := "another run publishes in DIR at this moment; wait for its end\n" + asItShould; out != want || !ok {
		t.Errorf("%t %s", ok, out)
	}
}

// TestPublishAgainAtOnce has a run leave something behind that goes on: it does not keep the
// next run out.
func TestPublishAgainAtOnce(t *testing.T) {
	t.Parallel()
	dir := host(t)
	text := strings.Replace(script(t, release.PublishOptions{}, keep), "# --- Publish ---", "sleep 5 >/dev/null 2>&1 &\n# --- Publish ---", 1)
	for range 2 {
		if out, ok := bash(t, dir, text); out != asItShould || !ok {
			t.Errorf("%t %s", ok, out)
		}
	}
}

// TestPublishHeadsPages puts the milestone's name on the pages that the build host heads as
// daily builds, on others nothing, and leaves those of before in the backup.
func TestPublishHeadsPages(t *testing.T) {
	t.Parallel()
	const page = "full/kubuntu/releases/resolute/snapshot-3/HEADER.html"
	const daily = "<h1>kubuntu Daily Build</h1>\n"
	named := func(title string) func(*release.Facts) {
		return func(iso *release.Facts) { iso.Milestones[0].Title = title }
	}
	for _, tc := range []struct {
		name   string
		change func(*release.Facts)
		ours   bool
		want   string
	}{
		{"a snapshot", keep, false, "<h1>kubuntu Snapshot 3</h1>\n"},
		{"a hostile name", named(`Resolute a/b & \1 <i> $(reboot) 'x'`), false, `<h1>kubuntu a/b &amp; \1 &lt;i&gt; $(reboot) &#39;x&#39;</h1>` + "\n"},
		{"no name", named("Resolute"), false, "<h1>kubuntu</h1>\n"},
		{"pages that shiplist writes", keep, true, daily},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := host(t)
			write(t, filepath.Join(dir, "www", page), []byte(daily), 0o644)
			other := filepath.Join(dir, "www", "full", "kubuntu", "HEADER.html")
			write(t, other, []byte(daily), 0o644)
			text := scriptWith(t, release.PublishOptions{}, tc.change, tc.ours)
			for run, before := range []string{daily, tc.want} {
				if out, ok := bash(t, dir, text); !ok || out != asItShould {
					t.Fatalf("run %d: %t %s", run, ok, out)
				}
				for name, want := range map[string]string{"www/" + page: tc.want, "www.prev/" + page: before, "www/full/kubuntu/HEADER.html": daily} {
					if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
						t.Errorf("run %d: %s: %q, %v, want %q", run, name, got, err, want)
					}
				}
			}
			if says := strings.Contains(text, "\n# full/kubuntu/releases/resolute/snapshot-3\n"); says != tc.ours {
				t.Errorf("says whose the pages are: %t", says)
			}
		})
	}
}

// TestPublishLeftOut publishes the rest, and what was there of it before is no extra.
func TestPublishLeftOut(t *testing.T) {
	t.Parallel()
	dir := host(t)
	text := script(t, release.PublishOptions{Except: []string{"kubuntu-*"}, Force: []string{"ubuntu-base-amd64"}}, func(iso *release.Facts) {
		iso.Milestones[0].Entries[1].State = release.StateTesting
		iso.Milestones[0].Entries[2].State = release.StateReady
		iso.Milestones[0].Entries[2].Pinned = "plans/resolute.toml:7"
		iso.Milestones[0].Entries[3].State = release.StateFailed
	})
	for _, want := range []string{
		"# Ubuntu Base amd64, forced in spite of: not ready: testing\n# Ubuntu Base arm64, pinned in plans/resolute.toml:7\n",
		"# Ubuntu Server Subiquity amd64: not ready: failed\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	write(t, filepath.Join(dir, "www", filepath.FromSlash(allReleased[0])), nil, 0o644)
	if out, ok := bash(t, dir, text); out != asItShould || !ok {
		t.Errorf("%t %s", ok, out)
	}
	if diff := cmp.Diff(allReleased[:3], released(t, filepath.Join(dir, "www"))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestPublishIsGoodShell has bash and shellcheck read scripts, one of hostile names.
func TestPublishIsGoodShell(t *testing.T) {
	t.Parallel()
	hostile := func(iso *release.Facts) {
		for i := range iso.Products {
			iso.Products[i].Title = "x\nrm -rf / $(reboot) `reboot` ' \" \\ #"[i:]
		}
		iso.Milestones[0].Entries[0].State = release.StateFailed
		iso.Milestones[0].Entries[1].Pinned = "a\rb\nc"
	}
	texts := []string{script(t, release.PublishOptions{}, keep), script(t, release.PublishOptions{}, hostile), script(t, release.PublishOptions{}, func(iso *release.Facts) {
		iso.Milestones[0].Entries = nil
	})}
	for i, text := range texts {
		for n, line := range strings.Split(text, "\n") {
			if slices.ContainsFunc([]string{"rm -rf /", "reboot"}, func(bad string) bool { return strings.HasPrefix(line, bad) }) {
				t.Errorf("script %d, line %d: %s", i, n+1, line)
			}
		}
		for _, args := range [][]string{{"bash", "-n"}, {"shellcheck", "-s", "bash", "-"}} {
			cmd := exec.CommandContext(t.Context(), testenv.Program(t, args[0]), args[1:]...)
			cmd.Stdin = strings.NewReader(text)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("script %d, %s: %v\n%s", i, args[0], err, out)
			}
		}
	}
	dir := host(t)
	if out, ok := bash(t, dir, texts[2]); ok || out != "nothing of this milestone can be published\n" {
		t.Errorf("a script of nothing: %s", out)
	}
}
