package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

const oneTree = "[[tree]]\nname = \"full\"\nrole = \"full\"\nurl = \"https://cdimage.example.org/\"\n"

func parse(t *testing.T, text string) *Config {
	t.Helper()
	c, err := Parse("/srv/ship/config.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParseTakesSourcesFromTheFileAlone(t *testing.T) {
	t.Parallel()
	c := parse(t, oneTree)
	want := []Tree{{
		Name: "full", Role: "full", URL: "https://cdimage.example.org", Site: "https://cdimage.example.org",
		Schedule: "*/15 * * * *", Recheck: 6 * time.Hour, Head: true, Depth: 10,
	}}
	if diff := cmp.Diff(want, c.Trees); diff != "" {
		t.Errorf("trees (-want +got):\n%s", diff)
	}
	if len(c.Trackers) != 0 || len(c.Plans) != 0 {
		t.Errorf("trackers %v and plans %v out of nowhere", c.Trackers, c.Plans)
	}
}

func TestParseMergesKeysOfPlainTables(t *testing.T) {
	t.Parallel()
	c := parse(t, oneTree+"[site]\ntitle = \"Ours\"\nstale = \"0s\"\n\n[limits]\nlist_bytes = \"1.5 kB\"\nconnections = 3\n\n[agent]\nhold_share = 1\n")
	def := defaultConfig(t)
	site := def.Site
	site.Title, site.Stale = "Ours", 0
	site.Staged, site.Output, site.Headers = "/srv/ship/staged", "/srv/ship/public", "/srv/ship/headers"
	site.Layouts, site.Content = "/srv/ship/layouts", "/srv/ship/content"
	if diff := cmp.Diff(site, c.Site); diff != "" {
		t.Errorf("site (-want +got):\n%s", diff)
	}
	limits := def.Limits
	limits.ListBytes, limits.Connections = 1500, 3
	if diff := cmp.Diff(limits, c.Limits); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	agent := def.Agent
	agent.HoldShare = 1
	if diff := cmp.Diff(agent, c.Agent); diff != "" {
		t.Errorf("agent (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Store{Data: "/srv/ship/data", State: "/srv/ship/state"}, c.Store); diff != "" {
		t.Errorf("store (-want +got):\n%s", diff)
	}
	if c.File != "/srv/ship/config.toml" {
		t.Errorf("file %q", c.File)
	}
}

func TestParseReplacesRuleTablesAsAWhole(t *testing.T) {
	t.Parallel()
	c := parse(t, oneTree+`
[[architecture]]
name = "arm64+pine"
title = "Pine boards"

[contacts]
people = ["Jo"]
launchpad = "https://api.launchpad.net/devel/"
product = { kubuntu-desktop-amd64 = "kubuntu-council" }
address = { "Kubuntu-Council" = "https://example.org/k", "#x on IRC" = "mailto:x@example.org" }
`)
	want := defaultConfig(t).Rules
	want.Architectures = []release.Architecture{{Name: "arm64+pine", Title: "Pine boards"}}
	want.Contacts = release.Contacts{
		People: []string{"Jo"}, Launchpad: "https://api.launchpad.net/devel", Product: map[string]string{"kubuntu-desktop-amd64": "kubuntu-council"},
		Address: map[string]string{"kubuntu-council": "https://example.org/k", "#x on irc": "mailto:x@example.org"},
	}
	if diff := cmp.Diff(want, c.Rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

func TestParsePrecedence(t *testing.T) {
	t.Parallel()
	c := parse(t, oneTree+`
[[plan]]
name = "release"
path = "plans"

[precedence]
state = ["test-observer", "rel*"]
intent = []
`)
	want := defaultConfig(t).Rules.Precedence
	want.State, want.Intent = []string{"test-observer", "rel*"}, nil
	if diff := cmp.Diff(want, c.Rules.Precedence); diff != "" {
		t.Errorf("precedence (-want +got):\n%s", diff)
	}
	if plan := []string{"plan"}; !slices.Equal(want.Build, plan) || !slices.Equal(want.Date, plan) || !slices.Equal(want.Contact, plan) {
		t.Errorf("by default %+v", want)
	}
}

func TestParseTakesInlineTables(t *testing.T) {
	t.Parallel()
	c := parse(t, `tree = [ { name = "a", role = "old", url = "https://a.example.org" },
  { name = "b", role = "simple", url = "https://b.example.org" } ]
site.title = "Dotted"
extension = []
`)
	if len(c.Trees) != 2 || c.Trees[1].Role != "simple" || c.Site.Title != "Dotted" || len(c.Rules.Extensions) != 0 {
		t.Errorf("got %+v, title %q, %d extensions", c.Trees, c.Site.Title, len(c.Rules.Extensions))
	}
}

func TestParseTracker(t *testing.T) {
	t.Parallel()
	c := parse(t, `
[[tracker]]
name = "iso"
url = "https://10.0.0.1:8443/xmlrpc.php"
host = "iso.qa.example.org"
schedule = "@hourly"
recheck = "1h"
tests = true
test_calls = 5
user = "bot"
key_file = "keys/iso"

[[tracker]]
name = "tests"
kind = "test-observer"
url = "http://127.0.0.1:30000/"
key_env = "TESTS_KEY"
site = "https://tests.example.org/"
series = ["noble-", "resolute"]

[[tracker]]
name = "other"
kind = "test-observer"
url = "https://tests.example.org/v1"
tests = false
`)
	want := []Tracker{{
		Name: "iso", Kind: "qatracker", URL: "https://10.0.0.1:8443/xmlrpc.php", Host: "iso.qa.example.org",
		Site: "https://iso.qa.example.org", Schedule: "@hourly", Recheck: time.Hour, Tests: true, TestCalls: 5,
		User: "bot", KeyFile: "/srv/ship/keys/iso",
	}, {
		Name: "tests", Kind: "test-observer", URL: "http://127.0.0.1:30000/", KeyEnv: "TESTS_KEY",
		Site: "https://tests.example.org", Schedule: "*/10 * * * *", Series: []string{"noble-", "resolute"}, Recheck: 6 * time.Hour, Tests: true, TestCalls: 200,
	}, {
		Name: "other", Kind: "test-observer", URL: "https://tests.example.org/v1", Schedule: "*/10 * * * *", Recheck: 6 * time.Hour, TestCalls: 200,
	}}
	if diff := cmp.Diff(want, c.Trackers); diff != "" {
		t.Errorf("trackers (-want +got):\n%s", diff)
	}
}

func TestParseLocalTree(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"file:cdimage":              "/srv/ship/cdimage",
		"file:../tree/":             "/srv/tree",
		"file:/srv/cdimage":         "/srv/cdimage",
		"file:///srv/cdimage":       "/srv/cdimage",
		"file://localhost/srv/c":    "/srv/c",
		"file:with%20blank/and%25x": "/srv/ship/with blank/and%x",
	} {
		c := parse(t, "[[tree]]\nname = \"a\"\nrole = \"full\"\nurl = \""+address+"\"\nhash = true\nkeyring = \"keys.gpg\"\n")
		tree := c.Trees[0]
		if got, ok := tree.Dir(); !ok || got != want || !strings.HasPrefix(tree.URL, "file:///") || tree.Site != "" || tree.Keyring != "/srv/ship/keys.gpg" {
			t.Errorf("%s: directory %q, want %q; %+v", address, got, want, tree)
		}
	}
	if _, ok := (Tree{URL: "https://cdimage.example.org"}).Dir(); ok {
		t.Error("an address on the network has a directory")
	}
}

func TestParseIsDeterministic(t *testing.T) {
	t.Parallel()
	text := []byte(`
site = { titel = 1, zz = 2, aa = 3 }
zz = 1
aa = 2
store = { data = "x", state = "x" }
`)
	_, first := Parse("config.toml", text)
	for range 20 {
		if _, err := Parse("config.toml", text); err.Error() != first.Error() {
			t.Fatalf("first:\n%v\nthen:\n%v", first, err)
		}
	}
}

func TestProductFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := "# Kubuntu\r\n\nKubuntu Desktop amd64\t\tkubuntu\tdaily-live\tdesktop\tamd64\tiso\r\n" +
		"Ubuntu Server Subiquity amd64\tubuntu-server/live\tdaily-live\tlive-server\tamd64\t\t\tiso"
	if err := os.WriteFile(filepath.Join(dir, "qa-products"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Parse(filepath.Join(dir, "config.toml"), []byte("product_file = \"qa-products\"\n"+oneTree))
	if err != nil {
		t.Fatal(err)
	}
	want := []release.ProductRule{
		{Title: "Kubuntu Desktop amd64", Project: "kubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64", Tracker: "iso"},
		{Title: "Ubuntu Server Subiquity amd64", Project: "ubuntu-server", Subproject: "live", ImageType: "daily-live", PublishType: "live-server", Arch: "amd64", Tracker: "iso"},
	}
	if diff := cmp.Diff(want, c.Rules.Products); diff != "" {
		t.Errorf("products (-want +got):\n%s", diff)
	}
	if want := []string{filepath.Join(dir, "qa-products")}; !slices.Equal(c.Lists, want) {
		t.Errorf("read from %v, want %v", c.Lists, want)
	}
}

func TestInitText(t *testing.T) {
	t.Parallel()
	text := string(InitText())
	c, err := Parse("/srv/ship/config.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	def := defaultConfig(t)
	if diff := cmp.Diff(def.Rules, c.Rules); diff != "" {
		t.Errorf("rules (-default +got):\n%s", diff)
	}
	if diff := cmp.Diff(def.Trees, c.Trees); diff != "" {
		t.Errorf("trees (-default +got):\n%s", diff)
	}
	for _, name := range []string{
		"[[product]]", "[[series]]", "[[milestone]]", "[[publish]]", "[[arches]]", "[[size_limit]]", "[[architecture]]",
		"[[publish_type]]", "[[project]]", "[[extension]]", "[[stream]]", "[[handover]]", "[[netboot]]", "[[boot_file]]", "[contacts]", "[commands]", "[respin]", "[[respin.rule]]", "[archive]", "[[archive.rule]]",
	} {
		if strings.Count(text, "\n# "+name+"\n") != 1 || strings.Contains(text, "\n"+name+"\n") {
			t.Errorf("%s is not there once, as a comment", name)
		}
	}
	if lines := strings.Count(text, "\n"); lines > 580 {
		t.Errorf("%d lines are too many to begin with", lines)
	}
}

// Every example that InitText shows can be used: without its "# " the file still
// loads.
func TestInitTextExamples(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	table := false
	for line := range strings.Lines(string(InitText())) {
		bare := strings.TrimPrefix(line, "# ")
		table = strings.HasPrefix(line, "# ") && (table || tableLine.MatchString(strings.TrimSpace(bare)))
		if table {
			line = bare
		}
		b.WriteString(line)
	}
	// The one series replaces all others, and the plans are a directory that is
	// only read when it is asked for.
	text := strings.NewReplacer(`name = "warty"`, `name = "bionic"`, `series = ["-precise"]`, `series = ["-bionic"]`).Replace(b.String())
	c, err := Parse("/srv/ship/config.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Rushes) != 1 {
		t.Errorf("%d rushes, want one", len(c.Rushes))
	}
	if len(c.Rules.Products) != 1 || len(c.Rules.Series) != 1 || len(c.Plans) != 1 || len(c.Rules.Netboot) != 1 {
		t.Errorf("%d products, %d series, %d plans, %d netboot rules; want one each",
			len(c.Rules.Products), len(c.Rules.Series), len(c.Plans), len(c.Rules.Netboot))
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"1 B": 1, "16 MiB": 16 << 20, "16MiB": 16 << 20, "4.7 GB": 4_700_000_000, "0.5 KiB": 512, "1 kB": 1000, "2 TiB": 2 << 40,
		"": 0, "16": 0, "16 mib": 0, "-1 MiB": 0, "1e3 MiB": 0, "MiB": 0, ".5 MiB": 0, "0 B": 0, "99999999999 TiB": 0, "1..5 MiB": 0, "1 MiB ": 0,
	} {
		if got, ok := parseSize(text); got != want || ok != (want > 0) {
			t.Errorf("parseSize(%q) = %d, %v; want %d", text, got, ok, want)
		}
	}
}

func TestDurationsOfTheDefault(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	if c.Site.Freshness != time.Hour || c.Agent.HoldFor != 24*time.Hour || c.Agent.HoldLeast != 5 || c.Agent.HoldShare != 0.5 {
		t.Errorf("%+v %+v", c.Site, c.Agent)
	}
	if c.Agent.Spread != time.Minute || c.Agent.StopWithin != 20*time.Second || !c.Agent.Generate || c.Agent.GenerateAfter != 30*time.Second ||
		c.Agent.Timezone != "UTC" || c.Agent.Listen != "" || c.Limits.PerMinute != 600 || c.Limits.BackoffLeast != 10*time.Second || c.Limits.BackoffMost != time.Hour {
		t.Errorf("%+v %+v", c.Agent, c.Limits)
	}
	if c.Limits.Connections != 2 || c.Limits.ListingBytes != 16<<20 || c.Limits.TrackerBytes != 64<<20 {
		t.Errorf("%+v", c.Limits)
	}
}

func BenchmarkLoad(b *testing.B) {
	text := InitText()
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Parse("/srv/ship/config.toml", text); err != nil {
			b.Fatal(err)
		}
	}
}
