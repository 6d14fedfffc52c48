package main

import (
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/shell"
	"shiplist/internal/terminal"
)

// publishSetResult is what publish-set tells.
type publishSetResult struct {
	set      *release.PublishSet
	lines    []string              // the commands
	verified *release.Verification // nil without --verify
}

// publishSetJSON is the result as JSON; docs/operations.md tells it.
type publishSetJSON struct {
	Series     string               `json:"series"`
	Milestone  string               `json:"milestone"`
	Title      string               `json:"title"`
	Over       string               `json:"over,omitempty"` // why nothing of it is to be published any more
	AsOf       time.Time            `json:"as_of"`
	Products   []publicationJSON    `json:"products"`
	Commands   []publishCommandJSON `json:"commands"`
	LeftOut    int                  `json:"left_out"`
	Doubts     []release.Doubt      `json:"doubts,omitempty"`
	Mismatches *[]release.Mismatch  `json:"mismatches,omitempty"` // there with --verify
	Beside     []release.Mismatch   `json:"beside,omitempty"`
}

type publicationJSON struct {
	Product   string        `json:"product"`
	Title     string        `json:"title"`
	BuildID   string        `json:"build_id,omitempty"`
	State     string        `json:"state"`
	Pinned    string        `json:"pinned,omitempty"`
	Publishes bool          `json:"publishes"`
	Forced    bool          `json:"forced,omitempty"`
	Published bool          `json:"published,omitempty"` // lies where it goes already
	Reasons   []reasonJSON  `json:"reasons,omitempty"`
	FromTree  string        `json:"from_tree,omitempty"`
	FromDir   string        `json:"from_dir,omitempty"`
	ToTree    string        `json:"to_tree,omitempty"`
	ToRole    string        `json:"to_role,omitempty"`
	ToDir     string        `json:"to_dir,omitempty"`
	Official  string        `json:"official,omitempty"`
	Status    string        `json:"status,omitempty"`
	Rule      int           `json:"rule,omitempty"` // of [[publish]], from 1
	Files     []publishFile `json:"files,omitempty"`
}

type reasonJSON struct {
	Rule string `json:"rule"`
	Text string `json:"text"`
}

type publishFile struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Size   *int64 `json:"size,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}

type publishCommandJSON struct {
	Products []string `json:"products"`
	Command  string   `json:"command"`
}

func (r publishSetResult) json(asOf time.Time, doubts []release.Doubt) publishSetJSON {
	m := r.set.Manifest
	j := publishSetJSON{
		Series: m.Line.Slug, Milestone: m.Slug, Title: m.Title, Over: m.Over(), AsOf: asOf,
		Products: []publicationJSON{}, Commands: []publishCommandJSON{}, LeftOut: len(r.set.LeftOut()), Doubts: doubts,
	}
	for _, p := range r.set.Products {
		j.Products = append(j.Products, publicationOf(p))
	}
	for i, c := range r.set.Commands {
		one := publishCommandJSON{Command: r.lines[i]}
		for _, p := range c.Products {
			one.Products = append(one.Products, p.Row.Product.Slug)
		}
		j.Commands = append(j.Commands, one)
	}
	if r.verified != nil {
		list := append([]release.Mismatch{}, r.verified.Mismatches...)
		j.Mismatches, j.Beside = &list, r.verified.Beside
	}
	return j
}

func publicationOf(p *release.Publication) publicationJSON {
	j := publicationJSON{
		Product: p.Row.Product.Slug, Title: p.Row.Product.Title, BuildID: p.Row.BuildID, State: string(p.Row.State),
		Pinned: p.Row.Pinned, Publishes: p.Publishes(), Forced: p.Forced, Published: p.Published(),
	}
	for _, w := range p.Why {
		j.Reasons = append(j.Reasons, reasonJSON(w))
	}
	j.FromTree, j.FromDir = p.From()
	if p.Rule == nil {
		return j
	}
	j.ToTree, j.ToRole, j.ToDir = p.Location.Tree, p.Location.Role, p.Location.Dir
	j.Official, j.Status, j.Rule = string(p.Location.Official), p.Location.Status, p.Location.Rule+1
	for _, f := range p.Files {
		file := publishFile{From: f.From, To: f.To, SHA256: f.SHA256}
		if f.Size >= 0 {
			file.Size = &f.Size
		}
		j.Files = append(j.Files, file)
	}
	return j
}

// standingStyles mark the words of how it stands with a product.
var standingStyles = map[release.Standing]terminal.Style{
	release.StandingReady: terminal.Good, release.StandingPublished: terminal.Good, release.StandingForced: terminal.Poor,
	release.StandingLeftOut: terminal.Bad, release.StandingNotMeant: terminal.Quiet,
}

// print prints for people: how many, one line for each product, and the commands, whole.
func (r publishSetResult) print(e *environment) error {
	p := paper{terminal: e.terminal}
	p.say("", "%s: %s", r.set.Manifest.Title, r.set.Summary())
	p.WriteByte('\n')
	tab := terminal.NewTable(e.terminal,
		terminal.Column{Title: "Product", Least: 22, Keep: terminal.BothEnds}, terminal.Column{Title: "Build", Leave: 4},
		terminal.Column{Title: "State"}, terminal.Column{Title: "Why", Least: 14, Leave: 5}, terminal.Column{Title: "Official", Leave: 2},
		terminal.Column{Title: "From", Least: 12, Want: 20, Keep: terminal.Way, Leave: 1}, terminal.Column{Title: "To", Least: 14, Want: 30, Keep: terminal.Way, Leave: 3})
	for _, one := range r.set.Products {
		standing := one.Standing()
		tab.Row(terminal.Text(one.Row.Product.Title), terminal.Text(orDash(one.Row.BuildID)),
			terminal.Cell{Text: string(standing), Style: standingStyles[standing]}, terminal.Text(orDash(one.Because())),
			terminal.Text(orDash(string(one.Location.Official))), terminal.Text(fromText(one)), terminal.Text(toText(one)))
	}
	p.table(tab, "")
	if len(r.lines) > 0 {
		p.say("", "\nCommands for the build host, in order:")
	}
	for _, line := range r.lines {
		p.WriteString(line + "\n")
	}
	_, err := io.WriteString(e.stdout, p.String())
	return err
}

func fromText(p *release.Publication) string {
	tree, dir := p.From()
	if tree == "" {
		return "-"
	}
	return tree + ":" + dir
}

// toText is where a product goes: tree, directory, and the names of its files.
func toText(p *release.Publication) string {
	if p.Rule == nil {
		return "-"
	}
	tree := p.Location.Tree
	if tree == "" {
		tree = p.Location.Role
	}
	var names []string
	for _, f := range p.Files {
		names = append(names, f.To)
	}
	if len(names) == 0 {
		names = []string{p.Location.Stem}
	}
	return tree + ":" + path.Join(p.Location.Dir, strings.Join(names, " "))
}

// printCommands prints what can be pasted into a shell.
func (r publishSetResult) printCommands(w io.Writer) error {
	var b strings.Builder
	if over := r.set.Manifest.Over(); over != "" {
		fmt.Fprintln(&b, shell.Comment(over))
	}
	for i, line := range r.lines {
		for _, p := range r.set.Commands[i].Products {
			if p.Forced {
				fmt.Fprintln(&b, shell.Comment(p.Row.Product.Title+" is forced in spite of: "+p.WhyText()))
			}
			if p.Row.Pinned != "" {
				fmt.Fprintln(&b, shell.Comment(p.Row.Product.Title+" is pinned in "+p.Row.Pinned))
			}
		}
		fmt.Fprintln(&b, line)
	}
	for _, p := range r.set.Products {
		if !p.Publishes() {
			fmt.Fprintln(&b, shell.Comment("left out: "+p.Row.Product.Title+": "+p.WhyText()))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// printMismatches prints one line for each thing that is not as it should be.
func (r publishSetResult) printMismatches(e *environment) error {
	p := paper{terminal: e.terminal}
	tab := terminal.NewTable(e.terminal, terminal.Column{}, terminal.Column{Least: 18, Keep: terminal.Way}, terminal.Column{Least: 10})
	for _, m := range r.verified.Mismatches {
		tab.Row(terminal.Cell{Text: m.Kind, Style: terminal.Bad}, terminal.Text(m.Path), terminal.Text(m.Text))
	}
	for _, m := range r.verified.Beside {
		tab.Row(terminal.Cell{Text: m.Kind, Style: terminal.Quiet}, terminal.Text(m.Path), terminal.Text(m.Text))
	}
	p.table(tab, "")
	p.say("", "%s: %s", r.set.Manifest.Title, r.verified.Summary())
	_, err := io.WriteString(e.stdout, p.String())
	return err
}
