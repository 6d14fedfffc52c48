package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"net"
	"os"
	"path/filepath"
	"time"

	"shiplist/agent"
	"shiplist/generator"
	"shiplist/internal/config"
	"shiplist/internal/demo"
	"shiplist/internal/releaseday"
)

func demoCommand() command {
	return command{
		name:    "demo",
		short:   "show it all on sample data, without network: tracker, trees, agent, site",
		example: "shiplist demo",
		setup: func(fs *flag.FlagSet) action {
			var o demoOptions
			o.defineLog(fs)
			fs.StringVar(&o.keep, "keep", "", "keep configuration, data and site in `DIR`")
			fs.BoolVar(&o.once, "once", false, "build the site and end, instead of serving it; with --replay as fast as it goes")
			fs.BoolVar(&o.replayed, "replay", false, "let a release day pass, and watch it")
			fs.Float64Var(&o.speed, "speed", releaseday.Speed, "with --replay: `TIMES` as fast as real time; 0 for as fast as it goes")
			fs.StringVar(&o.listen, "listen", "127.0.0.1:0", "`ADDRESS` at which the site is served; port 0 picks a free one")
			return o.run
		},
	}
}

type demoOptions struct {
	common
	keep     string
	once     bool
	replayed bool
	speed    float64
	listen   string
}

func (o *demoOptions) run(ctx context.Context, e *environment, args []string) (err error) {
	if err := noArgs(args); err != nil {
		return err
	}
	if !(o.speed >= 0) || math.IsInf(o.speed, 0) {
		return usagef("--speed %v: write how many times as fast as real time the day is to pass, such as 240, or 0", o.speed)
	}
	dir, cleanup, err := o.directory()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cleanup()) }()
	show := o.moment
	if o.replayed {
		show = o.replay
	}
	if err := show(ctx, e, dir); ctx.Err() == nil || o.once {
		return err
	}
	return nil // whoever ends it has seen enough
}

// moment shows one moment of the sample, which stands still, until ctx ends. The days
// before it pass unseen, so that there is a history to show.
func (o *demoOptions) moment(ctx context.Context, e *environment, dir string) (err error) {
	past, err := demo.NewPast()
	if err != nil {
		return err
	}
	// The servers go on until the end, so that the site's links lead somewhere.
	servers, err := past.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.Close()) }()
	site, err := o.build(ctx, e, past, servers, dir)
	if err != nil || o.once {
		return err
	}
	return o.serve(ctx, e, site)
}

// directory returns where the demo works: the directory to keep, or one that is
// removed at the end.
func (o *demoOptions) directory() (string, func() error, error) {
	if o.keep == "" {
		dir, err := os.MkdirTemp("", "shiplist-demo-")
		return dir, func() error { return os.RemoveAll(dir) }, err
	}
	keep := func() error { return nil }
	entries, err := os.ReadDir(o.keep)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return o.keep, keep, os.MkdirAll(o.keep, 0o755)
	case err != nil:
		return "", keep, err
	case len(entries) > 0 && !isDemo(o.keep):
		return "", keep, fmt.Errorf("%s is not empty and no demo's directory; name a new one", o.keep)
	}
	return o.keep, keep, nil
}

// demoMark is the file by which a directory that a demo may write to again is known.
const demoMark = ".shiplist-demo"

// hasData reports whether a demo's directory holds facts already.
func hasData(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "data"))
	return err == nil
}

func isDemo(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, demoMark))
	return err == nil
}

// build lets the real agent poll the sample's servers and the real generator write,
// and returns the directory of the site. The sample has a clock of its own, so that
// it tells of the same day at any time.
func (o *demoOptions) build(ctx context.Context, e *environment, past *demo.Past, servers *demo.Running, dir string) (site string, err error) {
	log, err := o.logger(e)
	if err != nil {
		return "", err
	}
	moments := past.Moments()
	if hasData(dir) { // of a demo before: time does not go back
		moments = moments[len(moments)-1:]
	}
	cfg, err := writeDemoConfig(dir, servers)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(e.stdout, "sample tracker at %s\n", servers.TrackerURL)
	if n := len(moments); n > 1 {
		fmt.Fprintf(e.stdout, "%d polls from %s to %s; the last one:\n", n, moments[0].Format(demoTime), moments[n-1].Format(demoTime))
	}
	report, err := releaseday.Lead(ctx, past, moments, agentAt(e, cfg, log))
	if err != nil {
		return "", err
	}
	if err := printReport(e, report, false); err != nil {
		return "", err
	}
	result, err := generator.Generate(ctx, generator.Options{Config: cfg, Logger: log})
	if err != nil {
		return "", err
	}
	return result.Dir, printGenerated(e, result, false)
}

// demoTime is how the demo writes a time.
const demoTime = "Mon 2 Jan 15:04"

// agentAt makes agents that go by a clock of the sample.
func agentAt(e *environment, cfg *config.Config, log *slog.Logger) func(now func() time.Time) (*agent.Agent, error) {
	return func(now func() time.Time) (*agent.Agent, error) {
		sample := *e
		sample.now = now
		return agent.New(agentFor(&sample, cfg, log))
	}
}

// writeDemoConfig writes the demo's configuration and reads it back as a user's
// would be.
func writeDemoConfig(dir string, servers *demo.Running) (*config.Config, error) {
	path := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(filepath.Join(dir, demoMark), nil, 0o644); err != nil {
		return nil, err
	}
	if err := os.WriteFile(path, servers.Config(dir), 0o644); err != nil {
		return nil, err
	}
	if err := demo.WritePlans(dir); err != nil {
		return nil, err
	}
	return config.Load(path)
}

func (o *demoOptions) serve(ctx context.Context, e *environment, site string) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", o.listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "\nthe site, made of sample data, is at\n\n    http://%s/\n\npress Ctrl-C to end\n", l.Addr())
	return demo.ServeSite(ctx, l, site)
}
