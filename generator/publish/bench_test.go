package publish

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"shiplist/generator/staged"
)

// BenchmarkPublish publishes a site of a thousand directories of which one page changed.
func BenchmarkPublish(b *testing.B) {
	dir := b.TempDir()
	s := Site{Staged: filepath.Join(dir, "staged"), Output: filepath.Join(dir, "public"), Kept: 10}
	files := version(0)
	for n := range 1000 {
		files[fmt.Sprintf("images/full/d%03d/index.html", n)] = strings.Repeat(fmt.Sprintf("page %d\n", n), 2000)
	}
	n := 0
	for b.Loop() {
		b.StopTimer()
		n++
		files["index.html"] = fmt.Sprint(n)
		stage(b, s, files, staged.Record{})
		b.StartTimer()
		publish(b, s)
	}
}
