package agent

import "time"

// Observer is told what an agent does while it runs. Its methods may be called by
// several goroutines at once, and return soon.
type Observer interface {
	// Configured says which sources are polled from now on; it comes first, and again
	// when a new configuration was taken.
	Configured(sources []string)
	// Ready says that the data directory is open and the schedule stands.
	Ready()
	// Beat says that the agent is alive: at least every ten seconds while it is.
	Beat()
	// Status is what it is doing, in a line for people.
	Status(text string)
	// Polled says what became of a poll, once that is written.
	Polled(SourceReport)
	// Built says what became of making the site.
	Built(Build)
	// Stopping says that it was told to stop.
	Stopping()
}

// Build is one run of the generator.
type Build struct {
	Digest string // of the staged set
	Pages  int
	// Changed says that the set differs from the one before.
	Changed  bool
	Duration time.Duration
	Err      error
	// Publication is what became of publishing it; zero where a person does that.
	Publication Publication
}

// Publication is what became of publishing a site that was made.
type Publication struct {
	// Tried says that it was to be published. Without an error it is what visitors see.
	Tried bool
	// Set is the name of the set that is shown since then; empty when it was before.
	Set string
	// Refused says that the error is something that forbids it, which another try would
	// not change.
	Refused bool
	Err     error
}

// nobody is the observer of an agent that has none.
type nobody struct{}

func (nobody) Configured([]string) {}
func (nobody) Ready()              {}
func (nobody) Beat()               {}
func (nobody) Status(string)       {}
func (nobody) Polled(SourceReport) {}
func (nobody) Built(Build)         {}
func (nobody) Stopping()           {}
