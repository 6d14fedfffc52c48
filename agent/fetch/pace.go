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
	every time.Duration // between two requests
	burst int
	// next is when the next request would be due if all were spread evenly.
	next   time.Time
	halved int
	since  time.Time // of the last halving, or of the last time that one was taken back
}

func newPace(perMinute, burst int) pace {
	return pace{every: time.Minute / time.Duration(perMinute), burst: burst}
}

// delay is how long the next request has to wait; not above zero when it may go.
func (p *pace) delay(now time.Time) time.Duration {
	return p.next.Add(-time.Duration(p.burst-1) * p.step(now)).Sub(now)
}

// take counts a request.
func (p *pace) take(now time.Time) {
	if p.next.Before(now) {
		p.next = now
	}
	p.next = p.next.Add(p.step(now))
}

// slow halves the pace for a while.
func (p *pace) slow(now time.Time) {
	p.halved = min(p.halved+1, mostSlow)
	p.since = now
}

// step is the time between two requests.
func (p *pace) step(now time.Time) time.Duration {
	for p.halved > 0 && now.Sub(p.since) >= slowFor {
		p.halved--
		p.since = p.since.Add(slowFor)
	}
	return p.every << p.halved
}
