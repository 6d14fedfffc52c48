package config

import (
	"fmt"
	"slices"
	"strings"

	"shiplist/internal/release"
	"shiplist/internal/spelling"
	"shiplist/internal/tomlpos"
)

// readCheck reads what is thought of some findings: another severity, or an excuse.
func readCheck(t *table) release.CheckRule {
	var r release.CheckRule
	t.findings("rule", &r.Rule)
	t.strings("product", &r.Product)
	t.series("series", &r.Series)
	t.strings("milestone", &r.Milestone)
	oneOf(t, "severity", &r.Severity, release.Blocker, release.Warning, release.Note)
	t.day("until", &r.Until)
	t.text("reason", &r.Reason)
	t.require("rule")
	t.notEmpty("rule", r.Rule)
	t.close()
	t.checkKind(r)
	return r
}

// findings reads patterns of kinds of finding; one that fits none is noted.
func (t *table) findings(key string, into *[]string) {
	var all []string
	if !t.strings(key, &all) {
		return
	}
	var names []string
	for _, r := range release.FindingRules() {
		names = append(names, r.Name)
	}
	for i, pattern := range all {
		if slices.ContainsFunc(names, func(name string) bool { return release.Match([]string{pattern}, name) }) {
			continue
		}
		text := fmt.Sprintf("no kind of finding is called %q; the page /checks/ and 'shiplist check' name them", pattern)
		if n := spelling.Nearest(pattern, names); n != "" {
			text = fmt.Sprintf("no kind of finding is called %q; did you mean %q?", pattern, n)
		}
		t.doc.note(tomlpos.Element(t.at(key), i), text)
	}
	*into = all
}

// checkKind holds a change of severity and an excuse apart.
func (t *table) checkKind(r release.CheckRule) {
	excuse := t.has("until") || t.has("reason")
	switch {
	case t.has("severity") && excuse:
		t.doc.note(t.path, "severity changes findings, until and reason excuse them; write two rules")
	case t.has("severity"):
	case !excuse:
		t.doc.note(t.path, `says too little; a rule needs severity, or else until and reason, like until = "2026-04-23" and reason = "known, bug 2012345"`)
	case !t.has("until"):
		t.doc.note(t.path, `an excuse needs until, the last day on which it holds, like "2026-04-23"`)
	case strings.TrimSpace(r.Reason) == "":
		t.doc.note(t.path, "an excuse needs reason, a sentence that says why")
	}
}
