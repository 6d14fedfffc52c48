package config

import (
	"encoding/csv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist"
	"shiplist/internal/release"
)

func defaultConfig(t *testing.T) *Config {
	t.Helper()
	c, err := Default()
	if err != nil {
		t.Fatalf("the embedded default has problems:\n%v", err)
	}
	return c
}

// facts reads a table of facts about Ubuntu's release tools, one map for each row.
func facts(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open("testdata/facts/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatal(name, len(rows), err)
	}
	var all []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, key := range rows[0] {
			m[key] = row[i]
		}
		all = append(all, m)
	}
	return all
}

func TestDefaultProducts(t *testing.T) {
	t.Parallel()
	var want []release.ProductRule
	for _, f := range facts(t, "products.tsv") {
		want = append(want, release.ProductRule{
			Title: f["product"], Project: f["project"], Subproject: f["subproject"],
			ImageType: f["image_type"], PublishType: f["publish_type"], Arch: f["arch"], Tracker: f["tracker"],
		})
	}
	if len(want) != 97 {
		t.Fatalf("%d rows of facts, want 97", len(want))
	}
	if diff := cmp.Diff(want, defaultConfig(t).Rules.Products); diff != "" {
		t.Errorf("products (-facts +default):\n%s", diff)
	}
}

func TestDefaultSeries(t *testing.T) {
	t.Parallel()
	rules := defaultConfig(t).Rules
	all := facts(t, "series.tsv")
	if len(all) != 45 || len(rules.Series) != 45 {
		t.Fatalf("%d rows of facts and %d series, want 45", len(all), len(rules.Series))
	}
	for i, f := range all {
		got := rules.Series[i]
		if p := f["point_version"]; p != "" && p != got.PointVersion && !slices.Contains(got.Versions, p) {
			t.Errorf("%s: point version %s is not known", got.Name, p)
		}
		got.PointVersion, got.Versions = "", nil
		want := release.SeriesRule{
			Name: f["codename"], Version: f["version"], DisplayName: f["display_name"], LTS: f["lts"] == "yes",
			Created: f["created"], Released: f["released"], EOL: f["eol"], EOLServer: f["eol_server"],
			EOLESM: f["eol_esm"], EOLLegacy: f["eol_legacy"], CoreSeries: f["core_series"],
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-facts +default):\n%s", want.Name, diff)
		}
	}
	for version, series := range map[string]string{"24.04.5.1": "noble", "24.04.5": "noble", "26.04.1": "resolute", "20.04.2.0": "focal"} {
		if got, _ := rules.SeriesByVersion(version); got != series {
			t.Errorf("%s belongs to %q, want %s", version, got, series)
		}
	}
}

// one is how a pattern of the facts is written as a list: * is the empty one.
func one(pattern string) []string {
	if pattern == "*" || pattern == "" {
		return nil
	}
	return []string{pattern}
}

func TestDefaultArches(t *testing.T) {
	t.Parallel()
	var want []release.ArchesRule
	for _, f := range facts(t, "default-arches.tsv") {
		want = append(want, release.ArchesRule{
			Project: one(f["project"]), ImageType: one(f["image_type"]), Series: one(f["series"]),
			Arches: strings.Fields(f["arches"]),
		})
	}
	if len(want) != 55 {
		t.Fatalf("%d rows of facts, want 55", len(want))
	}
	if diff := cmp.Diff(want, defaultConfig(t).Rules.Arches); diff != "" {
		t.Errorf("arches (-facts +default):\n%s", diff)
	}
}

func TestDefaultSizeLimits(t *testing.T) {
	t.Parallel()
	var want []release.SizeLimit
	for _, f := range facts(t, "size-limits.tsv") {
		if f["limit_bytes"] == "" { // cdimage fails there
			continue
		}
		bytes, err := strconv.ParseInt(f["limit_bytes"], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		l := release.SizeLimit{Project: one(f["project"]), PublishType: one(f["publish_type"]), Extension: one(f["extension"]), Bytes: bytes}
		switch from, to := f["series_from"], f["series_to"]; {
		case from != "" && from == to:
			l.Series = []string{from}
		case from+to != "":
			l.Series = []string{from + "-" + to}
		}
		if f["order"] == "0" {
			l.Project, l.Except, l.Extension = nil, []string{"edubuntu"}, []string{"img", "*gz"}
		}
		want = append(want, l)
	}
	if len(want) != 32 {
		t.Fatalf("%d rows of facts with a limit, want 32", len(want))
	}
	if diff := cmp.Diff(want, defaultConfig(t).Rules.SizeLimits); diff != "" {
		t.Errorf("size limits (-facts +default):\n%s", diff)
	}
}

func TestDefaultLimits(t *testing.T) {
	t.Parallel()
	rules := defaultConfig(t).Rules
	for _, test := range []struct {
		project, series, publishType, extension string
		want                                    int64
	}{
		{"ubuntu", "stonking", "desktop", "iso", 6_100_000_000},
		{"ubuntu", "noble", "desktop", "iso", 6_400_000_000},
		{"ubuntu-server", "jammy", "preinstalled-server", "img.xz", 3_300_000_000},
		{"ubuntu-server", "noble", "live-server", "img.gz", 1 << 30},
		{"edubuntu", "noble", "preinstalled-desktop", "img", 6_400_000_000},
		{"ubuntu-wsl", "noble", "wsl", "wsl", 736_665_600},
		{"ubuntu-base", "noble", "base", "tar.gz", 1 << 30},
	} {
		if got := rules.Limit(test.project, test.series, test.publishType, test.extension); got != test.want {
			t.Errorf("limit of %s %s %s .%s is %d, want %d", test.project, test.series, test.publishType, test.extension, got, test.want)
		}
	}
}

// The rules give what the release team published in two snapshots, in its order.
func TestDefaultPublishCommands(t *testing.T) {
	t.Parallel()
	rules := defaultConfig(t).Rules
	last := map[string]int{}
	for _, f := range facts(t, "publish-commands.tsv") {
		series, title, _ := strings.Cut(f["milestone"], " ")
		slug := strings.ReplaceAll(title, " ", "-")
		project, under := f["project"], ""
		if own, _, nested := strings.Cut(f["source"], "/"); nested {
			project, under = own, f["project"]
		}
		place, seen := last[f["milestone"]]
		if !seen {
			place = -1
		}
		for _, arch := range strings.Fields(f["arches"]) {
			l, err := rules.Locate(release.Identity{Project: project, PublishType: f["publish_type"], Arch: arch}, series, slug)
			if err != nil {
				t.Fatalf("%s %s %s: %v", f["milestone"], f["image"], arch, err)
			}
			i := l.Rule
			if got := rules.Publish[i]; string(got.Official) != f["official"] || got.Under != under {
				t.Errorf("%s %s %s: official %s under %q, want %s under %q", f["milestone"], f["image"], arch, got.Official, got.Under, f["official"], under)
			}
			if i <= place {
				t.Errorf("%s %s %s: rule %d comes before rule %d of the image before it", f["milestone"], f["image"], arch, i, place)
			}
			last[f["milestone"]] = i
		}
		if m, _ := rules.MilestoneRule(series, slug); f["status"] != "" && strings.ReplaceAll(m.Status, "{slug}", slug) != f["status"] {
			t.Errorf("%s: status %q, want %q", f["milestone"], m.Status, f["status"])
		}
	}
	if len(last) != 2 {
		t.Errorf("%d milestones, want 2", len(last))
	}
}

// TestDefaultBootFiles: the files with which machines begin, and those that name an image.
func TestDefaultBootFiles(t *testing.T) {
	t.Parallel()
	rules := defaultConfig(t).Rules
	words, configs := map[string]int{}, 0
	for _, f := range rules.BootFiles {
		words[f.Word]++
		if f.Config {
			configs++
		}
	}
	for _, word := range []string{"bios", "efi", "grub"} {
		if words[word] == 0 {
			t.Errorf("no file is the word %s of content/parts/boot-*.md", word)
		}
	}
	if configs != 5 {
		t.Errorf("%d configurations, want those of five ways to start", configs)
	}
	if p, _ := rules.Project("ubuntu"); p == nil || !p.Top {
		t.Errorf("%+v does not lie at the top", p)
	}
}

// Where images are, or were, published, by what the trees hold.
func TestDefaultPublish(t *testing.T) {
	t.Parallel()
	rules := defaultConfig(t).Rules
	for _, test := range []struct {
		series, slug, project, publishType, arch string
		want                                     string
	}{
		{"noble", "final", "ubuntu", "desktop", "amd64", "yes simple noble/ubuntu-24.04-desktop-amd64"},
		{"noble", "24.04.5.1", "ubuntu", "desktop", "amd64", "yes simple noble/ubuntu-24.04.5.1-desktop-amd64"},
		{"noble", "24.04.3", "ubuntu-server", "live-server", "amd64", "yes simple noble/ubuntu-24.04.3-live-server-amd64"},
		{"noble", "24.04.3", "ubuntu-wsl", "wsl", "amd64", "yes simple noble/ubuntu-24.04.3-wsl-amd64"},
		{"noble", "24.04.3", "ubuntu-wsl", "wsl", "arm64", "named full ubuntu/releases/noble/release/ubuntu-24.04.3-wsl-arm64"},
		{"noble", "24.04.3", "ubuntu", "desktop", "arm64", "named full ubuntu/releases/noble/release/ubuntu-24.04.3-desktop-arm64"},
		{"resolute", "beta", "kubuntu", "desktop", "amd64", "named full kubuntu/releases/resolute/beta/kubuntu-26.04-beta-desktop-amd64"},
		{"questing", "beta", "ubuntu", "desktop", "amd64", "yes simple questing/ubuntu-25.10-beta-desktop-amd64"},
		{"questing", "beta", "ubuntu-server", "live-server", "arm64+largemem", "named full ubuntu/releases/questing/beta/ubuntu-25.10-beta-live-server-arm64+largemem"},
		{"questing", "snapshot-1", "ubuntu-server", "preinstalled-server", "riscv64+nezha", "named full ubuntu/releases/questing/snapshot-1/ubuntu-25.10-snapshot1-preinstalled-server-riscv64+nezha"},
		{"stonking", "snapshot-4", "ubuntu", "desktop", "amd64v3", "named full ubuntu/releases/stonking/release/snapshot-4/ubuntu-26.10-snapshot4-desktop-amd64v3"},
		{"stonking", "snapshot-1", "ubuntu", "desktop", "amd64", "named full ubuntu/releases/stonking/release/snapshot-1/ubuntu-26.10-snapshot1-desktop-amd64"},
		{"raring", "final", "ubuntu-server", "server", "i386", "yes simple raring/ubuntu-13.04-server-i386"},
		{"raring", "beta-2", "ubuntu", "desktop", "amd64", "yes simple raring/ubuntu-13.04-beta2-desktop-amd64"},
		{"precise", "alpha-2", "xubuntu", "desktop", "amd64", "no full xubuntu/releases/precise/alpha-2/precise-desktop-amd64"},
		{"jammy", "22.04.1", "ubuntu", "desktop", "amd64+intel-iot", "inteliot full ubuntu/releases/jammy/release/inteliot/ubuntu-22.04-desktop-amd64+intel-iot"},
		{"resolute", "final", "ubuntu-base", "base", "arm64", "named full ubuntu-base/releases/resolute/release/ubuntu-base-26.04-base-arm64"},
		{"noble", "final", "something-new", "desktop", "amd64", "named full something-new/releases/noble/release/something-new-24.04-desktop-amd64"},
	} {
		id := release.Identity{Project: test.project, PublishType: test.publishType, Arch: test.arch}
		l, err := rules.Locate(id, test.series, test.slug)
		if err != nil {
			t.Errorf("%s %s %+v: %v", test.series, test.slug, id, err)
			continue
		}
		if got := string(l.Official) + " " + l.Role + " " + l.Dir + "/" + l.Stem; got != test.want {
			t.Errorf("%s %s %+v:\n got %s\nwant %s", test.series, test.slug, id, got, test.want)
		}
	}
}

func TestDefaultMilestones(t *testing.T) {
	t.Parallel()
	rules := defaultConfig(t).Rules
	last := 0
	for _, test := range []struct {
		series, slug    string
		kind            release.Kind
		version, status string
	}{
		{"noble", "daily", release.KindDaily, "", ""},
		{"raring", "alpha-2", release.KindRelease, "{version}", "{slug}"},
		{"resolute", "snapshot-4", release.KindRelease, "{version}", "{slug}"},
		{"stonking", "snapshot-4", release.KindRelease, "{version}", "release/{slug}"},
		{"raring", "beta-1", release.KindRelease, "{version}", "{slug}"},
		{"noble", "beta", release.KindRelease, "{version}", "{slug}"},
		{"noble", "rc", release.KindRelease, "{version}", "rc"},
		{"noble", "final", release.KindRelease, "{version}", "release"},
		{"noble", "24.04.3", release.KindRelease, "{slug}", "release"},
		{"noble", "24.04.5.1", release.KindRelease, "{slug}", "release"},
	} {
		m, i := rules.MilestoneRule(test.series, test.slug)
		if i < 0 {
			t.Errorf("%s: no rule", test.slug)
			continue
		}
		if m.Kind != test.kind || m.Version != test.version || m.Status != test.status {
			t.Errorf("%s: %+v", test.slug, *m)
		}
		if m.Order < last {
			t.Errorf("%s: order %d after %d", test.slug, m.Order, last)
		}
		last = m.Order
	}
}

// The installers that the default adds are those of series whose packages are still
// in the archive, and each says that nobody looks whether it is there.
func TestDefaultNetboot(t *testing.T) {
	t.Parallel()
	rules := defaultConfig(t).Rules
	var got []string
	for _, s := range rules.Series {
		for _, n := range rules.Netboot {
			if n.Address == "" || !rules.MatchSeries(n.Series, s.Name) {
				continue
			}
			got = append(got, s.Name+": "+strings.Join(n.Arches, " "))
			if host, _, _ := strings.Cut(strings.TrimPrefix(n.Address, "http://"), "/"); host != "archive.ubuntu.com" && host != "ports.ubuntu.com" {
				t.Errorf("%s: %s is not in the archive", s.Name, n.Address)
			}
		}
	}
	want := []string{
		"trusty: amd64 i386", "trusty: ppc64el", "trusty: armhf",
		"xenial: amd64 i386", "xenial: arm64", "xenial: ppc64el", "xenial: armhf", "xenial: s390x",
		"bionic: amd64 i386", "bionic: arm64", "bionic: ppc64el", "bionic: armhf", "bionic: s390x",
		"focal: amd64", "focal: arm64", "focal: ppc64el", "focal: s390x",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every architecture, publish type and project of the facts is described.
func TestDefaultDescriptions(t *testing.T) {
	t.Parallel()
	rules := defaultConfig(t).Rules
	var arches []string
	for _, f := range facts(t, "products.tsv") {
		arches = append(arches, f["arch"])
		if p, _ := rules.PublishType(f["publish_type"]); p == nil || p.Title == "" || p.Description == "" {
			t.Errorf("publish type %s is not described", f["publish_type"])
		}
		if p, _ := rules.Project(f["project"]); p == nil || p.Title == "" || p.Family == "" {
			t.Errorf("project %s is not described", f["project"])
		}
	}
	for _, f := range facts(t, "default-arches.tsv") {
		arches = append(arches, strings.Fields(f["arches"])...)
	}
	arches = append(arches, "amd64v3", "amd64+mac", "lpia", "armel+dove", "armhf+cm3", "amd64+kassel", "powerpc+ps3",
		"arm64+tegra-jetson", "arm64+snapdragon", "ia64", "hppa", "sparc", "riscv64+jh7110")
	for _, name := range arches {
		if a, _ := rules.Architecture(name); a == nil || a.Title == "" || a.Description == "" || a.Group == "" {
			t.Errorf("architecture %s is not described", name)
		}
	}
	for _, name := range []string{"minimal", "base", "core", "netboot", "desktop-canary"} {
		if p, _ := rules.PublishType(name); p == nil {
			t.Errorf("publish type %s is not described", name)
		}
	}
	if p, _ := rules.Project("ubuntu-wsl"); p == nil || p.Prefix != "ubuntu" {
		t.Error("files of ubuntu-wsl do not begin with ubuntu")
	}
}

// The values that a source gets for keys it leaves out are those that the embedded
// file shows.
func TestDefaultSourceKeys(t *testing.T) {
	t.Parallel()
	c, err := defaults()
	if err != nil {
		t.Fatal(err)
	}
	tracker := defaultTracker()
	tracker.Name, tracker.URL, tracker.Site = c.Trackers[0].Name, c.Trackers[0].URL, c.Trackers[0].Site
	if diff := cmp.Diff(c.Trackers[0], tracker); diff != "" {
		t.Errorf("tracker (-config.toml +code):\n%s", diff)
	}
	if line := "# schedule = \"" + defaultPlan().Schedule + "\" "; !strings.Contains(string(shiplist.Config), line) {
		t.Errorf("config.toml does not have %q", line)
	}
	tree := defaultTree()
	tree.Name, tree.Role, tree.URL, tree.Site = c.Trees[0].Name, c.Trees[0].Role, c.Trees[0].URL, c.Trees[0].Site
	if diff := cmp.Diff(c.Trees[0], tree); diff != "" {
		t.Errorf("tree (-config.toml +code):\n%s", diff)
	}
}

// Every key that is read stands in the embedded file: with its value and a comment
// in the first part, by name in the comment above its table in the second.
func TestDefaultShowsEveryKey(t *testing.T) {
	t.Parallel()
	text := string(shiplist.Config)
	d, err := open("config.toml", "", text)
	if err != nil {
		t.Fatal(err)
	}
	var c Config
	for key, read := range map[string]func(*table){
		"site": c.Site.read, "store": c.Store.read, "agent": c.Agent.read, "limits": c.Limits.read,
		"tracker[0]": func(t *table) { readTracker(t) }, "tree[0]": func(t *table) { readTree(t) },
	} {
		name, _, array := strings.Cut(key, "[")
		section := d.root.table(name)
		if array {
			d.problems = nil
			all, _ := d.root.tables(name)
			section = all[0]
		}
		read(section)
		for _, k := range section.known {
			if _, there := section.values[k]; !there {
				t.Errorf("%s.%s is not in config.toml", key, k)
			}
			if line := strings.Split(text, "\n")[d.line(section.at(k))-1]; !strings.Contains(line, " # ") {
				t.Errorf("%s.%s has no comment", key, k)
			}
		}
	}
	d.rules = &release.Rules{}
	for name, read := range map[string]func(*table){
		"product": func(t *table) { readProduct(t) }, "series": func(t *table) { readSeries(t) },
		"milestone": func(t *table) { readMilestone(t) }, "publish": func(t *table) { readPublish(t) },
		"arches": func(t *table) { readArches(t) }, "size_limit": func(t *table) { readSizeLimit(t) },
		"architecture": func(t *table) { readArchitecture(t) }, "publish_type": func(t *table) { readPublishType(t) },
		"project": func(t *table) { readProject(t) }, "extension": func(t *table) { readExtension(t) },
		"netboot": func(t *table) { readNetboot(t) }, "stream": func(t *table) { readStream(t) }, "handover": func(t *table) { readHandover(t) },
	} {
		all, _ := d.root.tables(name)
		read(all[0])
		begin := strings.Index(text, "\n# [["+name+"]]:")
		if begin < 0 {
			t.Errorf("[[%s]] has no comment", name)
			continue
		}
		comment := text[begin : begin+strings.Index(text[begin:], "\n[[")]
		words := strings.FieldsFunc(comment, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
		for _, k := range all[0].known {
			if !slices.Contains(words, k) {
				t.Errorf("the comment of [[%s]] does not say %s", name, k)
			}
		}
	}
}
