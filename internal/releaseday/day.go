// Package releaseday plays a release day that passes in minutes: the script of
// [demo.Replay] changes tracker and trees, the real agent polls them, the preview shows
// what it found, and a story in the terminal tells both. It has a clock of its own. What
// happens on the day stands in the script, not here.
package releaseday

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"shiplist/agent"
	"shiplist/generator"
	"shiplist/generator/preview"
	"shiplist/generator/publish"
	"shiplist/internal/config"
	"shiplist/internal/demo"
)

// pollEvery is how often the agent polls on the release day, by the day's own clock.
const pollEvery = 15 * time.Minute

// Speed makes the day pass in about four minutes.
const Speed = 240

// Options are what a day needs.
type Options struct {
	Script *demo.Replay
	Config *config.Config
	// Agent makes the agent that polls, by the day's clock.
	Agent func(now func() time.Time) (*agent.Agent, error)
	Story io.Writer    // where it is told what happens
	Log   *slog.Logger // of agent, generator and preview
	// Speed is how many times as fast as real time the day passes; 0 for as fast as it
	// goes.
	Speed float64
	// Publish is the command that publishes what the preview shows, for its pages.
	Publish string
}

// Day is a release day.
type Day struct {
	script  *demo.Replay
	clock   *dayClock
	speed   float64
	cfg     *config.Config
	log     *slog.Logger
	command string
	agent   *agent.Agent
	story   *story
}

// New returns a day that has not begun.
func New(o Options) (*Day, error) {
	d := &Day{
		script: o.Script, clock: &dayClock{}, speed: o.Speed, cfg: o.Config, log: o.Log, command: o.Publish, story: newStory(o.Story),
	}
	var err error
	d.agent, err = o.Agent(d.clock.tick)
	return d, err
}

// Before lets the days before pass, with a few polls each, so that the release day
// has a past.
func (d *Day) Before(ctx context.Context) error {
	d.story.begins()
	for at := demo.DayBegins(); at.Before(demo.Dawn()); at = at.Add(demo.PollBefore) {
		steps, err := d.script.Pass(at)
		if err != nil {
			return err
		}
		d.clock.set(at, 0)
		if _, err := d.agent.Once(ctx, agent.OnceOptions{}); err != nil {
			return err
		}
		d.story.before(at, steps)
	}
	return nil
}

// Show plays the day while the preview shows the site of a file of configuration on a
// listener, and goes on to show what is there at its end, until ctx ends.
func (d *Day) Show(ctx context.Context, l net.Listener, file string) error {
	fmt.Fprintf(d.story.out, "\nthe site, made of sample data, is at\n\n    http://%[1]s/resolute/26.04.1/\n    http://%[1]s/resolute/26.04.1/#history   how the day went\n    http://%[1]s/changes/                    what happened\n\nopen one and watch; press Ctrl-C to end\n\n", l.Addr())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	shown := make(chan error, 1)
	go func() {
		shown <- preview.New(preview.Options{
			File: file, Logger: d.log, Now: d.clock.now, Shifted: true, Publish: d.command,
			Load: func() (*config.Config, error) { return config.Load(file) },
			Tell: d.story.made,
		}).Run(ctx, l)
		cancel() // a day that nobody can see need not pass
	}()
	err := d.Play(ctx)
	if ctx.Err() != nil {
		return <-shown
	}
	if err != nil {
		cancel()
		return errors.Join(err, <-shown)
	}
	<-ctx.Done()
	return <-shown
}

// Play plays the day itself. It ends with the error of ctx when that ends before the day.
func (d *Day) Play(ctx context.Context) error {
	d.story.dawn()
	for at := demo.Dawn(); !at.After(demo.Dusk()); at = at.Add(pollEvery) {
		next := d.pause(pollEvery)
		if err := d.tick(ctx, at); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-next:
		}
	}
	d.clock.set(d.clock.now(), 1)
	d.story.dusk()
	return nil
}

// pause ends when some time of the day has passed.
func (d *Day) pause(length time.Duration) <-chan time.Time {
	if d.speed <= 0 {
		over := make(chan time.Time)
		close(over)
		return over
	}
	return time.After(time.Duration(float64(length) / d.speed))
}

// tick lets the day go on to a moment, and the agent see what happened.
func (d *Day) tick(ctx context.Context, at time.Time) error {
	steps, err := d.script.Pass(at)
	if err != nil {
		return err
	}
	d.clock.set(at, d.speed)
	d.story.steps(steps)
	report, err := d.agent.Once(ctx, agent.OnceOptions{})
	if err != nil {
		return err
	}
	d.story.seen(report)
	for _, s := range steps {
		if s.What == demo.StepSite {
			if err := d.publish(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// publish makes the site of what is known now, and shows it to visitors.
func (d *Day) publish(ctx context.Context) error {
	made, err := generator.Generate(ctx, generator.Options{Config: d.cfg, Logger: d.log})
	if err != nil {
		return err
	}
	site := d.cfg.Site
	res, err := publish.Publish(ctx, publish.Options{Site: publish.Site{Staged: site.Staged, Output: site.Output, Kept: site.Kept}, Digest: made.Digest, By: "release-lead", Now: d.clock.tick})
	var refused *publish.Refused
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	d.story.published(res, refused)
	return nil
}
