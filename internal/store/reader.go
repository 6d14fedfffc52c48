package store

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shiplist/internal/filestamp"
	"shiplist/internal/release"
)

// Reader reads a data directory again and again, and decodes only the files that
// changed. It is for one goroutine at a time; what it returned may be read by any, and
// changed by nobody: the next snapshot shares it.
//
// Which files changed it tells by their stamps. Who writes a data directory replaces its
// files whole, by others with another stamp; a file that somebody edits in place has one
// as well, two seconds after it was last changed at the latest. Until then its bytes
// are read and compared.
type Reader struct {
	data    string
	keep    *keeper // nil where nothing is kept between processes
	now     func() time.Time
	exact   bool // bytes alone count, and nothing is remembered
	states  knownStates
	sources map[string]*knownSource
	kept    map[string]bool // sources, at the first load: later ones change little
	months  map[string]*knownFile
}

// NewReader returns a reader of a data directory. It reads nothing yet. What it
// decoded of large sources lies in the state directory for the next process; it may be
// one that cannot be written to, or "" for none.
func NewReader(data, state string) *Reader {
	r := &Reader{data: data, now: time.Now, sources: map[string]*knownSource{}, kept: map[string]bool{}}
	if state != "" {
		r.keep = newKeeper(state)
	}
	return r
}

// knownStates is sources.toml as it was read last.
type knownStates struct {
	at, text string
	states   []release.SourceState
}

// knownSource is a source as it was read last.
type knownSource struct {
	files map[string]*knownFile // by path below the data directory
	parts []*release.Facts      // in the order of the paths
	facts *release.Facts
}

// knownFile is a data file without a mistake.
type knownFile struct {
	at      string // where its bytes are
	stamp   filestamp.Stamp
	settled bool
	size    int64
	sum     string
	facts   *release.Facts // sorted, and never changed
	month   *Month         // of the change log, instead of facts
	kept    *keptFile      // where it is kept as it is
}

// Load reads the data directory: see [Load]. The facts of a source of which no file
// changed are the same ones as in the last snapshot. Where one did, those that
// follow from other files are the same in memory: slices of records as a whole, and
// what is in records.
func (r *Reader) Load() (*Snapshot, error) {
	s, err := shared(r.data, func(dir string, root *os.Root) (*Snapshot, Problems, error) {
		t, err := survey(root)
		if err != nil {
			return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
		}
		return r.load(dir, root, &t)
	})
	r.keepSources()
	return s, err
}

// LoadWithEvents reads the data directory as [Reader.Load] does, and with it the files of
// the change log that may hold what was seen at from or later, which is asked when the facts
// are there. Both are of one moment: no commit comes in between, so that the log ends with
// what led to these facts.
func (r *Reader) LoadWithEvents(from func(*Snapshot) time.Time) (*Snapshot, []*Month, error) {
	var months []*Month
	s, err := shared(r.data, func(dir string, root *os.Root) (*Snapshot, Problems, error) {
		t, err := survey(root)
		if err != nil {
			return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
		}
		s, broken, err := r.load(dir, root, &t)
		if err != nil {
			return nil, nil, err
		}
		var mistakes Problems
		if months, mistakes, err = r.events(dir, root, &t, from(s)); err != nil {
			return nil, nil, err
		}
		return s, append(broken, mistakes...), nil
	})
	r.keepSources()
	return s, months, err
}

// keepSources keeps what was read of large sources for the next process. It needs no
// lock, so that nobody waits for it.
func (r *Reader) keepSources() {
	for name, known := range r.sources {
		if !r.kept[name] {
			r.keepSource(name, known)
			r.kept[name] = true
		}
	}
}

// load reads sources and their facts.
func (r *Reader) load(dir string, root *os.Root, t *tree) (*Snapshot, Problems, error) {
	if t.files[sourcesFile] == "" {
		return nil, nil, fmt.Errorf("the data directory %s has no %s; run `shiplist agent --once` to fill it", dir, sourcesFile)
	}
	states, broken, err := r.readStates(dir, root, t)
	if err != nil {
		return nil, nil, err
	}
	names := t.ours(states)
	s := &Snapshot{Strangers: t.strangers}
	sources := make(map[string]*knownSource, len(states))
	for _, state := range states {
		known, mistakes, err := r.source(dir, root, t, state.Name, names[state.Name])
		if err != nil {
			return nil, nil, err
		}
		sources[state.Name] = known
		broken = append(broken, mistakes...)
		s.Sources = append(s.Sources, release.SourceFacts{State: state, Facts: known.facts})
	}
	r.sources = sources
	return s, broken, nil
}

// readStates reads sources.toml, unless its text is that of the last time.
func (r *Reader) readStates(dir string, root *os.Root, t *tree) ([]release.SourceState, Problems, error) {
	at := t.files[sourcesFile]
	text, err := readFile(root, at)
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	if err := newer(dir, at, text); err != nil {
		return nil, nil, err
	}
	if r.states.at == at && r.states.text == string(text) {
		return slices.Clone(r.states.states), nil, nil
	}
	states, problems := usableSources(filepath.Join(dir, at), text)
	r.states = knownStates{}
	if len(problems) == 0 {
		r.states = knownStates{at, string(text), slices.Clone(states)}
	}
	return states, problems, nil
}

// source reads the files of one source, side by side; the order of everything is that
// of their paths.
func (r *Reader) source(dir string, root *os.Root, t *tree, name string, names []string) (*knownSource, Problems, error) {
	old := r.sources[name]
	var kept map[string]*keptFile
	if old == nil {
		old, kept = &knownSource{}, r.keep.read(name)
	}
	files := make([]*knownFile, len(names))
	problems := make([]Problems, len(names))
	err := parallel(len(names), func(i int) (err error) {
		f := fileReader{r: r, dir: dir, root: root, name: names[i], at: t.files[names[i]], old: old.files[names[i]], kept: kept[names[i]]}
		files[i], problems[i], err = f.read()
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	return old.with(name, names, files), slices.Concat(problems...), nil
}

// keepSource keeps what was read of a source, unless that is kept already.
func (r *Reader) keepSource(name string, known *knownSource) {
	size, kept := int64(0), true
	for _, f := range known.files {
		size += f.size
		kept = kept && f.kept != nil
	}
	if r.keep == nil || kept || size < r.keep.least {
		return
	}
	paths := slices.Sorted(maps.Keys(known.files))
	list := make([]keptFile, len(paths))
	for i, path := range paths {
		list[i] = keepFile(path, known.files[path])
	}
	_ = r.keep.write(name, list) // then the next process reads the data files
}

// with is the source with the files that it has now, nil for those with mistakes.
func (s *knownSource) with(name string, names []string, files []*knownFile) *knownSource {
	now := &knownSource{files: make(map[string]*knownFile, len(files))}
	for i, f := range files {
		if f != nil {
			now.files[names[i]] = f
			now.parts = append(now.parts, f.facts)
		}
	}
	if s.facts != nil && slices.Equal(s.parts, now.parts) {
		now.facts = s.facts
		return now
	}
	g := gathering{before: s, now: now.parts, facts: &release.Facts{Source: name}}
	gather(&g, func(f *release.Facts) *[]release.Product { return &f.Products })
	gather(&g, func(f *release.Facts) *[]release.Series { return &f.Series })
	gather(&g, func(f *release.Facts) *[]release.Milestone { return &f.Milestones })
	gather(&g, func(f *release.Facts) *[]release.Build { return &f.Builds })
	gather(&g, func(f *release.Facts) *[]release.Directory { return &f.Directories })
	gather(&g, func(f *release.Facts) *[]release.Image { return &f.Images })
	gather(&g, func(f *release.Facts) *[]release.NetbootSet { return &f.Netboot })
	now.facts = g.facts
	now.facts.SortRecords()
	return now
}

// gathering makes the facts of a source of those of its files.
type gathering struct {
	before *knownSource
	now    []*release.Facts
	facts  *release.Facts
}

// gather puts together the records of one sort; where they come from the same files as
// before they are the same slice.
func gather[T any](g *gathering, of func(*release.Facts) *[]T) {
	having := func(parts []*release.Facts) []*release.Facts {
		return slices.DeleteFunc(slices.Clone(parts), func(f *release.Facts) bool { return len(*of(f)) == 0 })
	}
	parts := having(g.now)
	if g.before.facts != nil && slices.Equal(parts, having(g.before.parts)) {
		*of(g.facts) = *of(g.before.facts)
		return
	}
	n := 0
	for _, p := range parts {
		n += len(*of(p))
	}
	*of(g.facts) = slices.Grow(*of(g.facts), n)
	for _, p := range parts {
		*of(g.facts) = append(*of(g.facts), *of(p)...)
	}
}

// fileReader reads one data file.
type fileReader struct {
	r        *Reader
	dir      string
	root     *os.Root
	name, at string
	old      *knownFile // as it was read last
	kept     *keptFile
}

// read returns nil with problems for a file with mistakes.
func (f *fileReader) read() (*knownFile, Problems, error) {
	now := f.r.now()
	if known := f.unread(now); known != nil {
		return known, nil, nil
	}
	text, info, err := readStated(f.root, f.at)
	if err != nil {
		return nil, nil, err
	}
	known := &knownFile{at: f.at, size: int64(len(text)), sum: sumOf(text)}
	known.stamp, _ = filestamp.Of(info)
	known.settled = known.stamp.Settled(now)
	if f.same(known) {
		return known, nil, nil
	}
	if isMonth(f.name) {
		return f.readMonth(known, text)
	}
	_, below, _ := strings.Cut(f.name, "/")
	facts, problems := decode(filepath.Join(f.dir, f.at), below, text)
	if len(problems) > 0 {
		return nil, problems, nil
	}
	facts.Sort()
	known.facts = &facts
	return known, nil, nil
}

// unread is the file as it was read before, where its stamp tells that it is the same.
func (f *fileReader) unread(now time.Time) *knownFile {
	if f.r.exact {
		return nil
	}
	// The file was listed a moment ago, and one with the same stamp is the same one
	// by whatever way it is reached.
	info, err := os.Lstat(filepath.Join(f.dir, filepath.FromSlash(f.at)))
	if err != nil {
		return nil
	}
	s, ok := filestamp.Of(info)
	if !ok || !s.Settled(now) {
		return nil
	}
	if f.old != nil && f.old.settled && f.old.stamp == s && f.old.at == f.at {
		return f.old
	}
	if f.kept != nil && f.kept.Stamp == s {
		return &knownFile{at: f.at, stamp: s, settled: true, size: s.Size, sum: f.kept.Sum, facts: &f.kept.Facts, kept: f.kept}
	}
	return nil
}

// same takes the facts of a file from where its bytes were known before.
func (f *fileReader) same(known *knownFile) bool {
	switch {
	case f.old != nil && f.old.sum == known.sum:
		known.facts, known.month = f.old.facts, f.old.month
	case f.kept != nil && f.kept.Sum == known.sum:
		known.facts = &f.kept.Facts
		if f.kept.Stamp == known.keptStamp() {
			known.kept = f.kept
		}
	default:
		return false
	}
	return true
}

// keptStamp is by what a file is known again.
func (f *knownFile) keptStamp() filestamp.Stamp {
	if !f.settled {
		return filestamp.Stamp{}
	}
	return f.stamp
}
