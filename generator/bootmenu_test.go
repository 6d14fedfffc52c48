package generator

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

// menuConfig is read once, as a fuzz target makes many sites.
var menuConfig = sync.OnceValues(config.Default)

// menuSite is a site with netboot sets in two trees.
func menuSite(tb testing.TB, change func(*release.Picture, *release.Rules)) *site {
	tb.Helper()
	def, err := menuConfig()
	if err != nil {
		tb.Fatal(err)
	}
	c := *def
	full := &release.Tree{Name: "full", Role: release.RoleFull, Site: "https://cd.example"}
	simple := &release.Tree{Name: "simple", Role: release.RoleSimple, Site: "https://rel.example/pub"}
	pc := pcSet()
	pc.URL, pc.ISO, pc.Tree = "https://rel.example/pub/noble/netboot/amd64/", "https://rel.example/pub/24.04.4/noble.iso", simple
	arm := fullSet("arm64")
	arm.Tree = full
	z := fullSet("s390x")
	old := &release.NetbootEntry{
		NetbootSet: release.NetbootSet{Arch: "amd64", Kernel: "installer/linux", Initrd: "installer/initrd.gz"}, Archive: true, URL: "https://archive.example/x/",
	}
	p := &release.Picture{Trees: []*release.Tree{full, simple, {Name: "old", Role: release.RoleOld, Site: "https://old.example"}}}
	p.Netboot = []*release.NetbootSeries{
		{Line: &release.Line{Slug: "noble", DisplayName: "Noble Numbat", Version: "24.04"}, Entries: []*release.NetbootEntry{pc, arm, z}},
		{Line: &release.Line{Slug: "trusty", DisplayName: "Trusty Tahr"}, Entries: []*release.NetbootEntry{old}},
	}
	if change != nil {
		change(p, &c.Rules)
	}
	s := &site{config: c.Site, rules: &c.Rules, picture: p}
	s.bootMenu = s.newBootMenu()
	return s
}

// linesWith are the lines that begin with a word, without blanks around.
func linesWith(lines []string, words ...string) []string {
	var found []string
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if first, _, _ := strings.Cut(line, " "); slices.Contains(words, first) {
			found = append(found, line)
		}
	}
	return found
}

func TestMenuForIPXE(t *testing.T) {
	t.Parallel()
	s := menuSite(t, nil)
	lines := s.ipxeScript(s.bootMenu)
	want := []string{
		"set tree_full http://cd.example", "set iso_full https://cd.example",
		"set tree_simple http://rel.example/pub", "set iso_simple https://rel.example/pub",
		"isset ${mirror} && set tree_full ${mirror}/ubuntu-cdimage ||", "isset ${mirror} && set iso_full ${mirror}/ubuntu-cdimage ||",
		"isset ${mirror} && set tree_simple ${mirror}/ubuntu-releases ||", "isset ${mirror} && set iso_simple ${mirror}/ubuntu-releases ||",
		"isset ${entry} && goto ${entry} ||",
		"menu Install over the network", "menu Noble Numbat 24.04",
		"isset ${starts_amd64} && item noble-amd64 64-bit PC (amd64): 24.04.4 ||", "isset ${starts_arm64} && item noble-arm64 64-bit Arm (arm64): 24.04.4 ||",
		"kernel ${tree_simple}/noble/netboot/amd64/linux initrd=initrd ip=dhcp iso-url=${iso_simple}/24.04.4/noble.iso ${options} || goto failed_",
		"initrd ${tree_simple}/noble/netboot/amd64/initrd || goto failed_",
		"kernel ${tree_full}/noble/netboot/arm64/linux initrd=initrd ip=dhcp iso-url=${iso_full}/noble/noble-arm64.iso ${options} || goto failed_",
		"initrd ${tree_full}/noble/netboot/arm64/initrd || goto failed_",
		"menu Trusty Tahr", "isset ${starts_amd64} && item trusty-amd64 64-bit PC (amd64): Kept in the archive, not checked ||",
		"kernel http://archive.example/x/installer/linux initrd=initrd.gz ${options} || goto failed_",
		"initrd http://archive.example/x/installer/initrd.gz || goto failed_",
	}
	if diff := cmp.Diff(want, linesWith(lines, "set", "isset", "menu", "kernel", "initrd")); diff != "" {
		t.Errorf("script (-want +got):\n%s", diff)
	}
	checkLabels(t, lines)
}

// checkLabels holds that every label is there that is gone to, each once.
func checkLabels(t *testing.T, lines []string) {
	t.Helper()
	labels := map[string]int{}
	for _, line := range lines {
		if label, ok := strings.CutPrefix(line, ":"); ok {
			labels[label]++
		}
	}
	for _, line := range lines {
		fields := strings.Fields(line)
		for i, word := range fields[:max(len(fields)-1, 0)] {
			to := fields[i+1]
			if (word == "goto" || word == "item") && !strings.HasPrefix(to, "$") && to != "--gap" && labels[to] != 1 && fields[0][0] != '#' {
				t.Errorf("%q leads to %d labels", line, labels[to])
			}
		}
	}
}

func TestMenuForGRUB(t *testing.T) {
	t.Parallel()
	s := menuSite(t, nil)
	want := []string{
		`set tree_full="(http,cd.example)"`, `set iso_full="https://cd.example"`, `set tree_simple="(http,rel.example)/pub"`, `set iso_simple="https://rel.example/pub"`,
		`set tree_full="(http,$mirror)/ubuntu-cdimage"`, `set iso_full="http://$mirror/ubuntu-cdimage"`,
		`set tree_simple="(http,$mirror)/ubuntu-releases"`, `set iso_simple="http://$mirror/ubuntu-releases"`,
		`submenu 'Noble Numbat 24.04' --id 'noble' {`,
		`menuentry '64-bit PC (amd64): 24.04.4' --id 'noble-amd64' {`,
		`linux "${tree_simple}/noble/netboot/amd64/linux" ip=dhcp "iso-url=${iso_simple}/24.04.4/noble.iso" $options`, `initrd "${tree_simple}/noble/netboot/amd64/initrd"`,
		`menuentry '64-bit Arm (arm64): 24.04.4' --id 'noble-arm64' {`,
		`linux "${tree_full}/noble/netboot/arm64/linux" ip=dhcp "iso-url=${iso_full}/noble/noble-arm64.iso" $options`, `initrd "${tree_full}/noble/netboot/arm64/initrd"`,
		`submenu 'Trusty Tahr' --id 'trusty' {`, `menuentry '64-bit PC (amd64): Kept in the archive, not checked' --id 'trusty-amd64' {`,
		`linux "(http,archive.example)/x/installer/linux" $options`, `initrd "(http,archive.example)/x/installer/initrd.gz"`,
	}
	if diff := cmp.Diff(want, linesWith(s.grubConfig(s.bootMenu), "set", "submenu", "menuentry", "linux", "initrd")); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

func TestMenuForPXELINUX(t *testing.T) {
	t.Parallel()
	s := menuSite(t, nil)
	want := []string{
		"LABEL noble-amd64", "LINUX http://rel.example/pub/noble/netboot/amd64/linux", "INITRD http://rel.example/pub/noble/netboot/amd64/initrd",
		"APPEND ip=dhcp iso-url=https://rel.example/pub/24.04.4/noble.iso", "LABEL back_noble",
		"LABEL trusty-amd64", "LINUX http://archive.example/x/installer/linux", "INITRD http://archive.example/x/installer/initrd.gz", "LABEL back_trusty",
	}
	if diff := cmp.Diff(want, linesWith(s.pxelinuxConfig(s.bootMenu), "LABEL", "LINUX", "INITRD", "APPEND")); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

// TestMenuByHTTPS where the owner says so, and without trees on mirrors.
func TestMenuByHTTPS(t *testing.T) {
	t.Parallel()
	s := menuSite(t, func(_ *release.Picture, r *release.Rules) { r.BootMenu = release.BootMenuRules{} })
	text := strings.Join(s.ipxeScript(s.bootMenu), "\n")
	if strings.Contains(text, "http://") || strings.Contains(text, "mirror") || strings.Contains(text, "ip=dhcp") || !strings.Contains(text, "\nmenu Netboot\n") {
		t.Errorf("the script has what the rules do not say:\n%s", text)
	}
}

// TestMenuOfNothing is still one that every boot loader reads.
func TestMenuOfNothing(t *testing.T) {
	t.Parallel()
	s := menuSite(t, func(p *release.Picture, _ *release.Rules) { p.Netboot = nil })
	checkLabels(t, s.ipxeScript(s.bootMenu))
	if w := s.menuWords(&Page{Root: "../"}); w != nil {
		t.Errorf("there are texts about a menu of nothing: %v", w)
	}
}

// TestMenuIsReadByGRUB asks the program itself, for names as bad as they come, too.
func TestMenuIsReadByGRUB(t *testing.T) {
	t.Parallel()
	program := testenv.Program(t, "grub-script-check")
	for _, content := range [][]byte{sampleSite(t)[grubMenu], []byte(strings.Join(hostileMenu(t, "';reboot;'\n}\"$x", "x").grubLines(), "\n") + "\n")} {
		name := filepath.Join(t.TempDir(), "grub.cfg")
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), program, name).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s\n%s", err, out, content)
		}
	}
}

// hostileSite is a site in whose menu every name from outside is a bad one.
type hostileSite struct{ *site }

func (h hostileSite) grubLines() []string { return h.grubConfig(h.bootMenu) }

func hostileMenu(tb testing.TB, title, word string) hostileSite {
	tb.Helper()
	s := menuSite(tb, func(p *release.Picture, r *release.Rules) {
		r.Architectures = slices.Clone(r.Architectures)
		for i := range r.Architectures {
			r.Architectures[i].Title = title
		}
		r.BootMenu.Title = title
		for _, n := range p.Netboot {
			n.Line.DisplayName, n.Line.Slug = title, n.Line.Slug+word
			for _, e := range n.Entries {
				e.Version, e.Milestone, e.Arch = e.Version+title, title, e.Arch+"+"+word
				e.Kernel, e.Initrd, e.ISO, e.URL = e.Kernel+word, e.Initrd+word, e.ISO+word, e.URL+word
			}
		}
	})
	s.config.Title, s.config.BaseURL = s.config.Title+title, "https://site.example/"+word
	s.bootMenu = s.newBootMenu()
	return hostileSite{s}
}

// meaningful is what means something to a boot loader: quotes, variables, ends of commands,
// of lines and of comments.
var meaningful = regexp.MustCompile("[\\n\\t\"'\\\\{}$;#&|<>^*!\x60]")

// option is a line of iPXE or GRUB in which the command would take the title for an option.
var option = regexp.MustCompile(`^ *(menu -|(isset [^ ]+ && )?item [^ -][^ ]* -|(submenu|menuentry) '-)`)

// meaning is all of a menu that means something: its keywords and how many words each
// command has, with titles and names taken out.
func meaning(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		b.WriteString(strings.Join(meaningful.FindAllString(line, -1), ""))
		switch fields[0] {
		case "kernel", "initrd", "linux", "LINUX", "INITRD", "APPEND", "LABEL", "set":
			b.WriteString(strings.Repeat(".", len(fields)))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// FuzzBootMenus: whatever series, machines and files are called, a menu has the commands
// and the words that it has with plain names, or the installer is not in it.
func FuzzBootMenus(f *testing.F) {
	for _, name := range hostileNames {
		f.Add(name, "x")
		f.Add("x", name)
	}
	f.Add("${net0/mac} || shell", "${x}")
	f.Add("a\nboot", "a\r\nreboot")
	f.Add("# a ; b && c || d", "#")
	f.Add("-- --gap \\", "--")
	f.Add("- --delete x", "- -n")
	f.Add(":- -:--key x", ":")
	f.Add("^Ihre \u00e4\u2028 'x' \"y\"", "\u2028")
	f.Add(strings.Repeat("lang ", 50), strings.Repeat("x", 300))
	menus := func(s *site) [3][]string {
		return [3][]string{s.ipxeScript(s.bootMenu), s.grubConfig(s.bootMenu), s.pxelinuxConfig(s.bootMenu)}
	}
	plain, none := menus(hostileMenu(f, "x", "x").site), menus(menuSite(f, func(p *release.Picture, _ *release.Rules) { p.Netboot = nil }))
	bare := menus(menuSite(f, func(p *release.Picture, _ *release.Rules) {
		for _, e := range p.Netboot[0].Entries {
			e.ISO = "" // as is one that is no address
		}
	}))
	f.Fuzz(func(t *testing.T, title, word string) {
		for i, lines := range menus(hostileMenu(t, title, word).site) {
			for _, line := range lines {
				if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
					t.Errorf("the line %q has more than plain letters", line)
				}
				if option.MatchString(line) {
					t.Errorf("the title in the line %q is an option", line)
				}
			}
			if got := meaning(lines); !slices.Contains([]string{meaning(plain[i]), meaning(bare[i]), meaning(none[i])}, got) {
				t.Errorf("menu %d, for %q and %q:\n%s\nmeans\n%s\nwant\n%s", i, title, word, strings.Join(lines, "\n"), got, meaning(plain[i]))
			}
		}
	})
}
