package generator

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os/exec"
	"path"
	"strings"
	"testing"

	"shiplist/internal/testenv"
)

// readCSV reads a table strictly: each row has as many cells as the first.
func readCSV(t *testing.T, content []byte) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, column := range all[0] {
			row[column] = strings.TrimPrefix(cells[i], "'")
		}
		rows = append(rows, row)
	}
	return rows
}

// TestTablesAreManifests: a table tells what manifest.json does.
func TestTablesAreManifests(t *testing.T) {
	t.Parallel()
	site, files := sampleSite(t), 0
	for name, content := range site {
		if path.Base(name) != "manifest.csv" {
			continue
		}
		files++
		var m manifestJSON
		if err := json.Unmarshal(site[path.Dir(name)+"/manifest.json"], &m); err != nil {
			t.Fatal(err)
		}
		rows := readCSV(t, content)
		if len(rows) != len(m.Rows) {
			t.Fatalf("%s has %d rows, want %d", name, len(rows), len(m.Rows))
		}
		for i, want := range m.Rows {
			got := rows[i]
			for column, want := range map[string]string{
				"series": m.Series, "milestone": m.Milestone, "product": want.Product, "title": want.Title, "family": want.Family, "arch": want.Arch,
				"intended": fmt.Sprint(want.Intended), "state": string(want.State), "build_id": want.BuildID, "contact": want.Contact,
				"release_path": want.ReleasePath, "daily_path": want.DailyPath, "note": want.Note, "files": fmt.Sprint(len(want.Files)),
			} {
				if got[column] != want {
					t.Errorf("%s: %s of %s is %q, want %q", name, column, got["product"], got[column], want)
				}
			}
			if want.Files != nil && want.Files[0].Size != nil && got["size"] != fmt.Sprint(*want.Files[0].Size) {
				t.Errorf("%s: size of %s is %s", name, got["product"], got["size"])
			}
			if want.Tests != nil && got["tests_passed"]+got["tests_untested"] != fmt.Sprint(want.Tests.Passed)+fmt.Sprint(want.Tests.Untested) {
				t.Errorf("%s: tests of %s are %v", name, got["product"], got)
			}
		}
		if !bytes.Contains(content, []byte("\r\n")) || bytes.Count(content, []byte("\n")) != bytes.Count(content, []byte("\r\n")) {
			t.Errorf("%s: lines do not end in CR LF", name)
		}
	}
	if files != 7 {
		t.Errorf("%d tables", files)
	}
}

// TestTablesAreReadElsewhere by the reader of another language.
func TestTablesAreReadElsewhere(t *testing.T) {
	t.Parallel()
	read := exec.CommandContext(t.Context(), testenv.Program(t, "python3"), "-c", "import csv,sys\nrows=list(csv.DictReader(sys.stdin,strict=True))\nprint(len(rows), rows[0]['product'], sum(int(r['size'] or 0) for r in rows))")
	content := sampleSite(t)["noble/24.04.4/manifest.csv"]
	read.Stdin = bytes.NewReader(content)
	out, err := read.CombinedOutput()
	rows, sum := readCSV(t, content), int64(0)
	for _, r := range rows {
		var n int64
		_, _ = fmt.Sscan(r["size"], &n)
		sum += n
	}
	if want := fmt.Sprintln(len(rows), rows[0]["product"], sum); err != nil || string(out) != want {
		t.Errorf("it reads %q (%v), want %q", out, err, want)
	}
}

func TestCellsAreNoFormulas(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "",
		"~kubuntu-release":             "~kubuntu-release",
		"Kubuntu = good":               "Kubuntu = good",
		"=cmd|' /C calc'!A0":           "'=cmd|' /C calc'!A0",
		"+1":                           "'+1",
		"-2+3":                         "'-2+3",
		"@SUM(1)":                      "'@SUM(1)",
		"\tx":                          "'\tx",
		"\r=x":                         "'\r=x",
		"  =x":                         "'  =x",
		"＝x":                           "'＝x",
		"'quoted'":                     "''quoted'",
		`=HYPERLINK("http://a","b,c")`: `'=HYPERLINK("http://a","b,c")`,
	} {
		if got := plainCell(text); got != want || text != "" && strings.ContainsAny(got[:1], "=+-@\t\r") {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// FuzzCell: no cell begins like a formula, and each can be had back.
func FuzzCell(f *testing.F) {
	for _, text := range []string{"", "a", "=a", "'", "''=", "  @", "\n+", "－1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := plainCell(text)
		if got != text && got != "'"+text {
			t.Fatalf("%q becomes %q", text, got)
		}
		if got == text && strings.HasPrefix(text, "'") {
			t.Errorf("%q cannot be told from a guarded one", text)
		}
		if bare := strings.TrimLeft(got, " "); bare != "" && strings.ContainsAny(bare[:1], "=+-@\t\r\n") {
			t.Errorf("%q begins like a formula", got)
		}
	})
}
