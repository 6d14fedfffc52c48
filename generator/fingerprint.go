package generator

import (
	"encoding/binary"
	"hash/maphash"
	"io/fs"
	"math"
	"reflect"
	"slices"
	"sync"
	"time"
)

// Rule of this file: two values with the same fingerprint are the same in every field,
// exported or not. What cannot be told apart has no fingerprint, and is made anew.

// fingerprint stands for some values as long as this process runs; the zero one for none.
// It is two hashes with seeds of their own that nobody outside knows, which takes a tenth
// of the time of a sha256: there are thousands of them in every build of a preview.
type fingerprint [2]uint64

var seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// is reports whether both stand for the same values.
func (f fingerprint) is(other fingerprint) bool { return f != fingerprint{} && f == other }

// deepest is how far values may lie inside each other: what is deeper goes in circles.
const deepest = 24

// fingerprintOf returns the fingerprint of some values; none where one of them has
// something in it that cannot be compared, such as a function.
func fingerprintOf(values ...any) (f fingerprint) {
	w := walkers.Get().(*walker)
	defer walkers.Put(w)
	w.text = w.text[:0]
	if !w.values(values) {
		return fingerprint{}
	}
	return w.fingerprint()
}

// sumOf is a fingerprint that outlives the process, for what is kept on disk: a sha256 in
// hex. It is empty where there is none.
func sumOf(values ...any) string {
	var w walker
	if !w.values(values) {
		return ""
	}
	return digestOf(w.text)
}

// walkers are used again: the text of a large page takes longer to grow than to write.
var walkers = sync.Pool{New: func() any { return new(walker) }}

// walker writes values down so that different values of one type give different text.
type walker struct{ text []byte }

func (w *walker) fingerprint() (f fingerprint) {
	for i, seed := range seeds {
		f[i] = maphash.Bytes(seed, w.text)
	}
	return f
}

// fields are some fields of a record, by their numbers.
type fields struct {
	record  reflect.Value
	numbers []int
}

// values writes some values one after the other; those that keys are mostly made of
// without a look at their types.
func (w *walker) values(all []any) bool {
	for _, v := range all {
		whole := true
		switch v := v.(type) {
		case string:
			w.string(v)
		case fingerprint:
			w.key(v)
		case []fingerprint:
			w.number(uint64(len(v)))
			for _, f := range v {
				w.key(f)
			}
		case fields:
			for _, n := range v.numbers {
				whole = whole && w.walk(v.record.Field(n), 1)
			}
		default:
			whole = w.walk(reflect.ValueOf(v), 0)
		}
		if !whole {
			return false
		}
	}
	return true
}

func (w *walker) key(f fingerprint) {
	w.text = binary.LittleEndian.AppendUint64(w.text, f[0])
	w.text = binary.LittleEndian.AppendUint64(w.text, f[1])
}

func (w *walker) number(n uint64) bool {
	w.text = binary.AppendUvarint(w.text, n)
	return true
}

func (w *walker) string(s string) bool {
	w.number(uint64(len(s)))
	w.text = append(w.text, s...)
	return true
}

var timeType = reflect.TypeFor[time.Time]()

// walk writes a value and reports whether that is all of it.
func (w *walker) walk(v reflect.Value, depth int) bool {
	if depth > deepest {
		return false
	}
	switch v.Kind() {
	case reflect.String:
		return w.string(v.String())
	case reflect.Bool:
		if v.Bool() {
			return w.number(1)
		}
		return w.number(0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return w.number(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return w.number(v.Uint())
	case reflect.Float32, reflect.Float64:
		return w.number(math.Float64bits(v.Float()))
	case reflect.Struct:
		return w.record(v, depth)
	case reflect.Slice, reflect.Array:
		return w.elements(v, depth)
	case reflect.Pointer, reflect.Interface:
		return w.pointed(v, depth)
	case reflect.Map:
		return w.entries(v, depth)
	}
	return false
}

func (w *walker) record(v reflect.Value, depth int) bool {
	if v.Type() == timeType {
		return w.moment(v)
	}
	for i := range v.NumField() {
		if !w.walk(v.Field(i), depth+1) {
			return false
		}
	}
	return true
}

// moment writes a time as its second, nanosecond and zone. One that cannot be read,
// because its field is not exported, has no text.
func (w *walker) moment(v reflect.Value) bool {
	if !v.CanInterface() {
		return false
	}
	t := v.Interface().(time.Time)
	_, offset := t.Zone()
	return w.number(uint64(t.Unix())) && w.number(uint64(t.Nanosecond())) && w.number(uint64(offset))
}

func (w *walker) elements(v reflect.Value, depth int) bool {
	n := v.Len()
	w.number(uint64(n))
	if v.Kind() == reflect.Slice {
		// Whether there is a slice makes a difference to programs that read JSON.
		w.walk(reflect.ValueOf(v.IsNil()), depth)
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return w.bytes(v, n)
	}
	for i := range n {
		if !w.walk(v.Index(i), depth+1) {
			return false
		}
	}
	return true
}

func (w *walker) bytes(v reflect.Value, n int) bool {
	if v.Kind() == reflect.Slice || v.CanAddr() {
		w.text = append(w.text, v.Bytes()...)
		return true
	}
	for i := range n {
		w.text = append(w.text, byte(v.Index(i).Uint()))
	}
	return true
}

func (w *walker) pointed(v reflect.Value, depth int) bool {
	if v.IsNil() {
		return w.number(0)
	}
	w.number(1)
	if v.Kind() == reflect.Interface {
		w.string(v.Elem().Type().String())
	}
	return w.walk(v.Elem(), depth+1)
}

// entries writes a map in an order of its own, as its keys come in any.
func (w *walker) entries(v reflect.Value, depth int) bool {
	w.number(uint64(v.Len()))
	var entry walker
	var all []string
	for each := v.MapRange(); each.Next(); {
		entry.text = entry.text[:0]
		if !entry.walk(each.Key(), depth+1) || !entry.walk(each.Value(), depth+1) {
			return false
		}
		all = append(all, string(entry.text))
	}
	slices.Sort(all)
	for _, text := range all {
		w.string(text)
	}
	return true
}

// files writes all files of a file system: their names and contents.
func (w *walker) files(fsys fs.FS) error {
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(fsys, name)
		w.string(name)
		w.number(uint64(len(content)))
		w.text = append(w.text, content...)
		return err
	})
}

// fingerprintFiles stands for all files of a file system.
func fingerprintFiles(fsys fs.FS) (fingerprint, error) {
	w := walkers.Get().(*walker)
	defer walkers.Put(w)
	w.text = w.text[:0]
	err := w.files(fsys)
	return w.fingerprint(), err
}

// sumFiles is that for what is kept on disk.
func sumFiles(fsys fs.FS) (string, error) {
	var w walker
	err := w.files(fsys)
	return digestOf(w.text), err
}
