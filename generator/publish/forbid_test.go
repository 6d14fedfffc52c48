package publish

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/generator/staged"
)

// sources are two, of which the second answered so long after the first.
func sources(after time.Duration) []staged.Source {
	return []staged.Source{{Name: "iso", Success: start}, {Name: "full", Success: start.Add(after)}, {Name: "never"}}
}

func TestForbids(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	beta := []staged.Page{{Path: "noble/beta/", Kind: "milestone"}}
	published := staged.Record{AsOf: start, Sources: sources(time.Minute), Lasting: beta}
	without := version(2)
	delete(without, "noble/beta/index.html")
	for _, tt := range []struct {
		name  string
		shown staged.Record
		next  staged.Record
		files pages
		want  []string // rules and words of the texts
	}{
		{name: "nothing published", next: staged.Record{AsOf: start}},
		{name: "newer facts", shown: published, next: staged.Record{AsOf: start.Add(time.Hour), Sources: sources(time.Hour)}},
		{name: "the same facts", shown: published, next: published},
		{name: "findings about milestones", shown: published, next: staged.Record{AsOf: start, Blockers: 100}},
		{name: "a source came and one went", shown: published, next: staged.Record{AsOf: start, Sources: []staged.Source{{Name: "new", Success: start.Add(-time.Hour)}}}},
		{name: "a page went that may", shown: staged.Record{Lasting: []staged.Page{{Path: "noble/", Kind: "series"}}}, next: staged.Record{}, files: without},
		{
			name: "trouble", next: staged.Record{Troubles: []staged.Trouble{{Rule: "checksum-gone", Text: "A file is gone.", Page: "images/full/noble/"}}},
			want: []string{"trouble: On /images/full/noble/: A file is gone. (checksum-gone)"},
		},
		{
			name:  "a trouble that is shown already",
			shown: staged.Record{Troubles: []staged.Trouble{{Rule: "checksum-gone", Text: "A file is gone.", Page: "images/full/noble/"}}},
			next: staged.Record{Troubles: []staged.Trouble{
				{Rule: "checksum-gone", Text: "A file is gone.", Page: "images/full/noble/"},
				{Rule: "checksum-gone", Text: "Two files are gone.", Page: "images/full/jammy/"},
			}},
			want: []string{"trouble: On /images/full/jammy/: Two files are gone. (checksum-gone)"},
		},
		{
			name: "an address dies", shown: published, next: published, files: without,
			want: []string{"dead-address: The milestone page /noble/beta/ is published and not in this set"},
		},
		{
			name: "an older source", shown: published, next: staged.Record{AsOf: start.Add(-time.Hour), Sources: sources(0)},
			want: []string{"older-facts: What is published knows later answers of sources: full (2026-04-23 14:00:00 UTC here, 2026-04-23 14:01:00 UTC there)."},
		},
		{
			name: "lost its facts", shown: published, next: staged.Record{AsOf: start, Sources: []staged.Source{{Name: "iso"}}},
			want: []string{"older-facts: What is published knows later answers of sources: iso (never here, 2026-04-23 14:00:00 UTC there)."},
		},
		{
			name: "two older sources", shown: published, next: staged.Record{AsOf: start, Sources: []staged.Source{{Name: "full"}, {Name: "iso"}}},
			want: []string{"older-facts: What is published knows later answers of sources: full (never here, 2026-04-23 14:01:00 UTC there); iso (never here"},
		},
		{
			name: "as of earlier", shown: published, next: staged.Record{AsOf: start.Add(-time.Hour)},
			want: []string{"older-facts: This set is as of 2026-04-23 13:00:00 UTC, and what is published as of 2026-04-23 14:00:00 UTC."},
		},
	} {
		if tt.files == nil {
			tt.files = version(2)
		}
		digest := stage(t, s, tt.files, tt.next)
		reasons := Forbids(Shown{Record: tt.shown}, staged.Set{Record: tt.next, Dir: filepath.Join(s.Staged, digest)})
		for i, r := range reasons {
			if i >= len(tt.want) || !strings.HasPrefix(r.Rule+": "+r.Text, tt.want[i]) || !strings.HasSuffix(r.Do, ".") {
				t.Errorf("%s: %s: %s\n%s", tt.name, r.Rule, r.Text, r.Do)
			}
		}
		if len(reasons) != len(tt.want) {
			t.Errorf("%s: %d reasons, want %d", tt.name, len(reasons), len(tt.want))
		}
	}
}

// TestRefused: what is refused changes nothing; what is forced is in the history.
func TestRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	one := stage(t, s, version(1), staged.Record{AsOf: start, Lasting: []staged.Page{{Path: "noble/beta/", Kind: "milestone"}}})
	publish(t, s)
	files := version(2)
	delete(files, "noble/beta/index.html")
	two := stage(t, s, files, staged.Record{AsOf: start.Add(-time.Hour)})
	res, err := Publish(t.Context(), Options{Site: s})
	var refused *Refused
	if !errors.As(err, &refused) || len(refused.Reasons) != 2 || res.Action != Nothing || len(res.Refused) != 2 {
		t.Fatalf("%+v, %v", res, err)
	}
	for _, part := range []string{Short(two), "/noble/beta/", "2026-04-23 13:00", "--force"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %v", part, err)
		}
	}
	want(t, s, 1)
	res, err = Publish(t.Context(), Options{Site: s, Force: true, By: "anna", Now: func() time.Time { return start }})
	if err != nil || len(res.Overridden) != 2 {
		t.Fatalf("forced: %+v, %v", res, err)
	}
	history, err := History(s.Output)
	if err != nil || len(history) != 2 {
		t.Fatalf("history %+v, %v", history, err)
	}
	wanted := Entry{
		Time: start, Action: Published, Set: "000002-" + Short(two), Digest: two, From: one, FromSet: "000001-" + Short(one),
		By: "anna", Overridden: refused.Reasons,
	}
	if diff := cmp.Diff(wanted, history[1]); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	// What was forced is what is published from then on.
	stage(t, s, version(3), staged.Record{AsOf: start.Add(-time.Hour)})
	publish(t, s)
}

// TestNewerFactsOfTheSame: the same bytes made from newer facts count as newer.
func TestNewerFactsOfTheSame(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stage(t, s, version(1), staged.Record{Sources: sources(0)})
	publish(t, s)
	stage(t, s, version(1), staged.Record{Sources: sources(time.Hour)})
	stage(t, s, version(2), staged.Record{Sources: sources(time.Minute)})
	_, err := Publish(t.Context(), Options{Site: s})
	var refused *Refused
	if !errors.As(err, &refused) || !slices.ContainsFunc(refused.Reasons, func(r Reason) bool { return r.Rule == RuleOlderFacts }) {
		t.Errorf("error %v", err)
	}
}

// TestStillShown: a trouble that was overridden once is named whenever it is shown again,
// with who decided that.
func TestStillShown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	gone := staged.Trouble{Rule: "checksum-gone", Text: "A file is gone.", Page: "images/full/noble/"}
	record := staged.Record{AsOf: start, Troubles: []staged.Trouble{gone}}
	one := stage(t, s, version(1), record)
	first, err := Publish(t.Context(), Options{Site: s, Force: true, By: "anna"})
	if err != nil || len(first.StillShown) != 0 {
		t.Fatalf("%+v, %v", first, err)
	}
	for n := 2; n < 4; n++ {
		stage(t, s, version(n), record)
		wanted := []Standing{{Trouble: gone, By: "anna", Set: "000001-" + Short(one)}}
		if diff := cmp.Diff(wanted, publish(t, s).StillShown); diff != "" {
			t.Errorf("set %d (-want +got):\n%s", n, diff)
		}
	}
	stage(t, s, version(4), staged.Record{AsOf: start})
	if res := publish(t, s); len(res.StillShown) != 0 {
		t.Errorf("nothing is wrong any more: %+v", res.StillShown)
	}
}

// TestRollbackTakesAway: who goes back hears which addresses die of it.
func TestRollbackTakesAway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 1)
	files := version(2)
	files["noble/final/index.html"] = "new"
	beta, final := staged.Page{Path: "noble/beta/", Kind: "milestone"}, staged.Page{Path: "noble/final/", Kind: "milestone"}
	stage(t, s, files, staged.Record{AsOf: start.Add(9 * time.Hour), Lasting: []staged.Page{beta, final}})
	publish(t, s)
	res, err := Rollback(t.Context(), Options{Site: s}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]staged.Page{final}, res.Gone); diff != "" {
		t.Errorf("gone (-want +got):\n%s", diff)
	}
}
