package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
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
			release.Plural(s.Blockers, "blocker", "blockers"), troubled(s.Troubles))
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
	text := "by " + cmp.Or(s.By, "nobody knows whom")
	if s.Forced {
		text += ", forced"
	}
	return text
}

// troubled says of a staged set whether it can be published as it is.
func troubled(n int) string {
	if n == 0 {
		return ""
	}
	return "not to be published: " + release.Plural(n, "trouble", "troubles")
}

// minute is a time for people.
func minute(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format(timeForm)
}
