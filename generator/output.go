package generator

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"shiplist/generator/staged"
)

// output is one file of the site: where it lies and how it is made. It is rendered
// when it is wanted and given away at once, so that a large site is never in memory
// whole.
type output struct {
	path string // below the site, with the file's name
	// whole stands for all that the file is made of: while it stays as it was, the file
	// is not even arranged. None where nothing does.
	whole fingerprint
	// arrange decides what the file shows.
	arrange func() (draft, error)
}

// draft is a file of which is known what it shows.
type draft struct {
	// key stands for that: drafts of one path with the same key give the same bytes.
	// None where nothing does.
	key    fingerprint
	render func(*bytes.Buffer) error
}

// pageOutput is the output of a page: its path, its template, and how its struct is made.
func pageOutput[P any](s *site, path, kind string, arrange func() P) output {
	return triedPage(s, path, kind, func() (P, error) { return arrange(), nil })
}

// triedPage is the output of a page whose struct may not come about. The template sees
// nothing but the struct, so the two together are its key.
func triedPage[P any](s *site, path, kind string, arrange func() (P, error)) output {
	return output{path: indexFile(path), arrange: func() (draft, error) {
		p, err := arrange()
		if err != nil {
			return draft{}, err
		}
		d := draft{render: func(b *bytes.Buffer) error { return render(s, kind, b, p) }}
		if s.again {
			d.key = fingerprintOf(s.layouts.sum, kind, p)
		}
		return d, nil
	}}
}

// of says what the file is made of; see output.whole.
func (o output) of(key fingerprint) output {
	o.whole = key
	return o
}

// with gives an arranging function its argument.
func with[A, P any](arrange func(A) P, a A) func() P {
	return func() P { return arrange(a) }
}

// asJSON is the output of the same facts for programs.
func asJSON[A, V any](s *site, path string, view func(A) V, a A) output {
	return output{path: path, arrange: func() (draft, error) {
		v := view(a)
		d := draft{render: func(b *bytes.Buffer) error { return writeJSON(b, v) }}
		if s.again {
			d.key = fingerprintOf(v)
		}
		return d, nil
	}}
}

// asText is the output of lines of text.
func asText[A any](s *site, path string, view func(A) []string, a A) output {
	return output{path: path, arrange: func() (draft, error) {
		lines := view(a)
		d := draft{render: func(b *bytes.Buffer) error {
			_, err := b.WriteString(strings.Join(lines, "\n") + "\n")
			return err
		}}
		if s.again {
			d.key = fingerprintOf(lines)
		}
		return d, nil
	}}
}

// fileOutput is any other output.
func fileOutput(path string, write func(*bytes.Buffer) error) output {
	return output{path: path, arrange: func() (draft, error) { return draft{render: write}, nil }}
}

// sortOutputs sorts by path and refuses two for one.
func sortOutputs(outputs []output) error {
	slices.SortFunc(outputs, func(a, b output) int { return strings.Compare(a.path, b.path) })
	for i := 1; i < len(outputs); i++ {
		if outputs[i].path == outputs[i-1].path {
			return fmt.Errorf("two pages for one address: /%s", outputs[i].path)
		}
	}
	return nil
}

// File is a file of a site that was made.
type File struct {
	Path  string // below the site, with slashes
	Sum   string // sha256 of its content in hex
	Bytes int64
}

// madeFile is a file with what it was made of.
type madeFile struct {
	File
	whole, key fingerprint
}

// buffers are the memory in which files are rendered.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// largeBuffer is how large one may be to be used again: the few files that are larger
// would keep their room until all others are made.
const largeBuffer = 4 << 20

// giveBack gives a buffer to who renders next.
func giveBack(b *bytes.Buffer) {
	if b.Cap() > largeBuffer {
		return
	}
	buffers.Put(b)
}

// takeFrom is what a buffer holds, for longer than the buffer: a large one is handed over
// with it, and not copied.
func takeFrom(b *bytes.Buffer) []byte {
	if b.Cap() <= largeBuffer {
		return bytes.Clone(b.Bytes())
	}
	content := b.Bytes()
	*b = bytes.Buffer{}
	return content
}

// renderAll makes all outputs, several at once, and returns what became of each. One
// that would come out as it did in last is not rendered. take gets the bytes of all
// others, from several goroutines, and must not keep them.
func renderAll(ctx context.Context, outputs []output, last *BuiltSite, take func(madeFile, []byte) error) ([]madeFile, error) {
	files := make([]madeFile, len(outputs))
	var bad layoutProblems
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, w := range wanted(outputs, last, files) {
		group.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if files[w.index], err = outputs[w.index].make(w.before, take); bad.take(err) {
				return nil // the others go on, so that all bad layouts are told in one go
			}
			return err
		})
	}
	return files, errors.Join(group.Wait(), bad.err())
}

// wantedOutput is an output that has to be made.
type wantedOutput struct {
	index  int
	before *madeFile // the last time; nil for none
}

func (w wantedOutput) bytes() int64 {
	if w.before == nil {
		return 0
	}
	return w.before.Bytes
}

// wanted are the outputs that have to be made; files gets those that stay as they are in
// last. What was large the last time comes first, so that no processor waits in the end
// until another one is done with that.
func wanted(outputs []output, last *BuiltSite, files []madeFile) []wantedOutput {
	var all []wantedOutput
	for i := range outputs {
		before := last.file(outputs[i].path)
		if before != nil && outputs[i].whole.is(before.whole) {
			files[i] = *before
			continue
		}
		all = append(all, wantedOutput{i, before})
	}
	slices.SortStableFunc(all, func(a, b wantedOutput) int { return cmp.Compare(b.bytes(), a.bytes()) })
	return all
}

// make makes one file, unless it shows the same as before, which is nil for none.
func (o output) make(before *madeFile, take func(madeFile, []byte) error) (madeFile, error) {
	d, err := o.arrange()
	if err != nil {
		return madeFile{}, failed(o.path, err)
	}
	if before != nil && d.key.is(before.key) {
		return madeFile{before.File, o.whole, d.key}, nil
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer giveBack(buf)
	buf.Reset()
	if err := d.render(buf); err != nil {
		return madeFile{}, failed(o.path, err)
	}
	m := madeFile{File{o.path, digestOf(buf.Bytes()), int64(buf.Len())}, o.whole, d.key}
	return m, take(m, buf.Bytes())
}

// failed says which file could not be made.
func failed(name string, err error) error {
	var layout *LayoutError
	if errors.As(err, &layout) {
		met := *layout
		met.Page = "/" + strings.TrimSuffix(name, "index.html")
		return &met
	}
	return fmt.Errorf("page /%s: %w", name, err)
}

// digestSet is the digest of the whole: over the sorted paths, each with the sum of its
// content.
func digestSet(files []madeFile) string {
	return staged.Digest(func(yield func(path, sum string) bool) {
		for _, f := range files {
			if !yield(f.Path, f.Sum) {
				return
			}
		}
	})
}

// digestOf is the sha256 of some bytes in hex.
func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
