package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"shiplist/generator/publish"
	"shiplist/internal/config"
	"shiplist/internal/issue"
	"shiplist/internal/mirror"
	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

// targets are those that the command line names, or all of the configuration: those that
// visitors see or, with --staging, those that show what is not published.
func (o *publishOptions) targets(cfg *config.Config) ([]config.Target, error) {
	var list []config.Target
	for _, text := range o.to {
		t, err := o.target(cfg, text)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(list, func(other config.Target) bool { return other.Name == t.Name }) {
			continue
		}
		if i := slices.IndexFunc(list, t.Overlaps); i >= 0 {
			return nil, usagef("--to %s: it is in or around the place of %s; bring each to a place of its own", text, list[i].Name)
		}
		list = append(list, t)
	}
	if len(o.to) > 0 {
		return list, nil
	}
	list = targetsOf(cfg, o.staging)
	if o.staging && len(list) == 0 {
		return nil, usagef("--staging: no [[target]] has staging = true; name a directory with --to")
	}
	return list, nil
}

// targetsOf are the targets of a configuration.
func targetsOf(cfg *config.Config, staging bool) []config.Target {
	return slices.DeleteFunc(slices.Clone(cfg.Targets), func(t config.Target) bool { return t.Staging != staging })
}

// target finds one by its name, or makes it of its address.
func (o *publishOptions) target(cfg *config.Config, text string) (config.Target, error) {
	if i := slices.IndexFunc(cfg.Targets, func(t config.Target) bool { return t.Name == text }); i >= 0 {
		t := cfg.Targets[i]
		switch {
		case t.Staging && !o.staging:
			return t, usagef("--to %s: it shows what is not published; add --staging", text)
		case o.staging && !t.Staging:
			return t, usagef("--to %s: visitors see it, and --staging shows what is not published; leave --staging out", text)
		}
		return t, nil
	}
	if !strings.ContainsAny(text, "/:") {
		var names []string
		for _, t := range cfg.Targets {
			names = append(names, t.Name)
		}
		return config.Target{}, usagef("--to %q: no [[target]] has that name%s; write a directory as ./%s", text, knownNames(names), text)
	}
	t, err := config.ParseTarget(text)
	if err != nil {
		return t, usagef("--to %v", err)
	}
	if o.staging && t.Kind != config.TargetDirectory {
		return t, usagef("--staging: %s is no directory of this machine", text)
	}
	here, err := filepath.Abs(".")
	t = t.At(here)
	t.Staging = o.staging
	if i := slices.IndexFunc(cfg.Targets, t.Overlaps); err == nil && i >= 0 {
		return t, usagef("--to %s: it is in or around the place of the target %s; write --to %[2]s, or name another place", text, cfg.Targets[i].Name)
	}
	return t, errors.Join(err, apartFrom(cfg, t))
}

func knownNames(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " (there are " + strings.Join(names, ", ") + ")"
}

// apartFrom refuses a directory in which shiplist has something else.
func apartFrom(cfg *config.Config, t config.Target) error {
	if t.Kind != config.TargetDirectory {
		return nil
	}
	for _, own := range []string{cfg.Site.Staged, cfg.Site.Output, publish.SetsDir(cfg.Site.Output), cfg.Site.Headers, cfg.Store.Data, cfg.Store.State} {
		for _, pair := range [][2]string{{t.Path, own}, {own, t.Path}} {
			if rel, err := filepath.Rel(pair[0], pair[1]); err == nil && (rel == "." || filepath.IsLocal(rel)) {
				return usagef("--to %s: shiplist has %s there; name a directory of its own", t.Name, own)
			}
		}
	}
	return nil
}

// bring brings what is published to targets, and tells on standard error how it comes on.
func (o *publishOptions) bring(ctx context.Context, e *environment, site publish.Site, targets []config.Target) []mirror.Result {
	var mutex sync.Mutex
	return mirror.Bring(ctx, targets, mirror.Options{
		Site: site, By: publisherName(e), Digest: o.digest, Again: true, Version: programVersion(), Getenv: e.getenv, Now: e.now, Dress: stagingBar,
		Progress: func(target, text string) {
			mutex.Lock()
			defer mutex.Unlock()
			fmt.Fprintf(e.stderr, "%s: %s\n", terminal.Clean(target), terminal.Clean(text))
		},
	})
}

// failed is the error of targets that failed; nil where none did.
func failed(all []mirror.Result) error {
	n := 0
	for _, r := range all {
		if r.Action == mirror.Failed {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%d of %s failed; 'shiplist publish' again completes what is missing there", n, release.Plural(len(all), "target", "targets"))
}

// printBrought says what became of each target.
func printBrought(e *environment, all []mirror.Result) error {
	var p paper
	p.terminal = e.terminal
	for _, r := range all {
		left := ""
		if r.Left > 0 {
			left = ", left " + release.Plural(r.Left, "object", "objects") + " of others"
		}
		switch {
		case r.Action == mirror.Failed:
			p.say("  ", "%s: failed: %s", r.Target, r.Error)
		case r.Action == mirror.Nothing:
			p.say("  ", "%s: has it already%s", r.Target, left)
		default:
			p.say("  ", "%s: sent %s with %d bytes, removed %d%s", r.Target, release.Plural(r.Files, "file", "files"), r.Bytes, r.Deleted, left)
		}
	}
	_, err := io.WriteString(e.stdout, p.String())
	return err
}

// stage brings a set that is not published to the staging targets.
func (o *publishOptions) stage(ctx context.Context, e *environment, cfg *config.Config) error {
	targets, err := o.targets(cfg)
	if err != nil {
		return err
	}
	results := o.bring(ctx, e, siteOf(cfg), targets)
	if o.json {
		err = printJSON(e, stagedJSON{results})
	} else {
		err = printBrought(e, results)
	}
	return errors.Join(err, failed(results))
}

// stagedJSON is the result of --staging; docs/operations.md tells it.
type stagedJSON struct {
	Targets []mirror.Result `json:"targets"`
}

// publishedJSON is a result with what became of the targets.
type publishedJSON struct {
	publish.Result
	Targets []mirror.Result `json:"targets,omitempty"`
}

// listingJSON is a listing with how it stands with the targets.
type listingJSON struct {
	publish.Listing
	Targets []targetStanding `json:"targets,omitempty"`
}

// targetStanding is how it stands with a target.
type targetStanding struct {
	mirror.Standing
	// Behind says that a target of the configuration does not have what is published, or
	// that the last try to bring it there failed: then nobody knows what is there.
	Behind bool `json:"behind,omitempty"`

	stale bool // it has all but the newest release.json
}

// standingsOf tells how it stands with the targets of a configuration, and behind them with
// others that got something, by the notes: nobody asks the targets.
func standingsOf(cfg *config.Config) ([]targetStanding, error) {
	site := siteOf(cfg)
	notes, err := mirror.Notes(site)
	if err != nil {
		return nil, err
	}
	shown, err := publish.Show(site)
	if err != nil {
		return nil, err
	}
	var said issue.Release
	if text, err := os.ReadFile(filepath.Join(shown.Dir, issue.ReleaseFile)); err == nil && shown.Set != "" {
		said, _ = issue.Parse(text) // one that is damaged has no serial, as where it is brought
	}
	var all []targetStanding
	for i, s := range mirror.Stand(cfg.Targets, notes) {
		t := targetStanding{Standing: s}
		switch {
		case i >= len(cfg.Targets):
		case s.Staging || shown.Set == "":
			t.Behind = s.Error != ""
		default:
			t.stale = s.Digest == shown.Digest && s.Serial != said.Serial
			t.Behind = s.Digest != shown.Digest || t.stale || s.Error != ""
		}
		all = append(all, t)
	}
	return all, nil
}

// printStanding says how it stands with the targets, by the notes of what was brought.
func printStanding(e *environment, all []targetStanding) error {
	p := paper{terminal: e.terminal}
	p.standings(all)
	_, err := io.WriteString(e.stdout, p.String())
	return err
}

// standings says the same on paper.
func (p *paper) standings(all []targetStanding) {
	if len(all) == 0 {
		return
	}
	p.say("", "targets, by what was sent last:")
	for _, s := range all {
		p.say("  ", "%s: %s", s.Target, s)
	}
}

// String is how it stands in words.
func (s targetStanding) String() string {
	text := "nothing is noted yet"
	if s.Digest != "" {
		text = "has " + publish.Short(s.Digest) + " since " + minute(s.Since) + " by " + cmp.Or(s.By, nobody)
	}
	switch {
	case s.stale:
		text = "behind by release.json: " + text
	case s.Behind && !s.Staging:
		text = "behind: " + text
	}
	if s.Error != "" {
		text += "; fails since " + minute(s.Tried) + ": " + s.Error
	}
	return text
}

// stagingNote is what every page of a staging target says at its foot. It is the same for
// every set, so that pages that did not change stay as they are.
const stagingNote = `<aside aria-label="Staging" style="position:sticky;bottom:0;z-index:9;margin:0;padding:.5em 1em;` +
	`background:#fff3c4;color:#3d2b00;border-top:2px solid #8a6100;font:1rem/1.4 sans-serif">` +
	`<strong>Not published.</strong> This is a look at what may be published next; what visitors see is elsewhere.</aside>`

const stagingHead = `<meta name="robots" content="noindex">`

// stagingBar adds to a page what says that it is not published.
func stagingBar(name string, content []byte) []byte {
	if !strings.HasSuffix(name, ".html") {
		return content
	}
	content = insert(content, "</head>", stagingHead)
	return insert(content, "</body>", stagingNote)
}

// insert puts a text before the last place of another; at the end where there is none.
func insert(page []byte, before, text string) []byte {
	at := bytes.LastIndex(page, []byte(before))
	if at < 0 {
		at = len(page)
	}
	return slices.Concat(page[:at], []byte(text), page[at:])
}
