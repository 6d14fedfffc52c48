package generator

import (
	"fmt"
	"testing"
	"time"

	"shiplist/internal/release"
)

// busyLog is a log of n events over a year: the builds of some products are tested and
// become ready on a milestone of Noble, every few minutes one.
func busyLog(products []string, milestone string, n int) []release.Event {
	log := make([]release.Event, 0, n)
	kinds := []release.EventKind{release.EventBuildAppeared, release.EventBuildTests, release.EventBuildTests, release.EventBuildReady, release.EventBuildSuperseded}
	words := []string{"testing", "4 passed, 0 failed, 0 running, 2 untested", "5 passed, 0 failed, 0 running, 1 untested", "ready", "superseded"}
	step := 365 * oneDay / time.Duration(n)
	for i := range n {
		k := i % len(kinds)
		e := release.Event{
			Seen: sampleNow.Add(-time.Duration(n-i) * step).Truncate(time.Second), Source: "iso", What: kinds[k], To: words[k],
			Series: "noble", Milestone: milestone, Product: products[i/5%len(products)], BuildID: fmt.Sprintf("2026%04d", i/500),
		}
		switch e.What {
		case release.EventBuildTests:
			e.Milestone = ""
		case release.EventBuildReady, release.EventBuildSuperseded:
			e.From = words[k-3+k/4*2]
		}
		log = append(log, e)
	}
	return log
}

// BenchmarkReadLog works out the past of the sample from a year of 50,000 events, and
// arranges all pages of changes.
func BenchmarkReadLog(b *testing.B) {
	c := defaultConfig(b)
	s := prepared(b, Options{Config: c}, samplePicture(c))
	var products []string
	for _, p := range sampleProducts(&c.Rules) {
		products = append(products, slugOf(p.title))
	}
	s.log = busyLog(products, "24.04.4", 50_000)
	s.arrange()
	b.Run("past", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			release.NewPast(s.picture, s.log)
		}
	})
	b.Run("news", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.readLog(nil)
		}
	})
	b.Run("pages", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, o := range s.changePages() {
				if _, err := o.arrange(); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
