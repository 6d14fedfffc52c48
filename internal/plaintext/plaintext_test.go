package plaintext

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLineAndBlock(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, line, block string }{
		{" a ", "a", "a"},
		{"a\r\nb\rc\nd", "a  b c d", "a\nb\nc\nd"},
		{"a\tb\x1b\u0085\x7fc", "a bc", "a\tbc"},
		{"twenty characters no", "twenty characters no", "twenty characters no"},
		{"more than twenty characters", "more than twenty ch…", "more than twenty ch…"},
		{strings.Repeat("文", 21), strings.Repeat("文", 19) + "…", strings.Repeat("文", 19) + "…"},
		{"\u2028\n", "", "\u2028"[:0]},
		{"a\u202eb\u2066c\u200f", "abc", "abc"},
		{"👩\u200d🔧", "👩\u200d🔧", "👩\u200d🔧"},
	} {
		if got := Line(test.text, 20); got != test.line {
			t.Errorf("Line(%q) = %q, want %q", test.text, got, test.line)
		}
		if got := Block(test.text, 20); got != test.block {
			t.Errorf("Block(%q) = %q, want %q", test.text, got, test.block)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for most := 1; most < 12; most++ {
		got := cut("añ文 ☃ bcdef", most)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > most {
			t.Errorf("cut to %d: %q", most, got)
		}
	}
}
