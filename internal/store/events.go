package store

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"shiplist/internal/release"
)

// LoadEvents reads from the change log what was seen at from or later, and before
// until; the zero time is no bound. The events are in the order of the months, and
// within a month in that in which they were written. Where nothing was ever written
// there are none.
//
// Mistakes in files are returned as [Problems], all of them, together with the events
// of the other files. Any other error comes without events.
func LoadEvents(dir string, from, until time.Time) ([]release.Event, error) {
	events, err := shared(dir, func(dir string, root *os.Root) ([]release.Event, Problems, error) {
		return loadEvents(dir, root, from, until)
	})
	var none *noDataError
	if errors.As(err, &none) {
		return nil, nil
	}
	return events, err
}

func loadEvents(dir string, root *os.Root, from, until time.Time) ([]release.Event, Problems, error) {
	t, err := surveyBelow(root, changesDir)
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	months := t.months(from, until)
	parts := make([][]release.Event, len(months))
	problems := make([]Problems, len(months))
	err = parallel(len(months), func(i int) error {
		name := months[i].String()
		text, err := readFile(root, t.files[name])
		if err == nil {
			parts[i], problems[i] = decodeEvents(filepath.Join(dir, t.files[name]), name, text)
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	events := slices.DeleteFunc(slices.Concat(parts...), func(e release.Event) bool {
		return e.Seen.Before(from) || !until.IsZero() && !e.Seen.Before(until)
	})
	return events, slices.Concat(problems...), nil
}

// LastEvents reads the events of the change log that were written last, no more than n,
// in the order of [LoadEvents]. It reads no more of the log than it has to, so that a
// mistake further back is not found.
func LastEvents(dir string, n int) ([]release.Event, error) {
	events, err := shared(dir, func(dir string, root *os.Root) ([]release.Event, Problems, error) {
		return lastEvents(dir, root, max(n, 0))
	})
	var none *noDataError
	if errors.As(err, &none) {
		return nil, nil
	}
	return events, err
}

func lastEvents(dir string, root *os.Root, n int) ([]release.Event, Problems, error) {
	t, err := surveyBelow(root, changesDir)
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	var events []release.Event
	var broken Problems
	for _, m := range slices.Backward(t.months(time.Time{}, time.Time{})) {
		if len(events) >= n {
			break
		}
		at, left := t.files[m.String()], n-len(events)
		text, err := readFile(root, at)
		if err != nil {
			return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
		}
		end := lastBlocks(text, left)
		more, problems := decodeEvents(filepath.Join(dir, at), m.String(), end)
		if len(end) < len(text) && len(more) < left { // not where an event begins
			more, problems = decodeEvents(filepath.Join(dir, at), m.String(), text)
		}
		events, broken = append(more, events...), append(problems, broken...)
	}
	return events[max(0, len(events)-n):], broken, nil
}

// lastBlocks is the end of a file of the change log from its last n events on.
func lastBlocks(text []byte, n int) []byte {
	at := len(text)
	for range n {
		before := bytes.LastIndex(text[:at], []byte("\n"+eventLine+"\n"))
		if before < 0 {
			return text
		}
		at = before
	}
	return text[at:]
}

// months are the files of the change log that may hold events of a time, in their
// order.
func (t *tree) months(from, until time.Time) []logFile {
	var months []logFile
	for name := range t.files {
		m, ok := parseMonth(name)
		if ok && m.of >= monthOf(from) && (until.IsZero() || m.of <= monthOf(until)) {
			months = append(months, m)
		}
	}
	slices.SortFunc(months, func(a, b logFile) int { return cmp.Or(cmp.Compare(a.of, b.of), cmp.Compare(a.number, b.number)) })
	return months
}
