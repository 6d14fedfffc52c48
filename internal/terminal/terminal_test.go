package terminal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func table(t Terminal) *Table {
	tab := NewTable(t, Column{Title: "product", Least: 8}, Column{Title: "state"}, Column{Title: "note", Least: 6})
	tab.Row(Text("kubuntu-desktop-amd64"), Cell{"ready", Good}, Text("all of its tests passed"))
	tab.Row(Text("日本語"), Cell{"failed", Bad})
	return tab
}

func TestTable(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		terminal Terminal
		want     string
	}{
		{"pipe", Terminal{}, `
product                state   note
kubuntu-desktop-amd64  ready   all of its tests passed
日本語                 failed
`},
		{"wide", Terminal{Width: 120}, `
product                state   note
kubuntu-desktop-amd64  ready   all of its tests passed
日本語                 failed
`},
		{"narrow", Terminal{Width: 40}, `
product          state   note
kubuntu-deskto…  ready   all of its tes…
日本語           failed
`},
		{"too narrow", Terminal{Width: 10}, `
product   state   note
kubuntu…  ready   all o…
日本語    failed
`},
		{"colour", Terminal{Color: true}, "\n" +
			"\x1b[1mproduct\x1b[0m                \x1b[1mstate\x1b[0m   \x1b[1mnote\x1b[0m\n" +
			"kubuntu-desktop-amd64  \x1b[32mready\x1b[0m   all of its tests passed\n" +
			"日本語                 \x1b[31mfailed\x1b[0m\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := table(tc.terminal).Print(&b, ""); err != nil || b.String() != tc.want[1:] {
				t.Errorf("%v\n%s\nwant\n%s", err, b.String(), tc.want)
			}
		})
	}
}

// TestTableFits cuts to every width that the columns allow, and never below.
func TestTableFits(t *testing.T) {
	t.Parallel()
	for width := 26; width < 80; width++ {
		var b bytes.Buffer
		for _, tab := range []*Table{table(Terminal{Width: width}), paths(width)} {
			if err := tab.Print(&b, "  "); err != nil {
				t.Fatal(err)
			}
		}
		for line := range strings.Lines(b.String()) {
			if n := Columns(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%d columns of %d: %q", n, width, line)
			}
		}
	}
}

// paths is a table of what lies where, whose columns go one after the other.
func paths(width int) *Table {
	tab := NewTable(Terminal{Width: width}, Column{Title: "product", Least: 12, Keep: BothEnds}, Column{Title: "state"},
		Column{Title: "from", Least: 14, Keep: Way, Leave: 1}, Column{Title: "to", Least: 14, Keep: Way, Leave: 2})
	tab.Row(Text("Ubuntu Server arm64+raspi"), Cell{"ready", Good}, Text("full:ubuntu-server/noble/daily-preinstalled/20260826"), Text("simple:noble/ubuntu.img.xz"))
	tab.Row(Text("Kubuntu"), Cell{"failed", Bad})
	return tab
}

// TestTableLeavesOut cuts what tells least, and leaves columns out that do not fit.
func TestTableLeavesOut(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		width int
		want  string
	}{
		{75, `
product                state   from                   to
Ubuntu Ser…rm64+raspi  ready   …reinstalled/20260826  …:noble/ubuntu.img.xz
Kubuntu                failed
`},
		{52, `
product       state   from            to
Ubuntu…raspi  ready   …lled/20260826  …ubuntu.img.xz
Kubuntu       failed
`},
		{51, `
product               state   to
Ubuntu Ser…m64+raspi  ready   …:noble/ubuntu.img.xz
Kubuntu               failed
`},
		{35, `
product                    state
Ubuntu Server arm64+raspi  ready
Kubuntu                    failed
`},
		{20, `
product       state
Ubuntu…raspi  ready
Kubuntu       failed
`},
	} {
		var b bytes.Buffer
		if err := paths(tc.width).Print(&b, ""); err != nil || b.String() != tc.want[1:] {
			t.Errorf("width %d: %v\n%s\nwant%s", tc.width, err, b.String(), tc.want)
		}
	}
}

// TestTableTellsWhatIsLeftOut: by the width that columns want, not by the least.
func TestTableTellsWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		width, want int
		left        string
	}{{100, 0, ""}, {75, 0, ""}, {51, 0, "from"}, {64, 30, ""}, {63, 30, "from"}, {47, 30, "from to"}, {0, 30, ""}} {
		tab := paths(tc.width)
		tab.columns[3].Want = tc.want
		if got := strings.Join(tab.LeftOut(""), " "); got != tc.left {
			t.Errorf("width %d, wanted %d: left out %q, want %q", tc.width, tc.want, got, tc.left)
		}
	}
}

// TestTableSpares gives the room of empty cells to what stands before them.
func TestTableSpares(t *testing.T) {
	t.Parallel()
	tab := NewTable(Terminal{Width: 30}, Column{}, Column{Least: 8, Keep: Way}, Column{Least: 8, Keep: Way}, Column{Least: 4})
	tab.Row(Text("sign"), Text("www/full/kubuntu/SUMS"))
	tab.Row(Text("move"), Text("www/full/kubuntu/SUMS"), Text("www/old/SUMS"), Text("if there"))
	tab.Row(Text("edit"), Text("www/full/kubuntu/SUMS"), Text(""), Text("by hand"))
	const want = "sign  www/full/kubuntu/SUMS\nmove  …tu/SUMS  …ld/SUMS  if …\nedit  www/full/…/SUMS     by …\n"
	var b bytes.Buffer
	if err := tab.Print(&b, ""); err != nil || b.String() != want {
		t.Errorf("%v\n%s\nwant\n%s", err, b.String(), want)
	}
}

func TestWay(t *testing.T) {
	t.Parallel()
	const path = "full:kubuntu/releases/26.04.1/release/kubuntu-desktop-amd64.iso"
	for _, tc := range []struct {
		path  string
		width int
		want  string
	}{
		{path, 62, "full:kubuntu/releases/26.04.1/…/kubuntu-desktop-amd64.iso"},
		{path, 56, "full:kubuntu/releases/…/kubuntu-desktop-amd64.iso"},
		{path, 40, "full:kubuntu/…/kubuntu-desktop-amd64.iso"},
		{path, 39, "full:kubuntu/…kubuntu-desktop-amd64.iso"},
		{path, 22, "full:kubuntu/…md64.iso"},
		{path, 20, "…u-desktop-amd64.iso"},
		{"www/full/kubuntu/noble/", 17, "www/full/…/noble/"},
		{"www/full/kubuntu/noble/SUMS", 21, "www/full/…/noble/SUMS"},
		{"noslash-in-a-long-name", 10, "…long-name"},
	} {
		if got := way(tc.path, tc.width); got != tc.want || Columns(got) > tc.width {
			t.Errorf("width %d: %q, want %q", tc.width, got, tc.want)
		}
	}
}

// TestOneRecordOneLine keeps texts from outside from making lines, or commands.
func TestOneRecordOneLine(t *testing.T) {
	t.Parallel()
	tab := NewTable(Terminal{}, Column{}, Column{})
	tab.Row(Text("a\nb\tc"), Text("\x1b[31mred\u202e"))
	tab.Row(Text("more"), Text("cells"), Text("than columns"))
	var b bytes.Buffer
	if err := tab.Print(&b, ""); err != nil {
		t.Fatal(err)
	}
	if want := "a b c  �[31mred�\nmore   cells\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	const text = "Ask the team\nto build https://cdimage.example.org/kubuntu again."
	for _, tc := range []struct {
		width int
		want  string
	}{
		{0, "- Ask the team to build https://cdimage.example.org/kubuntu again."},
		{24, "- Ask the team to build\n  https://cdimage.example.org/kubuntu\n  again."},
	} {
		if got := (Terminal{Width: tc.width}).Wrap(text, "- ", "  "); got != tc.want {
			t.Errorf("width %d: %q, want %q", tc.width, got, tc.want)
		}
	}
}

func TestWrapCells(t *testing.T) {
	t.Parallel()
	cells := []Cell{{"release team", Strong}, Text("2 blockers,"), {}, {"look \n here", Bad}}
	for _, tc := range []struct {
		terminal Terminal
		want     string
	}{
		{Terminal{}, "> release team 2 blockers, look   here"},
		{Terminal{Width: 80}, "> release team 2 blockers, look here"},
		{Terminal{Width: 80, Color: true}, "> \x1b[1mrelease team\x1b[0m 2 blockers, \x1b[31mlook here\x1b[0m"},
		{Terminal{Width: 10, Color: true}, "> \x1b[1mrelease\x1b[0m\n  \x1b[1mteam\x1b[0m 2\n  blockers,\n  \x1b[31mlook\x1b[0m\n  \x1b[31mhere\x1b[0m"},
	} {
		if got := tc.terminal.WrapCells("> ", "  ", cells...); got != tc.want {
			t.Errorf("%+v: %q, want %q", tc.terminal, got, tc.want)
		}
	}
}

// TestOfPipe is a file, which has no width and no colour whatever the environment says.
func TestOfPipe(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	env := func(string) string { return "100" }
	for _, got := range []Terminal{Of(f, env), Of(&bytes.Buffer{}, env)} {
		if got != (Terminal{}) {
			t.Errorf("%+v", got)
		}
	}
}

func TestColumnsOfEnvironment(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 80, "x": 80, "-3": 80, "0": 80, "132": 132} {
		if got := columns(text, 80); got != want {
			t.Errorf("COLUMNS=%q: %d, want %d", text, got, want)
		}
	}
}
