package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"shiplist/internal/release"
)

// LoadOnly is [Load] for those who want the facts of few sources, or of none: it
// reads the files of the sources for which wanted holds, and leaves the facts of all
// others empty. It does not look for strangers. A directory that is not there, or has
// no sources.toml, has no sources; that is no error here.
func LoadOnly(dir string, wanted func(release.SourceState) bool) (*Snapshot, error) {
	root, err := os.OpenRoot(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Snapshot{}, nil
	case err != nil:
		return nil, fmt.Errorf("data directory: %w", err)
	}
	defer root.Close()
	held, err := readLock(dir)
	if err != nil {
		return nil, err
	}
	s, broken, err := loadOnly(dir, root, wanted)
	if held == nil && lockable(root) {
		return LoadOnly(dir, wanted) // the first writer came while we read
	}
	return s, errors.Join(err, held.Close(), broken.err())
}

func loadOnly(dir string, root *os.Root, wanted func(release.SourceState) bool) (*Snapshot, Problems, error) {
	t, err := survey(root)
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	states, broken, err := t.sources(dir, root)
	if err != nil {
		return nil, nil, err
	}
	s, facts := &Snapshot{}, map[string]*release.Facts{}
	for _, state := range states {
		source := release.SourceFacts{State: state, Facts: &release.Facts{Source: state.Name}}
		if wanted(state) {
			facts[state.Name] = source.Facts
		}
		s.Sources = append(s.Sources, source)
	}
	mistakes, err := t.facts(dir, root, facts)
	if err != nil {
		return nil, nil, err
	}
	return s, append(broken, mistakes...), nil
}
