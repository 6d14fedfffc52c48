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
