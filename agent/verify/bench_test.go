package verify

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"shiplist/internal/issue"
	"shiplist/internal/testenv"
)

// benchBytes are those of the directory that the benchmarks look at, as of many pages and
// some images.
const benchBytes = 256 << 20

// benchDir is a copy with many small files and some large ones.
func benchDir(b *testing.B) string {
	b.Helper()
	s := set{}
	page := strings.Repeat("a page of a site\n", 1000)
	for i := range 2000 {
		s[fmt.Sprintf("p%04d/index.html", i)] = fmt.Sprint(i, page)
	}
	large := strings.Repeat("an image of a release\n", (benchBytes-2000*len(page))/4/22)
	for i := range 4 {
		s[fmt.Sprintf("images/%d.iso", i)] = fmt.Sprint(i, large)
	}
	return issued(s, 1, nil).dir(b)
}

// BenchmarkFull looks into every file. Compare with BenchmarkSHA256sum.
func BenchmarkFull(b *testing.B) {
	dir := benchDir(b)
	o := options(b, dir, 2)
	o.Keyring = nil
	b.SetBytes(benchBytes)
	for b.Loop() {
		r := run(b, o)
		wants(b, "full", r)
	}
}

// BenchmarkSHA256sum is what everybody has: sha256sum of the same directory.
func BenchmarkSHA256sum(b *testing.B) {
	program := testenv.Program(b, "sha256sum")
	dir := benchDir(b)
	if _, err := os.Stat(filepath.Join(dir, issue.SumsFile)); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(benchBytes)
	for b.Loop() {
		c := exec.Command(program, "--check", "--quiet", issue.SumsFile)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
}
