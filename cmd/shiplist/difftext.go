package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

// diffResult is the result of the command; docs/operations.md tells its JSON.
type diffResult struct {
	From    sideResult      `json:"from"`
	To      sideResult      `json:"to"`
	Notes   []string        `json:"notes,omitempty"`
	Changes []diffRecord    `json:"changes"`
	Doubts  []release.Doubt `json:"doubts,omitempty"`
}

// sideResult is one of the two that are compared.
type sideResult struct {
	Name      string    `json:"name"` // series/milestone, or the directory
	Directory string    `json:"directory,omitempty"`
	At        time.Time `json:"at"`
	Now       bool      `json:"now,omitempty"`
}

// diffRecord is one difference. From and To are contacts.
type diffRecord struct {
	Kind      string        `json:"kind"`
	Milestone string        `json:"milestone,omitempty"` // series/milestone
	Product   string        `json:"product,omitempty"`
	Title     string        `json:"title,omitempty"`
	FromBuild string        `json:"from_build,omitempty"`
	ToBuild   string        `json:"to_build,omitempty"`
	FromState release.State `json:"from_state,omitempty"`
	ToState   release.State `json:"to_state,omitempty"`
	From      string        `json:"from_contact,omitempty"`
	To        string        `json:"to_contact,omitempty"`
	Tree      string        `json:"tree,omitempty"`
	Dir       string        `json:"dir,omitempty"`
	Image     string        `json:"image,omitempty"`
	BuildID   string        `json:"build_id,omitempty"`
	FromBytes int64         `json:"from_bytes,omitempty"`
	ToBytes   int64         `json:"to_bytes,omitempty"`
	Text      string        `json:"text"` // all but the kind and what it is about, in words
}

func newDiffResult(from, to sideResult) *diffResult {
	return &diffResult{From: from, To: to, Changes: []diffRecord{}}
}

func milestoneName(m *release.Manifest) string { return m.Line.Slug + "/" + m.Slug }

// standing is what a milestone has, in words.
func standing(m *release.Manifest) string {
	return fmt.Sprintf("%s, %s", cmp.Or(string(m.Status), "made of the dailies"), release.Plural(m.Totals.Rows, "product", "products"))
}

func (r *diffResult) add(kind string, d diffRecord) {
	d.Kind = kind
	r.Changes = append(r.Changes, d)
}

// addMilestone adds what differs between two milestones.
func (r *diffResult) addMilestone(c *release.Comparison) {
	name := milestoneName(c.To)
	for _, p := range c.Products {
		d := diffRecord{Milestone: name, Product: p.Product.Slug, Title: p.Product.Title}
		if p.Before != nil {
			d.FromBuild, d.FromState = p.Before.BuildID, p.Before.State
		}
		if p.After != nil {
			d.ToBuild, d.ToState = p.After.BuildID, p.After.State
		}
		d.Text = changeText(p.Kind, d)
		r.add(string(p.Kind), d)
	}
	for _, n := range c.Intents {
		d := diffRecord{Milestone: name, Product: n.Product.Slug, Title: n.Product.Title, From: n.From, To: n.To}
		d.Text = intentText(n)
		r.add(string(n.Kind), d)
	}
	for i := range c.Files {
		r.addImages(c.Files[i:i+1], fileKinds)
	}
	for _, m := range c.NoIntent {
		side := "Before"
		if m == c.To {
			side = "After"
		}
		r.Notes = append(r.Notes, fmt.Sprintf("%s: nobody had said what is meant to be released in %s, so intent is not compared.", side, milestoneName(m)))
	}
}

// changeText tells builds and states.
func changeText(kind release.ChangeKind, d diffRecord) string {
	switch kind {
	case release.ChangeAdded:
		return fmt.Sprintf("%s, %s", d.ToBuild, d.ToState)
	case release.ChangeDropped:
		return fmt.Sprintf("%s, was %s", d.FromBuild, d.FromState)
	case release.ChangeRespun:
		text := d.FromBuild + " -> " + d.ToBuild
		if d.FromState == d.ToState {
			return text + ", " + string(d.ToState)
		}
		return fmt.Sprintf("%s, %s -> %s", text, d.FromState, d.ToState)
	}
	return fmt.Sprintf("%s, %s -> %s", d.ToBuild, d.FromState, d.ToState)
}

func intentText(n release.IntentChange) string {
	switch n.Kind {
	case release.IntentEntered:
		return "by " + cmp.Or(n.To, "nobody that is known")
	case release.IntentLeft:
		return "was by " + cmp.Or(n.From, "nobody that is known")
	}
	return cmp.Or(n.From, "nobody") + " -> " + cmp.Or(n.To, "nobody")
}

// imageKinds are the words for images of trees, fileKinds those for published ones.
var (
	imageKinds = map[release.FileKind]string{
		release.FileNew: "image-new", release.FileGone: "image-gone", release.FileResized: "image-resized", release.FileReplaced: "image-replaced",
	}
	fileKinds = map[release.FileKind]string{
		release.FileNew: "published", release.FileGone: "withdrawn", release.FileResized: "republished", release.FileReplaced: "republished",
	}
)

func (r *diffResult) addImages(images []release.FileChange, kinds map[release.FileKind]string) {
	for _, i := range images {
		r.add(kinds[i.Kind], diffRecord{
			Tree: i.Tree, Dir: i.Dir, Image: i.Name, BuildID: i.BuildID, FromBytes: i.From, ToBytes: i.To, Text: imageText(i),
		})
	}
}

func imageText(i release.FileChange) string {
	var parts []string
	if i.BuildID != "" {
		parts = append(parts, "build "+i.BuildID)
	}
	switch {
	case i.Kind == release.FileResized:
		parts = append(parts, fmt.Sprintf("%s -> %s (%+d bytes)", release.Size(i.From), release.Size(i.To), i.To-i.From))
	case i.Kind == release.FileReplaced:
		parts = append(parts, "other bytes")
	case i.SizesAreSaid:
		parts = append(parts, release.Size(max(i.From, i.To)))
	}
	return strings.Join(parts, ", ")
}

// about is what a difference is about.
func (d *diffRecord) about() string {
	switch {
	case d.Product != "":
		return d.Product
	case d.Image != "":
		return d.Tree + ":" + d.Dir + "/" + d.Image
	}
	return d.Milestone
}

// diffKinds are the words of records in the order in which they are counted, each with
// how it is marked.
var diffKinds = []struct {
	kind  string
	style terminal.Style
}{
	{"milestone-new", terminal.Plain},
	{"milestone-gone", terminal.Poor},
	{"added", terminal.Plain},
	{"dropped", terminal.Bad},
	{"respun", terminal.Poor},
	{"readied", terminal.Good},
	{"failed", terminal.Bad},
	{"state", terminal.Poor},
	{"intended", terminal.Plain},
	{"unintended", terminal.Poor},
	{"contact", terminal.Plain},
	{"published", terminal.Good},
	{"withdrawn", terminal.Bad},
	{"republished", terminal.Poor},
	{"image-new", terminal.Plain},
	{"image-gone", terminal.Poor},
	{"image-resized", terminal.Plain},
	{"image-replaced", terminal.Poor},
}

func kindStyle(kind string) terminal.Style {
	for _, k := range diffKinds {
		if k.kind == kind {
			return k.style
		}
	}
	return terminal.Plain
}

// summary is the first line: what is compared, and how much of each kind differs.
func (r *diffResult) summary() string {
	var counts []string
	for _, k := range diffKinds {
		n := 0
		for i := range r.Changes {
			if r.Changes[i].Kind == k.kind {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, k.kind))
		}
	}
	found := strings.Join(counts, ", ")
	if found == "" {
		found = "nothing differs"
	}
	return fmt.Sprintf("%s to %s: %s", r.From, r.To, found)
}

func (s sideResult) String() string {
	at := s.At.UTC().Format(timeForm)
	if s.Now || s.Directory != "" {
		return s.Name + " (as of " + at + ")"
	}
	return s.Name + " at " + at
}

// text is the result with a record on each line.
func (r *diffResult) text(e *environment) error {
	t := e.terminal
	for _, line := range append([]string{r.summary()}, r.Notes...) {
		if _, err := fmt.Fprintln(e.stdout, t.Wrap(line, "", "")); err != nil {
			return err
		}
	}
	several := r.From.Directory != ""
	columns := []terminal.Column{{}, {Least: 14, Keep: terminal.BothEnds}, {Least: 8}}
	if several {
		columns = append(columns[:2], terminal.Column{Least: 8, Leave: 1}, columns[2])
	}
	tab := terminal.NewTable(t, columns...)
	for i := range r.Changes {
		d := &r.Changes[i]
		cells := []terminal.Cell{{Text: d.Kind, Style: kindStyle(d.Kind)}, terminal.Text(d.about())}
		if several {
			milestone := orDash(d.Milestone)
			if d.about() == d.Milestone {
				milestone = "-"
			}
			cells = append(cells, terminal.Text(milestone))
		}
		tab.Row(append(cells, terminal.Text(d.Text))...)
	}
	return tab.Print(e.stdout, "")
}

// markdown is the result for pasting into a bug, a wiki page or a chat.
func (r *diffResult) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n", inMarkdown(r.summary()))
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "\n%s\n", inMarkdown(note))
	}
	heading := ""
	for i := range r.Changes {
		d := &r.Changes[i]
		where := d.Milestone
		if where == "" {
			where = "images"
		}
		if i == 0 || where != heading && r.From.Directory != "" {
			heading = where
			b.WriteByte('\n')
			if r.From.Directory != "" {
				fmt.Fprintf(&b, "### %s\n\n", inMarkdown(where))
			}
		}
		fmt.Fprintf(&b, "- **%s** %s: %s\n", d.Kind, inMarkdown(cmp.Or(d.Title, d.about())), inMarkdown(strings.ReplaceAll(d.Text, " -> ", " → ")))
	}
	return b.String()
}
