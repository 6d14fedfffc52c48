package main

import (
	"context"
	"flag"
	"path/filepath"
	"time"

	"shiplist/agent/fetch"
	"shiplist/agent/verify"
	"shiplist/internal/signature"
)

func verifyCommand() command {
	return command{
		name:    "verify",
		args:    "URL|DIR",
		short:   "look whether a copy of a site, or of an image tree, is whole, fresh, and by whom it says; needs no configuration",
		example: "shiplist verify /srv/www/releases --keyring release-pages.asc --origin https://releases.example.org",
		setup: func(fs *flag.FlagSet) action {
			var o verifyOptions
			fs.StringVar(&o.keyring, "keyring", "", "`FILE` with the public keys of the site; without it nobody knows who made the copy")
			fs.StringVar(&o.origin, "origin", "", "`URL` or DIR of what was copied, to tell how old the copy is; with --tree the site that lists its images")
			fs.StringVar(&o.tree, "tree", "", "the copy is one of the image tree `NAME`, and not of the site")
			fs.BoolVar(&o.dailies, "dailies", false, "with --tree: also the dailies, which come and go")
			fs.BoolVar(&o.full, "full", false, "look into every file, and not into a sample")
			fs.IntVar(&o.sample, "sample", verify.DefaultSample, "without --full, look into `N` files")
			fs.DurationVar(&o.lag, "lag", verify.DefaultLag, "how far behind the origin a copy may be, a `DURATION`")
			fs.DurationVar(&o.within, "within", verify.DefaultWithin, "how long it may take, a `DURATION`")
			fs.IntVar(&o.perMinute, "per-minute", 600, "send one host at most `N` requests in a minute")
			fs.StringVar(&o.memory, "state", "", "`FILE` of the serial numbers that were seen, to notice a rollback; default: shiplist/verify.json in the user's directory of states")
			fs.BoolVar(&o.json, "json", false, "print the result as JSON")
			o.defineLog(fs)
			return o.run
		},
	}
}

type verifyOptions struct {
	common
	keyring   string
	origin    string
	tree      string
	dailies   bool
	full      bool
	sample    int
	lag       time.Duration
	within    time.Duration
	perMinute int
	memory    string
	json      bool
}

func (o *verifyOptions) run(ctx context.Context, e *environment, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	log, err := o.logger(e)
	if err != nil {
		return err
	}
	v := verify.Options{
		Place: args[0], Origin: o.origin, Tree: o.tree, Dailies: o.dailies, Full: o.full, Sample: o.sample, MaxLag: o.lag, Within: o.within,
		Memory: o.remembers(e), Now: e.now,
		Client: fetch.New(fetch.Options{UserAgent: "shiplist/" + programVersion() + " verify", PerHost: 4, PerMinute: o.perMinute, Answer: o.within, BackoffMost: time.Minute, Logger: log}),
	}
	if o.keyring != "" {
		if v.Keyring, err = signature.Load(o.keyring); err != nil {
			return err
		}
	}
	report, err := verify.Run(ctx, v)
	if err != nil {
		return err
	}
	if v.Memory == "" {
		report.Notes = append(report.Notes, "nobody remembers which serial was seen, so that no rollback is noticed; name a file with --state")
	}
	if err := printVerified(e, report, o.json); err != nil {
		return err
	}
	if report.Wrong() {
		return errTrouble
	}
	return nil
}

// check tells what is missing, and what does not go together.
func (o *verifyOptions) check(args []string) error {
	switch {
	case len(args) != 1:
		return usagef("write the one URL or DIR that is to be looked at")
	case o.tree != "" && o.origin == "":
		return usagef("--tree needs --origin, the site that lists the images of the tree")
	case o.dailies && o.tree == "":
		return usagef("--dailies needs --tree: a site has no dailies of its own")
	case o.sample < 1:
		return usagef("--sample %d: write a number from 1 on", o.sample)
	case o.perMinute < 1:
		return usagef("--per-minute %d: write a number from 1 on", o.perMinute)
	case o.within <= 0:
		return usagef("--within %s: write a duration longer than nothing, like 30m", o.within)
	case o.lag <= 0:
		return usagef("--lag %s: write a duration longer than nothing, like 24h", o.lag)
	}
	return nil
}

// remembers is the file of the serial numbers that were seen, by the rules of the XDG
// base directories; empty where there is no place for it.
func (o *verifyOptions) remembers(e *environment) string {
	const name = "shiplist/verify.json"
	switch state, home := e.getenv("XDG_STATE_HOME"), e.getenv("HOME"); {
	case o.memory != "":
		return o.memory
	case filepath.IsAbs(state):
		return filepath.Join(state, name)
	case filepath.IsAbs(home):
		return filepath.Join(home, ".local/state", name)
	}
	return ""
}
