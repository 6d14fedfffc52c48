package config

import (
	"fmt"
	"slices"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/tomlpos"
)

// readRush reads a [[rush]]. Its times are by the clock of the configured zone, and
// the sources it names are among those that are read already.
func (c *Config) readRush(t *table) Rush {
	var r Rush
	t.moment("from", &r.From, c.Agent.Zone())
	t.moment("until", &r.Until, c.Agent.Zone())
	t.strings("sources", &r.Sources)
	t.schedule("schedule", &r.Schedule)
	t.require("from", "until", "schedule")
	if !r.From.IsZero() && !r.Until.IsZero() && !r.From.Before(r.Until) {
		t.note("until", fmt.Sprintf("%q is not after from, which is %q", t.values["until"], t.values["from"]))
	}
	for i, pattern := range r.Sources {
		if !slices.ContainsFunc(c.names(), func(name string) bool { return release.Match([]string{pattern}, name) }) {
			t.doc.note(tomlpos.Element(t.at("sources"), i), fmt.Sprintf("%q matches the name of no source", pattern))
		}
	}
	t.close()
	return r
}

const momentForm = "2006-01-02 15:04"

// moment reads a day, which means its beginning, or a minute of one.
func (t *table) moment(key string, into *time.Time, zone *time.Location) {
	var s string
	if !t.text(key, &s) || s == "" {
		return
	}
	for _, form := range []string{time.DateOnly, momentForm} {
		if at, err := time.ParseInLocation(form, s, zone); err == nil {
			*into = at.UTC()
			return
		}
	}
	t.note(key, fmt.Sprintf(`%q is not a moment; write it like "2026-04-23" or "2026-04-23 06:00"`, s))
}

// names are those of all sources.
func (c *Config) names() []string {
	var names []string
	for _, t := range c.Trackers {
		names = append(names, t.Name)
	}
	for _, t := range c.Trees {
		names = append(names, t.Name)
	}
	for _, p := range c.Plans {
		names = append(names, p.Name)
	}
	return names
}
