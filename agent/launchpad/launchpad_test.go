package launchpad

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"shiplist/agent/fetch"
)

// standIn answers as Launchpad does, and then in the ways in which it might fail.
func standIn(root string) http.Handler {
	mux := http.NewServeMux()
	answer := func(path, text string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, text)
		})
	}
	answer("/devel/{$}", root)
	answer("/devel/~kubuntu-council", `{"name": "kubuntu-council", "is_team": true, "display_name": "Kubuntu Council"}`)
	answer("/devel/~jane", `{"name": "jane", "is_team": false}`)
	answer("/devel/~other", `{"name": "someone-else", "is_team": true}`)
	answer("/devel/~silent", `{"name": "silent"}`)
	answer("/devel/~null", `{"name": "null", "is_team": null}`)
	answer("/devel/~word", `{"name": "word", "is_team": "true"}`)
	answer("/devel/~list", `[]`)
	answer("/devel/~cut", `{"name": "cut", "is_t`)
	answer("/devel/~large", `{"is_team": true, "name": "`+strings.Repeat("x", limit)+`"}`)
	mux.HandleFunc("GET /devel/~login", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<title>Log in</title>")
	})
	for path, status := range map[string]int{"secret": 401, "gone": 410, "broken": 500, "busy": 503} {
		mux.HandleFunc("GET /devel/~"+path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	}
	return mux
}

const root = `{"people_collection_link": "https://api.launchpad.net/devel/people", "resource_type_link": "https://api.launchpad.net/devel/#service-root"}`

func client() *fetch.Client {
	return fetch.New(fetch.Options{UserAgent: "test", PerMinute: 60_000, BackoffLeast: time.Millisecond, BackoffMost: time.Millisecond})
}

func TestAccount(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(standIn(root))
	defer server.Close()
	for _, c := range []struct{ name, want, err string }{
		{"kubuntu-council", "team", ""},
		{"jane", "person", ""},
		{"nobody-here", "neither", ""},
		{"other", "", `it tells of another account, "someone-else"`},
		{"silent", "", "does not say whether it is a team"},
		{"null", "", "does not say whether it is a team"},
		{"word", "", "not an account"},
		{"list", "", "not an account"},
		{"cut", "", "not an account"},
		{"large", "", "larger than the limit"},
		{"login", "", "text/html"},
		{"secret", "", "401"},
		{"gone", "", "410"},
		{"broken", "", "500"},
		{"busy", "", "503"},
	} {
		t.Run(c.name, func(t *testing.T) {
			is, err := New(client(), server.URL+"/devel").Account(t.Context(), c.name)
			if is != c.want || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q %v, want %q %q", is, err, c.want, c.err)
			}
		})
	}
}

// TestNobodyIsBelievedOfTheAPIOnly asks addresses with a slip in them, which know nobody.
func TestNobodyIsBelievedOfTheAPIOnly(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(standIn(`{"hello": "world"}`))
	defer server.Close()
	for _, c := range []struct{ base, want string }{
		{server.URL + "/devel", "not the root of Launchpad's API"},
		{server.URL + "/elsewhere", "not known to be Launchpad's API"},
	} {
		if is, err := New(client(), c.base).Account(t.Context(), "nobody-here"); is != "" || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q %v, want %q", c.base, is, err, c.want)
		}
	}
	api := New(client(), server.URL+"/devel")
	if _, err := api.Account(t.Context(), "jane"); err != nil {
		t.Fatal(err)
	}
	if is, err := api.Account(t.Context(), "nobody-here"); is != "neither" || err != nil {
		t.Errorf("after an account: %q %v", is, err)
	}
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	server.Close()
	if is, err := New(client(), server.URL).Account(t.Context(), "jane"); is != "" || err == nil {
		t.Errorf("%q %v", is, err)
	}
}

func FuzzParseAccount(f *testing.F) {
	f.Add([]byte(`{"name": "jane", "is_team": false}`))
	f.Add([]byte(`{"is_team": 1}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		is, err := parseAccount(answer, "jane")
		if (is == "team" || is == "person") != (err == nil) || err != nil && is != "" {
			t.Errorf("%q %v", is, err)
		}
	})
}
