package agent

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// changed is the configuration of a shop with some change.
func (s *shop) changed(change func(*config.Config)) *config.Config {
	c := *s.config
	c.Trees = append([]config.Tree(nil), c.Trees...)
	change(&c)
	return &c
}

// TestReload: sources that are the same go on, others begin and end, and what is gone
// is retired after its poll.
func TestReload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"goes": "@daily", "moves": "@daily", "same": "*/15 * * * *", "faster": "@daily"})
		s.fakes["new"] = &timed{fake: fake{facts: products("p")}}
		stop := s.run()
		time.Sleep(7 * time.Minute)
		same := s.sources[3].Source
		s.fakes["goes"].hangs = true
		err := s.Reload(s.changed(func(c *config.Config) {
			c.Trees = append(c.Trees, config.Tree{Name: "new", Role: "full", URL: "https://new.example", Schedule: "@daily"})
			c.Trees[0].Schedule = "*/10 * * * *" // faster
			c.Trees[2].URL = "https://elsewhere.example"
			c.Trees = append(c.Trees[:1], c.Trees[2:]...)
		}))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(14 * time.Minute)
		stop()
		for name, want := range map[string]string{"goes": "0s", "moves": "0s 7m0s", "same": "0s 15m0s", "new": "7m0s", "faster": "0s 10m0s 20m0s"} {
			if got := s.fakes[name].times(); got != want {
				t.Errorf("%s was polled at %s, want %s", name, got, want)
			}
		}
		if same != s.fakes["same"] || s.load().Source("goes") != nil || s.load().Source("moves").State.Address != "https://elsewhere.example" {
			t.Errorf("stored %+v", s.load().Sources)
		}
		if got := strings.Join(s.seen.said, "; "); got != "configured faster goes moves same; ready; configured faster moves same new; stopping" {
			t.Errorf("the observer was told %s", got)
		}
	})
}

// TestReloadWhilePolling: the poll of a source that goes or moves is cancelled; what it
// might bring is not stored, and the source that takes its name waits for its end.
func TestReloadWhilePolling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"goes": "@daily", "moves": "@daily"})
		s.fakes["goes"].hangs = true
		s.fakes["moves"].takes, s.fakes["moves"].deaf = 3*time.Minute, true
		stop := s.run()
		time.Sleep(time.Minute)
		s.fakes["moves"].set(func(f *timed) { f.facts = products("elsewhere") })
		if err := s.Reload(s.changed(func(c *config.Config) {
			c.Trees = c.Trees[1:]
			c.Trees[0].URL = "https://elsewhere.example"
		})); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Minute)
		stop()
		if got, want := s.fakes["moves"].times(), "0s 3m0s"; got != want || s.fakes["moves"].atOnce() != 1 {
			t.Errorf("polled at %s, want %s; %d at once", got, want, s.fakes["moves"].atOnce())
		}
		if goes := s.seen.of("goes"); len(goes) != 1 || goes[0].Outcome != Retired || len(goes[0].Events) != 0 || len(s.seen.of("moves")) != 1 || len(s.load().Sources) != 1 {
			t.Errorf("reports %+v", s.seen.reports)
		}
	})
}

// TestReloadRefuses: with a configuration that cannot be taken everything stays.
func TestReloadRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *"})
		if err := s.Reload(s.config); err == nil || err.Error() != "the agent does not run" {
			t.Errorf("error %v", err)
		}
		stop := s.run()
		for want, change := range map[string]func(*config.Config){
			"restart it for that":     func(c *config.Config) { c.Store.Data += "2" },
			"names a time zone":       func(c *config.Config) { c.Trees[0].Schedule = "TZ=" },
			"an agent needs a config": nil,
		} {
			next := (*config.Config)(nil)
			if change != nil {
				next = s.changed(change)
			}
			if err := s.Reload(next); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %s", err, want)
			}
		}
		time.Sleep(20 * time.Minute)
		stop()
		if got, want := s.fakes["a"].times(), "0s 15m0s"; got != want {
			t.Errorf("polled at %s, want %s", got, want)
		}
		if err := s.Reload(s.config); err == nil || err.Error() != "the agent does not run" {
			t.Errorf("error %v", err)
		}
	})
}

// TestReloadLimits: other limits mean another client, and the schedule stays.
func TestReloadLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *"})
		stop := s.run()
		time.Sleep(time.Minute)
		before := s.client
		if err := s.Reload(s.changed(func(*config.Config) {})); err != nil || s.client != before {
			t.Errorf("error %v, another client %t", err, s.client != before)
		}
		if err := s.Reload(s.changed(func(c *config.Config) { c.Limits.PerMinute = 7 })); err != nil || s.client == before {
			t.Errorf("error %v, another client %t", err, s.client != before)
		}
		stop()
	})
}

// TestReloadRules: other rules cancel nothing. What runs comes to its end and is stored;
// then each source is asked once more, soon, and not before half of its gap is over. The
// slot after that is left out, as after every poll that comes between two.
func TestReloadRules(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*config.Config){
		"rules":   func(c *config.Config) { c.Rules.Projects = append(c.Rules.Projects, release.Project{Name: "new"}) },
		"limits":  func(c *config.Config) { c.Limits.PerMinute = 7 },
		"contact": func(c *config.Config) { c.Agent.Contact = "ops@example.org" },
		"site": func(c *config.Config) {
			for i := range c.Trees {
				c.Trees[i].Site = "https://www.example"
			}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newShop(t, map[string]string{"runs": "*/15 * * * *", "waits": "*/15 * * * *", "seldom": "0 */6 * * *"})
			s.fakes["runs"].takes = 3 * time.Minute
			stop := s.run()
			time.Sleep(time.Minute)
			if err := s.Reload(s.changed(change)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
			// The same again changes nothing of that.
			if err := s.Reload(s.changed(change)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(6 * time.Hour)
			stop()
			for source, want := range map[string]string{"runs": "0s 7m30s 30m0s 45m0s", "waits": "0s 7m30s 30m0s 45m0s"} {
				if got := s.fakes[source].times(); !strings.HasPrefix(got, want) || s.fakes[source].atOnce() != 1 {
					t.Errorf("%s: %s was polled at %s, want %s", name, source, got, want)
				}
			}
			if got, want := s.fakes["seldom"].times(), "0s 3h0m0s"; got != want {
				t.Errorf("%s: polled at %s, want %s", name, got, want)
			}
			if got := s.seen.of("runs"); got[0].Outcome != OK || !got[0].Next.Equal(midnight.Add(7*time.Minute+30*time.Second)) {
				t.Errorf("%s: first report %+v", name, got[0])
			}
			if name == "site" && s.load().Source("runs").State.Site != "https://www.example" {
				t.Errorf("stored %+v", s.load().Source("runs").State)
			}
		})
	}
}

// TestReloadAtOnce: a source that is another one now is polled at once, and not nearer
// to the last poll than its kind allows.
func TestReloadAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "@daily", "b": "@daily"})
		stop := s.run()
		time.Sleep(4 * time.Second)
		if err := s.Reload(s.changed(func(c *config.Config) { c.Trees[0].Skip = []string{"x"} })); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if err := s.Reload(s.changed(func(c *config.Config) { c.Trees[0].Skip = []string{"y"} })); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		stop()
		if got, want := s.fakes["a"].times(), "0s 10s 1h0m4s"; got != want {
			t.Errorf("polled at %s, want %s", got, want)
		}
		if got, want := s.fakes["b"].times(), "0s"; got != want {
			t.Errorf("the other one was polled at %s, want %s", got, want)
		}
	})
}

// TestReloadKeepsHosts: what a host asked for holds after other limits were taken.
func TestReloadKeepsHosts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *"})
		network := &busy{status: 429}
		var err error
		if s.Agent, err = New(Options{Config: s.config, Transport: network}); err != nil {
			t.Fatal(err)
		}
		stop := s.run()
		time.Sleep(time.Minute)
		if err := s.Reload(s.changed(func(c *config.Config) { c.Limits.PerMinute = 7 })); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute)
		stop()
		if got, want := strings.Join(network.asked, " "), "0s 0s 30m0s"; got != want {
			t.Errorf("asked at %s, want %s", got, want)
		}
	})
}
