package generator

import (
	"fmt"
	"testing"

	"shiplist/internal/store"
)

// BenchmarkLoad reads and joins the data of the large site: of TOML, of what another
// process kept, and in one process after another state of one build.
func BenchmarkLoad(b *testing.B) {
	for _, directories := range []int{largeDirectories, 4 * largeDirectories} {
		c := writeLarge(b, b.TempDir(), directories)
		picture := func(b *testing.B, l *loader) {
			if p, _, err := l.load(nil); err != nil || len(p.Trees[0].Directories) != directories {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprintf("toml/%d", directories), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l := newLoader(c)
				l.reader = store.NewReader(c.Store.Data, "")
				picture(b, l)
			}
		})
		b.Run(fmt.Sprintf("kept/%d", directories), func(b *testing.B) {
			picture(b, newLoader(c))
			b.ReportAllocs()
			for b.Loop() {
				picture(b, newLoader(c))
			}
		})
		b.Run(fmt.Sprintf("state/%d", directories), func(b *testing.B) {
			l := newLoader(c)
			picture(b, l)
			tracker := largeSources(1)[0]
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				b.StopTimer()
				turn(tracker, n)
				commit(b, c, tracker)
				b.StartTimer()
				picture(b, l)
			}
		})
	}
}
