package generator

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestColumns(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		cells []string
		want  []string
	}{
		{"fits", []string{"A amd64", "ready", "20260421", "4 of 4"}, []string{"  A amd64   ready    20260421  4 of 4"}},
		{"empty cell keeps its column", []string{"A", "missing", "", "0 of 4"}, []string{"  A         missing            0 of 4"}},
		{"nothing at the end", []string{"A", "ready", "20260421", ""}, []string{"  A         ready    20260421"}},
		{"wide characters take two", []string{"A 桌面版", "ready"}, []string{"  A 桌面版  ready"}},
		{
			"too wide",
			[]string{"A very long name", "ready", "20260421"},
			[]string{"  A very long name", "            ready    20260421"},
		},
		{"one wider than its column", []string{"123456789", "ready"}, []string{"  123456789", "            ready"}},
		{"two wider than its column", []string{"1234567890", "ready"}, []string{"  1234567890", "            ready"}},
		{"three wider than its column", []string{"12345678901", "ready"}, []string{"  12345678901", "            ready"}},
		{"too wide, and the next is empty", []string{"1234567890", "", "20260421"}, []string{"  1234567890         20260421"}},
		{"too wide at the end", []string{"A", "ready", "20101020ubuntu229", ""}, []string{"  A         ready    20101020ubuntu229"}},
		{"hostile", []string{"A\n\x1b[31m\u202e x", "ready"}, []string{"  A [31m x  ready"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, columns("  ", test.cells, []int{8, 7, 8})); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzTextLines wants lines that fit, and no word of the text lost or cut.
func FuzzTextLines(f *testing.F) {
	f.Add("- ", "Ubuntu Server Subiquity riscv64 is meant to be released and has no build on Noble 24.04.4.")
	f.Add("  ", strings.Repeat("桌面版 ", 60))
	f.Add("", "a\r\nb\x00\u200fc")
	f.Add("", "  ")
	f.Fuzz(func(t *testing.T, prefix, text string) {
		if prefix = oneLine(prefix); cellsOf(prefix) > textWidth/2 {
			return
		}
		lines := append(wrap(prefix, text), columns("! ", []string{text, "ready", text, text}, []int{titleWidth, stateWidth, buildWidth})...)
		for _, line := range lines {
			if strings.ContainsFunc(line, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }) {
				t.Errorf("line %q holds what a terminal may obey", line)
			}
		}
		got := wrap(prefix, text)
		for _, line := range got {
			words := strings.TrimPrefix(strings.TrimLeft(line, " "), prefix)
			if cellsOf(line) > textWidth && strings.Contains(strings.TrimSpace(words), " ") {
				t.Errorf("line %q is %d wide", line, cellsOf(line))
			}
		}
		if words := strings.Fields(strings.TrimPrefix(strings.Join(got, " "), prefix)); strings.Join(words, " ") != oneLine(text) {
			t.Errorf("wrap(%q, %q) = %q", prefix, text, got)
		}
	})
}
