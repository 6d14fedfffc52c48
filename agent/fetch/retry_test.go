package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSentAgain tells what is sent again, when, and how often.
func TestSentAgain(t *testing.T) {
	t.Parallel()
	const s = time.Second
	certificate := &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	for name, test := range map[string]struct {
		r      Request
		wire   *wire
		want   []time.Duration
		kind   Kind // empty: it ended well
		errors map[Kind]int
	}{
		"helps":             {Request{}, statuses(503, 200), []time.Duration{0, 10 * s}, "", map[Kind]int{KindStatus: 1}},
		"head":              {Request{Method: "HEAD"}, statuses(503, 200), []time.Duration{0, 10 * s}, "", map[Kind]int{KindStatus: 1}},
		"post":              {Request{Method: "POST"}, statuses(503), []time.Duration{0}, KindStatus, map[Kind]int{KindStatus: 1}},
		"repeatable":        {Request{Method: "POST", Repeatable: true}, statuses(503, 200), []time.Duration{0, 10 * s}, "", map[Kind]int{KindStatus: 1}},
		"second rest long":  {Request{}, statuses(503), []time.Duration{0, 10 * s}, KindStatus, map[Kind]int{KindStatus: 2}},
		"twice cut":         {Request{}, cutTimes(2), []time.Duration{0, 10 * s, 20 * s}, "", map[Kind]int{KindNetwork: 2}},
		"not a third time":  {Request{}, cutTimes(3), []time.Duration{0, 10 * s, 20 * s}, KindNetwork, map[Kind]int{KindNetwork: 3}},
		"500":               {Request{}, statuses(500), []time.Duration{0}, KindStatus, map[Kind]int{KindStatus: 1}},
		"404":               {Request{}, statuses(404), []time.Duration{0}, KindStatus, map[Kind]int{KindStatus: 1}},
		"no certificate":    {Request{}, newWire(func(int, *http.Request) (*http.Response, error) { return nil, certificate }), []time.Duration{0}, KindNetwork, map[Kind]int{KindNetwork: 1}},
		"well at once":      {Request{}, statuses(200), []time.Duration{0}, "", nil},
		"not a request":     {Request{Method: "a b"}, statuses(200), nil, KindRequest, map[Kind]int{KindRequest: 1}},
		"asks for too long": {Request{}, newWire(func(_ int, r *http.Request) (*http.Response, error) { return reply(r, 503, "Retry-After", "16"), nil }), []time.Duration{0}, KindStatus, map[Kind]int{KindStatus: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				test.wire.start = time.Now()
				session := New(Options{Transport: test.wire, Jitter: steady(0)}).Session()
				test.r.URL, test.r.Limit = "http://h/", 100
				_, err := session.Do(t.Context(), test.r)
				if test.kind != "" {
					wantKind(t, err, test.kind)
				} else if err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(test.want, test.wire.times()); diff != "" {
					t.Errorf("sent (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.errors, session.Stats().Errors); diff != "" {
					t.Errorf("errors (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// cutTimes answers so often with a body that breaks off, and then well.
func cutTimes(times int) *wire {
	return newWire(func(n int, r *http.Request) (*http.Response, error) {
		resp := reply(r, 200)
		if n < times {
			resp.Body = &cutBody{}
		}
		return resp, nil
	})
}

// TestSentAgainWhole holds that what is sent again is what was sent first: the body
// too, and to the first address, not to where it was redirected.
func TestSentAgainWhole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got []string
		w := newWire(func(n int, r *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			got = append(got, r.URL.Path+" "+string(body))
			switch {
			case r.URL.Path == "/a":
				return reply(r, 307, "Location", "/b"), nil
			case n == 1:
				return reply(r, 502), nil
			}
			return reply(r, 200), nil
		})
		s := New(Options{Transport: w, Jitter: steady(0)}).Session()
		res, err := s.Do(t.Context(), Request{Method: "POST", URL: "http://h/a", Body: []byte("call"), Limit: 100, Repeatable: true})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"/a call", "/b call", "/a call", "/b call"}, got); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
		if res.URL != "http://h/b" {
			t.Errorf("answer is from %s", res.URL)
		}
	})
}

// TestOutdated holds that only the dates of a certificate are worded as dates.
func TestOutdated(t *testing.T) {
	t.Parallel()
	c := &x509.Certificate{NotBefore: noon.Add(-time.Hour), NotAfter: noon.Add(-time.Minute)}
	for err, want := range map[error]string{
		x509.CertificateInvalidError{Cert: c, Reason: x509.Expired}:             "the certificate has expired on 2026-04-23 11:59:00 UTC",
		x509.CertificateInvalidError{Cert: c, Reason: x509.NotAuthorizedToSign}: "",
		x509.CertificateInvalidError{Reason: x509.Expired}:                      "",
		x509.UnknownAuthorityError{}:                                            "",
		errDown:                                                                 "",
	} {
		if got := outdated(err, noon); got != want {
			t.Errorf("%v: got %q, want %q", err, got, want)
		}
	}
}

// TestStatsAreACopy holds that what was read stays as it was.
func TestStatsAreACopy(t *testing.T) {
	t.Parallel()
	s := session(t, Options{Transport: statuses(404)})
	ask := func() { _, _ = s.Do(t.Context(), Request{URL: "http://h/", Limit: 10}) }
	ask()
	before := s.Stats()
	ask()
	if before.Errors[KindStatus] != 1 || s.Stats().Errors[KindStatus] != 2 {
		t.Errorf("got %v, then %v", before, s.Stats())
	}
}
