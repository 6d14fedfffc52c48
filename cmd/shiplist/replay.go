package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"

	"shiplist/internal/demo"
	"shiplist/internal/releaseday"
)

// replay plays the release day and goes on to show what is there at its end, until ctx
// ends.
func (o *demoOptions) replay(ctx context.Context, e *environment, dir string) (err error) {
	if hasData(dir) {
		return fmt.Errorf("%s holds the data of another demo; name a new directory", dir)
	}
	script, err := demo.NewReplay()
	if err != nil {
		return err
	}
	servers, err := script.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.Close()) }()
	day, err := o.releaseDay(e, dir, script, servers)
	if err != nil {
		return err
	}
	if err := day.Before(ctx); err != nil {
		return err
	}
	if o.once {
		return day.Play(ctx)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", o.listen)
	if err != nil {
		return err
	}
	return day.Show(ctx, l, filepath.Join(dir, "config.toml"))
}

// releaseDay is the day of a script whose servers run.
func (o *demoOptions) releaseDay(e *environment, dir string, script *demo.Replay, servers *demo.Running) (*releaseday.Day, error) {
	log, err := o.replayLog(e)
	if err != nil {
		return nil, err
	}
	cfg, err := writeDemoConfig(dir, servers)
	if err != nil {
		return nil, err
	}
	day := releaseday.Options{
		Script: script, Config: cfg, Story: e.stdout, Log: log, Speed: o.speed,
		Publish: commandLine("publish", filepath.Join(dir, "config.toml")),
		Agent:   agentAt(e, cfg, log),
	}
	if o.once {
		day.Speed = 0
	}
	return releaseday.New(day)
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
