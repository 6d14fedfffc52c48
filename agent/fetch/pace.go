package fetch

import "time"

const (
	// mostSlow is how often the pace is halved at most.
	mostSlow = 5
	// slowFor is after how long one halving is taken back.
	slowFor = time.Hour
)

// pace holds a host's requests below a ceiling: spread evenly, but for a few that may
// go at once after a pause. A host that says it is too much gets half as many; without
// that, a poll that is larger than what the host allows would never come to its end.
type pace struct {
	// next is when the next request would be due if all were spread evenly.
	next time.Time
	slowness
}

// delay is how long the next request has to wait; not above zero when it may go.
func (p *pace) delay(o *Options, now time.Time) time.Duration {
	return p.next.Add(-time.Duration(o.PerHost-1) * p.step(o, now)).Sub(now)
}

// take counts a request.
func (p *pace) take(o *Options, now time.Time) {
	if p.next.Before(now) {
		p.next = now
	}
	p.next = p.next.Add(p.step(o, now))
}

// step is the time between two requests.
func (p *pace) step(o *Options, now time.Time) time.Duration {
	return time.Minute / time.Duration(o.PerMinute) << p.lapse(now)
}

// slowness is how often a pace is halved.
type slowness struct {
	halved int
	since  time.Time // of the last halving, or of the last time that one was taken back
}

// slow halves the pace for a while.
func (s *slowness) slow(now time.Time) {
	s.halved = min(s.lapse(now)+1, mostSlow)
	s.since = now
}

// lapse takes back what was halved long enough ago, and returns what is left.
func (s *slowness) lapse(now time.Time) int {
	for s.halved > 0 && now.Sub(s.since) >= slowFor {
		s.halved--
		s.since = s.since.Add(slowFor)
	}
	return s.halved
}

// Slowed tells how often the pace of an address's host is halved now, because it said
// that it was too much; 0 when it is not. Whoever plans what is asked of it should ask
// less often.
func (c *Client) Slowed(address string) int {
	h := c.knownHost(address)
	if h == nil {
		return 0
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.pace.lapse(time.Now())
}
