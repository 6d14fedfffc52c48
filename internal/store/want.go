package store

import (
	"crypto/sha256"
	"fmt"

	"shiplist/internal/pack"
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
	p := printer{form: w.keeper.facts}
	for i := range parts {
		utc(parts[i].Facts)
		wants[i].imprint = p.of(&parts[i].Facts)
	}
	err := parallel(len(parts), func(i int) error {
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

// printer makes imprints.
type printer struct {
	room []byte
	form *pack.Form[release.Facts]
}

func (p *printer) of(facts *release.Facts) imprint {
	p.room = p.form.Append(p.room[:0], facts)
	return sha256.Sum256(p.room)
}
