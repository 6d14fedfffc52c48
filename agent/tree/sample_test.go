package tree

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

// sampleFile is a file of a sample tree. Large ones are sparse: their bytes are
// never read, their checksums come from key, so that a file that was carried over
// has the checksum of the one that it was.
type sampleFile struct {
	size int64
	text string
	key  string
}

// sample is a tree that tests write to disk or serve.
type sample struct {
	files map[string]sampleFile
	links map[string]string
	dirs  map[string]bool
}

func newSample() *sample {
	return &sample{files: map[string]sampleFile{}, links: map[string]string{}, dirs: map[string]bool{}}
}

func (s *sample) text(at, text string) { s.files[at] = sampleFile{size: int64(len(text)), text: text} }

func (s *sample) link(at, target string) { s.links[at] = target }

func (s *sample) dir(at string) { s.dirs[at] = true }

// image adds a download with its usual companions. The size follows from the key.
func (s *sample) image(dir, name, key string) {
	sum := sha256.Sum256([]byte(key))
	size := int64(1<<30) + int64(sum[0])<<20 + int64(sum[1])<<10 + int64(sum[2])
	s.files[path.Join(dir, name)] = sampleFile{size: size, key: key}
	stem, _, _ := strings.Cut(name, ".iso")
	stem, _, _ = strings.Cut(stem, ".img")
	s.text(path.Join(dir, name+".zsync"), "zsync: 0.6.2\n"+name+"\n")
	s.text(path.Join(dir, stem+".manifest"), "bash\t5.2\n")
	if strings.HasSuffix(name, ".iso") {
		s.text(path.Join(dir, stem+".list"), "/casper/vmlinuz\n")
	}
}

// fakeHash is the checksum that a list has for a key.
func fakeHash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// sums adds the checksum lists of directories and their signatures.
func (s *sample) sums(dirs ...string) {
	lines := map[string][]string{}
	for _, dir := range dirs {
		lines[dir] = nil
	}
	for at, f := range s.files {
		dir := path.Dir(at)
		if _, ok := lines[dir]; ok && f.key != "" && !strings.Contains(at, "netboot") {
			lines[dir] = append(lines[dir], fakeHash(f.key)+" *"+path.Base(at)+"\n")
		}
	}
	for dir, list := range lines {
		slices.SortFunc(list, func(a, b string) int { return cmp.Compare(a[66:], b[66:]) })
		s.text(path.Join(dir, "SHA256SUMS"), strings.Join(list, ""))
		s.text(path.Join(dir, "SHA256SUMS.gpg"), "-----BEGIN PGP SIGNATURE-----\n")
	}
}

// write makes the tree on disk.
func (s *sample) write(t testing.TB, root string) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	for at := range s.dirs {
		must(os.MkdirAll(filepath.Join(root, at), 0o755))
	}
	when := time.Date(2026, 9, 1, 6, 41, 7, 0, time.UTC)
	for at, f := range s.files {
		full := filepath.Join(root, at)
		must(os.MkdirAll(filepath.Dir(full), 0o755))
		must(os.WriteFile(full, []byte(f.text), 0o644))
		if f.text == "" {
			must(os.Truncate(full, f.size))
		}
		must(os.Chtimes(full, when, when))
	}
	for _, at := range slices.Sorted(maps.Keys(s.links)) {
		must(os.MkdirAll(filepath.Dir(filepath.Join(root, at)), 0o755))
		must(os.Symlink(s.links[at], filepath.Join(root, at)))
	}
	// Directories that changed a moment ago would be looked at once more.
	must(filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			then := when.Add(-time.Duration(fnv(at)%50_000) * time.Minute)
			err = os.Chtimes(at, then, then)
		}
		return err
	}))
}

// linked adds a pointer as a directory of links to single images.
func (s *sample) linked(dir, pointer string, from map[string]string) {
	at := path.Join(dir, pointer)
	var lines []string
	for prefix, id := range from {
		for file, f := range s.files {
			name := path.Base(file)
			if path.Dir(file) != path.Join(dir, id) || !strings.HasPrefix(name, prefix+".") {
				continue
			}
			s.link(path.Join(at, name), "../"+id+"/"+name)
			if f.key != "" {
				lines = append(lines, fakeHash(f.key)+" *"+name+"\n")
			}
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return cmp.Compare(a[66:], b[66:]) })
	s.text(path.Join(at, "SHA256SUMS"), strings.Join(lines, ""))
}

// netboot adds the netboot tarball and the unpacked files of an architecture, with
// a configuration that names an ISO.
func (s *sample) netboot(dir, prefix, arch, address string) {
	cpu, _, _ := strings.Cut(arch, "+")
	s.files[path.Join(dir, prefix+"-netboot-"+arch+".tar.gz")] = sampleFile{size: 96_330_730, key: "netboot " + arch}
	at := path.Join(dir, "netboot", cpu)
	switch cpu {
	case "amd64":
		s.text(at+"/linux", "kernel")
		s.text(at+"/initrd", "initrd")
		s.text(at+"/pxelinux.0", "loader")
		s.text(at+"/pxelinux.cfg/default", "DEFAULT install\n  APPEND root=/dev/ram0 ip=dhcp iso-url="+address+" ---\n")
		s.text(at+"/grub/grub.cfg", "linux linux iso-url="+address+" ip=dhcp ---\n")
	case "s390x":
		s.text(at+"/linux.ubuntu", "kernel")
		s.text(at+"/initrd.ubuntu", "initrd")
		s.text(at+"/initrd.off", "off")
		s.text(at+"/initrd.siz", "siz")
		s.text(at+"/parmfile.ubuntu", "ip=dhcp url="+address+"\n")
	case "ppc64el":
		s.text(at+"/linux", "kernel")
		s.text(at+"/initrd", "initrd")
	default:
		s.text(at+"/linux", "kernel")
		s.text(at+"/initrd", "initrd")
		s.text(at+"/bootaa64.efi", "loader")
		s.text(at+"/grub/grub.cfg", "menuentry 'Install' {\n\tlinux\tlinux iso-url="+address+" ip=dhcp ---\n}\n")
	}
}

// fullSample is a full tree with everything that a full tree may have.
func fullSample() *sample {
	s := newSample()
	live := "ubuntu/stonking/daily-live"
	s.image(live+"/20260901", "stonking-desktop-amd64.iso", "stonking amd64 1")
	s.image(live+"/20260901", "stonking-desktop-arm64.iso", "stonking arm64 1")
	s.text(live+"/20260901/stonking-desktop-amd64.OVERSIZED", "")
	s.text(live+"/20260901/HEADER.html", sitePage)
	s.text(live+"/20260901/FOOTER.html", "</div><ul><li><a href=\"legal/\">legal</a></li></ul></body></html>\n")
	s.sums(live + "/20260901")
	s.image(live+"/20260902", "stonking-desktop-amd64.iso", "stonking amd64 2")
	s.image(live+"/20260902", "stonking-desktop-arm64.iso", "stonking arm64 1") // carried over
	s.sums(live + "/20260902")
	s.link(live+"/current", "20260901")
	s.link(live+"/pending", "20260902")
	s.link(live+"/manual", "20260901")

	flavour := "kubuntu/noble/daily-live"
	s.image(flavour+"/20260901", "noble-desktop-amd64.iso", "kubuntu amd64 1")
	s.image(flavour+"/20260901", "noble-desktop-arm64.iso", "kubuntu arm64 1")
	s.sums(flavour + "/20260901")
	s.image(flavour+"/20260901.1", "noble-desktop-amd64.iso", "kubuntu amd64 2")
	s.sums(flavour + "/20260901.1")
	s.linked(flavour, "current", map[string]string{"noble-desktop-amd64": "20260901.1", "noble-desktop-arm64": "20260901"})
	s.text(flavour+"/20260901/spa ce & plus+sign.txt", "odd")
	s.text(flavour+"/20260901/colon:hash#quest?.txt", "odd")
	s.text(flavour+"/20260901/文件 ünïcode.txt", "odd")
	s.text(flavour+"/20260901/percent%41.txt", "odd")
	s.text(flavour+"/20260901/noble-desktop-amd64.vhdx", "unknown")
	s.text("kubuntu/%2e%2e/20260901/noble-desktop-amd64.iso", "a directory that really bears this name")

	server := "ubuntu-server/noble/daily-live/20260726"
	base := "https://cdimage.example/" + server
	for _, arch := range []string{"amd64", "arm64", "arm64+largemem", "s390x", "ppc64el"} {
		s.image(server, "noble-live-server-"+arch+".iso", "server "+arch)
	}
	s.netboot(server, "noble", "amd64", base+"/noble-live-server-amd64.iso")
	s.netboot(server, "noble", "arm64", base+"/noble-live-server-arm64.iso")
	s.netboot(server, "noble", "arm64+largemem", base+"/noble-live-server-arm64+largemem.iso")
	s.netboot(server, "noble", "s390x", base+"/noble-live-server-s390x.iso")
	s.netboot(server, "noble", "ppc64el", "")
	s.sums(server)
	s.link("ubuntu-server/noble/daily-live/current", "20260726")

	s.image("ubuntu-core/24/stable/20260301", "ubuntu-core-24-arm64+raspi.img.xz", "core")
	s.text("ubuntu-core/24/stable/20260301/ubuntu-core-24-arm64+raspi.model-assertion", "type: model\n")
	s.sums("ubuntu-core/24/stable/20260301")
	s.link("ubuntu-core/24/stable/current", "20260301")

	final := "ubuntu/releases/noble/release"
	s.image(final, "ubuntu-24.04.4-live-server-arm64.iso", "server arm64")
	s.image(final, "ubuntu-24.04.3-live-server-arm64.iso", "server arm64 before")
	s.image(final, "ubuntu-24.04.4-preinstalled-server-riscv64+new-board.img.xz", "new board")
	s.netboot(final, "ubuntu-24.04.4", "arm64", "https://cdimage.example/ubuntu/releases/24.04.4/release/ubuntu-24.04.4-live-server-arm64.iso")
	s.sums(final)
	s.link("ubuntu/releases/24.04", "noble")
	s.link("ubuntu/releases/24.04.4", "noble")
	s.link("releases", "ubuntu/releases")
	s.image("ubuntu/releases/stonking/release/snapshot-4", "ubuntu-26.10-snapshot4-desktop-amd64v3.iso", "snapshot")
	s.sums("ubuntu/releases/stonking/release/snapshot-4")
	s.image("ubuntu/releases/stonking/release/snapshot-4/inteliot", "ubuntu-26.10-desktop-amd64+intel-iot.iso", "iot")

	alpha := "xubuntu/releases/precise/alpha-2"
	s.files[alpha+"/precise-desktop-amd64.iso"] = sampleFile{size: 700 << 20, key: "alpha"}
	s.text(alpha+"/MD5SUMS", strings.Repeat("0f", 16)+"  precise-desktop-amd64.iso\n")
	s.text(alpha+"/source/precise-src-1.iso", "1")
	s.text(alpha+"/source/precise-src-2.iso", "2")
	s.text(alpha+"/source/precise-src-10.iso", "10")

	s.text("livecd-base/noble/daily/20260901/amd64.squashfs", "squash")
	s.text("livecd-base/noble/daily/20260901/amd64.kernel", "kernel")
	s.text("livecd-base/noble/daily/20260901/amd64.manifest", "bash\t5.2\n")

	s.image("foobuntu/noble/daily-live/20260901", "noble-desktop-amd64.iso", "foo")
	s.sums("foobuntu/noble/daily-live/20260901")

	s.link("kubuntu/noble/loop", ".")
	s.link("up", "ubuntu")
	s.dir("empty/nothing")
	s.text("cdicons/iso.png", "icon")
	s.text("HEADER.html", "<html><body><h1>A front page</h1><ul><li><a href=\"elsewhere/\">elsewhere</a></li></ul>")
	return s
}

// sitePage is a header as sites have it: with links, lists and tables of its own.
const sitePage = `<!doctype html><html><head><title>Stonking daily build</title></head><body><h1>Stonking</h1>
<ul><li><a href="stonking-desktop-amd64.iso">64-bit PC desktop image</a></li><li><a href="nowhere/">nowhere</a></li></ul>
<table><tr><th>Name</th><th>What</th></tr><tr><td><a href="no-such.iso">no such</a></td><td>nothing</td></tr></table>
<div>
`

// simpleSample is a simple tree: links to a pool, and the series under its versions.
func simpleSample() *sample {
	s := newSample()
	add := func(name, key string) {
		s.image(".pool", name, key)
		stem, _, _ := strings.Cut(name, ".iso")
		for at, f := range maps.Clone(s.files) {
			if path.Dir(at) == ".pool" && strings.HasPrefix(path.Base(at), stem+".") {
				s.link("noble/"+path.Base(at), "../"+at)
				if f.key != "" {
					s.files["noble/"+path.Base(at)] = f // for the list; a link on disk
				}
			}
		}
	}
	add("ubuntu-24.04.3-desktop-amd64.iso", "desktop 3")
	add("ubuntu-24.04.4-desktop-amd64.iso", "desktop 4")
	add("ubuntu-24.04.4-live-server-amd64.iso", "server 4")
	s.sums("noble")
	for at := range s.links {
		delete(s.files, at)
	}
	s.image(".pool", "ubuntu-24.04.5-desktop-amd64.iso", "desktop 5") // not yet named
	s.sums(".pool")
	s.netboot("noble", "ubuntu-24.04.4", "amd64", "https://releases.example/24.04.4/ubuntu-24.04.4-live-server-amd64.iso")
	s.link("24.04", "noble")
	s.link("24.04.3", "noble")
	s.link("24.04.4", "noble")
	s.text("noble/HEADER.html", "<html><body>")
	s.text(".manifest", "ubuntu\tnoble\t/noble/ubuntu-24.04.4-desktop-amd64.iso\t123\nubuntu\tnoble\t/noble/gone.iso\t5\n")
	return s
}

var defaultRules = sync.OnceValues(func() (release.Rules, error) {
	c, err := config.Default()
	if err != nil {
		return release.Rules{}, err
	}
	return c.Rules, nil
})

func rulesFor(t testing.TB) release.Rules {
	t.Helper()
	rules, err := defaultRules()
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// testLog writes to the log of a test.
func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// hurried are the options of a client that waits for nothing.
func hurried(t testing.TB) fetch.Options {
	return fetch.Options{
		UserAgent: "shiplist-test", PerHost: 8, PerMinute: 1_000_000_000, BackoffLeast: time.Microsecond, BackoffMost: time.Microsecond,
		Logger: testLog(t),
	}
}

// newSource is a source for a tree at an address.
func newSource(t testing.TB, tree config.Tree) *Source {
	t.Helper()
	tree.Name = cmp.Or(tree.Name, "full")
	tree.Role = cmp.Or(tree.Role, "full")
	return New(Options{
		Tree: tree, Limits: config.Limits{Connections: 8}, Rules: rulesFor(t),
		Client: fetch.New(hurried(t)), Logger: testLog(t), StateDir: t.TempDir(),
	})
}

// poll polls once, and fails the test when that does.
func poll(t testing.TB, s *Source, prev *release.Facts) *release.Answer {
	t.Helper()
	if prev == nil {
		prev = &release.Facts{}
	}
	answer, err := s.Poll(t.Context(), prev)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// dump writes facts as lines that can be read and compared.
func dump(w io.Writer, f *release.Facts) {
	for _, d := range f.Directories {
		fmt.Fprintf(w, "directory %s: %s %s/%s", d.Path, d.Kind, d.Series, d.Project)
		list(w, "id", d.BuildID)
		list(w, "status", d.Status)
		list(w, "lists", d.Checksums...)
		if d.Signed {
			fmt.Fprint(w, " signed")
		}
		list(w, "gone", d.Gone...)
		list(w, "unlisted", d.Unlisted...)
		fmt.Fprintln(w)
		for _, alias := range d.Aliases {
			fmt.Fprintf(w, "  alias %s\n", alias)
		}
		for _, stray := range d.Strays {
			fmt.Fprintf(w, "  stray %s\n", stray)
		}
	}
	for _, i := range f.Images {
		fmt.Fprintf(w, "image %s/%s: %s %s/%s type=%s arch=%s", i.Dir, i.Name, i.Kind, i.Series, i.Project, i.PublishType, i.Arch)
		list(w, "kind", i.ImageType)
		list(w, "version", i.Version)
		list(w, "milestone", i.Milestone)
		list(w, "id", i.BuildID)
		mark(w, "current", i.Current)
		mark(w, "pending", i.Pending)
		mark(w, "oversized", i.Oversized)
		list(w, "unknown", i.Unknown...)
		fmt.Fprintln(w)
		for _, f := range i.Files {
			dumpFile(w, f)
		}
	}
	for _, n := range f.Netboot {
		fmt.Fprintf(w, "netboot %s %s: %s %s/%s", n.Parent, n.Arch, n.Kind, n.Series, n.Project)
		list(w, "version", n.Version)
		list(w, "id", n.BuildID)
		list(w, "dir", n.Dir)
		list(w, "kernel", n.Kernel)
		list(w, "initrd", n.Initrd)
		list(w, "iso", n.ISO)
		list(w, "beside", n.Beside)
		mark(w, "current", n.Current)
		mark(w, "pending", n.Pending)
		fmt.Fprintln(w)
		for _, f := range n.Boot {
			fmt.Fprintf(w, "  boot %s\n", f.Name)
		}
		if n.Tarball != nil {
			fmt.Fprintf(w, "  tarball %s\n", n.Tarball.Name)
		}
	}
}

func list(w io.Writer, word string, values ...string) {
	if text := strings.Join(values, ","); text != "" {
		fmt.Fprintf(w, " %s=%s", word, text)
	}
}

func mark(w io.Writer, word string, on bool) {
	if on {
		fmt.Fprintf(w, " %s", word)
	}
}

func dumpFile(w io.Writer, f release.File) {
	fmt.Fprintf(w, "  file %s type=%s", f.Name, f.Type)
	if f.Main {
		size := "unknown"
		if f.Size != nil {
			size = fmt.Sprint(*f.Size)
		}
		fmt.Fprintf(w, " main size=%s exact=%v", size, f.Exact)
	}
	if hash := checksum(f); hash != "" {
		fmt.Fprintf(w, " sum=%s", hash[:8])
	}
	fmt.Fprintln(w)
}
