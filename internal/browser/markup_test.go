package browser

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"shiplist/internal/testenv"
)

// A markupReport is what html-validate says of one file.
type markupReport struct {
	FilePath string `json:"filePath"`
	Messages []struct {
		RuleID   string `json:"ruleId"`
		Message  string `json:"message"`
		Line     int    `json:"line"`
		Column   int    `json:"column"`
		Selector string `json:"selector"`
	} `json:"messages"`
}

// testMarkup holds every page of a site to the rules of html-validate, which are chosen
// in node/markup.cjs.
func testMarkup(t *testing.T, dir string) {
	t.Helper()
	told := map[string]int{}
	for _, r := range markup(t, dir) {
		for _, m := range r.Messages {
			// One mistake in a layout is on every page of its kind.
			if told[m.RuleID+m.Message]++; told[m.RuleID+m.Message] <= 3 {
				t.Errorf("%s:%d:%d: %s (%s, at %s)", strings.TrimPrefix(r.FilePath, dir+"/"), m.Line, m.Column, m.Message, m.RuleID, m.Selector)
			}
		}
	}
}

// markup is what html-validate says of all pages below a folder.
func markup(t *testing.T, dir string) []markupReport {
	t.Helper()
	node, err := filepath.Abs("node")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(node, "node_modules", "html-validate", "bin", "html-validate.mjs")
	if _, err := os.Stat(program); err != nil {
		testenv.Missing(t, "html-validate is not installed (npm ci --prefix internal/browser/node)")
	}
	// Into a file: the program ends before a pipe has taken all that it has to say.
	report := filepath.Join(t.TempDir(), "report.json")
	c := exec.CommandContext(t.Context(), testenv.Program(t, "node", "nodejs"), program,
		"--config", filepath.Join(node, "markup.cjs"), "--formatter", "json="+report, "**/*.html")
	c.Dir = dir
	said, runErr := c.CombinedOutput()
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatalf("html-validate: %v and no report\n%s", runErr, said)
	}
	var reports []markupReport
	if err := json.Unmarshal(text, &reports); err != nil {
		t.Fatal(err)
	}
	if runErr != nil && len(reports) == 0 {
		t.Fatalf("html-validate: %v\n%s", runErr, said)
	}
	return reports
}

// TestMarkupFaultsAreSeen shows that the rules are asked.
func TestMarkupFaultsAreSeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	html := "<!DOCTYPE html>\n<html lang=\"en\"><head><title>t</title></head><body><p id=\"a\"></p>\n<p id=\"a\"><div></div></p></body></html>\n"
	put(t, filepath.Join(dir, "deep", "page.html"), html)
	rules := ""
	for _, r := range markup(t, dir) {
		for _, m := range r.Messages {
			rules += m.RuleID + "\n"
		}
	}
	for _, want := range []string{"no-dup-id", "close-order"} {
		if !strings.Contains(rules, want) {
			t.Errorf("the rules %q are broken, want %s among them", rules, want)
		}
	}
}
