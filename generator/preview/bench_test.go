package preview

import (
	"path/filepath"
	"testing"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/store"
)

// BenchmarkCommitToEvent is how long an open page waits for one state that changed: from
// the begin of the agent's commit until the page is told. ms/noticed is without the
// commit itself. A draft that the change before gave is on disk by then.
func BenchmarkCommitToEvent(b *testing.B) {
	d := sit(b, nil)
	w, err := store.Open(b.Context(), filepath.Join(d.dir, "data"), filepath.Join(d.dir, "state"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = w.Close() })
	set := d.ready()
	page := d.follow("page=/noble/24.04.3/&set=" + set)
	page(func(event) bool { return true })
	facts, err := w.Facts("iso")
	if err != nil {
		b.Fatal(err)
	}
	states := []release.State{release.StateFailed, release.StateTesting}
	var noticed time.Duration
	n := 0
	for b.Loop() {
		b.StopTimer()
		time.Sleep(3 * quiet) // as between the polls of an agent
		facts.Milestones[0].Entries[0].State = states[n%len(states)]
		n++
		b.StartTimer()
		if _, err := w.Commit(b.Context(), w.State("iso"), facts); err != nil {
			b.Fatal(err)
		}
		committed := time.Now()
		set = page(func(e event) bool { return e.Set != set && e.Do == actReload }).Set
		noticed += time.Since(committed)
	}
	b.ReportMetric(float64(noticed.Microseconds())/1000/float64(b.N), "ms/noticed")
}
