// Package agent polls the sources of the configuration and keeps the data directory
// true to them: what is new is written, what is gone is removed, and what cannot be
// believed is kept aside. Each kind of source is a package of its own below this
// one, entered in kinds.go; none knows of the others, nor of files.
//
// The one idea needed to read it: sources are polled side by side, but one after
// another they are settled, by the only goroutine that writes. Settling an answer
// ends in exactly one of four ways (see [Outcome]), and in each the facts that were
// there before stay until better ones take their place:
//
//   - ok, unchanged: the answer is what the source says now, and is stored;
//   - failed: there is no answer; sources.toml says why, the facts stay;
//   - held: the answer would remove too much to be believed at once (hold.go); it
//     is kept in the state directory, sources.toml says why, the facts stay. It is
//     let in by [Agent.Accept], or by itself when it would remove the same things
//     for as long as the configuration asks.
//
// What happened is derived while an answer is settled, from the facts that are on
// disk at that moment, and written with them in one step (events.go).
//
// [Agent.Once] polls everything once. [Agent.Run] does so on a schedule until it is
// told to stop: one goroutine looks at the clock, begins polls, settles what they
// bring and has the site made; nothing else touches its state, so there is nothing to
// lock. When a source is due is computed from the wall clock alone (clock.go), which is
// looked at every few seconds because it may be set. Nothing that goes wrong ends a
// running agent; it is reported, and tried again at the next turn. Facts are not kept
// between polls, since most of the time the agent only waits.
package agent
