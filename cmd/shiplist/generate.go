package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"runtime/debug"
	"strings"

	"shiplist/generator"
	"shiplist/generator/publish"
	"shiplist/generator/staged"
	"shiplist/internal/release"
)

func generateCommand() command {
	return command{
		name:    "generate",
		short:   "make a staged set of pages from the data",
		example: "shiplist generate --config releases/config.toml",
		setup: func(fs *flag.FlagSet) action {
			var o generateOptions
			o.define(fs)
			fs.StringVar(&o.staged, "staged", "", "`DIR` for the staged sets, instead of the configuration's")
			fs.BoolVar(&o.json, "json", false, "print the result as JSON")
			return o.run
		},
	}
}

// growth is by how many per cent of what is in use memory grows before the rest is
// collected. A site of a thousand directories takes 145 MB in place of 185 with the 100 that Go
// has, for a tenth of the processor time.
const growth = 45

type generateOptions struct {
	common
	staged string
	json   bool
}

func (o *generateOptions) run(ctx context.Context, e *environment, args []string) error {
	if err := noArgs(args); err != nil {
		return err
	}
	cfg, log, err := o.load(e)
	if err != nil {
		return err
	}
	if o.staged != "" {
		cfg.Site.Staged = o.staged
	}
	if err := o.own(cfg, "generate"); err != nil {
		return err
	}
	if e.getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(growth))
	}
	result, err := generator.Generate(ctx, generator.Options{Config: cfg, Logger: log})
	if err != nil {
		return err
	}
	if err := printGenerated(e, result, o.json); err != nil {
		return err
	}
	return dying(siteOf(cfg), result.Digest)
}

// dying is the error of a set in which addresses are missing that people have links to.
// The set is staged all the same, so that it can be looked at.
func dying(site publish.Site, digest string) error {
	pages, err := publish.Dying(site, digest)
	if err != nil || len(pages) == 0 {
		// An output that is not ours, or not readable, is told when somebody publishes.
		return nil //nolint:nilerr // see above
	}
	return dead(pages)
}

// dead names every address that would die, as each needs a cause or an entry, and says
// what to write into the configuration.
func dead(pages []staged.Page) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s published and would die with this set:", release.Plural(len(pages), "address is", "addresses are"))
	for _, p := range pages {
		fmt.Fprintf(&b, "\n  /%s (%s)", p.Path, p.Kind)
	}
	fmt.Fprintf(&b, "\nfind out why: a source, a rule or a text has changed; a page that has another address now gets an entry in the configuration:\n"+
		"  [[moved]]\n  from = %q\n  to = \"/...\"", "/"+pages[0].Path)
	return errors.New(strings.Map(printable, b.String()))
}

// printGenerated prints the digest first, so that a script can take the first word.
func printGenerated(e *environment, r generator.Result, asJSON bool) error {
	if asJSON {
		return printJSON(e, r)
	}
	what := "unchanged"
	if r.New {
		what = fmt.Sprintf("new, %d of %d files changed", r.Files-r.Shared, r.Files)
	}
	rest := ""
	if h := r.Headers; h != nil {
		rest = fmt.Sprintf("  headers: %s in %s, %d of %d files written, %d removed\n", release.Plural(h.Directories, "directory", "directories"), h.Dir, h.Written, h.Files, h.Removed)
	}
	for _, text := range r.Idle {
		rest += "  note: " + text + "\n"
	}
	_, err := fmt.Fprintf(e.stdout, "%s  %s, as of %s\n  %d pages in %s\n  findings: %s, %s, %s\n%s%s",
		r.Digest, what, r.AsOf.Format("2006-01-02 15:04 UTC"), r.Pages, r.Dir,
		release.Plural(r.Blockers, "blocker", "blockers"), release.Plural(r.Warnings, "warning", "warnings"), release.Plural(r.Notes, "note", "notes"), listed(r.Lists), rest)
	return err
}

// listed tells how many files the lists of the trees name, and what they lack.
func listed(c staged.ListCounts) string {
	if c == (staged.ListCounts{}) {
		return ""
	}
	text := fmt.Sprintf("  lists of the trees: %s in site manifests, %s in simplestreams", release.Plural(c.Manifests, "file", "files"), release.Plural(c.Streams, "file", "files"))
	if left := c.ManifestsLeftOut + c.StreamsLeftOut; left > 0 {
		text += fmt.Sprintf("; left out, as nobody published size or checksum: %d and %d", c.ManifestsLeftOut, c.StreamsLeftOut)
	}
	return text + "\n"
}

// printJSON prints one indented document on standard output.
func printJSON(e *environment, v any) error {
	enc := json.NewEncoder(e.stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
