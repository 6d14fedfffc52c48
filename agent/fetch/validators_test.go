package fetch

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const modified = "Thu, 23 Apr 2026 12:05:00 GMT"

func TestValidatorsSent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		given       Validators
		match, date string
	}{
		"none":            {Validators{}, "", ""},
		"both":            {Validators{`"a1-b2"`, modified}, `"a1-b2"`, modified},
		"weak":            {Validators{`W/"a"`, ""}, `W/"a"`, ""},
		"empty tag":       {Validators{`""`, ""}, `""`, ""},
		"packed":          {Validators{`"a-gzip"`, ""}, `"a-gzip", "a"`, ""},
		"packed, weak":    {Validators{`W/"a-gzip"`, ""}, `W/"a-gzip", W/"a"`, ""},
		"packed inside":   {Validators{`"a-gzip-b"`, ""}, `"a-gzip-b"`, ""},
		"bytes over 127":  {Validators{"\"\xe4\"", ""}, "\"\xe4\"", ""},
		"no quotes":       {Validators{`a`, ""}, "", ""},
		"one quote":       {Validators{`"`, ""}, "", ""},
		"two tags":        {Validators{`"a", "b"`, ""}, "", ""},
		"two tags, close": {Validators{`"a","b"`, ""}, "", ""},
		"any":             {Validators{`*`, ""}, "", ""},
		"line break":      {Validators{"\"a\r\nX-Evil: 1\"", ""}, "", ""},
		"too long":        {Validators{`"` + strings.Repeat("a", 499) + `"`, ""}, "", ""},
		"no date":         {Validators{"", "yesterday"}, "", ""},
		"date and more":   {Validators{"", modified + "\r\nX-Evil: 1"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got http.Header
			w := newWire(func(_ int, r *http.Request) (*http.Response, error) {
				got = r.Header
				return reply(r, 200), nil
			})
			s := session(t, Options{Transport: w})
			if _, err := s.Do(t.Context(), Request{URL: "http://h/", Limit: 10, Validators: test.given}); err != nil {
				t.Fatal(err)
			}
			sent := []string{got.Get("If-None-Match"), got.Get("If-Modified-Since")}
			if diff := cmp.Diff([]string{test.match, test.date}, sent); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

// TestValidatorsNotSent holds that what could not be sent is not handed back, either.
func TestValidatorsNotSent(t *testing.T) {
	t.Parallel()
	s := session(t, Options{Transport: statuses(304)})
	res, err := s.Do(t.Context(), Request{URL: "http://h/", Limit: 10, Validators: Validators{`"a"`, "yesterday"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Validators{ETag: `"a"`}, res.Validators); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestValidatorsReceived holds what a caller gets to send the next time.
func TestValidatorsReceived(t *testing.T) {
	t.Parallel()
	const later = "Fri, 24 Apr 2026 12:05:00 GMT"
	sent := Validators{`"a"`, modified}
	for name, test := range map[string]struct {
		status int
		header []string
		want   Validators
	}{
		"200":                {200, []string{"ETag", `"b"`, "Last-Modified", later}, Validators{`"b"`, later}},
		"200 without":        {200, nil, Validators{}},
		"200, tag alone":     {200, []string{"ETag", `"b"`}, Validators{ETag: `"b"`}},
		"200, not sendable":  {200, []string{"ETag", "b", "Last-Modified", "now"}, Validators{}},
		"304 without":        {304, nil, sent},
		"304, another tag":   {304, []string{"ETag", `"b"`}, Validators{`"b"`, modified}},
		"304, another date":  {304, []string{"Last-Modified", later}, Validators{`"a"`, later}},
		"304, not sendable":  {304, []string{"ETag", "b"}, sent},
		"head, 200":          {200, []string{"ETag", `"b"`}, Validators{ETag: `"b"`}},
		"304 of a HEAD":      {304, nil, sent},
		"304, both new ones": {304, []string{"ETag", `"b"`, "Last-Modified", later}, Validators{`"b"`, later}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWire(func(_ int, r *http.Request) (*http.Response, error) {
				return reply(r, test.status, test.header...), nil
			})
			r := Request{URL: "http://h/", Limit: 10, Validators: sent}
			if strings.Contains(strings.ToLower(name), "head") {
				r.Method = http.MethodHead
			}
			res, err := session(t, Options{Transport: w}).Do(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, res.Validators); diff != "" || res.Status != test.status {
				t.Errorf("status %d, validators (-want +got):\n%s", res.Status, diff)
			}
			if res.Status == http.StatusNotModified && len(res.Body) > 0 {
				t.Errorf("304 with body %q", res.Body)
			}
		})
	}
}
