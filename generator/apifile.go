package generator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
)

// Rule of this file: a file for programs says of what facts it was made by a digest of
// what is in it, and by no clock. The digest stands in a line of its own, and is the
// sha256 of the file without that line: whoever reads the file can check it. A file that
// lists others has their digests, so that the one of api/v1/index.json stands for all.

// apiVersion is that of the form of these files, and apiRoot where they lie. A field that
// changes its meaning, or goes, makes another version; see content/api/changes.md.
const (
	apiVersion = 1
	apiRoot    = "api/v1/"
)

// apiFile is a file for programs. It is made once for a site, whoever asks first: the
// output that writes it or a list that has its digest.
type apiFile struct {
	path string // below the site
	// copies are paths at which the same bytes lie.
	copies []string
	// whole stands for all that it is made of, as output.whole does.
	whole fingerprint
	make  func() ([]byte, error)

	lock sync.Mutex
	sum  string // of the body; empty while it is not known
	body []byte // nil where it is not made, or was given to all who write it
	left int    // how many still write it
	// lines are those that were written the last time, by what stands for their elements.
	lines map[fingerprint][]byte
}

// newAPIFile is a file of a value, which is a struct with at least one field that is never
// left out.
func newAPIFile[V any](path string, whole fingerprint, view func() V) *apiFile {
	return madeAPIFile(path, whole, func() ([]byte, error) { return jsonOf(view()) })
}

// jsonOf is a value as programs read it, and people who look at it.
func jsonOf[V any](v V) ([]byte, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer giveBack(b)
	b.Reset()
	err := writeJSON(b, v)
	return takeFrom(b), err
}

// madeAPIFile is a file whose body is made by a function.
func madeAPIFile(path string, whole fingerprint, body func() ([]byte, error)) *apiFile {
	return &apiFile{path: path, whole: whole, make: body}
}

// generatedFrom is the digest of the file.
func (f *apiFile) generatedFrom() (string, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.sum == "" {
		if err := f.fill(); err != nil {
			return "", err
		}
		f.left = 1 + len(f.copies)
	}
	return "sha256:" + f.sum, nil
}

// fill makes the body. The caller has the lock.
func (f *apiFile) fill() (err error) {
	if f.body, err = f.make(); err == nil {
		f.sum = digestOf(f.body)
	}
	return err
}

// write writes the file: its body with the digest in the first line that is not the
// bracket. The last who writes it lets go of the body.
func (f *apiFile) write(b *bytes.Buffer) error {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.body == nil {
		if err := f.fill(); err != nil {
			return err
		}
		f.left = 1 + len(f.copies)
	}
	rest, ok := bytes.CutPrefix(f.body, []byte("{\n"))
	if !ok {
		return fmt.Errorf("no object with fields to put a digest into")
	}
	b.Grow(len(f.body) + len(" \"generated_from\": \"sha256:\",\n") + len(f.sum)) // at once, as it may be long
	fmt.Fprintf(b, "{\n \"generated_from\": \"sha256:%s\",\n", f.sum)
	b.Write(rest)
	if f.left--; f.left <= 0 {
		f.body = nil
	}
	return nil
}

// outputs are the files that it becomes.
func (f *apiFile) outputs() []output {
	out := []output{fileOutput(f.path, f.write).of(f.whole)}
	for _, at := range f.copies {
		out = append(out, fileOutput(at, f.write).of(f.whole))
	}
	return out
}

// keptLines is a list whose elements have keys, none for those that have to be made each
// time. A line with a key that the file had before is taken from there: a long file is
// mostly written anew because of one of them. It is for what makes the body.
func (f *apiFile) keptLines(name string, keys []fingerprint, make func(i int) ([]byte, error)) lines {
	before := f.lines
	f.lines = map[fingerprint][]byte{}
	return lines{name, len(keys), func(i int) ([]byte, error) {
		line, known := before[keys[i]]
		if !known {
			var err error
			if line, err = make(i); err != nil {
				return nil, err
			}
		}
		if keys[i] != (fingerprint{}) {
			f.lines[keys[i]] = line
		}
		return line, nil
	}}
}

// takeOver gives files of this site the digests of those of the site before that are made
// of the same, and the lines of those before in any case.
func takeOver(files []*apiFile, before []*apiFile) {
	known := make(map[string]*apiFile, len(before))
	for _, f := range before {
		known[f.path] = f
	}
	for _, f := range files {
		was := known[f.path]
		if was == nil {
			continue
		}
		if f.lines = was.lines; f.whole.is(was.whole) {
			f.sum = was.sum
		}
	}
}

// lines is a list of a file whose elements stand in a line each.
type lines struct {
	name  string
	count int
	line  func(i int) ([]byte, error)
}

func linesOf[E any](name string, list []E) lines {
	return lines{name, len(list), func(i int) ([]byte, error) { return json.Marshal(list[i]) }}
}

// writeLined writes an object whose last fields are lists with one element a line, so that
// long lists take little room and can be searched by line. Head is the rest of the object,
// with at least one field.
func writeLined[H any](head H, lists ...lines) ([]byte, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer giveBack(b)
	b.Reset()
	if err := writeJSON(b, head); err != nil {
		return nil, err
	}
	b.Truncate(b.Len() - len("\n}\n"))
	for _, l := range lists {
		if err := l.write(b); err != nil {
			return nil, err
		}
	}
	b.WriteString("\n}\n")
	return takeFrom(b), nil
}

func (l lines) write(b *bytes.Buffer) error {
	fmt.Fprintf(b, ",\n %q: [", l.name)
	for i := range l.count {
		if i > 0 {
			b.WriteByte(',')
		}
		line, err := l.line(i)
		if err != nil {
			return err
		}
		if i == 0 { // as long as it will be, so that a long list is not copied over and over
			b.Grow(l.count * (len(line) + len(",\n  ")) * 11 / 10)
		}
		b.WriteString("\n  ")
		b.Write(line)
	}
	if l.count > 0 {
		b.WriteString("\n ")
	}
	b.WriteByte(']')
	return nil
}
