package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// publishRow is a row of what the release team published, in our words.
type publishRow struct {
	project   string // the image's own
	series    string
	slug      string
	row       map[string]string
	arches    []string
	imageType string
}

func publishRows(t *testing.T, milestone string) []publishRow {
	t.Helper()
	var rows []publishRow
	for _, f := range facts(t, "publish-commands.tsv") {
		if f["milestone"] != milestone {
			continue
		}
		series, title, _ := strings.Cut(milestone, " ")
		project, imageType := f["project"], f["source"]
		if own, rest, nested := strings.Cut(f["source"], "/"); nested {
			project, imageType = own, rest
		}
		rows = append(rows, publishRow{project, series, strings.ReplaceAll(title, " ", "-"), f, strings.Fields(f["arches"]), imageType})
	}
	return rows
}

// command is what the team ran for a row, in the form of the build host; empty for
// the row without a build id.
func (r publishRow) command() string {
	f := r.row
	if f["build_id"] == "" {
		return ""
	}
	line := "ARCHES='" + f["arches"] + "' for-project " + f["project"] + " publish-release " +
		f["source"] + " " + f["build_id"] + " " + f["publish_type"] + " " + f["official"]
	if f["status"] != "" {
		line += " " + f["status"]
	}
	return line
}

// sources are a tracker on which every product of the rows stands with its build,
// ready, and a tree that holds its daily. Backwards says in which order.
func publishSources(rows []publishRow, backwards bool) []release.SourceFacts {
	when := time.Date(2026, 1, 30, 0, 0, 0, 0, time.UTC)
	state := func(name, kind, role string) release.SourceState {
		return release.SourceState{Name: name, Kind: kind, Role: role, Attempt: when, Success: when}
	}
	iso, full := &release.Facts{Source: "iso"}, &release.Facts{Source: "full"}
	series := release.Series{Slug: rows[0].series, Title: "It", Status: release.SeriesActive}
	m := release.Milestone{Series: rows[0].series, Slug: rows[0].slug, Title: "It", Kind: release.KindRelease, Status: release.MilestoneTesting}
	for _, r := range rows {
		for _, arch := range r.arches {
			title := r.row["image"] + " " + arch
			slug := release.Slug(title)
			iso.Products = append(iso.Products, release.Product{Slug: slug, Title: title, Family: "F", Type: "iso", Identities: []release.Identity{
				{Project: r.project, ImageType: r.imageType, PublishType: r.row["publish_type"], Arch: arch},
			}})
			series.Manifest = append(series.Manifest, release.Intent{Product: slug, Contact: "~a-team"})
			id := r.row["build_id"]
			if id == "" {
				continue
			}
			m.Entries = append(m.Entries, release.Entry{Product: slug, BuildID: id, State: release.StateReady})
			name := r.series + "-" + r.row["publish_type"] + "-" + arch
			full.Images = append(full.Images, release.Image{
				Series: r.series, Project: r.project, Dir: r.project + "/" + r.series + "/" + r.imageType + "/" + id, Name: name,
				Kind: release.ImageDaily, ImageType: r.imageType, PublishType: r.row["publish_type"], Arch: arch, BuildID: id,
				Files: []release.File{{Name: name + ".iso", Type: "iso", Main: true}},
			})
		}
	}
	iso.Series, iso.Milestones = []release.Series{series}, []release.Milestone{m}
	if backwards {
		slices.Reverse(iso.Products)
		slices.Reverse(iso.Milestones[0].Entries)
		slices.Reverse(full.Images)
	}
	return []release.SourceFacts{{State: state("iso", "qatracker", ""), Facts: iso}, {State: state("full", "tree", "full"), Facts: full}}
}

// TestDefaultPublishSet makes, of products and rules, what the release team ran for
// two milestones: the 49 commands byte for byte, and for one image the remark that it
// has no build.
func TestDefaultPublishSet(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	for i := range c.Rules.Series {
		c.Rules.Series[i].Development = c.Rules.Series[i].Name == "resolute" // as it was then
	}
	commands, remarks := 0, 0
	for _, milestone := range []string{"resolute snapshot 1", "resolute snapshot 2"} {
		rows := publishRows(t, milestone)
		var want []string
		for _, r := range rows {
			if line := r.command(); line != "" {
				want = append(want, line)
			} else {
				remarks++
			}
		}
		commands += len(want)
		for _, backwards := range []bool{false, true} {
			p := release.Join(release.Input{Rules: c.Rules, Sources: publishSources(rows, backwards), AsOf: time.Date(2026, 1, 30, 0, 0, 0, 0, time.UTC)})
			set, err := release.MakePublishSet(p, c.Rules, p.Lines[0].Milestones[len(p.Lines[0].Milestones)-1], release.PublishOptions{})
			if err != nil {
				t.Fatal(milestone, err)
			}
			got, err := c.Commands.PublishCommands(set)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s: %v, (-want +got)\n%s", milestone, err, diff)
			}
			for _, out := range set.LeftOut() {
				if milestone != "resolute snapshot 2" || out.Row.Identity.Arch != "arm64+raspi" || out.Why[0].Rule != release.ReasonNoBuild {
					t.Errorf("%s: left out %s: %+v", milestone, out.Row.Product.Title, out.Why)
				}
			}
		}
	}
	if commands != 49 || remarks != 1 {
		t.Errorf("%d commands and %d remarks, want 49 and 1", commands, remarks)
	}
}

func TestPublishCommand(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	got, err := c.Commands.PublishCommand(&release.PublishCommand{
		Arches: []string{"arm64", "arm64+largemem"}, Project: "ubuntu", Source: "ubuntu-server/daily-live",
		BuildID: "20260129", PublishType: "live-server", Official: release.OfficialNamed, Status: "snapshot-3",
	})
	if want := "ARCHES='arm64 arm64+largemem' for-project ubuntu publish-release ubuntu-server/daily-live 20260129 live-server named snapshot-3"; got != want || err != nil {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	got, err = c.Commands.PublishCommand(&release.PublishCommand{
		Series: "no'ble", Arches: []string{"amd64", "$(x)"}, Project: "a b", Source: "c;d", BuildID: "`e`", PublishType: "f", Official: "yes",
	})
	if want := `DIST="no'ble" ARCHES='amd64 $(x)' for-project 'a b' publish-release 'c;d' '` + "`e`" + `' f yes`; got != want || err != nil {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	for _, bad := range []release.PublishCommand{{Project: "-x"}, {BuildID: "a\nb"}, {Status: "-x"}, {Series: "\x00"}, {Arches: []string{"\x1b"}}} {
		if got, err := c.Commands.PublishCommand(&bad); err == nil {
			t.Errorf("%+v is taken: %s", bad, got)
		}
	}
}

func TestParsePublish(t *testing.T) {
	t.Parallel()
	const head = "[[publish]]\nofficial = \"named\"\n"
	c := parse(t, oneTree+head+"together = true\n"+head+"together = \"server\"\n"+head+"together = false\n")
	if got := [3]string{c.Rules.Publish[0].Together, c.Rules.Publish[1].Together, c.Rules.Publish[2].Together}; got != [3]string{release.TogetherOwn, "server", ""} {
		t.Errorf("together: %q", got)
	}
	if !c.Rules.PublishOwn || parse(t, oneTree).Rules.PublishOwn || defaultConfig(t).Rules.PublishOwn {
		t.Error("whose own the publish rules are is not known")
	}
	if !parse(t, oneTree+"[[arches]]\narches = [\"amd64\"]\n").Rules.ArchesOwn || c.Rules.ArchesOwn || defaultConfig(t).Rules.ArchesOwn {
		t.Error("whose own the rules of architectures are is not known")
	}
	outputs := parse(t, oneTree+"[[stream]]\ncontent = \"org.example\"\nrole = \"full\"\nof = \"dailies\"\n[[handover]]\nname = \"a.txt\"\ntitle = \"A\"\nof = \"site\"\n")
	if !outputs.Rules.StreamsOwn || !outputs.Rules.HandoversOwn || c.Rules.StreamsOwn || c.Rules.HandoversOwn || defaultConfig(t).Rules.StreamsOwn {
		t.Error("whose own the rules of streams and hand-overs are is not known")
	}
	for _, tc := range []struct{ text, want string }{
		{head + "together = 1\n", `c.toml:7:1: publish[0].together: must be true, or a name in quotes like "server", not a whole number`},
		{head + "together = \"true\"\n", `c.toml:7:1: publish[0].together: "true" is not a name that rules can have in common; write it like "server", or true without quotes for this rule alone`},
		{"[commands]\npublish = \"publish '{{.BuildID}}'\"\n", "c.toml:6:1: commands.publish: puts a word where a name could break out of it; let each stand by itself, without quotes around it"},
		{"[commands]\npublish = \"\"\n", "c.toml:6:1: commands.publish: must not be empty; leave it out for the default"},
		{"[commands]\npublish = \"publish {{.Suite}}\"\n", `c.toml:6:1: commands.publish: command:1:10: executing "command" at <.Suite>: can't evaluate field Suite in type config.PublishWords`},
	} {
		_, err := Parse("c.toml", []byte(oneTree+tc.text))
		got := ""
		if err != nil {
			got = strings.TrimSpace(err.Error())
		}
		if got != tc.want {
			t.Errorf("%s: %s\nwant %s", tc.text, got, tc.want)
		}
	}
}
