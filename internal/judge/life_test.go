package judge_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"shiplist/agent"
	"shiplist/internal/config"
	"shiplist/internal/demo"
	"shiplist/internal/judge"
)

// life is an agent that lives in a world for some time, watched by a judge. All of it
// happens in virtual time.
type life struct {
	t        *testing.T
	dir      string
	world    *demo.World
	config   *config.Config
	judge    *judge.Judge
	happened []demo.Happening
	reports  reports
	// dense says that sources are polled as often as the default configuration has it.
	dense bool
	// forgetful says that nobody asks later what happened.
	forgetful bool
	// calm says that nothing happens in the world any more.
	calm bool
}

// reports are what the agent told of its polls.
type reports struct {
	mu   sync.Mutex
	all  map[string]map[agent.Outcome]int // by source
	list []agent.SourceReport             // all but the good ones
}

// The hosts of the samples.
const (
	trackerHost  = "tracker.test"
	observerHost = "observer.test"
	treeHost     = ".tree.test"
)

// fair is the weather in which nothing fails.
func fair(string) []judge.Fault { return nil }

// newLife begins at the moment that the samples show. The faults of each host come
// from weather.
func newLife(t *testing.T, dense bool, weather func(host string) []judge.Fault) *life {
	t.Helper()
	time.Sleep(time.Until(demo.Now()))
	world, err := demo.NewWorld()
	if err != nil {
		t.Fatal(err)
	}
	l := &life{t: t, dir: t.TempDir(), world: world, dense: dense, reports: reports{all: map[string]map[agent.Outcome]int{}}}
	l.configure()
	l.judge = judge.New(l.allowed(), l.hosts(weather)...)
	return l
}

// configure makes the configuration of the samples one that somebody would use.
func (l *life) configure() {
	trees := map[string]string{}
	for _, name := range l.world.Demo().Trees() {
		trees[name] = "http://" + name + treeHost
	}
	file := filepath.Join(l.dir, "config.toml")
	if err := os.WriteFile(file, l.world.Demo().Config("http://"+trackerHost, trees, l.dir), 0o644); err != nil {
		l.t.Fatal(err)
	}
	if err := demo.WritePlans(l.dir); err != nil {
		l.t.Fatal(err)
	}
	c, err := config.Load(file)
	if err != nil {
		l.t.Fatal(err)
	}
	c.Limits.PerMinute = 600
	for i := range c.Trackers {
		c.Trackers[i].TestCalls = 20
		if c.Trackers[i].Kind == "test-observer" { // a host of its own, so that it is counted apart
			c.Trackers[i].URL = "http://" + observerHost
		}
	}
	l.config = c
	if !l.dense {
		l.rare()
	}
}

// hosts has one for each of the configured addresses.
func (l *life) hosts(weather func(string) []judge.Fault) []judge.Host {
	var all []judge.Host
	at := map[string]int{}
	add := func(h judge.Host, s judge.Source) {
		i, there := at[h.Name]
		if !there {
			i = len(all)
			h.Faults = weather(h.Name)
			at[h.Name], all = i, append(all, h)
		}
		all[i].Sources = append(all[i].Sources, s)
	}
	for _, t := range l.config.Trackers {
		add(judge.Host{Name: address(t.URL).Host, Handler: l.world.Tracker(), Latency: 80 * time.Millisecond}, l.source(t.Name, t.Schedule, func(r *http.Request) bool {
			if t.Kind == "test-observer" {
				return r.URL.Path == "/v1/artefacts"
			}
			return r.Host == t.Host && calls(r, "qatracker.rebuilds.get_list")
		}))
	}
	for _, t := range l.config.Trees {
		root := address(t.URL).Path + "/"
		add(judge.Host{Name: address(t.URL).Host, Handler: l.world.Tree(t.Role), Latency: 40 * time.Millisecond},
			l.source(t.Name, t.Schedule, func(r *http.Request) bool { return r.URL.Path == root }))
	}
	return all
}

// allowed is what the configuration promises.
func (l *life) allowed() judge.Options {
	limits := l.config.Limits
	return judge.Options{Connections: limits.Connections, PerMinute: limits.PerMinute, Backoff: limits.BackoffLeast}
}

func address(raw string) *url.URL {
	u, err := url.Parse(raw)
	if err != nil {
		return &url.URL{} // the configuration was checked
	}
	return u
}

func (l *life) source(name, spec string, first func(*http.Request) bool) judge.Source {
	schedule, err := config.Schedule(spec, time.UTC)
	if err != nil {
		l.t.Fatal(err)
	}
	return judge.Source{Name: name, First: first, Next: schedule.Next, Slack: 20 * time.Second}
}

// calls reports whether a method is called in the body of a request.
func calls(r *http.Request, method string) bool {
	if r.GetBody == nil {
		return false
	}
	b, err := r.GetBody()
	if err != nil {
		return false
	}
	text, err := io.ReadAll(b)
	return err == nil && strings.Contains(string(text), method)
}

// agent makes an agent over the life's directories.
func (l *life) agent(transport http.RoundTripper) *agent.Agent {
	a, err := agent.New(agent.Options{
		Config: l.config, Version: "test", Transport: transport, Observer: &l.reports, Env: func(string) string { return "" },
		Logger: slog.New(slog.NewTextHandler(l.t.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return a
}

// live runs an agent until some moment, while the world goes on.
func (l *life) live(until time.Time) {
	ctx, cancel := context.WithDeadline(l.t.Context(), until)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for at := time.Now().Truncate(time.Hour).Add(time.Hour); !at.After(until); at = at.Add(time.Hour) {
			// Now and then in the middle of a poll.
			time.Sleep(time.Until(at) + time.Duration(at.YearDay()%12)*time.Minute + 20*time.Second)
			if l.calm || time.Now().After(until) {
				return
			}
			for _, h := range l.world.Pass(time.Now()) {
				if h.At = time.Now(); !l.forgetful {
					l.happened = append(l.happened, h)
				}
			}
		}
	}()
	if err := l.agent(l.judge).Run(ctx); err != nil {
		l.t.Error(err)
	}
	<-done
	time.Sleep(time.Until(until))
}

func (*reports) Configured([]string) {}
func (*reports) Ready()              {}
func (*reports) Beat()               {}
func (*reports) Status(string)       {}
func (*reports) Built(agent.Build)   {}
func (*reports) Stopping()           {}

// Polled counts, and keeps what went wrong.
func (r *reports) Polled(s agent.SourceReport) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all[s.Name] == nil {
		r.all[s.Name] = map[agent.Outcome]int{}
	}
	r.all[s.Name][s.Outcome]++
	if s.Outcome != agent.OK && s.Outcome != agent.Unchanged {
		r.list = append(r.list, s)
	}
}
