package store

import (
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

// months are the files of the change log that may hold events of a time, in their
// order.
func (t *tree) months(from, until time.Time) []month {
	var months []month
	for name := range t.files {
		m, ok := parseMonth(name)
		if ok && m.of >= monthOf(from) && (until.IsZero() || m.of <= monthOf(until)) {
			months = append(months, m)
		}
	}
	slices.SortFunc(months, func(a, b month) int { return cmp.Or(cmp.Compare(a.of, b.of), cmp.Compare(a.number, b.number)) })
	return months
}
