package agent

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"shiplist/internal/accounts"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

const launchpadBase = "https://launchpad.example/devel"

// accountsAt stands in for Launchpad: kinds by name; others do not exist, and "" hangs up.
type accountsAt struct {
	mu    sync.Mutex
	kinds map[string]string
	asked []string
}

func (s *accountsAt) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := strings.TrimPrefix(r.URL.Path, "/devel/~")
	kind, there := s.kinds[name]
	status, text := http.StatusOK, `{"resource_type_link": "x#service-root"}`
	switch {
	case kind == "hangs":
		s.asked = append(s.asked, name)
		s.mu.Unlock()
		<-r.Context().Done()
		s.mu.Lock()
		return nil, r.Context().Err()
	case r.URL.Path == "/devel/":
	case there && kind == "":
		s.asked = append(s.asked, name)
		return nil, errors.New("connection reset")
	default:
		s.asked = append(s.asked, name)
		text = `{"name": "` + name + `", "is_team": ` + map[bool]string{true: "true", false: "false"}[kind == "team"] + `}`
		if !there {
			status, text = http.StatusNotFound, "{}"
		}
	}
	header := http.Header{"Content-Type": {"application/json"}}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
}

// take is what was asked since the last time, in order of names.
func (s *accountsAt) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := slices.Sorted(slices.Values(s.asked))
	s.asked = nil
	return strings.Join(asked, " ")
}

// withContacts are facts with these contacts.
func withContacts(contacts ...string) *release.Facts {
	facts := products("p")
	series := release.Series{Slug: "noble", Title: "Noble", Status: release.SeriesActive}
	for i, c := range contacts {
		slug := "p" + string(rune('a'+i))
		facts.Products = append(facts.Products, release.Product{Slug: slug, Title: slug})
		series.Manifest = append(series.Manifest, release.Intent{Product: slug, Contact: c})
	}
	facts.Series = []release.Series{series}
	return facts
}

// newLookUps is a bench whose tracker has contacts, with an agent that looks them up.
func newLookUps(t *testing.T, at *accountsAt, contacts ...string) *bench {
	t.Helper()
	b := newBench(t)
	b.a.facts = withContacts(contacts...)
	sources := b.sources
	o := b.o
	o.Config.Rules.Contacts = release.Contacts{Launchpad: launchpadBase, Teams: []string{"*-team"}}
	o.Config.Limits.BackoffLeast, o.Config.Limits.BackoffMost = time.Millisecond, time.Millisecond
	o.Transport = at
	var err error
	if b.Agent, err = New(o); err != nil {
		t.Fatal(err)
	}
	b.sources = sources
	return b
}

func (b *bench) kinds() map[string]string {
	b.t.Helper()
	known, err := accounts.Load(b.o.Config.Store.State, launchpadBase)
	if err != nil {
		b.t.Fatal(err)
	}
	return known.Kinds()
}

// TestLookUp: what no rule decides is asked once, and again when it is due.
func TestLookUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		at := &accountsAt{kinds: map[string]string{"kubuntu": "team", "jane": "person"}}
		b := newLookUps(t, at, "~kubuntu", "jane", "nobody", "a-team", "Jo Doe", "~jane")
		b.once()
		want := map[string]string{"kubuntu": "team", "jane": "person", "nobody": "neither"}
		if got := b.kinds(); at.take() != "jane kubuntu nobody" || !maps.Equal(got, want) {
			t.Fatalf("%v, want %v; log: %s", got, want, b.log)
		}
		if b.once(); at.take() != "" {
			t.Error("asked again at once")
		}
		b.clock = b.clock.Add(nobodyFor)
		at.kinds = map[string]string{"kubuntu": "person", "jane": "person", "nobody": "team"}
		b.once()
		if asked := at.take(); !strings.Contains(asked, "nobody") || b.kinds()["nobody"] != "team" {
			t.Errorf("after a day: asked %q, %v", asked, b.kinds())
		}
		b.clock = b.clock.Add(knownFor)
		if b.once(); b.kinds()["kubuntu"] != "person" {
			t.Errorf("after a week: %v", b.kinds())
		}
	})
}

// TestLookUpFails: a host that fails takes nothing away, fails no poll, and is left alone.
func TestLookUpFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		at := &accountsAt{kinds: map[string]string{"aa": "team", "bb": "", "cc": "", "dd": "", "ee": ""}}
		b := newLookUps(t, at, "aa")
		b.once()
		b.clock = b.clock.Add(2 * knownFor)
		at.kinds["aa"] = ""
		b.a.facts = withContacts("aa", "bb", "cc", "dd", "ee")
		if r := b.once(); r.Error != "" {
			t.Errorf("a poll failed: %s", r.Error)
		}
		if got := b.kinds(); !maps.Equal(got, map[string]string{"aa": "team"}) || !strings.Contains(b.log.String(), "not all are known") {
			t.Errorf("%v; log: %s", got, b.log)
		}
		r, err := b.LookUp(t.Context(), 0)
		if err != nil || r.Asked != mostUnanswered || r.Unknown != mostUnanswered || r.Left != 2 || r.Err == nil || r.Changed {
			t.Errorf("%+v %v", r, err)
		}
	})
}

// TestLookUpMendsItsFile: a file that is no good is told of, and made anew.
func TestLookUpMendsItsFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newLookUps(t, &accountsAt{kinds: map[string]string{"kubuntu": "team"}}, "kubuntu")
		state := b.o.Config.Store.State
		if err := os.MkdirAll(state, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(state, accounts.File), []byte("no = [good"), 0o666); err != nil {
			t.Fatal(err)
		}
		b.once()
		if b.kinds()["kubuntu"] != "team" || !strings.Contains(b.log.String(), "damaged, and made anew") {
			t.Errorf("%v; log: %s", b.kinds(), b.log)
		}
	})
}

// TestLookUpIsOff: nobody is asked where the configuration does not say so, nor in a dry run.
func TestLookUpIsOff(t *testing.T) {
	t.Parallel()
	at := &accountsAt{}
	b := newLookUps(t, at, "kubuntu")
	if _, err := b.Once(t.Context(), OnceOptions{DryRun: true}); err != nil {
		t.Fatal(err)
	}
	b.o.Config.Rules.Contacts.Launchpad = ""
	b.once()
	if asked := at.take(); asked != "" {
		t.Errorf("asked %q", asked)
	}
}

// TestLookUpWhileRunning: a running agent looks up after its first polls, and in time
// makes the site again for what it found. A host that hangs does not keep it from ending.
func TestLookUpWhileRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, p := newPress(t, map[string]string{"a": "@hourly"})
		s.config.Trees = nil
		s.config.Trackers = []config.Tracker{{Name: "a", Kind: "qatracker", URL: "https://a.example", Schedule: "@hourly"}}
		s.config.Rules.Contacts.Launchpad = launchpadBase
		at := &accountsAt{kinds: map[string]string{}}
		s.renew(func(o *Options) { o.Generate, o.Transport = p.generate, at })
		s.fakes["a"].set(func(f *timed) { f.facts = withContacts("kubuntu", "jane") })
		stop := s.run()
		time.Sleep(10 * time.Minute)
		known, err := accounts.Load(s.config.Store.State, launchpadBase)
		if err != nil || len(known) != 2 {
			t.Errorf("%v %v; log: %s", known, err, s.log)
		}
		builds := len(p.times())
		at.mu.Lock()
		at.kinds["kubuntu"] = "team"
		at.mu.Unlock()
		time.Sleep(nobodyFor + 2*betweenLookUps)
		if known, _ := accounts.Load(s.config.Store.State, launchpadBase); known["kubuntu"].Is != "team" || known["jane"].Is != "neither" {
			t.Errorf("%v; log: %s", known, s.log)
		}
		if len(p.times()) == builds {
			t.Error("the site was not made again")
		}
		at.mu.Lock()
		at.kinds["jane"] = "hangs"
		at.mu.Unlock()
		for at.take(); at.take() == ""; { // until one hangs
			time.Sleep(time.Minute)
		}
		time.Sleep(3 * betweenLookUps)
		if told := strings.Count(s.log.String(), "not all are known"); told != 1 {
			t.Errorf("told %d times of the same; log: %s", told, s.log)
		}
		began := time.Now()
		if err := stop(); err != nil || time.Since(began) > time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}
