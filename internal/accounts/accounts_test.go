package accounts

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const base = "https://api.example.org/devel"

var monday = time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC)

func TestAddAndLoad(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state")
	if known, err := Load(dir, base); len(known) != 0 || err != nil {
		t.Fatalf("without a file: %v %v", known, err)
	}
	first := []Account{{"zoe", "person", monday}, {"a-team", "team", monday}}
	newer := []Account{{"zoe", "neither", monday.Add(time.Hour)}, {"a-team", "person", monday.Add(-time.Hour)}}
	for _, found := range [][]Account{first, newer} {
		if err := Add(dir, base, found); err != nil {
			t.Fatal(err)
		}
	}
	known, err := Load(dir, base)
	if want := map[string]string{"zoe": "neither", "a-team": "team"}; err != nil || !maps.Equal(known.Kinds(), want) {
		t.Errorf("%v %v, want %v", known, err, want)
	}
	if other, err := Load(dir, base+"/2"); len(other) != 0 || err != nil {
		t.Errorf("of another place: %v %v", other, err)
	}
	if none, err := Load(dir, ""); len(none) != 0 || err != nil {
		t.Errorf("where nobody is asked: %v %v", none, err)
	}
	if err := Add(dir, base, []Account{{"Zoe!", "team", monday}}); err == nil {
		t.Error("a name that is none was taken")
	}
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"no TOML", "from = ", "damaged"},
		{"unknown key", "form = \"x\"\n", "unknown key form"},
		{"unknown kind", "[[account]]\nname = \"zoe\"\nis = \"maybe\"\nat = 2026-04-20T09:00:00Z\n", `account "zoe" is "maybe"`},
		{"no name", "[[account]]\nname = \"../zoe\"\nis = \"team\"\nat = 2026-04-20T09:00:00Z\n", "not the name"},
		{"no time", "[[account]]\nname = \"zoe\"\nis = \"team\"\n", "has no time"},
		{"twice", strings.Repeat("[[account]]\nname = \"zoe\"\nis = \"team\"\nat = 2026-04-20T09:00:00Z\n", 2), "twice"},
		{"large", strings.Repeat("#", mostBytes+1), "larger than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, File), []byte(c.text), 0o666); err != nil {
				t.Fatal(err)
			}
			if known, err := Load(dir, base); len(known) != 0 || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v %v, want %q", known, err, c.want)
			}
			if err := Add(dir, base, []Account{{"zoe", "team", monday}}); err != nil {
				t.Fatal(err)
			}
			if known, err := Load(dir, base); len(known) != 1 || err != nil {
				t.Errorf("made anew: %v %v", known, err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	text, err := encode(base, Known{"zoe": {"zoe", "person", monday}, "a-team": {"a-team", "team", monday}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("account = [{name = \"x1\", is = \"neither\", at = 1979-05-27}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		from, known, err := decode(text)
		if err != nil {
			return
		}
		once, err := encode(from, known)
		if err != nil {
			t.Fatal(err)
		}
		from, known, err = decode(once)
		if err != nil {
			t.Fatalf("%v in\n%s", err, once)
		}
		if twice, err := encode(from, known); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%v\n%s\nand then\n%s", err, once, twice)
		}
	})
}
