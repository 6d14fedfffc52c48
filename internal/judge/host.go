package judge

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// knownHost is what is known of one host and of what it told the client.
type knownHost struct {
	Host
	score HostScore

	inside int         // requests that are on their way
	recent []time.Time // of the last minute
	// given are the validators that the client has, by what it asked for.
	given map[string]given
	// failed is when the last request ended in a failure of the host, zero when the
	// last one did not; probes are the requests on their way that were sent since.
	// failures counts them: a request belongs to the time after one of them.
	failed   time.Time
	probes   int
	failures int
	// retry is until when it asked to be left alone.
	retry time.Time
	// calm is the end of the first second after a restart or an outage.
	calm       time.Time
	sinceCalm  int
	pollsBegun []begun // of each source
}

// given is an answer that the client has.
type given struct {
	tag   string
	at    time.Time
	heads int // how often only its head was asked for
}

// begun are the beginnings of the polls of a source.
type begun struct {
	first    time.Time // of the first attempt of a poll
	attempts int
	last     time.Time // of the last one that was answered
	// before is the answered one before, for when the last one is not over.
	before time.Time
}

func newHost(h Host) *knownHost {
	score := HostScore{Name: h.Name, Statuses: map[int]int{}}
	for _, s := range h.Sources {
		score.Sources = append(score.Sources, SourceScore{Name: s.Name})
	}
	return &knownHost{Host: h, score: score, given: map[string]given{}, pollsBegun: make([]begun, len(h.Sources))}
}

func (h *knownHost) faultAt(now time.Time) Fault {
	for _, f := range h.Faults {
		if !now.Before(f.From) && now.Before(f.Until) {
			return f
		}
	}
	return Fault{}
}

// count counts a request, by day.
func (h *knownHost) count(since time.Duration) {
	day := int(since / (24 * time.Hour))
	for len(h.score.Days) <= day {
		h.score.Days = append(h.score.Days, 0)
	}
	h.score.Days[day]++
	h.score.Requests++
}

// outcome notes what a request came to.
func (h *knownHost) outcome(v *visit, err error) {
	now := time.Now()
	if errors.Is(err, context.Canceled) || errors.Is(err, errGone) {
		return // the client did not wait for it
	}
	h.score.Statuses[v.status]++
	switch {
	case err != nil && v.status == 0, err == nil && slices.Contains(failures, v.status):
		h.fail(v, now)
		return
	case err != nil:
		return // a body that was cut off: the host is there
	}
	if !h.failed.IsZero() && v.failures == h.failures {
		h.failed, h.probes = time.Time{}, 0
		h.calmDown(now)
	}
	h.note(v)
	if v.status == http.StatusOK || v.status == http.StatusNotModified {
		for _, i := range v.first {
			h.polled(i, v.at)
		}
	}
}

// polled notes that a poll of a source began.
func (h *knownHost) polled(i int, at time.Time) {
	b, s := &h.pollsBegun[i], &h.score.Sources[i]
	if s.Polls++; !b.last.IsZero() {
		gap := at.Sub(b.last)
		s.Longest = max(s.Longest, gap)
		if s.Shortest == 0 || gap < s.Shortest {
			s.Shortest = gap
		}
	}
	b.before, b.last = b.last, at
}

// failures are the answers by which a host says that it is not well.
var failures = []int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}

// fail notes a failure, and what the host asks for with it.
func (h *knownHost) fail(v *visit, now time.Time) {
	h.failed, h.probes = now, 0
	h.failures++
	if v.status != http.StatusTooManyRequests && v.status != http.StatusServiceUnavailable {
		return
	}
	text := v.header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		h.leaveAlone(now.Add(time.Duration(seconds) * time.Second))
		return
	}
	at, err := http.ParseTime(text)
	sent, err2 := http.ParseTime(v.header.Get("Date"))
	if err == nil && err2 == nil {
		h.leaveAlone(now.Add(at.Sub(sent))) // whatever its clock shows
	}
}

// maxRetryAfter is how long a Retry-After counts at most: a client need not go away
// for good. The one of agent/fetch goes away for as long.
const maxRetryAfter = 7 * 24 * time.Hour

func (h *knownHost) leaveAlone(until time.Time) {
	if most := time.Now().Add(maxRetryAfter); until.After(most) {
		until = most
	}
	if until.After(h.retry) {
		h.retry = until
	}
}

// note keeps what the client has now.
func (h *knownHost) note(v *visit) {
	tag := v.header.Get("ETag") + v.header.Get("Last-Modified")
	g, have := h.given[v.key]
	switch {
	case v.status == http.StatusNotModified:
		h.score.NotModified++
	case v.status != http.StatusOK || tag == "":
		delete(h.given, v.key)
	case v.head && (!have || g.tag != tag):
		h.given[v.key] = given{tag: tag, at: v.at, heads: 1}
	case v.head:
		g.heads++
		h.given[v.key] = g
	case !have || g.tag != tag || g.heads > 0:
		h.given[v.key] = given{tag: tag, at: v.at}
	}
}

// calmDown begins the second in which a client that comes back must not hurry.
func (h *knownHost) calmDown(now time.Time) { h.calm, h.sinceCalm = now.Add(time.Second), 0 }

func (h *knownHost) killed(now time.Time) {
	h.calmDown(now)
	var since time.Time
	for i := range h.pollsBegun {
		b := &h.pollsBegun[i]
		if b.first.After(since) {
			since = b.first
		}
		// The poll that was cut off may be begun again.
		b.first, b.attempts, b.last = time.Time{}, 0, b.before
	}
	if since.IsZero() {
		return
	}
	maps.DeleteFunc(h.given, func(_ string, g given) bool { return !g.at.Before(since) })
}
