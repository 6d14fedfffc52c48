package release

import (
	"fmt"
	"slices"
	"strings"
)

// Standing says how it stands with a product in a publish set.
type Standing string

// The standings.
const (
	StandingReady     Standing = "ready"     // it can be published
	StandingPublished Standing = "published" // it can be, and lies where it goes already
	StandingForced    Standing = "forced"    // it is published in spite of what would leave it out
	StandingLeftOut   Standing = "left out"
	StandingNotMeant  Standing = "not meant" // a build of it is there, and nobody meant to publish it
)

// Standing is how it stands with the product.
func (p *Publication) Standing() Standing {
	switch {
	case p.Forced:
		return StandingForced
	case !p.Publishes() && !p.Wanted:
		return StandingNotMeant
	case !p.Publishes():
		return StandingLeftOut
	case p.Published():
		return StandingPublished
	}
	return StandingReady
}

// Because is why it stands so in a line: the reasons, or what the build counts as ready
// by; empty where the trackers say that it is.
func (p *Publication) Because() string {
	if p.Publishes() && !p.Forced && p.Row.Pinned != "" {
		return "pinned in " + p.Row.Pinned
	}
	return p.WhyText()
}

// Summary counts in a sentence what can be published, and what cannot.
func (s *PublishSet) Summary() string {
	ready, out, left := s.Counts()
	text := "nothing can be published"
	switch {
	case ready > 0:
		text = Plural(ready, "product", "products") + " can be published by " + Plural(len(s.Commands), "command", "commands")
	case s.Manifest.Over() != "":
		text = "nothing is left to publish"
	}
	if out > 0 {
		text += fmt.Sprintf(", %d of them %s already", out, map[bool]string{true: "is", false: "are"}[out == 1])
	}
	if left > 0 {
		text += fmt.Sprintf("; %d cannot yet", left)
	}
	switch over := s.Manifest.Over(); {
	case over != "":
		text += "; " + over
	case !s.Manifest.Open:
		text += "; the milestone is not in testing"
	}
	return text + "."
}

// Verification is how what lies at some places compares with a publish set.
type Verification struct {
	Set        *PublishSet
	Checked    int // files of the set that were looked for
	Mismatches []Mismatch
	Beside     []Mismatch // what is of other milestones: no mistake
}

// Verify compares what was found, by path, with the set, in the trees of which looked
// says by their role that they were looked at.
func (s *PublishSet) Verify(found map[string]FoundFile, looked func(role string) bool) Verification {
	v := Verification{Set: s}
	in := func(path string) bool {
		role, _, _ := strings.Cut(path, "/")
		return looked(role)
	}
	for _, want := range s.Expected() {
		if in(want.Path) {
			v.Checked++
		}
	}
	for _, m := range s.Compare(found) {
		switch {
		case !in(m.Path):
		case m.Kind == MismatchBeside:
			v.Beside = append(v.Beside, m)
		default:
			v.Mismatches = append(v.Mismatches, m)
		}
	}
	return v
}

// Good reports whether something was looked at, and all of the milestone is there as it
// should be.
func (v Verification) Good() bool {
	return v.Checked > 0 && len(v.Mismatches) == 0 && len(v.Set.LeftOut()) == 0
}

// Summary tells the outcome in a sentence.
func (v Verification) Summary() string {
	text := Plural(v.Checked, "file was", "files were") + " looked for"
	switch n := len(v.Mismatches); {
	case n > 0:
		text += fmt.Sprintf(", %s not as it should be", Plural(n, "path is", "paths are"))
	case v.Checked == 0 && len(v.Set.Expected()) == 0:
		text = "nothing could be looked for"
	case v.Checked == 0:
		text = "nothing of the set belongs to the trees that were looked at"
	default:
		text += ", all is as it should be"
	}
	if n := len(v.Beside); n > 0 {
		text += fmt.Sprintf("; %s of another milestone", Plural(n, "path is", "paths are"))
	}
	if left := v.Set.LeftOut(); len(left) > 0 {
		text += fmt.Sprintf("; %s left out of the set: %s", Plural(len(left), "product is", "products are"), mainReasons(left))
	}
	return text + "."
}

// mainReasons are the weightiest reasons of what is left out in a line: of how many each is,
// unless it is that of all, and at most three, the most frequent first.
func mainReasons(left []*Publication) string {
	count := map[string]int{}
	var texts []string
	for _, p := range left {
		texts = appendNew(texts, p.Why[0].Text)
		count[p.Why[0].Text]++
	}
	if len(texts) == 1 {
		return texts[0]
	}
	slices.SortStableFunc(texts, func(a, b string) int { return count[b] - count[a] })
	for i, text := range texts {
		texts[i] = fmt.Sprintf("%s (%d)", text, count[text])
	}
	if len(texts) > 3 {
		texts = append(texts[:3], "and others")
	}
	return strings.Join(texts, ", ")
}
