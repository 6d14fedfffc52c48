package config

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the bad files in testdata give as what they should give")

// Each archive in testdata/bad holds a config.toml with one mistake (one holds
// twelve), the files it names, and the exact error.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/bad/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no bad files", err)
	}
	def, err := defaults()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			want := &archive.Files[len(archive.Files)-1]
			for _, f := range archive.Files[1 : len(archive.Files)-1] {
				if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err = def.under(filepath.Join(dir, "config.toml"), string(archive.Files[0].Data))
			if err == nil {
				t.Fatal("no error")
			}
			got := strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "") + "\n"
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTwelveMistakesAtOnce(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/bad/twelve-mistakes.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Parse("config.toml", archive.Files[0].Data)
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 12 {
		t.Fatalf("got %d problems, want 12:\n%v", len(problems), err)
	}
	for i, p := range problems {
		if p.Line < 1 || p.Col < 1 || p.Key == "" || p.Text == "" {
			t.Errorf("problem without a part: %+v", p)
		}
		if i > 0 && problems[i-1].Line > p.Line {
			t.Errorf("line %d after line %d", p.Line, problems[i-1].Line)
		}
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, InitText(), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path)
	if err != nil || c.File != path || c.Store.Data != filepath.Join(filepath.Dir(path), "data") || len(c.Trackers) != 2 {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestLoadMissing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.toml")
	_, err := Load(path)
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), path+": file does not exist; run \"shiplist init DIR\"") {
		t.Errorf("got %v", err)
	}
}

func TestLoadDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Load(dir); err == nil || err.Error() != dir+": not a file" {
		t.Errorf("got %v", err)
	}
}

func TestLoadTooLarge(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(strings.Repeat("#", fileMost+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "larger than 1048576 bytes") {
		t.Errorf("got %v", err)
	}
}
