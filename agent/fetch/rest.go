package fetch

import "time"

// fewFailures is up to how many in a row may be about one answer, not the host.
const fewFailures = 3

// rest is what is known of a host that is left alone; zero when it is healthy.
type rest struct {
	failures     int // in a row
	since, until time.Time
	reason       string
}

// healthy reports that the last answer was no failure.
func (r rest) healthy() bool { return r.failures == 0 }

// Rest tells until when the host of an address is left alone, and why; zero when it
// may be asked.
func (c *Client) Rest(address string) (until time.Time, reason string) {
	h := c.knownHost(address)
	if h == nil {
		return time.Time{}, ""
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rest.healthy() || !time.Now().Before(h.rest.until) {
		return time.Time{}, ""
	}
	return h.rest.until.UTC(), h.rest.reason
}

// learn takes an outcome into account. What was sent in another epoch is old news,
// but for the time that the host asks for.
func (h *host) learn(p pass, o outcome) {
	late := p.epoch != h.epoch
	if o.verdict == answered && !late {
		h.refusals = 0
	}
	if o.verdict == refused && !late {
		h.refusals++
		if h.refusals < fewFailures && o.after == 0 {
			o.verdict = answered
		}
	}
	switch {
	case o.verdict == unheard, late && (o.after == 0 || o.verdict == answered):
	case o.verdict == answered:
		h.revive(p.o)
	default:
		h.lay(p.o, o, late)
	}
}

// revive makes the host healthy.
func (h *host) revive(manners *Options) {
	if h.rest.healthy() {
		return
	}
	manners.Logger.Info("host answers again", "host", h.name, "failures", h.rest.failures)
	h.rest = rest{}
	h.kept.note(h.name, h.known(time.Now()))
}

// lay lays the host to rest.
func (h *host) lay(manners *Options, o outcome, late bool) {
	now := time.Now()
	if h.rest.healthy() && o.verdict == overloaded {
		h.pace.slow(now)
	}
	failures := h.rest.failures
	if !late || failures == 0 {
		failures++
	}
	length := manners.backoff(failures)
	if o.verdict == broken && failures <= fewFailures {
		length = manners.backoff(1)
	}
	reason := o.reason
	if late || o.after > length {
		length, reason = o.after, reason+" (Retry-After)"
	}
	until := now.Add(length)
	if late && until.Before(h.rest.until) {
		return
	}
	h.rest = rest{failures: failures, since: now, until: until, reason: reason}
	h.epoch++
	manners.Logger.Info("host left alone", "host", h.name, "until", until.UTC().Format(time.RFC3339), "failures", failures, "err", reason)
	h.kept.note(h.name, h.known(now))
}

// backoff is how long a host rests after so many failures in a row.
func (o *Options) backoff(failures int) time.Duration {
	d := o.BackoffLeast
	for range failures - 1 {
		if d > o.BackoffMost/2 {
			d = o.BackoffMost
			break
		}
		d *= 2
	}
	return d + time.Duration(min(max(0, o.Jitter()), 1)*float64(d)/2)
}
