package spelling

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"title", "staged", "output", "url", "base_url", "eol", "eol_esm"}
	for s, want := range map[string]string{
		"titel": "title", "titles": "title", "baseurl": "base_url", "uri": "url", "zz": "", "": "", "eolesm": "eol_esm", "something": "",
	} {
		if got := Nearest(s, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", s, got, want)
		}
	}
}

// FuzzDistance: to stop early does not change what is near.
func FuzzDistance(f *testing.F) {
	f.Add("kubutnu", "kubuntu")
	f.Add("", "ab")
	f.Add("abcdef", "badcfe")
	f.Fuzz(func(t *testing.T, a, b string) {
		whole := distance(a, b, 2*longest)
		for limit := range 6 {
			if d := distance(a, b, limit); d < limit && d != whole || whole < limit && d != whole {
				t.Errorf("from %q to %q is %d, and %d below %d", a, b, whole, d, limit)
			}
		}
	})
}
