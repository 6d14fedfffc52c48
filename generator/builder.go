package generator

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"shiplist/generator/staged"
	"shiplist/internal/release"
)

// Builder makes the site of one configuration again and again, and makes anew only
// what changed. It is for one goroutine at a time; its sites are for any.
type Builder struct {
	options Options
	// load reads what the sources say and joins it, and the change log of the same
	// moment; it is given the log before, nil for none.
	load   func(before *changeLog) (*release.Picture, *changeLog, error)
	kept   *site // what the last site was prepared from
	last   *BuiltSite
	staged atomic.Pointer[BuiltSite] // the last that was staged
}

// NewBuilder returns a builder. It reads nothing yet.
func NewBuilder(o Options) *Builder {
	return &Builder{options: o, load: newLoader(o.Config).load}
}

// Growth is by how many per cent of what is in use memory should grow, in a program that makes
// a site at each change, before what is not used any more is looked for: a change needs much
// for a moment and keeps little of it, and to look at each of them takes a tenth of its time.
const Growth = 200

// mostInMemory is how many bytes of pages that no set has are kept in memory, also those of builds
// before: a few changed pages are there at once, a whole new site goes to disk as it is
// rendered.
const mostInMemory = 32 << 20

// Build makes the site from the data, layouts and texts as they are now. It does not
// wait for the disk, unless so much is new that it is staged at once.
func (b *Builder) Build(ctx context.Context) (*BuiltSite, error) { return b.build(ctx, mostInMemory) }

func (b *Builder) build(ctx context.Context, most int64) (*BuiltSite, error) {
	s, err := b.prepare()
	if err != nil {
		return nil, err
	}
	s.again, s.before = most > 0, b.kept
	s.log = s.logged.events
	site, err := s.build(ctx, b, most)
	if err != nil {
		b.kept, b.last = nil, nil // whatever is odd about it, the next is made from the ground up
		return nil, err
	}
	b.kept, b.last = s, site
	return site, nil
}

// prepare reads layouts and texts, and beside that the data: neither needs the other.
func (b *Builder) prepare() (*site, error) {
	var before *changeLog
	if b.kept != nil {
		before = b.kept.logged
	}
	var picture *release.Picture
	var log *changeLog
	var group errgroup.Group
	group.Go(func() (err error) {
		picture, log, err = b.load(before)
		return err
	})
	s, err := prepareAfter(b.options, b.kept)
	if err := cmp.Or(err, group.Wait()); err != nil {
		return nil, err
	}
	s.picture, s.logged = picture, log
	return s, nil
}

// build makes all files of a site whose picture is there.
func (s *site) build(ctx context.Context, b *Builder, most int64) (_ *BuiltSite, err error) {
	s.arrange()
	outputs := s.outputs()
	if err := sortOutputs(outputs); err != nil {
		return nil, err
	}
	k := &keeper{dir: s.config.Staged, last: b.last, staged: b.staged.Load(), most: most, content: map[string][]byte{}}
	k.bytes = b.last.inMemory()
	defer func() { err = k.close(err) }()
	files, err := renderAll(ctx, outputs, b.last, func(f madeFile, content []byte) error { return k.take(ctx, f, content) })
	if err != nil {
		return nil, err
	}
	made := &BuiltSite{files: files, builder: b}
	made.Result = s.result(files)
	made.Record = s.record(made.Result, files)
	made.Record.Draft = b.options.Draft
	return made, k.settle(ctx, made)
}

// keeper decides where the files of a site stay that are not as they were: in memory as
// long as they are few, else in the directory of staged sets.
type keeper struct {
	dir          string // of staged sets
	last, staged *BuiltSite
	most         int64

	mu      sync.Mutex
	content map[string][]byte
	bytes   int64 // of content, and of what last has in memory
	writer  atomic.Pointer[writer]
	written sync.Map // paths that the writer has
}

// take keeps a file that was rendered.
func (k *keeper) take(ctx context.Context, f madeFile, content []byte) error {
	if before := k.last.file(f.Path); before != nil && before.Sum == f.Sum {
		return nil
	}
	if k.writer.Load() == nil {
		if kept, err := k.keep(ctx, f, content); kept || err != nil {
			return err
		}
	}
	return k.put(f, content)
}

// keep keeps a file in memory, unless there is too much; then it moves what is there to
// disk.
func (k *keeper) keep(ctx context.Context, f madeFile, content []byte) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.writer.Load() != nil {
		return false, nil
	}
	if k.bytes += f.Bytes; k.bytes <= k.most {
		k.content[f.Path] = slices.Clone(content)
		return true, nil
	}
	w, err := newWriter(ctx, k.dir, k.staged)
	if err != nil {
		return false, err
	}
	k.writer.Store(w)
	for path, content := range k.content {
		if err := k.put(madeFile{File: File{path, digestOf(content), int64(len(content))}}, content); err != nil {
			return false, err
		}
	}
	k.content = nil
	return false, nil
}

func (k *keeper) put(f madeFile, content []byte) error {
	k.written.Store(f.Path, true)
	return k.writer.Load().put(f, content)
}

// settle gives the site its files.
func (k *keeper) settle(ctx context.Context, made *BuiltSite) error {
	w := k.writer.Load()
	if w == nil {
		made.place.Store(k.last.shelf(made.files, k.content))
		return nil
	}
	for _, f := range made.files {
		if _, written := k.written.Load(f.Path); !written {
			if err := w.carry(f, k.last); err != nil {
				return err
			}
		}
	}
	return made.finish(ctx, w)
}

// close lets go of the directory.
func (k *keeper) close(err error) error {
	if w := k.writer.Load(); w != nil {
		if closed := w.close(); err == nil {
			err = closed
		}
	}
	return err
}

// BuiltSite is a whole site that was made, and stays as it is whatever is made later, for as
// long as anybody holds it. It is for any number of goroutines.
type BuiltSite struct {
	// Result is what is known without staging; see Stage for the rest.
	Result Result
	// Record is what lies beside the set once it is staged.
	Record  staged.Record
	files   []madeFile // by path
	builder *Builder
	place   atomic.Pointer[shelf]
	stage   sync.Mutex
	done    *Result // once it is staged
}

// shelf is where the files of a site are.
type shelf struct {
	content map[string][]byte // those that no set has yet
	set     *staged.Held      // has all others; nil where there are none
}

// inMemory is how many bytes of files are in memory and in no set.
func (s *BuiltSite) inMemory() (n int64) {
	if s == nil {
		return 0
	}
	for _, content := range s.place.Load().content {
		n += int64(len(content))
	}
	return n
}

// shelf is where the given files are, which were made after s: new ones in content.
func (s *BuiltSite) shelf(files []madeFile, content map[string][]byte) *shelf {
	if s == nil {
		return &shelf{content: content}
	}
	last := s.place.Load()
	for _, f := range files {
		if old, ok := last.content[f.Path]; ok && content[f.Path] == nil {
			content[f.Path] = old
		}
	}
	return &shelf{content, last.set}
}

// file returns what is known of a file, or nil.
func (s *BuiltSite) file(path string) *madeFile {
	if s == nil {
		return nil
	}
	i, found := slices.BinarySearchFunc(s.files, path, func(f madeFile, path string) int { return strings.Compare(f.Path, path) })
	if !found {
		return nil
	}
	return &s.files[i]
}

// Files are all files of the site, by path.
func (s *BuiltSite) Files() []File {
	all := make([]File, len(s.files))
	for i := range s.files {
		all[i] = s.files[i].File
	}
	return all
}

// Read returns a file of the site by its path below the site's root, such as
// "noble/index.html". The error is fs.ErrNotExist where there is none.
func (s *BuiltSite) Read(name string) ([]byte, error) {
	if s.file(name) == nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	at := s.place.Load()
	if content, ok := at.content[name]; ok {
		return slices.Clone(content), nil
	}
	return at.set.ReadFile(name)
}

// Stage writes the site into the directory of staged sets and makes it the newest set,
// or a draft, if that is what its builder makes.
// It may run while the next site is built. The second time it has nothing to do.
func (s *BuiltSite) Stage(ctx context.Context) (_ Result, err error) {
	s.stage.Lock()
	defer s.stage.Unlock()
	if s.done != nil {
		return *s.done, nil
	}
	w, err := newWriter(ctx, s.builder.options.Config.Site.Staged, s.builder.staged.Load())
	if err != nil {
		return Result{}, err
	}
	defer func() {
		if closed := w.close(); err == nil {
			err = closed
		}
	}()
	if !w.sets.Has(s.Result.Digest) {
		for _, f := range s.files {
			if err := w.carry(f, s); err != nil {
				return Result{}, err
			}
		}
	}
	if err := s.finish(ctx, w); err != nil {
		return Result{}, err
	}
	return *s.done, nil
}

// finish completes a set that has all files of the site.
func (s *BuiltSite) finish(ctx context.Context, w *writer) error {
	res, held, err := w.finish(ctx, s.files, s.Record, s.builder.options.Config.Site)
	if err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	done := s.Result
	done.Dir, done.New, done.Shared, done.Removed = res.Dir, res.New, res.Shared, res.Removed
	s.done = &done
	s.place.Store(&shelf{set: held})
	s.builder.staged.Store(s)
	return nil
}
