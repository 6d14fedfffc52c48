package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"shiplist/generator/publish"
	"shiplist/internal/release"
)

// outcomes say in people's words what became of a set.
var outcomes = map[string]string{
	publish.Published:  "published",
	publish.RolledBack: "published again",
	publish.TookOver:   "published already; the link was made by hand, and leads to a kept set from now on",
	publish.Nothing:    "published already; nothing to do",
}

// printPublished says what visitors see now. The digest stands first, so that a script
// can take the first word.
func printPublished(e *environment, r publish.Result, asJSON bool) error {
	if asJSON {
		return printJSON(e, r)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s  as of %s, %s\n  %s leads to %s\n", r.Digest, minute(r.AsOf), outcomes[r.Action], r.Output, r.Set)
	if r.Action != publish.Nothing {
		fmt.Fprintf(&b, "  before: %s\n", cmp.Or(r.From, "nothing that shiplist knows"))
		fmt.Fprintf(&b, "  files: %d changed, %d added, %d removed, %d as they were\n", r.Changed, r.Added, r.Removed, r.Shared)
		fmt.Fprintf(&b, "  findings: %s\n", release.Plural(r.Blockers, "blocker", "blockers"))
	}
	for _, o := range r.Overridden {
		fmt.Fprintf(&b, "  overridden: %s: %s\n", o.Rule, o.Text)
	}
	for _, s := range r.StillShown {
		fmt.Fprintf(&b, "  still shown: %s (%s), overridden by %s\n", s.Text, s.Rule, overrider(s))
	}
	for _, p := range r.Gone {
		fmt.Fprintf(&b, "  gone: the %s page /%s\n", p.Kind, p.Path)
	}
	_, err := io.WriteString(e.stdout, strings.Map(printable, b.String()))
	return err
}

// overrider is who decided to show a trouble, and when.
func overrider(s publish.Standing) string {
	if s.Set == "" {
		return nobody
	}
	return cmp.Or(s.By, nobody) + " in " + s.Set
}

// nobody is a person of whom nothing is known.
const nobody = "nobody knows whom"

// printHistory prints what was done.
func printHistory(e *environment, all []publish.Entry, asJSON bool) error {
	if asJSON {
		return printJSON(e, append([]publish.Entry{}, all...))
	}
	if len(all) == 0 {
		_, err := io.WriteString(e.stdout, "nothing was published yet\n")
		return err
	}
	var b bytes.Buffer
	tab := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, entry := range all {
		from, forced := "", ""
		if entry.FromSet != "" {
			from = "from " + entry.FromSet
		}
		if n := len(entry.Overridden); n > 0 {
			forced = "forced over " + release.Plural(n, "reason", "reasons")
		}
		fmt.Fprintf(tab, "%s\t%s\t%s\t%s\tby %s\t%s\n", minute(entry.Time), entry.Action, entry.Set, from, cmp.Or(entry.By, nobody), forced)
	}
	_ = tab.Flush() // a buffer takes everything
	_, err := io.WriteString(e.stdout, strings.Map(printable, b.String()))
	return err
}

// printListing prints the published sets and the staged ones, newest first.
func printListing(e *environment, l publish.Listing, asJSON bool) error {
	if asJSON {
		return printJSON(e, l)
	}
	var b bytes.Buffer
	switch {
	case l.Hand != "":
		fmt.Fprintf(&b, "%s is a link made by hand, to %s\n", l.Output, l.Hand)
	case len(l.Published) == 0:
		fmt.Fprintf(&b, "%s: nothing is published yet\n", l.Output)
	default:
		fmt.Fprintf(&b, "%s: published sets that are kept; * is what visitors see\n", l.Output)
	}
	if s := l.Since; s != nil {
		fmt.Fprintf(&b, "shown since %s by %s%s\n", minute(s.Time), cmp.Or(s.By, nobody), wentBack(s))
	}
	tab := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, s := range l.Published {
		fmt.Fprintf(tab, "%s %s\tpublished %s\tas of %s\t%s\t%s\n", mark(s.Shown), s.Set, minute(s.Published), minute(s.AsOf),
			release.Plural(s.Blockers, "blocker", "blockers"), publishedBy(s))
	}
	_ = tab.Flush() // a buffer takes everything
	if len(l.Staged) == 0 {
		fmt.Fprint(&b, "nothing is staged; 'shiplist generate' makes a set\n")
	} else {
		fmt.Fprint(&b, "staged sets, for --digest:\n")
	}
	for _, s := range l.Staged {
		fmt.Fprintf(tab, "%s %s\tmade %s\tas of %s\t%s\t%s\n", mark(s.Shown), publish.Short(s.Digest), minute(s.Made), minute(s.AsOf),
			release.Plural(s.Blockers, "blocker", "blockers"), hindered(s))
	}
	_ = tab.Flush()
	_, err := io.WriteString(e.stdout, strings.Map(printable, b.String()))
	return err
}

// mark is what tells the set that visitors see from the others.
func mark(shown bool) string {
	if shown {
		return "*"
	}
	return " "
}

func publishedBy(s publish.ListedSet) string {
	text := "by " + cmp.Or(s.By, nobody)
	if s.Forced {
		text += ", forced"
	}
	return text
}

// wentBack says whether visitors see a set because somebody went back to it.
func wentBack(e *publish.Entry) string {
	if e.Action != publish.RolledBack {
		return ""
	}
	return ", who went back from " + e.FromSet
}

// hindered says of a staged set whether it is a draft, and what forbids to publish it.
func hindered(s publish.StagedSet) string {
	var parts []string
	if s.Draft {
		parts = append(parts, "draft of a preview")
	}
	if len(s.Forbids) > 0 {
		var rules []string
		for _, rule := range slices.Sorted(maps.Keys(s.Forbids)) {
			rules = append(rules, fmt.Sprintf("%s (%d)", rule, s.Forbids[rule]))
		}
		parts = append(parts, "needs --force: "+strings.Join(rules, ", "))
	}
	return strings.Join(parts, ", ")
}

// minute is a time for people.
func minute(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format(timeForm)
}
