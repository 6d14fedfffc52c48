package hostscript

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

// archiveTree is a build host before 24.04.1 is archived: file names and contents; what
// begins with "-> " is a link.
func archiveTree() map[string]string {
	return map[string]string{
		"www/simple/.pool/u-24.04.1.iso":       "desktop one",
		"www/simple/.pool/u-24.04.2.iso":       "desktop two",
		"www/simple/.pool/SHA256SUMS":          sumLine("desktop one", "*u-24.04.1.iso") + sumLine("desktop two", "*u-24.04.2.iso"),
		"www/simple/noble/u-24.04.1.iso":       "-> ../.pool/u-24.04.1.iso",
		"www/simple/noble/u-24.04.2.iso":       "-> ../.pool/u-24.04.2.iso",
		"www/simple/noble/u-24.04.1.manifest":  "packages",
		"www/simple/noble/SHA256SUMS":          sumLine("desktop one", "*u-24.04.1.iso") + sumLine("desktop two", "*u-24.04.2.iso"),
		"www/simple/noble/SHA256SUMS.gpg":      "old signature",
		"www/simple/noble/.htaccess":           "AddDescription \"Desktop one\" u-24.04.1.iso\nAddDescription \"Desktop two\" u-24.04.2.iso\nIndexOptions X\n",
		"www/simple/.htaccess":                 "Options +IndexesRedirect", // by hand, without the end of the line
		"www/simple/24.04.1":                   "-> noble",
		"www/simple/24.04.2":                   "-> noble",
		"www/full/u/releases/s-24.04.1.iso":    "server one",
		"www/full/u/releases/SHA256SUMS":       sumLine("server one", " s-24.04.1.iso") + sumLine("server two", " s-24.04.2.iso"),
		"www/full/k/releases/k-24.04.1.iso":    "kubuntu one",
		"www/full/k/releases/SHA256SUMS":       sumLine("kubuntu one", "*k-24.04.1.iso"),
		"www/old-releases/noble/SHA256SUMS":    sumLine("zero", "*u-24.04.0.iso"),
		"www/old-releases/noble/u-24.04.0.iso": "zero",
	}
}

// archivedTree is the same host afterwards. Lists are signed by a copy of themselves.
func archivedTree() map[string]string {
	old := sumLine("server one", "*s-24.04.1.iso") + sumLine("zero", "*u-24.04.0.iso") + sumLine("desktop one", "*u-24.04.1.iso")
	simple, full := sumLine("desktop two", "*u-24.04.2.iso"), sumLine("server two", " s-24.04.2.iso")
	hidden, pool := sumLine("kubuntu one", "*k-24.04.1.iso"), sumLine("desktop one", "*u-24.04.1.iso")
	return map[string]string{
		"www/simple/.pool/u-24.04.2.iso":            "desktop two",
		"www/simple/.pool/SHA256SUMS":               simple,
		"www/simple/.pool/SHA256SUMS.gpg":           simple,
		"www/simple/noble/u-24.04.2.iso":            "-> ../.pool/u-24.04.2.iso",
		"www/simple/noble/SHA256SUMS":               simple,
		"www/simple/noble/SHA256SUMS.gpg":           simple,
		"www/simple/noble/.htaccess":                "AddDescription \"Desktop two\" u-24.04.2.iso\nIndexOptions X\n",
		"www/simple/.htaccess":                      "Options +IndexesRedirect\nRedirectPermanent /24.04.1 https://old.example/24.04.1\n",
		"www/simple/24.04.2":                        "-> noble",
		"www/full/u/releases/SHA256SUMS":            full,
		"www/full/u/releases/SHA256SUMS.gpg":        full,
		"www/full/k/releases/SHA256SUMS":            "",
		"www/full/k/releases/SHA256SUMS.gpg":        "",
		"www/old-releases/.pool/u-24.04.1.iso":      "desktop one",
		"www/old-releases/.pool/SHA256SUMS":         pool,
		"www/old-releases/.pool/SHA256SUMS.gpg":     pool,
		"www/old-releases/noble/u-24.04.1.iso":      "-> ../.pool/u-24.04.1.iso",
		"www/old-releases/noble/u-24.04.1.manifest": "packages",
		"www/old-releases/noble/s-24.04.1.iso":      "server one",
		"www/old-releases/noble/u-24.04.0.iso":      "zero",
		"www/old-releases/noble/SHA256SUMS":         old,
		"www/old-releases/noble/SHA256SUMS.gpg":     old,
		"www/old-releases/noble/.htaccess":          "AddDescription \"Desktop one\" u-24.04.1.iso\n",
		"www/old-releases/.htaccess":                "AddDescription \"One\" 24.04.1\n",
		"www/old-releases/24.04.1":                  "-> noble",
		"old-images/full/k/releases/k-24.04.1.iso":  "kubuntu one",
		"old-images/full/k/releases/SHA256SUMS":     hidden,
		"old-images/full/k/releases/SHA256SUMS.gpg": hidden,
	}
}

func sum(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

func sumLine(text, name string) string { return sum(text) + " " + name + "\n" }

// archivePlan24041 is what to do about the tree.
func archivePlan24041() *release.ArchiveSet {
	at := func(root, path string) release.HostPath { return release.HostPath{Root: root, Path: path} }
	move := func(from, to release.HostPath, content string) release.ArchiveMove {
		m := release.ArchiveMove{From: from, To: to}
		if content != "" {
			m.SHA256 = sum(content)
		}
		return m
	}
	pool := move(at("simple", ".pool/u-24.04.1.iso"), at("old", ".pool/u-24.04.1.iso"), "desktop one")
	absent := move(at("simple", ".pool/u-24.04.1.manifest"), at("old", ".pool/u-24.04.1.manifest"), "")
	pool.Perhaps, absent.Perhaps = true, true
	list := func(from, to release.HostPath, content, name string) release.ArchiveList {
		return release.ArchiveList{From: from.In("SHA256SUMS"), To: to.In("SHA256SUMS"), Lines: []string{strings.TrimSpace(sumLine(content, "*"+name))}}
	}
	simple, full, kubuntu := at("simple", "noble"), at("full", "u/releases"), at("full", "k/releases")
	old, hidden := at("old", "noble"), at("hidden", "full/k/releases")
	pooled := list(at("simple", ".pool"), at("old", ".pool"), "desktop one", "u-24.04.1.iso")
	pooled.Lines = append(pooled.Lines, sum("never there")+" *u-24.04.1.img")
	pooled.Perhaps = true
	return &release.ArchiveSet{
		Line: &release.Line{Slug: "noble"}, Version: "24.04.1", Newer: "24.04.2",
		Moves: []release.ArchiveMove{
			pool, absent,
			move(kubuntu.In("k-24.04.1.iso"), hidden.In("k-24.04.1.iso"), "kubuntu one"),
			move(full.In("s-24.04.1.iso"), old.In("s-24.04.1.iso"), "server one"),
			move(simple.In("u-24.04.1.iso"), old.In("u-24.04.1.iso"), "desktop one"),
			move(simple.In("u-24.04.1.manifest"), old.In("u-24.04.1.manifest"), ""),
		},
		Lists: []release.ArchiveList{
			list(kubuntu, hidden, "kubuntu one", "k-24.04.1.iso"),
			list(full, old, "server one", "s-24.04.1.iso"),
			list(simple, old, "desktop one", "u-24.04.1.iso"),
			pooled,
		},
		Links:     []release.ArchiveLink{{At: at("old", "24.04.1"), Target: "noble"}, {At: at("simple", "24.04.1")}},
		Redirects: []release.ArchiveRedirect{{In: at("simple", ".htaccess"), From: "/24.04.1", To: "https://old.example/24.04.1"}},
		Described: []release.ArchiveDescribed{
			{From: simple.In(".htaccess"), To: old.In(".htaccess"), Files: []string{"u-24.04.1.iso", "u-24.04.1.manifest"}},
			{From: full.In(".htaccess"), To: old.In(".htaccess"), Files: []string{"s-24.04.1.iso"}},
		},
		Index: []release.ArchiveIndex{{In: at("old", ".htaccess"), Line: `AddDescription "One" 24.04.1`}},
	}
}

// archiveText is the script of a set, which signs by a copy.
func archiveText(t *testing.T, set *release.ArchiveSet, doubts ...release.Doubt) (string, error) {
	t.Helper()
	cfg, err := config.Default()
	if err != nil {
		t.Fatal(err)
	}
	cfg.Commands.Sign = "cp -- {{.List}} {{.List}}.gpg"
	return Archive(set, cfg.Rules.Archive, cfg.Commands.SignCommand, doubts)
}

// scripted is the script that archives a set, and the bash that runs it.
func scripted(t *testing.T, set *release.ArchiveSet) (bash, script string) {
	t.Helper()
	bash = testenv.Program(t, "bash")
	script, err := archiveText(t, set)
	if err != nil {
		t.Fatal(err)
	}
	return bash, script
}

// holds checks that a directory holds a tree.
func holds(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, harvest(t, dir)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// plant writes a tree.
func plant(t *testing.T, dir string, tree map[string]string) {
	t.Helper()
	for name, content := range tree {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if target, isLink := strings.CutPrefix(content, "-> "); err == nil && isLink {
			err = os.Symlink(target, path)
		} else if err == nil {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// harvest reads a tree.
func harvest(t *testing.T, dir string) map[string]string {
	t.Helper()
	tree := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if d.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(path)
			tree[name] = "-> " + target
			return err
		}
		text, err := os.ReadFile(path)
		tree[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestArchiveScript(t *testing.T) {
	t.Parallel()
	bash, script := scripted(t, archivePlan24041())
	for _, tc := range []struct {
		name    string
		before  string // for bash: what an interrupted run, or somebody else, did
		refused string
	}{
		{"as it is", "true", ""},
		{"the lines of the pool were added, not removed", "mkdir www/old-releases/.pool && grep -F 24.04.1 www/simple/.pool/SHA256SUMS >www/old-releases/.pool/SHA256SUMS", ""},
		{"the pool moved already", "mkdir www/old-releases/.pool && mv www/simple/.pool/u-24.04.1.iso www/old-releases/.pool/", ""},
		{"copied, not removed", "cp www/full/u/releases/s-24.04.1.iso www/old-releases/noble/", ""},
		{"another file is there", "echo other >www/old-releases/noble/s-24.04.1.iso", "there already, and different: www/old-releases/noble/s-24.04.1.iso\nnothing was changed\n"},
		{"a file is missing", "rm www/simple/noble/u-24.04.1.manifest", "missing: www/simple/noble/u-24.04.1.manifest\nnothing was changed\n"},
		{"a file is damaged", "echo x >>www/simple/.pool/u-24.04.1.iso", "not what the checksum list says: www/simple/.pool/u-24.04.1.iso\nnot what the checksum list says: www/simple/noble/u-24.04.1.iso\nnothing was changed\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			plant(t, dir, archiveTree())
			do := func(text string) (string, error) {
				cmd := exec.CommandContext(t.Context(), bash, "-c", text, "script", dir)
				cmd.Dir = dir
				out, err := cmd.CombinedOutput()
				return string(out), err
			}
			if out, err := do(tc.before); err != nil {
				t.Fatal(out, err)
			}
			before := harvest(t, dir)
			for range 2 { // doing it again changes nothing
				out, err := do(script)
				want := archivedTree()
				if tc.refused != "" {
					want = before
					if err == nil || out != tc.refused {
						t.Errorf("%v, said %q, want %q", err, out, tc.refused)
					}
				} else if err != nil || out != "done; 24.04.1 is in the archive\n" {
					t.Errorf("%v, said %q", err, out)
				}
				holds(t, dir, want)
			}
		})
	}
}

// TestArchiveScriptKeeps changes no file in place, which may have other names, and keeps
// its mode. Where a program fails no list is harmed.
func TestArchiveScriptKeeps(t *testing.T) {
	t.Parallel()
	bash, script := scripted(t, archivePlan24041())
	dir, bin := t.TempDir(), t.TempDir()
	before := archiveTree()
	plant(t, dir, before)
	if out, err := exec.CommandContext(t.Context(), "cp", "-al", filepath.Join(dir, "www"), filepath.Join(dir, "www.prev")).CombinedOutput(); err != nil {
		t.Fatal(string(out))
	}
	list := filepath.Join(dir, "www/simple/noble/SHA256SUMS")
	if err := os.Chmod(list, 0o664); err != nil {
		t.Fatal(err)
	}
	run := func(path string) ([]byte, error) {
		cmd := exec.CommandContext(t.Context(), bash, "-c", "umask 077\n"+script, "script", dir)
		cmd.Env = append(os.Environ(), "PATH="+path)
		return cmd.CombinedOutput()
	}
	write(t, filepath.Join(bin, "awk"), []byte("#!"+bash+"\nexit 3\n"), 0o755)
	if out, err := run(bin + ":" + os.Getenv("PATH")); err == nil {
		t.Errorf("it goes on: %s", out)
	}
	for name, want := range before {
		if got := harvest(t, dir)[name]; strings.HasSuffix(name, "SHA256SUMS") && got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if out, err := run(os.Getenv("PATH")); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	after := harvest(t, dir)
	for name, want := range before {
		if got := after[strings.Replace(name, "www", "www.prev", 1)]; got != want {
			t.Errorf("%s was %q, the other name of it has %q", name, want, got)
		}
	}
	if info, err := os.Stat(list); err != nil || info.Mode().Perm() != 0o664 {
		t.Errorf("%v, %v", info, err)
	}
}

// TestArchiveScriptAlone refuses where another script is at work in the same directory.
func TestArchiveScriptAlone(t *testing.T) {
	t.Parallel()
	script, err := archiveText(t, archivePlan24041())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	plant(t, dir, archiveTree())
	cmd := exec.CommandContext(t.Context(), testenv.Program(t, "flock"), dir, testenv.Program(t, "bash"), "-c", script, "script", dir)
	out, err := cmd.CombinedOutput()
	if want := "another run works in " + dir + " at this moment; wait for its end\n"; err == nil || string(out) != want {
		t.Errorf("%v %s", err, out)
	}
	holds(t, dir, archiveTree())
}

// TestArchiveRedirects has Apache lead on from every spelling of what moved, and from nothing
// else.
func TestArchiveRedirects(t *testing.T) {
	t.Parallel()
	set := archivePlan24041()
	for _, path := range []string{"/u/releases", "/u/24.04.1"} {
		set.Redirects = append(set.Redirects, release.ArchiveRedirect{
			In: release.HostPath{Root: "full", Path: ".htaccess"}, From: path + "/s-24.04.1.iso", To: "https://old.example/noble/s-24.04.1.iso",
		})
	}
	bash, script := scripted(t, set)
	dir := testenv.OpenDir(t)
	plant(t, dir, archiveTree())
	plant(t, dir, map[string]string{
		"www/full/u/releases/s-24.04.2.iso": "server two", "www/full/u/24.04.1": "-> releases", "www/full/.htaccess": "Options +FollowSymLinks",
	})
	root := filepath.Join(dir, "www", "full")
	config := fmt.Sprintf("<Directory %q>\nAllowOverride All\n</Directory>", root)
	address := testenv.Apache(t, root, config, "alias")
	if out, err := exec.CommandContext(t.Context(), bash, "-c", script, "script", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, want := range map[string]string{
		"/u/releases/s-24.04.1.iso": "301 https://old.example/noble/s-24.04.1.iso",
		"/u/24.04.1/s-24.04.1.iso":  "301 https://old.example/noble/s-24.04.1.iso",
		"/u/24.04.1/s-24.04.2.iso":  "200 ",
		"/u/releases/s-24.04.1.is":  "404 ",
	} {
		answer, err := client.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if got := fmt.Sprintf("%d %s", answer.StatusCode, answer.Header.Get("Location")); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// Between two file systems a file is copied. A run that is killed in the middle of it
// leaves nothing that the next one takes for the file.
func TestArchiveScriptAcrossFileSystems(t *testing.T) {
	t.Parallel()
	bash, script := scripted(t, archivePlan24041())
	dir, bin := t.TempDir(), t.TempDir()
	plant(t, dir, archiveTree())
	for name, text := range map[string]string{
		"ln": "[ \"$1\" != -P ] || exit 1\nexec " + testenv.Program(t, "ln") + " \"$@\"\n",
		"cp": "case $* in *s-24.04.1.iso.part) if mkdir '" + bin + "/once' 2>/dev/null; then\nprintf half >\"${@: -1}\"\nkill -KILL $PPID\nfi;; esac\nexec " +
			testenv.Program(t, "cp") + " \"$@\"\n",
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!"+bash+"\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{"", "done; 24.04.1 is in the archive\n"} {
		cmd := exec.CommandContext(t.Context(), bash, "-c", script, "script", dir)
		cmd.Env = append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if string(out) != want || (err == nil) != (i == 1) {
			t.Errorf("run %d: %v, said %q, want %q", i+1, err, out, want)
		}
	}
	holds(t, dir, archivedTree())
}

// A pool without a checksum list gets none.
func TestArchiveScriptWithoutListInPool(t *testing.T) {
	t.Parallel()
	bash, script := scripted(t, archivePlan24041())
	dir := t.TempDir()
	before, want := archiveTree(), archivedTree()
	delete(before, "www/simple/.pool/SHA256SUMS")
	for _, root := range []string{"simple", "old-releases"} {
		delete(want, "www/"+root+"/.pool/SHA256SUMS")
		delete(want, "www/"+root+"/.pool/SHA256SUMS.gpg")
	}
	plant(t, dir, before)
	if out, err := exec.CommandContext(t.Context(), bash, "-c", script, "script", dir).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	holds(t, dir, want)
}

// TestArchiveScriptPages says what people have to edit until they have, and nothing of
// pages that are not there or are as they should be.
func TestArchiveScriptPages(t *testing.T) {
	t.Parallel()
	at := func(root, path string) release.HostPath { return release.HostPath{Root: root, Path: path} }
	set := archivePlan24041()
	set.Pages = []release.ArchivePage{
		{At: at("simple", "noble/HEADER.html"), Out: []string{"u-24.04.1.iso", "u-24.04.1.manifest"}},
		{At: at("full", "u/releases/HEADER.html"), Out: []string{"s-24.04.1.iso"}},
		{At: at("old", "HEADER.html"), In: "24.04.1"},
		{At: at("simple", "HEADER.html"), Out: []string{"24.04.1"}},
	}
	bash, script := scripted(t, set)
	const (
		simple, front, old = "www/simple/noble/HEADER.html", "www/simple/HEADER.html", "www/old-releases/HEADER.html"
		done               = "done; 24.04.1 is in the archive\n"
	)
	for _, tc := range []struct {
		name  string
		pages map[string]string
		want  string
	}{
		{"none there", nil, done},
		{
			"all to be edited",
			map[string]string{
				simple: "<a href=u-24.04.1.iso>", front: "<li>Noble 24.04.1.</li>\n24.04.2", old: "24.04.10 and 124.04.1 and 24.04.1.2\n",
			},
			"edit by hand: take out of " + simple + ": u-24.04.1.iso\nedit by hand: add to " + old + ": 24.04.1\nedit by hand: take out of " + front + ": 24.04.1\n" + done,
		},
		{"all edited", map[string]string{simple: "u-24x04.1.iso", front: "24.04.10 24.04.1.2", old: "the end is 24.04.1"}, done},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			plant(t, dir, archiveTree())
			plant(t, dir, tc.pages)
			for range 2 {
				out, err := exec.CommandContext(t.Context(), bash, "-c", script, "script", dir).CombinedOutput()
				if string(out) != tc.want || err != nil {
					t.Errorf("%v (-want +got)\n%s", err, cmp.Diff(tc.want, string(out)))
				}
			}
		})
	}
}

func TestArchiveScriptIsSound(t *testing.T) {
	t.Parallel()
	check := testenv.Program(t, "shellcheck")
	whole := archivePlan24041()
	whole.Pages = []release.ArchivePage{{At: whole.Index[0].In, In: "24.04.1"}, {At: whole.Index[0].In, Out: []string{"a", "b"}}}
	script, err := archiveText(t, whole, release.Doubt{Text: "full is stale\nrm -rf /"})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), check, "-")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if !strings.HasPrefix(script, "#!/bin/bash\n# attention: full is stale\ufffdrm -rf /\n") {
		t.Errorf("begins %.100q", script)
	}
	for name, change := range map[string]func(*release.ArchiveSet){
		"a name":               func(set *release.ArchiveSet) { set.Moves[0].From.Path = "a\nb" },
		"a name that is to go": func(set *release.ArchiveSet) { set.Pages = []release.ArchivePage{{Out: []string{"a\nb"}}} },
		"a described name":     func(set *release.ArchiveSet) { set.Described[0].Files[0] = "a\nb" },
		"a line of a list":     func(set *release.ArchiveSet) { set.Lists[0].Lines[0] = "END" },
	} {
		set := archivePlan24041()
		change(set)
		if _, err := archiveText(t, set); err == nil {
			t.Errorf("%s that ends a line, or a document, is taken", name)
		}
	}
}
