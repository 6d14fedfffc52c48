package judge

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// FaultKind is a way in which a host fails.
type FaultKind int

// The ways. All but Slow, Cut and Skewed are failures of the whole host.
const (
	Healthy     FaultKind = iota
	Refused               // the connection is refused
	Unresolved            // its name is not known
	Silent                // no answer comes
	Slow                  // every answer takes as long as Fault.Delay
	Cut                   // bodies end in the middle
	Unavailable           // 503
	TooMany               // 429
	BadGateway            // 502
	Skewed                // only the host's clock is wrong
)

// Fault is a time in which a host fails.
type Fault struct {
	Kind        FaultKind
	From, Until time.Time
	Delay       time.Duration
	// Skew is by how much the host's clock is wrong meanwhile.
	Skew time.Duration
	// RetryAfter goes with 503 and 429; zero for none. Date sends it as a date.
	RetryAfter time.Duration
	Date       bool
}

// patience is how long a silent host is waited for, as the transport of the standard
// library would.
const patience = 30 * time.Second

// errGone says that the reader closed an answer before its end.
var errGone = errors.New("the client closed the answer")

type timeoutError struct{}

func (timeoutError) Error() string { return "timeout awaiting response headers" }
func (timeoutError) Timeout() bool { return true }

// err is the error without an answer, nil where there is one.
func (f Fault) err(name string) error {
	switch f.Kind {
	case Refused:
		return &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	case Unresolved:
		return &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	case Silent:
		return timeoutError{}
	}
	return nil
}

// status is the status with which the host answers, 0 for the handler's.
func (f Fault) status() int {
	switch f.Kind {
	case Unavailable:
		return http.StatusServiceUnavailable
	case TooMany:
		return http.StatusTooManyRequests
	case BadGateway:
		return http.StatusBadGateway
	}
	return 0
}

// dress adds the headers of a failing host; now is what its clock shows.
func (f Fault) dress(h http.Header, now time.Time) {
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	switch {
	case f.RetryAfter <= 0 || f.status() == 0:
	case f.Date:
		h.Set("Retry-After", now.Add(f.RetryAfter).UTC().Format(http.TimeFormat))
	default:
		h.Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
	}
}

// Weather makes faults for a host: about one in two days, of every kind, from
// minutes to most of a day. One seed makes the same ones each time.
func Weather(seed uint64, from, until time.Time) []Fault {
	random := rand.New(rand.NewPCG(seed, 1))
	span := func(least, most time.Duration) time.Duration {
		return least + time.Duration(random.Int64N(int64(most-least)))
	}
	kinds := []FaultKind{Refused, Unresolved, Silent, Slow, Cut, Unavailable, Unavailable, TooMany, BadGateway, Skewed}
	var all []Fault
	for at := from.Add(span(0, 24*time.Hour)); at.Before(until); at = at.Add(span(12*time.Hour, 72*time.Hour)) {
		f := Fault{Kind: kinds[random.IntN(len(kinds))], From: at, Delay: span(time.Second, 20*time.Second)}
		f.Until = at.Add(span(time.Minute, 20*time.Minute))
		if random.IntN(4) == 0 {
			f.Until = at.Add(span(time.Hour, 10*time.Hour))
		}
		if random.IntN(3) > 0 {
			f.RetryAfter, f.Date = span(time.Minute, 90*time.Minute), random.IntN(2) == 0
		}
		if random.IntN(3) == 0 || f.Kind == Skewed {
			f.Skew = span(-3*time.Hour, 3*time.Hour)
		}
		all = append(all, f)
		at = f.Until
	}
	return all
}

// Restart is what a tracker does that is restarted: it refuses, then says that it is
// not ready yet.
func Restart(at time.Time) []Fault {
	return []Fault{
		{Kind: Refused, From: at, Until: at.Add(20 * time.Second)},
		{Kind: Unavailable, From: at.Add(20 * time.Second), Until: at.Add(2 * time.Minute)},
	}
}

// Sort puts faults in order of time: of those at one time the first counts.
func Sort(faults []Fault) []Fault {
	slices.SortStableFunc(faults, func(a, b Fault) int { return a.From.Compare(b.From) })
	return faults
}
