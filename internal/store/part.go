package store

import (
	"errors"
	"fmt"
	"os"

	"shiplist/internal/release"
)

// LoadOnly is [Load] for those who want the facts of few sources, or of none: it
// reads the files of the sources for which wanted holds, and leaves the facts of all
// others empty. It does not look for strangers. A directory that is not there, or has
// no sources.toml, has no sources; that is no error here.
func LoadOnly(dir string, wanted func(release.SourceState) bool) (*Snapshot, error) {
	s, err := shared(dir, func(dir string, root *os.Root) (*Snapshot, Problems, error) {
		return loadOnly(dir, root, wanted)
	})
	var none *noDataError
	if errors.As(err, &none) {
		return &Snapshot{}, nil
	}
	return s, err
}

func loadOnly(dir string, root *os.Root, wanted func(release.SourceState) bool) (*Snapshot, Problems, error) {
	t, err := surveyBelow(root, sourcesFile)
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	states, broken, err := t.sources(dir, root)
	if err != nil {
		return nil, nil, err
	}
	s := &Snapshot{}
	for _, state := range states {
		source := release.SourceFacts{State: state, Facts: &release.Facts{Source: state.Name}}
		if wanted(state) {
			var mistakes Problems
			if source.Facts, mistakes, err = sourceFacts(dir, root, state.Name, nil); err != nil {
				return nil, nil, err
			}
			broken = append(broken, mistakes...)
		}
		s.Sources = append(s.Sources, source)
	}
	return s, broken, nil
}
