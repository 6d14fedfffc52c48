package releaseday

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/agent"
	"shiplist/internal/demo"
)

// TestStory holds what is told of a moment: in the order of time, tests in one line, and
// nothing of other releases.
func TestStory(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return demo.Dawn().Add(time.Duration(minute) * time.Minute) }
	const m = "Resolute 26.04.1"
	var out bytes.Buffer
	s := newStory(&out)
	s.steps([]demo.Step{
		{At: at(1), What: demo.StepBuild, Milestone: m, Subject: "A", Detail: "20260827"},
		{At: at(2), What: demo.StepBuild, Subject: "A", Detail: "20260827"},
		{At: at(3), What: demo.StepTests, Milestone: m, Subject: "B", Detail: "PPR tester-bo"},
		{At: at(4), What: demo.StepTests, Milestone: m, Subject: "C", Detail: "F"},
		{At: at(5), What: demo.StepReady, Milestone: m, Subject: "D"},
		{At: at(5), What: demo.StepReady, Milestone: m, Subject: "D"},
		{At: at(6), What: demo.StepUnready, Milestone: m, Subject: "D", Why: "It does not start"},
		{At: at(7), What: demo.StepDown, Subject: "full", Why: "The server is away"},
	})
	for _, outcome := range []agent.Outcome{agent.Failed, agent.Failed, agent.OK} {
		s.seen(agent.Report{Sources: []agent.SourceReport{{Name: "full", Outcome: outcome, Success: at(0)}}})
	}
	want := `06:01  A 20260827 appears
06:04  tests: 2 passed, 1 failed (C), 1 begun
06:05  D is ready
06:06  D is not ready any more: it does not start
06:07  The server is away
       | full does not answer; its facts of 06:00 stay
       | full answers again
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDayClock holds that the agent sees the time stand still, and people see it pass
// without running ahead.
func TestDayClock(t *testing.T) {
	t.Parallel()
	var c dayClock
	c.set(demo.Dawn(), 1e12)
	if got := c.tick(); !got.Equal(demo.Dawn()) {
		t.Errorf("the agent sees %s", got)
	}
	if got, want := c.now(), demo.Dawn().Add(pollEvery); !got.Equal(want) {
		t.Errorf("people see %s, want %s", got, want)
	}
	c.set(demo.Dusk(), 0)
	if got := c.now(); !got.Equal(demo.Dusk()) {
		t.Errorf("a clock that stands still shows %s", got)
	}
}
