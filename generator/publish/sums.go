package publish

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// sumsFile lists the checksums of all other files of a set, as sha256sum does.
const sumsFile = "SHA256SUMS"

// sum writes the list of checksums.
func (b *build) sum() error {
	lines := make([]string, 0, len(b.files)+len(b.carried))
	for _, f := range slices.Concat(b.files, b.carried) {
		lines = append(lines, sumLine(f.sum, f.path))
	}
	return b.writeSums(filepath.Join(b.to, sumsFile), sumsText(lines))
}

// writeSums writes a list under which mirrors see that it is new.
func (b *build) writeSums(name string, text []byte) error {
	if err := write(name, text, time.Time{}); err != nil {
		return err
	}
	latest, err := b.latest(sumsFile, nil)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil || later(info, latest) {
		return err
	}
	return os.Chtimes(name, after(latest), after(latest))
}

// sumLine is a file's line of the list. The names of a site have nothing in them that
// sha256sum would want escaped.
func sumLine(sum, path string) string { return sum + "  " + path }

var sumForm = regexp.MustCompile(`^([0-9a-f]{64})  (.+)$`)

// sumsText is the list: sorted by path, so that it changes where the site does.
func sumsText(lines []string) []byte {
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[64:], b[64:]) })
	return []byte(strings.Join(lines, "\n") + "\n")
}

// readSums reads the list of a set: checksums by path.
func readSums(dir string) (map[string]string, error) {
	f, err := os.Open(filepath.Join(dir, sumsFile))
	if err != nil {
		return nil, fmt.Errorf("list of checksums: %w", err)
	}
	defer f.Close()
	sums := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		part := sumForm.FindStringSubmatch(lines.Text())
		if part == nil {
			return nil, fmt.Errorf("%s: line %d is no checksum with a path", f.Name(), n)
		}
		sums[part[2]] = part[1]
	}
	return sums, lines.Err()
}

// latest is the time of the youngest file of a path in the sets that visitors may have
// seen; zero where none has it. A file that is the same one as a given one does not
// count: it has the same bytes.
func (b *build) latest(name string, but fs.FileInfo) (time.Time, error) {
	var latest time.Time
	for _, dir := range b.seen {
		info, err := os.Lstat(filepath.Join(dir, name))
		switch {
		case missing(err):
			continue
		case err != nil:
			return latest, err
		case but != nil && os.SameFile(info, but):
			continue
		}
		if info.ModTime().After(latest) {
			latest = info.ModTime()
		}
	}
	return latest, nil
}
