package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/store"
)

// settler decides what becomes of answers, one after another, and has it written.
type settler struct {
	agent *Agent
	w     *store.Writer
}

func (s *settler) rule() holdRule {
	c := s.agent.o.Config.Agent
	return holdRule{share: c.HoldShare, least: c.HoldLeast}
}

// settle brings one poll to its end. The error is about the data directory; what is
// wrong with the source is in the entry.
func (s *settler) settle(ctx context.Context, p polled) (SourceReport, error) {
	configured := s.agent.sources[p.index].state
	entry := SourceReport{Name: configured.Name, Kind: configured.Kind, Duration: p.took}
	if ctx.Err() != nil { // what fails now fails because we were told to stop
		entry.Outcome, entry.Error = Failed, "interrupted; nothing was changed"
		return entry, nil
	}
	state := s.w.State(configured.Name)
	state.Kind, state.Role, state.Address, state.Site = configured.Kind, configured.Role, configured.Address, configured.Site
	state.Attempt = p.at
	if p.err != nil {
		return s.failed(ctx, entry, state, p.err)
	}
	entry.Requests, entry.Bytes = p.answer.Requests, p.answer.Bytes
	p.answer.Facts.Source = configured.Name
	p.answer.Problems = bounded(p.answer.Problems)
	return s.answered(ctx, entry, state, p)
}

// failed notes that there is no answer. The facts, and an answer that is held back
// already, stay as they are.
func (s *settler) failed(ctx context.Context, entry SourceReport, state release.SourceState, cause error) (SourceReport, error) {
	state.Error = oneLine(cause.Error())
	entry.Outcome, entry.Error, entry.Held = Failed, state.Error, state.Held
	r, err := s.w.Commit(ctx, state, nil)
	entry.Problems = r.Edited
	return entry, notWritten(&entry, err)
}

// answered stores an answer or holds it back.
func (s *settler) answered(ctx context.Context, entry SourceReport, state release.SourceState, p polled) (SourceReport, error) {
	state.Error = ""
	v := s.rule().judge(p.before, count(p.answer.Facts), p.answer.Suspect)
	kept := store.Kept{Facts: p.answer.Facts, Polled: p.at, Problems: p.answer.Problems}
	if v.reason == "" {
		return s.store(ctx, entry, state, kept)
	}
	since := p.at
	// A clock that was set back must not hold for years what time lets in.
	if state.Held != nil && !state.Held.Since.After(p.at) && s.sameMind(state, p.before, v) {
		since = state.Held.Since
	}
	if patience := s.agent.o.Config.Agent.HoldFor; !v.never && !p.at.Before(since.Add(patience)) {
		entry.Note = fmt.Sprintf("let in after it was held back since %s: %s", since.Format(time.RFC3339), v.reason)
		return s.store(ctx, entry, state, kept)
	}
	return s.hold(ctx, entry, state, kept, release.Held{Reason: oneLine(v.reason), Since: since, Never: v.never})
}

// sameMind reports whether the answer that is kept aside would remove the same as
// the new one. Other news do not count: on a busy day every answer differs.
func (s *settler) sameMind(state release.SourceState, before tally, v verdict) bool {
	kept, err := s.w.Kept(state.Name)
	if err != nil || kept == nil || kept.Digest != state.Held.Digest || state.Held.Never != v.never {
		return false
	}
	was := s.rule().losses(before, count(kept.Facts))
	return slices.Equal(was, v.losses)
}

// hold keeps an answer aside.
func (s *settler) hold(ctx context.Context, entry SourceReport, state release.SourceState, kept store.Kept, held release.Held) (SourceReport, error) {
	digest, err := s.w.Hold(state.Name, kept)
	var unfit *store.FactsError
	if errors.As(err, &unfit) {
		return s.failed(ctx, entry, state, err)
	}
	if err != nil {
		return entry, notWritten(&entry, err)
	}
	held.Digest = digest
	state.Held = &held
	entry.Outcome, entry.Held, entry.Counts = Held, &held, countFacts(kept.Facts)
	r, err := s.w.Commit(ctx, state, nil)
	entry.Problems = r.Edited
	return entry, notWritten(&entry, err)
}

// store makes an answer what the source says now, and forgets what was held back.
func (s *settler) store(ctx context.Context, entry SourceReport, state release.SourceState, kept store.Kept) (SourceReport, error) {
	good := state
	good.Success, good.Held, good.Problems = kept.Polled, nil, kept.Problems
	r, err := s.w.Commit(ctx, good, kept.Facts)
	var unfit *store.FactsError
	if errors.As(err, &unfit) {
		return s.failed(ctx, entry, state, err)
	}
	if err != nil {
		return entry, notWritten(&entry, err)
	}
	entry.Outcome, entry.Changed, entry.Counts = Unchanged, r.Changed, countFacts(kept.Facts)
	if len(r.Changed) > 0 {
		entry.Outcome = OK
	}
	entry.Problems = append(slices.Clone(kept.Problems), r.Edited...)
	return entry, s.w.Drop(state.Name)
}

// notWritten puts an error of the data directory into the entry of its source, too.
func notWritten(entry *SourceReport, err error) error {
	if err == nil {
		return nil
	}
	entry.Outcome, entry.Error = Failed, oneLine(err.Error())
	return fmt.Errorf("source %s: %w", entry.Name, err)
}

// accept lets in what is kept aside.
func (s *settler) accept(ctx context.Context, name string) (SourceReport, error) {
	start := time.Now()
	state := s.w.State(name)
	if state.Held == nil {
		return SourceReport{}, fmt.Errorf("nothing of a source %q is held back%s", name, s.heldNames())
	}
	kept, err := s.w.Kept(name)
	if err != nil {
		return SourceReport{}, fmt.Errorf("%w; poll again with `shiplist agent --once`", err)
	}
	if kept == nil || kept.Digest != state.Held.Digest {
		return SourceReport{}, fmt.Errorf("what is kept aside of %s is not the answer that was held back since %s; poll again with `shiplist agent --once`",
			name, state.Held.Since.Format(time.RFC3339))
	}
	entry := SourceReport{Name: name, Kind: state.Kind, Note: "accepted: " + state.Held.Reason}
	entry, err = s.store(ctx, entry, state, *kept)
	entry.Duration = time.Since(start)
	return entry, err
}

// heldNames tells what could be accepted instead.
func (s *settler) heldNames() string {
	var names []string
	for _, source := range s.w.Snapshot().Sources {
		if source.State.Held != nil {
			names = append(names, source.State.Name)
		}
	}
	if len(names) == 0 {
		return ", nor of any other"
	}
	return "; held back: " + strings.Join(names, ", ")
}

const (
	longestText  = 500 // characters of an error or a problem
	mostProblems = 200 // of one source
)

// oneLine makes a text from outside fit to be stored in one line.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
	if runes := []rune(text); len(runes) > longestText {
		text = string(runes[:longestText-1]) + "…"
	}
	return text
}

// bounded keeps the problems of a poll from filling sources.toml.
func bounded(problems []release.Problem) []release.Problem {
	var kept []release.Problem
	for _, p := range problems[:min(len(problems), mostProblems)] {
		p.Address, p.Text = oneLine(p.Address), oneLine(p.Text)
		kept = append(kept, p)
	}
	if more := len(problems) - mostProblems; more > 0 {
		kept = append(kept, release.Problem{Rule: "limit", Text: fmt.Sprintf("%d more problems are not listed", more)})
	}
	return kept
}
