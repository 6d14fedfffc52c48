package config

import (
	"fmt"
	"slices"

	"shiplist/internal/release"
	"shiplist/internal/spelling"
	"shiplist/internal/tomlpos"
)

// sourceKinds are the kinds of sources.
var sourceKinds = []string{release.KindQATracker, release.KindTestObserver, release.KindTree, release.KindPackages, release.KindPlan}

// readPrecedence reads whose word counts. A key that is left out keeps its default; the
// sources that are named are among those that are read already.
func (c *Config) readPrecedence(t *table) {
	p := &c.Rules.Precedence
	for _, kind := range []struct {
		key  string
		into *[]string
	}{
		{"intent", &p.Intent},
		{"contact", &p.Contact},
		{"build", &p.Build},
		{"state", &p.State},
		{"tests", &p.Tests},
		{"note", &p.Note},
		{"date", &p.Date},
	} {
		if t.strings(kind.key, kind.into) && t.doc.name != builtIn {
			c.checkSelected(t, kind.key, *kind.into)
		}
	}
	t.close()
}

// checkSelected notes entries that select no source and no kind of source.
func (c *Config) checkSelected(t *table, key string, entries []string) {
	known := slices.Concat(c.names(), sourceKinds)
	for i, pattern := range entries {
		if slices.ContainsFunc(known, func(name string) bool { return release.Match([]string{pattern}, name) }) {
			continue
		}
		advice := ""
		if near := spelling.Nearest(pattern, known); near != "" {
			advice = fmt.Sprintf("; did you mean %q?", near)
		}
		t.doc.note(tomlpos.Element(t.at(key), i), fmt.Sprintf("%q is neither a source nor a kind of source%s", pattern, advice))
	}
}
