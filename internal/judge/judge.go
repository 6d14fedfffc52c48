package judge

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options are what is allowed, the same for all hosts.
type Options struct {
	Connections int           // requests at once
	PerMinute   int           // requests in a minute
	Backoff     time.Duration // how long a host that failed is left alone at least
}

// Host is one virtual host.
type Host struct {
	Name    string // as in addresses, with a port if one is used
	Handler http.Handler
	// Latency is how long every answer takes.
	Latency time.Duration
	Faults  []Fault
	Sources []Source
}

// Source is what is polled on a host.
type Source struct {
	Name string
	// First reports whether a request is the one with which a poll begins.
	First func(*http.Request) bool
	// Next is when the source may be polled again after a poll at some time.
	Next func(time.Time) time.Time
	// Slack is how much earlier a poll may come, because the one before had to wait.
	Slack time.Duration
}

// Judge is the network. It is safe for use by several goroutines.
type Judge struct {
	o     Options
	mu    sync.Mutex
	hosts map[string]*knownHost
	start time.Time
	sins  sins
}

// New returns a network of hosts.
func New(o Options, hosts ...Host) *Judge {
	j := &Judge{o: o, hosts: make(map[string]*knownHost), start: time.Now()}
	for _, h := range hosts {
		j.hosts[h.Name] = newHost(h)
	}
	return j
}

// RoundTrip carries out one request.
func (j *Judge) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	j.mu.Lock()
	h := j.hosts[r.URL.Host]
	if h == nil {
		j.mu.Unlock()
		return nil, &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}
	}
	v := j.arrive(h, r)
	j.mu.Unlock()
	resp, err := v.carry(r)
	if err != nil {
		j.leave(v, err)
	}
	return resp, err
}

// visit is one request from its arrival to the end of its answer.
type visit struct {
	j      *Judge
	h      *knownHost
	at     time.Time
	key    string // what is asked for
	first  []int  // the sources of which a poll may begin with it
	fault  Fault
	status int
	header http.Header
	bytes  int64
	head   bool
	// conditional says that it was sent with validators.
	conditional bool
	over        bool
	// failures counts those of the host before it; probe says that the last one was
	// the last thing that was known of it.
	failures int
	probe    bool
}

// arrive records a request. The lock is held.
func (j *Judge) arrive(h *knownHost, r *http.Request) *visit {
	now := time.Now()
	v := &visit{
		j: j, h: h, at: now, key: r.Host + r.URL.RequestURI(), fault: h.faultAt(now), head: r.Method == http.MethodHead,
		conditional: r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != "",
	}
	for i, s := range h.Sources {
		if s.First(r) {
			v.first = append(v.first, i)
		}
	}
	h.count(now.Sub(j.start))
	j.judge(v)
	h.inside++
	if v.failures = h.failures; !h.failed.IsZero() {
		v.probe = true
		h.probes++
	}
	return v
}

// leave records the end of a request: err is what kept the client from having the
// whole answer.
func (j *Judge) leave(v *visit, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if v.over {
		return
	}
	v.over = true
	h := v.h
	h.inside--
	if v.probe && v.failures == h.failures && !h.failed.IsZero() {
		h.probes--
	}
	h.score.Bytes += v.bytes
	h.outcome(v, err)
}

// Killed tells that the client was ended in whatever it did, and is started again:
// what it was given in polls that were not over it need not know.
func (j *Judge) Killed() {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	for _, h := range j.hosts {
		h.killed(now)
	}
}

// Forgot tells that the client lost all that it kept between polls.
func (j *Judge) Forgot() {
	j.Killed()
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, h := range j.hosts {
		h.given, h.retry, h.failed, h.probes = map[string]given{}, time.Time{}, time.Time{}, 0
	}
}

// sleep waits, or fails as a request does whose caller has gone.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Score is what was counted so far.
func (j *Judge) Score() Score {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := Score{Took: time.Since(j.start), sins: j.sins.clone()}
	for _, h := range j.hosts {
		s.Hosts = append(s.Hosts, h.score.clone())
	}
	slices.SortFunc(s.Hosts, func(a, b HostScore) int { return cmp.Compare(a.Name, b.Name) })
	return s
}

// sin records a sin. The lock is held.
func (j *Judge) sin(kind Sin, h *knownHost, format string, args ...any) {
	j.sins.add(kind, fmt.Sprintf("%s %s: ", time.Now().UTC().Format("2006-01-02 15:04:05.000"), h.Name)+fmt.Sprintf(format, args...))
}
