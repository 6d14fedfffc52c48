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
	"strings"

	"shiplist/internal/pack"
	"shiplist/internal/release"
)

// To decode the files of a large source takes fifty times as long as to read its facts
// in a packed form. So that lies in STATE/facts/SOURCE.packed, for whoever reads the source
// next: the facts of each data file, with the digest of its bytes and its stamp.
//
// The first line has the version of the form, which another program has another one of
// when its records have other fields, and a checksum of the rest. Where anything is not as
// it should be, the data files are read, and what is kept is written again. Whoever
// cannot write it, or removes it, only loses time.
const (
	factsDir = "facts"
	keptEnd  = ".packed"
	// keptLeast is how large the data files of a source are at least for that.
	keptLeast = 256 << 10
	// keptDecode is another one whenever other facts are made of the same text.
	keptDecode = 1
)

// keptSource is what is kept of a source.
type keptSource struct{ Files []keptFile }

// keptFile are the facts of one data file.
type keptFile struct {
	Path  string // below the data directory
	Sum   string // SHA-256 of its bytes
	Stamp stamp  // zero where it had not settled
	Facts string // packed
}

// keeper reads and writes what is kept in a state directory. Its zero value keeps nothing.
type keeper struct {
	dir    string
	source *pack.Form[keptSource]
	facts  *pack.Form[release.Facts]
	least  int64
}

func newKeeper(state string) (*keeper, error) {
	source, err := pack.NewForm[keptSource]()
	if err != nil {
		return nil, err
	}
	facts, err := pack.NewForm[release.Facts]()
	return &keeper{dir: filepath.Join(state, factsDir), source: source, facts: facts, least: keptLeast}, err
}

// head is the first line of a file without its checksum.
func (k *keeper) head() string {
	return fmt.Sprintf("shiplist facts %d %s %s ", keptDecode, k.source.Version(), k.facts.Version())
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

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
	line, body, _ := bytes.Cut(text, []byte("\n"))
	if string(line) != k.head()+checksum(body) {
		return nil
	}
	kept, err := k.source.Unpack(string(body))
	if err != nil {
		return nil
	}
	files := make(map[string]*keptFile, len(kept.Files))
	for i := range kept.Files {
		files[kept.Files[i].Path] = &kept.Files[i]
	}
	return files
}

func checksum(body []byte) string { return fmt.Sprintf("%08x", crc32.Checksum(body, castagnoli)) }

// write keeps the data files of a source. An error is nobody's concern but that of who
// wants to know: it is as if nothing were kept.
func (k *keeper) write(source string, files []keptFile) error {
	if err := os.MkdirAll(k.dir, 0o755); err != nil {
		return err
	}
	body := k.source.Append(nil, &keptSource{files})
	f, err := os.CreateTemp(k.dir, source+".*.new")
	if err != nil {
		return err
	}
	// Who makes the site may be another user than who polls.
	err = f.Chmod(0o644)
	if err == nil {
		_, err = f.WriteString(k.head() + checksum(body) + "\n")
	}
	if err == nil {
		_, err = f.Write(body)
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

// unpack are the facts of a data file.
func (k *keeper) unpack(f *keptFile) (*release.Facts, bool) {
	facts, err := k.facts.Unpack(f.Facts)
	return &facts, err == nil
}

// pack keeps the facts of a data file. The text is one of its own.
func (k *keeper) pack(facts *release.Facts) string {
	var b strings.Builder
	b.Write(k.facts.Append(nil, facts))
	return b.String()
}

// file is what is kept of a data file.
func (k *keeper) file(name string, f *knownFile) keptFile {
	if f.kept != nil {
		return *f.kept
	}
	return keptFile{Path: name, Sum: f.sum, Stamp: f.keptStamp(), Facts: k.pack(f.facts)}
}
