package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"shiplist/agent"
	"shiplist/generator"
	"shiplist/generator/preview"
	"shiplist/generator/publish"
	"shiplist/internal/config"
	"shiplist/internal/demo"
)

const (
	// pollEvery is how often the agent polls on the release day, by the day's own clock,
	// and pollBefore on the days before.
	pollEvery  = 15 * time.Minute
	pollBefore = 6 * time.Hour
	// daySpeed makes the day pass in about four minutes.
	daySpeed = 240
)

// replay is a release day that passes: the script changes tracker and trees, the real
// agent polls them, and the preview shows what it found.
type replay struct {
	day   *demo.Replay
	clock *dayClock
	speed float64 // how many times as fast as real time; 0 for as fast as it goes
	cfg   *config.Config
	log   *slog.Logger
	agent *agent.Agent
	story *story
}

// replay plays the release day and goes on to show what is there at its end, until ctx
// ends.
func (o *demoOptions) replay(ctx context.Context, e *environment, dir string) (err error) {
	if _, err := os.Stat(filepath.Join(dir, "data")); err == nil {
		return fmt.Errorf("%s holds the data of another demo; name a new directory", dir)
	}
	log, err := o.replayLog(e)
	if err != nil {
		return err
	}
	day, err := demo.NewReplay()
	if err != nil {
		return err
	}
	servers, err := day.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.Close()) }()
	r := &replay{day: day, clock: &dayClock{}, speed: o.speed, log: log, story: newStory(e.stdout)}
	if o.once {
		r.speed = 0
	}
	if r.cfg, err = writeDemoConfig(dir, servers); err != nil {
		return err
	}
	sample := *e
	sample.now = r.clock.tick
	if r.agent, err = agent.New(agentFor(&sample, r.cfg, log)); err != nil {
		return err
	}
	if err := r.daysBefore(ctx); err != nil {
		return quietly(ctx, err)
	}
	if o.once {
		return r.releaseDay(ctx)
	}
	return r.show(ctx, e, o.listen, filepath.Join(dir, "config.toml"))
}

// replayLog is the log of the agent, which would talk into the story: it is heard on
// demand only.
func (o *demoOptions) replayLog(e *environment) (*slog.Logger, error) {
	log, err := o.logger(e)
	if !o.verbose {
		log = slog.New(slog.DiscardHandler)
	}
	return log, err
}

// daysBefore lets the days before pass, with a few polls each, so that the release day
// has a past.
func (r *replay) daysBefore(ctx context.Context) error {
	r.story.begins()
	for at := demo.DayBegins(); at.Before(demo.Dawn()); at = at.Add(pollBefore) {
		steps, err := r.day.Pass(at)
		if err != nil {
			return err
		}
		r.clock.set(at, 0)
		if _, err := r.agent.Once(ctx, agent.OnceOptions{}); err != nil {
			return err
		}
		r.story.before(at, steps)
	}
	return nil
}

// show plays the day while the preview shows the site.
func (r *replay) show(ctx context.Context, e *environment, listen, file string) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "\nthe site, made of sample data, is at\n\n    http://%[1]s/resolute/26.04.1/\n    http://%[1]s/resolute/26.04.1/#history   how the day went\n    http://%[1]s/changes/                    what happened\n\nopen one and watch; press Ctrl-C to end\n\n", l.Addr())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	shown := make(chan error, 1)
	var showing sync.WaitGroup
	defer showing.Wait()
	showing.Go(func() {
		shown <- preview.New(preview.Options{
			File: file, Logger: r.log, Now: r.clock.now, Shifted: true, Publish: commandLine("publish", file),
			Load: func() (*config.Config, error) { return config.Load(file) },
			Tell: r.story.made,
		}).Run(ctx, l)
		cancel() // a day that nobody can see need not pass
	})
	if err := r.releaseDay(ctx); err != nil {
		cancel()
		return errors.Join(err, <-shown)
	}
	<-ctx.Done()
	return <-shown
}

// releaseDay plays the day itself.
func (r *replay) releaseDay(ctx context.Context) error {
	r.story.dawn()
	for at := demo.Dawn(); !at.After(demo.Dusk()); at = at.Add(pollEvery) {
		next := r.pause(pollEvery)
		if err := r.tick(ctx, at); err != nil {
			return quietly(ctx, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-next:
		}
	}
	r.clock.set(r.clock.now(), 1)
	r.story.dusk()
	return nil
}

// quietly forgets an error that is only that the user had enough.
func quietly(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// pause ends when some time of the day has passed.
func (r *replay) pause(length time.Duration) <-chan time.Time {
	if r.speed <= 0 {
		over := make(chan time.Time)
		close(over)
		return over
	}
	return time.After(time.Duration(float64(length) / r.speed))
}

// tick lets the day go on to a moment, and the agent see what happened.
func (r *replay) tick(ctx context.Context, at time.Time) error {
	steps, err := r.day.Pass(at)
	if err != nil {
		return err
	}
	r.clock.set(at, r.speed)
	r.story.steps(steps)
	report, err := r.agent.Once(ctx, agent.OnceOptions{})
	if err != nil {
		return err
	}
	r.story.seen(report)
	for _, s := range steps {
		if s.What == demo.StepSite {
			if err := r.publish(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// publish makes the site of what is known now, and shows it to visitors.
func (r *replay) publish(ctx context.Context) error {
	made, err := generator.Generate(ctx, generator.Options{Config: r.cfg, Logger: r.log})
	if err != nil {
		return err
	}
	res, err := publish.Publish(ctx, publish.Options{Site: siteOf(r.cfg), Digest: made.Digest, By: "release-lead", Now: r.clock.tick})
	var refused *publish.Refused
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	r.story.published(res, refused)
	return nil
}

// dayClock is the clock of the day. The agent sees it stand still while it polls, so
// that the same day gives the same facts; people see it pass.
type dayClock struct {
	mu    sync.Mutex
	at    time.Time
	since time.Time // when it was set, by the real clock
	speed float64
}

// set puts the clock to a time, from which it passes.
func (c *dayClock) set(at time.Time, speed float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.since, c.speed = at, time.Now(), speed
}

// tick is the time to which the clock was set last.
func (c *dayClock) tick() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// now is the time that people see. It does not run ahead of what the agent does next.
func (c *dayClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	passed := time.Duration(float64(time.Since(c.since)) * c.speed)
	if c.speed > 1 {
		passed = min(passed, pollEvery)
	}
	return c.at.Add(passed)
}
