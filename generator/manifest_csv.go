package generator

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"unicode/utf8"

	"shiplist/internal/release"
)

// csvColumns are the columns of manifest.csv, in an order that stays: new ones come last.
var csvColumns = []string{
	"series", "milestone", "product", "title", "family", "arch", "intended", "state", "raw_state", "build_id", "rebuild", "contact",
	"tests_passed", "tests_failed", "tests_running", "tests_untested", "daily_tree", "daily_path", "release_tree", "release_path",
	"files", "file", "size", "size_exact", "sha256", "blockers", "warnings", "bugs", "note",
}

// csvOutput is a manifest as a table, as RFC 4180 has it: in UTF-8, lines end in CR LF.
func (s *site) csvOutput(m *release.Manifest) output {
	return fileOutput(s.milestonePath(m)+"manifest.csv", func(b *bytes.Buffer) error {
		w := csv.NewWriter(b)
		w.UseCRLF = true
		if err := w.Write(csvColumns); err != nil {
			return err
		}
		for _, r := range m.Rows() {
			if err := w.Write(s.csvRow(r)); err != nil {
				return err
			}
		}
		w.Flush()
		return w.Error()
	}).of(s.keys.milestones[m])
}

// csvRow is a row in the order of the columns. Of several main files it has the first one,
// and how many there are.
func (s *site) csvRow(r *release.Row) []string {
	j := s.rowJSON(r)
	var first fileJSON
	if len(j.Files) > 0 {
		first = j.Files[0]
	}
	size, exact := "", ""
	if first.Size != nil {
		size, exact = strconv.FormatInt(*first.Size, 10), strconv.FormatBool(*first.SizeExact)
	}
	tests := make([]string, 4)
	if t := j.Tests; t != nil {
		tests = []string{strconv.Itoa(t.Passed), strconv.Itoa(t.Failed), strconv.Itoa(t.Running), strconv.Itoa(t.Untested)}
	}
	count := func(want release.Severity) string { return strconv.Itoa(len(severity(r.Findings, want))) }
	row := []string{
		r.Manifest.Line.Slug, r.Manifest.Slug, j.Product, j.Title, j.Family, j.Arch, strconv.FormatBool(j.Intended), string(j.State),
		j.RawState, j.BuildID, j.Rebuild, j.Contact, tests[0], tests[1], tests[2], tests[3], j.DailyTree, j.DailyPath, j.ReleaseTree,
		j.ReleasePath, strconv.Itoa(len(j.Files)), first.Name, size, exact, first.SHA256, count(release.Blocker), count(release.Warning),
		strings.Join(j.Bugs, " "), j.Note,
	}
	for i, cell := range row {
		row[i] = plainCell(cell)
	}
	return row
}

// formulaStarts are the characters with which programs for tables take a cell for a formula,
// which may do anything: by https://owasp.org/www-community/attacks/CSV_Injection, with the
// wide forms that some of them take for the same.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// plainCell is a text as such programs show it and do not run it: one that begins like a
// formula, or with an apostrophe, gets an apostrophe before it, so that taking one away
// gives back every text.
func plainCell(text string) string {
	start, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, " "))
	if text != "" && (start == '\'' || strings.ContainsRune(formulaStarts, start)) {
		return "'" + text
	}
	return text
}
