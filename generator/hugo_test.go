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

	"golang.org/x/sys/unix"

	"shiplist/generator/staged"
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
			hugoText(d, &facts.Images[i*largeImages]))
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
	var offers, editions []front
	for _, img := range images {
		main := img.Main()
		var quick []front
		for _, f := range img.Files {
			if !f.Main {
				quick = append(quick, front{"text": f.Type, "href": site + f.Name})
			}
		}
		quick = append(quick, front{"text": "Signature", "href": "#verify"})
		offers = append(offers, front{
			"id": "get-" + img.Arch, "machine": img.Arch + " machine", "arch": img.Arch, "description": "For machines of the kind " + img.Arch + ".",
			"href": site + main.Name, "name": main.Name, "size": release.Size(*main.Size), "bytes": grouped(*main.Size), "sha256": main.SHA256,
			"quick": quick, "checks": []front{
				{"system": "Linux", "command": "echo '" + main.SHA256 + "  " + main.Name + "' | sha256sum --check"},
				{"system": "macOS", "command": "echo '" + main.SHA256 + "  " + main.Name + "' | shasum -a 256 --check"},
				{"system": "Windows, in PowerShell", "command": "(Get-FileHash -Algorithm 'SHA256' -LiteralPath '" + main.Name + "').Hash -eq '" + main.SHA256 + "'"},
			},
		})
	}
	for n := range 25 {
		editions = append(editions, front{
			"text": d.Project + " 24.04.3 LTS in testing", "href": fmt.Sprintf("../status-%d/", 15+40*n),
			"where": fmt.Sprintf("full %s/releases/noble/status-%d", d.Project, 15+40*n), "what": "Desktop image for 12 kinds of machines",
		})
	}
	return front{
		"title": d.Project + " 24.04.3 LTS (Noble Numbat)", "description": "Download and check the images of " + d.Project + ".",
		"offers": offers, "editions": editions,
		"findings": hugoFindings(1, site),
	}
}

// hugoText is what our pages tell below the images, with the same names filled in: as a
// page's own text, which is where somebody who uses Hugo would write it.
func hugoText(d release.Directory, img *release.Image) string {
	site, main := "https://cdimage.example.org/"+d.Path+"/", img.Main()
	return strings.NewReplacer("{list}", site+"SHA256SUMS", "{name}", main.Name, "{sum}", main.SHA256).Replace(hugoWords)
}

// hugoWords are as long as the texts in content/parts that a publishing page shows.
const hugoWords = `
A download can be cut short, or altered on its way. Its checksum tells whether you have every byte of it. The signature
tells who made the list of checksums. Checking takes a minute, and spares you an installation that fails halfway.

[SHA256SUMS]({list}) [SHA256SUMS.gpg]({list}.gpg). This page did not check the signature of SHA256SUMS.

### On Linux

1. Save [SHA256SUMS]({list}) into the folder of your download.

2. Open a terminal in that folder and run:

       sha256sum --check --ignore-missing SHA256SUMS

3. The answer names your file and says OK:

       {name}: OK

If it says FAILED, the file is damaged. Delete it, and download it again.

### On macOS

1. Save [SHA256SUMS]({list}) into the folder of your download.

2. Open Terminal, type ` + "`cd `" + ` and a space, drag that folder into the window, and press Return.

3. Run:

       shasum -a 256 --check --ignore-missing SHA256SUMS

4. The answer names your file and says OK:

       {name}: OK

If it says FAILED, the file is damaged. Delete it, and download it again.

### On Windows

1. In the folder of your download, hold Shift, click with the right mouse button on an empty place, and choose PowerShell
   or Terminal.

2. Run:

       (Get-FileHash -Algorithm 'SHA256' -LiteralPath '{name}').Hash -eq '{sum}'

3. The answer is True. If it is False, the file is damaged. Delete it, and download it again.

In the old Command Prompt, run this, and compare what it prints with the checksum below:

    certutil -hashfile {name} SHA256
    {sum}

This is for {name}. For another file, put in its name, and its checksum from [SHA256SUMS]({list}).

### Who made the list

Whoever can alter the images can alter the list of checksums, too. They cannot forge its signature. You need GnuPG: most
Linux systems have it; there is [GPG Suite](https://gpgtools.org/) for macOS and [Gpg4win](https://www.gpg4win.org/) for
Windows.

1. Save [SHA256SUMS]({list}) and [SHA256SUMS.gpg]({list}.gpg) into one folder.

2. In a terminal in that folder, run:

       gpg --verify SHA256SUMS.gpg SHA256SUMS

3. It says which key made the signature. Get that key from where you trust it to be the right one, such as a system of
   this distribution that you have already, and run the command again. It has to say "Good signature".

### Start from a USB stick

1. Take an empty USB stick of 16 GB or more. Everything on it will be erased.

2. Write {name} to it with a program for that, not by copying: [Rufus](https://rufus.ie/) on Windows,
   [balenaEtcher](https://etcher.balena.io/) on Windows, macOS and Linux, or Startup Disk Creator on Ubuntu.

3. Leave the stick in the computer and restart it. If your usual system comes up, restart again and press the key that
   opens the boot menu, often F12, F10, F9 or Esc, and choose the stick.
`

// hugoFindings are as many as our pages have, each about as long.
func hugoFindings(n int, link string) []front {
	all := make([]front, n)
	for i := range all {
		all[i] = front{
			"severity": "blocker", "href": fmt.Sprintf("#row-%d", i), "text": fmt.Sprintf("Build %d of a product on Noble is marked failed.", 20260400+i),
			"advice": "See the failed testcases, then ask for a rebuild or mark it ready.", "who": "~team",
			"evidence": []front{{"source": "iso", "fact": fmt.Sprintf("build %d is marked failed", 20260400+i), "link": link}},
		}
	}
	return all
}

func writeHugoTracker(tb testing.TB, dir string, f *release.Facts) {
	tb.Helper()
	for i, p := range f.Products {
		var rows []front
		for _, m := range f.Milestones {
			e := m.Entries[i]
			rows = append(rows, front{"title": m.Title, "href": "/milestones/" + m.Slug + "/", "state": e.State, "build": e.BuildID})
		}
		writeFront(tb, dir+"/content/products/"+p.Slug+".md", front{"title": p.Title, "rows": rows, "findings": hugoFindings(largeMilestones, "https://iso.qa.example.org/")}, "")
	}
	for _, m := range f.Milestones {
		var groups, changes []front
		for i := 0; i < len(m.Entries); i += 6 {
			var rows []front
			for k := i; k < i+6; k++ {
				e, p := m.Entries[k], f.Products[k]
				rows = append(rows, front{
					"slug": p.Slug, "title": p.Title, "href": "/products/" + p.Slug + "/", "state": e.State, "build": e.BuildID, "contact": "https://launchpad.net/~team",
					"arch": "amd64", "tests": "https://iso.qa.example.org/qatracker/milestones/2/builds", "notes": []front{
						{"severity": "blocker", "text": "Build " + e.BuildID + " of " + p.Title + " on " + m.Title + " is marked failed."},
						{"severity": "blocker", "text": "Where " + p.Title + " on " + m.Title + " is published is not known: no rule says what the product is in the trees."},
						{"severity": "warning", "text": "~team, contact in Noble for " + p.Title + " and 59 more, is in no list of teams."},
					},
				})
				changes = append(changes, front{"title": p.Title, "href": "/products/" + p.Slug + "/", "from": "20260401", "to": e.BuildID})
			}
			groups = append(groups, front{"family": f.Products[i].Family, "rows": rows})
		}
		writeFront(tb, dir+"/content/milestones/"+m.Slug+".md", front{"title": m.Title, "answer": "30 of 60 ready.", "groups": groups, "changes": changes, "findings": hugoFindings(70, "https://iso.qa.example.org/")}, "")
	}
}

// measured is a whole process: how long it took, and the most memory that it had.
type measured struct {
	took time.Duration
	busy time.Duration // of all processors
	peak int64         // bytes
	out  string
}

// measure runs a program once what others wrote is on disk: whoever syncs waits for that,
// too, as we do and Hugo does not.
func measure(tb testing.TB, dir, program string, args ...string) measured {
	tb.Helper()
	unix.Sync()
	cmd := exec.CommandContext(tb.Context(), program, args...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Run(); err != nil {
		tb.Fatalf("%s: %v\n%s", program, err, &out)
	}
	state := cmd.ProcessState
	m := measured{took: time.Since(start), busy: state.UserTime() + state.SystemTime(), out: out.String()}
	if use, ok := state.SysUsage().(*syscall.Rusage); ok {
		m.peak = use.Maxrss * 1024
	}
	return m
}

// median tells the median of what is measured in each run.
func median(all []measured, of func(measured) time.Duration) time.Duration {
	var values []time.Duration
	for _, m := range all {
		values = append(values, of(m))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// compare logs the medians of ours and theirs, and the ratio.
func compare(t *testing.T, what string, ours, theirs []measured) {
	t.Helper()
	took := func(m measured) time.Duration { return m.took }
	busy := func(m measured) time.Duration { return m.busy }
	peak := func(m measured) time.Duration { return time.Duration(m.peak) }
	for _, each := range []struct {
		what string
		of   func(measured) time.Duration
	}{{"time", took}, {"processor time", busy}} {
		a, b := median(ours, each.of), median(theirs, each.of)
		t.Logf("%s, %s: %v, Hugo %v, ratio %.2f", what, each.what, a.Round(time.Millisecond), b.Round(time.Millisecond), float64(a)/float64(b))
	}
	t.Logf("%s, memory: %d MB, Hugo %d MB", what, median(ours, peak)>>20, median(theirs, peak)>>20)
}

// mostMemory is what a full build of the large site may take.
const mostMemory = 150 << 20

// TestAgainstHugo measures whole processes in turn: ours and Hugo's for the large site
// into a new directory, and again with nothing changed. Nothing is removed in between: see
// BenchmarkHeaders for what that does to the runs after it.
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
	for n := range 5 {
		generate := []string{"generate", "--staged", fmt.Sprint("staged", n)}
		render := []string{"--quiet", "--destination", fmt.Sprint("public", n)}
		full = append(full, measure(t, dir+"/ours", ours, generate...))
		hugoFull = append(hugoFull, measure(t, dir+"/hugo", hugo, render...))
		quiet = append(quiet, measure(t, dir+"/ours", ours, generate...))
		hugoQuiet = append(hugoQuiet, measure(t, dir+"/hugo", hugo, render...))
	}
	t.Logf("%s; %s; medians of %d paired runs", strings.TrimSpace(version), sizes(t, dir), len(full))
	compare(t, "full", full, hugoFull)
	compare(t, "nothing changed", quiet, hugoQuiet)
	for _, m := range full {
		if m.peak > mostMemory {
			t.Errorf("a full build took %d MB of memory, more than %d MB", m.peak>>20, mostMemory>>20)
		}
	}
}

// sizes says how much both wrote, to show how near the contents are.
func sizes(t *testing.T, dir string) string {
	t.Helper()
	set, err := staged.Newest(dir + "/ours/staged0")
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, made := range []string{set.Dir, dir + "/hugo/public0"} {
		pages, bytes := 0, 0
		for name, content := range readSite(t, made) {
			if strings.HasSuffix(name, ".html") {
				pages, bytes = pages+1, bytes+len(content)
			}
		}
		words = append(words, fmt.Sprintf("%d pages of %d MB", pages, bytes>>20))
	}
	return strings.Join(words, ", Hugo ")
}
