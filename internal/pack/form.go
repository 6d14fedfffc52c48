package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"time"
)

// generation is part of every version: it changes with how this package writes.
const generation = "1"

// Form is how values of one type are packed. It may be used by several goroutines.
type Form[T any] struct {
	version string
	coder   coder
}

// coder packs and unpacks values of one type.
type coder struct {
	put func(to []byte, v reflect.Value) []byte
	// take sets v, which is zero.
	take func(from *reader, v reflect.Value)
}

// NewForm returns the form of a type. It is an error when the type holds something
// that cannot be packed: a map, an interface, a field that is not exported.
func NewForm[T any]() (*Form[T], error) {
	if t := reflect.TypeFor[T](); t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		return nil, fmt.Errorf("%v is not a record", t)
	}
	var shape []byte
	c, err := coderOf(reflect.TypeFor[T](), &shape, 0)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte(generation+"\n"), shape...))
	return &Form[T]{version: hex.EncodeToString(sum[:16]), coder: c}, nil
}

// Version tells forms apart: 32 hex digits, which are the same in every process as long
// as the type has the same fields of the same types in the same order.
func (f *Form[T]) Version() string { return f.version }

// Append packs a value behind what is in a slice.
func (f *Form[T]) Append(to []byte, v *T) []byte {
	return f.coder.put(to, reflect.ValueOf(v).Elem())
}

// Unpack reads a value from all of a text. It is an error when the text is not that of
// a value of the type; whatever it is, it does no harm.
func (f *Form[T]) Unpack(text string) (v T, err error) {
	r := reader{text: text}
	f.coder.take(&r, reflect.ValueOf(&v).Elem())
	if r.broken || r.text != "" {
		var none T
		return none, fmt.Errorf("not a packed %T", v)
	}
	return v, nil
}

// deepest is how deep types may be nested: one that holds itself has no end.
const deepest = 20

// coderOf makes the coder of a type and adds what it looks like to a shape.
func coderOf(t reflect.Type, shape *[]byte, depth int) (coder, error) {
	if depth > deepest {
		return coder{}, fmt.Errorf("%v is nested too deep to be packed", t)
	}
	if t == reflect.TypeFor[time.Time]() {
		*shape = append(*shape, "time\n"...)
		return coder{putTime, takeTime}, nil
	}
	*shape = append(*shape, t.Kind().String()+"\n"...)
	switch t.Kind() {
	case reflect.String:
		return coder{putString, takeString}, nil
	case reflect.Bool:
		return coder{putBool, takeBool}, nil
	case reflect.Int, reflect.Int64, reflect.Int32:
		return coder{putInt, takeInt}, nil
	case reflect.Slice, reflect.Pointer:
		// Only a field tells nil from none, so there are no slices of slices.
		if k := t.Elem().Kind(); k == reflect.Slice || k == reflect.Pointer {
			return coder{}, fmt.Errorf("%v cannot be packed", t)
		}
		elem, err := coderOf(t.Elem(), shape, depth+1)
		if t.Kind() == reflect.Pointer {
			return pointerCoder(t, elem), err
		}
		return sliceCoder(t, elem), err
	case reflect.Struct:
		return structCoder(t, shape, depth)
	}
	return coder{}, fmt.Errorf("%v cannot be packed", t)
}

func structCoder(t reflect.Type, shape *[]byte, depth int) (coder, error) {
	fields := make([]coder, t.NumField())
	for n := range fields {
		f := t.Field(n)
		*shape = append(*shape, f.Name+" "...)
		if !f.IsExported() || n == maxFields {
			return coder{}, fmt.Errorf("%v.%s cannot be packed", t, f.Name)
		}
		var err error
		if fields[n], err = coderOf(f.Type, shape, depth+1); err != nil {
			return coder{}, err
		}
	}
	*shape = append(*shape, "end\n"...)
	return coder{
		put:  func(to []byte, v reflect.Value) []byte { return putStruct(to, v, fields) },
		take: func(from *reader, v reflect.Value) { takeStruct(from, v, fields) },
	}, nil
}
