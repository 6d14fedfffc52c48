package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"strings"

	"shiplist/agent"
	"shiplist/internal/config"
)

func agentCommand() command {
	return command{
		name:    "agent",
		short:   "poll the trackers and trees and write what they say: on schedule, or once",
		example: "shiplist agent --once",
		setup: func(fs *flag.FlagSet) action {
			var o agentOptions
			o.define(fs)
			fs.BoolVar(&o.once, "once", false, "poll every source once and end; exit code 3 when one failed or was held back")
			fs.BoolVar(&o.dryRun, "dry-run", false, "poll once, tell what would change, and write nothing; an agent may be running")
			fs.Var(&o.sources, "source", "with --once or --dry-run: poll `NAME` only; may be given several times")
			fs.StringVar(&o.accept, "accept", "", "let in what is held back of `SOURCE`, without polling; SOURCE@DIGEST, as status shows it, and no other answer")
			fs.BoolVar(&o.json, "json", false, "print the result of --once, --dry-run or --accept as JSON")
			return o.run
		},
	}
}

type agentOptions struct {
	common
	once    bool
	dryRun  bool
	sources names
	accept  string
	json    bool
}

// names is a flag that may be given several times.
type names []string

func (n *names) String() string { return strings.Join(*n, ", ") }

// Set adds a name.
func (n *names) Set(name string) error {
	*n = append(*n, name)
	return nil
}

func (o *agentOptions) run(ctx context.Context, e *environment, args []string) error {
	if err := noArgs(args); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	o.service = !o.once && !o.dryRun && o.accept == ""
	if o.service {
		return o.serve(ctx, e)
	}
	cfg, log, err := o.load(e)
	if err != nil {
		return err
	}
	if !o.dryRun {
		if err := o.own(cfg, o.typed()); err != nil {
			return err
		}
	}
	report, err := o.poll(ctx, e, cfg, log)
	if err != nil {
		return err
	}
	if err := printReport(e, report, o.json); err != nil {
		return err
	}
	if report.Trouble() {
		return errTrouble
	}
	return nil
}

// check tells which flags do not go together.
func (o *agentOptions) check() error {
	polls := o.once || o.dryRun
	switch {
	case o.accept != "" && (polls || len(o.sources) > 0):
		return usagef("--accept does not poll; leave out --once, --dry-run and --source")
	case len(o.sources) > 0 && !polls:
		return usagef("--source needs --once or --dry-run: a running agent polls every source on its schedule")
	case o.json && !polls && o.accept == "":
		return usagef("--json needs --once, --dry-run or --accept; what a running agent does is in its log, see --log-format")
	}
	return nil
}

// typed is the command without what matters little.
func (o *agentOptions) typed() string {
	switch {
	case o.accept != "":
		return "agent --accept " + o.accept
	case o.once:
		return "agent --once"
	}
	return "agent"
}

// poll does what ends by itself.
func (o *agentOptions) poll(ctx context.Context, e *environment, cfg *config.Config, log *slog.Logger) (agent.Report, error) {
	a, err := agent.New(agentFor(e, cfg, log))
	if err != nil {
		return agent.Report{}, err
	}
	if o.accept != "" {
		return a.Accept(ctx, o.accept)
	}
	if !o.dryRun {
		if err := alone(cfg); err != nil {
			return agent.Report{}, err
		}
	}
	return a.Once(ctx, agent.OnceOptions{Sources: o.sources, DryRun: o.dryRun})
}

func agentFor(e *environment, cfg *config.Config, log *slog.Logger) agent.Options {
	return agent.Options{Config: cfg, Version: programVersion(), Now: e.now, Logger: log, Env: e.getenv}
}

// printReport prints one line for each source: what became of it, how many, how
// long; and below it what was left out.
func printReport(e *environment, r agent.Report, asJSON bool) error {
	if asJSON {
		return printJSON(e, r)
	}
	for _, s := range r.Sources {
		if _, err := fmt.Fprintln(e.stdout, s); err != nil {
			return err
		}
		for _, p := range s.Problems {
			fmt.Fprintf(e.stderr, "%s: %s: %s\n", s.Name, p.Address, p.Text)
		}
	}
	return nil
}
