package publish

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"shiplist/internal/issue"
)

// sumsFile lists the checksums of all other files of a set, as sha256sum does.
const sumsFile = issue.SumsFile

// sum writes the list of checksums.
func (b *build) sum() error {
	lines := make([]issue.Line, 0, len(b.files)+len(b.carried))
	for _, f := range slices.Concat(b.files, b.carried) {
		lines = append(lines, issue.Line{Path: f.path, SHA: cmp.Or(f.here, f.sum)})
	}
	return b.writeIssued(filepath.Join(b.to, sumsFile), sumsFile, issue.SumsText(lines))
}

// writeIssued writes a file that is made anew with each set, under a time by which mirrors
// see that it is new.
func (b *build) writeIssued(at, name string, text []byte) error {
	if err := write(at, text, time.Time{}); err != nil {
		return err
	}
	latest, err := b.latest(name, nil)
	if err != nil {
		return err
	}
	info, err := os.Stat(at)
	if err != nil || later(info, latest) {
		return err
	}
	return os.Chtimes(at, after(latest), after(latest))
}

// readSums reads the list of a set: checksums by path.
func readSums(dir string) (map[string]string, error) {
	at := filepath.Join(dir, sumsFile)
	text, err := os.ReadFile(at)
	if err != nil {
		return nil, fmt.Errorf("list of checksums: %w", err)
	}
	lines, err := issue.ParseSums(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	sums := make(map[string]string, len(lines))
	for _, l := range lines {
		sums[l.Path] = l.SHA
	}
	return sums, nil
}

// checklist is a list of checksums against which the files of a set are held, each once.
type checklist struct {
	dir  string
	sums map[string]string
}

// hold says of a file that is not as the list has it.
func (l *checklist) hold(name, sum string) error {
	if !issue.Own(name) && l.sums[name] != sum {
		return fmt.Errorf("%s: %s: %w, so it is not what anybody looked at", l.dir, name, errEdited)
	}
	delete(l.sums, name)
	return nil
}

// end says of a file that is in the list and nowhere else.
func (l *checklist) end() error {
	if gone := slices.Sorted(maps.Keys(l.sums)); len(gone) > 0 {
		return fmt.Errorf("%s: %s is gone: %w", l.dir, gone[0], errEdited)
	}
	return nil
}

// Listed reads the files of a published set, by path, and holds them against its list of
// checksums: the first that is not in it, is another one or is gone is the error. Each, where
// it is not nil, is told of every file, with its SHA-256 in hex.
func Listed(dir string, each func(name, sum string, content []byte)) error {
	sums, err := readSums(dir)
	if err != nil {
		return err
	}
	names, err := listFiles(dir)
	if err != nil {
		return err
	}
	l := &checklist{dir, sums}
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		sum := sumOf(content)
		if err := l.hold(name, sum); err != nil {
			return err
		}
		if each != nil {
			each(name, sum, content)
		}
	}
	return l.end()
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
