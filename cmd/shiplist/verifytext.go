package main

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"shiplist/agent/verify"
	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

// printVerified prints what was found: first whether the copy is good, then what it says
// of itself, then what is wrong by rule, each with what to do.
func printVerified(e *environment, r *verify.Report, asJSON bool) error {
	if asJSON {
		return printJSON(e, r)
	}
	p := paper{terminal: e.terminal}
	p.say("", "%s: %s", terminal.Clean(r.Place), verdict(r))
	sayOfSet(&p, "it says", r.Set)
	sayOfSet(&p, "the origin says", r.Origin)
	p.say("  ", "%s listed, %d looked at, %d to the last byte (%s)", release.Plural(r.Listed, "file", "files"), r.Looked, r.Hashed, release.Size(r.Bytes))
	for _, note := range r.Notes {
		p.say("  ", "note: %s", terminal.Clean(note))
	}
	var rules []string
	for _, f := range r.Findings {
		if !slices.Contains(rules, f.Rule) {
			rules = append(rules, f.Rule)
		}
	}
	for _, rule := range rules {
		sayFindings(&p, r, rule)
	}
	_, err := io.WriteString(e.stdout, p.String())
	return err
}

// verdict is whether a copy is good.
func verdict(r *verify.Report) string {
	n := 0
	for _, of := range r.Rules {
		n += of
	}
	if n > 0 {
		return release.Plural(n, "thing is wrong", "things are wrong")
	}
	if r.Set != nil && r.Set.Signed == "" || r.Origin != nil && r.Origin.Signed == "" {
		return "good, whoever made it"
	}
	return "good"
}

// sayOfSet says what a site says of itself.
func sayOfSet(p *paper, who string, s *verify.Set) {
	if s == nil {
		return
	}
	by := "not checked by whom"
	if s.Signed != "" {
		by = "signature " + cmp.Or(s.Signed, "missing")
	}
	if s.SignedBy != "" {
		by += ", by " + s.SignedBy
	}
	p.say("  ", "%s: serial %d, issued %s, valid until %s, as of %s; %s", who, s.Serial, minute(s.Issued), minute(s.Expires), minute(s.AsOf), terminal.Clean(by))
}

// sayFindings tells what is wrong by one rule, and what to do about it.
func sayFindings(p *paper, r *verify.Report, rule string) {
	told, do := 0, ""
	for _, f := range r.Findings {
		if f.Rule != rule {
			continue
		}
		if told == 0 {
			do = f.Do
			p.say("", "\n%s (%d): %s", rule, r.Rules[rule], do)
		}
		told++
		p.say("  ", "%s", terminal.Clean(strings.TrimPrefix(f.Path+": "+f.Text, ": ")))
	}
	if more := r.Rules[rule] - told; more > 0 {
		p.say("  ", "and %d more", more)
	}
}
