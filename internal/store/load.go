package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

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
func Load(dir string) (*Snapshot, error) { return NewReader(dir, "").Load() }

// readTries is how often a reader begins anew because the locks were deleted while it
// read.
const readTries = 5

// shared reads something with the readers' lock of a data directory. The mistakes that
// it finds are the error when there is no other.
func shared[T any](dir string, read func(dir string, root *os.Root) (T, Problems, error)) (T, error) {
	var none T
	for range readTries {
		v, whole, err := sharedOnce(dir, read)
		if whole {
			return v, err
		}
	}
	return none, fmt.Errorf("data directory %s: its locks are deleted again and again", dir)
}

// sharedOnce is shared without a second try. What was read is not whole when a writer
// may have moved files meanwhile.
func sharedOnce[T any](dir string, read func(dir string, root *os.Root) (T, Problems, error)) (v T, whole bool, err error) {
	var none T
	root, err := os.OpenRoot(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return none, true, &noDataError{dir}
	case err != nil:
		return none, true, fmt.Errorf("data directory: %w", err)
	}
	defer root.Close()
	held, err := readLock(dir)
	if err != nil {
		return none, true, err
	}
	v, broken, err := read(dir, root)
	switch {
	case held == nil:
		whole = !lockable(root) // else the first writer came while we read
	default:
		whole = same(held[0], filepath.Join(dir, lockName))
	}
	return v, whole, errors.Join(err, held.Close(), broken.err())
}

// noDataError says that there is no data directory.
type noDataError struct{ dir string }

func (e *noDataError) Error() string {
	return fmt.Sprintf("there is no data directory %s yet; run `shiplist agent --once` to fill it", e.dir)
}

// lockable reports whether both lock files are there.
func lockable(root *os.Root) bool {
	_, gate := root.Stat(gateName)
	_, lock := root.Stat(lockName)
	return gate == nil && lock == nil
}

// tree is what a data directory holds: where the bytes of each data file are, which
// is its own path unless a commit was cut short.
type tree struct {
	files     map[string]string
	strangers []string
}

// survey lists a data directory.
func survey(root *os.Root) (tree, error) { return surveyBelow(root, ".") }

// surveyBelow lists one folder or file of a data directory; none where it is missing
// or a link. The files of a commit that was cut short are all in the list.
func surveyBelow(root *os.Root, top string) (tree, error) {
	t := tree{files: map[string]string{}}
	info, err := root.Lstat(top)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && info.Mode()&fs.ModeSymlink != 0:
	case err != nil:
		return t, err
	default:
		if err := fs.WalkDir(root.FS(), top, t.walk); err != nil {
			return t, err
		}
	}
	return t, t.overlay(root)
}

func (t *tree) walk(name string, d fs.DirEntry, err error) error {
	if err != nil || name == "." {
		return err
	}
	return t.add(name, d)
}

// add sorts one name in.
func (t *tree) add(name string, d fs.DirEntry) error {
	source, below, inSource := strings.Cut(name, "/")
	_, _, isData := parsePath(below)
	switch {
	case strings.HasPrefix(path.Base(name), "."):
		return skip(d)
	case d.IsDir():
		if unfit(d.Name()) != "" || inSource && source == changesDir {
			t.strangers = append(t.strangers, name)
			return fs.SkipDir
		}
	case editedName.MatchString(name):
	case d.Type().IsRegular() && (name == sourcesFile || isMonth(name) || inSource && isData && unfitSource(source) == ""):
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

// sourceFacts reads the facts of one source by the bytes of its files. The writer may
// call it, or who has the readers' lock. Where there is a keeper, what it has is used.
func sourceFacts(dir string, root *os.Root, name string, keep *keeper) (*release.Facts, Problems, error) {
	t, err := surveyBelow(root, name)
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	r := Reader{data: dir, keep: keep, exact: true, now: time.Now}
	known, broken, err := r.source(dir, root, &t, name, t.ours([]release.SourceState{{Name: name}})[name])
	if err != nil {
		return nil, nil, err
	}
	if len(broken) == 0 {
		r.keepSource(name, known)
	}
	return known.facts, broken, nil
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
	if err := newer(dir, at, text); err != nil {
		return nil, nil, err
	}
	states, problems := usableSources(filepath.Join(dir, at), text)
	return states, problems, nil
}

// usableSources are the sources of a sources.toml, by name.
func usableSources(file string, text []byte) ([]release.SourceState, Problems) {
	states, problems := decodeSources(file, text)
	byName := map[string]release.SourceState{}
	for _, state := range states {
		if _, twice := byName[state.Name]; !twice && unfitSource(state.Name) == "" {
			byName[state.Name] = state
		}
	}
	return slices.SortedFunc(maps.Values(byName), func(a, b release.SourceState) int {
		return strings.Compare(a.Name, b.Name)
	}), problems
}

// ours are the data files of each known source, sorted; a folder that sources.toml
// does not name is a stranger.
func (t *tree) ours(known []release.SourceState) map[string][]string {
	names := map[string][]string{}
	for _, state := range known {
		names[state.Name] = nil
	}
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		source, _, inSource := strings.Cut(name, "/")
		_, is := names[source]
		switch {
		case is:
			names[source] = append(names[source], name)
		case inSource && source != changesDir:
			t.strangers = append(t.strangers, source)
		}
	}
	slices.Sort(t.strangers)
	t.strangers = slices.Compact(t.strangers)
	return names
}

func readFile(root *os.Root, name string) ([]byte, error) {
	text, _, err := readStated(root, name)
	return text, err
}

// readStated reads a file, and what the system tells of it before that.
func readStated(root *os.Root, name string) ([]byte, fs.FileInfo, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if info.Size() > maxFile {
		return nil, nil, fmt.Errorf("%s: %d bytes are more than a data file ever has", name, info.Size())
	}
	text := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	_, err = text.ReadFrom(io.LimitReader(f, maxFile))
	return text.Bytes(), info, err
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
