package main

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/renameio/v2"

	"shiplist/internal/planfile"
	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

func planFillCommand() command {
	return command{
		name:    "plan fill",
		args:    "FILE",
		short:   "write the newest build ids into the empty ones of a plan, or of a sheet in YAML",
		example: "shiplist plan fill plans/noble-beta.toml --dry-run",
		setup: func(fs *flag.FlagSet) action {
			var o planFillOptions
			o.define(fs)
			o.place.define(fs)
			fs.BoolVar(&o.ready, "ready", false, "take none but builds that are marked ready")
			fs.BoolVar(&o.dryRun, "dry-run", false, "only tell what would be written")
			return o.answering(o.run)
		},
	}
}

type planFillOptions struct {
	planOptions
	ready, dryRun bool
}

func (o *planFillOptions) run(_ context.Context, e *environment, args []string) error {
	t, err := o.file(e, args)
	if err != nil {
		return err
	}
	r := planFillResult{
		File: t.path, Series: t.series, Milestone: t.milestone, AsOf: t.seen.AsOf, DryRun: o.dryRun,
		Entries: []filledEntry{}, Unread: t.unread(), Doubts: t.seen.doubts,
	}
	ids := map[int]string{}
	entries := t.entries()
	for _, entry := range entries {
		f := o.fill(t, entry)
		if f.State == "filled" {
			ids[entry.index] = f.BuildID
		}
		r.Entries = append(r.Entries, f)
	}
	filled, err := t.filled(ids)
	if err != nil {
		return err
	}
	for i, entry := range entries {
		if slices.Contains(filled.Refused, entry.index) {
			r.Entries[i].refuse(t.exactly(entry))
		}
	}
	if !o.dryRun {
		if err := t.replace(filled.Text); err != nil {
			return err
		}
	}
	return o.answer(e, &r, r.count("empty") > 0)
}

// planFillResult is the result of the command; docs/operations.md tells its JSON.
type planFillResult struct {
	File      string          `json:"file"`
	Series    string          `json:"series"`
	Milestone string          `json:"milestone"`
	AsOf      time.Time       `json:"as_of"`
	DryRun    bool            `json:"dry_run"`
	Entries   []filledEntry   `json:"entries"`
	Unread    []unreadKey     `json:"unread,omitempty"`
	Doubts    []release.Doubt `json:"doubts,omitempty"`
}

// unreadKey is a key of a sheet that means nothing here.
type unreadKey struct {
	At  string `json:"at"`
	Key string `json:"key"`
}

// unread are the keys of a sheet that mean nothing here; a plan has none.
func (t *planText) unread() []unreadKey {
	var list []unreadKey
	if t.sheet != nil {
		for _, u := range t.sheet.Unread {
			list = append(list, unreadKey{t.unreadAt(u), u.Key})
		}
	}
	return list
}

// filledEntry is an entry after filling.
type filledEntry struct {
	Name     string   `json:"name"`
	At       string   `json:"at"`
	Products []string `json:"products"`
	// State is filled, or would be without the dry run; kept, as somebody wrote an id;
	// empty, as there is none; open, as the entry has no place for one.
	State   planFilled `json:"state"`
	BuildID string     `json:"build_id,omitempty"`
	Proof   []proofOf  `json:"proof,omitempty"`
	Why     string     `json:"why,omitempty"` // why it stays empty, or why newer builds were passed over
}

type planFilled string

// proofOf is what one source says of a build of one product.
type proofOf struct {
	Product string `json:"product"`
	Source  string `json:"source"`
	Fact    string `json:"fact"`
	URL     string `json:"url,omitempty"`
}

// refuse leaves an entry empty whose id cannot be written at its place.
func (f *filledEntry) refuse(at string) {
	f.Why = fmt.Sprintf(`%s cannot be written here without changing something else; write "" in this place, and fill again`, f.BuildID)
	f.At, f.State, f.BuildID, f.Proof = at, "empty", "", nil
}

// fill finds the build id for an entry.
func (o *planFillOptions) fill(t *planAsked, entry planEntry) filledEntry {
	f := filledEntry{Name: entry.name, At: t.at(entry), Products: slugs(entry.products), BuildID: entry.buildID, State: "kept"}
	switch {
	case entry.buildID != "":
		return f
	case !entry.room:
		f.State, f.Why = "open", cmp.Or(entry.why, "it has no place for a build id; write one, empty")
		return f
	case entry.why != "" || entry.conflict != "":
		f.State, f.Why = "empty", cmp.Or(entry.why, entry.conflict)
		return f
	}
	choice := release.ChoosePlanBuild(t.seen.Picture, t.line, t.milestone, entry.products, o.ready)
	f.Why = choice.Why
	if f.BuildID = choice.BuildID; f.BuildID == "" {
		f.State = "empty"
		return f
	}
	f.State = "filled"
	for _, p := range entry.products {
		for _, ev := range choice.Proof[p] {
			f.Proof = append(f.Proof, proofOf{p.Slug, ev.Source, ev.Fact, ev.URL})
		}
	}
	return f
}

// filled is the text with ids, by the index of the entry.
func (t *planText) filled(ids map[int]string) (*planfile.Filled, error) {
	if t.plan != nil {
		return planfile.FillPlan(t.plan, t.text, ids)
	}
	return t.sheet.Fill(ids)
}

// replace writes the file as a whole, unless nothing is different. Where somebody wrote it
// since it was read it is left alone.
func (t *planText) replace(text []byte) error {
	if bytes.Equal(text, t.text) {
		return nil
	}
	path, err := filepath.EvalSymlinks(t.path) // a link stays one
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, t.text) {
		return fmt.Errorf("%s was changed in the meantime; nothing was written, run it again", t.path)
	}
	return renameio.WriteFile(path, text, info.Mode().Perm(), renameio.IgnoreUmask())
}

func (r *planFillResult) count(state planFilled) int {
	n := 0
	for i := range r.Entries {
		if r.Entries[i].State == state {
			n++
		}
	}
	return n
}

var filledStyles = map[planFilled]terminal.Style{"filled": terminal.Good, "empty": terminal.Bad, "kept": terminal.Quiet, "open": terminal.Quiet}

// print has a line for each entry, and one for each proof of what was filled.
func (r *planFillResult) print(e *environment) error {
	tab := terminal.NewTable(e.terminal, terminal.Column{}, terminal.Column{}, terminal.Column{}, terminal.Column{}, terminal.Column{Least: 24}, terminal.Column{})
	for i := range r.Entries {
		f := &r.Entries[i]
		tab.Row(terminal.Cell{Text: string(f.State), Style: filledStyles[f.State]}, terminal.Text(f.Name), terminal.Text(orDash(f.BuildID)), terminal.Text(f.At), terminal.Text(f.Why), terminal.Text(""))
		for _, p := range f.Proof {
			tab.Row(terminal.Cell{Text: "proof", Style: terminal.Quiet}, terminal.Text(p.Product), terminal.Text(f.BuildID), terminal.Text(p.Source), terminal.Text(p.Fact), terminal.Text(p.URL))
		}
	}
	if err := tab.Print(e.stdout, ""); err != nil {
		return err
	}
	for _, u := range r.Unread {
		if _, err := fmt.Fprintf(e.stdout, "%s: %s is not read\n", u.At, terminal.Clean(u.Key)); err != nil {
			return err
		}
	}
	did := "written to"
	if r.DryRun {
		did = "would be written to"
	}
	_, err := fmt.Fprintf(e.stdout, "%s %s %s, %d left empty, %d there already.\n", release.Plural(r.count("filled"), "build id", "build ids"), did, r.File, r.count("empty"), r.count("kept"))
	return err
}
