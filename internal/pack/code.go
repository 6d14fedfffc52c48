package pack

import (
	"encoding/binary"
	"math/bits"
	"reflect"
	"time"
)

// A struct is the set of its fields that are not zero, a bit for each, and then these
// fields. Lengths and sets are unsigned varints, numbers signed ones.
const maxFields = 64

// reader takes a text apart. Once something is not as it should be it is broken, and
// gives zeros from there on.
type reader struct {
	text   string
	broken bool
}

func (r *reader) unsigned() uint64 {
	var n uint64
	for shift := 0; shift < 64; shift += 7 {
		if len(r.text) == 0 {
			break
		}
		b := r.text[0]
		r.text = r.text[1:]
		if shift == 63 && b > 1 {
			break
		}
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
	r.broken, r.text = true, ""
	return 0
}

func (r *reader) signed() int64 {
	n := r.unsigned()
	return int64(n>>1) ^ -int64(n&1)
}

// length is how many elements follow, of which each takes a byte at least.
func (r *reader) length() int {
	n := r.unsigned()
	if n > uint64(len(r.text)) {
		r.broken, r.text = true, ""
		return 0
	}
	return int(n)
}

func putString(to []byte, v reflect.Value) []byte {
	s := v.String()
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

func takeString(r *reader, v reflect.Value) {
	n := r.length()
	v.SetString(r.text[:n])
	r.text = r.text[n:]
}

func putBool(to []byte, v reflect.Value) []byte {
	if v.Bool() {
		return append(to, 1)
	}
	return append(to, 0)
}

func takeBool(r *reader, v reflect.Value) {
	n := r.unsigned()
	v.SetBool(n == 1)
	r.broken = r.broken || n > 1
}

func putInt(to []byte, v reflect.Value) []byte { return binary.AppendVarint(to, v.Int()) }

func takeInt(r *reader, v reflect.Value) {
	n := r.signed()
	v.SetInt(n)
	r.broken = r.broken || v.OverflowInt(n)
}

func putTime(to []byte, v reflect.Value) []byte {
	t := v.Interface().(time.Time)
	return binary.AppendUvarint(binary.AppendVarint(to, t.Unix()), uint64(t.Nanosecond()))
}

func takeTime(r *reader, v reflect.Value) {
	seconds, nano := r.signed(), r.unsigned()
	if nano >= 1e9 {
		r.broken = true
		return
	}
	v.Set(reflect.ValueOf(time.Unix(seconds, int64(nano)).UTC()))
}

func sliceCoder(t reflect.Type, elem coder) coder {
	return coder{
		put: func(to []byte, v reflect.Value) []byte {
			n := v.Len()
			to = binary.AppendUvarint(to, uint64(n))
			for i := range n {
				to = elem.put(to, v.Index(i))
			}
			return to
		},
		take: func(r *reader, v reflect.Value) {
			n := r.length()
			if r.broken {
				return
			}
			list := reflect.MakeSlice(t, n, n)
			for i := 0; i < n && !r.broken; i++ {
				elem.take(r, list.Index(i))
			}
			v.Set(list)
		},
	}
}

// pointerCoder packs what is pointed to: where there is nothing the field is not there.
// So there are no slices of pointers that lead nowhere.
func pointerCoder(t reflect.Type, elem coder) coder {
	return coder{
		put: func(to []byte, v reflect.Value) []byte { return elem.put(to, v.Elem()) },
		take: func(r *reader, v reflect.Value) {
			p := reflect.New(t.Elem())
			elem.take(r, p.Elem())
			v.Set(p)
		},
	}
}

func putStruct(to []byte, v reflect.Value, fields []coder) []byte {
	var set uint64
	for n := range fields {
		if !v.Field(n).IsZero() {
			set |= 1 << n
		}
	}
	to = binary.AppendUvarint(to, set)
	for ; set != 0; set &= set - 1 {
		n := bits.TrailingZeros64(set)
		to = fields[n].put(to, v.Field(n))
	}
	return to
}

func takeStruct(r *reader, v reflect.Value, fields []coder) {
	set := r.unsigned()
	if bits.Len64(set) > len(fields) {
		r.broken = true
	}
	for ; set != 0 && !r.broken; set &= set - 1 {
		n := bits.TrailingZeros64(set)
		fields[n].take(r, v.Field(n))
	}
}
