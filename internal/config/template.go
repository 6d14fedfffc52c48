package config

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// template reads a string in which some words may stand in braces.
func (t *table) template(key string, into *string, words ...string) bool {
	var s string
	if !t.text(key, &s) {
		return false
	}
	for rest := s; ; {
		before, after, open := strings.Cut(rest, "{")
		word, rest2, closed := strings.Cut(after, "}")
		switch {
		case strings.Contains(before, "}") || open && !closed:
			t.note(key, fmt.Sprintf("%q has a brace without its partner; accepted are {%s}", s, strings.Join(words, "}, {")))
			return false
		case !open:
			*into = s
			return true
		case !slices.Contains(words, word):
			t.note(key, fmt.Sprintf("{%s} in %q stands for nothing; accepted are {%s}", word, s, strings.Join(words, "}, {")))
			return false
		}
		rest = rest2
	}
}

// treePath reads a template of a path below a tree.
func (t *table) treePath(key string, into *string, words ...string) {
	var s string
	if !t.template(key, &s, words...) {
		return
	}
	if s != "" && (path.Clean(s) != s || path.IsAbs(s) || s == ".." || s == "." || strings.HasPrefix(s, "../") || strings.Contains(s, `\`)) {
		t.note(key, fmt.Sprintf(`%q leads elsewhere; write a relative path without "..", like "release/snapshot-2"`, s))
		return
	}
	*into = s
}
