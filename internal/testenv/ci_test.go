package testenv

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// always are programs that a machine has on which the tests can be built at all, and
// that those of CI come with.
var always = []string{"bash", "cp", "go", "ln", "sh", "sha256sum", "sleep"}

// measured are programs only of comparisons that somebody asks for.
var measured = []string{"hugo", "rclone"}

// within are programs that come with a package of another name.
var within = map[string]string{"node": "npm"}

// wanted is a line of .ci/run that installs a program.
var wanted = regexp.MustCompile(`(?m)^ +want (\S+) `)

// TestInstalledByCI: .ci/run installs every program that a test names, as there a
// missing one is a failure.
func TestInstalledByCI(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	script, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	var installed []string
	for _, m := range wanted.FindAllSubmatch(script, -1) {
		installed = append(installed, string(m[1]))
	}
	named := 0
	err = fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() == "node_modules" || entry.Name() == "testdata" {
			return skipped(entry, err)
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		for at, programs := range programsOf(t, filepath.Join(root, path)) {
			named++
			if !slices.ContainsFunc(programs, func(p string) bool {
				return slices.Contains(always, p) || slices.Contains(measured, p) ||
					slices.Contains(installed, p) || slices.Contains(installed, within[p])
			}) {
				t.Errorf("%s: no line of .ci/run installs %s; add: want %s PACKAGE", at, strings.Join(programs, " or "), programs[0])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if named == 0 {
		t.Error("no test names a program: is the call of another form now?")
	}
}

func skipped(entry fs.DirEntry, err error) error {
	if err == nil && entry.IsDir() {
		return fs.SkipDir
	}
	return err
}

// programsOf are the programs that a file asks for by their names, by where.
func programsOf(t *testing.T, path string) map[string][]string {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if function, ok := call.Fun.(*ast.SelectorExpr); !ok || function.Sel.Name != "Program" || !isName(function.X, "testenv") {
			return true
		}
		var programs []string
		for _, arg := range call.Args[1:] {
			if text, ok := arg.(*ast.BasicLit); ok {
				if name, err := strconv.Unquote(text.Value); err == nil {
					programs = append(programs, name)
				}
			}
		}
		if len(programs) > 0 {
			found[files.Position(call.Pos()).String()] = programs
		}
		return true
	})
	return found
}

func isName(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}
