package verify

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestHidden: servers such as Apache hand out no .htaccess. A copy on one is as good as
// another, which is said; in a directory such a file has to be there.
func TestHidden(t *testing.T) {
	t.Parallel()
	all := pages(1)
	all["old/.htaccess"] = "Redirect\n"
	s := issued(all, 1, ours())
	for _, status := range []int{http.StatusForbidden, http.StatusNotFound} {
		at := serving(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "/.") {
				http.Error(w, "no", status)
				return
			}
			fmt.Fprint(w, s[strings.TrimPrefix(r.URL.Path, "/")])
		})
		r := run(t, options(t, at, 2))
		wants(t, "server", r)
		if !slices.Contains(r.Notes, "1 file whose name begins with a dot was not handed out, as is usual for .htaccess; whoever has the directory can look at it there") {
			t.Errorf("with %d: notes %q", status, r.Notes)
		}
	}
	delete(s, "old/.htaccess")
	wants(t, "directory", run(t, options(t, s.dir(t), 2)), "missing old/.htaccess")
}

// TestSampleOfServer: it is said that what is not in the sample was not asked for.
func TestSampleOfServer(t *testing.T) {
	t.Parallel()
	s := published(1)
	delete(s, "p7/index.html")
	o := options(t, s.serve(t), 2)
	o.Full, o.Sample = false, 3
	r := run(t, o)
	wants(t, "sample", r)
	if !slices.Contains(r.Notes, "8 files were not asked for, so one of them may be missing; --full asks for all") {
		t.Errorf("notes %q", r.Notes)
	}
}

// TestSignaturesLeftOut: a copy has the signatures that its origin has, also where nobody
// checks by whom they are.
func TestSignaturesLeftOut(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		gone []string
		want []string
	}{
		"none": {nil, nil},
		"one":  {[]string{"release.json.gpg"}, []string{"missing release.json.gpg"}},
		"both": {[]string{"release.json.gpg", "SHA256SUMS.gpg"}, []string{"missing release.json.gpg", "missing SHA256SUMS.gpg"}},
	} {
		s := published(1)
		for _, file := range tt.gone {
			delete(s, file)
		}
		o := options(t, s.dir(t), 2)
		o.Keyring, o.Origin = nil, published(2).serve(t)
		wants(t, name, run(t, o), tt.want...)
	}
}

// TestMovedByServer: a server that leads on from where a page moved gives the page there,
// or sends to another site. That is good where moved.json says so, and only there.
func TestMovedByServer(t *testing.T) {
	t.Parallel()
	all := pages(1)
	all["old/index.html"], all["away/index.html"] = "moved to p1", "moved away"
	all["moved.json"] = `{"moved": [{"from": "/old/", "to": "/p1/"}, {"from": "/away/", "to": "https://example.org/x/"}]}`
	s := issued(all, 1, ours())
	for name, tt := range map[string]struct {
		to   map[string]string
		want []string
	}{
		"not at all": {nil, nil},
		"right":      {map[string]string{"/old/index.html": "/p1/index.html", "/away/index.html": "https://example.org/x/"}, nil},
		"elsewhere":  {map[string]string{"/old/index.html": "/p2/index.html", "/away/index.html": "https://evil.example.org/x/"}, []string{"unseen away/index.html", "checksum old/index.html"}},
		"another":    {map[string]string{"/p3/index.html": "/p1/index.html"}, []string{"checksum p3/index.html"}},
	} {
		at := serving(t, func(w http.ResponseWriter, r *http.Request) {
			if to := tt.to[r.URL.Path]; to != "" {
				http.Redirect(w, r, to, http.StatusMovedPermanently)
				return
			}
			fmt.Fprint(w, s[strings.TrimPrefix(r.URL.Path, "/")])
		})
		wants(t, name, run(t, options(t, at, 2)), tt.want...)
	}
}
