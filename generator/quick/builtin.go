package quick

import (
	"cmp"
	"reflect"
	"text/template/parse"
)

// builtin compiles the functions that every template has, as far as types are known to
// fit.
func (s *scope) builtin(n parse.Node, name string, args []expr) (expr, error) {
	switch {
	case (name == "and" || name == "or") && len(args) > 0:
		return s.logic(n, name == "or", args)
	case name == "not" && len(args) == 1:
		truth, err := truthOf(n, args[0])
		if err != nil {
			return expr{}, err
		}
		return boolean(func(m *machine) bool { return !truth(m) }), nil
	case name == "len" && len(args) == 1:
		return length(n, args[0])
	case name == "index" && len(args) > 0:
		return index(n, args)
	case name == "eq" && len(args) > 1, len(args) == 2:
		return comparison(n, name, args)
	}
	return expr{}, unknown(n, "this function")
}

// logic is and, and or: the first argument that decides, or the last. Those after it are
// not evaluated. Arguments of several types have a truth and no value.
func (s *scope) logic(n parse.Node, or bool, args []expr) (expr, error) {
	truths := make([]func(*machine) bool, len(args))
	same := true
	for i, arg := range args {
		var err error
		if truths[i], err = truthOf(n, arg); err != nil {
			return expr{}, err
		}
		same = same && arg.value != nil && arg.typ == args[0].typ
	}
	truth := func(m *machine) bool {
		for _, truth := range truths {
			if truth(m) == or {
				return or
			}
		}
		return !or
	}
	if !same {
		return expr{truth: truth}, nil
	}
	slot := s.newSlot()
	decides, err := truthOf(n, slotExpr(args[0].typ, slot))
	if err != nil {
		return expr{}, err
	}
	return expr{typ: args[0].typ, truth: truth, value: func(m *machine) reflect.Value {
		for _, arg := range args {
			v := arg.value(m)
			*m.slot(slot) = v
			if decides(m) == or {
				break
			}
		}
		return *m.slot(slot)
	}}, nil
}

func length(n parse.Node, e expr) (expr, error) {
	e, err := deref(n, e)
	if err != nil {
		return expr{}, err
	}
	switch e.typ.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		value := e.value
		return expr{typ: reflect.TypeFor[int](), value: func(m *machine) reflect.Value { return reflect.ValueOf(value(m).Len()) }}, nil
	}
	return expr{}, unknown(n, "the length of "+e.typ.String())
}

// index is an element of slices and arrays.
func index(n parse.Node, args []expr) (expr, error) {
	e := args[0]
	for _, arg := range args[1:] {
		var err error
		if e, err = deref(n, e); err != nil {
			return expr{}, err
		}
		if k := e.typ.Kind(); k != reflect.Slice && k != reflect.Array || arg.value == nil || kindOf(arg.typ) != integers {
			return expr{}, unknown(n, "such an index")
		}
		elem, err := plain(n, e.typ.Elem())
		if err != nil {
			return expr{}, err
		}
		list, at := e.value, arg.value
		e = expr{typ: elem, value: func(m *machine) reflect.Value {
			v, i := list(m), at(m).Int()
			if i < 0 || i >= int64(v.Len()) {
				return m.fail(elem)
			}
			if v = v.Index(int(i)); elem.Kind() == reflect.Interface {
				v = v.Elem()
			}
			return v
		}}
	}
	if e.value == nil {
		return expr{}, unknown(n, "a value of no certain type")
	}
	return e, nil
}

// kind is what values are compared as.
type kind int

const (
	others kind = iota
	booleans
	integers
	naturals
	floats
	texts
)

func kindOf(t reflect.Type) kind {
	if t == nil {
		return others
	}
	switch t.Kind() {
	case reflect.Bool:
		return booleans
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return integers
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return naturals
	case reflect.Float32, reflect.Float64:
		return floats
	case reflect.String:
		return texts
	}
	return others
}

// comparison compares values of one kind. All arguments are evaluated first.
func comparison(n parse.Node, name string, args []expr) (expr, error) {
	kind := kindOf(args[0].typ)
	ordered := name == "lt" || name == "le" || name == "gt" || name == "ge"
	known := ordered && kind != booleans || name == "eq" || name == "ne"
	for _, arg := range args {
		known = known && kind != others && arg.value != nil && kindOf(arg.typ) == kind
	}
	if !known {
		return expr{}, unknown(n, "such a comparison")
	}
	equal, less := orders(kind)
	first, second := args[0].value, args[1].value
	both := func(truth func(a, b reflect.Value) bool) (expr, error) {
		return boolean(func(m *machine) bool { a := first(m); return truth(a, second(m)) }), nil
	}
	switch name {
	case "ne":
		return both(func(a, b reflect.Value) bool { return !equal(a, b) })
	case "lt":
		return both(less)
	case "ge":
		return both(func(a, b reflect.Value) bool { return !less(a, b) })
	case "le":
		return both(func(a, b reflect.Value) bool { return less(a, b) || equal(a, b) })
	case "gt":
		return both(func(a, b reflect.Value) bool { return !less(a, b) && !equal(a, b) })
	}
	return boolean(func(m *machine) bool {
		a, found := first(m), false
		for _, arg := range args[1:] {
			found = equal(a, arg.value(m)) || found
		}
		return found
	}), nil
}

// orders are the comparisons of a kind. Floats that are not numbers are neither equal to
// anything nor less.
func orders(k kind) (equal, less func(a, b reflect.Value) bool) {
	switch k {
	case booleans:
		return func(a, b reflect.Value) bool { return a.Bool() == b.Bool() }, nil
	case integers:
		return by(reflect.Value.Int)
	case naturals:
		return by(reflect.Value.Uint)
	case floats:
		return by(reflect.Value.Float)
	}
	return by(reflect.Value.String)
}

func by[T cmp.Ordered](of func(reflect.Value) T) (equal, less func(a, b reflect.Value) bool) {
	return func(a, b reflect.Value) bool { return of(a) == of(b) }, func(a, b reflect.Value) bool { return of(a) < of(b) }
}
