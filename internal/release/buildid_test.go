package release

import (
	"slices"
	"testing"
	"time"
)

func TestParseBuildID(t *testing.T) {
	t.Parallel()
	day := time.Date(2024, 4, 24, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		id   string
		want BuildID
		ok   bool
	}{
		{"20240424", BuildID{day, 0}, true},
		{"20240424.1", BuildID{day, 1}, true},
		{"20240424.10", BuildID{day, 10}, true},
		{"20240424.01", BuildID{}, false},
		{"20240424.", BuildID{}, false},
		{"20240424.-1", BuildID{}, false},
		{"20241324", BuildID{}, false},
		{"20101020ubuntu229", BuildID{}, false},
		{"2024", BuildID{}, false},
		{"", BuildID{}, false},
		{"20240424.99999999999999999999", BuildID{}, false},
	} {
		got, ok := ParseBuildID(tc.id)
		if got != tc.want || ok != tc.ok {
			t.Errorf("ParseBuildID(%q) = %v, %v; want %v, %v", tc.id, got, ok, tc.want, tc.ok)
		}
	}
}

func TestCompareBuildIDs(t *testing.T) {
	t.Parallel()
	sorted := []string{
		"", "20101020", "20101020ubuntu229~rc1", "20101020ubuntu229", "20101020ubuntu229.1",
		"20101020ubuntu300", "20101020ubuntu1000", "20240424", "20240424.1", "20240424.2", "20240424.9", "20240424.10",
		"20240425", "99999999999999999999999", "nightly", "nightly2", "nightly10",
	}
	for i, a := range sorted {
		for j, b := range sorted {
			got, want := CompareBuildIDs(a, b), 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got < 0 != (want < 0) || got > 0 != (want > 0) {
				t.Errorf("CompareBuildIDs(%q, %q) = %d, want %d", a, b, got, want)
			}
		}
	}
}

// TestCutCommon: what two texts begin with alike does not count in their order.
func TestCutCommon(t *testing.T) {
	t.Parallel()
	texts := []string{""}
	for from := 0; len(texts) < 700; {
		end := len(texts)
		for ; from < end; from++ {
			for _, c := range []string{"0", "1", "a", "~", "-"} {
				texts = append(texts, texts[from]+c)
			}
		}
	}
	for _, a := range texts[:200] {
		for _, b := range texts {
			c, d := cutCommon(a, b)
			if compareParts(a, b) != compareParts(c, d) || compareNumbered(a, b) != compareNumbered(c, d) {
				t.Errorf("%q and %q are in another order than %q and %q", a, b, c, d)
			}
		}
	}
}

func FuzzCompareBuildIDs(f *testing.F) {
	f.Add("20240424.9", "20240424.10", "20101020ubuntu229")
	f.Add("1~", "1", "01")
	f.Add("a-", "a", "aé")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		ids := []string{a, b, c}
		slices.SortFunc(ids, CompareBuildIDs)
		for i := range ids {
			for j := range ids {
				got := CompareBuildIDs(ids[i], ids[j])
				if i <= j && got > 0 || i >= j && got < 0 || (got == 0) != (ids[i] == ids[j]) {
					t.Errorf("of %q, %q and %q compare as %d", ids, ids[i], ids[j], got)
				}
			}
		}
	})
}
