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
	w     ledger
}

// ledger is where answers are entered: a [*store.Writer], or what only tells what one
// would do.
type ledger interface {
	Dir() string
	State(name string) release.SourceState
	States() []release.SourceState
	Facts(name string) (*release.Facts, error)
	Broken() store.Problems
	Commit(ctx context.Context, state release.SourceState, facts *release.Facts, events ...release.Event) (store.Result, error)
	Retire(ctx context.Context, name string, events ...release.Event) (store.Result, error)
	Hold(name string, answer store.Kept) (digest string, err error)
	Kept(name string) (*store.Kept, error)
	Drop(name string) error
}

func (s *settler) rule() holdRule {
	c := s.agent.o.Config.Agent
	return holdRule{share: c.HoldShare, least: c.HoldLeast}
}

// facts reads what is stored of a source now, and says in the log which of its files
// have mistakes.
func (s *settler) facts(ctx context.Context, name string) (*release.Facts, error) {
	facts, err := s.w.Facts(name)
	if err != nil {
		return nil, err
	}
	for _, p := range brokenOf(s.w, name) {
		s.agent.o.Logger.WarnContext(ctx, "data file with a mistake, edited by hand?", "source", name, "err", p.Error())
	}
	return facts, nil
}

// before reads what is stored of several sources.
func (s *settler) before(ctx context.Context, sources []configuredSource) ([]*release.Facts, error) {
	facts := make([]*release.Facts, len(sources))
	for i, source := range sources {
		var err error
		if facts[i], err = s.facts(ctx, source.state.Name); err != nil {
			return nil, err
		}
	}
	return facts, nil
}

// retireStrangers removes the sources that are stored but not configured.
func (s *settler) retireStrangers(ctx context.Context) ([]SourceReport, error) {
	var entries []SourceReport
	for _, name := range s.strangers() {
		entry, err := s.retire(ctx, name)
		s.agent.log(ctx, entry)
		if err != nil {
			return entries, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// strangers are the sources that are stored and not configured.
func (s *settler) strangers() []string {
	var names []string
	for _, state := range s.w.States() {
		if !slices.ContainsFunc(s.agent.sources, func(c configuredSource) bool { return c.state.Name == state.Name }) {
			names = append(names, state.Name)
		}
	}
	return names
}

// retire removes a source.
func (s *settler) retire(ctx context.Context, name string) (SourceReport, error) {
	state := s.w.State(name)
	entry := SourceReport{Name: name, Kind: state.Kind, Outcome: Retired, Note: "the configuration does not name it any more"}
	if !state.Success.IsZero() { // one that never answered had nothing
		entry.Events = []release.Event{since(state, s.agent.now()).event(release.EventSourceRetired, name, "")}
	}
	start := time.Now()
	r, err := s.w.Retire(ctx, name, entry.Events...)
	if err == nil {
		err = s.w.Drop(name)
	}
	entry.Changed, entry.Problems, entry.Duration = r.Changed, r.Edited, time.Since(start)
	if err != nil {
		return entry, notWritten(&entry, fmt.Errorf("retire: %w", err))
	}
	return entry, nil
}

// begins notes that a poll begins: one that is cut short, whatever the reason, must not
// be made again with every start of the agent. Without the note the poll is as good; its
// end will say what is wrong with the data directory.
func (s *settler) begins(ctx context.Context, source configuredSource, at time.Time) {
	state := s.w.State(source.state.Name)
	state.Kind, state.Role, state.Address, state.Site = source.state.Kind, source.state.Role, source.state.Address, source.state.Site
	state.Began = at
	if _, err := s.w.Commit(ctx, state, nil); err != nil {
		s.agent.o.Logger.DebugContext(ctx, "begin of a poll not noted", "source", source.state.Name, "err", err)
	}
}

// settlement is one poll on its way to its end.
type settlement struct {
	SourceReport
	state  release.SourceState // as it will be stored
	before *release.Facts      // what is stored
	tally  tally               // of before
	at     time.Time
}

// settle brings one poll to its end. The error is about the data directory; what is
// wrong with the source is in the entry.
func (s *settler) settle(ctx context.Context, p polled) (SourceReport, error) {
	entry := SourceReport{Name: p.configured.Name, Kind: p.configured.Kind, Duration: p.took}
	if p.answer != nil { // also of a poll that failed
		entry.Requests, entry.Bytes = p.answer.Requests, p.answer.Bytes
	}
	if ctx.Err() != nil { // what fails now fails because we were told to stop
		entry.Outcome, entry.Error, entry.ErrorKind = Failed, "interrupted; nothing was changed", kindOther
		return entry, nil
	}
	x := &settlement{SourceReport: entry, state: s.w.State(entry.Name), at: p.at}
	x.state.Kind, x.state.Role, x.state.Address, x.state.Site = p.configured.Kind, p.configured.Role, p.configured.Address, p.configured.Site
	x.state.Began = time.Time{}
	if !errors.As(p.err, new(unable)) { // of such a one nobody was asked
		x.state.Attempt = p.at
	}
	var err error
	if p.err != nil {
		err = s.failed(ctx, x, p.err)
	} else {
		err = s.answered(ctx, x, p)
	}
	stored := s.w.State(entry.Name)
	x.Success, x.Lost = stored.Success, stored.Lost
	return x.SourceReport, err
}

// failed notes that there is no answer. The facts, and an answer that is held back
// already, stay as they are.
func (s *settler) failed(ctx context.Context, x *settlement, cause error) error {
	x.Outcome, x.Error, x.ErrorKind, x.Held = Failed, oneLine(cause.Error()), kindOf(cause), x.state.Held
	// That a host is left alone follows from what it did, and that is what people want
	// to know.
	if x.ErrorKind != kindResting || x.state.Error == "" {
		x.state.Error = x.Error
	}
	if s.lost(x) {
		x.state.Lost = true
		x.Events = append(x.Events, since(x.state, x.at).event(release.EventSourceLost, x.Name, x.state.Error))
	}
	return s.commit(ctx, x, nil)
}

// lost reports whether a source that fails is lost now, and was not before. One that
// never answered is not: nobody has anything to lose.
func (s *settler) lost(x *settlement) bool {
	return !x.state.Lost && x.state.Overdue(x.at, s.agent.o.Config.Site.Stale)
}

// commit writes the state, with the facts when there are any.
func (s *settler) commit(ctx context.Context, x *settlement, facts *release.Facts) error {
	r, err := s.w.Commit(ctx, x.state, facts, x.Events...)
	x.Changed = r.Changed
	x.Problems = append(x.Problems, r.Edited...)
	if err != nil {
		x.Events = nil
	}
	var unfit *store.FactsError
	if errors.As(err, &unfit) {
		return err
	}
	return notWritten(&x.SourceReport, err)
}

// answered stores an answer or holds it back.
func (s *settler) answered(ctx context.Context, x *settlement, p polled) error {
	p.answer.Facts.Source = x.Name
	p.answer.Problems = bounded(p.answer.Problems)
	x.state.Error = ""
	var err error
	if x.before, err = s.w.Facts(x.Name); err != nil {
		return notWritten(&x.SourceReport, err)
	}
	x.tally = count(x.before)
	x.tally.unreadable(brokenFiles(s.w, x.Name))
	v := s.rule().judge(x.tally, count(p.answer.Facts), p.answer)
	kept := store.Kept{Facts: p.answer.Facts, Polled: p.began, Due: p.due, Problems: p.answer.Problems, Looks: p.answer.Looks}
	if v.reason == "" {
		return s.store(ctx, x, kept, x.at)
	}
	held := release.Held{Reason: oneLine(v.reason), Since: p.at, Polls: 1, Never: v.never}
	// A clock that was set back must not hold for years what time lets in.
	if x.state.Held != nil && !x.state.Held.Since.After(p.at) && s.sameMind(x.state, x.tally, v) {
		held.Since, held.Polls = x.state.Held.Since, x.state.Held.Polls+1
	}
	patience := s.agent.o.Config.Agent.HoldFor
	// One poll after a leap of the clock is no day of the same answers.
	if !v.never && held.Polls >= holdPolls && !p.at.Before(held.Since.Add(patience)) {
		x.Note = fmt.Sprintf("let in after it was held back since %s: %s", held.Since.Format(time.RFC3339), v.reason)
		x.Events = append(x.Events, since(x.state, x.at).event(release.EventSourceLetIn, x.Name, ""))
		return s.store(ctx, x, kept, x.at)
	}
	return s.hold(ctx, x, kept, held)
}

// holdPolls is how many polls in a row have to bring an answer before time lets it in.
const holdPolls = 3

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
func (s *settler) hold(ctx context.Context, x *settlement, kept store.Kept, held release.Held) error {
	digest, err := s.w.Hold(x.Name, kept)
	var unfit *store.FactsError
	if errors.As(err, &unfit) {
		return s.failed(ctx, x, err)
	}
	if err != nil {
		return notWritten(&x.SourceReport, err)
	}
	if x.state.Held == nil {
		x.Events = append(x.Events, since(x.state, x.at).event(release.EventSourceHeld, x.Name, held.Reason))
	}
	held.Digest = digest
	x.state.Held = &held
	x.Outcome, x.Held, x.Counts = Held, &held, countFacts(kept.Facts)
	return s.commit(ctx, x, nil)
}

// store makes an answer what the source says now, and forgets what was held back. It
// was seen at some time, when its poll ended, and holds since that poll began: what
// happened in between may be in it or in the next one.
func (s *settler) store(ctx context.Context, x *settlement, kept store.Kept, seen time.Time) error {
	old, before := x.state, x.Events
	if x.state.Lost && x.state.Error == "" {
		x.state.Lost = false
		x.Events = append(x.Events, since(x.state, x.at).event(release.EventSourceBack, x.Name, ""))
	}
	news := since(old, seen).news(x.Name, x.before, kept.Facts)
	release.Widen(news, kept.Looks)
	x.Events = append(x.Events, news...)
	x.state.Success, x.state.Due, x.state.Held, x.state.Problems = kept.Polled, kept.Due, nil, kept.Problems
	x.Problems = slices.Clone(kept.Problems)
	err := s.commit(ctx, x, kept.Facts)
	var unfit *store.FactsError
	if errors.As(err, &unfit) {
		x.state, x.Events, x.Problems, x.Note = old, before, nil, ""
		return s.failed(ctx, x, err)
	}
	if err != nil {
		return err
	}
	x.Outcome, x.Counts = Unchanged, countFacts(kept.Facts)
	if len(x.Changed) > 0 {
		x.Outcome = OK
	}
	return s.w.Drop(x.Name)
}

// notWritten puts an error of the data directory into the entry of its source, too.
func notWritten(entry *SourceReport, err error) error {
	if err == nil {
		return nil
	}
	entry.Outcome, entry.Error, entry.ErrorKind = Failed, oneLine(err.Error()), kindStore
	return fmt.Errorf("source %s: %w", entry.Name, err)
}

// accept lets in what is kept aside.
func (s *settler) accept(ctx context.Context, name string) (SourceReport, error) {
	start := time.Now()
	state := s.w.State(name)
	if state.Held == nil {
		return SourceReport{}, noneHeld(name, s.w.States())
	}
	kept, err := s.w.Kept(name)
	if err != nil {
		return SourceReport{}, fmt.Errorf("%w; poll again with `shiplist agent --once`", err)
	}
	if kept == nil || kept.Digest != state.Held.Digest {
		return SourceReport{}, fmt.Errorf("what is kept aside of %s is not the answer that was held back since %s; poll again with `shiplist agent --once`",
			name, state.Held.Since.Format(time.RFC3339))
	}
	before, err := s.w.Facts(name)
	if err != nil {
		return SourceReport{}, err
	}
	x := &settlement{state: state, before: before, at: s.agent.now()}
	x.SourceReport = SourceReport{Name: name, Kind: state.Kind, Note: acceptedNote("accepted", state.Held)}
	x.Events = []release.Event{since(state, x.at).event(release.EventSourceLetIn, name, "")}
	seen := kept.Polled
	if state.Attempt.After(seen) { // the end of that poll, or of a later one
		seen = state.Attempt
	}
	err = s.store(ctx, x, *kept, seen)
	x.Duration = time.Since(start)
	x.Success, x.Lost = s.w.State(name).Success, x.state.Lost
	return x.SourceReport, err
}

// noneHeld says that nothing can be accepted, and what could be instead.
func noneHeld(name string, states []release.SourceState) error {
	var names []string
	for _, state := range states {
		if state.Held != nil {
			names = append(names, state.Name)
		}
	}
	others := ", nor of any other"
	if len(names) > 0 {
		others = "; held back: " + strings.Join(names, ", ")
	}
	return fmt.Errorf("nothing of a source %q is held back%s", name, others)
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
