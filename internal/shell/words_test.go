package shell

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRead(t *testing.T) {
	t.Parallel()
	got, err := Read(`DIST=noble ARCHES='amd64 arm64+raspi' for-project "ubuntu" publish-release ubuntu-server/'daily'-live SERIAL`)
	if err != nil {
		t.Fatal(err)
	}
	want := Simple{[]string{"DIST=noble", "ARCHES=amd64 arm64+raspi"}, []string{"for-project", "ubuntu", "publish-release", "ubuntu-server/daily-live", "SERIAL"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"":                         "not one command",
		"a; b":                     "not one command",
		"a &":                      "not one plain command",
		"! a":                      "not one plain command",
		"a > b":                    "not one plain command",
		"a | b":                    "not one plain command",
		"A=b":                      "not one plain command",
		"a $B":                     "works out first",
		"a `b`":                    "works out first",
		`a "$(b)"`:                 "works out first",
		"a $'b'":                   "$'...'",
		`a "b\ c"`:                 "backslash",
		"a {b,c}":                  "works out first",
		"a *":                      "works out first",
		"a ~":                      "works out first",
		"A+=b c":                   "sets A in another way",
		"A=(b) c":                  "no command for bash",
		"a 'b":                     "no command for bash",
		strings.Repeat("a ", 3000): "longer than 4096 bytes",
	} {
		if got, err := Read(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, %v; want %q", line, got, err, want)
		}
	}
}

// FuzzRead: the words of any command that is read make the same command again.
func FuzzRead(f *testing.F) {
	f.Add(`A='b c' d "e" f`)
	f.Add("a $(b) | c > d &")
	f.Fuzz(func(t *testing.T, line string) {
		got, err := Read(line)
		if err != nil {
			return
		}
		var words []string
		for _, a := range got.Assigns {
			name, value, _ := strings.Cut(a, "=")
			w, err := Always(value)
			if err != nil {
				return // what cannot be printed cannot be quoted
			}
			words = append(words, name+"="+w.String())
		}
		for _, a := range got.Args {
			w, err := Always(a)
			if err != nil {
				return
			}
			words = append(words, w.String())
		}
		again, err := Read(strings.Join(words, " "))
		if err != nil && !strings.Contains(err.Error(), "longer") {
			t.Fatalf("%q: %v", words, err)
		}
		if diff := cmp.Diff(got, again); err == nil && diff != "" {
			t.Errorf("(-first +again)\n%s", diff)
		}
	})
}
