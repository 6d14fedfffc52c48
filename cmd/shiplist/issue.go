package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"shiplist/generator/publish"
	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/signer"
	"shiplist/internal/store"
)

// issueOf says how release.json is issued for a configuration, and looks for the key.
func issueOf(ctx context.Context, cfg *config.Config, getenv func(string) string, now func() time.Time) (publish.Issue, error) {
	i := publish.Issue{Polled: polled(cfg), Refresh: cfg.Sign.Refresh, Valid: cfg.Sign.Valid, Address: cfg.Site.BaseURL, Inline: cfg.Sign.Simplestreams}
	if !cfg.Sign.Any() {
		return i, nil
	}
	o := signer.Options{KeyFile: cfg.Sign.KeyFile, Key: cfg.Sign.Key, Program: cfg.Sign.Program, Home: cfg.Sign.Home, Now: now}
	if cfg.Sign.PassphraseEnv != "" || cfg.Sign.PassphraseFile != "" {
		o.Passphrase = func() (string, error) {
			phrase, err := cfg.Sign.Passphrase(getenv)
			return phrase.Reveal(), err
		}
	}
	key, err := signer.New(ctx, o)
	if err != nil {
		i.Signer = lost{err}
		return i, fmt.Errorf("nothing was signed, the site is as it was: %w", err)
	}
	i.Signer = key
	return i, nil
}

// lost stands for a key that cannot be used: whoever goes back in a hurry does so all the
// same, and is told.
type lost struct{ err error }

// Sign tells why it cannot.
func (l lost) Sign(context.Context, []byte) ([]byte, error) { return nil, l.err }

// Made knows no signature.
func (l lost) Made(_, _ []byte) bool { return false }

// SignInline tells why it cannot.
func (l lost) SignInline(context.Context, []byte) ([]byte, error) { return nil, l.err }

// MadeInline knows no signature.
func (l lost) MadeInline(_, _ []byte) bool { return false }

// polled is when a source last answered; zero where the data does not tell. Publishing
// needs no data, and falls back on what the set was made from.
func polled(cfg *config.Config) time.Time {
	var latest time.Time
	s, err := store.LoadOnly(cfg.Store.Data, func(release.SourceState) bool { return false })
	if err != nil {
		return latest
	}
	for _, source := range s.Sources {
		if source.State.Success.After(latest) {
			latest = source.State.Success
		}
	}
	return latest
}

// refreshLook is how often a running agent looks whether release.json is to be issued
// anew. A look costs the reading of a few small files, and of the key where there is one:
// so a key that was changed or revoked counts at once.
const refreshLook = time.Minute

// refresher issues release.json of the published site anew as long as the agent runs.
type refresher struct {
	refresh func(context.Context) (publish.Result, error)
	log     *slog.Logger
	issued  func() // is told after it
	told    string // the error that was told last
}

// begin looks again and again, until the function that it returns is called, which waits
// for the end.
func (r *refresher) begin(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.run(ctx)
	}()
	return func() { cancel(); <-done }
}

func (r *refresher) run(ctx context.Context) {
	ticker := time.NewTicker(refreshLook)
	defer ticker.Stop()
	for {
		r.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// look issues it anew where that is due. An error is told once; what was issued before
// holds until it expires.
func (r *refresher) look(ctx context.Context) {
	res, err := r.refresh(ctx)
	if ctx.Err() != nil {
		return
	}
	before, now := r.told, ""
	if err != nil {
		now = err.Error()
	}
	r.told = now
	switch {
	case res.Action == publish.Refreshed:
		r.log.InfoContext(ctx, "release.json issued anew", "set", res.Set, "serial", res.Serial, "expires", res.Expires, "signed", res.Signed)
		if now != "" { // the sets were not tidied up; the next run does that
			r.log.WarnContext(ctx, "release.json issued anew, with trouble", "err", now)
		}
	case now != "" && now != before:
		r.log.WarnContext(ctx, "release.json not issued anew", "err", now)
	case now != "":
	case before != "":
		r.log.InfoContext(ctx, "release.json can be issued again", "set", res.Set)
	}
	if res.Action == publish.Refreshed {
		r.issued()
	}
}

// refresh issues release.json of the site anew where that is due.
func (s *service) refresh(ctx context.Context) (publish.Result, error) {
	cfg := s.holds.Load()
	site := siteOf(cfg)
	if shown, err := publish.Show(site); err != nil || shown.Set == "" {
		return publish.Result{}, nil //nolint:nilerr // publishing tells what is wrong there
	}
	i, err := issueOf(ctx, cfg, s.getenv, time.Now)
	if err != nil {
		return publish.Result{}, err
	}
	return publish.Refresh(ctx, publish.Options{Site: site, Issue: i, By: theAgent})
}
