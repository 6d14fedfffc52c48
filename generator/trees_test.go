package generator

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator/staged"
	"shiplist/generator/streams"
	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

// treesOf is a site of trees alone, by their roles, which are also their names.
func treesOf(t *testing.T, trees ...*release.Facts) *site {
	t.Helper()
	c := defaultConfig(t)
	in := release.Input{Rules: c.Rules, AsOf: sampleNow}
	for _, f := range trees {
		in.Sources = append(in.Sources, release.SourceFacts{
			State: release.SourceState{Name: f.Source, Kind: "tree", Role: f.Source, Site: "https://" + f.Source + ".example", Success: sampleNow, Attempt: sampleNow},
			Facts: f,
		})
	}
	s := prepared(t, Options{Config: c}, release.Join(in))
	s.arrange()
	return s
}

// fileOf is a file of a tree, with size and checksum as far as they are known.
func fileOf(name, kind string, size int64, exact bool, sum string) release.File {
	f := release.File{Name: name, Type: kind, Main: kind == "iso" || kind == "img.xz" || kind == "wsl", Exact: exact, SHA256: sum}
	if size > 0 {
		f.Size = &size
	}
	return f
}

var sum64 = strings.Repeat("ab", 32)

// listedTree is a full tree with one of everything that lists treat differently.
func listedTree() *release.Facts {
	f := &release.Facts{Source: release.RoleFull}
	add := func(d release.Directory, images ...release.Image) {
		f.Directories = append(f.Directories, d)
		for _, img := range images {
			img.Series, img.Dir = d.Series, d.Path
			if img.Project == "" {
				img.Project = d.Project
			}
			f.Images = append(f.Images, img)
		}
	}
	daily := func(arch, id string, current, pending bool, files ...release.File) release.Image {
		return release.Image{Name: "noble-desktop-" + arch, Kind: release.ImageDaily, ImageType: "daily-live", PublishType: "desktop", Arch: arch, BuildID: id, Current: current, Pending: pending, Files: files}
	}
	at := "kubuntu/noble/daily-live"
	add(release.Directory{Series: "noble", Project: "kubuntu", Path: at + "/20260401", Kind: release.DirectoryDated, BuildID: "20260401", Aliases: []string{at + "/current"}},
		daily("amd64", "20260401", true, false, fileOf("noble-desktop-amd64.iso", "iso", 4000, true, sum64), fileOf("noble-desktop-amd64.list", "list", 20, true, ""), fileOf("noble-desktop-amd64.iso.torrent", "iso.torrent", 5, true, sum64)))
	// What is pending comes from two builds.
	add(release.Directory{Series: "noble", Project: "kubuntu", Path: at + "/20260402.1", Kind: release.DirectoryDated, BuildID: "20260402.1"},
		daily("amd64", "20260402.1", false, true, fileOf("noble-desktop-amd64.iso", "iso", 5000, false, sum64)),
		daily("arm64+tegra-jetson", "20260402.1", false, true, fileOf("noble-desktop-arm64+tegra-jetson.iso", "iso", 6000, true, sum64)))
	released := func(status, version, stage string) {
		add(release.Directory{Series: "noble", Project: "ubuntu", Path: "ubuntu/releases/noble/" + status, Kind: release.DirectoryRelease, Status: status},
			release.Image{Project: "ubuntu-server", Name: "ubuntu-" + version + stage, Kind: release.ImageRelease, PublishType: "preinstalled-server", Arch: "riscv64", Version: version, Milestone: stage, Files: []release.File{
				fileOf("ubuntu-"+version+stage+"-preinstalled-server-riscv64.img.xz", "img.xz", 7000, true, sum64),
			}})
	}
	released("release", "24.04.1", "")
	released("beta", "24.04", "beta")
	add(release.Directory{Series: "noble", Project: "ubuntu-core", Path: "ubuntu-core/24/stable/20260301", Kind: release.DirectoryDated, BuildID: "20260301", Aliases: []string{"ubuntu-core/24/stable/current"}},
		release.Image{Name: "ubuntu-core-24-amd64", Kind: release.ImageDaily, ImageType: "stable", PublishType: "live-core", Arch: "amd64", BuildID: "20260301", Current: true, Files: []release.File{fileOf("ubuntu-core-24-amd64.img.xz", "img.xz", 8000, true, sum64)}})
	add(release.Directory{Series: "other", Project: "other", Path: "somewhere/20260301", Kind: release.DirectoryDated, BuildID: "20260301"},
		release.Image{Name: "unheard-desktop-amd64", Kind: release.ImageDaily, ImageType: "daily-live", PublishType: "desktop", Arch: "amd64", Current: true, Files: []release.File{fileOf("unheard-desktop-amd64.iso", "iso", 9000, true, sum64)}})
	tarball := fileOf("noble-netboot-amd64.tar.gz", "tar.gz", 300, true, "")
	for _, dir := range []string{at + "/20260401", at + "/20260402.1"} {
		f.Netboot = append(f.Netboot, release.NetbootSet{Series: "noble", Project: "kubuntu", Arch: "amd64", Kind: release.ImageDaily, Parent: dir, Tarball: &tarball, Current: dir == at+"/20260401", Pending: true})
	}
	f.Sort()
	return f
}

// TestStreamsListWhatIsKnown wants each file in the list of its content, under the right
// product and version, and in no other; files of which too little is known are counted.
func TestStreamsListWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := treesOf(t, listedTree())
	got := map[string][]string{}
	for _, x := range s.streams {
		for i := range x.lists {
			l := &x.lists[i]
			var b bytes.Buffer
			if err := s.makeStream(l).Write(&b); err != nil {
				t.Fatal(err)
			}
			at := x.path(l.content)
			got[at] = append(got[at], readStream(t, b.Bytes())...)
			if l.LeftOut > 0 {
				got[at] = append(got[at], release.Plural(l.LeftOut, "file", "files")+" left out")
			}
		}
	}
	want := map[string][]string{
		"trees/full/streams/v1/com.ubuntu.cdimage.daily:kubuntu": {
			"com.ubuntu.cdimage.daily:kubuntu:daily-live:24.04:amd64 20260401 iso kubuntu/noble/daily-live/20260401/noble-desktop-amd64.iso",
			"com.ubuntu.cdimage.daily:kubuntu:daily-live:24.04:arm64+tegra-jetson 20260402.1 iso kubuntu/noble/daily-live/20260402.1/noble-desktop-arm64+tegra-jetson.iso",
			"2 files left out",
		},
		"trees/full/releases/streams/v1/com.ubuntu.cdimage:ubuntu-server": {
			"com.ubuntu.cdimage:ubuntu-server:preinstalled-server:24.04:riscv64 24.04.1 img.xz ubuntu/releases/noble/release/ubuntu-24.04.1-preinstalled-server-riscv64.img.xz",
		},
		"trees/full/ubuntu-core/streams/v1/com.ubuntu.cdimage:ubuntu-core": {
			"com.ubuntu.cdimage:ubuntu-core:stable:24:amd64 20260301 img.xz 24/stable/20260301/ubuntu-core-24-amd64.img.xz",
			"com.ubuntu.cdimage:ubuntu-core:stable:24:amd64 current img.xz 24/stable/current/ubuntu-core-24-amd64.img.xz",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
	counts := staged.ListCounts{Manifests: 3, ManifestsLeftOut: 1, Streams: 5, StreamsLeftOut: 2}
	if diff := cmp.Diff(counts, s.listCounts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

// TestStreamsNameNoFileTwice wants as many files counted as the lists name: an image that
// lies at two places, in the old and the new layout of a tree, is one. Discs of source are
// for no machine, and no list has them, as those of the trees' own hosts.
func TestStreamsNameNoFileTwice(t *testing.T) {
	t.Parallel()
	f := &release.Facts{Source: release.RoleFull}
	for _, dir := range []string{"noble/daily-live/20260401", "ubuntu/noble/daily-live/20260401"} {
		f.Directories = append(f.Directories, release.Directory{Series: "noble", Project: "ubuntu", Path: dir, Kind: release.DirectoryDated, BuildID: "20260401"})
		f.Images = append(f.Images, release.Image{
			Series: "noble", Project: "ubuntu", Dir: dir, Name: "noble-desktop-amd64", Kind: release.ImageDaily, ImageType: "daily-live", PublishType: "desktop", Arch: "amd64", BuildID: "20260401",
			Files: []release.File{fileOf("noble-desktop-amd64.iso", "iso", 4000, true, sum64)},
		})
	}
	for _, dir := range []string{"ubuntu/releases/noble/release/source", "ubuntu/noble/daily-live/20260401/source"} {
		d := release.Directory{Series: "noble", Project: "ubuntu", Path: dir, Kind: release.DirectoryRelease, Status: "release"}
		img := release.Image{Series: "noble", Project: "ubuntu", Dir: dir, Name: "ubuntu-24.04.4-src", Kind: release.ImageRelease, PublishType: "src", Arch: "source", Version: "24.04.4"}
		if strings.Contains(dir, "daily") {
			d.Kind, d.Status, d.BuildID = release.DirectoryDated, "", "20260401"
			img.Kind, img.ImageType, img.Version, img.BuildID = release.ImageDaily, "daily-live", "", "20260401"
		}
		for _, n := range []string{"1", "2"} {
			img.Files = append(img.Files, fileOf("ubuntu-24.04.4-src-"+n+".iso", "iso", 4000, true, sum64))
		}
		f.Directories, f.Images = append(f.Directories, d), append(f.Images, img)
	}
	f.Sort()
	s := treesOf(t, f)
	var got []string
	for _, x := range s.streams {
		for i := range x.lists {
			var b bytes.Buffer
			if err := s.makeStream(&x.lists[i]).Write(&b); err != nil {
				t.Fatal(err)
			}
			got = append(got, readStream(t, b.Bytes())...)
		}
	}
	want := []string{"com.ubuntu.cdimage.daily:ubuntu:daily-live:24.04:amd64 20260401 iso noble/daily-live/20260401/noble-desktop-amd64.iso"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(staged.ListCounts{Streams: 1}, s.listCounts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

// TestStreamsCountWhatHasNoList wants files counted also where not one of their content is
// known enough, so that there is no list of it: neither file nor index, and no link to one.
func TestStreamsCountWhatHasNoList(t *testing.T) {
	t.Parallel()
	f := &release.Facts{Source: release.RoleFull, Directories: []release.Directory{
		{Series: "noble", Project: "kubuntu", Path: "kubuntu/noble/daily-live/20260401", Kind: release.DirectoryDated, BuildID: "20260401"},
	}, Images: []release.Image{{
		Series: "noble", Project: "kubuntu", Dir: "kubuntu/noble/daily-live/20260401", Name: "noble-desktop-amd64", Kind: release.ImageDaily, ImageType: "daily-live", PublishType: "desktop", Arch: "amd64", BuildID: "20260401",
		Files: []release.File{fileOf("noble-desktop-amd64.iso", "iso", 4000, false, sum64), fileOf("noble-desktop-amd64.list", "list", 20, true, "")},
	}}}
	s := treesOf(t, f)
	if diff := cmp.Diff(staged.ListCounts{StreamsLeftOut: 2}, s.listCounts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if out := s.streamFiles(); len(out) > 0 {
		t.Errorf("makes %s", out[0].path)
	}
	page, facts := s.arrangeTrees(), s.treesJSON()
	if len(page.Trees) != 1 || len(facts.Trees) != 1 || len(facts.Trees[0].Streams) != 1 {
		t.Fatalf("the page has %+v, the facts %+v", page.Trees, facts.Trees)
	}
	list, index := page.Trees[0].Lists[0], facts.Trees[0].Streams[0]
	if list.Href != "" || list.LeftOut != 2 || list.Written != 0 || list.Parts[0].Href != "" || list.Parts[0].LeftOut != 2 {
		t.Errorf("the page tells %+v", list)
	}
	if index.Path != "" || len(index.Lists) != 1 || index.Lists[0].Path != "" || index.Lists[0].LeftOut != 2 {
		t.Errorf("trees.json tells %+v", index)
	}
}

// TestOneListOfSeveralProjects: a content id that names no project has them all.
func TestOneListOfSeveralProjects(t *testing.T) {
	t.Parallel()
	s := treesOf(t, listedTree())
	s.rules.Streams = []release.StreamRule{{Content: "org.example:all", Role: release.RoleFull, Of: release.StreamDailies}}
	all := s.collectStreams()
	if len(all) != 1 || len(all[0].lists) != 1 {
		t.Fatalf("got %+v", all)
	}
	l := &all[0].lists[0]
	var b bytes.Buffer
	if err := s.makeStream(l).Write(&b); err != nil {
		t.Fatal(err)
	}
	var products []string
	for _, line := range readStream(t, b.Bytes()) {
		product, _, _ := strings.Cut(line, " ")
		products = append(products, product)
	}
	if slices.Sort(products); !slices.Equal(slices.Compact(products), l.products) || len(l.products) != 3 {
		t.Errorf("the index names %q, the list has %q", l.products, products)
	}
}

// readStream reads a list as its readers do, which let fields sink from above, and
// returns its files.
func readStream(t *testing.T, text []byte) []string {
	t.Helper()
	var list struct {
		Products map[string]struct {
			Type     string `json:"ftype"`
			Versions map[string]struct {
				Type  string                  `json:"ftype"`
				Items map[string]streams.Item `json:"items"`
			}
		}
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for product, p := range list.Products {
		for version, v := range p.Versions {
			for key, item := range v.Items {
				kind := item.Type + v.Type + p.Type
				if kind != key || len(item.SHA256) != 64 || item.Size <= 0 {
					t.Errorf("%s %s: item %s is %+v of type %q", product, version, key, item, kind)
				}
				lines = append(lines, product+" "+version+" "+kind+" "+item.Path)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// TestSiteManifests wants a line for each file below current and pending, and for each
// release, as the hosts of the trees write them.
func TestSiteManifests(t *testing.T) {
	t.Parallel()
	simple := &release.Facts{Source: release.RoleSimple, Directories: []release.Directory{
		{Series: "noble", Project: "ubuntu", Path: "noble", Kind: release.DirectoryRelease},
		{Series: "other", Project: "other", Path: ".pool", Kind: release.DirectoryPool},
		{Series: "noble", Project: "ubuntu-base", Path: "ubuntu-base/noble", Kind: release.DirectoryRelease},
	}}
	in := func(dir, name, kind string) {
		simple.Images = append(simple.Images, release.Image{Series: "noble", Project: "ubuntu", Dir: dir, Name: strings.TrimSuffix(name, "."+kind), Kind: release.ImageRelease, Arch: "amd64", PublishType: "desktop", Files: []release.File{fileOf(name, kind, 10, true, "")}})
	}
	in("noble", "ubuntu-24.04.1-desktop-amd64.iso", "iso")
	in("noble", "ubuntu-24.04.1-wsl-amd64.wsl", "wsl")
	in(".pool", "ubuntu-24.04.1-desktop-amd64.iso", "iso")
	in(".pool", "ubuntu-24.04.2-desktop-amd64.iso", "iso")
	in("ubuntu-base/noble", "ubuntu-base-24.04-base-amd64.tar.gz", "tar.gz") // no version in its second field
	in("ubuntu-base/noble", "kubuntu-24.04-desktop-amd64.iso", "iso")
	in("noble", "noble-desktop-amd64.iso", "iso")
	simple.Sort()
	s := treesOf(t, listedTree(), simple)
	want := map[string]string{
		"trees/full/.manifest-daily": "kubuntu\tnoble\t/kubuntu/noble/daily-live/current/noble-desktop-amd64.iso\t4000\n" +
			"kubuntu\tnoble\t/kubuntu/noble/daily-live/current/noble-netboot-amd64.tar.gz\t300\n" +
			"kubuntu\tnoble\t/kubuntu/noble/daily-live/pending/noble-desktop-arm64+tegra-jetson.iso\t6000\n",
		"trees/simple/.manifest": "ubuntu\tnoble\t/.pool/ubuntu-24.04.2-desktop-amd64.iso\t10\n" +
			"ubuntu\tnoble\t/noble/ubuntu-24.04.1-desktop-amd64.iso\t10\n" +
			"ubuntu\tnoble\t/noble/ubuntu-24.04.1-wsl-amd64.wsl\t10\n" +
			"ubuntu-base\tnoble\t/ubuntu-base/noble/kubuntu-24.04-desktop-amd64.iso\t10\n",
	}
	got := map[string]string{}
	for _, m := range s.manifests {
		var b bytes.Buffer
		if err := s.writeManifest(&b, m.tree); err != nil {
			t.Fatal(err)
		}
		got[m.path()] = b.String()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestManifestLinesStayLines: a name that would break a line is left out.
func TestManifestLinesStayLines(t *testing.T) {
	t.Parallel()
	s := treesOf(t)
	for _, name := range []string{"noble-a\n.iso", "noble-a\tb.iso"} {
		f := fileOf(name, "iso", 1, true, "")
		s.manifestedFile(&f, "ubuntu", "current", dailySeries, func(f manifestFile) { t.Errorf("took %q", f.line()) })
	}
}

// TestStreamsAreAsPythonWritesThem: the hosts of the trees write their lists with Python,
// two blanks for each level, keys sorted; whatever is read and written again there must
// give the same bytes.
func TestStreamsAreAsPythonWritesThem(t *testing.T) {
	t.Parallel()
	python := testenv.Program(t, "python3")
	dir, lists := t.TempDir(), []string{}
	for name, content := range sampleSite(t) {
		if strings.Contains(name, "/streams/v1/") {
			file := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			lists = append(lists, file)
		}
	}
	const script = `
import json, sys
from email.utils import parsedate_to_datetime
for name in sys.argv[1:]:
    text = open(name, newline="").read()
    value = json.loads(text)
    parsedate_to_datetime(value["updated"])
    if json.dumps(value, indent=2, sort_keys=True, separators=(",", ": ")) + "\n" != text:
        print(name, "differs")
`
	out, err := exec.CommandContext(t.Context(), python, append([]string{"-c", script}, lists...)...).CombinedOutput()
	if err != nil || len(out) > 0 || len(lists) < 20 {
		t.Errorf("%d lists: %v\n%s", len(lists), err, out)
	}
}

// TestIndexesLeadToLists wants each path of an index, and each product that it names, to
// be there.
func TestIndexesLeadToLists(t *testing.T) {
	t.Parallel()
	site, seen := sampleSite(t), 0
	for name, content := range site {
		at, isIndex := strings.CutSuffix(name, "streams/v1/index.json")
		if !isIndex {
			continue
		}
		var index struct {
			Index map[string]struct {
				Path     string
				Products []string
			}
		}
		if err := json.Unmarshal(content, &index); err != nil {
			t.Fatal(err)
		}
		for id, entry := range index.Index {
			var list struct {
				Content  string `json:"content_id"`
				Products map[string]any
			}
			if err := json.Unmarshal(site[at+entry.Path], &list); err != nil {
				t.Errorf("%s: %s: %v", name, entry.Path, err)
				continue
			}
			seen++
			if diff := cmp.Diff(entry.Products, slices.Sorted(maps.Keys(list.Products))); diff != "" || list.Content != id {
				t.Errorf("%s: %s is of %s, products (-index +list):\n%s", name, id, list.Content, diff)
			}
		}
	}
	if seen < 20 {
		t.Errorf("found %d lists", seen)
	}
}

// TestSumsAreWhatSha256sumReads wants the lists beside pages to be read by the real
// program, whatever the names are.
func TestSumsAreWhatSha256sumReads(t *testing.T) {
	t.Parallel()
	dir, sums := t.TempDir(), ""
	for _, name := range []string{"plain.iso", "with blank *.iso", `back\slash.iso`, "new\nline.iso", "ü.iso"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		sums += sumLine(digestOf([]byte(name)), name)
	}
	cmd := exec.CommandContext(t.Context(), testenv.Program(t, "sha256sum"), "--check", "--strict", "-")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(sums)
	if out, err := cmd.CombinedOutput(); err != nil || strings.Count(string(out), ": OK") != 5 {
		t.Errorf("%v: %s\n%s", err, out, sums)
	}
}

// TestSumsOfPages wants each name once, sorted, and what has no checksum counted.
func TestSumsOfPages(t *testing.T) {
	t.Parallel()
	img := func(files ...release.File) *release.TreeImage {
		return &release.TreeImage{Image: &release.Image{Files: files}}
	}
	d := &download{images: []*release.TreeImage{
		img(fileOf("b.iso", "iso", 0, false, sum64), fileOf("b.list", "list", 0, false, "")), img(fileOf("c.iso", "iso", 0, false, "")),
		img(fileOf("a.iso", "iso", 0, false, sum64), fileOf("b.iso", "iso", 0, false, strings.Repeat("cd", 32))),
	}}
	var b bytes.Buffer
	if err := writeSums(&b, d); err != nil {
		t.Fatal(err)
	}
	_, left := filesWithSums(d)
	if want := sum64 + " *a.iso\n" + sum64 + " *b.iso\n"; b.String() != want || left != 1 {
		t.Errorf("%d left out, got\n%s", left, b.String())
	}
}

// TestTreesKeepApart: a directory of a tree cannot take the name of a list beside a page.
func TestTreesKeepApart(t *testing.T) {
	t.Parallel()
	if got := treePath("full", "noble/SHA256SUMS"); got == "images/full/noble/SHA256SUMS/" {
		t.Errorf("the page of a directory lies at %s", got)
	}
}

// TestWhatIsToCome wants the files that a milestone in testing will add, under their
// names there, until they are there.
func TestWhatIsToCome(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	var facts treesJSON
	if err := json.Unmarshal(site["trees/trees.json"], &facts); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range facts.Coming {
		for _, f := range c.Files {
			if strings.HasPrefix(path.Base(f.Path), "kubuntu-") {
				got = append(got, c.Series+"/"+c.Milestone+" "+c.Tree+" "+f.Path+" from "+f.Tree+" "+f.Daily+" "+release.Size(*f.Size))
			}
		}
	}
	want := []string{
		"noble/24.04.4 full kubuntu/releases/noble/release/kubuntu-24.04.4-desktop-amd64.iso from full kubuntu/noble/daily-live/20260421/noble-desktop-amd64.iso 4.31 GB",
		"stonking/snapshot-4 full kubuntu/releases/stonking/release/snapshot-4/kubuntu-26.10-snapshot4-desktop-amd64.iso from full kubuntu/stonking/daily-live/20260422/stonking-desktop-amd64.iso 4.31 GB",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSwitchedOffDoesNotCome: a build that is switched off is not what mirrors will get,
// but its product may come in another one. What was meant is not known of every
// milestone, and its builds come all the same.
func TestSwitchedOffDoesNotCome(t *testing.T) {
	t.Parallel()
	s := prepared(t, Options{Config: defaultConfig(t)}, samplePicture(defaultConfig(t)))
	s.arrange()
	told := func() (products, without, files int) {
		for _, c := range s.coming() {
			products, without, files = products+c.Products, without+c.Without, files+len(c.Files)
		}
		return products, without, files
	}
	products, without, files := told()
	rows := s.openMilestones()[0].Rows()
	row := rows[slices.IndexFunc(rows, func(r *release.Row) bool {
		return r.Daily != nil && r.Intended && len(r.Daily.Files) > 0 && r.Location != nil && r.Location.Tree != ""
	})]
	row.State = release.StateDisabled
	if p, w, f := told(); p != products-1 || w != without+1 || f >= files {
		t.Errorf("switched off: %d products, %d without, %d files; before %d, %d, %d", p, w, f, products, without, files)
	}
	row.State = release.StateTesting
	row.Intended, row.IntentKnown = false, false
	if p, w, f := told(); p != products || w != without || f != files {
		t.Errorf("nobody said what is meant: %d products, %d without, %d files; before %d, %d, %d", p, w, f, products, without, files)
	}
}

// BenchmarkTreeLists makes all site manifests and simplestreams of a tree with 4,000
// directories of 12 images.
func BenchmarkTreeLists(b *testing.B) {
	f := &release.Facts{Source: release.RoleFull}
	for n := range 4000 {
		id := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n).Format("20060102")
		d := release.Directory{Series: "noble", Project: "kubuntu", Path: "kubuntu/noble/daily-live/" + id, Kind: release.DirectoryDated, BuildID: id}
		if n == 3999 {
			d.Aliases = []string{"kubuntu/noble/daily-live/current"}
		}
		f.Directories = append(f.Directories, d)
		for _, arch := range []string{"amd64", "arm64", "armhf", "i386", "ppc64el", "riscv64", "s390x", "arm64+raspi", "arm64+x13s", "armhf+raspi", "riscv64+nezha", "riscv64+unmatched"} {
			name := "noble-desktop-" + arch
			f.Images = append(f.Images, release.Image{
				Series: "noble", Project: "kubuntu", Dir: d.Path, Name: name, Kind: release.ImageDaily, ImageType: "daily-live", PublishType: "desktop", Arch: arch, BuildID: id, Current: n == 3999,
				Files: []release.File{fileOf(name+".iso", "iso", 4e9, true, sum64), fileOf(name+".list", "list", 2e4, true, sum64), fileOf(name+".manifest", "manifest", 6e4, true, sum64), fileOf(name+".iso.zsync", "iso.zsync", 9e6, true, sum64)},
			})
		}
	}
	f.Sort()
	c := defaultConfig(b)
	s := prepared(b, Options{Config: c}, release.Join(release.Input{Rules: c.Rules, AsOf: sampleNow, Sources: []release.SourceFacts{
		{State: release.SourceState{Name: "full", Kind: "tree", Role: release.RoleFull, Success: sampleNow}, Facts: f},
	}}))
	s.arrange()
	b.ReportAllocs()
	var out bytes.Buffer
	for b.Loop() {
		written := 0
		s.streams, s.manifests = s.collectStreams(), s.collectManifests()
		for _, o := range append(s.manifestFiles(), s.streamFiles()...) {
			d, err := o.arrange()
			if err != nil {
				b.Fatal(err)
			}
			out.Reset()
			if err := d.render(&out); err != nil {
				b.Fatal(err)
			}
			written += out.Len()
		}
		b.SetBytes(int64(written))
	}
}
