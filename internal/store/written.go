package store

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// written tells the hash of every data file as it was written last, by path below
// the data directory. It is kept in the state directory, so that files that a
// person edited are told from our own.
type written struct {
	Files map[string]string `toml:"files"`
}

const writtenName = "written.toml"

// maxWritten bounds the record: 100 bytes for each of many more files than there are.
const maxWritten = 64 << 20

// readWritten reads the record; a missing or damaged one is an empty one, because
// it can be done without.
func readWritten(state string) (written, error) {
	none := written{Files: map[string]string{}}
	at := filepath.Join(state, writtenName)
	info, err := os.Stat(at)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() > maxWritten {
		return none, nil
	}
	text, err := os.ReadFile(at)
	if err != nil {
		return none, explain("state directory", err)
	}
	var r written
	if err := toml.Unmarshal(text, &r); err != nil || r.Files == nil {
		return none, nil
	}
	return r, nil
}

// remember notes what a journal wrote.
func (w *Writer) remember(j *journal) error {
	files := maps.Clone(w.written.Files)
	for _, name := range slices.Concat(j.Remove, j.Forget) {
		delete(files, name)
	}
	for _, p := range slices.Concat(j.Put, j.Known) {
		files[p.Path] = p.Hash
	}
	if maps.Equal(files, w.written.Files) {
		return nil
	}
	var b bytes.Buffer
	b.WriteString("# SHA-256 of each data file as shiplist agent wrote it. Deleting this file loses nothing.\n\n")
	if err := toml.NewEncoder(&b).Encode(written{files}); err != nil {
		return err
	}
	if err := w.inState(func(d disk) error { return d.replace(writtenName, b.Bytes()) }); err != nil {
		return err
	}
	w.written.Files = files
	return nil
}

// edited reports whether somebody else wrote this text into a data file. Without a
// record of the source it goes by the form: what would be written in other words
// was not written by us.
func (r *written) edited(name string, text []byte) bool {
	if recorded, known := r.Files[name]; known {
		return recorded != hash(text)
	}
	if r.knows(name) {
		return true
	}
	return !canonical(name, text)
}

// knows reports whether there is a record for the source of a file.
func (r *written) knows(name string) bool {
	source, _, _ := strings.Cut(name, "/")
	for other := range r.Files {
		if strings.HasPrefix(other, source+"/") {
			return true
		}
	}
	return false
}

// canonical reports whether a data file is what encoding its own content gives.
func canonical(name string, old []byte) bool {
	again, err := encodeAgain(name, old)
	return err == nil && bytes.Equal(again, old)
}

// encodeAgain reads the text of a data file and writes it.
func encodeAgain(name string, old []byte) ([]byte, error) {
	source, below, inSource := strings.Cut(name, "/")
	switch {
	case !inSource:
		states, problems := decodeSources(name, old)
		if len(problems) > 0 {
			return nil, problems
		}
		return text(sourcesHead, sourcesDoc{states})
	case source == changesDir:
		events, problems := decodeEvents(name, name, old)
		if len(problems) > 0 {
			return nil, problems
		}
		return encodeMonth(events)
	}
	facts, problems := decode(name, below, old)
	if len(problems) > 0 {
		return nil, problems
	}
	facts.Sort()
	return Part{Path: below, Facts: facts}.encode(source)
}
