package agent

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"shiplist/agent/fetch"
	"shiplist/agent/plan"
	"shiplist/agent/qatracker"
	"shiplist/agent/testobserver"
	"shiplist/agent/trackers"
	"shiplist/agent/tree"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

// trackerKinds is where kinds of tracker are entered, each with what makes a source.
func trackerKinds() map[string]func(trackers.Options) Source {
	return map[string]func(trackers.Options) Source{
		release.KindQATracker:    func(o trackers.Options) Source { return qatracker.New(o) },
		release.KindTestObserver: func(o trackers.Options) Source { return testobserver.New(o) },
	}
}

// tracker makes a source of a [[tracker]] table.
func (a *Agent) tracker(t config.Tracker, readOnly bool) (Source, error) {
	create, known := trackerKinds()[t.Kind]
	if !known {
		return nil, fmt.Errorf("trackers of the kind %q cannot be polled by this version; take tracker %s out of the configuration", t.Kind, t.Name)
	}
	key, err := t.Key(a.o.Env)
	if err != nil {
		return nil, err
	}
	c := a.o.Config
	return create(trackers.Options{
		Tracker: t, Key: key, Limits: c.Limits, Rules: c.Rules, Client: a.client, Now: a.o.Now, StateDir: c.Store.State, ReadOnly: readOnly,
		Logger: a.o.Logger,
	}), nil
}

func (a *Agent) tree(t config.Tree, readOnly bool) Source {
	c := a.o.Config
	return tree.New(tree.Options{
		Tree: t, Limits: c.Limits, Rules: c.Rules, Client: a.client, Now: a.o.Now, StateDir: c.Store.State, ReadOnly: readOnly,
		Logger: a.o.Logger,
	})
}

// configuredSource is one of the configuration: what the configuration says of it, and what polls it.
type configuredSource struct {
	state release.SourceState // name, kind, role, address, site
	Source
	timetable timetable
	// asks tells whether two sources of a name ask for the same, and table whether they
	// are the same but for their schedule.
	asks, table string
	// resting is until when its host wants to be left alone, and why; nil where there is
	// no host.
	resting func() (until time.Time, why string)
	// slowed is how often its host's pace is halved; nil where there is no host.
	slowed func() int
}

// configured makes the sources, in the order of the configuration. Those that are for
// reading only write no state.
func (a *Agent) configured(readOnly bool) ([]configuredSource, error) {
	client := a.client
	var all []configuredSource
	var problems error
	add := func(s configuredSource, schedule, host string) {
		var err error
		s.timetable, err = newTimetable(a.o.Config, s.state.Name, s.state.Kind, schedule)
		problems = errors.Join(problems, err)
		if host != "" {
			s.resting = func() (time.Time, string) { return client.Rest(host) }
			s.slowed = func() int { return client.Slowed(host) }
		}
		all = append(all, s)
	}
	for _, t := range a.o.Config.Trackers {
		add(a.trackerSource(t, readOnly), t.Schedule, t.URL)
	}
	for _, t := range a.o.Config.Trees {
		add(a.treeSource(t, readOnly), t.Schedule, t.URL)
	}
	for _, p := range a.o.Config.Plans {
		add(a.planSource(p), p.Schedule, "")
	}
	return all, problems
}

func (a *Agent) trackerSource(t config.Tracker, readOnly bool) configuredSource {
	s := configuredSource{state: release.SourceState{Name: t.Name, Kind: t.Kind, Address: address(t.URL), Site: address(t.Site)}}
	if made, err := a.tracker(t, readOnly); err != nil {
		s.Source = unable{err}
	} else {
		s.Source = made
	}
	key, _ := t.Key(a.o.Env) // what is wrong with it was said above
	asked := t
	asked.Schedule, asked.Site = "", ""
	s.asks = fingerprint(asked, key.Reveal())
	t.Schedule = ""
	s.table = fingerprint(t, s.asks+a.rules())
	return s
}

func (a *Agent) treeSource(t config.Tree, readOnly bool) configuredSource {
	s := configuredSource{
		state:  release.SourceState{Name: t.Name, Kind: t.Kind(), Role: t.TreeRole(), Address: address(t.URL), Site: address(t.Site)},
		Source: a.tree(t, readOnly),
	}
	asked := t
	asked.Schedule, asked.Site, asked.Role, asked.Headers = "", "", "", false
	s.asks = fingerprint(asked, t.Kind())
	t.Schedule = ""
	s.table = fingerprint(t, s.asks+a.rules())
	return s
}

func (a *Agent) planSource(p config.Plan) configuredSource {
	s := configuredSource{
		state:  release.SourceState{Name: p.Name, Kind: "plan", Address: p.Path},
		Source: plan.New(p, a.o.Config.Rules),
	}
	p.Schedule = ""
	s.asks = fingerprint(p, "")
	s.table = fingerprint(p, s.asks+a.rules())
	return s
}

// fingerprint tells whether a source of one configuration is that of another. What
// goes with the table may be secret.
func fingerprint[T config.Tracker | config.Tree | config.Plan](table T, with string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%T %+v\n%s", table, table, with)
	return string(h.Sum(nil))
}

// rules are what holds for all sources.
func (a *Agent) rules() string { return fmt.Sprintf("%s\n%+v", a.manners(), a.o.Config.Rules) }

// manners are what the client is made of.
func (a *Agent) manners() string {
	return fmt.Sprintf("%+v %s %s", a.o.Config.Limits, a.userAgent(), a.o.Config.Store.State)
}

func (a *Agent) userAgent() string { return userAgent(a.o.Config, a.o.Version) }

func userAgent(cfg *config.Config, version string) string {
	agent := "shiplist"
	if version != "" {
		agent += "/" + version
	}
	if contact := cfg.Agent.Contact; contact != "" {
		agent += " (+" + contact + ")"
	}
	return agent
}

// newClient is the one HTTP client of all sources. The file keeps what it knows of
// hosts; empty for none.
func (a *Agent) newClient(stateFile string) *fetch.Client {
	return fetch.New(a.clientOptions(stateFile))
}

func (a *Agent) clientOptions(stateFile string) fetch.Options {
	o := ClientOptions(a.o.Config, a.o.Version)
	o.StateFile, o.Logger, o.Transport = stateFile, a.o.Logger, a.o.Transport
	return o
}

// ClientOptions are the manners of the configuration, for whoever asks servers besides
// an agent: the name that requests bear, and what is kept to with each host.
func ClientOptions(cfg *config.Config, version string) fetch.Options {
	limits := cfg.Limits
	return fetch.Options{
		UserAgent: userAgent(cfg, version), PerHost: limits.Connections, Connect: limits.Connect, Headers: limits.Headers, Answer: limits.Answer,
		PerMinute: limits.PerMinute, BackoffLeast: limits.BackoffLeast, BackoffMost: limits.BackoffMost,
	}
}

// address is an address as it may be stored and shown: without credentials, and
// without a slash at the end.
func address(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "" // the configuration has checked it; nothing that might hold a password is passed on
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return strings.TrimRight(u.String(), "/")
}

// unable is a source that could not be made, and the error of its polls: nobody was asked.
type unable struct{ error }

// Poll tells why.
func (u unable) Poll(context.Context, *release.Facts) (*release.Answer, error) { return nil, u }

func (u unable) Unwrap() error { return u.error }
