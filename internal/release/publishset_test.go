package release

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// publishLines are a set in short: what is published, by command, and what is not.
func publishLines(set *PublishSet) []string {
	var lines []string
	for _, c := range set.Commands {
		line := strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s %s %s %s", c.Series, strings.Join(c.Arches, ","), c.Project, c.Source, c.BuildID, c.PublishType, c.Official, c.Status))
		for _, p := range c.Products {
			for _, w := range p.Why {
				line += "; forced against " + w.Rule
			}
		}
		lines = append(lines, line)
	}
	for _, p := range set.Products {
		if p.Publishes() {
			continue
		}
		line := "out: " + p.Row.Product.Slug
		for _, w := range p.Why {
			line += "; " + w.Rule + ": " + w.Text
		}
		lines = append(lines, line)
	}
	return lines
}

// arm adds a fourth product, a server for another architecture of the same rule.
func arm(in *Input, id string) {
	in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Ubuntu Server arm64", Project: "ubuntu-server", ImageType: "daily-live", PublishType: "live-server", Arch: "arm64"})
	iso := in.Sources[0].Facts
	iso.Products = append(iso.Products, Product{Slug: "ubuntu-server-arm64", Title: "Ubuntu Server arm64", Family: "Ubuntu", Type: "iso", ID: "900"})
	iso.Series[0].Manifest = append(iso.Series[0].Manifest, Intent{Product: "ubuntu-server-arm64", Contact: "~a-team"})
	final(in).Entries = append(final(in).Entries, Entry{Product: "ubuntu-server-arm64", BuildID: id, State: StateReady})
	f := full(in)
	f.Images = append(f.Images, daily("ubuntu-server", "noble", "daily-live", "live-server", "arm64", id))
}

const (
	kubuntuLine = "noble amd64 kubuntu daily-live 20240424 desktop named"
	desktopLine = "noble amd64 ubuntu daily-live 20240424 desktop yes"
	serverLine  = "noble amd64 ubuntu ubuntu-server/daily-live 20240424 live-server yes"
)

func TestMakePublishSet(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		change  func(*Input)
		options PublishOptions
		want    []string
	}{
		{"all ready", func(*Input) {}, PublishOptions{}, []string{desktopLine, serverLine, kubuntuLine}},
		{"the series that is developed is not named", func(in *Input) { in.Rules.Series[2].Development = true }, PublishOptions{}, []string{desktopLine[6:], serverLine[6:], kubuntuLine[6:]}},
		{"released, and asked for", func(in *Input) { in.Sources[0].Facts.Milestones[1].Status = MilestoneReleased }, PublishOptions{Released: true}, []string{desktopLine, serverLine, kubuntuLine}},
		{"another id of the same bytes", func(in *Input) {
			in.Sources[0].Facts.Builds = []Build{{Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: "20240420", SHA256: full(in).Images[0].Files[0].SHA256}}
			final(in).Entries[0].BuildID = "20240420"
		}, PublishOptions{}, []string{desktopLine, serverLine, kubuntuLine}},
		{"only", func(*Input) {}, PublishOptions{Only: []string{"*SERVER*"}}, []string{serverLine}},
		{"except", func(*Input) {}, PublishOptions{Except: []string{"Ubuntu Desktop amd64", "kubuntu-*"}}, []string{serverLine}},
		{"testing", func(in *Input) { final(in).Entries[0].State = StateTesting }, PublishOptions{}, []string{desktopLine, serverLine, "out: kubuntu-desktop-amd64; not-ready: not ready: testing"}},
		{"failed is said once", func(in *Input) { final(in).Entries[0].State = StateFailed }, PublishOptions{}, []string{desktopLine, serverLine, "out: kubuntu-desktop-amd64; not-ready: not ready: failed"}},
		{"forced", func(in *Input) { final(in).Entries[0].State = StateTesting }, PublishOptions{Force: []string{"kubuntu*"}}, []string{desktopLine, serverLine, kubuntuLine + "; forced against not-ready"}},
		{"no build", func(in *Input) { final(in).Entries = final(in).Entries[1:] }, PublishOptions{Force: []string{"kubuntu*"}}, []string{desktopLine, serverLine, "out: kubuntu-desktop-amd64; no-build: no build; not-forced: cannot be forced without a build"}},
		{"no files", func(in *Input) {
			full(in).Images = full(in).Images[1:]
			full(in).Directories = full(in).Directories[1:3]
		}, PublishOptions{}, []string{
			desktopLine, serverLine, "out: kubuntu-desktop-amd64; no-files: no tree holds files of the build",
		}},
		{"no files, and forced", func(in *Input) {
			full(in).Images = full(in).Images[1:]
			full(in).Directories = full(in).Directories[1:3]
		}, PublishOptions{Force: []string{"kubuntu*"}}, []string{
			desktopLine, serverLine, "out: kubuntu-desktop-amd64; no-files: no tree holds files of the build; not-forced: cannot be forced without files",
		}},
		{"no main file, and forced", func(in *Input) { full(in).Images[0].Files[0].Main = false }, PublishOptions{Force: []string{"kubuntu*"}}, []string{
			desktopLine, serverLine, "out: kubuntu-desktop-amd64; no-files: no tree holds files of the build; not-forced: cannot be forced without files",
		}},
		{"tracker held", func(in *Input) { in.Sources[0].State.Held = &Held{Reason: "empty"} }, PublishOptions{Only: []string{"kubuntu*"}}, []string{
			"out: kubuntu-desktop-amd64; held: the last answer of iso is held back",
		}},
		{"directory held", func(in *Input) { full(in).Directories[0].Held = "sums differ" }, PublishOptions{Only: []string{"kubuntu*"}}, []string{
			"out: kubuntu-desktop-amd64; held: its directory is not believed: sums differ",
		}},
		{"another build is published: publishing mends it", func(in *Input) { full(in).Images[3].Files[0].SHA256, full(in).Images[3].BuildID = sum("x"), "20240401" }, PublishOptions{}, []string{desktopLine, serverLine, kubuntuLine}},
		{"blocker", func(in *Input) {
			second(func(f *Facts) { f.Milestones[0].Entries[0].State = StateFailed })(in)
		}, PublishOptions{Only: []string{"kubuntu*"}}, []string{
			`out: kubuntu-desktop-amd64; disagree-state: sources disagree about build 20240424 of Kubuntu Desktop amd64 on Noble Final: iso says ready and other says failed`,
		}},
		{"nobody meant it", func(in *Input) { in.Sources[0].Facts.Series[0].Manifest = in.Sources[0].Facts.Series[0].Manifest[1:] }, PublishOptions{}, []string{
			desktopLine, serverLine, "out: kubuntu-desktop-amd64; unintended: built, and not in the series manifest",
		}},
		{"by hand", func(in *Input) {
			in.Rules.Publish = append([]PublishRule{{Project: []string{"kubuntu"}, Official: OfficialNamed, Directory: "by/hand"}}, in.Rules.Publish...)
		}, PublishOptions{Force: []string{"kubuntu*"}}, []string{
			desktopLine, serverLine, "out: kubuntu-desktop-amd64; by-hand: placed by hand: its [[publish]] rule names a directory or prefix of its own; not-forced: cannot be forced, as no command of the build host places it",
		}},
		{"together", func(in *Input) {
			in.Rules.Publish[0].Arch = nil
			in.Rules.Publish[0].Together = TogetherOwn
			arm(in, "20240424")
		}, PublishOptions{}, []string{
			desktopLine, "noble amd64,arm64 ubuntu ubuntu-server/daily-live 20240424 live-server yes", kubuntuLine,
		}},
		{"together, by another build", func(in *Input) {
			in.Rules.Publish[0].Arch = nil
			in.Rules.Publish[0].Together = TogetherOwn
			arm(in, "20240423")
		}, PublishOptions{Only: []string{"*server*"}}, []string{
			serverLine, "noble arm64 ubuntu ubuntu-server/daily-live 20240423 live-server yes",
		}},
		{"together over rules", func(in *Input) {
			arm(in, "20240424")
			in.Rules.Publish[0].Together = "server"
			in.Rules.Publish = append([]PublishRule{in.Rules.Publish[0], {Project: []string{"ubuntu-server"}, Official: OfficialYes, Under: "ubuntu", Together: "server"}}, in.Rules.Publish[1:]...)
		}, PublishOptions{Only: []string{"*server*"}}, []string{"noble amd64,arm64 ubuntu ubuntu-server/daily-live 20240424 live-server yes"}},
		{"not together", func(in *Input) { in.Rules.Publish[0].Arch = nil; arm(in, "20240424") }, PublishOptions{Only: []string{"*server*"}}, []string{
			serverLine, "noble arm64 ubuntu ubuntu-server/daily-live 20240424 live-server yes",
		}},
		{"pinned", func(in *Input) {
			pin("20240424")(in)
			final(in).Entries[0].State = StateUnknown
		}, PublishOptions{Only: []string{"kubuntu*"}}, []string{kubuntuLine}},
		{"pinned, and a tracker says otherwise", func(in *Input) {
			pin("20240424")(in)
			final(in).Entries[0].State = StateTesting
		}, PublishOptions{Only: []string{"kubuntu*"}}, []string{"out: kubuntu-desktop-amd64; not-ready: not ready: testing"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := cleanInput()
			tt.change(in)
			p := Join(*in)
			set, err := MakePublishSet(p, in.Rules, findManifest(t, p, "noble/final"), tt.options)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, publishLines(set)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestMakePublishSetRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		change    func(*Input)
		milestone string
		options   PublishOptions
		want      string
	}{
		{"daily", func(*Input) {}, "noble/daily", PublishOptions{}, "Noble Daily is a daily milestone; only release milestones are published"},
		{"nothing is called so", func(*Input) {}, "noble/final", PublishOptions{Only: []string{"kubutnu", "ubuntu-server"}, Force: []string{"x"}}, `--only "kubutnu" matches no product of Noble Final; did you mean kubuntu-desktop-amd64?
--only "ubuntu-server" matches no product of Noble Final; "*ubuntu-server*" would match ubuntu-server-subiquity-amd64
--force "x" matches no product of Noble Final; 'shiplist publish-set noble/final' lists them`},
		{
			"released", func(in *Input) { in.Sources[0].Facts.Milestones[1].Status = MilestoneReleased }, "noble/final",
			PublishOptions{Force: []string{"*"}},
			"Noble Final is released already; what is released is not published again",
		},
		{
			"its series has ended", func(in *Input) { in.Sources[0].Facts.Series[0].Status = SeriesDisabled }, "noble/final",
			PublishOptions{},
			"Noble Final belongs to a series that is not active; what is released is not published again",
		},
		{"one place", func(in *Input) {
			arm(in, "20240424")
			in.Rules.Products[len(in.Rules.Products)-1].Arch = "amd64"
		}, "noble/final", PublishOptions{}, `Ubuntu Server arm64 ([[publish]] rule 1) and Ubuntu Server Subiquity amd64 (rule 1) have one place: noble/ubuntu-24.04-live-server-amd64 in the tree with the role "simple"`},
		{"no place", func(in *Input) { in.Rules.Publish = in.Rules.Publish[:3] }, "noble/final", PublishOptions{}, `Kubuntu Desktop amd64 on Noble Final has no place: no [[publish]] rule matches series "noble", milestone "final", project "kubuntu", publish type "desktop", architecture "amd64"`},
		{"no rule", func(in *Input) { in.Rules.Products = in.Rules.Products[1:] }, "noble/final", PublishOptions{}, `Kubuntu Desktop amd64 on Noble Final has no place: no [[product]] rule says what the product is in the trees`},
		{"a release is no daily", func(in *Input) { final(in).Entries[0].BuildID = "24.04" }, "noble/final", PublishOptions{}, `build 24.04 of Kubuntu Desktop amd64 on Noble Final is no daily build: the id of one is a day, like 20260129 or 20260129.1`},
		{"a daily of another series", func(in *Input) {
			final(in).Entries[0].BuildID = "20240420"
			full(in).Images = append(full(in).Images, daily("kubuntu", "jammy", "daily-live", "desktop", "amd64", "20240420"))
		}, "noble/final", PublishOptions{}, `build 20240420 of Kubuntu Desktop amd64 on Noble Final is a daily of jammy (kubuntu/jammy/daily-live/20240420), not of noble`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := cleanInput()
			tt.change(in)
			p := Join(*in)
			_, err := MakePublishSet(p, in.Rules, findManifest(t, p, tt.milestone), tt.options)
			refused := Refused(err)
			if got := strings.Join(refused.Reasons, "\n"); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
			if len(refused.Products) == 0 {
				return
			}
			if _, err := MakePublishSet(p, in.Rules, findManifest(t, p, tt.milestone), PublishOptions{Except: refused.Products}); err != nil {
				t.Errorf("without %q: %v", refused.Products, err)
			}
		})
	}
}

// TestPublished knows what lies where it goes already, and what is another build.
func TestPublished(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Input){
		"kubuntu-desktop-amd64": func(*Input) {},
		"":                      func(in *Input) { full(in).Images[3].Files[0].SHA256, full(in).Images[3].BuildID = sum("x"), "20240401" },
	} {
		in := cleanInput()
		change(in)
		p := Join(*in)
		set, err := MakePublishSet(p, in.Rules, findManifest(t, p, "noble/final"), PublishOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, one := range set.Products {
			if one.Published() {
				got += one.Row.Product.Slug
			}
		}
		if got != name {
			t.Errorf("published are %q, want %q", got, name)
		}
	}
}

// TestPublishSetRefusesForced names, of what is refused, what has to go from --force: with
// that, and without the rest, there is a set.
func TestPublishSetRefusesForced(t *testing.T) {
	t.Parallel()
	const kubuntu, server = "kubuntu-desktop-amd64", "ubuntu-server-subiquity-amd64"
	for _, tt := range []struct {
		name, force     string
		unmeant         bool // nobody means to publish Kubuntu
		forced, without []string
	}{
		{"meant and forced", "kubuntu-*", false, []string{kubuntu}, nil},
		{"forced alone", "kubuntu-*", true, []string{kubuntu}, []string{kubuntu}},
		{"forced with others", "*", true, nil, nil},
		{"not forced", server, false, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := cleanInput()
			in.Rules.Products = slices.DeleteFunc(slices.Clone(in.Rules.Products), func(r ProductRule) bool { return Slug(r.Title) == kubuntu })
			series := &in.Sources[0].Facts.Series[0]
			if tt.unmeant {
				series.Manifest = slices.DeleteFunc(slices.Clone(series.Manifest), func(i Intent) bool { return i.Product == kubuntu })
			}
			p := Join(*in)
			m := findManifest(t, p, "noble/final")
			_, err := MakePublishSet(p, in.Rules, m, PublishOptions{Force: []string{tt.force}})
			refused := Refused(err)
			if !slices.Equal(refused.Products, []string{kubuntu}) || !slices.Equal(refused.Forced, tt.forced) || !slices.Equal(refused.Unmeant, tt.without) {
				t.Errorf("%v: products %q, forced %q, unmeant %q", err, refused.Products, refused.Forced, refused.Unmeant)
			}
			options := PublishOptions{Force: []string{tt.force}}
			if len(refused.Forced) > 0 {
				options.Force = nil
			}
			if len(refused.Unmeant) == 0 {
				options.Except = refused.Products
			}
			if _, err := MakePublishSet(p, in.Rules, m, options); err != nil {
				t.Errorf("with the advice: %v", err)
			}
		})
	}
}

// TestPublishSetNeverHasNetboot looks at the sample, where a netboot product stands on
// a release milestone.
func TestPublishSetNeverHasNetboot(t *testing.T) {
	t.Parallel()
	in := sampleInput()
	in.Rules.Products = append(in.Rules.Products[:2:2], in.Rules.Products[3:]...)
	p := Join(in)
	m := findManifest(t, p, "noble/final")
	findRow(t, p, "noble/final/netboot-amd64")
	set, err := MakePublishSet(p, in.Rules, m, PublishOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range set.Products {
		if one.Row.Netboot {
			t.Errorf("%s is in the set", one.Row.Product.Title)
		}
	}
	const want = `--only "netboot-*" matches no product of Noble Final; netboot products are never in a publish set`
	if _, err = MakePublishSet(p, in.Rules, m, PublishOptions{Only: []string{"netboot-*"}}); err == nil || err.Error() != want {
		t.Errorf("only a netboot product: %v, want %s", err, want)
	}
}

func TestPublishSetCompare(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	final(in).Entries[0].State = StateTesting
	p := Join(*in)
	set, err := MakePublishSet(p, in.Rules, findManifest(t, p, "noble/final"), PublishOptions{Except: []string{"ubuntu-server*"}})
	if err != nil {
		t.Fatal(err)
	}
	all := func() map[string]FoundFile {
		found := map[string]FoundFile{"simple/noble/SHA256SUMS": {Size: -1}}
		for _, e := range set.Expected() {
			found[e.Path] = FoundFile{Size: e.Size, SHA256: e.SHA256}
		}
		return found
	}
	const iso = "simple/noble/ubuntu-24.04-desktop-amd64.iso"
	for _, tt := range []struct {
		name   string
		change func(map[string]FoundFile)
		want   []string
	}{
		{"as it should be", func(map[string]FoundFile) {}, nil},
		{"missing in the pool", func(f map[string]FoundFile) { delete(f, "simple/.pool/ubuntu-24.04-desktop-amd64.iso") }, []string{"missing simple/.pool/ubuntu-24.04-desktop-amd64.iso: not there"}},
		{"size", func(f map[string]FoundFile) { f[iso] = FoundFile{Size: 1} }, []string{"size " + iso + ": 1 byte, the daily has 900 bytes"}},
		{"size not known", func(f map[string]FoundFile) { f[iso] = FoundFile{Size: -1} }, nil},
		{"checksum", func(f map[string]FoundFile) { f[iso] = FoundFile{Size: 900, SHA256: "ab"} }, []string{"checksum " + iso + ": SHA256 ab, the daily has " + sum("ubuntu", "noble-desktop-amd64", "20240424")}},
		{"companion", func(f map[string]FoundFile) { f[iso+".zsync"] = FoundFile{Size: 5} }, nil},
		{"netboot of a server not asked for", func(f map[string]FoundFile) { f["simple/.pool/ubuntu-24.04-netboot-amd64.tar.gz"] = FoundFile{Size: 5} }, nil},
		{"netboot of nothing", func(f map[string]FoundFile) { f["simple/noble/ubuntu-24.04-netboot-s390x.tar.gz"] = FoundFile{Size: 5} }, []string{
			"extra simple/noble/ubuntu-24.04-netboot-s390x.tar.gz: not in the publish set",
		}},
		{"another release", func(f map[string]FoundFile) { f["simple/noble/ubuntu-24.04.1-desktop-amd64.iso"] = FoundFile{Size: 5} }, nil},
		{"not asked for", func(f map[string]FoundFile) {
			f["simple/noble/ubuntu-24.04-live-server-amd64.iso"] = FoundFile{Size: 5}
		}, nil},
		{"extra", func(f map[string]FoundFile) {
			f["simple/noble/ubuntu-24.04-desktop-amd64+mac.iso"] = FoundFile{Size: 5}
		}, []string{
			"extra simple/noble/ubuntu-24.04-desktop-amd64+mac.iso: not in the publish set",
		}},
	} {
		found := all()
		tt.change(found)
		var got []string
		for _, d := range set.Compare(found) {
			got = append(got, d.Kind+" "+d.Path+": "+d.Text)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
	}
	if diff := cmp.Diff([]string{"simple/.pool", "simple/noble"}, set.Dirs()); diff != "" {
		t.Error(diff)
	}
}
