package release

import (
	"testing"
	"time"
)

func TestSize(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		n    int64
		want string
	}{
		{0, "0 bytes"},
		{1, "1 byte"},
		{999, "999 bytes"},
		{1000, "1.00 kB"},
		{96330730, "96.3 MB"},
		{736665600, "737 MB"},
		{999499999, "999 MB"},
		{999999999, "1.00 GB"},
		{6518974464, "6.52 GB"},
		{9994999999, "9.99 GB"},
		{9995000000, "10.0 GB"},
		{99950000000, "100 GB"},
		{1 << 62, "4.61 EB"},
		{-5000, "-5.00 kB"},
	} {
		if got := Size(tc.n); got != tc.want {
			t.Errorf("Size(%d) = %q, want %q", tc.n, got, tc.want)
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		d    time.Duration
		want string
	}{
		{0, "less than a minute"},
		{time.Minute, "1 minute"},
		{59 * time.Minute, "59 minutes"},
		{time.Hour, "1 hour"},
		{47 * time.Hour, "47 hours"},
		{48 * time.Hour, "2 days"},
		{-time.Hour, "less than a minute"},
	} {
		if got := Age(tc.d); got != tc.want {
			t.Errorf("Age(%v) = %q, want %q", tc.d, got, tc.want)
		}
	}
}

func TestListWords(t *testing.T) {
	t.Parallel()
	words := []string{"a", "b", "c", "d", "e", "f", "g"}
	for n, want := range map[int]string{
		0: "nothing", 1: "a", 2: "a and b", 6: "a, b, c, d, e and f", 7: "a, b, c, d, e and 2 more",
	} {
		if got := listWords(words[:n]); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestSourceAge(t *testing.T) {
	t.Parallel()
	in := input(tracker("a", Facts{}))
	in.AsOf = noon.Add(3*time.Hour + 59*time.Second)
	for _, tc := range []struct {
		stale time.Duration
		want  bool
	}{{0, false}, {3 * time.Hour, true}, {4 * time.Hour, false}} {
		in.Stale = tc.stale
		if s := Join(in).Sources[0]; s.Age != 3*time.Hour || s.Stale != tc.want {
			t.Errorf("limit %v: age %v, stale %v", tc.stale, s.Age, s.Stale)
		}
	}
}
