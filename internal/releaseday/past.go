package releaseday

import (
	"context"
	"time"

	"shiplist/agent"
	"shiplist/internal/demo"
)

// Lead lets the time before the moment of the sample pass, while an agent polls at some
// moments of it, and returns what the agent reports at the last one. The agent is made
// with the clock that it is to go by.
func Lead(ctx context.Context, past *demo.Past, moments []time.Time, agentWith func(now func() time.Time) (*agent.Agent, error)) (report agent.Report, err error) {
	var clock dayClock
	a, err := agentWith(clock.tick)
	if err != nil {
		return report, err
	}
	for _, at := range moments {
		if err := past.Pass(at); err != nil {
			return report, err
		}
		clock.set(at, 0)
		if report, err = a.Once(ctx, agent.OnceOptions{}); err != nil {
			return report, err
		}
	}
	return report, nil
}
