package publish

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shiplist/generator/staged"
)

// TestRollbackChecks: what visitors see again is what they saw before, so a kept set in
// which somebody changed anything is not gone back to.
func TestRollbackChecks(t *testing.T) {
	t.Parallel()
	for what, edit := range map[string]func(dir string) error{
		"index.html is not":               func(dir string) error { return os.WriteFile(filepath.Join(dir, "index.html"), []byte("buy"), 0o644) },
		"about/index.html is not":         func(dir string) error { return os.Remove(filepath.Join(dir, "about/index.html")) },
		"x.html is not":                   func(dir string) error { return os.WriteFile(filepath.Join(dir, "x.html"), nil, 0o644) },
		"assets/style-000001.css is not":  func(dir string) error { return os.WriteFile(filepath.Join(dir, styleOf(1)), []byte("x"), 0o644) },
		"list of checksums":               func(dir string) error { return os.Remove(filepath.Join(dir, sumsFile)) },
		"SHA256SUMS: line 1 is no":        func(dir string) error { return os.WriteFile(filepath.Join(dir, sumsFile), []byte("x\n"), 0o644) },
		"about/index.html and 4 more are": func(dir string) error { return os.WriteFile(filepath.Join(dir, sumsFile), nil, 0o644) },
	} {
		s := newSite(t)
		stageAll(t, s, 1, 2)
		one := filepath.Join(SetsDir(s.Output), "000001-"+Short(digest(version(1))))
		// As a person would: not through the other sets, which share the file.
		if err := os.Remove(filepath.Join(one, "index.html")); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(one, "index.html"), version(1)["index.html"])
		if err := edit(one); err != nil {
			t.Fatal(err)
		}
		_, err := Rollback(t.Context(), Options{Site: s}, 1)
		if err == nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), "--rollback 2") {
			t.Errorf("%s: %v", what, err)
		}
		want(t, s, 2)
		told(t, s, "publish 000001, publish 000002")
	}
}

// TestLostRecord: whatever becomes of the records, there is a list, a way back, and a
// way on; and somebody is told.
func TestLostRecord(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(name string) error{
		"file does not exist": os.Remove,
		"not readable":        func(name string) error { return os.WriteFile(name, []byte(`{"set": `), 0o644) },
	} {
		for _, number := range []string{"000001", "000002", "000003"} {
			s := newSite(t)
			stageAll(t, s, 1, 3)
			names, err := filepath.Glob(filepath.Join(SetsDir(s.Output), number+"-*.json"))
			if err != nil || len(names) != 1 {
				t.Fatal(names, err)
			}
			if err := spoil(names[0]); err != nil {
				t.Fatal(err)
			}
			l, err := List(s)
			if err != nil || len(l.Published) != 3 || len(l.Warnings) != 1 || !strings.Contains(l.Warnings[0], what) || !strings.Contains(l.Warnings[0], number) {
				t.Errorf("%s of %s: %+v, %v", what, number, l, err)
			}
			for _, set := range l.Published {
				if set.Digest == "" || set.By != "tester" {
					t.Errorf("%s of %s: %+v", what, number, set)
				}
			}
			for n := 2; n >= 1; n-- {
				res, err := Rollback(t.Context(), Options{Site: s}, 1)
				if err != nil || len(res.Warnings) != 1 {
					t.Fatalf("%s of %s: %+v, %v", what, number, res, err)
				}
				want(t, s, n)
				sums(t, s.Output)
			}
			stageAll(t, s, 4, 4)
			want(t, s, 4)
			read(t, filepath.Join(s.Output, styleOf(3)))
		}
	}
}

// TestLostRecordGuards: the addresses of the shown set are guarded without its record,
// by that of the staged set, or else by that of the set before.
func TestLostRecordGuards(t *testing.T) {
	t.Parallel()
	for _, pruned := range []bool{false, true} {
		s := newSite(t)
		beta := staged.Record{Lasting: []staged.Page{{Path: "noble/beta/", Kind: "milestone"}}, Sources: sources(0)}
		stage(t, s, version(1), beta)
		publish(t, s)
		two := stage(t, s, version(2), beta)
		publish(t, s)
		if err := os.Remove(filepath.Join(SetsDir(s.Output), "000002-"+Short(two)+".json")); err != nil {
			t.Fatal(err)
		}
		files := version(3)
		delete(files, "noble/beta/index.html")
		older := sources(0)
		older[0].Success = start.Add(-1)
		stage(t, s, files, staged.Record{Sources: older})
		if pruned {
			if err := os.RemoveAll(filepath.Join(s.Staged, two)); err != nil {
				t.Fatal(err)
			}
		}
		_, err := Publish(t.Context(), Options{Site: s})
		if err == nil || !strings.Contains(err.Error(), RuleDeadAddress) || !strings.Contains(err.Error(), RuleOlderFacts) {
			t.Errorf("pruned %t: %v", pruned, err)
		}
	}
}
