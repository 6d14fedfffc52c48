package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"shiplist/agent"
	"shiplist/agent/observe"
	"shiplist/generator"
	"shiplist/generator/publish"
	"shiplist/internal/config"
	"shiplist/internal/mirror"
	"shiplist/internal/store"
)

// service is a running agent with all that surrounds it: it reads the configuration
// again when that changes, lets the generator run, and tells the outside.
type service struct {
	file    string
	log     *slog.Logger
	holds   atomic.Pointer[config.Config] // the configuration that the agent goes by
	agent   *agent.Agent
	state   *observe.State
	systemd *observe.Systemd
	server  *observe.Server
	begun   *begun
	getenv  func(string) string // where keys and passphrases may be
	now     func() time.Time
	sender  *sender
	// tried is of the last text of the configuration that was read.
	tried fingerprint
}

// fingerprint tells texts of the configuration apart.
type fingerprint [sha256.Size]byte

// serve runs the agent until ctx ends. SIGHUP would end the process while nobody
// listens to it, so that comes first.
func (o *agentOptions) serve(ctx context.Context, e *environment) error {
	hangups, deaf := e.hangups()
	defer deaf()
	tried := fingerprintOf(o.config)
	cfg, log, err := o.load(e)
	if err != nil {
		return err
	}
	if err := o.own(cfg, o.typed()); err != nil {
		return err
	}
	if err := alone(cfg); err != nil {
		return err
	}
	s, err := newService(e, o.config, cfg, log)
	if err != nil {
		return err
	}
	s.tried = tried
	log.InfoContext(ctx, "shiplist starts", "version", programVersion(), "config", o.config, "data", cfg.Store.Data)
	if err := s.server.Listen(ctx, cfg.Agent.Listen); err != nil {
		return err
	}
	err = s.run(ctx, hangups)
	return errors.Join(err, s.server.Close())
}

// alone tells who else runs before anything is begun. The agent looks again when it
// takes the lock.
func alone(cfg *config.Config) error {
	pid, running, err := store.Running(cfg.Store.Data)
	if err == nil && running {
		err = &store.HeldError{Dir: cfg.Store.Data, PID: pid}
	}
	return err
}

func newService(e *environment, file string, cfg *config.Config, log *slog.Logger) (*service, error) {
	s := &service{file: file, log: log, begun: &begun{yes: make(chan struct{})}, getenv: e.getenv, now: e.now}
	s.holds.Store(cfg)
	s.state = observe.New(observe.Options{Config: cfg, Version: programVersion(), Now: e.now, Logger: log})
	s.sender = &sender{holds: s.holds.Load, bring: s.send, stand: standingsOf, tell: s.tellTargets, log: log}
	s.systemd = observe.NewSystemd(log)
	s.server = observe.NewServer(s.state.Handler(), log)
	options := agentFor(e, cfg, log)
	options.Generate = s.generate
	options.Observer = observe.All{s.state, s.systemd, s.begun}
	var err error
	s.agent, err = agent.New(options)
	return s, err
}

// generate makes the site from what the data and the configuration are now. The
// agent logs what became of it.
func (s *service) generate(ctx context.Context) (agent.Build, error) {
	start := time.Now()
	r, err := generator.Generate(ctx, generator.Options{Config: s.holds.Load()})
	b := agent.Build{Digest: r.Digest, Pages: r.Pages, Changed: r.New, Duration: time.Since(start), Err: err}
	if err == nil && publishesItself(s.holds.Load()) {
		b.Publication = s.publish(ctx, r.Digest)
	}
	if err == nil {
		s.bring(b.Publication)
	}
	return b, err
}

// bring has what is published by itself brought to the targets, and what is not to those
// that show it. Nobody waits for that.
func (s *service) bring(p agent.Publication) {
	cfg := s.holds.Load()
	if p.Tried && p.Err == nil {
		s.sender.want(newest, targetsOf(cfg, false))
	}
	s.sender.want(newest, targetsOf(cfg, true))
}

// renew has a release.json that was issued anew brought to the targets that have the rest.
func (s *service) renew() { s.sender.want(renewal, targetsOf(s.holds.Load(), false)) }

// send brings to one target.
func (s *service) send(ctx context.Context, cfg *config.Config, t config.Target, renew bool) mirror.Result {
	return mirror.Bring(ctx, []config.Target{t}, mirror.Options{
		Site: siteOf(cfg), By: theAgent, Renew: renew, Version: programVersion(), Getenv: s.getenv, Now: s.now, Dress: stagingBar,
	})[0]
}

// theAgent is who publishes where no person does.
const theAgent = "the agent"

// publish makes the staged set what visitors see.
func (s *service) publish(ctx context.Context, digest string) agent.Publication {
	cfg := s.holds.Load()
	issue, err := issueOf(ctx, cfg, s.getenv, time.Now)
	if err != nil {
		return agent.Publication{Tried: true, Err: err}
	}
	res, err := publish.Publish(ctx, publish.Options{Site: siteOf(cfg), Digest: digest, By: theAgent, Auto: true, Issue: issue})
	p := agent.Publication{Tried: true, Err: err}
	var refused *publish.Refused
	if errors.As(err, &refused) {
		p.Refused, p.Err = true, reasonsOf(refused)
	}
	if res.Action != publish.Nothing && res.Action != publish.Refreshed {
		p.Set = res.Set
		s.tellPublished(res)
	}
	return p
}

// tellTargets passes on how it stands with the targets.
func (s *service) tellTargets(all []targetStanding) {
	var told []observe.Target
	for _, t := range all {
		told = append(told, observe.Target{Name: t.Target, Behind: t.Behind, Since: t.Since})
	}
	s.state.Targets(told)
}

// tellPublished logs what somebody should know of a set that went out by itself.
func (s *service) tellPublished(res publish.Result) {
	for _, text := range res.Warnings {
		s.log.Warn("published sets are damaged", "err", text)
	}
	for _, t := range res.StillShown {
		s.log.Info("site still shows a trouble that was overridden", "rule", t.Rule, "page", t.Page, "by", t.By, "set", t.Set)
	}
}

// reasonsOf is a refusal without the digest, so that the same one is logged once.
func reasonsOf(refused *publish.Refused) error {
	var all []string
	for _, r := range refused.Reasons {
		all = append(all, r.Rule+": "+r.Text)
	}
	return errors.New(strings.Join(all, " "))
}

// run runs the agent and looks after its configuration.
func (s *service) run(ctx context.Context, hangups <-chan os.Signal) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.agent.Run(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-s.begun.yes: // before, there is nothing to be told of a new configuration
	}
	defer s.sender.begin(ctx)()
	defer (&refresher{refresh: s.refresh, log: s.log, issued: s.renew}).begin(ctx)() // it ends first, as it has things sent
	w := watch(s.file, s.tried, s.log)
	defer w.Close()
	for {
		select {
		case err := <-ended:
			return err
		case <-hangups:
			s.reload(ctx)
		case text := <-w.Changed:
			if text != s.tried {
				s.reload(ctx)
			}
		}
	}
}

// reload reads the configuration again. A wrong one changes nothing.
func (s *service) reload(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	s.systemd.Reloading()
	defer s.systemd.Ready()
	s.tried = fingerprintOf(s.file)
	cfg, err := config.Load(s.file)
	if err == nil {
		err = s.take(ctx, cfg)
	}
	s.settled(ctx, cfg, err)
}

// settled tells what became of a configuration. One that came when the agent was told
// to stop is nobody's concern any more.
func (s *service) settled(ctx context.Context, cfg *config.Config, err error) {
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.refuse(ctx, err)
	default:
		s.state.Reloaded(cfg)
		s.systemd.Refused(false)
		s.tell("the new configuration was taken")
	}
}

// take makes a configuration the one that holds, or leaves everything as it was.
func (s *service) take(ctx context.Context, cfg *config.Config) error {
	old := s.holds.Load()
	if err := s.server.Listen(ctx, cfg.Agent.Listen); err != nil {
		return err
	}
	if err := s.agent.Reload(cfg); err != nil {
		return errors.Join(err, s.server.Listen(ctx, old.Agent.Listen))
	}
	s.holds.Store(cfg)
	return nil
}

// refuse says why a configuration was not taken, each mistake in a line of its own.
func (s *service) refuse(ctx context.Context, err error) {
	s.state.Reloaded(nil)
	s.systemd.Refused(true)
	const message = "configuration refused, the one before stays"
	var mistakes config.Problems
	if !errors.As(err, &mistakes) {
		s.log.ErrorContext(ctx, message, "file", s.file, "err", err)
	}
	for _, p := range mistakes {
		facts := []any{"file", p.File, "line", p.Line}
		if p.Key != "" {
			facts = append(facts, "key", p.Key)
		}
		s.log.ErrorContext(ctx, message, append(facts, "err", p.Text)...)
	}
}

func (s *service) tell(status string) {
	s.state.Status(status)
	s.systemd.Status(status)
}

// begun is an observer that waits for the agent to be ready.
type begun struct {
	observe.All // of nobody: the other methods do nothing
	once        sync.Once
	yes         chan struct{}
}

// Ready notes it.
func (b *begun) Ready() { b.once.Do(func() { close(b.yes) }) }
