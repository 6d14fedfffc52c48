package store

import (
	"fmt"
	"maps"
	"slices"

	"shiplist/internal/release"
)

// FactsError says that facts cannot be stored, because of a name that cannot be a
// file's or a record that could not be read again. The data directory is as it was.
type FactsError struct{ Err error }

func (e *FactsError) Error() string { return "facts that cannot be stored: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *FactsError) Unwrap() error { return e.Err }

// Files encodes the facts of a source: the text of each data file by its path below
// the source's folder. It sorts the facts and puts their times into UTC. Any error
// is a [*FactsError].
func Files(source string, facts *release.Facts) (map[string][]byte, error) {
	parts, err := Split(facts)
	if err != nil {
		return nil, &FactsError{err}
	}
	texts := make([][]byte, len(parts))
	err = parallel(len(parts), func(i int) (err error) {
		texts[i], err = parts[i].encode(source)
		if err != nil {
			return &FactsError{fmt.Errorf("%s: %w", parts[i].Path, err)}
		}
		return nil
	})
	files := make(map[string][]byte, len(parts))
	for i, p := range parts {
		files[p.Path] = texts[i]
	}
	return files, err
}

// encodeSources writes sources.toml.
func encodeSources(states map[string]release.SourceState) ([]byte, error) {
	doc := sourcesDoc{}
	for _, name := range slices.Sorted(maps.Keys(states)) {
		doc.Sources = append(doc.Sources, states[name])
	}
	return text(sourcesHead, doc)
}
