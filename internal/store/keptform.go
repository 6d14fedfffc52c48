package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"fmt"
	"io"
	"reflect"
	"time"

	"shiplist/internal/filestamp"
	"shiplist/internal/release"
)

// keptFile are the facts of one data file.
type keptFile struct {
	Path  string          // below the data directory
	Sum   string          // SHA-256 of its bytes
	Stamp filestamp.Stamp // zero where it had not settled
	Facts release.Facts
	// Empty are the files whose size is known to be zero, as [eachSize] counts them:
	// gob does not tell a pointer to zero from none. Slices without elements come
	// back as nil, as they do from a data file.
	Empty []int
}

// encodeKept puts data files into one stream, in which gob describes the types once.
func encodeKept(files []keptFile) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(files)
	return b.Bytes(), err
}

func decodeKept(body []byte) ([]keptFile, error) {
	var files []keptFile
	if err := gob.NewDecoder(bytes.NewReader(body)).Decode(&files); err != nil {
		return nil, err
	}
	for i := range files {
		if err := files[i].restore(); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// restore sets the sizes that gob lost.
func (k *keptFile) restore() error {
	n, empty := 0, k.Empty
	eachSize(&k.Facts, func(size **int64) {
		if len(empty) > 0 && empty[0] == n {
			*size, empty = new(int64), empty[1:]
		}
		n++
	})
	if len(empty) > 0 {
		return fmt.Errorf("%s: there is no file %d", k.Path, empty[0])
	}
	return nil
}

// emptyFiles are the numbers of the files whose size is known to be zero.
func emptyFiles(facts *release.Facts) (numbers []int) {
	n := 0
	eachSize(facts, func(size **int64) {
		if *size != nil && **size == 0 {
			numbers = append(numbers, n)
		}
		n++
	})
	return numbers
}

// shapeOf tells types apart by their fields and those of the records in them: 32 hex
// digits. Without it gob would leave a field zero that the writing program did not have.
func shapeOf(t reflect.Type) string {
	h := sha256.New()
	writeShape(h, t, map[reflect.Type]bool{})
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// writeShape describes each type once, where it comes first.
func writeShape(to io.Writer, t reflect.Type, seen map[reflect.Type]bool) {
	fmt.Fprintln(to, t, t.Kind())
	if seen[t] || t == reflect.TypeFor[time.Time]() {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer:
		writeShape(to, t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			fmt.Fprint(to, t.Field(i).Name, " ")
			writeShape(to, t.Field(i).Type, seen)
		}
		fmt.Fprintln(to, "end")
	}
}
