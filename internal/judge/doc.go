// Package judge is a network in memory that watches how a client behaves: virtual
// hosts that fail as real ones do, and a score of what was asked of them. It is for
// tests.
//
// A [Judge] is an [http.RoundTripper]. It starts no goroutine and reads the time from
// package time only, so that it works under testing/synctest, where a month takes a
// minute.
//
// What it counts as a sin:
//
//   - unconditional: a file asked for without validators, although they were given
//     with its last answer and the client has lost nothing since;
//   - gap: two polls of a source closer together than its schedule has them, or one
//     begun more than three times;
//   - burst: more requests at once than allowed, more in a minute than allowed, more
//     in the first second after a restart or an outage than the ceiling lets through,
//     more than one request at a time to a host that has just failed, or one too soon;
//   - broken: a request before the time that a Retry-After named.
//
// What the client cannot know is not held against it: answers that did not arrive
// whole, and what it had no chance to keep when it was killed; see [Judge.Killed].
package judge
