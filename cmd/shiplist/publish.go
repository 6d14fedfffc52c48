package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
	"unicode"

	"shiplist/generator/publish"
	"shiplist/internal/config"
	"shiplist/internal/mirror"
)

func publishCommand() command {
	return command{
		name:    "publish",
		short:   "make a staged set the site that visitors see, in one step; or go back to an earlier one",
		example: "shiplist publish --list",
		setup: func(fs *flag.FlagSet) action {
			o := publishOptions{flags: fs}
			o.define(fs)
			fs.StringVar(&o.digest, "digest", "", "publish the staged or kept set whose digest begins with `D`, not the newest")
			fs.BoolVar(&o.force, "force", false, "publish what something forbids, and write that into the history")
			fs.Var(&o.rollback, "rollback", "go back to the set that was shown `[N]` publishings ago; 1 where N is left out")
			fs.Var(&o.to, "to", "bring what is published to `TARGET` too, and not to all of the configuration: a name, or the address of a directory, rsync or S3; may be given several times")
			fs.BoolVar(&o.local, "local", false, "bring it to no target")
			fs.BoolVar(&o.staging, "staging", false, "publish nothing; show the newest staged set, or that of --digest, at staging targets, with a bar that says so")
			fs.BoolVar(&o.list, "list", false, "list the sets that are published, kept and staged, and change nothing")
			fs.BoolVar(&o.history, "history", false, "tell what was published and gone back to, the newest first, and change nothing")
			fs.BoolVar(&o.json, "json", false, "print the result as JSON")
			return o.run
		},
	}
}

type publishOptions struct {
	common
	flags    *flag.FlagSet
	digest   string
	force    bool
	rollback rollback
	to       names
	local    bool
	staging  bool
	list     bool
	history  bool
	json     bool
}

// rollback is a flag with a number that may be left out: how many publishings to go
// back by, 0 for not at all.
type rollback int

func (r *rollback) String() string { return "" }

// IsBoolFlag lets the number be left out.
func (r *rollback) IsBoolFlag() bool { return true }

// Set takes the number.
func (r *rollback) Set(text string) error {
	if text == "true" {
		*r = 1
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return errors.New("write a number from 1 on, or none")
	}
	*r = rollback(n)
	return nil
}

func (o *publishOptions) run(ctx context.Context, e *environment, args []string) error {
	args, err := o.number(args)
	if err != nil {
		return err
	}
	if err := noArgs(args); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	cfg, _, err := o.load(e)
	if err != nil {
		return err
	}
	site := siteOf(cfg)
	if o.list || o.history {
		return o.tell(e, cfg, site)
	}
	targets, err := o.targets(cfg)
	if err != nil {
		return err
	}
	if err := o.own(cfg, o.typed()); err != nil {
		return err
	}
	if o.staging {
		return o.stage(ctx, e, cfg)
	}
	issue, err := issueOf(ctx, cfg, e.getenv, e.now)
	if err != nil && o.rollback == 0 {
		return err
	}
	res, err := o.publish(ctx, publish.Options{Site: site, Digest: o.digest, Force: o.force, By: publisherName(e), Now: e.now, Issue: issue})
	if err != nil {
		// What is refused names what comes from outside.
		err = errors.New(strings.Map(printable, err.Error()))
	}
	if res.Digest == "" || len(res.Refused) > 0 && !o.json {
		return err
	}
	warn(e, res.Warnings)
	var brought []mirror.Result
	if len(res.Refused) == 0 && !o.local {
		brought = o.bring(ctx, e, site, targets)
	}
	return errors.Join(o.print(e, res, brought), err, failed(brought))
}

// print prints what was published, and where it was brought.
func (o *publishOptions) print(e *environment, res publish.Result, brought []mirror.Result) error {
	if o.json {
		return printJSON(e, publishedJSON{res, brought})
	}
	return errors.Join(printPublished(e, res), printBrought(e, brought))
}

// tell tells what is there, and what was done.
func (o *publishOptions) tell(e *environment, cfg *config.Config, site publish.Site) error {
	if o.history {
		notes, err := mirror.Notes(site)
		if err != nil {
			return err
		}
		all, err := publish.History(site.Output)
		if err != nil {
			return err
		}
		return printHistory(e, historyWith(all, notes), o.json)
	}
	l, err := publish.List(site)
	if err != nil {
		return err
	}
	warn(e, l.Warnings)
	targets, err := standingsOf(cfg)
	if err != nil {
		return err
	}
	if o.json {
		return printJSON(e, listingJSON{l, targets})
	}
	return errors.Join(printListing(e, l), printStanding(e, targets))
}

// warn prints what somebody should know beside the result.
func warn(e *environment, texts []string) {
	for _, text := range texts {
		fmt.Fprintln(e.stderr, "warning:", strings.Map(printable, text))
	}
}

func (o *publishOptions) publish(ctx context.Context, p publish.Options) (publish.Result, error) {
	if o.rollback > 0 {
		return publish.Rollback(ctx, p, int(o.rollback))
	}
	return publish.Publish(ctx, p)
}

// number takes the number of --rollback where it stands apart, with the flags behind it.
func (o *publishOptions) number(args []string) ([]string, error) {
	if o.rollback == 0 || len(args) == 0 {
		return args, nil
	}
	if err := o.rollback.Set(args[0]); err != nil {
		return nil, usagef("--rollback %q: %v", args[0], err)
	}
	if err := o.flags.Parse(args[1:]); err != nil {
		return nil, usagef("%s", flagMistake(err))
	}
	return o.flags.Args(), nil
}

// check tells which flags do not go together.
func (o *publishOptions) check() error {
	switch {
	case o.local && len(o.to) > 0:
		return usagef("--local brings it to no target; leave out --to")
	case o.staging && (o.force || o.rollback > 0 || o.local):
		return usagef("--staging publishes nothing; leave out --force, --rollback and --local")
	case (o.list || o.history) && (len(o.to) > 0 || o.local || o.staging):
		return usagef("--list and --history change nothing; leave out --to, --local and --staging")
	case o.list && (o.force || o.rollback > 0 || o.digest != "" || o.history):
		return usagef("--list changes nothing; leave out --digest, --force, --rollback and --history")
	case o.history && (o.force || o.rollback > 0 || o.digest != ""):
		return usagef("--history changes nothing; leave out --digest, --force and --rollback")
	case o.rollback > 0 && (o.force || o.digest != ""):
		return usagef("--rollback goes to what was published already; leave out --digest and --force")
	}
	return nil
}

// typed is the command without what matters little.
func (o *publishOptions) typed() string {
	text := "publish"
	if o.rollback > 0 {
		text += " --rollback " + strconv.Itoa(int(o.rollback))
	}
	if o.digest != "" {
		text += " --digest " + o.digest
	}
	if o.force {
		text += " --force"
	}
	if o.staging {
		text += " --staging"
	}
	for _, to := range o.to {
		text += " --to " + to
	}
	return text
}

// siteOf is where the site of a configuration lies.
func siteOf(cfg *config.Config) publish.Site {
	return publish.Site{Staged: cfg.Site.Staged, Output: cfg.Site.Output, Kept: cfg.Site.Kept}
}

// publisherName is who publishes, for the history: the person, too, who became somebody
// else by sudo.
func publisherName(e *environment) string {
	name := strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil {
		name = cmp.Or(u.Username, name)
	}
	if person := e.getenv("SUDO_USER"); person != "" && person != name {
		return person + " as " + name
	}
	return name
}

// printable keeps texts from outside from commanding the terminal, and leaves their lines.
func printable(r rune) rune {
	if r != '\n' && !unicode.IsPrint(r) {
		return unicode.ReplacementChar
	}
	return r
}
