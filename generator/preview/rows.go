package preview

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// rows tells what changed about products.
func (s *subject) rows(old, now []row) {
	before := map[string]row{}
	for _, r := range old {
		before[r.Product] = r
	}
	for _, r := range now {
		b, ok := before[r.Product]
		delete(before, r.Product)
		if !ok {
			s.add(added, r.Title, "is added: %s", r.standing())
		} else if parts := r.since(b); len(parts) > 0 {
			s.add(changed, r.Title, "%s", strings.Join(parts, "; "))
		}
	}
	for _, r := range old {
		if _, gone := before[r.Product]; gone {
			s.add(removed, r.Title, "is dropped; it was %s", r.standing())
		}
	}
}

// standing is where a product stands, in words.
func (r row) standing() string {
	if r.BuildID == "" {
		return r.State
	}
	return r.State + ", build " + r.BuildID
}

// since is what is new about a product. Its findings are told with those of the
// milestone.
func (r row) since(b row) []string {
	parts := slices.Concat(
		turned("", b.State, r.State), turned("build", b.BuildID, r.BuildID), turned("rebuild", b.Rebuild, r.Rebuild),
		turned("tests", b.Tests.String(), r.Tests.String()), filesSince(b.Files, r.Files),
		turned("goes to", path.Join(b.ReleaseTree, b.ReleasePath), path.Join(r.ReleaseTree, r.ReleasePath)),
		turned("contact", b.Contact, r.Contact), noteSince(b.Note, r.Note))
	switch {
	case r.Intended && !b.Intended:
		parts = append(parts, "is meant to be released now")
	case !r.Intended && b.Intended:
		parts = append(parts, "is not meant to be released any more")
	}
	if parts = append(parts, bugs(b.Bugs, r.Bugs)...); len(parts) > 0 {
		return parts
	}
	parts = slices.Concat(turned("the tracker's word", b.RawState, r.RawState),
		turned("its daily", path.Join(b.DailyTree, b.DailyPath), path.Join(r.DailyTree, r.DailyPath)))
	if len(parts) == 0 && !b.rest.same(r.rest, "findings") {
		parts = append(parts, otherDetails)
	}
	return parts
}

// String tells the results in words; empty where there are none.
func (t tests) String() string {
	var parts []string
	for _, c := range []struct {
		n    int
		word string
	}{{t.Passed, "passed"}, {t.Failed, "failed"}, {t.Running, "running"}, {t.Untested, "untested"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.word))
		}
	}
	return strings.Join(parts, ", ")
}

// noteMost is how many letters of a note are told.
const noteMost = 120

// noteSince tells what is another about a note.
func noteSince(old, now string) []string {
	switch from, to := quoted(old), quoted(now); {
	case old == now:
		return nil
	case old == "":
		return []string{"has the note " + to}
	case now == "":
		return []string{"has the note " + from + " no more"}
	case from == to: // what differs is cut off
		return []string{"has another note, " + to}
	default:
		return []string{"note " + from + " → " + to}
	}
}

func quoted(text string) string {
	if r := []rune(text); len(r) > noteMost {
		text = string(r[:noteMost]) + "…"
	}
	return "“" + text + "”"
}

// filesSince tells what is another about the files that people download.
func filesSince(old, now []file) []string {
	var parts []string
	for _, f := range now {
		i := slices.IndexFunc(old, func(o file) bool { return o.Name == f.Name })
		switch {
		case i < 0:
			parts = append(parts, "file "+f.Name+" is new")
		case old[i].Size != f.Size:
			parts = append(parts, fmt.Sprintf("%s: %d → %d bytes", f.Name, old[i].Size, f.Size))
		case old[i].SHA256 != f.SHA256:
			parts = append(parts, f.Name+" has another checksum")
		}
	}
	for _, f := range old {
		if !slices.ContainsFunc(now, func(n file) bool { return n.Name == f.Name }) {
			parts = append(parts, "file "+f.Name+" is gone")
		}
	}
	return parts
}

// bugs tells which came and which went.
func bugs(old, now []string) []string {
	var parts []string
	for _, n := range now {
		if !slices.Contains(old, n) {
			parts = append(parts, "bug "+n+" is new")
		}
	}
	for _, n := range old {
		if !slices.Contains(now, n) {
			parts = append(parts, "bug "+n+" is gone")
		}
	}
	return parts
}
