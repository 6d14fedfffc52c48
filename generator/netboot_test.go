package generator

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html/atom"

	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

// bootFilesOf are files of a set by their names.
func bootFilesOf(names ...string) []release.File {
	var files []release.File
	for _, name := range names {
		files = append(files, release.File{Name: name})
	}
	return files
}

// fullSet is all that there can be for an architecture.
func fullSet(arch string, boot ...string) *release.NetbootEntry {
	return &release.NetbootEntry{
		NetbootSet: release.NetbootSet{
			Arch: arch, Kind: release.ImageRelease, Version: "24.04.4", Kernel: "linux", Initrd: "initrd", Boot: bootFilesOf(boot...),
			ISO: "https://cd.example/noble/noble-" + arch + ".iso",
		},
		URL: "https://cd.example/noble/netboot/" + arch + "/",
	}
}

func pcSet() *release.NetbootEntry {
	return fullSet("amd64", "bootx64.efi", "grubx64.efi", "grub/grub.cfg", "ldlinux.c32", "pxelinux.0", "pxelinux.cfg/default")
}

// ways are the ways to start a set, with the blocks of code of each.
func ways(tb testing.TB, s *site, e *release.NetbootEntry) ([]string, map[string][]string) {
	tb.Helper()
	var titles []string
	blocks := map[string][]string{}
	for _, way := range s.viewNetboot(&Page{Root: "../../"}, e, 1).Ways {
		titles = append(titles, way.Title)
		for _, el := range elements([]byte(way.Text)) {
			if el.DataAtom == atom.Pre {
				text := ""
				for n := range el.Descendants() {
					if n.FirstChild == nil {
						text += n.Data
					}
				}
				blocks[way.Title] = append(blocks[way.Title], text)
			}
		}
	}
	return titles, blocks
}

func netbootSite(tb testing.TB) *site {
	tb.Helper()
	return prepared(tb, Options{Config: defaultConfig(tb)}, &release.Picture{})
}

func TestWaysToStart(t *testing.T) {
	t.Parallel()
	const (
		firmware, fetch, auto = "Let the firmware fetch it (UEFI HTTP boot)", "Fetch the files for a server of your own", "Install without questions"
		pc, arm               = "dnsmasq beside your DHCP server, for PCs", "dnsmasq beside your DHCP server, for Arm"
		gives, grub           = "dnsmasq that gives out addresses, for UEFI HTTP boot", "GRUB with a menu of your own"
		pxelinux, other       = "PXELINUX with a menu of your own", "With another boot loader"
	)
	old := &release.NetbootEntry{
		NetbootSet: release.NetbootSet{Arch: "amd64", Kernel: "installer/linux", Initrd: "installer/initrd.gz"}, Archive: true, URL: "http://archive.example/x/",
	}
	nowhere := pcSet()
	nowhere.URL = ""
	tests := []struct {
		name string
		set  *release.NetbootEntry
		want []string
	}{
		{"PC", pcSet(), []string{firmware, fetch, pc, gives, "iPXE", grub, pxelinux, auto}},
		{"Arm with a board", fullSet("arm64+largemem", "bootaa64.efi", "grubaa64.efi", "grub/grub.cfg"), []string{firmware, fetch, arm, gives, "iPXE", grub, auto}},
		{"POWER", fullSet("ppc64el"), []string{fetch, "iPXE", "From the shell of Petitboot", other, auto}},
		{"RISC-V", fullSet("riscv64"), []string{fetch, "iPXE", other, auto}},
		{"IBM Z", fullSet("s390x", "ubuntu.ins"), []string{fetch, "IBM Z and LinuxONE", "iPXE", auto}},
		{"kept in the archive", old, []string{fetch, "iPXE"}},
		{"without an address", nowhere, []string{pc, grub, pxelinux, auto}},
	}
	s := netbootSite(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			titles, _ := ways(t, s, test.set)
			if diff := cmp.Diff(test.want, titles); diff != "" {
				t.Errorf("ways (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatToType(t *testing.T) {
	t.Parallel()
	_, blocks := ways(t, netbootSite(t), pcSet())
	for title, want := range map[string]string{
		"Let the firmware fetch it (UEFI HTTP boot)": "https://cd.example/noble/netboot/amd64/bootx64.efi",
		"Fetch the files for a server of your own": "mkdir -p amd64 && cd amd64\ncurl --fail --create-dirs --output '#1' " +
			"'https://cd.example/noble/netboot/amd64/{linux,initrd,bootx64.efi,grubx64.efi,grub/grub.cfg,ldlinux.c32,pxelinux.0,pxelinux.cfg/default}'",
		"iPXE": "#!ipxe\ndhcp\nkernel https://cd.example/noble/netboot/amd64/linux initrd=initrd ip=dhcp iso-url=https://cd.example/noble/noble-amd64.iso\n" +
			"initrd https://cd.example/noble/netboot/amd64/initrd\nboot",
		"GRUB with a menu of your own": "menuentry \"Install over the network\" {\n  set gfxpayload=keep\n" +
			"  linux linux iso-url=https://cd.example/noble/noble-amd64.iso ip=dhcp ---\n  initrd initrd\n}",
	} {
		if diff := cmp.Diff([]string{want}, blocks[title]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", title, diff)
		}
	}
}

// TestIPXENamesTheInitrd by the last part of its address, as iPXE does.
func TestIPXENamesTheInitrd(t *testing.T) {
	t.Parallel()
	e := &release.NetbootEntry{NetbootSet: release.NetbootSet{Kernel: "installer/amd64/linux", Initrd: "installer/amd64/initrd.gz"}, URL: "https://a.example/"}
	_, blocks := ways(t, netbootSite(t), e)
	want := "#!ipxe\ndhcp\nkernel https://a.example/installer/amd64/linux initrd=initrd.gz\ninitrd https://a.example/installer/amd64/initrd.gz\nboot"
	if diff := cmp.Diff([]string{want}, blocks["iPXE"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestExamplesAreRead asks the programs themselves.
func TestExamplesAreRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		program, title string
		args           []string
	}{
		{"dnsmasq", "^dnsmasq ", []string{"--test", "--conf-file="}},
		{"grub-script-check", "^GRUB ", []string{""}},
	}
	s := netbootSite(t)
	sets := []*release.NetbootEntry{pcSet(), fullSet("arm64+largemem", "bootaa64.efi", "grubaa64.efi")}
	for _, test := range tests {
		t.Run(test.program, func(t *testing.T) {
			t.Parallel()
			program, found := testenv.Program(t, test.program), 0
			for _, set := range sets {
				titles, blocks := ways(t, s, set)
				for _, title := range titles {
					if !regexp.MustCompile(test.title).MatchString(title) {
						continue
					}
					found++
					name := filepath.Join(t.TempDir(), "example")
					if err := os.WriteFile(name, []byte(blocks[title][0]+"\n"), 0o644); err != nil {
						t.Fatal(err)
					}
					args := append([]string{}, test.args...)
					args[len(args)-1] += name
					if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
						t.Errorf("%s, %s: %v\n%s\n%s", set.Arch, title, err, out, blocks[title][0])
					}
				}
			}
			if found < len(sets) {
				t.Errorf("%d examples for %d sets", found, len(sets))
			}
		})
	}
}

// FuzzWaysToStart: whatever a tree calls its files, each example has the lines that it
// has with plain names, and no more that means something.
func FuzzWaysToStart(f *testing.F) {
	for _, name := range hostileNames {
		f.Add("https://cd.example/x/", name, name, "https://cd.example/"+name)
		f.Add("https://cd.example/"+name+"/", "linux", "initrd", "https://cd.example/x.iso")
	}
	f.Add("https://a.example/${net0/mac}/", "li\nnux", "in\r\nboot;reboot", "https://a.example/x.iso\n}\n")
	f.Add("https://a.example/{a,b}/[1-9]", "a,b", "../../etc/passwd", "http://u:p@a.example/")
	s := netbootSite(f)
	// The shell has a test of its own.
	_, plain := ways(f, s, pcSet())
	bare := pcSet()
	bare.ISO = ""
	_, without := ways(f, s, bare)
	special := regexp.MustCompile(`[\n\t "'\\{}$;#&|<>()` + "`" + `]`)
	f.Fuzz(func(t *testing.T, address, kernel, initrd, iso string) {
		e := pcSet()
		e.URL, e.Kernel, e.Initrd, e.ISO = address, kernel, initrd, iso
		_, blocks := ways(t, s, e)
		for title, texts := range blocks {
			for i, text := range texts {
				known := plain[title]
				if webURL(iso) == "" {
					known = without[title]
				}
				want := strings.Join(special.FindAllString(known[i], -1), "")
				if got := strings.Join(special.FindAllString(text, -1), ""); got != want && !strings.HasPrefix(title, "Fetch") {
					t.Errorf("%s:\n%s\nhas %q that means something, want %q", title, text, got, want)
				}
			}
		}
	})
}

func TestNetbootSetInOneFileOnly(t *testing.T) {
	t.Parallel()
	s := netbootSite(t)
	tree := &release.Tree{Name: "full", Site: "https://cd.example"}
	s.directories = map[treeDir]*release.TreeDirectory{{"full", "noble"}: {URL: "https://cd.example/noble/"}}
	e := &release.NetbootEntry{
		NetbootSet: release.NetbootSet{Arch: "amd64", Parent: "noble", Kind: release.ImageRelease, Version: "24.04.3", Tarball: &release.File{Name: "n-netboot-amd64.tar.gz", Type: "tar.gz", SHA256: "ab"}},
		Tree:       tree, URL: "https://cd.example/noble/", Hashed: true,
	}
	titles, blocks := ways(t, s, e)
	if diff := cmp.Diff([]string{"Fetch all files in one", "Check the file that has all"}, titles); diff != "" {
		t.Errorf("ways (-want +got):\n%s", diff)
	}
	want := map[string][]string{
		titles[0]: {"curl --fail --remote-name https://cd.example/noble/n-netboot-amd64.tar.gz\ntar --extract --file n-netboot-amd64.tar.gz"},
		titles[1]: {`printf '%s *%s\n' ab n-netboot-amd64.tar.gz | sha256sum --check`},
	}
	if diff := cmp.Diff(want, blocks); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	if v := s.viewNetboot(&Page{}, e, 1); v.Tarball.What != "all netboot files in one" || !v.Sums {
		t.Errorf("the archive is called %q, sums %t", v.Tarball.What, v.Sums)
	}
}

// TestNetbootPageTellsWhatIsMissing: by findings where there are some, else by itself.
func TestNetbootPageTellsWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := netbootSite(t)
	e := pcSet()
	e.Faults = []release.NetbootFault{
		{Name: "linux", Status: 410, Needed: true}, {Name: "initrd", Size: 7, Least: 4096, Needed: true}, {Name: "https://cd.example/a.iso", Needed: true},
	}
	want := []string{"linux answers 410", "initrd has 7 bytes and cannot be it", "https://cd.example/a.iso is not listed any more"}
	if diff := cmp.Diff(want, s.viewNetboot(&Page{}, e, 1).Lacks); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	e.Findings = []*release.Finding{{Rule: "netboot-gone"}}
	if v := s.viewNetboot(&Page{}, e, 1); v.Lacks != nil {
		t.Errorf("told twice: %q", v.Lacks)
	}
}

// TestNetbootHandedOver: the image where it lies today, and nothing that cannot start; then
// the next one is the newest.
func TestNetbootHandedOver(t *testing.T) {
	t.Parallel()
	dead, moved := pcSet(), pcSet()
	dead.Faults = []release.NetbootFault{{Name: "linux", Status: 404, Needed: true}}
	moved.Version, moved.Image, moved.Moved = "24.04.3", "https://old.example/a.iso", true
	n := &release.NetbootSeries{Line: &release.Line{Slug: "noble"}, Entries: []*release.NetbootEntry{dead, moved, pcSet()}}
	var got []string
	for _, v := range netbootSite(t).handoverNetboot(n, func(*release.NetbootEntry) bool { return true }) {
		got = append(got, fmt.Sprint(v.Version, " ", v.ISO, " ", v.Newest))
	}
	want := []string{"24.04.3 https://old.example/a.iso true", "24.04.4 https://cd.example/noble/noble-amd64.iso false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNetbootOfTheArchive: whether its files were asked for, and where they are now.
func TestNetbootOfTheArchive(t *testing.T) {
	t.Parallel()
	s := netbootSite(t)
	e := &release.NetbootEntry{NetbootSet: release.NetbootSet{Arch: "amd64", Kernel: "linux", Initrd: "initrd"}, Archive: true, URL: "http://old.example/x/", From: "http://archive.example/x/"}
	if v := s.viewNetboot(&Page{}, e, 1); !v.Unasked || v.From != e.From {
		t.Errorf("%+v", v)
	}
	e.Answers = []release.NetbootAnswer{{Name: "linux"}, {Name: "initrd"}}
	if v := s.viewNetboot(&Page{}, e, 1); v.Unasked {
		t.Error("its files were asked for")
	}
	if v := s.viewNetboot(&Page{}, pcSet(), 1); v.Unasked {
		t.Error("a set in a tree is listed")
	}
}

func TestNetbootWarnsOnceOfAnotherISO(t *testing.T) {
	t.Parallel()
	s := netbootSite(t)
	e := &release.NetbootEntry{NetbootSet: release.NetbootSet{ISO: "https://cd.example/old.iso", Beside: "new.iso"}}
	if v := s.viewNetboot(&Page{}, e, 1); v.Beside != "new.iso" {
		t.Errorf("beside %q, want a warning of new.iso", v.Beside)
	}
	e.Findings = []*release.Finding{{Rule: "netboot-iso", Severity: release.Warning, Text: "it starts old.iso"}}
	if v := s.viewNetboot(&Page{}, e, 1); v.Beside != "" || len(v.Findings) != 1 {
		t.Errorf("beside %q and %d findings, want the finding alone", v.Beside, len(v.Findings))
	}
}
