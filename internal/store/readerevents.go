package store

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"shiplist/internal/release"
)

// Month is a file of the change log.
type Month struct {
	// Of is the month, such as "2025-08"; one with many events has several files.
	Of string
	// Events are in the order in which they were written.
	Events []release.Event
}

// events reads the files of the change log that may hold what was seen at from or later,
// in the order of [LoadEvents] and with the same errors. A file that did not change is
// the same Month as the last time; of one that grew only the end is decoded.
func (r *Reader) events(dir string, root *os.Root, t *tree, from time.Time) ([]*Month, Problems, error) {
	months := t.months(from, time.Time{})
	files := make([]*knownFile, len(months))
	problems := make([]Problems, len(months))
	err := parallel(len(months), func(i int) (err error) {
		name := months[i].String()
		f := fileReader{r: r, dir: dir, root: root, name: name, at: t.files[name], old: r.months[name]}
		files[i], problems[i], err = f.read()
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	r.months = make(map[string]*knownFile, len(files))
	var read []*Month
	for i, f := range files {
		if f != nil {
			r.months[months[i].String()] = f
			read = append(read, f.month)
		}
	}
	return read, slices.Concat(problems...), nil
}

// readMonth decodes a file of the change log. The agent adds to its end.
func (f *fileReader) readMonth(known *knownFile, text []byte) (*knownFile, Problems, error) {
	file := filepath.Join(f.dir, f.at)
	m, _ := parseMonth(f.name)
	if old := f.old; old != nil && old.size < known.size && text[old.size] == '\n' && sumOf(text[:old.size]) == old.sum {
		if more, quick := quickEvents(text[old.size:]); quick && inMonth(more, m) {
			known.month = &Month{m.of, append(slices.Clip(old.month.Events), more...)}
			return known, nil, nil
		}
	}
	events, problems := decodeEvents(file, f.name, text)
	if len(problems) > 0 {
		return nil, problems, nil
	}
	known.month = &Month{m.of, events}
	return known, nil, nil
}

func inMonth(events []release.Event, m logFile) bool {
	return !slices.ContainsFunc(events, func(e release.Event) bool { return monthOf(e.Seen) != m.of })
}
