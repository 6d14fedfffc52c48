package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/mirror"
)

// lane is a sender to targets that are made up; it runs in a bubble, where time passes
// when everybody waits.
type lane struct {
	*sender
	cfg   atomic.Pointer[config.Config]
	began time.Time
	mu    sync.Mutex
	sent  []string            // "SECOND TARGET", with what else is to be said
	takes time.Duration       // how long each takes
	fails map[string][]string // what the next tries at a target fail with
	all   []targetStanding
	log   strings.Builder
}

func newLane(names ...string) *lane {
	l := &lane{began: time.Now(), fails: map[string][]string{}}
	l.change(func(cfg *config.Config) {
		cfg.Agent.Publish, cfg.Agent.StopWithin = "auto", 20*time.Second
		for _, name := range names {
			cfg.Targets = append(cfg.Targets, config.Target{Name: name, Staging: name == "look"})
		}
	})
	l.sender = &sender{
		holds: l.cfg.Load, bring: l.bring, log: slog.New(slog.NewTextHandler(&l.log, nil)),
		stand: func(*config.Config) ([]targetStanding, error) { return l.all, nil },
	}
	return l
}

// change makes another configuration the one that holds.
func (l *lane) change(how func(*config.Config)) {
	next := config.Config{}
	if cfg := l.cfg.Load(); cfg != nil {
		next = *cfg
	}
	how(&next)
	l.cfg.Store(&next)
}

func (l *lane) targets() []config.Target { return l.cfg.Load().Targets }

// fail says what the next tries at a target fail with.
func (l *lane) fail(name string, with ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fails[name] = with
}

func (l *lane) bring(ctx context.Context, _ *config.Config, t config.Target, renew bool) mirror.Result {
	what := fmt.Sprintf("%d %s", int(time.Since(l.began).Seconds()), t.Name)
	if renew {
		what += " renew"
	}
	l.mu.Lock()
	takes := l.takes
	l.mu.Unlock()
	res := mirror.Result{Target: t.Name, Action: mirror.Sent, Set: "1"}
	select {
	case <-ctx.Done():
		res.Action, res.Error = mirror.Failed, "cancelled"
	case <-time.After(takes):
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.fails[t.Name]; len(f) > 0 && res.Error == "" {
		res.Action, res.Error, l.fails[t.Name] = mirror.Failed, f[0], f[1:]
	}
	if res.Error != "" {
		what += ": " + res.Error
	}
	l.sent = append(l.sent, what)
	return res
}

func (l *lane) wants(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	if diff := cmp.Diff(want, l.sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	l.sent = nil
}

// sorted sorts the first that were sent, as they were sent at once.
func (l *lane) sorted(n int) {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.sent[:min(n, len(l.sent))])
}

// bubble runs a test with a sender that has begun and is ended.
func bubble(t *testing.T, l func() *lane, test func(l *lane)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := l()
		ctx, cancel := context.WithCancel(t.Context())
		end := l.begin(ctx)
		test(l)
		cancel()
		end()
	})
}

// TestSenderNewest: who orders does not wait, and what was ordered while a target got
// something else comes once, at its end.
func TestSenderNewest(t *testing.T) {
	t.Parallel()
	bubble(t, func() *lane { return newLane("web") }, func(l *lane) {
		l.mu.Lock()
		l.takes = 10 * time.Second
		l.mu.Unlock()
		for range 4 {
			l.want(newest, l.targets())
			time.Sleep(time.Second)
		}
		if waited := time.Since(l.began); waited > 5*time.Second {
			t.Errorf("to order took %s", waited)
		}
		time.Sleep(time.Minute)
		l.wants(t, "0 web", "10 web")
	})
}

// TestSenderRetries: a target that failed is tried again after longer and longer pauses
// until it has what is published, and at once when there is a new site; it keeps no other.
func TestSenderRetries(t *testing.T) {
	t.Parallel()
	bubble(t, func() *lane { return newLane("web", "cdn") }, func(l *lane) {
		l.fail("cdn", slices.Repeat([]string{"down"}, 7)...)
		l.want(newest, l.targets())
		time.Sleep(2 * time.Hour)
		l.sorted(2)
		l.wants(t, "0 cdn: down", "0 web", "60 cdn: down", "180 cdn: down", "420 cdn: down", "900 cdn: down", "1800 cdn: down", "2700 cdn: down", "3600 cdn")

		l.fail("cdn", "down", "no room")
		l.want(newest, l.targets()[1:])
		time.Sleep(30 * time.Second)
		l.want(newest, l.targets()[1:])
		time.Sleep(time.Hour)
		l.wants(t, "7200 cdn: down", "7230 cdn: no room", "7350 cdn")

		var told []string
		for line := range strings.Lines(l.log.String()) {
			_, text, _ := strings.Cut(strings.TrimSpace(line), " level=")
			told = append(told, text)
		}
		slices.Sort(told[:2])
		const warned = `WARN msg="site not brought to target, it is tried again" target=cdn err=`
		const brought = `INFO msg="site brought to target" target=%s set=1 count=0 bytes=0`
		if diff := cmp.Diff([]string{
			fmt.Sprintf(brought, "web"), warned + "down", fmt.Sprintf(brought, "cdn"), warned + "down", warned + `"no room"`, fmt.Sprintf(brought, "cdn"),
		}, told); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

// TestSenderRenews: release.json alone goes where the rest is; what failed before is not
// made less by it. Where a person publishes, no more is brought.
func TestSenderRenews(t *testing.T) {
	t.Parallel()
	bubble(t, func() *lane { return newLane("web", "look") }, func(l *lane) {
		web, look := l.targets()[:1], l.targets()[1:]
		l.want(renewal, web)
		l.wants(t, "0 web renew")
		l.fail("web", "down")
		l.want(newest, web)
		time.Sleep(30 * time.Second)
		l.want(renewal, web)
		l.wants(t, "0 web: down", "30 web")

		l.change(func(cfg *config.Config) { cfg.Agent.Publish = "manual" })
		l.want(newest, web)
		l.wants(t, "30 web renew")
		l.want(newest, look)
		l.wants(t, "30 look")
	})
}

// TestSenderReloads: a target that the configuration does not name any more gets nothing,
// and is not tried again; one that is new gets what is ordered.
func TestSenderReloads(t *testing.T) {
	t.Parallel()
	bubble(t, func() *lane { return newLane("web") }, func(l *lane) {
		l.fail("web", "down")
		l.want(newest, l.targets())
		l.wants(t, "0 web: down")
		l.change(func(cfg *config.Config) { cfg.Targets = []config.Target{{Name: "cdn"}} })
		time.Sleep(time.Hour)
		l.wants(t)
		l.want(newest, l.targets())
		l.wants(t, "3600 cdn")
	})
}

// TestSenderTakesOn: what somebody else left undone at a target is done, where sets are
// published by themselves; and a release.json that never arrived, in any case.
func TestSenderTakesOn(t *testing.T) {
	t.Parallel()
	failed := targetStanding{Standing: mirror.Standing{Target: "web", Error: "down"}, Behind: true}
	for name, tt := range map[string]struct {
		publish string
		stands  targetStanding
		want    []string
	}{
		"failed":               {"auto", failed, []string{"0 web: still down", "61 web"}},
		"failed for a person":  {"manual", failed, nil},
		"never sent":           {"auto", targetStanding{Standing: mirror.Standing{Target: "web"}, Behind: true}, nil},
		"has it":               {"auto", targetStanding{Standing: mirror.Standing{Target: "web"}}, nil},
		"staging":              {"auto", targetStanding{Standing: mirror.Standing{Target: "web", Error: "down", Staging: true}, Behind: true}, nil},
		"release.json is old":  {"manual", targetStanding{Standing: mirror.Standing{Target: "web"}, Behind: true, stale: true}, []string{"0 web renew: still down", "61 web renew"}},
		"one that nobody owns": {"auto", targetStanding{Standing: mirror.Standing{Target: "else", Error: "down"}, Behind: true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLane("web")
				l.change(func(cfg *config.Config) { cfg.Agent.Publish = tt.publish })
				l.fail("web", "still down")
				l.takes = time.Second // so that no two things happen at the same time
				l.all = []targetStanding{tt.stands}
				if tt.stands.Target == "else" {
					l.all = []targetStanding{{}, tt.stands}
				}
				l.tell = func(all []targetStanding) {
					if len(all) != 1 {
						t.Errorf("told of %d targets", len(all))
					}
				}
				ctx, cancel := context.WithCancel(t.Context())
				end := l.begin(ctx)
				time.Sleep(70 * time.Second)
				cancel()
				end()
				l.wants(t, tt.want...)
			})
		})
	}
}

// TestSenderEnds: at the end what is under way or ordered is done, nothing is tried again,
// and what takes too long is cancelled.
func TestSenderEnds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		takes time.Duration
		agent time.Duration // how long the agent itself goes on
		after time.Duration // when something more is ordered
		want  []string
		ends  time.Duration
	}{
		"nothing else":   {5 * time.Second, 0, -1, []string{"0 web"}, 5 * time.Second},
		"a last site":    {5 * time.Second, 3 * time.Second, 2 * time.Second, []string{"0 web", "5 web"}, 10 * time.Second},
		"it is too slow": {time.Hour, 0, -1, []string{"0 web: cancelled"}, 20 * time.Second},
		"both too slow":  {15 * time.Second, 3 * time.Second, 2 * time.Second, []string{"0 web", "15 web: cancelled"}, 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLane("web", "down")
				l.fail("down", "down", "down")
				ctx, cancel := context.WithCancel(t.Context())
				end := l.begin(ctx)
				l.want(newest, l.targets()[1:])
				synctest.Wait()
				l.mu.Lock()
				l.sent, l.takes = nil, tt.takes
				l.mu.Unlock()
				l.want(newest, l.targets()[:1])
				synctest.Wait()
				cancel()
				if tt.after >= 0 {
					time.Sleep(tt.after)
					l.want(newest, l.targets()[:1])
				}
				time.Sleep(tt.agent - max(tt.after, 0))
				end()
				if took := time.Since(l.began); took != tt.ends {
					t.Errorf("it ended after %s, want %s", took, tt.ends)
				}
				l.wants(t, tt.want...)
				l.want(newest, l.targets()) // nobody is there any more
			})
		})
	}
}

func TestPauseAfter(t *testing.T) {
	t.Parallel()
	for tries, want := range map[int]time.Duration{1: time.Minute, 2: 2 * time.Minute, 4: 8 * time.Minute, 5: 15 * time.Minute, 1000: 15 * time.Minute} {
		if got := pauseAfter(tries); got != want {
			t.Errorf("after %d: %s, want %s", tries, got, want)
		}
	}
}
