// Package plan polls the files in which a team keeps what it means of its milestones: one
// file, or all *.toml of a directory. It opens no connection, and writes nothing.
//
// The files are believed together or not at all. A mistake in one, two that say different
// things of one milestone, and a product that two of them name end the poll with an error
// that has file, line and column, and what was known before stays. What is read otherwise
// is what somebody decided: it is taken as it is, even where it takes away much, but for a
// directory without any plan where there were some.
//
// Only what the files say is stored: which products a pattern or another milestone's list
// stands for depends on the other sources, and is worked out where all are joined.
package plan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"shiplist/internal/config"
	"shiplist/internal/planfile"
	"shiplist/internal/release"
)

// filesMost bounds how many files a plan can have.
const filesMost = 500

// Source is the files of one plan.
type Source struct {
	path  string
	rules release.Rules
}

// New returns a source for a [[plan]].
func New(p config.Plan, rules release.Rules) *Source { return &Source{p.Path, rules} }

// Poll reads all files of the plan.
func (s *Source) Poll(_ context.Context, _ *release.Facts) (*release.Answer, error) {
	names, err := files(s.path)
	if err != nil {
		return nil, err
	}
	answer := &release.Answer{Decided: true}
	var read []*config.PlanFile
	var problems config.Problems
	for _, name := range names {
		text, err := readBounded(name)
		if err != nil {
			return nil, err
		}
		answer.Bytes += int64(len(text))
		f, err := config.ParsePlan(s.shown(name), text)
		if err != nil {
			var mistakes config.Problems
			if !errors.As(err, &mistakes) {
				return nil, err
			}
			problems = append(problems, mistakes...)
			continue
		}
		read = append(read, f)
	}
	if len(problems) > 0 {
		return nil, planfile.Told(problems)
	}
	if answer.Facts, err = planfile.Facts(read, s.rules); err != nil {
		return nil, planfile.Told(err)
	}
	return answer, nil
}

// shown is how facts call a file: without the folders above the plan's, which are another
// on every machine.
func (s *Source) shown(name string) string {
	below, err := filepath.Rel(filepath.Dir(s.path), name)
	if err != nil {
		return filepath.Base(name)
	}
	return filepath.ToSlash(below)
}

// files are those of a plan: the path itself, or what a directory holds.
func files(path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s is not there; write a plan with 'shiplist plan new', or name another path in [[plan]]", path)
	case err != nil:
		return nil, err
	case !info.IsDir():
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".toml") && !strings.HasPrefix(name, ".") && !e.IsDir() {
			names = append(names, filepath.Join(path, name))
		}
	}
	if len(names) > filesMost {
		return nil, fmt.Errorf("%s holds %d plans; at most %d are read", path, len(names), filesMost)
	}
	slices.Sort(names)
	return names, nil
}

// readBounded reads a regular file, and no more of it than a plan can have.
func readBounded(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a pipe would keep us waiting for ever
		return nil, fmt.Errorf("%s is no file; a plan is one", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, config.PlanFileMost+1))
}
