package agent

import (
	"context"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/store"
)

const (
	// beat is how often at least the agent looks at the clock, which may be set at any
	// time.
	beat = 10 * time.Second
	// leap is how much the clock may differ from the time that passed until the
	// schedule is made anew.
	leap = 5 * time.Second
	// grace is how long polls that were cancelled may take to notice.
	grace = 5 * time.Second
)

// service is a running agent. All of it belongs to the goroutine of [Agent.Run], which
// alone reads and writes the data directory; polls and the generator run beside it and
// hand over what they have.
type service struct {
	*Agent
	settler settler
	// work is the context of polls and of writing. It outlives that of Run, so that
	// what is under way may come to its end.
	work    context.Context
	cancel  context.CancelFunc
	entries []*entry
	polling map[string]bool // sources that are being polled, by name
	refused map[string]bool // requests to accept that cannot be removed
	leaving []string        // sources that are to be retired
	results chan result
	over    chan struct{} // closed at the end: nobody reads results any more
	builder builder
	asker   asker
	clock   clockwatch
	spare   spare
	said    string // the last status
}

// entry is a source in the schedule.
type entry struct {
	configuredSource
	last  turn      // zero when it was never polled
	began time.Time // the same by the clock that nobody can set; zero when it was not here
	next  turn
	// stop ends the poll that runs; nil when none does.
	stop context.CancelFunc
	// dropped says that the configuration does not name the source any more, or means
	// another by its name: what its poll brings is not wanted.
	dropped bool
	// renewed says that it is asked in another way than at its last poll, so that the
	// next one comes soon.
	renewed bool
	said    string // the trouble that was last logged
}

// result is what a poll brought.
type result struct {
	entry *entry
	polled
	cancelled bool
}

// Run keeps polling by the schedule, until ctx ends; then it lets running polls and
// the generator come to their end for as long as the configuration allows, cancels
// what still runs, and returns nil. An error means that the data directory could not be
// made ready; a [*store.HeldError] says that another agent is at work there. Whatever
// goes wrong later is reported, and tried again.
func (a *Agent) Run(ctx context.Context) error {
	if err := a.begin(); err != nil {
		return err
	}
	defer a.end()
	w, err := a.open(ctx)
	if err != nil {
		return err
	}
	s := newService(ctx, a, w)
	s.start()
	for ctx.Err() == nil {
		s.tend()
		s.await(ctx.Done())
	}
	s.shutDown()
	return w.Close()
}

func newService(ctx context.Context, a *Agent, w *store.Writer) *service {
	s := &service{
		Agent: a, settler: settler{agent: a, w: w}, polling: map[string]bool{}, refused: map[string]bool{}, results: make(chan result), over: make(chan struct{}),
	}
	s.work, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.builder.done, s.asker.done = make(chan Build), make(chan askedAccounts)
	return s
}

// start makes the schedule.
func (s *service) start() {
	now := s.o.Now()
	s.clock.set(now)
	for _, source := range s.sources {
		// Whether the last poll came late is not known any more, so it is taken for so.
		state := s.settler.w.State(source.state.Name)
		e := &entry{configuredSource: source, last: turn{at: lastPoll(state), late: true}}
		s.entries = append(s.entries, e)
		s.resume(e, now)
		e.soon(state, now)
	}
	s.o.Observer.Configured(s.names())
	s.leaving = s.settler.strangers()
	s.retireLeaving()
	s.builder.begin(s, now)
	s.o.Logger.InfoContext(s.work, "agent runs", "count", len(s.entries))
	s.o.Observer.Ready()
}

// resume plans a source for which nothing was waited.
func (s *service) resume(e *entry, now time.Time) {
	e.rebase(now)
	if e.renewed {
		e.next = e.slower().again(e.last, now)
		return
	}
	e.next = e.slower().resume(e.last, now)
}

// firstAgain is after how long a first poll that came to nothing is made again when the
// agent starts: soon, as nothing is known without it, and not with every start.
const firstAgain = 10 * time.Minute

// lastPoll is when a source was polled last, or began to be.
func lastPoll(state release.SourceState) time.Time {
	if state.Began.After(state.Attempt) {
		return state.Began
	}
	return state.Attempt
}

// soon plans a source that was asked and never answered, or whose poll was cut short: it
// does not wait for its slot, which may be a day away, nor is it polled with each start.
func (e *entry) soon(state release.SourceState, now time.Time) {
	wait := max(firstAgain, e.timetable.least)
	switch {
	case e.last.at.IsZero() || !state.Success.IsZero() && state.Began.IsZero():
		return
	case !state.Success.IsZero():
		wait = max(wait, e.timetable.gap(now)/8)
	}
	again := e.last.at.Add(wait)
	if again.Before(now) {
		again = now
	}
	if again.Before(e.next.at) {
		e.next = turn{at: again, late: true}
	}
}

// rebase takes care of a clock that was set back: a last poll that is yet to come was
// as long ago as time has passed since.
func (e *entry) rebase(now time.Time) {
	switch {
	case !e.last.at.After(now):
	case e.began.IsZero():
		e.last = turn{at: now}
	default:
		e.last = turn{at: now.Add(-time.Since(e.began)), late: true}
	}
}

// tend does what is due now.
func (s *service) tend() {
	s.o.Observer.Beat()
	s.spare.giveBack() // what was settled is out of use by now
	now := s.o.Now()
	if s.clock.leapt(now) {
		s.o.Logger.WarnContext(s.work, "the clock was set; the schedule is made anew")
		for _, e := range s.entries {
			s.resume(e, now)
		}
	}
	s.takeRequests()
	for _, e := range s.entries {
		if !s.polling[e.state.Name] && !now.Before(e.next.at) {
			s.poll(e, now)
		}
	}
	s.asker.tend(s, now)
	s.builder.tend(s, now)
	s.tell(now)
}

// await waits for the next thing to do, and does it if it is not due by the clock.
func (s *service) await(done <-chan struct{}) {
	timer := time.NewTimer(s.wait())
	defer timer.Stop()
	select {
	case <-done:
	case r := <-s.results:
		s.settle(r)
	case r := <-s.reloads:
		r.answer <- s.reload(r.next)
	case b := <-s.builder.done:
		s.builder.built(s, b)
	case r := <-s.asker.done:
		s.asker.asked(s, r)
	case <-timer.C:
	}
}

// wait is how long there is nothing to do.
func (s *service) wait() time.Duration {
	now, wait := s.o.Now(), beat
	for _, e := range s.entries {
		if !s.polling[e.state.Name] {
			wait = min(wait, e.next.at.Sub(now))
		}
	}
	if due, waits := s.builder.due(s); waits {
		wait = min(wait, due.Sub(now))
	}
	return max(wait, 0)
}

// poll begins a poll, unless the source's host has asked to be left alone.
func (s *service) poll(e *entry, now time.Time) {
	if until, why := e.rest(); !until.IsZero() {
		s.rests(e, now, until, why)
		return
	}
	if s.slows(e, now) {
		return
	}
	e.last, e.began = turn{at: now, late: e.next.late}, time.Now()
	prev, err := s.settler.facts(s.work, e.state.Name)
	if err != nil {
		entry := SourceReport{Name: e.state.Name, Kind: e.state.Kind}
		_ = notWritten(&entry, err) // it is in the entry, and tried again
		s.polled(e, entry, err)
		return
	}
	s.settler.begins(s.work, e.configuredSource, s.now())
	ctx, stop := context.WithCancel(s.work)
	e.stop, s.polling[e.state.Name], e.renewed = stop, true, false
	source := e.configuredSource
	go func() {
		r := result{entry: e, polled: s.ask(ctx, source, prev)}
		r.cancelled = ctx.Err() != nil
		select {
		case s.results <- r:
		case <-s.over:
		}
	}()
}

// settle brings a poll to its end.
func (s *service) settle(r result) {
	e := r.entry
	e.stop()
	delete(s.polling, e.state.Name)
	s.builder.polled(e.state.Name)
	if e.dropped || r.cancelled && r.err != nil {
		s.o.Logger.DebugContext(s.work, "poll cancelled", "source", e.state.Name)
		s.retireLeaving()
		return
	}
	before := s.settler.w.State(e.state.Name)
	entry, err := s.settler.settle(s.work, r.polled) // the error is in the entry, and it is tried again
	if err == nil {
		err = r.err
	}
	s.polled(e, entry, err)
	if shown(before, s.settler.w.State(e.state.Name)) || len(entry.Changed) > 0 {
		s.builder.wanted(s.o.Now())
	}
	s.retireLeaving()
}

// shown reports whether what pages tell of a source beside its facts and times differs.
func shown(before, after release.SourceState) bool {
	return (before.Held == nil) != (after.Held == nil) || before.Lost != after.Lost || (before.Error == "") != (after.Error == "")
}

// polled plans the next poll of a source and tells what became of this one, which
// ended with a cause where it failed.
func (s *service) polled(e *entry, entry SourceReport, cause error) {
	now := s.o.Now()
	e.rebase(now)
	e.next = e.slower().next(e.last, now)
	if e.renewed {
		e.next = e.slower().again(e.last, now)
	}
	if until, _ := e.rest(); !until.IsZero() {
		entry.Resting = until.UTC()
		if after := now.Add(time.Until(until) + e.timetable.within(time.Minute)); after.After(e.next.at) {
			e.next = turn{at: after, late: true}
		}
	}
	entry.Next = e.next.at.UTC()
	s.logQuietly(s.work, e, entry, cause)
	s.o.Observer.Polled(entry)
}
