package generator

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// goldenPages are the pages of the sample that are compared byte for byte; the
// checks on links and tags see all of them.
var goldenPages = []string{
	"api/v1/changes/2026-04-23.json",
	"api/v1/findings.json",
	"api/v1/findings/blocker-product-contact-missing-build.json",
	"api/v1/images.json",
	"api/v1/index.json",
	"api/v1/milestones.json",
	"api/v1/series.json",
	"api/v1/sources.json",
	"about/index.html",
	"archive/index.html",
	"changes/2026-04-22/index.html",
	"changes/index.html",
	"checks/index.html",
	"families/kubuntu/index.html",
	"handover/imager.json",
	"handover/index.html",
	"handover/netboot.json",
	"handover/quickget.csv",
	"images/full/kubuntu/noble/daily-live/current/SHA256SUMS",
	"images/full/odd/%252e%252e/a b+c~d/index.html",
	"images/full/ubuntu-server/noble/daily-live/current/index.html",
	"images/full/ubuntu/releases/noble/release/index.html",
	"images/index.html",
	"images/simple/noble/index.html",
	"index.html",
	"netboot/boot.ipxe",
	"netboot/grub.cfg",
	"netboot/index.html",
	"netboot/noble/index.html",
	"netboot/pxelinux.cfg",
	"noble/24.04.4/handover/announcement.txt",
	"noble/24.04.4/handover/call-for-testing.txt",
	"noble/24.04.4/handover/checksums.yaml",
	"noble/24.04.4/badge.svg",
	"noble/24.04.4/index.html",
	"noble/24.04.4/manifest.csv",
	"noble/24.04.4/manifest.json",
	"noble/24.04.4/manifest.txt",
	"noble/daily/index.html",
	"noble/calendar.ics",
	"noble/index.html",
	"products/ubuntu-cinnamon-desktop-amd64/feed.xml",
	"products/ubuntu-cinnamon-desktop-amd64/index.html",
	"products/ubuntu-cinnamon-desktop-amd64/product.json",
	"products/ubuntu-server-riscv64+k1-script-alert-1-script/index.html",
	"robots.txt",
	"trees/full/.manifest-daily",
	"trees/full/releases/streams/v1/com.ubuntu.cdimage:ubuntu.json",
	"trees/full/streams/v1/index.json",
	"trees/index.html",
	"trees/simple/.manifest",
	"trees/simple/streams/v1/com.ubuntu.releases:ubuntu.json",
	"trees/trees.json",
}

// readSite reads a set into memory.
func readSite(tb testing.TB, dir string) map[string][]byte {
	tb.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(rel)], err = os.ReadFile(p)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

// fingerprints are left out of the comparison: a new style sheet is no news on
// every page.
var fingerprints = regexp.MustCompile(`(assets/[a-z]+-)[0-9a-f]{10}\.`)

// digests are left out likewise: TestDigestsCanBeChecked looks at them.
var digests = regexp.MustCompile(`"sha256:[0-9a-f]{64}"`)

// comparable is a file as it is compared, ending in a line break.
func comparable(content []byte) string {
	text := digests.ReplaceAllString(fingerprints.ReplaceAllString(string(content), "$1*."), `"sha256:*"`)
	return strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n") + "\n"
}

// sampleSite returns the files of the sample's site, which is made once for all tests;
// they only read it.
func sampleSite(tb testing.TB) map[string][]byte {
	tb.Helper()
	sampleOnce.Do(func() {
		c := defaultConfig(tb)
		s := prepared(tb, Options{Config: c}, samplePicture(c))
		s.log = sampleLog(&c.Rules)
		res, err := s.stage(tb.Context())
		if err != nil {
			tb.Fatal(err)
		}
		sampleFiles = readSite(tb, res.Dir)
	})
	if len(sampleFiles) == 0 {
		tb.Fatal("the sample could not be made")
	}
	return sampleFiles
}

var (
	sampleOnce  sync.Once
	sampleFiles map[string][]byte
)

func TestGoldenSite(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	got := &txtar.Archive{Comment: []byte("Some pages of the sample site. Rewrite with: go test ./generator -run TestGoldenSite -update\n\n")}
	for _, name := range goldenPages {
		if site[name] == nil {
			t.Fatalf("%s is not in the site; it has %d files", name, len(site))
		}
		got.Files = append(got.Files, txtar.File{Name: name, Data: []byte(comparable(site[name]))})
	}
	compareGolden(t, "testdata/site.txtar", got)
}

// compareGolden compares files with those that a test keeps, each by itself, or with
// -update keeps them.
func compareGolden(t *testing.T, name string, got *txtar.Archive) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range kept.Files {
		want[f.Name] = string(f.Data)
	}
	for _, f := range got.Files {
		if diff := cmp.Diff(want[f.Name], string(f.Data)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
		delete(want, f.Name)
	}
	for gone := range want {
		t.Errorf("%s of %s was not made", gone, name)
	}
}

func TestPagesHoldTogether(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	for _, problem := range checkPages(site) {
		t.Error(problem)
	}
}

func TestHostileFactsStayText(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	for name, content := range site {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		for _, bad := range []string{"<script>alert", "javascript:", "ZgotmplZ", "\x07", "<no value>"} {
			if bytes.Contains(content, []byte(bad)) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
	}
	page := string(site["noble/24.04.4/index.html"])
	for _, want := range []string{
		`riscv64&#43;k1 &lt;script&gt;alert(1)&lt;/script&gt;`,
		`<a href="https://bugs.example.org/1" rel="nofollow noreferrer">bug 1</a>`,
		`<b>not bold to the end</b></div>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the manifest lacks %q", want)
		}
	}
}

func TestEmptySite(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	c.Rules.Netboot, c.Rules.Series = nil, nil
	s := prepared(t, Options{Config: c}, emptyPicture(c))
	res, err := s.stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	site := readSite(t, res.Dir)
	for _, problem := range checkPages(site) {
		t.Error(problem)
	}
	if want := "No source has told anything yet."; !strings.Contains(string(site["index.html"]), want) {
		t.Errorf("the home page lacks %q", want)
	}
}
