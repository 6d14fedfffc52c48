package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"shiplist/generator/publish"
	"shiplist/internal/mirror"
	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

// outcomes say in people's words what became of a set.
var outcomes = map[string]string{
	publish.Published:  "published",
	publish.RolledBack: "published again",
	publish.TookOver:   "published already; the link was made by hand, and leads to a kept set from now on",
	publish.Nothing:    "published already; nothing to do",
	publish.Refreshed:  "published already; release.json is issued anew",
}

// printPublished says what visitors see now. The digest stands first, so that a script
// can take the first word.
func printPublished(e *environment, r publish.Result) error {
	p := paper{terminal: e.terminal}
	p.say("", "%s  as of %s, %s", r.Digest, minute(r.AsOf), outcomes[r.Action])
	p.say("  ", "%s leads to %s", r.Output, r.Set)
	if r.Serial > 0 {
		p.say("  ", "release.json: serial %d, valid until %s, %s", r.Serial, minute(r.Expires), signedWord(r.Signed))
		if e.now().After(r.Expires) {
			p.say("  ", "no source has answered since %s, so that release.json has expired already: poll ('shiplist agent --once'), and publish again", minute(r.Issued))
		}
	}
	if r.Action != publish.Nothing && r.Action != publish.Refreshed {
		p.say("  ", "before: %s", cmp.Or(r.From, "nothing that shiplist knows"))
		p.say("  ", "files: %d changed, %d added, %d removed, %d as they were", r.Changed, r.Added, r.Removed, r.Shared)
		p.say("  ", "findings: %s", release.Plural(r.Blockers, "blocker", "blockers"))
	}
	for _, o := range r.Overridden {
		p.say("  ", "overridden: %s: %s", o.Rule, o.Text)
	}
	for _, s := range r.StillShown {
		p.say("  ", "still shown: %s (%s), overridden by %s", s.Text, s.Rule, overrider(s))
	}
	for _, g := range r.Gone {
		p.say("  ", "gone: the %s page /%s", g.Kind, g.Path)
	}
	_, err := io.WriteString(e.stdout, p.String())
	return err
}

func signedWord(signed bool) string {
	if signed {
		return "signed"
	}
	return "not signed"
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

// historyLine is an entry of the history: of what is published, or of a target.
type historyLine struct {
	publish.Entry
	Target string `json:"target,omitempty"`
	Error  string `json:"error,omitempty"`
}

// historyWith joins what was published and what was brought to targets, the newest first.
func historyWith(all []publish.Entry, notes []mirror.Note) []historyLine {
	list := []historyLine{}
	for _, e := range all {
		list = append(list, historyLine{Entry: e})
	}
	for _, n := range notes {
		list = append(list, historyLine{publish.Entry{Time: n.Time, Action: n.Action, Set: n.Set, Digest: n.Digest, By: n.By}, n.Target, n.Error})
	}
	slices.SortStableFunc(list, func(a, b historyLine) int { return a.Time.Compare(b.Time) })
	slices.Reverse(list)
	return list
}

// printHistory prints what was done.
func printHistory(e *environment, all []historyLine, asJSON bool) error {
	if asJSON {
		return printJSON(e, all)
	}
	if len(all) == 0 {
		_, err := io.WriteString(e.stdout, "nothing was published yet\n")
		return err
	}
	tab := terminal.NewTable(e.terminal, terminal.Column{Leave: 4}, terminal.Column{}, terminal.Column{},
		terminal.Column{Leave: 1}, terminal.Column{Least: 8, Leave: 2}, terminal.Column{Leave: 3})
	for _, entry := range all {
		from, forced := "", ""
		switch {
		case entry.Target != "":
			from = "to " + entry.Target
		case entry.FromSet != "":
			from = "from " + entry.FromSet
		}
		if n := len(entry.Overridden); n > 0 {
			forced = "forced over " + release.Plural(n, "reason", "reasons")
		}
		if entry.Error != "" {
			forced = entry.Error
		}
		tab.Row(terminal.Text(minute(entry.Time)), terminal.Text(entry.Action), terminal.Text(cmp.Or(entry.Set, publish.Short(entry.Digest))),
			terminal.Text(from), terminal.Text("by "+cmp.Or(entry.By, nobody)), terminal.Text(forced))
	}
	return tab.Print(e.stdout, "")
}

// printListing prints the published sets and the staged ones, newest first.
func printListing(e *environment, l publish.Listing) error {
	p := paper{terminal: e.terminal}
	switch {
	case l.Hand != "":
		p.say("", "%s is a link made by hand, to %s", l.Output, l.Hand)
	case len(l.Published) == 0:
		p.say("", "%s: nothing is published yet", l.Output)
	default:
		p.say("", "%s: published sets that are kept; * is what visitors see", l.Output)
	}
	if s := l.Since; s != nil {
		p.say("", "shown since %s by %s%s", minute(s.Time), cmp.Or(s.By, nobody), wentBack(s))
	}
	tab := listTable(e.terminal)
	for _, s := range l.Published {
		listRow(tab, s.Shown, s.Set, "published "+minute(s.Published), s.AsOf, s.Blockers, publishedBy(s))
	}
	p.table(tab, "")
	if len(l.Staged) == 0 {
		p.say("", "nothing is staged; 'shiplist generate' makes a set")
	} else {
		p.say("", "staged sets, for --digest:")
	}
	tab = listTable(e.terminal)
	for _, s := range l.Staged {
		listRow(tab, s.Shown, publish.Short(s.Digest), "made "+minute(s.Made), s.AsOf, s.Blockers, hindered(s))
	}
	p.table(tab, "")
	_, err := io.WriteString(e.stdout, p.String())
	return err
}

// listTable is a table of sets: which, since when, of when, what is wrong, and whose or
// whether it can be published.
func listTable(t terminal.Terminal) *terminal.Table {
	return terminal.NewTable(t, terminal.Column{}, terminal.Column{Leave: 2}, terminal.Column{Leave: 1},
		terminal.Column{}, terminal.Column{Least: 10, Leave: 3})
}

func listRow(t *terminal.Table, shown bool, set, since string, asOf time.Time, blockers int, rest string) {
	t.Row(terminal.Text(mark(shown)+" "+set), terminal.Text(since), terminal.Text("as of "+minute(asOf)),
		terminal.Text(release.Plural(blockers, "blocker", "blockers")), terminal.Text(rest))
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
