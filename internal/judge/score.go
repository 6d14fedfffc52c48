package judge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Sin is a kind of misbehaviour.
type Sin string

// The kinds.
const (
	Unconditional Sin = "unconditional"
	Gap           Sin = "gap"
	Burst         Sin = "burst"
	Broken        Sin = "broken"
)

// sins counts, and remembers the first of each kind.
type sins struct {
	Counts map[Sin]int
	// Told are the first ones of each kind, in words.
	Told []string
}

// told is how many of each kind are remembered.
const told = 5

func (s *sins) add(kind Sin, text string) {
	if s.Counts == nil {
		s.Counts = map[Sin]int{}
	}
	s.Counts[kind]++
	if s.Counts[kind] <= told {
		s.Told = append(s.Told, string(kind)+": "+text)
	}
}

func (s *sins) clone() sins { return sins{maps.Clone(s.Counts), slices.Clone(s.Told)} }

// HostScore is what was asked of one host.
type HostScore struct {
	Name        string
	Requests    int
	Days        []int // requests of each day since the beginning
	Bytes       int64
	Sources     []SourceScore
	Conditional int // requests with validators
	NotModified int // of them, those that were answered so
	Statuses    map[int]int
}

// SourceScore is how a source was polled.
type SourceScore struct {
	Name  string
	Polls int // whose first request was answered
	// Shortest and Longest are the times between two of them.
	Shortest, Longest time.Duration
}

// polls is how many there were of all sources.
func (h HostScore) polls() int {
	n := 0
	for _, s := range h.Sources {
		n += s.Polls
	}
	return n
}

func (h HostScore) clone() HostScore {
	h.Days, h.Statuses, h.Sources = slices.Clone(h.Days), maps.Clone(h.Statuses), slices.Clone(h.Sources)
	return h
}

// Score is the judgement.
type Score struct {
	Took  time.Duration
	Hosts []HostScore
	sins
}

// Sins is how many there were of all kinds.
func (s Score) Sins() int {
	n := 0
	for _, count := range s.Counts {
		n += count
	}
	return n
}

// String is a table.
func (s Score) String() string {
	var b strings.Builder
	days := max(s.Took.Hours()/24, 1.0/24)
	fmt.Fprintf(&b, "%.1f days\n%-24s %8s %10s %9s %12s %6s %6s\n", days, "host", "requests", "with valid.", "304", "bytes", "polls", "a day")
	for _, h := range s.Hosts {
		fmt.Fprintf(&b, "%-24s %8d %10d %9d %12d %6d %6.0f\n", h.Name, h.Requests, h.Conditional, h.NotModified, h.Bytes, h.polls(), float64(h.Requests)/days)
	}
	for _, kind := range []Sin{Unconditional, Gap, Burst, Broken} {
		fmt.Fprintf(&b, "%s: %d\n", kind, s.Counts[kind])
	}
	for _, text := range s.Told {
		b.WriteString("  " + text + "\n")
	}
	return b.String()
}
