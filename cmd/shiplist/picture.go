package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"shiplist/generator"
	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

// asking are the flags of commands that answer from the data, as the pages do: they
// read the picture of all sources, and change nothing.
type asking struct {
	common
	json   bool
	strict bool
	seen   *seen // what look gave, nil before
}

func (o *asking) define(fs *flag.FlagSet) {
	o.common.define(fs)
	fs.BoolVar(&o.json, "json", false, "print the result as JSON")
	fs.BoolVar(&o.strict, "strict", false, "exit with 3 where a source is stale, held back or lost")
}

// seen is what such a command works with.
type seen struct {
	*release.Picture
	config *config.Config
	doubts []release.Doubt
	warned bool // they were told
}

// look reads the configuration and the data.
func (o *asking) look(e *environment) (*seen, error) {
	cfg, _, err := o.load(e)
	if err != nil {
		return nil, err
	}
	p, err := generator.Picture(cfg)
	if err != nil {
		return nil, err
	}
	o.seen = &seen{Picture: p, config: cfg, doubts: p.Doubts(e.now(), cfg.Site.Stale)}
	return o.seen, nil
}

// warn says of which sources the data is old, before anything else is said. It goes where
// people read: to standard output, or beside what a program reads.
func (s *seen) warn(w io.Writer, t terminal.Terminal, beginning string) error {
	s.warned = true
	for _, text := range release.DoubtLines(s.doubts) {
		if _, err := fmt.Fprintln(w, t.Wrap("attention: "+text, beginning, beginning+"  ")); err != nil {
			return err
		}
	}
	return nil
}

// warnAside says it beside what a program reads.
func (s *seen) warnAside(e *environment) error {
	return s.warn(e.stderr, terminal.Terminal{}, "shiplist: ")
}

// warnBeside says it where the result is: for people first on standard output, with JSON
// on standard error.
func (o *asking) warnBeside(e *environment, s *seen) error {
	if o.json {
		return s.warnAside(e)
	}
	return s.warn(e.stdout, e.terminal, "")
}

// answering is the action of such a command. What keeps it from an answer may come of old
// data: the doubts are told before that, too.
func (o *asking) answering(run action) action {
	return func(ctx context.Context, e *environment, args []string) error {
		err := run(ctx, e, args)
		if err != nil && !errors.Is(err, errTrouble) && o.seen != nil && !o.seen.warned {
			err = errors.Join(o.seen.warnAside(e), err)
		}
		return err
	}
}

// end is what a command ends with that printed its result, with an error or none: trouble
// where it found some, or where old data counts as such.
func (o *asking) end(s *seen, trouble bool, err error) error {
	if err == nil && (trouble || o.strict && len(s.doubts) > 0) {
		return errTrouble
	}
	return err
}
