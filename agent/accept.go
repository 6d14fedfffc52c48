package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"shiplist/internal/release"
	"shiplist/internal/store"
)

// Only one process writes the data directory. So what a person lets in while an agent
// runs is asked of that agent, by a file: STATE/accept/SOURCE holds the digest of the
// answer that the person was shown. The agent looks there with every beat, lets in
// what is kept aside if it is still that answer, and removes the file.

const (
	acceptDir = "accept"
	// acceptWithin is how long the other agent may take; some beats.
	acceptWithin = 6 * beat
	acceptLook   = 250 * time.Millisecond
	// digestMost is how much of a request is read.
	digestMost = 200
)

// Accept lets in what is held back of a source, exactly as it was kept aside: the
// source is not polled. The name may be followed by "@" and the beginning of the digest
// of the answer that is meant; then no other is let in, however short ago it came.
// Where another agent runs, that one is asked to.
func (a *Agent) Accept(ctx context.Context, what string) (Report, error) {
	name, digest, _ := strings.Cut(what, "@")
	report, err := a.acceptHere(ctx, name, digest)
	var other *store.HeldError
	if !errors.As(err, &other) {
		return report, err
	}
	return a.acceptThere(ctx, name, digest, other)
}

// otherAnswer is the error for an answer that is not the one that was meant.
func otherAnswer(name string, held *release.Held) error {
	return fmt.Errorf("another answer of %s is held back by now (%s: %s); look again, and accept %s", name, held.ShortDigest(), held.Reason, held.Handle(name))
}

func (a *Agent) acceptHere(ctx context.Context, name, digest string) (report Report, err error) {
	w, err := a.open(ctx)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	s := settler{agent: a, w: w}
	if held := w.State(name).Held; held != nil && !strings.HasPrefix(held.Digest, digest) {
		return Report{}, otherAnswer(name, held)
	}
	entry, err := s.accept(ctx, name)
	if err != nil {
		return Report{}, err
	}
	a.log(ctx, entry)
	return Report{Sources: []SourceReport{entry}}, nil
}

// acceptThere asks the agent that runs, and waits until it has done so.
func (a *Agent) acceptThere(ctx context.Context, name, digest string, other *store.HeldError) (Report, error) {
	state, err := a.heldState(name)
	if err != nil {
		return Report{}, err
	}
	if !strings.HasPrefix(state.Held.Digest, digest) {
		return Report{}, otherAnswer(name, state.Held)
	}
	begin, path := time.Now(), filepath.Join(a.o.Config.Store.State, acceptDir, name)
	if err := ask(path, state.Held.Digest); err != nil {
		return Report{}, fmt.Errorf("ask the running agent: %w", err)
	}
	limit := time.NewTimer(acceptWithin)
	defer limit.Stop()
	look := time.NewTicker(acceptLook)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return Report{}, errors.Join(ctx.Err(), os.Remove(path))
		case <-limit.C:
			return Report{}, errors.Join(fmt.Errorf("it did not let in what is held back of %s within %s: %w", name, acceptWithin, other), os.Remove(path))
		case <-look.C:
		}
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return a.accepted(name, state, time.Since(begin))
		}
	}
}

func ask(path, digest string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return renameio.WriteFile(path, []byte(digest+"\n"), 0o644)
}

// heldState is how it stands with a source of which something is held back.
func (a *Agent) heldState(name string) (release.SourceState, error) {
	states, err := a.states()
	if err != nil {
		return release.SourceState{}, err
	}
	for _, state := range states {
		if state.Name == name && state.Held != nil {
			return state, nil
		}
	}
	return release.SourceState{}, noneHeld(name, states)
}

func (a *Agent) states() ([]release.SourceState, error) {
	snapshot, err := a.snapshot("")
	if err != nil {
		return nil, err
	}
	var states []release.SourceState
	for _, s := range snapshot.Sources {
		states = append(states, s.State)
	}
	return states, nil
}

// snapshot reads how it stands with all sources, and the facts of the named one.
func (a *Agent) snapshot(name string) (*store.Snapshot, error) {
	return store.LoadOnly(a.o.Config.Store.Data, func(s release.SourceState) bool { return s.Name == name })
}

// accepted tells what the other agent did with a request, and in what time.
func (a *Agent) accepted(name string, before release.SourceState, took time.Duration) (Report, error) {
	after, err := a.heldState(name)
	if err == nil && after.Held.Digest == before.Held.Digest {
		return Report{}, fmt.Errorf("the running agent did not let in what is held back of %s; its log says why", name)
	}
	snapshot, err := a.snapshot(name)
	if err != nil {
		return Report{}, err
	}
	source := snapshot.Source(name)
	if source == nil {
		return Report{}, fmt.Errorf("the running agent does not have a source %q any more", name)
	}
	entry := SourceReport{
		Name: name, Kind: source.State.Kind, Outcome: OK, Success: source.State.Success, Held: source.State.Held,
		Counts: countFacts(source.Facts), Duration: took, Note: acceptedNote("accepted by the running agent", before.Held),
	}
	return Report{Sources: []SourceReport{entry}}, nil
}

// acceptedNote says what was let in against which doubt.
func acceptedNote(what string, held *release.Held) string { return what + ", although " + held.Reason }

// makeAcceptDir makes the place for requests: whoever asks may be another user, and the
// agent has to be able to remove what that one wrote.
func (s *service) makeAcceptDir(dir string) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		s.o.Logger.DebugContext(s.work, "nothing can be accepted while the agent runs", "err", err)
	}
}

// takeRequests lets in what people asked for.
func (s *service) takeRequests() {
	dir := filepath.Join(s.o.Config.Store.State, acceptDir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		s.makeAcceptDir(dir) // it is the first time, or somebody took it away
		return
	}
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			s.grant(e.Name(), filepath.Join(dir, e.Name()))
		}
	}
}

// grant lets in what is held back of a source, if it is what the request says. The
// request goes in any case, and last: whoever waits for it finds it done.
func (s *service) grant(name, path string) {
	if s.refused[path] {
		return
	}
	defer func() {
		if err := os.Remove(path); err != nil {
			s.refused[path] = true // it would be refused with every beat
			s.o.Logger.WarnContext(s.work, "request not removed, and not looked at again", "source", name, "err", err)
		}
	}()
	text, err := readStart(path, digestMost)
	if err == nil {
		state := s.settler.w.State(name)
		if state.Held == nil || state.Held.Digest != strings.TrimSpace(text) {
			err = errors.New("the answer that was to be let in is not the one that is held back now")
		}
	}
	if err != nil {
		s.o.Logger.WarnContext(s.work, "nothing accepted", "source", name, "err", err)
		return
	}
	report, err := s.settler.accept(s.work, name)
	if err != nil {
		s.o.Logger.WarnContext(s.work, "nothing accepted", "source", name, "err", err)
		return
	}
	s.log(s.work, report)
	for _, e := range s.entries {
		if e.state.Name == name {
			e.said = ""
			report.Next = e.next.at.UTC()
		}
	}
	s.o.Observer.Polled(report)
	s.builder.wanted(s.o.Now())
}

// readStart reads the beginning of a small file.
func readStart(path string, most int) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text := make([]byte, most)
	n, err := f.Read(text)
	return string(text[:n]), err
}
