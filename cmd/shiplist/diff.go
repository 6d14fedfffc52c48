package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shiplist/generator"
	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

func diffCommand() command {
	return command{
		name:    "diff",
		args:    "MILESTONE[@TIME] [MILESTONE[@TIME]] | DIR DIR",
		short:   "tell in products what differs between milestones, times, or data directories",
		example: "shiplist diff resolute/final@2026-04-20T14:00 resolute/final",
		setup: func(fs *flag.FlagSet) action {
			var o diffOptions
			o.define(fs)
			fs.StringVar(&o.format, "format", "text", "`FORM` of the result: text, one record a line, or markdown")
			return o.answering(o.run)
		},
	}
}

type diffOptions struct {
	asking
	format string
}

func (o *diffOptions) run(_ context.Context, e *environment, args []string) error {
	if err := o.usage(args); err != nil {
		return err
	}
	cfg, _, err := o.load(e)
	if err != nil {
		return err
	}
	dirs, err := o.directories(cfg, args)
	if err != nil {
		return err
	}
	if dirs {
		return o.directoriesDiffer(e, cfg, args)
	}
	return o.milestonesDiffer(e, args)
}

func (o *diffOptions) usage(args []string) error {
	switch {
	case len(args) == 0 || len(args) > 2 || len(args) == 1 && !strings.Contains(args[0], "@"):
		return usagef("name two milestones, one milestone with a time (resolute/final@2026-04-20), or two data directories")
	case o.format != "text" && o.format != "markdown":
		return usagef("--format %q: write text or markdown", o.format)
	case o.json && o.format != "text":
		return usagef("--json and --format: give one of them")
	}
	return nil
}

// directories reports whether the arguments are data directories. One that could be a
// milestone as well is refused.
func (o *diffOptions) directories(cfg *config.Config, args []string) (bool, error) {
	var dirs, names []string
	for _, arg := range args {
		switch explicit := isPath(arg); {
		case explicit && !holdsData(arg):
			return false, usagef("%s is no data directory: there is no sources.toml in it", arg)
		case explicit:
			dirs = append(dirs, arg)
		case !holdsData(arg):
			names = append(names, arg)
		case isMilestone(cfg, arg):
			return false, usagef("%q is a milestone and a data directory; write .%c%s for the directory, or run the command elsewhere", arg, filepath.Separator, arg)
		default:
			dirs = append(dirs, arg)
		}
	}
	if len(dirs) > 0 && len(names) > 0 {
		return false, usagef("%s is a data directory and %s is none; name two of one kind", dirs[0], names[0])
	}
	return len(dirs) > 0, nil
}

// isPath reports whether an argument can only be a path.
func isPath(arg string) bool {
	return filepath.IsAbs(arg) || arg == "." || arg == ".." || strings.HasPrefix(arg, "./") || strings.HasPrefix(arg, "../") || strings.HasSuffix(arg, "/")
}

func holdsData(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "sources.toml"))
	return err == nil && info.Mode().IsRegular()
}

func isMilestone(cfg *config.Config, name string) bool {
	p, err := generator.Picture(cfg)
	if err != nil {
		return false
	}
	_, err = release.FindMilestone(p, name)
	return err == nil
}

// directoriesDiffer compares two data directories by the rules of one configuration.
func (o *diffOptions) directoriesDiffer(e *environment, cfg *config.Config, args []string) error {
	var sides [2]*seen
	for i, dir := range args {
		own := *cfg
		own.Store.Data, own.Store.State = dir, ""
		p, err := generator.Picture(&own)
		if err != nil {
			return err
		}
		sides[i] = &seen{Picture: p, config: &own, doubts: p.Doubts(e.now(), 0)}
		for k := range sides[i].doubts {
			sides[i].doubts[k].Text = dir + ": " + sides[i].doubts[k].Text
		}
	}
	from, to := sides[0], sides[1]
	c := release.ComparePictures(from.Picture, to.Picture)
	r := newDiffResult(
		sideResult{Name: args[0], Directory: args[0], At: from.AsOf},
		sideResult{Name: args[1], Directory: args[1], At: to.AsOf},
	)
	for _, m := range c.New {
		r.add("milestone-new", diffRecord{Milestone: milestoneName(m), Text: standing(m)})
	}
	for _, m := range c.Gone {
		r.add("milestone-gone", diffRecord{Milestone: milestoneName(m), Text: standing(m)})
	}
	for _, m := range c.Milestones {
		r.addMilestone(m)
	}
	r.addImages(c.Images, imageKinds)
	to.doubts = slices.Concat(from.doubts, to.doubts)
	return o.end(to, false, o.print(e, to, r))
}

// milestonesDiffer compares two milestones, each as it is or as it was.
func (o *diffOptions) milestonesDiffer(e *environment, args []string) error {
	s, err := o.look(e)
	if err != nil {
		return err
	}
	if len(args) == 1 { // to now
		name, _, err := release.SplitMoment(args[0])
		if err != nil {
			return usagef("%v", err)
		}
		args = append(slices.Clone(args), name)
	}
	past := &pastOf{seen: s}
	from, fromSide, err := past.milestone(args[0])
	if err != nil {
		return noSide(err, args[0])
	}
	to, toSide, err := past.milestone(args[1])
	if err != nil {
		return noSide(err, args[1])
	}
	r := newDiffResult(fromSide, toSide)
	if retired := release.Retired(past.log, past.oldest); len(retired) > 0 {
		r.Notes = append(r.Notes, "What "+strings.Join(retired, ", ")+" said is not known any more: the facts were removed since.")
	}
	r.addMilestone(release.Compare(from, to))
	return o.end(s, false, o.print(e, s, r))
}

// noSide is an error about an argument that is no milestone, and says that it is no data
// directory either.
func noSide(err error, arg string) error {
	var unknown *release.LookupError
	if !errors.As(err, &unknown) || len(unknown.Matches) > 0 || strings.Contains(arg, "@") {
		return err
	}
	here := fmt.Sprintf("and %s is no data directory, as no sources.toml is in it", arg)
	unknown.Hint = strings.TrimSuffix(here+"; "+unknown.Hint, "; ")
	return err
}

// pastOf finds milestones as they were. The change log is read when it is needed.
type pastOf struct {
	*seen
	log    []release.Event
	oldest time.Time // that was asked for
}

func (p *pastOf) milestone(arg string) (*release.Manifest, sideResult, error) {
	name, at, err := release.SplitMoment(arg)
	if err != nil {
		return nil, sideResult{}, usagef("%v", err)
	}
	side := sideResult{At: p.AsOf, Now: true}
	var m *release.Manifest
	if at.IsZero() {
		m, err = release.FindMilestone(p.Picture, name)
	} else {
		side.At, side.Now = at, false
		m, err = p.at(name, at)
	}
	if err != nil {
		return nil, side, err
	}
	side.Name = milestoneName(m)
	return m, side, nil
}

func (p *pastOf) at(name string, at time.Time) (*release.Manifest, error) {
	if p.log == nil {
		log, err := store.LoadEvents(p.config.Store.Data, time.Time{}, time.Time{})
		if err != nil {
			return nil, err
		}
		p.log = log
	}
	if p.oldest.IsZero() || at.Before(p.oldest) {
		p.oldest = at
	}
	return p.MilestoneAt(p.config.Rules, p.log, name, at)
}

// print prints the result in the form that was asked for.
func (o *diffOptions) print(e *environment, s *seen, r *diffResult) error {
	if err := o.warnBeside(e, s); err != nil {
		return err
	}
	switch {
	case o.json:
		r.Doubts = s.doubts
		return printJSON(e, r)
	case o.format == "markdown":
		_, err := io.WriteString(e.stdout, r.markdown())
		return err
	}
	return r.text(e)
}
