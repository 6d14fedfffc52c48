package main

import (
	"bytes"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator/publish"
	"shiplist/internal/demo"
	"shiplist/internal/mirror"
	"shiplist/internal/testenv"
)

// testingRow is a row of a milestone that is being tested, with its product.
var testingRow = regexp.MustCompile(`(?m)^ *product = "([^"]+)"(?:\n.+)*\n *state = "testing"`)

// TestMirror: after one row changed, a mirror that runs rsync gets the files that show
// it and the list of checksums, and nothing else: no page, and no directory, whose time
// alone is new.
func TestMirror(t *testing.T) {
	t.Parallel()
	rsync := testenv.Program(t, "rsync")
	servers, err := demo.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = servers.Close() })
	dir := polledSample(t, servers)
	published(t, dir)
	public, mirror := filepath.Join(dir, "public")+"/", filepath.Join(dir, "mirror")+"/"
	if out, err := output(t, rsync, "-a", public, mirror); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	milestone := filepath.Join(dir, "data/iso/milestones/resolute/26.04.1.toml")
	row := testingRow.FindStringSubmatch(read(t, milestone))
	if row == nil {
		t.Fatalf("nothing is being tested in\n%s", read(t, milestone))
	}
	write(t, milestone, strings.Replace(read(t, milestone), row[0], strings.Replace(row[0], "testing", "ready", 1), 1))
	published(t, dir)
	out, err := output(t, rsync, "-n", "-a", "--no-checksum", "--delete", "--out-format=%n", public, mirror)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := strings.Fields(out)
	slices.Sort(got)
	if diff := cmp.Diff(different(t, public, mirror), got); diff != "" {
		t.Errorf("files for the mirror (-different +rsync):\n%s", diff)
	}
	if len(got) < 5 || len(got) > 30 || !slices.Contains(got, "SHA256SUMS") || !slices.Contains(got, "resolute/26.04.1/index.html") {
		t.Errorf("files for the mirror: %v", got)
	}
	// These count the row, or have the digests of files that show it.
	counts := map[string]string{
		"index.html": "26.04.1", "resolute/26.04.1/badge.svg": "26.04.1", "api/v1/milestones.json": "26.04.1",
		"api/v1/findings.json": "findings", "api/v1/index.json": "milestones.json", "release.json": "sha256sums",
	}
	for _, name := range got {
		text := strings.ReplaceAll(strings.ToLower(html.UnescapeString(read(t, public+name))), " ", "-")
		shows := row[1]
		if counts[name] != "" {
			shows = counts[name]
		}
		if !strings.Contains(text, shows) {
			t.Errorf("%s goes to the mirror and does not show %s", name, shows)
		}
	}
}

// different are the files of two directories that are not the same, by path.
func different(t *testing.T, a, b string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(a, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(path, a)
		if other, err := os.ReadFile(b + name); err != nil || string(other) != read(t, path) {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// published generates and publishes in a directory.
func published(t *testing.T, dir string) {
	t.Helper()
	for _, args := range [][]string{{"generate"}, {"publish", "--force"}} {
		var out bytes.Buffer
		e := system()
		e.stdout, e.stderr = &out, &out
		if code := run(t.Context(), append(args, "--config", filepath.Join(dir, "config.toml")), e); code != exitDone {
			t.Fatalf("%v: exit code %d\n%s", args, code, &out)
		}
	}
}

// TestPublishedExpired: who publishes what nobody will believe is told so at once.
func TestPublishedExpired(t *testing.T) {
	t.Parallel()
	issued := time.Date(2026, 8, 20, 12, 0, 0, 0, time.UTC)
	const told = "\n  no source has answered since 2026-08-20 12:00 UTC, so that release.json has expired already: poll ('shiplist agent --once'), and publish again\n"
	for now, want := range map[time.Time]bool{issued.AddDate(0, 0, 6): false, issued.AddDate(0, 0, 8): true} {
		var b strings.Builder
		r := publish.Result{Serial: 2026082801, Issued: issued, Expires: issued.AddDate(0, 0, 7)}
		if err := printPublished(&environment{stdout: &b, now: func() time.Time { return now }}, r); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), told) != want {
			t.Errorf("at %s: %s", now, b.String())
		}
	}
}

// TestPrintBrought: what became of each target is a line.
func TestPrintBrought(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := printBrought(&environment{stdout: &out}, []mirror.Result{
		{Target: "web", Action: mirror.Sent, Files: 1, Bytes: 3, Deleted: 2},
		{Target: "cdn", Action: mirror.Sent, Left: 1},
		{Target: "bucket", Action: mirror.Nothing, Left: 2},
		{Target: "host", Action: mirror.Failed, Error: "no room"},
	})
	want := "  web: sent 1 file with 3 bytes, removed 2\n  cdn: sent 0 files with 0 bytes, removed 0, left 1 object of others\n" +
		"  bucket: has it already, left 2 objects of others\n  host: failed: no room\n"
	if out.String() != want || err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}
