package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Moved is a page of the site that has another address now.
type Moved struct {
	From string // path below the site, with a slash at the end and none before it
	// To is such a path, empty for the home page, or an address of http: or https:. It is
	// where a reader ends up: where that page moved on itself, the place to which it moved.
	To    string
	Since time.Time // the day; zero where nobody said
}

// Elsewhere reports whether a page moved to another site.
func (m Moved) Elsewhere() bool { return strings.Contains(m.To, "://") }

// movedPart is a part of a path: what stands in the files of every server without a
// second meaning.
var movedPart = regexp.MustCompile(`^[\pL\pN._~+@=,%-]+$`)

const movedForm = `write a path below the site that ends with a slash, like "/noble/beta/"`

func readMoved(t *table) Moved {
	var m Moved
	t.pagePath("from", &m.From)
	if to, _ := t.values["to"].(string); strings.Contains(to, "://") {
		t.checked("to", &m.To, isPlainURL, `an address; write it like "https://releases.example.org/noble/", without "?" and "#"`)
	} else {
		t.pagePath("to", &m.To)
	}
	var day time.Time
	t.moment("since", &day, time.UTC)
	m.Since = day.Truncate(24 * time.Hour)
	t.require("from", "to")
	if _, given := t.values["from"]; given && m.From == "" {
		if text, _ := t.values["from"].(string); text == "/" {
			t.note("from", "the home page cannot move")
		}
	}
	if m.From != "" {
		t.doc.unique("moved", m.From, t.at("from"), "a page moves to one place")
	}
	t.close()
	return m
}

// isPlainURL tells addresses that stand in the files of every server as they are.
func isPlainURL(s string) bool {
	return isURL(s, "https", "http") && !strings.ContainsAny(s, "?#\"'<>`{}|^$;\\") && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// pagePath reads the path of a page below the site.
func (t *table) pagePath(key string, into *string) {
	var text string
	if !t.text(key, &text) || text == "" {
		return
	}
	path := strings.TrimPrefix(text, "/")
	for i, part := range strings.Split(path, "/") {
		last := i == strings.Count(path, "/")
		if last && part == "" {
			continue
		}
		if last || part == "." || part == ".." || !movedPart.MatchString(part) {
			t.note(key, fmt.Sprintf("%q is no path of a page; %s", text, movedForm))
			return
		}
	}
	*into = path
}

// settleMoved leads each page to where it ends up, over others that moved on. One that
// leads back to itself is a mistake.
func (d *document) settleMoved(all []Moved) []Moved {
	to := map[string]string{}
	for _, m := range all {
		to[m.From] = m.To
	}
	settled := slices.Clone(all)
	for i, m := range all {
		if m.From == "" {
			continue // told already
		}
		at, seen := m.To, map[string]bool{m.From: true}
		for next, on := to[at]; on && !seen[at]; next, on = to[at] {
			seen[at] = true
			at = next
		}
		if seen[at] {
			d.note(fmt.Sprintf("moved[%d].to", i), fmt.Sprintf("%q leads back to where it began; a page that is there needs no entry", "/"+m.To))
		}
		settled[i].To = at
	}
	return settled
}
