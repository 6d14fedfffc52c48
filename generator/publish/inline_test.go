package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"shiplist/generator/staged"
	"shiplist/generator/streams"
	"shiplist/internal/issue"
)

const inlineMark = " signs inline:\n"

func (k key) SignInline(_ context.Context, text []byte) ([]byte, error) {
	if k == "broken" {
		return nil, errors.New("the key is lost")
	}
	return append([]byte(string(k)+inlineMark), text...), nil
}

func (k key) MadeInline(text, file []byte) bool {
	want, err := k.SignInline(context.Background(), text)
	return err == nil && bytes.Equal(want, file)
}

// lists are a site with two lists of simplestreams, of which the first tells of which
// version it is.
func lists(t testing.TB, n int) pages {
	t.Helper()
	var index bytes.Buffer
	err := streams.WriteIndex(&index, []streams.Indexed{{ContentID: "changing", Updated: start}, {ContentID: "staying", Updated: start}})
	if err != nil {
		t.Fatal(err)
	}
	all := version(n)
	all["trees/full/streams/v1/index.json"] = index.String()
	all["trees/full/streams/v1/changing.json"] = fmt.Sprintf("{ \"version\": %d }\n", n)
	all["trees/full/streams/v1/staying.json"] = "{ \"version\": 0 }\n"
	return all
}

// inlining are options of somebody who publishes with lists signed inline.
func inlining(s Site, at time.Time, signer Signer) Options {
	o := issuing(s, at, signer)
	o.Issue.Inline = true
	return o
}

// signedLists asserts that the lists of the shown set are signed as they should be, or not
// at all where nobody signs, and returns what they are on the disk.
func signedLists(t *testing.T, s Site, by string) map[string]fs.FileInfo {
	t.Helper()
	sums(t, s.Output)
	found := map[string]fs.FileInfo{}
	for name, text := range content(t, s.Output) {
		switch twin := issue.InlineOf(name); {
		case issue.IsInline(name):
			info, err := os.Stat(filepath.Join(s.Output, name))
			if err != nil {
				t.Fatal(err)
			}
			found[filepath.Base(name)] = info
		case twin == "" || by == "":
		default:
			want := strings.ReplaceAll(text, ".json", ".sjson")
			if got := read(t, filepath.Join(s.Output, twin)); got != by+inlineMark+want {
				t.Errorf("%s: %q", twin, got)
			}
		}
	}
	if want := map[bool]int{true: 3, false: 0}[by != ""]; len(found) != want {
		t.Errorf("%d signed lists, want %d", len(found), want)
	}
	return found
}

// replaced asserts which files are others than before: all others are the same file, and
// another one is later.
func replaced(t *testing.T, before, after map[string]fs.FileInfo, names ...string) {
	t.Helper()
	for name, now := range after {
		was := before[name]
		switch wanted := slices.Contains(names, name); {
		case was == nil:
		case os.SameFile(was, now) == wanted:
			t.Errorf("%s: another file is %t", name, !wanted)
		case wanted && !now.ModTime().Truncate(time.Second).After(was.ModTime()):
			t.Errorf("%s: changed, and not later", name)
		}
	}
}

// TestInline: lists are signed when they are published, and not again while they stay.
func TestInline(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stage(t, s, lists(t, 1), staged.Record{AsOf: start})
	res, err := Publish(t.Context(), inlining(s, start, key("one")))
	if err != nil || res.Added != 11 {
		t.Fatalf("%+v, %v", res, err)
	}
	before := signedLists(t, s, "one")
	stage(t, s, lists(t, 2), staged.Record{AsOf: start.Add(time.Hour)})
	if res, err = Publish(t.Context(), inlining(s, start, key("one"))); err != nil || res.Changed != 5 || res.Shared != 5 {
		t.Fatalf("%+v, %v", res, err)
	}
	after := signedLists(t, s, "one")
	replaced(t, before, after, "changing.sjson")
	page, err := os.Stat(filepath.Join(s.Output, "noble/index.html"))
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"index.sjson", "changing.sjson", "staying.sjson"}
	at := start.Add(time.Hour)
	for _, tt := range []struct {
		name     string
		options  Options
		by       string
		replaced []string
		want     string
	}{
		{"it is time", inlining(s, at, key("one")), "one", nil, Refreshed},
		{"nothing to do", inlining(s, at, key("one")), "one", nil, Nothing},
		{"another key", inlining(s, at, key("two")), "two", all, Refreshed},
		{"not wanted", issuing(s, at, key("two")), "", nil, Refreshed},
		{"not wanted, again", issuing(s, at, key("two")), "", nil, Nothing},
		{"wanted", inlining(s, at, key("two")), "two", nil, Refreshed},
		{"without a key", inlining(s, at, nil), "", nil, Refreshed},
		{"wanted again", inlining(s, at, key("one")), "one", nil, Refreshed},
		{"in place", unswapped(inlining(s, at, key("two"))), "two", all, Refreshed},
		{"gone in place", unswapped(issuing(s, at, key("two"))), "", nil, Refreshed},
	} {
		before = after
		res, err := Refresh(t.Context(), tt.options)
		if err != nil || res.Action != tt.want {
			t.Errorf("%s: %q, %v", tt.name, res.Action, err)
		}
		said(t, s, tt.options.Issue.Signer)
		after = signedLists(t, s, tt.by)
		replaced(t, before, after, tt.replaced...)
		tidy(t, s, 2)
	}
	if now, err := os.Stat(filepath.Join(s.Output, "noble/index.html")); err != nil || !os.SameFile(now, page) {
		t.Errorf("a page changed (%v)", err)
	}
}

// unswapped are options where directories cannot change their names.
func unswapped(o Options) Options {
	o.swap = func(_, _ string) error { return errors.ErrUnsupported }
	return o
}

// TestInlineBack: a set that is shown again has lists that are signed as today, whatever
// became of it; and where the key is lost, those that it had.
func TestInlineBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, set string) // in the set to which it goes back
		back   Signer
		by     string
		fails  bool
	}{
		{"as it was", nil, key("one"), "one", false},
		{"another key", nil, key("two"), "two", false},
		{"without a key", nil, nil, "", false},
		{"lost", nil, key("broken"), "one", true},
		{"half signed anew", func(t *testing.T, set string) {
			t.Helper()
			put(t, filepath.Join(set, "trees/full/streams/v1/index.sjson"), "two signed this")
		}, key("two"), "two", false},
		{"signed anew, and not listed", func(t *testing.T, set string) {
			t.Helper()
			for _, name := range []string{"changing", "staying", "index"} {
				text, err := inlineText(set, "trees/full/streams/v1/"+name+".json")
				if err != nil {
					t.Fatal(err)
				}
				put(t, filepath.Join(set, "trees/full/streams/v1/"+name+".sjson"), "two"+inlineMark+string(text))
			}
		}, key("two"), "two", false},
		{"removed, and listed", func(t *testing.T, set string) {
			t.Helper()
			for _, name := range []string{"changing", "staying", "index"} {
				if err := os.Remove(filepath.Join(set, "trees/full/streams/v1/"+name+".sjson")); err != nil {
					t.Fatal(err)
				}
			}
		}, nil, "", false},
		{"removed", func(t *testing.T, set string) {
			t.Helper()
			if err := os.Remove(filepath.Join(set, "trees/full/streams/v1/staying.sjson")); err != nil {
				t.Fatal(err)
			}
		}, key("one"), "one", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			var set string
			for n := 1; n < 3; n++ {
				stage(t, s, lists(t, n), staged.Record{AsOf: start.Add(time.Duration(n) * time.Hour)})
				res, err := Publish(t.Context(), inlining(s, start, key("one")))
				if err != nil {
					t.Fatal(err)
				}
				if n == 1 {
					set = filepath.Join(SetsDir(s.Output), res.Set)
				}
			}
			if tt.change != nil {
				tt.change(t, set)
			}
			res, err := Rollback(t.Context(), inlining(s, start, tt.back), 1)
			if (err != nil) != tt.fails || res.Action != RolledBack {
				t.Errorf("%+v, %v", res, err)
			}
			signedLists(t, s, tt.by)
			if !tt.fails {
				said(t, s, tt.back)
			}
			tidy(t, s, 2)
		})
	}
}

// TestInlineElsewhere: signed lists go where the set goes, and no set brings its own.
func TestInlineElsewhere(t *testing.T) {
	t.Parallel()
	s, other := newSite(t), newSite(t)
	one := stage(t, s, lists(t, 1), staged.Record{AsOf: start})
	if _, err := Publish(t.Context(), inlining(s, start, key("broken"))); err == nil || !strings.Contains(err.Error(), "trees/full/streams/v1/changing.json: the key is lost") {
		t.Errorf("without its key: %v", err)
	}
	for _, by := range []key{"one", "two"} {
		if _, err := Publish(t.Context(), inlining(s, start, by)); err != nil {
			t.Fatal(err)
		}
		if _, err := Bring(t.Context(), s, Options{Site: other}); err != nil {
			t.Fatal(err)
		}
		signedLists(t, other, string(by))
	}
	// A kept set is published without the lists that were signed for it.
	stage(t, s, lists(t, 2), staged.Record{AsOf: start})
	if _, err := Publish(t.Context(), inlining(s, start, key("one"))); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(s.Staged); err != nil {
		t.Fatal(err)
	}
	o := inlining(s, start, key("three"))
	o.Digest, o.Force = one, true
	if res, err := Publish(t.Context(), o); err != nil || res.Digest != one {
		t.Fatalf("%+v, %v", res, err)
	}
	signedLists(t, s, "three")
	own := lists(t, 3)
	own["trees/full/streams/v1/own.sjson"] = "x"
	stage(t, s, own, staged.Record{AsOf: start})
	if _, err := Publish(t.Context(), inlining(s, start, key("one"))); err == nil || !strings.Contains(err.Error(), "a file trees/full/streams/v1/own.sjson of its own") {
		t.Errorf("a set with a name of ours: %v", err)
	}
	odd := lists(t, 4)
	odd["trees/full/streams/v1/index.json"] = "{}\n"
	stage(t, s, odd, staged.Record{AsOf: start})
	if _, err := Publish(t.Context(), inlining(s, start, key("one"))); err == nil || !strings.Contains(err.Error(), `trees/full/streams/v1/index.json: no index of simplestreams: its format is ""`) {
		t.Errorf("a set with an odd index: %v", err)
	}
}

// TestInlineErrors: an error at any step leaves the lists as they were, whole.
func TestInlineErrors(t *testing.T) {
	t.Parallel()
	fault := errors.New("the disk is on fire")
	s := newSite(t)
	stage(t, s, lists(t, 1), staged.Record{AsOf: start})
	if _, err := Publish(t.Context(), inlining(s, start, key("one"))); err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{"cloned", "reissued", "dated", "synced", "exchanged"} {
		o := inlining(s, start, key("two"))
		o.step = func(name string) error {
			if name == step {
				return fault
			}
			return nil
		}
		if _, err := Refresh(t.Context(), o); !errors.Is(err, fault) {
			t.Errorf("%s: %v", step, err)
		}
		signedLists(t, s, map[bool]string{true: "two", false: "one"}[step == "exchanged"])
		tidy(t, s, 1)
	}
}
