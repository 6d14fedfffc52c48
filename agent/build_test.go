package agent

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// press is a generator that notes when it ran.
type press struct {
	takes time.Duration
	fails error // the first time
	// publications are what became of publishing, run by run, the last of them ever on.
	publications []Publication
	fault        string
	runs         atomic.Int32

	mu    sync.Mutex
	began []time.Duration
}

// note keeps when a run began, and tells which it is, from one on.
func (p *press) note() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.began = append(p.began, time.Since(midnight))
	return len(p.began)
}

// times tells when the site was made, since the start.
func (p *press) times() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.began)
}

func (p *press) generate(ctx context.Context) (Build, error) {
	if p.runs.Add(1) > 1 {
		panic("two at once")
	}
	defer p.runs.Add(-1)
	run := p.note()
	select {
	case <-ctx.Done():
		return Build{}, ctx.Err()
	case <-time.After(p.takes):
	}
	if run > 1 {
		return p.made(run), nil
	}
	if p.fault != "" {
		panic(p.fault)
	}
	return p.made(run), p.fails
}

func (p *press) made(run int) Build {
	b := Build{Digest: "abc", Pages: 7, Changed: true}
	if n := len(p.publications); n > 0 {
		b.Publication = p.publications[min(run, n)-1]
	}
	return b
}

// newPress makes a shop that generates, half a minute after the last change.
func newPress(t *testing.T, schedules map[string]string) (*shop, *press) {
	t.Helper()
	s, p := newShop(t, schedules), &press{takes: 3 * time.Second}
	s.config.Agent.Generate, s.config.Agent.GenerateAfter = true, 30*time.Second
	s.renew(func(o *Options) { o.Generate = p.generate })
	return s, p
}

// at fails when the site was not made at these times.
func (p *press) at(t *testing.T, want ...time.Duration) {
	t.Helper()
	if got := p.times(); !slices.Equal(got, want) {
		t.Fatalf("the site was made at %s, want %s", got, want)
	}
}

// TestGenerate: the site is made once after the start, and then when data changed and
// nothing more came for a while.
func TestGenerate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, p := newPress(t, map[string]string{"a": "*/15 * * * *", "b": "*/15 * * * *"})
		s.fakes["b"].takes = 20 * time.Second
		stop := s.run()
		time.Sleep(time.Minute)
		s.fakes["a"].set(func(f *timed) { f.facts = products("p", "q") })
		s.fakes["b"].set(func(f *timed) { f.facts = products("p", "q") })
		time.Sleep(time.Hour)
		s.fakes["a"].set(func(f *timed) { f.err = errors.New("down") }) // pages tell that
		time.Sleep(time.Hour)
		stop()
		p.at(t, 50*time.Second, 15*time.Minute+50*time.Second, time.Hour+15*time.Minute+30*time.Second)
		if b := s.seen.builds; len(b) != 3 || b[0].Digest != "abc" || b[0].Duration != 3*time.Second || b[0].Err != nil {
			t.Errorf("builds %+v", b)
		}
		if text := s.log.String(); strings.Count(text, "site made") != 3 {
			t.Errorf("log:\n%s", text)
		}
	})
}

// TestFirstSite waits for the first polls, though nothing changes for a while.
func TestFirstSite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, p := newPress(t, map[string]string{"a": "@daily", "b": "@daily"})
		s.fakes["b"].takes = 2 * time.Minute
		stop := s.run()
		time.Sleep(time.Hour)
		stop()
		p.at(t, 2*time.Minute+30*time.Second)
	})
}

// TestGenerateAtLast: changes without end do not put it off for ever, nor does a source
// that hangs in the first round.
func TestGenerateAtLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, p := newPress(t, map[string]string{"a": "@every 20s", "hangs": "@daily"})
		s.fakes["hangs"].hangs = true
		s.fakes["a"].facts = products(numbered(1)...)
		stop := s.run()
		time.Sleep(10 * time.Second)
		for i := range 32 {
			s.fakes["a"].set(func(f *timed) { f.facts = products(numbered(i + 2)...) })
			time.Sleep(20 * time.Second)
		}
		stop()
		p.at(t, 5*time.Minute, 10*time.Minute)
	})
}

// TestGenerateFails: a generator that fails or panics is tried again, with a pause, and
// the agent goes on.
func TestGenerateFails(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"", "nil map"} {
		synctest.Test(t, func(t *testing.T) {
			s, p := newPress(t, map[string]string{"a": "*/15 * * * *"})
			p.fails, p.fault = errors.New("disk full"), fault
			stop := s.run()
			time.Sleep(time.Hour + time.Minute)
			stop()
			p.at(t, 30*time.Second, 5*time.Minute+33*time.Second)
			if b := s.seen.builds; len(b) != 2 || b[0].Err == nil || b[1].Err != nil {
				t.Errorf("builds %+v", b)
			}
			if s.fakes["a"].polls() != 5 {
				t.Errorf("polled at %s", s.fakes["a"].times())
			}
		})
	}
}

// TestPublication: what forbids to publish is told once and waits for the next site; what
// failed is tried again soon.
func TestPublication(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, p := newPress(t, map[string]string{"a": "*/15 * * * *"})
		dies := Publication{Tried: true, Refused: true, Err: errors.New("an address would die")}
		full := Publication{Tried: true, Err: errors.New("disk full")}
		p.publications = []Publication{dies, dies, full, {Tried: true, Set: "000002-abc"}, {Tried: true}, dies}
		s.fakes["a"].facts = products(numbered(1)...)
		stop := s.run()
		time.Sleep(10 * time.Minute) // what changes does so between two polls
		for n := range 4 {
			s.fakes["a"].set(func(f *timed) { f.facts = products(numbered(n + 2)...) })
			time.Sleep(15 * time.Minute)
		}
		stop()
		p.at(t, 30*time.Second, 15*time.Minute+30*time.Second, 30*time.Minute+30*time.Second, 35*time.Minute+33*time.Second,
			45*time.Minute+30*time.Second, time.Hour+30*time.Second)
		want := "WARN site not published an address would die\nWARN site not published disk full\nINFO site published 000002-abc\nWARN site not published an address would die\n"
		if got := publications(s.log.String()); got != want {
			t.Errorf("told\n%swant\n%s", got, want)
		}
	})
}

// publications are what a log tells of publishing.
func publications(log string) string {
	var b strings.Builder
	for _, m := range regexp.MustCompile(`level=([A-Z]+) msg="(site not published|site published)[^"]*" (?:err|set)="?([^"\n]+)"?`).FindAllStringSubmatch(log, -1) {
		if m[1] != "DEBUG" {
			b.WriteString(m[1] + " " + m[2] + " " + m[3] + "\n")
		}
	}
	return b.String()
}

// TestStopWhileGenerating: it gets its time, and is cancelled then.
func TestStopWhileGenerating(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, p := newPress(t, map[string]string{"a": "@daily"})
		p.takes = time.Hour
		stop := s.run()
		time.Sleep(time.Minute)
		begin := time.Now()
		if err := stop(); err != nil || time.Since(begin) != 20*time.Second {
			t.Errorf("error %v after %s", err, time.Since(begin))
		}
		if len(s.seen.builds) != 0 || strings.Contains(s.log.String(), "ERROR") {
			t.Errorf("builds %+v, log:\n%s", s.seen.builds, s.log)
		}
	})
}

// TestGenerateOff: without the key nothing is made.
func TestGenerateOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, p := newPress(t, map[string]string{"a": "@hourly"})
		s.config.Agent.Generate = false
		s.renew(func(o *Options) { o.Generate = p.generate })
		stop := s.run()
		time.Sleep(2 * time.Hour)
		stop()
		p.at(t)
	})
}
