package judge_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"shiplist/internal/demo"
	"shiplist/internal/judge"
)

// TestManySources has 15 trackers and 15 trees, of which ten are dead, each in one of
// the ways of hosts: all others are polled when their schedule says so.
func TestManySources(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t, false, fair)
		l.multiply(15)
		const hours, every = 2, 10 * time.Minute
		until := demo.Now().Add(hours * time.Hour)
		dead := map[string]bool{}
		kinds := []judge.FaultKind{judge.Silent, judge.Refused, judge.Unavailable, judge.Unresolved, judge.Silent}
		hosts := l.hosts(fair)
		for i := range hosts {
			if i%3 == 1 {
				dead[hosts[i].Name] = true
				hosts[i].Faults = []judge.Fault{{Kind: kinds[len(dead)%len(kinds)], From: demo.Now(), Until: until}}
			}
		}
		l.judge = judge.New(l.allowed(), hosts...)
		l.live(until)
		score := l.judge.Score()
		for _, h := range score.Hosts {
			s := h.Sources[0]
			switch {
			case dead[h.Name] && s.Polls > 0:
				t.Errorf("%s answered %d times, and is dead", h.Name, s.Polls)
			case dead[h.Name]:
			case s.Polls < hours*6 || s.Shortest < every-5*time.Second && s.Polls > hours*6+1 || s.Longest > every+5*time.Second:
				t.Errorf("%s was polled %d times, %s to %s apart; want %s", h.Name, s.Polls, s.Shortest, s.Longest, every)
			}
		}
		if len(dead) != 10 || score.Sins() > 0 {
			t.Errorf("%d dead hosts, score:\n%s", len(dead), score)
		}
	})
}

// multiply makes n trackers and n trees of the smallest of the samples, each on a host
// of its own.
func (l *life) multiply(n int) {
	tracker, tree := l.config.Trackers[1], l.config.Trees[1]
	l.config.Trackers, l.config.Trees = nil, nil
	for i := range n {
		tracker, tree := tracker, tree
		tracker.Name, tree.Name = fmt.Sprintf("tracker%02d", i), fmt.Sprintf("tree%02d", i)
		tracker.URL, tree.URL = "http://"+tracker.Name+".test/xmlrpc.php", "http://"+tree.Name+".test"
		tracker.Schedule, tree.Schedule = "*/10 * * * *", "*/10 * * * *"
		l.config.Trackers, l.config.Trees = append(l.config.Trackers, tracker), append(l.config.Trees, tree)
	}
}
