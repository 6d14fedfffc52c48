package main

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"shiplist/agent/placed"
	"shiplist/internal/release"
	"shiplist/internal/shell"
	"shiplist/internal/terminal"
)

// publishSetResult is what publish-set tells.
type publishSetResult struct {
	set        *release.PublishSet
	lines      []string // the commands
	verified   bool
	mismatches []release.Mismatch
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
	if r.verified {
		list := append([]release.Mismatch{}, r.mismatches...)
		j.Mismatches = &list
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

// print prints for people: how many, one line for each product, and the commands.
func (r publishSetResult) print(e *environment) error {
	_, err := fmt.Fprintf(e.stdout, "%s\n\n", terminal.Clean(r.summary()))
	table := terminal.NewTable(e.terminal,
		terminal.Column{Title: "Product", Least: 22}, terminal.Column{Title: "Build"}, terminal.Column{Title: "State", Least: 14},
		terminal.Column{Title: "Official"}, terminal.Column{Title: "From", Least: 6}, terminal.Column{Title: "To", Least: 10})
	for _, p := range r.set.Products {
		row := p.Row
		table.Row(terminal.Text(row.Product.Title), terminal.Text(orDash(row.BuildID)), publishState(p),
			terminal.Text(orDash(string(p.Location.Official))), terminal.Text(fromText(p)), terminal.Text(toText(p)))
	}
	err = errors.Join(err, table.Print(e.stdout, ""))
	if len(r.lines) > 0 {
		_, errHead := fmt.Fprintf(e.stdout, "\n%s\n", "Commands for the build host, in order:")
		err = errors.Join(err, errHead)
	}
	for _, line := range r.lines {
		_, errLine := fmt.Fprintln(e.stdout, line)
		err = errors.Join(err, errLine)
	}
	return err
}

// summary counts in a sentence.
func (r publishSetResult) summary() string {
	m := r.set.Manifest
	ready, out, left := r.set.Counts()
	text := m.Title + ": "
	switch {
	case ready > 0:
		text += release.Plural(ready, "product", "products") + " can be published by " + release.Plural(len(r.lines), "command", "commands")
	case m.Over() != "":
		text += "nothing is left to publish"
	default:
		text += "nothing can be published"
	}
	if out > 0 {
		text += fmt.Sprintf(", %d of them %s already", out, map[bool]string{true: "is", false: "are"}[out == 1])
	}
	if left > 0 {
		text += fmt.Sprintf("; %d cannot yet", left)
	}
	switch over := m.Over(); {
	case over != "":
		text += "; " + over
	case !m.Open:
		text += "; the milestone is not in testing"
	}
	return text + "."
}

// publishState says how it stands with a product in the set.
func publishState(p *release.Publication) terminal.Cell {
	switch {
	case p.Forced:
		return terminal.Cell{Text: "forced: " + p.WhyText(), Style: terminal.Poor}
	case !p.Publishes() && !p.Wanted:
		return terminal.Cell{Text: "not meant: " + p.WhyText(), Style: terminal.Quiet}
	case !p.Publishes():
		return terminal.Cell{Text: "left out: " + p.WhyText(), Style: terminal.Bad}
	case p.Row.Pinned != "":
		return terminal.Cell{Text: "ready, pinned in " + p.Row.Pinned, Style: terminal.Good}
	}
	if p.Published() {
		return terminal.Cell{Text: "ready, published already", Style: terminal.Good}
	}
	return terminal.Cell{Text: "ready", Style: terminal.Good}
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
func (r publishSetResult) printMismatches(e *environment, places placed.Places) error {
	table := terminal.NewTable(e.terminal, terminal.Column{}, terminal.Column{Least: 30}, terminal.Column{Least: 10})
	for _, d := range r.mismatches {
		table.Row(terminal.Cell{Text: d.Kind, Style: terminal.Bad}, terminal.Text(d.Path), terminal.Text(d.Text))
	}
	err := table.Print(e.stdout, "")
	checked := r.checked(places)
	text := fmt.Sprintf("%s: %s looked for", r.set.Manifest.Title, release.Plural(checked, "file was", "files were"))
	switch n := len(r.mismatches); {
	case n > 0:
		text += fmt.Sprintf(", %s not as it should be", release.Plural(n, "path is", "paths are"))
	case checked == 0:
		text = r.set.Manifest.Title + ": nothing of the set belongs to the trees that were looked at"
	default:
		text += ", all is as it should be"
	}
	if n := len(r.set.LeftOut()); n > 0 {
		text += fmt.Sprintf("; %s left out of the set", release.Plural(n, "product is", "products are"))
	}
	_, errText := fmt.Fprintln(e.stdout, terminal.Clean(text)+".")
	return errors.Join(err, errText)
}

// checked counts the files of the set in the trees that were looked at.
func (r publishSetResult) checked(places placed.Places) int {
	n := 0
	for _, want := range r.set.Expected() {
		if role, _, _ := strings.Cut(want.Path, "/"); places[role] != "" {
			n++
		}
	}
	return n
}
