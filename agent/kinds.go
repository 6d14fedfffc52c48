package agent

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"shiplist/agent/fetch"
	"shiplist/agent/qatracker"
	"shiplist/agent/tree"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

// trackerKinds is where kinds of tracker are entered, each with what makes a source
// of a [[tracker]] table.
func (a *Agent) trackerKinds(client *fetch.Client) map[string]func(config.Tracker) (Source, error) {
	return map[string]func(config.Tracker) (Source, error){
		"qatracker": func(t config.Tracker) (Source, error) { return a.qatracker(t, client) },
	}
}

func (a *Agent) qatracker(t config.Tracker, client *fetch.Client) (Source, error) {
	key, err := t.Key(a.o.Env)
	if err != nil {
		return nil, err
	}
	c := a.o.Config
	return qatracker.New(qatracker.Options{
		Tracker: t, Key: key, Limits: c.Limits, Rules: c.Rules, Client: client, Now: a.o.Now, StateDir: c.Store.State, Logger: a.o.Logger,
	}), nil
}

func (a *Agent) tree(t config.Tree, client *fetch.Client) Source {
	c := a.o.Config
	return tree.New(tree.Options{Tree: t, Limits: c.Limits, Rules: c.Rules, Client: client, Now: a.o.Now, StateDir: c.Store.State, Logger: a.o.Logger})
}

// source is a configured source: what the configuration says of it, and what polls it.
type source struct {
	state release.SourceState // name, kind, role, address, site
	Source
}

// configured makes the sources, in the order of the configuration.
func (a *Agent) configured() []source {
	client := a.client()
	kinds := a.trackerKinds(client)
	var all []source
	for _, t := range a.o.Config.Trackers {
		s := source{state: release.SourceState{Name: t.Name, Kind: t.Kind, Address: address(t.URL), Site: address(t.Site)}}
		if create, known := kinds[t.Kind]; known {
			var err error
			if s.Source, err = create(t); err != nil {
				s.Source = unable{err}
			}
		} else {
			s.Source = unable{fmt.Errorf("trackers of the kind %q cannot be polled by this version; take tracker %s out of the configuration", t.Kind, t.Name)}
		}
		all = append(all, s)
	}
	for _, t := range a.o.Config.Trees {
		state := release.SourceState{Name: t.Name, Kind: "tree", Role: t.Role, Address: address(t.URL), Site: address(t.Site)}
		all = append(all, source{state: state, Source: a.tree(t, client)})
	}
	for _, p := range a.o.Config.Plans {
		state := release.SourceState{Name: p.Name, Kind: "plan", Address: p.Path}
		all = append(all, source{state: state, Source: unable{fmt.Errorf("plan files cannot be read by this version; take plan %s out of the configuration", p.Name)}})
	}
	return all
}

// client is the one HTTP client of all sources.
func (a *Agent) client() *fetch.Client {
	limits := a.o.Config.Limits
	agent := "shiplist"
	if a.o.Version != "" {
		agent += "/" + a.o.Version
	}
	if contact := a.o.Config.Agent.Contact; contact != "" {
		agent += " (+" + contact + ")"
	}
	return fetch.New(fetch.Options{
		UserAgent: agent, PerHost: limits.Connections, Connect: limits.Connect, Headers: limits.Headers, Answer: limits.Answer,
		PerMinute: limits.PerMinute, BackoffLeast: limits.BackoffLeast, BackoffMost: limits.BackoffMost,
		StateFile: filepath.Join(a.o.Config.Store.State, "hosts.json"), Logger: a.o.Logger, Transport: a.o.Transport,
	})
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

// unable is a source that could not be made.
type unable struct{ err error }

// Poll tells why.
func (u unable) Poll(context.Context, *release.Facts) (*release.Answer, error) { return nil, u.err }
