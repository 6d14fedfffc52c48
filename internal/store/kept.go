package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
)

// To decode the files of a large source takes ten times as long as to read its facts in
// the form of encoding/gob. So that lies in STATE/facts/SOURCE.gob, for whoever reads the
// source next: the facts of each data file, with the digest of its bytes and its stamp.
//
// The first line has the version of the form, which another program has another one of
// when its records have other fields, and a checksum of the rest. Where anything is not as
// it should be, the data files are read, and what is kept is written again. Whoever
// cannot write it, or removes it, only loses time.
const (
	factsDir = "facts"
	keptEnd  = ".gob"
	// keptLeast is how large the data files of a source are at least for that.
	keptLeast = 256 << 10
	// keptDecode is another one whenever other facts are made of the same text.
	keptDecode = 1
)

// keeper reads and writes what is kept in a state directory. Its zero value keeps nothing.
type keeper struct {
	dir   string
	head  string // the first line of each file without its checksum
	least int64
}

func newKeeper(state string) *keeper {
	head := fmt.Sprintf("shiplist facts %d %s ", keptDecode, shapeOf(reflect.TypeFor[keptFile]()))
	return &keeper{dir: filepath.Join(state, factsDir), head: head, least: keptLeast}
}

func (k *keeper) name(source string) string { return filepath.Join(k.dir, source+keptEnd) }

// read is what is kept of the data files of a source, by their paths.
func (k *keeper) read(source string) map[string]*keptFile {
	if k == nil || k.dir == "" {
		return nil
	}
	root, err := os.OpenRoot(k.dir)
	if err != nil {
		return nil
	}
	defer root.Close()
	text, err := readFile(root, source+keptEnd)
	if err != nil {
		return nil
	}
	list, err := k.decode(text)
	if err != nil {
		return nil
	}
	files := make(map[string]*keptFile, len(list))
	for i := range list {
		files[list[i].Path] = &list[i]
	}
	return files
}

// decode takes what is kept of a source from the text of its file. Without the right first
// line nothing is decoded: gob does not promise to cope with anything.
func (k *keeper) decode(text []byte) ([]keptFile, error) {
	line, body, _ := bytes.Cut(text, []byte("\n"))
	if string(line) != k.head+checksum(body) {
		return nil, errors.New("damaged, or of another version")
	}
	return decodeKept(body)
}

// encode is decode backwards.
func (k *keeper) encode(files []keptFile) ([]byte, error) {
	body, err := encodeKept(files)
	return slices.Concat([]byte(k.head+checksum(body)+"\n"), body), err
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(body []byte) string { return fmt.Sprintf("%08x", crc32.Checksum(body, castagnoli)) }

// write keeps the data files of a source. An error is nobody's concern but that of who
// wants to know: it is as if nothing were kept.
func (k *keeper) write(source string, files []keptFile) error {
	if err := os.MkdirAll(k.dir, 0o755); err != nil {
		return err
	}
	text, err := k.encode(files)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(k.dir, source+".*.new")
	if err != nil {
		return err
	}
	// Who makes the site may be another user than who polls.
	err = f.Chmod(0o644)
	if err == nil {
		_, err = f.Write(text)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), k.name(source))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// forget removes what is kept of a source.
func (k *keeper) forget(source string) { _ = os.Remove(k.name(source)) }

// tidy removes what is of no use to anybody: what a crash left, and other forms.
func (k *keeper) tidy() {
	entries, err := os.ReadDir(k.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if path.Ext(e.Name()) != keptEnd {
			_ = os.RemoveAll(filepath.Join(k.dir, e.Name()))
		}
	}
}

func sumOf(text []byte) string {
	sum := sha256.Sum256(text)
	return string(sum[:])
}

// keepFile is what to keep of a data file.
func keepFile(name string, f *knownFile) keptFile {
	if f.kept != nil {
		return *f.kept
	}
	return keptFile{Path: name, Sum: f.sum, Stamp: f.keptStamp(), Facts: *f.facts, Empty: emptyFiles(f.facts)}
}
