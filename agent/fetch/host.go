package fetch

import (
	"context"
	"fmt"
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
)

// untilChange is the delay of whoever has to wait for others.
const untilChange = -1

// host is one host and port. It is healthy, or it rests until a moment; when that has
// come, one request goes ahead as a probe, and what becomes of it decides: the host is
// healthy again, or rests longer. All of it is guarded by mu.
type host struct {
	name string
	kept *hostsFile

	mu      sync.Mutex
	changed chan struct{} // closed, and made anew, when all who wait should look again
	busy    int           // requests under way
	fresh   int           // requests that wait and have not been sent yet
	pace    pace
	rest    rest
	probing bool
	// epoch counts the rests: what was sent before one tells nothing about the time after.
	epoch    int
	refusals int // 500s in a row
}

// hostOf names the host of an address, for which all sources share one state.
func hostOf(u *url.URL) string {
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port(u))
}

// hosts are all that clients know of hosts.
type hosts struct {
	kept *hostsFile

	mu  sync.Mutex
	all map[string]*host // by host and port
}

// known is what is kept of a host.
type known struct {
	rest
	slowness
}

func (h *host) known(now time.Time) known {
	h.pace.lapse(now)
	return known{h.rest, h.pace.slowness}
}

// host is the state of a host, made when it is first asked for.
func (c *Client) host(name string) *host {
	c.hosts.mu.Lock()
	defer c.hosts.mu.Unlock()
	h := c.hosts.all[name]
	if h == nil {
		h = &host{name: name, kept: c.hosts.kept, changed: make(chan struct{})}
		c.hosts.all[name] = h
	}
	return h
}

// knownHost is the host of an address; nil when nothing is known of it.
func (c *Client) knownHost(address string) *host {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil
	}
	c.hosts.mu.Lock()
	defer c.hosts.mu.Unlock()
	return c.hosts.all[hostOf(u)]
}

// pass is the leave to send one request.
type pass struct {
	o     *Options // of who sends it
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
			return h.let(a.o), nil
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
	if resting && (h.probing || a.sent > 0 && h.fresh > 0) || h.busy >= a.o.PerHost {
		return untilChange, nil
	}
	return max(0, h.pace.delay(a.o, now)), nil
}

// bear says whether the attempt waits for the rest that is left.
func (h *host) bear(ctx context.Context, a *attempt, left time.Duration) *Error {
	if a.rested != h.epoch {
		a.rested = h.epoch
		a.rests++
	}
	deadline, limited := ctx.Deadline()
	if left <= min(shortRest, a.o.Answer) && a.rests <= mostRests && !(limited && deadline.Before(h.rest.until)) {
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

func (h *host) let(o *Options) pass {
	h.busy++
	h.pace.take(o, time.Now())
	p := pass{o: o, epoch: h.epoch, probe: !h.rest.healthy()}
	h.probing = h.probing || p.probe
	return p
}

// charge counts a request that was sent on a pass which had one already.
func (h *host) charge(o *Options) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pace.take(o, time.Now())
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
