package generator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

// The nearest content for Hugo: one page for each directory with its images and their
// files, for each milestone with its rows, and for each product with its milestones, as
// front matter in JSON, which Hugo reads quickest. Sizes, addresses and commands are
// ready made in it, so Hugo has less to work out than we do: no joining of sources, no
// findings, no JSON beside the pages, no digest, nothing synced to disk. The layouts in
// testdata/hugo show the same parts with the same functions of html/template.

// front is a value of front matter.
type front = map[string]any

// writeHugo writes the large site for Hugo.
func writeHugo(tb testing.TB, dir string) {
	tb.Helper()
	if err := os.CopyFS(dir, os.DirFS("testdata/hugo")); err != nil {
		tb.Fatal(err)
	}
	for _, asset := range []string{"style.css", "script.js"} {
		content, err := os.ReadFile("../layouts/assets/" + asset)
		if err != nil {
			tb.Fatal(err)
		}
		write(tb, dir+"/static/"+asset, string(content))
	}
	sources := largeSources(largeDirectories)
	writeHugoTracker(tb, dir, sources[0].Facts)
	facts := sources[1].Facts
	for i, d := range facts.Directories {
		writeFront(tb, fmt.Sprintf("%s/content/images/%s.md", dir, d.Path), hugoDirectory(d, facts.Images[i*largeImages:(i+1)*largeImages]),
			"A checksum tells whether the download came through whole. [More about it](/).\n")
	}
}

func writeFront(tb testing.TB, name string, f front, text string) {
	tb.Helper()
	f["sources"] = []string{"iso", "full"}
	head, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		tb.Fatal(err)
	}
	write(tb, name, string(head)+"\n"+text)
}

func hugoDirectory(d release.Directory, images []release.Image) front {
	site := "https://cdimage.example.org/" + d.Path + "/"
	var offers, files, editions []front
	for _, img := range images {
		main := img.Main()
		var quick []front
		for _, f := range img.Files {
			size := ""
			if f.Size != nil {
				size = release.Size(*f.Size)
			}
			files = append(files, front{"name": f.Name, "href": site + f.Name, "what": f.Type, "size": size})
			if !f.Main {
				quick = append(quick, front{"text": f.Type, "href": site + f.Name})
			}
		}
		quick = append(quick, front{"text": "Checksums", "href": site + "SHA256SUMS"}, front{"text": "Signature", "href": site + "SHA256SUMS.gpg"})
		offers = append(offers, front{
			"id": "get-" + img.Arch, "machine": img.Arch + " machine", "arch": img.Arch, "description": "For machines of the kind " + img.Arch + ".",
			"href": site + main.Name, "name": main.Name, "size": release.Size(*main.Size), "bytes": grouped(*main.Size), "sha256": main.SHA256,
			"quick": quick, "version": img.Version, "verify": "echo '" + main.SHA256 + "  " + main.Name + "' | sha256sum --check",
		})
	}
	for n := range 40 {
		editions = append(editions, front{"text": fmt.Sprintf("Project %d 24.04.3 LTS", n), "href": fmt.Sprintf("../../project%d/releases/noble/", n)})
	}
	return front{
		"title": d.Project + " 24.04.3 LTS (Noble Numbat)", "description": "Download and check the images of " + d.Project + ".",
		"offers": offers, "files": files, "editions": editions,
		"verify": []front{
			{"text": "Fetch the list:", "command": "curl -O " + site + "SHA256SUMS -O " + site + "SHA256SUMS.gpg"},
			{"text": "Compare:", "command": "sha256sum --check --ignore-missing SHA256SUMS"},
			{"text": "See who made the list:", "command": "gpg --verify SHA256SUMS.gpg SHA256SUMS"},
		},
	}
}

func writeHugoTracker(tb testing.TB, dir string, f *release.Facts) {
	tb.Helper()
	for i, p := range f.Products {
		var rows []front
		for _, m := range f.Milestones {
			e := m.Entries[i]
			rows = append(rows, front{"title": m.Title, "href": "/milestones/" + m.Slug + "/", "state": e.State, "build": e.BuildID})
		}
		writeFront(tb, dir+"/content/products/"+p.Slug+".md", front{"title": p.Title, "rows": rows}, "")
	}
	for _, m := range f.Milestones {
		var groups []front
		for i := 0; i < len(m.Entries); i += 6 {
			var rows []front
			for k := i; k < i+6; k++ {
				e, p := m.Entries[k], f.Products[k]
				rows = append(rows, front{
					"slug": p.Slug, "title": p.Title, "href": "/products/" + p.Slug + "/", "state": e.State, "build": e.BuildID, "contact": "https://launchpad.net/~team",
				})
			}
			groups = append(groups, front{"family": f.Products[i].Family, "rows": rows})
		}
		writeFront(tb, dir+"/content/milestones/"+m.Slug+".md", front{"title": m.Title, "answer": "30 of 60 ready.", "groups": groups}, "")
	}
}

// measured is a whole process: how long it took, and the most memory that it had.
type measured struct {
	took time.Duration
	peak int64 // bytes
	out  string
}

func measure(tb testing.TB, dir, program string, args ...string) measured {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), program, args...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Run(); err != nil {
		tb.Fatalf("%s: %v\n%s", program, err, &out)
	}
	m := measured{took: time.Since(start), out: out.String()}
	if use, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.peak = use.Maxrss * 1024
	}
	return m
}

func median(all []measured) time.Duration {
	took := make([]time.Duration, len(all))
	for i, m := range all {
		took[i] = m.took
	}
	slices.Sort(took)
	return took[len(took)/2]
}

func peak(all []measured) int64 {
	return slices.MaxFunc(all, func(a, b measured) int { return int(a.peak - b.peak) }).peak >> 20
}

// TestAgainstHugo measures whole processes in turn: ours and Hugo's for the large site
// into a new directory, and again with nothing changed.
func TestAgainstHugo(t *testing.T) {
	if os.Getenv("SHIPLIST_MEASURE") == "" {
		t.Skip("it measures; set SHIPLIST_MEASURE=1")
	}
	hugo, dir := testenv.Program(t, "hugo"), t.TempDir()
	writeHugo(t, dir+"/hugo")
	writeLarge(t, dir+"/ours", largeDirectories)
	ours := filepath.Join(dir, "shiplist")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", ours, "../cmd/shiplist").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	version := measure(t, dir, hugo, "version").out
	var full, quiet, hugoFull, hugoQuiet []measured
	for range 7 {
		for _, made := range []string{"/ours/staged", "/hugo/public", "/hugo/resources"} {
			if err := os.RemoveAll(dir + made); err != nil {
				t.Fatal(err)
			}
		}
		full = append(full, measure(t, dir+"/ours", ours, "generate"))
		hugoFull = append(hugoFull, measure(t, dir+"/hugo", hugo, "--quiet"))
		quiet = append(quiet, measure(t, dir+"/ours", ours, "generate"))
		hugoQuiet = append(hugoQuiet, measure(t, dir+"/hugo", hugo, "--quiet"))
	}
	t.Logf("%s\nmedian of %d paired runs:", strings.TrimSpace(version), len(full))
	t.Logf("full: %v, %d MB; Hugo %v, %d MB; ratio %.2f", median(full), peak(full), median(hugoFull), peak(hugoFull), float64(median(full))/float64(median(hugoFull)))
	t.Logf("nothing changed: %v, %d MB; Hugo %v; ratio %.2f", median(quiet), peak(quiet), median(hugoQuiet), float64(median(quiet))/float64(median(hugoQuiet)))
}
