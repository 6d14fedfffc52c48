package generator

import (
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestFingerprintsTellApart: no two of these are the same, and each is what it is when it
// is made again.
func TestFingerprintsTellApart(t *testing.T) {
	t.Parallel()
	type record struct {
		A, B string
		n    *int
	}
	one, two := 1, 2
	at := time.Date(2026, 4, 23, 14, 0, 0, 0, time.UTC)
	values := func() [][]any {
		return [][]any{
			{},
			{""},
			{"a", "b"},
			{"ab", ""},
			{[]string(nil)},
			{[]string{}},
			{[]string{"a", "b"}},
			{record{A: "a"}},
			{record{B: "a"}},
			{record{n: &one}},
			{record{n: &two}},
			{[]any{1, "a"}},
			{[]any{"a", 1}},
			{at},
			{at.Add(1)},
			{at.In(time.FixedZone("", 3600))},
			{map[string]int{"a": 1, "b": 2, "c": 3}},
			{map[string]int{"a": 2, "b": 1, "c": 3}},
			{fingerprint{1, 2}},
			{fingerprint{2, 1}},
			{[]fingerprint{{1, 2}}},
			{[]fingerprint{{1, 2}, {3, 4}}},
			{fieldsBut[release.Intended]("Product").of(&release.Intended{Contact: "~a"})},
			{fieldsBut[release.Intended]("Product").of(&release.Intended{Team: "~a"})},
			{0.5},
			{true},
			{uint8(7)},
			{[]byte("a")},
			{[2]byte{7, 8}},
		}
	}
	seen, sums := map[fingerprint]int{}, map[string]int{}
	again := values()
	for i, v := range values() {
		key, sum := fingerprintOf(v...), sumOf(v...)
		if other, known := seen[key]; known || key == (fingerprint{}) {
			t.Errorf("%v has the fingerprint %x, as %v", v, key, again[other])
		}
		if other, known := sums[sum]; known || sum == "" {
			t.Errorf("%v has the sum %s, as %v", v, sum, again[other])
		}
		if !key.is(fingerprintOf(again[i]...)) || sum != sumOf(again[i]...) {
			t.Errorf("%v is another the second time", v)
		}
		seen[key], sums[sum] = i, i
	}
}

// TestNoFingerprint: what cannot be compared has none, and is never the same as anything.
func TestNoFingerprint(t *testing.T) {
	t.Parallel()
	type ring struct{ next *ring }
	circle := &ring{}
	circle.next = circle
	for _, v := range []any{func() {}, circle, struct{ at time.Time }{}, map[string]any{"a": func() {}}} {
		if key, sum := fingerprintOf(v), sumOf(v); key != (fingerprint{}) || sum != "" || key.is(key) {
			t.Errorf("%T has %x, %q", v, key, sum)
		}
	}
}

// TestSumsLast: what is on disk is told from what another process wrote there.
func TestSumsLast(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"a.txt": {Data: []byte("text")}, "b/c.txt": {Data: []byte("more")}}
	sum, err := sumFiles(files)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{sumOf("a", map[string]int{"b": 1, "a": 2}, []string{"c"}), sum}
	want := []string{"a04b20c8c3fcbed6d1e3dede49aba7f59a80dbc5da1ebbd0794ec226c49327ef", "d9fe0fcb6aa483d8d9ca8a46a95c9232fe7df02772900b5b672377362c538aff"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestFindingsHaveKeys: the keys of pages are made of those of findings, and a finding
// without one would look like any other.
func TestFindingsHaveKeys(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	sources := sampleSources(&c.Rules)
	s := prepared(t, Options{Config: c}, new(release.Joiner).Join(release.Input{Rules: c.Rules, Sources: sources, AsOf: sampleNow, Stale: c.Site.Stale}))
	s.again = true
	s.arrange()
	if len(s.keys.findings) == 0 {
		t.Fatal("no keys")
	}
	has := func(what string, list []*release.Finding) {
		for _, f := range list {
			if _, ok := s.keys.findings[f]; !ok {
				t.Errorf("%s: no key for %q", what, f.Text)
			}
		}
	}
	for _, l := range s.picture.Lines {
		has(l.Slug, l.Findings)
		for _, m := range l.Milestones {
			has(m.Slug, m.Findings)
			for _, r := range m.Rows() {
				has(fmt.Sprint(m.Slug, r.Product.Slug), r.Findings)
			}
		}
	}
	for _, p := range s.picture.Products {
		has(p.Slug, p.Findings)
	}
}
