package releaseday

import (
	"sync"
	"time"
)

// dayClock is the clock of the day. The agent sees it stand still while it polls, so
// that the same day gives the same facts; people see it pass.
type dayClock struct {
	mu    sync.Mutex
	at    time.Time
	since time.Time // when it was set, by the real clock
	speed float64
}

// set puts the clock to a time, from which it passes.
func (c *dayClock) set(at time.Time, speed float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.since, c.speed = at, time.Now(), speed
}

// tick is the time to which the clock was set last.
func (c *dayClock) tick() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// now is the time that people see. It does not run ahead of what the agent does next.
func (c *dayClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	passed := time.Duration(float64(time.Since(c.since)) * c.speed)
	if c.speed > 1 {
		passed = min(passed, pollEvery)
	}
	return c.at.Add(passed)
}
