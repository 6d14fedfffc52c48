package fetch

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// shortRest is how long a request waits for a host at most; for a longer rest it
	// fails at once. The first rest of a host that failed is that short by default.
	shortRest = 15 * time.Second
	// mostRests is how many rests one request waits out.
	mostRests = 3
	// fewFailures is up to how many in a row may be about one answer, not the host.
	fewFailures = 3
)

// untilChange is the delay of whoever has to wait for others.
const untilChange = -1

// host is one host and port. It is healthy, or it rests until a moment; when that has
// come, one request goes ahead as a probe, and what becomes of it decides: the host is
// healthy again, or rests longer. All of it is guarded by mu.
type host struct {
	o    *Options
	name string
	kept *hostsFile

	mu      sync.Mutex
	changed chan struct{} // closed, and made anew, when all who wait should look again
	busy    int           // requests under way
	fresh   int           // requests that wait and have not been sent yet
	pace    pace
	rest    rest
	probing bool
	// epoch counts the changes between healthy and resting: what was sent in another
	// one tells nothing about this one.
	epoch    int
	refusals int // 500s in a row
}

// rest is what is known of a host that is left alone; zero when it is healthy.
type rest struct {
	failures     int // in a row
	since, until time.Time
	reason       string
}

// healthy reports that the last answer was no failure.
func (r rest) healthy() bool { return r.failures == 0 }

// hostOf names the host of an address, for which all sources share one state.
func hostOf(u *url.URL) string {
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port(u))
}

// host is the state of a host, made when it is first asked for.
func (c *Client) host(name string) *host {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.hosts[name]
	if h == nil {
		h = &host{o: &c.o, name: name, kept: c.kept, changed: make(chan struct{}), pace: newPace(c.o.PerMinute, c.o.PerHost)}
		c.hosts[name] = h
	}
	return h
}

// Rest tells until when the host of an address is left alone, and why; zero when it
// may be asked.
func (c *Client) Rest(address string) (until time.Time, reason string) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return time.Time{}, ""
	}
	c.mu.Lock()
	h := c.hosts[hostOf(u)]
	c.mu.Unlock()
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

// pass is the leave to send one request.
type pass struct {
	epoch int
	probe bool
}

// admit waits until the attempt may be sent: until the host has rested, a probe went
// well, and it is the attempt's turn. Whoever gets a pass must settle it.
func (h *host) admit(ctx context.Context, a *attempt) (pass, *Error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if a.sent == 0 {
		h.fresh++
		defer func() { h.fresh-- }()
	}
	for {
		// What ended is never sent, even if it could be.
		if ctx.Err() != nil {
			h.wake()
			return pass{}, a.ended(context.Cause(ctx))
		}
		delay, err := h.delay(ctx, a)
		if err != nil {
			h.wake()
			return pass{}, err
		}
		if delay == 0 {
			return h.let(), nil
		}
		h.wait(ctx, delay)
	}
}

// delay is how long the attempt has to wait before it should look again; 0 when it
// may go.
func (h *host) delay(ctx context.Context, a *attempt) (time.Duration, *Error) {
	now := time.Now()
	resting := !h.rest.healthy()
	if left := h.rest.until.Sub(now); resting && left > 0 {
		return left, h.bear(ctx, a, left)
	}
	// A probe that was never sent before tells a host that fails from an answer that
	// does: what failed already lets it go first.
	if resting && (h.probing || a.sent > 0 && h.fresh > 0) || h.busy >= h.o.PerHost {
		return untilChange, nil
	}
	return max(0, h.pace.delay(now)), nil
}

// bear says whether the attempt waits for the rest that is left.
func (h *host) bear(ctx context.Context, a *attempt, left time.Duration) *Error {
	if a.rested != h.epoch {
		a.rested = h.epoch
		a.rests++
	}
	deadline, limited := ctx.Deadline()
	if left <= min(shortRest, h.o.Answer) && a.rests <= mostRests && !(limited && deadline.Before(h.rest.until)) {
		return nil
	}
	until := h.rest.until.UTC()
	// Rounded up: a moment that is told has to be one at which the host may be asked.
	told := clock(until.Add(time.Second - 1).Truncate(time.Second))
	return &Error{
		Method: a.method, URL: a.url.String(), Kind: KindResting, Until: until,
		Text: fmt.Sprintf("not asked: the host is left alone until %s, because %s", told, h.rest.reason),
	}
}

// wait lets go of the lock until something changed, the delay is over, or ctx ended.
func (h *host) wait(ctx context.Context, delay time.Duration) {
	changed := h.changed
	h.mu.Unlock()
	defer h.mu.Lock()
	var over <-chan time.Time
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-changed:
	case <-over:
	case <-ctx.Done():
	}
}

// wake makes all who wait look again.
func (h *host) wake() {
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *host) let() pass {
	h.busy++
	h.pace.take(time.Now())
	p := pass{epoch: h.epoch, probe: !h.rest.healthy()}
	h.probing = h.probing || p.probe
	return p
}

// charge counts a request that was sent on a pass which had one already.
func (h *host) charge() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pace.take(time.Now())
}

// settle gives a pass back and learns from what became of it.
func (h *host) settle(p pass, o outcome) {
	h.mu.Lock()
	h.busy--
	if p.probe {
		h.probing = false
	}
	h.learn(p, o)
	h.wake()
	h.mu.Unlock()
	h.kept.save()
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
		h.recover()
	default:
		h.lay(o, late)
	}
}

// recover makes the host healthy.
func (h *host) recover() {
	if h.rest.healthy() {
		return
	}
	h.o.Logger.Info("host answers again", "host", h.name, "failures", h.rest.failures)
	h.rest = rest{}
	h.epoch++
	h.kept.note(h.name, h.rest)
}

// lay lays the host to rest.
func (h *host) lay(o outcome, late bool) {
	now := time.Now()
	if h.rest.healthy() && o.verdict == overloaded {
		h.pace.slow(now)
	}
	failures := h.rest.failures
	if !late || failures == 0 {
		failures++
	}
	length := h.o.backoff(failures)
	if o.verdict == broken && failures <= fewFailures {
		length = h.o.backoff(1)
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
	h.o.Logger.Info("host left alone", "host", h.name, "until", until.UTC().Format(time.RFC3339), "failures", failures, slog.String("err", reason))
	h.kept.note(h.name, h.rest)
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
	d = min(d, o.BackoffMost)
	return d + time.Duration(min(max(0, o.Jitter()), 1)*float64(d)/2)
}
