package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"shiplist/internal/release"
)

// To decode the files of a large source takes ten times as long as to read and hash
// them. So its facts, once read, lie in STATE/facts/SOURCE.gob, and are taken from
// there as long as each of the files has the bytes that it had then.
//
// The writer keeps in mind what that file must hash to. So nothing is believed that
// this process has not written itself: the form has no versions, what another process
// left is removed, and where the file is damaged, or cannot be written, the only loss
// is time.
const (
	factsDir = "facts"
	// recallLeast is how large the files of a source are at least for that.
	recallLeast = 256 << 10
)

// memo is what must be the same for facts to be those of some files.
type memo struct {
	files string            // the digest of the data files
	sum   [sha256.Size]byte // of the file in the state directory
}

// packed are facts in the form of gob, which does not tell a pointer to zero from none.
type packed struct {
	Facts *release.Facts
	// Empty are the files whose size is known to be zero, as [eachFile] counts them.
	Empty []int
}

func pack(f *release.Facts) packed {
	p, n := packed{Facts: f}, 0
	eachFile(f, func(file *release.File) {
		if file.Size != nil && *file.Size == 0 {
			p.Empty = append(p.Empty, n)
		}
		n++
	})
	return p
}

func encodePacked(f *release.Facts) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(pack(f))
	return b.Bytes(), err
}

func unpack(text []byte) (*release.Facts, error) {
	var p packed
	if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&p); err != nil {
		return nil, err
	}
	n := 0
	eachFile(p.Facts, func(file *release.File) {
		if len(p.Empty) > 0 && p.Empty[0] == n {
			file.Size, p.Empty = new(int64), p.Empty[1:]
		}
		n++
	})
	return p.Facts, nil
}

// eachFile goes over all files of images and netboot sets.
func eachFile(f *release.Facts, do func(*release.File)) {
	each := func(files []release.File) {
		for i := range files {
			do(&files[i])
		}
	}
	for i := range f.Images {
		each(f.Images[i].Files)
	}
	for i := range f.Netboot {
		each(f.Netboot[i].Boot)
		if f.Netboot[i].Tarball != nil {
			do(f.Netboot[i].Tarball)
		}
	}
}

// digest tells the files of a source apart from what they are at any other time.
func (t *tree) digest(root *os.Root, names []string) (digest string, size int64, err error) {
	sums := make([]string, len(names))
	sizes := make([]int64, len(names))
	err = parallel(len(names), func(i int) error {
		text, err := readFile(root, t.files[names[i]])
		sums[i], sizes[i] = hash(text), int64(len(text))
		return err
	})
	all := sha256.New()
	for i, name := range names {
		fmt.Fprintf(all, "%q %s\n", name, sums[i])
		size += sizes[i]
	}
	return string(all.Sum(nil)), size, err
}

// stored reads the facts of a source, or recalls them.
func (w *Writer) stored(name string) (*release.Facts, Problems, error) {
	t, err := surveyBelow(w.disk.root, name)
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", w.data, err)
	}
	facts := &release.Facts{Source: name}
	into := map[string]*release.Facts{name: facts}
	names := t.ours(into)
	digest, size, err := t.digest(w.disk.root, names)
	if err != nil {
		return nil, nil, fmt.Errorf("data directory %s: %w", w.data, err)
	}
	if known := w.recall(name, digest); known != nil {
		return known, nil, nil
	}
	broken, err := t.facts(w.data, w.disk.root, into)
	if err != nil || len(broken) > 0 || size < recallLeast {
		w.forget(name)
		return facts, broken, err
	}
	// What was read is what was hashed, unless somebody wrote in between.
	if again, _, err := t.digest(w.disk.root, names); err == nil && again == digest {
		w.memorize(name, digest, facts)
	}
	return facts, nil, nil
}

func factsName(source string) string { return factsDir + "/" + source + ".gob" }

// recall returns the facts of some files, or nil when they have to be read.
func (w *Writer) recall(source, digest string) *release.Facts {
	m, known := w.memos[source]
	if !known || m.files != digest {
		return nil
	}
	root, err := os.OpenRoot(w.state)
	if err != nil {
		return nil
	}
	defer root.Close()
	text, err := readFile(root, factsName(source))
	if err != nil || sha256.Sum256(text) != m.sum {
		return nil
	}
	facts, err := unpack(text)
	if err != nil {
		return nil
	}
	return facts
}

// memorize keeps the facts of some files, if what is kept gives the same facts.
func (w *Writer) memorize(source, digest string, facts *release.Facts) {
	w.forget(source)
	text, err := encodePacked(facts)
	if err != nil {
		return
	}
	if again, err := unpack(text); err != nil || !reflect.DeepEqual(again, facts) {
		return
	}
	root, err := os.OpenRoot(w.state)
	if err != nil {
		return
	}
	defer root.Close()
	if err := root.MkdirAll(factsDir, 0o755); err != nil {
		return
	}
	if err := root.WriteFile(factsName(source), text, 0o644); err != nil {
		_ = root.Remove(factsName(source)) // half a file only takes room
		return
	}
	w.memos[source] = memo{files: digest, sum: sha256.Sum256(text)}
}

// forget removes what is kept of a source.
func (w *Writer) forget(source string) {
	if _, known := w.memos[source]; known {
		delete(w.memos, source)
		_ = os.Remove(filepath.Join(w.state, filepath.FromSlash(factsName(source))))
	}
}

// forgetAll removes what this process or another one left.
func (w *Writer) forgetAll() {
	clear(w.memos)
	if root, err := os.OpenRoot(w.state); err == nil {
		_ = root.RemoveAll(factsDir)
		_ = root.Close()
	}
}
