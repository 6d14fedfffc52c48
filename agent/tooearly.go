package agent

import (
	"context"
	"fmt"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// The operators of some kinds of source ask for a time between two polls, whoever begins
// them. A running agent plans with it; a person who polls once, and once more, is told when
// the next poll may be. What remains of a poll that was cut short counts, too.

// due are the sources that may be polled now, with their places among those that were
// chosen. Of the others it writes the reports.
func (s *settler) due(ctx context.Context, chosen []configuredSource, reports []SourceReport) (due []configuredSource, places []int) {
	now := s.agent.now()
	for i, c := range chosen {
		if _, no := c.Source.(unable); no { // asks nobody
			due, places = append(due, c), append(places, i)
			continue
		}
		if early, is := s.tooEarly(c, now); is {
			s.agent.log(ctx, early)
			reports[i] = early
			continue
		}
		if config.AskedGap(c.state.Kind) > 0 {
			s.begins(ctx, c, now)
		}
		due, places = append(due, c), append(places, i)
	}
	return due, places
}

// tooEarly is the report on a source that was polled too short a time ago. What is known of
// another address, or by a clock that was set back since, forbids nothing.
func (s *settler) tooEarly(c configuredSource, now time.Time) (early SourceReport, is bool) {
	state, gap := s.w.State(c.state.Name), config.AskedGap(c.state.Kind)
	last := lastPoll(state)
	next, ago := last.Add(gap), now.Sub(last)
	if last.IsZero() || ago < 0 || ago >= gap || state.Address != c.state.Address {
		return SourceReport{}, false
	}
	return SourceReport{
		Name: state.Name, Kind: state.Kind, Outcome: Resting, Error: state.Error, Held: state.Held,
		Lost: state.Lost, Success: state.Success, Next: next,
		Note: fmt.Sprintf("asked %s ago, and every %s is as often as its operators allow; what is known of it stays; next at %s",
			release.Plural(int(ago.Seconds()), "second", "seconds"), release.Age(gap), clock(next)),
	}, true
}
