package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// heldShop is a running agent that holds back an answer of source a.
func heldShop(t *testing.T) (s *shop, stop func() error) {
	t.Helper()
	s = newShop(t, map[string]string{"a": "@every 15m"})
	s.fakes["a"].facts = products("p", "q", "r", "s", "t", "u", "v", "w")
	stop = s.run()
	time.Sleep(time.Minute)
	s.fakes["a"].set(func(f *timed) { f.facts = products("p") })
	time.Sleep(15 * time.Minute)
	if s.load().Sources[0].State.Held == nil {
		t.Fatal("nothing is held back")
	}
	return s, stop
}

// person is a second process with the same configuration.
func (s *shop) person() *Agent {
	s.t.Helper()
	a, err := New(Options{Config: s.config, Now: s.now})
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// TestAcceptBesideRunningAgent: what a person lets in while the agent runs is let in by
// the agent, as it was shown, within some beats.
func TestAcceptBesideRunningAgent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, stop := heldShop(t)
		begin := time.Now()
		r, err := s.person().Accept(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		report := r.Sources[0]
		if took := time.Since(begin); took > 2*beat || report.Duration <= 0 || report.Duration > took {
			t.Errorf("it took %s, and the report says %s", took, report.Duration)
		}
		report.Duration = 9 * time.Second
		const want = "a: ok, 1 product, in 9s: accepted by the running agent, although products.toml would lose 7 of 8 products"
		if got := report.String(); got != want {
			t.Errorf("report %q, want %q", got, want)
		}
		source := s.load().Sources[0]
		if source.State.Held != nil || len(source.Facts.Products) != 1 {
			t.Errorf("held %v, %d products", source.State.Held, len(source.Facts.Products))
		}
		if _, err := s.person().Accept(t.Context(), "a"); err == nil || err.Error() != `nothing of a source "a" is held back, nor of any other` {
			t.Errorf("second time: %v", err)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// TestAcceptOnlyWhatWasShown: a request for another answer than the one that is held
// back lets nothing in, and is gone.
func TestAcceptOnlyWhatWasShown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, stop := heldShop(t)
		dir := filepath.Join(s.config.Store.State, acceptDir)
		for name, digest := range map[string]string{"a": "0123", "b": "", "nobody": strings.Repeat("x", 10_000)} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(digest), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * beat)
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("requests left: %v, %v", left, err)
		}
		if s.load().Sources[0].State.Held == nil {
			t.Error("another answer was let in")
		}
		if n := strings.Count(s.log.String(), "nothing accepted"); n != 3 {
			t.Errorf("%d refusals are logged:\n%s", n, s.log)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// TestAcceptBesideSomebodyElse: who holds the data directory and is no running agent
// takes no request, and the request does not stay.
func TestAcceptBesideSomebodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, stop := heldShop(t)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		w, err := s.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.person().Accept(t.Context(), "a")
		if err == nil || !strings.Contains(err.Error(), "it did not let in what is held back of a within 1m0s") {
			t.Errorf("error %v", err)
		}
		if left, err := os.ReadDir(filepath.Join(s.config.Store.State, acceptDir)); err != nil || len(left) > 0 {
			t.Errorf("requests left: %v, %v", left, err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestAcceptByDigest: a name with the beginning of a digest lets in that answer and no
// other, with and without an agent that runs.
func TestAcceptByDigest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, stop := heldShop(t)
		shown := s.load().Sources[0].State.Held.Handle("a")
		s.fakes["a"].set(func(f *timed) { f.facts = products("p", "q") })
		time.Sleep(15 * time.Minute)
		now := s.load().Sources[0].State.Held.Handle("a")
		if now == shown {
			t.Fatal("the answer that is held back is the same")
		}
		want := "; look again, and accept " + now
		if _, err := s.person().Accept(t.Context(), shown); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("beside an agent: %v", err)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		if _, err := s.person().Accept(t.Context(), shown); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("alone: %v", err)
		}
		if _, err := s.person().Accept(t.Context(), now); err != nil || s.load().Sources[0].State.Held != nil {
			t.Errorf("accept %s: %v", now, err)
		}
	})
}
