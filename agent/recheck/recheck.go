// Package recheck says when to look again at things that hardly change: each once
// in a period, and all of them spread over it, without a plan that would have to be
// kept.
//
// The one idea: each thing has a moment of its own in the period, which follows from
// its name. It is due when that moment has come since it was looked at last. So what
// was seen together is not looked at together for ever after, and after a pause each
// thing is due once, however long the pause was.
package recheck

import (
	"hash/fnv"
	"time"
)

// Due reports whether the thing with a name, which was looked at last at some time,
// is to be looked at again. What was never looked at is due; so is everything when
// the period is zero. A clock that was set back makes due what had its moment in the
// time that comes again.
func Due(name string, last, now time.Time, period time.Duration) bool {
	return last.IsZero() || period <= 0 || turn(name, last, period) != turn(name, now, period)
}

// turn counts the moments of a name up to a time.
func turn(name string, at time.Time, period time.Duration) int64 {
	hash := fnv.New64a()
	hash.Write([]byte(name))
	// Times are counted from a day before all of them, so that the division cuts off
	// in one direction.
	since := at.Sub(time.Date(1990, time.January, 1, 0, 0, 0, 0, time.UTC))
	phase := time.Duration(hash.Sum64() % uint64(period))
	return int64((since + period - phase) / period)
}
