package shiplist_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "shiplist"

// An arrow says what one package may import. Folders are named from the top of the
// module, which itself is ".".
type arrow struct {
	// may are the packages of this module, modules those of others (a package
	// counts as part of a module by its path), never packages of the standard
	// library that would make the package something it is not.
	may, modules, never []string
}

// ioPackages are what a package that must not touch the world stays away from.
var ioPackages = []string{"log", "log/slog", "math/rand", "math/rand/v2", "net", "net/http", "os", "os/exec"}

// arrows is the whole table: a new package has to be entered here, and the entry
// is the place to think about what it should know.
var arrows = map[string]arrow{
	".":                   {},
	"internal/release":    {may: []string{"internal/spelling"}, never: ioPackages},
	"internal/naming":     {may: []string{"internal/release"}, never: ioPackages},
	"internal/spelling":   {never: ioPackages},
	"internal/shell":      {modules: []string{"mvdan.cc/sh/v3"}, never: ioPackages},
	"internal/hostscript": {may: []string{"internal/release", "internal/shell"}, never: ioPackages},
	"internal/filestamp":  {never: ioPackages},
	"internal/tomlpos":    {modules: []string{toml}, never: ioPackages},
	"internal/config": {
		may:     []string{".", "internal/release", "internal/shell", "internal/spelling", "internal/tomlpos"},
		modules: []string{toml, cron},
		never:   []string{"net/http"},
	},
	"internal/planfile": {
		may:     []string{"internal/config", "internal/release", "internal/spelling"},
		modules: []string{"go.yaml.in/yaml/v4"},
		never:   ioPackages,
	},
	"internal/store": {
		may:     []string{"internal/release", "internal/filestamp", "internal/tomlpos"},
		modules: []string{toml, flock, renameio, xsync},
		never:   []string{"net", "net/http"},
	},
	"internal/accounts": {
		may:     []string{"internal/release"},
		modules: []string{toml, renameio},
		never:   []string{"net", "net/http", "os/exec"},
	},
	"internal/demo":          {may: []string{"internal/demo/observer", "internal/release"}},
	"internal/lockfile":      {modules: []string{flock}, never: []string{"net", "net/http", "os/exec"}},
	"internal/plaintext":     {never: ioPackages},
	"internal/problems":      {may: []string{"internal/release"}, never: ioPackages},
	"internal/statefile":     {modules: []string{renameio}, never: []string{"net", "net/http", "os/exec"}},
	"internal/demo/observer": {never: []string{"net", "os", "os/exec"}},
	"internal/jobs":          {modules: []string{flock, xsync}, never: []string{"net", "net/http"}},
	"internal/judge":         {},
	"internal/releaseday": {
		may: []string{"agent", "generator", "generator/preview", "generator/publish", "internal/config", "internal/demo", "internal/release"},
	},
	"internal/signature": {
		may:     []string{"internal/release"},
		modules: []string{"github.com/ProtonMail/go-crypto"},
		never:   []string{"net", "net/http", "os/exec"},
	},
	"internal/issue": {never: ioPackages},
	"internal/signer": {
		may:     []string{"internal/plaintext", "internal/release", "internal/signature"},
		modules: []string{"github.com/ProtonMail/go-crypto"},
		never:   []string{"net", "net/http"},
	},
	"internal/terminal": {modules: []string{"github.com/mattn/go-runewidth", "golang.org/x/term"}, never: []string{"net", "net/http", "os/exec"}},
	"internal/testenv":  {},
	"internal/browser":  {},
	"agent/fetch":       {modules: []string{renameio}},
	"agent/recheck":     {never: ioPackages},
	"agent/launchpad":   {may: []string{"agent/fetch", "internal/release"}},
	"agent/placed":      {may: []string{"agent/fetch", "internal/release"}},
	"agent/verify": {
		may:     []string{"agent/fetch", "internal/issue", "internal/lockfile", "internal/release", "internal/signature", "internal/statefile"},
		modules: []string{xsync},
		never:   []string{"os/exec"},
	},
	"agent/plan": {
		may:   append(sources(), "internal/planfile", "internal/problems"),
		never: []string{"net", "net/http", "os/exec"},
	},
	"agent/trackers": {may: []string{"agent/fetch", "internal/config", "internal/release", "internal/statefile"}},
	"agent/qatracker": {
		may:     append(sources(), "agent/trackers", "internal/plaintext", "internal/problems", "internal/statefile"),
		modules: []string{"github.com/kolo/xmlrpc", "golang.org/x/net", "golang.org/x/text", renameio, xsync},
	},
	"agent/testobserver": {may: append(sources(), "agent/trackers", "internal/plaintext", "internal/problems", "internal/statefile")},
	"agent/tree": {
		may:     append(sources(), "internal/filestamp", "internal/signature", "internal/statefile"),
		modules: []string{"golang.org/x/net", "golang.org/x/text", renameio, xsync},
	},
	"agent": {
		may:     append(sources(), "internal/accounts", "internal/store", "agent/launchpad", "agent/plan", "agent/qatracker", "agent/testobserver", "agent/trackers", "agent/tree"),
		modules: []string{cron, renameio},
	},
	"agent/observe": {
		may:     []string{"agent", "internal/config", "internal/release", "internal/store"},
		modules: []string{"github.com/coreos/go-systemd/v22", "github.com/prometheus/client_golang"},
	},
	"generator/owned": {may: []string{"internal/lockfile"}, modules: []string{flock, renameio}, never: []string{"net", "net/http", "os/exec"}},
	"generator/staged": {
		may:     []string{"generator/owned"},
		modules: []string{flock, renameio, "golang.org/x/sys"},
		never:   []string{"net", "net/http", "os/exec"},
	},
	"generator/headers": {
		may:     []string{"generator/owned", "generator/staged"},
		modules: []string{flock, renameio},
		never:   []string{"net", "net/http", "os/exec"},
	},
	"generator/chart":   {modules: []string{"github.com/go-analyze/charts/chartdraw"}, never: ioPackages},
	"generator/quick":   {never: ioPackages},
	"generator/streams": {never: ioPackages},
	"generator/publish": {
		may:     []string{"generator/owned", "generator/staged", "generator/streams", "internal/issue", "internal/lockfile"},
		modules: []string{flock, renameio, xsync, "golang.org/x/sys"},
		never:   []string{"net", "net/http", "os/exec"},
	},
	"internal/mirror": {
		may:     []string{"generator/publish", "internal/config", "internal/issue", "internal/jobs", "internal/lockfile", "internal/plaintext"},
		modules: []string{xsync, "gocloud.dev/blob", "github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"},
	},
	"generator": {
		may: []string{
			".", "generator/chart", "generator/headers", "generator/quick", "generator/staged", "generator/streams", "internal/accounts", "internal/config", "internal/issue", "internal/release", "internal/shell", "internal/spelling", "internal/filestamp", "internal/store", "internal/tomlpos",
		},
		modules: []string{
			xsync,
			"github.com/Masterminds/sprig/v3", "github.com/microcosm-cc/bluemonday", "github.com/yuin/goldmark", "golang.org/x/net", "golang.org/x/text",
			"github.com/arran4/golang-ical", "github.com/google/uuid", "golang.org/x/tools/blog/atom",
		},
		never: []string{"net", "net/http", "os/exec"},
	},
	"generator/preview": {
		may:     []string{"generator", "generator/publish", "generator/staged", "internal/accounts", "internal/config", "internal/issue", "internal/release"},
		modules: []string{"github.com/aymanbagabas/go-udiff", "github.com/fsnotify/fsnotify", "golang.org/x/net"},
		never:   []string{"os/exec"},
	},
	"cmd/shiplist": {
		may: []string{
			".", "agent", "agent/fetch", "agent/observe", "agent/placed", "agent/plan", "agent/qatracker", "agent/testobserver", "agent/tree", "agent/verify", "generator", "generator/preview", "generator/publish",
			"generator/staged",
			"internal/config", "internal/demo", "internal/hostscript", "internal/issue", "internal/jobs", "internal/mirror", "internal/planfile", "internal/release", "internal/releaseday", "internal/shell", "internal/signature", "internal/signer", "internal/store",
			"internal/terminal",
		},
		modules: []string{"github.com/fsnotify/fsnotify", renameio},
	},
}

// Modules that several packages use.
const (
	toml     = "github.com/BurntSushi/toml"
	flock    = "github.com/gofrs/flock"
	renameio = "github.com/google/renameio/v2"
	xsync    = "golang.org/x/sync"
	cron     = "github.com/robfig/cron/v3"
)

// sources is what every kind of source may know of this module.
func sources() []string {
	return []string{"agent/fetch", "agent/recheck", "internal/config", "internal/naming", "internal/release"}
}

// TestArrows holds every package to its entry. Tests may use what they like, but
// for the rules of TestHalves.
func TestArrows(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range goFiles(t) {
		seen[f.folder] = true
		entry, known := arrows[f.folder]
		if !known {
			t.Errorf("%s: package %s is not in the table of imports; add it to arrows in arrows_test.go", f.name, f.folder)
			continue
		}
		if f.test {
			continue
		}
		for _, imported := range f.imports {
			if problem := entry.forbids(imported); problem != "" {
				t.Errorf("%s: import %q: %s", f.name, imported, problem)
			}
		}
	}
	for folder := range arrows {
		if !seen[folder] {
			t.Errorf("the table of imports has %s, where there is no package", folder)
		}
	}
}

// TestHalves holds what no entry of the table, and no test, may set aside.
func TestHalves(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t) {
		for _, imported := range f.imports {
			to, ours := local(imported)
			if !ours {
				continue
			}
			if problem := crosses(f.folder, to); problem != "" {
				t.Errorf("%s: import %q: %s", f.name, imported, problem)
			}
			if to == "internal/testenv" && !f.test {
				t.Errorf("%s: import %q: it is for tests only", f.name, imported)
			}
		}
	}
}

// crosses says why the package in one folder must never know the one in another.
func crosses(from, to string) string {
	half := func(folder, name string) bool { return folder == name || strings.HasPrefix(folder, name+"/") }
	common := []string{"agent", "agent/fetch", "agent/recheck", "agent/trackers"}
	source := func(folder string) bool { return half(folder, "agent") && !slices.Contains(common, folder) }
	switch {
	case half(to, "cmd"):
		return "nothing imports cmd"
	case half(from, "agent") && half(to, "generator"), half(from, "generator") && half(to, "agent"):
		return "agent and generator meet in the data directory only"
	case source(from) && source(to) && from != to:
		return "sources do not know each other"
	case half(from, "agent/fetch") && half(to, "agent") && to != from:
		return "the client does not know what it fetches"
	}
	return ""
}

// forbids says why the entry does not allow an import, "" when it does.
func (a arrow) forbids(imported string) string {
	if folder, ours := local(imported); ours {
		if !slices.Contains(a.may, folder) {
			return "not among the packages that it may know: " + list(a.may)
		}
		return ""
	}
	if slices.Contains(a.never, imported) {
		return "never here"
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	for _, m := range a.modules {
		if imported == m || strings.HasPrefix(imported, m+"/") {
			return ""
		}
	}
	return "not among the modules that it may use: " + list(a.modules)
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// local returns the folder of a package of this module.
func local(imported string) (string, bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

// A goFile is a file of any platform: that is why the files are read here instead
// of asking the go command, which leaves out what is not for this machine.
type goFile struct {
	name, folder string
	test         bool
	imports      []string
}

func goFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && ignored(d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		f, err := readImports(name)
		files = append(files, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// ignored tells the folders in which the go command looks for no packages, and
// the ones that are not ours.
func ignored(folder string) bool {
	return strings.HasPrefix(folder, ".") || strings.HasPrefix(folder, "_") || folder == "testdata" || folder == "node_modules"
}

func readImports(name string) (goFile, error) {
	f := goFile{name: name, folder: filepath.ToSlash(filepath.Dir(name)), test: strings.HasSuffix(name, "_test.go")}
	parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		return f, err
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return f, fmt.Errorf("%s: import %s: %w", name, spec.Path.Value, err)
		}
		f.imports = append(f.imports, imported)
	}
	return f, nil
}

// TestForbids shows that the table can fail.
func TestForbids(t *testing.T) {
	t.Parallel()
	a := arrow{may: []string{"internal/release"}, modules: []string{"golang.org/x/net"}, never: []string{"net/http"}}
	for _, tt := range []struct {
		imported string
		allowed  bool
	}{
		{"shiplist/internal/release", true},
		{"shiplist/internal/store", false},
		{"shiplist", false},
		{"net/url", true},
		{"net/http", false},
		{"golang.org/x/net/html", true},
		{"golang.org/x/network", false},
	} {
		if got := a.forbids(tt.imported); (got == "") != tt.allowed {
			t.Errorf("forbids(%q) = %q, allowed should be %t", tt.imported, got, tt.allowed)
		}
	}
}

// TestCrosses shows that each rule between the halves can fail.
func TestCrosses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from, to string
		allowed  bool
	}{
		{"agent", "generator", false},
		{"generator", "agent/tree", false},
		{"agent/tree", "agent/qatracker", false},
		{"agent/tree", "agent/fetch", true},
		{"agent/tree", "agent/recheck", true},
		{"agent/fetch", "agent", false},
		{"agent", "agent/tree", true},
		{"internal/demo", "cmd/shiplist", false},
		{"cmd/shiplist", "generator", true},
	} {
		if got := crosses(tt.from, tt.to); (got == "") != tt.allowed {
			t.Errorf("crosses(%q, %q) = %q, allowed should be %t", tt.from, tt.to, got, tt.allowed)
		}
	}
}
