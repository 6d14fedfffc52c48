package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"fmt"

	"shiplist/internal/release"
)

// want is what a data file shall hold.
type want struct {
	imprint imprint // of its facts
	hash    string  // of its text
	text    []byte  // nil where the file holds it already
}

// wants works out what the files of a source shall hold. A file that still holds what
// its facts gave at the last commit is not encoded again as long as they are the same.
func (w *Writer) wants(source string, parts []Part, t tree) ([]want, error) {
	wants := make([]want, len(parts))
	p, err := newPrinter()
	if err != nil {
		return nil, err
	}
	for i := range parts {
		utc(parts[i].Facts)
		if wants[i].imprint, err = p.of(&parts[i].Facts); err != nil {
			return nil, fmt.Errorf("%s: %w", parts[i].Path, err)
		}
	}
	err = parallel(len(parts), func(i int) error {
		name := source + "/" + parts[i].Path
		was, known := w.encoded[source][parts[i].Path]
		if known && was.imprint == wants[i].imprint && t.files[name] != "" && w.holds(name, was.hash) {
			wants[i].hash = was.hash
			return nil
		}
		text, err := parts[i].encode(source)
		if err != nil {
			return &FactsError{fmt.Errorf("%s: %w", parts[i].Path, err)}
		}
		wants[i].text, wants[i].hash = text, hash(text)
		return nil
	})
	return wants, err
}

func (w *Writer) holds(name, sum string) bool {
	text, err := readFile(w.disk.root, name)
	return err == nil && hash(text) == sum
}

// imprint tells facts apart within one process.
type imprint [sha256.Size]byte

// printer makes imprints: digests of what gob makes of facts.
type printer struct {
	room    bytes.Buffer
	encoder *gob.Encoder
}

func newPrinter() (*printer, error) {
	var p printer
	p.encoder = gob.NewEncoder(&p.room)
	return &p, p.encoder.Encode(keptFile{}) // the first time has the types as well
}

func (p *printer) of(facts *release.Facts) (imprint, error) {
	p.room.Reset()
	err := p.encoder.Encode(keptFile{Facts: *facts, Empty: emptyFiles(facts)})
	return sha256.Sum256(p.room.Bytes()), err
}
