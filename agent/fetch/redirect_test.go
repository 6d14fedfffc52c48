package fetch

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRedirects(t *testing.T) {
	t.Parallel()
	other := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the other host was asked") })
	for name, test := range map[string]struct {
		method   string
		status   int
		location string
		kind     Kind
		text     string
	}{
		"301":                {"GET", 301, "/end", "", ""},
		"302":                {"GET", 302, "end", "", ""},
		"303":                {"GET", 303, "/end", "", ""},
		"307":                {"GET", 307, "/end", "", ""},
		"308":                {"GET", 308, "/end", "", ""},
		"head":               {"HEAD", 301, "/end", "", ""},
		"post repeated":      {"POST", 307, "/end", "", ""},
		"post repeated, 308": {"POST", 308, "/end", "", ""},
		"post turned":        {"POST", 301, "/end", KindRedirect, "301 Moved Permanently to http://"},
		"post found":         {"POST", 302, "/end", KindRedirect, "302 Found to http://"},
		"post see other":     {"POST", 303, "/end", KindRedirect, "/end: a POST is not sent again"},
		"other host":         {"GET", 302, other + "/end", KindRedirect, other + "/end: not followed to another host"},
		"no address":         {"GET", 302, "", KindRedirect, "without an address"},
		"bad address":        {"GET", 302, "http://[::1", KindRedirect, "without an address"},
		"other scheme":       {"GET", 302, "ftp://127.0.0.1/", KindRedirect, "another host"},
		"script":             {"GET", 302, "javascript:alert(1)", KindRedirect, "another host"},
		"loop":               {"GET", 302, "/start", KindRedirect, "more than 5 redirects"},
		"multiple choices":   {"GET", 300, "/end", KindStatus, "300"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if r.URL.Path == "/end" {
					fmt.Fprintf(w, "%s %s %s", r.Method, r.Host, body)
					return
				}
				if test.location != "" {
					w.Header().Set("Location", test.location)
				}
				w.WriteHeader(test.status)
			})
			r := Request{Method: test.method, URL: u + "/start", Host: "site.example", Limit: 100}
			if test.method == "POST" {
				r.Body = []byte("call")
			}
			res, err := session(t, Options{}).Do(t.Context(), r)
			if test.kind != "" {
				wantKind(t, err, test.kind, test.text)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := test.method + " site.example " + string(r.Body)
			if test.method == "HEAD" {
				want = ""
			}
			if diff := cmp.Diff([]string{want, u + "/end"}, []string{string(res.Body), res.URL}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRedirectToHostHeader holds that a server may name itself by the name by
// which it was asked, and is still reached where it was configured.
func TestRedirectToHostHeader(t *testing.T) {
	t.Parallel()
	u := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "http://site.example/b", http.StatusFound)
			return
		}
		fmt.Fprint(w, r.Host)
	})
	res, err := session(t, Options{}).Do(t.Context(), Request{URL: u + "/a", Host: "site.example", Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	if string(res.Body) != "site.example" || res.URL != u+"/b" {
		t.Errorf("got %q from %s", res.Body, res.URL)
	}
}

// TestRedirectToHostHeaderElsewhere holds that another scheme of that name is another
// place: what answers there is not known to be the host that was configured.
func TestRedirectToHostHeaderElsewhere(t *testing.T) {
	t.Parallel()
	net := answers{"http://10.0.0.1/": "https://site.example/", "https://10.0.0.1/": "there"}
	_, err := session(t, Options{Transport: net}).Do(t.Context(), Request{URL: "http://10.0.0.1/", Host: "site.example", Limit: 10})
	wantKind(t, err, KindRedirect, "https://site.example/: not followed to another host")
	if failed := new(Error); !errors.As(err, &failed) || failed.To != "https://site.example/" {
		t.Errorf("it leads to %q", failed.To)
	}
}

// answers is a network in memory: address to location, or to an answer where the
// value is no address.
type answers map[string]string

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	value, ok := a[r.URL.String()]
	resp := &http.Response{StatusCode: 200, Status: "200 OK", Header: http.Header{}, Request: r, ContentLength: -1}
	resp.Body = io.NopCloser(strings.NewReader(value))
	user, _, _ := r.BasicAuth()
	switch {
	case !ok:
		return nil, fmt.Errorf("%s was asked by %q", r.URL, user)
	case strings.Contains(value, "://"):
		resp.StatusCode, resp.Status = 301, "301 Moved Permanently"
		resp.Header.Set("Location", value)
	}
	return resp, nil
}

func TestRedirectScheme(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		net  answers
		from string
		kind Kind
		text string
	}{
		"to https":             {answers{"http://h/": "https://h/", "https://h/": "there"}, "http://h/", "", ""},
		"to https, port named": {answers{"http://h:80/": "https://H:443/", "https://H:443/": "there"}, "http://h:80/", "", ""},
		"to http":              {answers{"https://h/": "http://h/"}, "https://h/", KindRedirect, "weaker scheme"},
		"up and down":          {answers{"http://h/": "https://h/", "https://h/": "http://h/"}, "http://h/", KindRedirect, "weaker scheme"},
		"another port":         {answers{"http://h/": "http://h:8080/"}, "http://h/", KindRedirect, "another host"},
		"https, another port":  {answers{"http://h:8080/": "https://h/"}, "http://h:8080/", KindRedirect, "another host"},
		"https, another host":  {answers{"http://h/": "https://h.example/"}, "http://h/", KindRedirect, "another host"},
		"five":                 {chain(5), "http://h/0", "", ""},
		"six":                  {chain(6), "http://h/0", KindRedirect, "more than 5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res, err := session(t, Options{Transport: test.net}).Do(t.Context(), Request{URL: test.from, Limit: 10, User: "ana", Password: "x"})
			if test.kind != "" {
				wantKind(t, err, test.kind, test.text)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if string(res.Body) != "there" {
				t.Errorf("got %q", res.Body)
			}
		})
	}
}

// chain is n redirects and an end.
func chain(n int) answers {
	a := answers{}
	for i := range n {
		a[fmt.Sprintf("http://h/%d", i)] = fmt.Sprintf("http://h/%d", i+1)
	}
	a[fmt.Sprintf("http://h/%d", n)] = "there"
	return a
}
