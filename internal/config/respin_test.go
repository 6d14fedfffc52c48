package config

import (
	"strings"
	"testing"

	"shiplist/internal/release"
)

// respinCase is a product in the trees, and the command that builds it again.
type respinCase struct {
	series, project, subproject, imageType, publishType, arch string
	want                                                      string
}

// TestDefaultRespin holds the built-in rules to each special case of the build host.
func TestDefaultRespin(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	for _, tc := range []respinCase{
		{"noble", "ubuntu-server", "live", "daily-live", "live-server", "amd64", "ARCHES='amd64' DIST=noble SUBPROJECT=live for-project ubuntu-server cron.daily-live --live"},
		{"stonking", "kubuntu", "", "daily-live", "desktop", "amd64", "ARCHES='amd64' DIST=stonking for-project kubuntu cron.daily-live --live"},
		{"noble", "ubuntu-base", "", "daily", "base", "armhf", "ARCHES='armhf' DIST=noble for-project ubuntu-base cron.daily-live --live"},
		{"focal", "ubuntu-server", "", "daily", "legacy-server", "amd64", "ARCHES='amd64' DIST=focal for-project ubuntu-server cron.daily --live"},
		{"trusty", "lubuntu", "", "daily", "alternate", "amd64", "ARCHES='amd64' DIST=trusty for-project lubuntu cron.daily"},
		{"noble", "lubuntu", "", "daily", "alternate", "amd64", "ARCHES='amd64' DIST=noble for-project lubuntu cron.daily-live --live"},
		{"focal", "ubuntustudio", "", "dvd", "dvd", "amd64", "ARCHES='amd64' DIST=focal for-project ubuntustudio cron.dvd --live"},
		{"resolute", "ubuntustudio", "", "dvd", "dvd", "amd64", "ARCHES='amd64' DIST=resolute for-project ubuntustudio cron.daily-live --live"},
		{"stonking", "xubuntu", "", "daily-minimal", "minimal", "amd64", "ARCHES='amd64' DIST=stonking SUBPROJECT=minimal for-project xubuntu cron.daily-minimal --live"},
		{"noble", "ubuntu", "desktop-preinstalled", "daily-preinstalled", "preinstalled-desktop", "arm64+raspi", "ARCHES='arm64+raspi' DIST=noble SUBPROJECT=desktop-preinstalled for-project ubuntu cron.daily-preinstalled --live"},
		{"noble", "edubuntu", "", "daily-preinstalled", "preinstalled-desktop", "arm64+raspi", "ARCHES='arm64+raspi' DIST=noble for-project edubuntu cron.daily-preinstalled --live"},
		{"stonking", "xubuntu", "minimal", "daily-minimal", "minimal", "amd64", "ARCHES='amd64' DIST=stonking SUBPROJECT=minimal for-project xubuntu cron.daily-minimal --live"},
		{"noble", "ubuntu", "", "daily-preinstalled", "preinstalled-desktop", "arm64+raspi", "ARCHES='arm64+raspi' DIST=noble SUBPROJECT=desktop-preinstalled for-project ubuntu cron.daily-preinstalled --live"},
		{"noble", "ubuntu", "", "daily-dangerous", "desktop", "amd64", "ARCHES='amd64' DIST=noble for-project ubuntu cron.daily-dangerous --live"},
		{"24", "ubuntu-core", "", "stable", "live-core", "arm64+raspi", "ARCHES='arm64+raspi' DIST=noble EXTRA_PPAS=snappy-dev/image CHANNEL=stable for-project ubuntu-core cron.daily-live --live"},
		{"noble", "ubuntu-wsl", "", "daily-live", "wsl", "amd64", "ARCHES='amd64' DIST=noble for-project ubuntu-wsl cron.daily-live --live"},
		{"noble", "ubuntu-wsl", "", "wsl", "wsl", "amd64", "gh-wsl-build-remote -r https://cloud-images.ubuntu.com/noble/current/noble-server-cloudimg-amd64-wsl.rootfs.tar.gz::amd64 Ubuntu24.04LTS"},
		{"stonking", "ubuntu-wsl", "", "wsl", "wsl", "amd64", "gh-wsl-build-remote -r https://cloud-images.ubuntu.com/stonking/current/stonking-server-cloudimg-amd64-wsl.rootfs.tar.gz::amd64 UbuntuPreview"},
		{"jammy", "ubuntu-wsl", "", "wsl", "wsl", "amd64", "refused: there is no application in the store of Windows for this series and architecture; add a [[respin.rule]] with its name"},
	} {
		if got := respinCommand(t, c, tc); got != tc.want {
			t.Errorf("%s %s %s:\n got %s\nwant %s", tc.series, tc.project, tc.imageType, got, tc.want)
		}
	}
}

// respinCommand asks for one product to be built again.
func respinCommand(t *testing.T, c *Config, tc respinCase) string {
	t.Helper()
	id := release.Identity{Project: tc.project, Subproject: tc.subproject, ImageType: tc.imageType, PublishType: tc.publishType, Arch: tc.arch}
	p := &release.ProductLine{Slug: "it", Title: "It", Identities: []release.Identity{id}}
	set, err := c.Rules.RespinSet(&release.Picture{}, &release.Line{Slug: tc.series}, release.RespinOptions{Products: []*release.ProductLine{p}})
	switch {
	case err != nil:
		t.Fatal(err)
	case len(set.Refused) > 0:
		return "refused: " + set.Refused[0].Why
	}
	command, err := c.Commands.RespinCommand(set.Groups[0])
	if err != nil {
		t.Fatal(err)
	}
	return command
}

func TestRespinCommandQuotes(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	got, err := c.Commands.RespinCommand(release.RespinGroup{Project: "$(reboot)", Cron: "a;b", Dist: "it's", Arches: []string{"a'", "b"}})
	const want = `ARCHES='a'\'' b' DIST="it's" for-project '$(reboot)' cron.'a;b'`
	if err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	if got, err = c.Commands.RespinCommand(release.RespinGroup{Project: "-rf", ImageType: "daily"}); err == nil {
		t.Errorf("a project that is a flag is taken: %s", got)
	}
}

func TestParseRespin(t *testing.T) {
	t.Parallel()
	c := parse(t, oneTree+"[respin]\njobs = 5\n\n[[respin.hours]]\nproduct = [\"a-*\"]\nhours = 2\n")
	def := defaultConfig(t)
	if c.Respin.Jobs != 5 || c.Respin.Logs != "/srv/ship/respin-logs" || c.Respin.Grace != def.Respin.Grace {
		t.Errorf("%+v", c.Respin)
	}
	if len(c.Rules.Respin.Rules) != len(def.Rules.Respin.Rules) || len(c.Rules.Respin.Hours) != 1 || c.Rules.Respin.Hours[0].Hours != 2 {
		t.Errorf("%d rules, hours %+v", len(c.Rules.Respin.Rules), c.Rules.Respin.Hours)
	}
	c = parse(t, oneTree+"[[respin.rule]]\nlive = true\n")
	if !c.Rules.Respin.Own || def.Rules.Respin.Own || def.Rules.Archive.Own || !parse(t, oneTree+"[[archive.rule]]\ninto = \"old\"\n").Rules.Archive.Own {
		t.Error("whose own the rules are is not known")
	}
	if len(c.Rules.Respin.Rules) != 1 || c.Respin.Jobs != def.Respin.Jobs {
		t.Errorf("%d rules, %+v", len(c.Rules.Respin.Rules), c.Respin)
	}
}

func TestParseRespinProblems(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, want string }{
		{"[respin]\njobs = 0\n", "c.toml:6:1: respin.jobs: 0 is out of range; write a whole number from 1 to 64"},
		{"[respin]\nlogs = \"\"\n", "c.toml:6:1: respin.logs: must not be empty; leave it out for the default"},
		{"[respin]\njob = 1\n", `c.toml:6:1: respin.job: unknown key; did you mean "jobs"?`},
		{"[[respin]]\njobs = 1\n", "c.toml:5:3: respin: must be one table, not a list; write [respin]"},
		{"[[respin.hours]]\nproduct = [\"a\"]\n", "c.toml:5:10: respin.hours[0].hours: missing; every [[respin.hours]] needs it"},
		{"[[respin.hours]]\nhours = -1\n", "c.toml:6:1: respin.hours[0].hours: -1 is out of range; write a number of hours over 0 and at most 1000, like 1.5"},
		{"[[respin.hours]]\nhours = \"1\"\n", "c.toml:6:1: respin.hours[0].hours: must be a number of hours, like 1.5, not a string"},
		{"[[respin.rule]]\ncommand = \"run {{.Porject}}\"\n", `c.toml:6:1: respin.rule[0].command: command:1:6: executing "command" at <.Porject>: can't evaluate field Porject in type config.RespinWords`},
		{"[[respin.rule]]\ncommand = \"run\"\nrefuse = \"no\"\n", "c.toml:7:1: respin.rule[0].refuse: a rule that refuses needs no command; leave out one of the two"},
		{"[commands]\nrespin = \"run '{{.Project}}'\"\n", "c.toml:6:1: commands.respin: puts a word where a name could break out of it; let each stand by itself, without quotes around it"},
		{"[commands]\nrespin = \"\"\n", "c.toml:6:1: commands.respin: must not be empty; leave it out for the default"},
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
