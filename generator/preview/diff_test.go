package preview

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plain writes hunks as text, what differs within a line in brackets.
func plain(all [][]diffLine) string {
	var b strings.Builder
	for _, hunk := range all {
		b.WriteString("@\n")
		for _, l := range hunk {
			b.WriteString(l.Mark)
			for _, p := range l.Parts {
				if p.Other {
					b.WriteString("[" + p.Text + "]")
				} else {
					b.WriteString(p.Text)
				}
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestHunks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, old, now, want string }{
		{"same", "a\n", "a\n", ""},
		{"words", "state testing now\n", "state ready now\n", "@\n-state [testing] now\n+state [ready] now\n"},
		{"nothing in common", "a\n", "b\n", "@\n-a\n+b\n"},
		{"added", "a\nb\n", "a\nx\nb\n", "@\n a\n+x\n b\n"},
		{"first", "", "a\n", "@\n+a\n"},
		{"far apart", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "x\n2\n3\n4\n5\n6\n7\n8\ny\n", "@\n-1\n+x\n 2\n 3\n 4\n@\n 6\n 7\n 8\n-9\n+y\n"},
		{"fewer lines", "a b\nc d\n", "a x\n", "@\n-a b\n-c d\n+a x\n"},
		{"end of a line", "build 1\n", "build 1 of 2\n", "@\n-build 1\n+build 1[ of 2]\n"},
	} {
		if diff := cmp.Diff(tt.want, plain(hunks(tt.old, tt.now))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestPageText(t *testing.T) {
	t.Parallel()
	page := `<!doctype html><html><head><title>no</title><style>x</style></head><body><h1>Noble
	<small>24.04</small></h1><script>no()</script><table><tr><th>Product</th><th>State</th></tr><tr><td>Kubuntu</td><td><a href="x">ready</a></td></tr></table>
	<ul><li>one<li>two</ul><select><option>no</option></select>end</body></html>`
	want := "Noble 24.04\nProduct · State\nKubuntu · ready\none\ntwo\nend\n"
	if diff := cmp.Diff(want, pageText([]byte(page))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCompareFile(t *testing.T) {
	t.Parallel()
	if c := compareFile("a.html", []byte("<p class=a>x"), []byte("<p class=b>x"), true, true); !c.Markup || len(c.Hunks) == 0 {
		t.Errorf("other markup: %+v", c)
	}
	if c := compareFile("a.png", []byte{0xff}, []byte{0xfe}, true, true); c.Note == "" || c.Hunks != nil || c.Page {
		t.Errorf("no text: %+v", c)
	}
	if c := compareFile("a.html", nil, []byte("<p>x"), false, true); c.Old || !c.New || plain(c.Hunks) != "@\n+x\n" {
		t.Errorf("added: %+v", c)
	}
	if c := compareFile("a.txt", []byte("a"), make([]byte, diffMost+1), true, true); c.Note == "" {
		t.Errorf("too large: %+v", c)
	}
}

// FuzzHunks: the lines of a comparison are those of both texts, in their order.
func FuzzHunks(f *testing.F) {
	f.Add("a b\nc\n", "a x\nc\n")
	f.Add("", "\n\n")
	f.Add("<p>a<td>b", "<p>a<select>")
	f.Fuzz(func(t *testing.T, old, now string) {
		old, now = pageText([]byte(old)), pageText([]byte(now))
		var before, after []string
		for _, hunk := range hunks(old, now) {
			for _, l := range hunk {
				text := ""
				for _, p := range l.Parts {
					text += p.Text
				}
				if l.Mark != "+" {
					before = append(before, text)
				}
				if l.Mark != "-" {
					after = append(after, text)
				}
			}
		}
		for name, pair := range map[string][2]string{"old": {strings.Join(before, "\n"), old}, "new": {strings.Join(after, "\n"), now}} {
			rest := strings.Split(pair[1], "\n")
			for _, l := range strings.Split(pair[0], "\n") {
				for len(rest) > 0 && rest[0] != l {
					rest = rest[1:]
				}
				if len(rest) == 0 && pair[0] != "" {
					t.Fatalf("line %q is not in the %s text, or not there:\n%q", l, name, pair[1])
				}
			}
		}
	})
}
