package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"

	"shiplist/agent"
	"shiplist/internal/config"
)

func agentCommand() command {
	return command{
		name:    "agent",
		short:   "poll the trackers and trees once and write what they say",
		example: "shiplist agent --once",
		setup: func(fs *flag.FlagSet) action {
			var o agentOptions
			o.define(fs)
			fs.BoolVar(&o.once, "once", false, "poll every source once and end; exit code 3 when one failed or was held back")
			fs.StringVar(&o.accept, "accept", "", "let in what is held back of `SOURCE`, exactly as it was shown, without polling")
			fs.BoolVar(&o.json, "json", false, "print the result as JSON")
			return o.run
		},
	}
}

type agentOptions struct {
	common
	once   bool
	accept string
	json   bool
}

func (o *agentOptions) run(ctx context.Context, e *environment, args []string) error {
	if err := noArgs(args); err != nil {
		return err
	}
	if o.once == (o.accept != "") {
		return usagef("say either --once or --accept SOURCE")
	}
	cfg, log, err := o.load(e)
	if err != nil {
		return err
	}
	a, err := newAgent(e, cfg, log)
	if err != nil {
		return err
	}
	var report agent.Report
	if o.once {
		report, err = a.Once(ctx, agent.OnceOptions{})
	} else {
		report, err = a.Accept(ctx, o.accept)
	}
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

func newAgent(e *environment, cfg *config.Config, log *slog.Logger) (*agent.Agent, error) {
	return agent.New(agent.Options{Config: cfg, Version: programVersion(), Now: e.now, Logger: log, Env: e.getenv})
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
