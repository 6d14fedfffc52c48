package quick

import (
	"reflect"
	"text/template/parse"
)

// deref follows pointers to the end.
func deref(n parse.Node, e expr) (expr, error) {
	if e.value == nil || e.typ.Kind() == reflect.Interface {
		return expr{}, unknown(n, "a value of no certain type")
	}
	for e.typ.Kind() == reflect.Pointer {
		value, elem := e.value, e.typ.Elem()
		if elem.Kind() == reflect.Interface {
			return expr{}, unknown(n, "a pointer to an interface")
		}
		e = expr{typ: elem, value: func(m *machine) reflect.Value {
			v := value(m)
			if v.IsNil() {
				return m.fail(elem)
			}
			return v.Elem()
		}}
	}
	return e, nil
}

// plain is a type whose values can be used; any other interface cannot.
func plain(n parse.Node, t reflect.Type) (reflect.Type, error) {
	switch t.Kind() {
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return t, nil
		}
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
	default:
		if t != reflect.TypeFor[reflect.Value]() {
			return t, nil
		}
	}
	return nil, unknown(n, "a value of type "+t.String())
}

// field is a method without arguments, or a field of a struct.
func field(n parse.Node, e expr, name string) (expr, error) {
	if e.value == nil || e.typ == nil {
		return expr{}, unknown(n, "a value of no certain type")
	}
	whole, pointer := e.typ, e.typ.Kind() == reflect.Pointer
	e, err := deref(n, e)
	if err != nil {
		return expr{}, err
	}
	if _, ok := e.typ.MethodByName(name); ok {
		return method(n, e, name)
	}
	if _, ok := reflect.PointerTo(e.typ).MethodByName(name); ok {
		if !pointer {
			return expr{}, unknown(n, "a method that not every value has")
		}
		value := e.value
		of := expr{typ: reflect.PointerTo(e.typ), value: func(m *machine) reflect.Value {
			v := value(m)
			if m.failed {
				return reflect.Zero(reflect.PointerTo(v.Type()))
			}
			return v.Addr()
		}}
		return method(n, of, name)
	}
	switch e.typ.Kind() {
	case reflect.Map:
		return expr{}, unknown(n, "a field of "+e.typ.String())
	case reflect.Struct:
	default:
		return expr{}, &NoField{Type: whole, Name: name, node: n}
	}
	f, ok := e.typ.FieldByName(name)
	if !ok || !f.IsExported() {
		return expr{}, &NoField{Type: whole, Name: name, node: n}
	}
	if _, err := plain(n, f.Type); err != nil {
		return expr{}, err
	}
	return expr{typ: f.Type, value: follow(e, f)}, nil
}

// follow is the way to a field.
func follow(e expr, f reflect.StructField) func(*machine) reflect.Value {
	value := e.value
	if f.Type.Kind() == reflect.Interface {
		return func(m *machine) reflect.Value {
			v, err := value(m).FieldByIndexErr(f.Index)
			if err != nil {
				return m.fail(f.Type)
			}
			return v.Elem()
		}
	}
	if len(f.Index) == 1 {
		i := f.Index[0]
		return func(m *machine) reflect.Value { return value(m).Field(i) }
	}
	return func(m *machine) reflect.Value {
		v, err := value(m).FieldByIndexErr(f.Index)
		if err != nil {
			return m.fail(f.Type)
		}
		return v
	}
}

// method calls a method that the type has.
func method(n parse.Node, e expr, name string) (expr, error) {
	found, _ := e.typ.MethodByName(name)
	out, fails, err := results(n, found.Type)
	if err != nil {
		return expr{}, err
	}
	if found.Type.NumIn() != 1 {
		return expr{}, unknown(n, "a method with arguments")
	}
	value, i := e.value, found.Index
	if out.Kind() == reflect.Bool && name == "IsZero" && e.typ.Implements(reflect.TypeFor[zeroer]()) {
		return boolean(func(m *machine) bool {
			v := value(m)
			if v.CanAddr() {
				v = v.Addr() // without a copy
			}
			return v.Interface().(zeroer).IsZero()
		}), nil
	}
	return expr{typ: out, value: func(m *machine) reflect.Value {
		v := value(m)
		if m.failed {
			return zero(out)
		}
		return result(m, v.Method(i).Call(nil), out, fails)
	}}, nil
}

type zeroer interface{ IsZero() bool }
