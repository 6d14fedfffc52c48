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
	"shiplist/internal/problems"
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
	answer, err := s.Load(s.shown)
	if err != nil {
		return nil, planfile.Told(err)
	}
	return answer, nil
}

// Load reads all files of the plan, whose paths facts and mistakes tell as shown gives
// them. The error is a [config.Problems] with all mistakes where files have any.
func (s *Source) Load(shown func(path string) string) (*release.Answer, error) {
	names, sheets, err := files(s.path)
	if err != nil {
		return nil, err
	}
	answer := &release.Answer{Decided: true, Problems: passedOver(names, sheets, shown)}
	var read []*config.PlanFile
	var wrong config.Problems
	for _, name := range names {
		text, err := Read(name)
		if err != nil {
			return nil, err
		}
		answer.Bytes += int64(len(text))
		f, err := config.ParsePlan(shown(name), text)
		var mistakes config.Problems
		switch {
		case errors.As(err, &mistakes):
			wrong = append(wrong, mistakes...)
		case err != nil:
			return nil, err
		default:
			read = append(read, f)
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	if answer.Facts, err = planfile.Facts(read, s.rules); err != nil {
		return nil, err
	}
	return answer, nil
}

// passedOver tells of sheets that lie among the plans and are not read. One that has a plan
// of its name beside it has been imported.
func passedOver(names, sheets []string, shown func(path string) string) []release.Problem {
	var list problems.List
	for _, name := range sheets {
		if !slices.Contains(names, strings.TrimSuffix(name, filepath.Ext(name))+".toml") {
			list.AddAt(shown(name), release.ProblemSheet, filepath.Base(name)+" is a sheet, which is not read; 'shiplist plan import' makes a plan of it")
		}
	}
	return list.Problems()
}

// Reads reports whether a file, by its full path, is one of the plan.
func (s *Source) Reads(path string) bool {
	if s.path == path {
		return true
	}
	names, _, err := files(s.path)
	return err == nil && slices.Contains(names, path)
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

// files are those of a plan: the path itself, or what a directory holds; sheets are those
// beside them in YAML, which are not read.
func files(path string) (names, sheets []string, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("%s is not there; write a plan with 'shiplist plan new', or name another path in [[plan]]", path)
	case err != nil:
		return nil, nil, err
	case !info.IsDir() && IsSheet(path):
		return nil, nil, fmt.Errorf("%s is a sheet; make a plan of it with 'shiplist plan import', and name that in [[plan]]", path)
	case !info.IsDir():
		return []string{path}, nil, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, ".") || e.IsDir():
		case strings.HasSuffix(name, ".toml"):
			names = append(names, filepath.Join(path, name))
		case IsSheet(name):
			sheets = append(sheets, filepath.Join(path, name))
		}
	}
	if len(names) > filesMost {
		return nil, nil, fmt.Errorf("%s holds %d plans; at most %d are read", path, len(names), filesMost)
	}
	slices.Sort(names)
	slices.Sort(sheets)
	return names, sheets, nil
}

// IsSheet reports whether a file is a sheet by its name.
func IsSheet(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".yaml" || ext == ".yml"
}

// ErrNoFile says that something is no regular file.
var ErrNoFile = errors.New("is no file; a plan is one")

// Read reads a plan or a sheet: a regular file, and no more of it than either can have and
// the byte that makes it too large for both.
func Read(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a pipe would keep us waiting for ever
		return nil, fmt.Errorf("%s %w", name, ErrNoFile)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, config.PlanFileMost+1))
}
