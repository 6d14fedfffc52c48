package store

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"shiplist/internal/release"
)

// maxFile is the largest data file that is read. The agent writes none that is
// nearly as large.
const maxFile = 256 << 20

// Snapshot is a data directory at one moment.
type Snapshot struct {
	// Sources are those that sources.toml names, by name, each with its facts,
	// which are sorted and never nil.
	Sources []release.SourceFacts
	// Strangers are files and folders that are no part of the data directory's
	// form, by path: they are neither read nor touched. Names that begin with a
	// dot and the NAME.edited copies are not counted among them.
	Strangers []string
}

// Source returns the source with a name, or nil.
func (s *Snapshot) Source(name string) *release.SourceFacts {
	for i := range s.Sources {
		if s.Sources[i].State.Name == name {
			return &s.Sources[i]
		}
	}
	return nil
}

// Load reads a data directory. Readers share a lock with the writer, so that what
// they see is whole; a directory that cannot be written to is read all the same.
//
// Mistakes in files are returned as [Problems], all of them, together with a
// snapshot from which the files with mistakes are left out: whoever goes on with
// that must know that facts are missing. Any other error comes without a snapshot.
func Load(dir string) (*Snapshot, error) {
	root, err := os.OpenRoot(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no data directory %s yet; run `shiplist agent --once` to fill it", dir)
	case err != nil:
		return nil, fmt.Errorf("data directory: %w", err)
	}
	defer root.Close()
	held, err := readLock(dir)
	if err != nil {
		return nil, err
	}
	s, broken, err := loadWith(dir, root)
	if held == nil && lockable(root) {
		// The first writer came while we read: once more, with its lock.
		return Load(dir)
	}
	return s, errors.Join(err, held.Close(), broken.err())
}

// lockable reports whether both lock files are there.
func lockable(root *os.Root) bool {
	_, gate := root.Stat(gateName)
	_, lock := root.Stat(lockName)
	return gate == nil && lock == nil
}

// loadWith is Load without locks.
func loadWith(dir string, root *os.Root) (*Snapshot, Problems, error) {
	t, err := survey(root)
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	if t.files[sourcesFile] == "" {
		return nil, nil, fmt.Errorf("the data directory %s has no %s; run `shiplist agent --once` to fill it", dir, sourcesFile)
	}
	return t.load(dir, root)
}

// tree is what a data directory holds: where the bytes of each data file are, which
// is its own path unless a commit was cut short.
type tree struct {
	files     map[string]string
	strangers []string
}

// survey lists a data directory.
func survey(root *os.Root) (tree, error) {
	t := tree{files: map[string]string{}}
	err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		return t.add(name, d)
	})
	if err != nil {
		return t, err
	}
	return t, t.overlay(root)
}

// add sorts one name in.
func (t *tree) add(name string, d fs.DirEntry) error {
	source, below, inSource := strings.Cut(name, "/")
	_, _, isData := parsePath(below)
	switch {
	case strings.HasPrefix(path.Base(name), "."):
		return skip(d)
	case name == changesDir && d.IsDir():
		return fs.SkipDir
	case d.IsDir():
		if unfit(d.Name()) != "" {
			t.strangers = append(t.strangers, name)
			return fs.SkipDir
		}
	case editedName.MatchString(name):
	case d.Type().IsRegular() && (name == sourcesFile || inSource && isData && unfitSource(source) == ""):
		t.files[name] = name
	default:
		t.strangers = append(t.strangers, name)
	}
	return nil
}

func skip(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// load reads sources.toml and the facts of the sources that it names.
func (t *tree) load(dir string, root *os.Root) (*Snapshot, Problems, error) {
	states, broken, err := t.sources(dir, root)
	if err != nil {
		return nil, nil, err
	}
	facts := map[string]*release.Facts{}
	for _, state := range states {
		facts[state.Name] = &release.Facts{Source: state.Name}
	}
	mistakes, err := t.facts(dir, root, facts)
	if err != nil {
		return nil, nil, err
	}
	s := &Snapshot{Strangers: t.strangers}
	for _, state := range states {
		s.Sources = append(s.Sources, release.SourceFacts{State: state, Facts: facts[state.Name]})
	}
	return s, append(broken, mistakes...), nil
}

// facts reads the files of some sources, side by side; the order of everything is
// that of the paths.
func (t *tree) facts(dir string, root *os.Root, into map[string]*release.Facts) (Problems, error) {
	names := t.ours(into)
	parts := make([]release.Facts, len(names))
	problems := make([]Problems, len(names))
	err := parallel(len(names), func(i int) error {
		text, err := readFile(root, t.files[names[i]])
		if err == nil {
			_, below, _ := strings.Cut(names[i], "/")
			parts[i], problems[i] = decode(filepath.Join(dir, t.files[names[i]]), below, text)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	var broken Problems
	for i, name := range names {
		source, _, _ := strings.Cut(name, "/")
		join(into[source], parts[i])
		broken = append(broken, problems[i]...)
	}
	for _, facts := range into {
		facts.Sort()
	}
	return broken, nil
}

// sources reads sources.toml; a source without a usable name is left out.
func (t *tree) sources(dir string, root *os.Root) ([]release.SourceState, Problems, error) {
	at, there := t.files[sourcesFile]
	if !there {
		return nil, nil, nil
	}
	text, err := readFile(root, at)
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	states, problems := decodeSources(filepath.Join(dir, at), text)
	byName := map[string]release.SourceState{}
	for _, state := range states {
		if _, twice := byName[state.Name]; !twice && unfitSource(state.Name) == "" {
			byName[state.Name] = state
		}
	}
	return slices.SortedFunc(maps.Values(byName), func(a, b release.SourceState) int {
		return strings.Compare(a.Name, b.Name)
	}), problems, nil
}

// ours are the data files of the known sources, sorted; a folder that sources.toml
// does not name is a stranger.
func (t *tree) ours(known map[string]*release.Facts) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		source, _, inSource := strings.Cut(name, "/")
		switch {
		case known[source] != nil:
			names = append(names, name)
		case inSource:
			t.strangers = append(t.strangers, source)
		}
	}
	slices.Sort(t.strangers)
	t.strangers = slices.Compact(t.strangers)
	return names
}

func readFile(root *os.Root, name string) ([]byte, error) {
	info, err := root.Stat(name)
	if err == nil && info.Size() > maxFile {
		return nil, fmt.Errorf("%s: %d bytes are more than a data file ever has", name, info.Size())
	}
	if err != nil {
		return nil, err
	}
	return root.ReadFile(name)
}

// parallel calls f for 0 to n-1, on as many processors as there are.
func parallel(n int, f func(int) error) error {
	var g errgroup.Group
	g.SetLimit(runtime.NumCPU())
	for i := range n {
		g.Go(func() error { return f(i) })
	}
	return g.Wait()
}
