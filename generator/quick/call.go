package quick

import (
	"fmt"
	"reflect"
	"text/template/parse"
	"time"
)

// function compiles the call of a function. The functions that were given come before
// those that every template has.
func (s *scope) function(n parse.Node, name string, args []parse.Node, final *expr) (expr, error) {
	if f, ok := s.Functions[name]; ok {
		return s.call(n, reflect.ValueOf(f), args, final)
	}
	switch name {
	case "print":
		return s.call(n, reflect.ValueOf(fmt.Sprint), args, final)
	case "printf":
		return s.call(n, reflect.ValueOf(fmt.Sprintf), args, final)
	case "println":
		return s.call(n, reflect.ValueOf(fmt.Sprintln), args, final)
	}
	var all []expr
	for _, arg := range args {
		e, err := s.operand(arg)
		if err != nil {
			return expr{}, err
		}
		all = append(all, e)
	}
	if final != nil {
		all = append(all, *final)
	}
	return s.builtin(n, name, all)
}

// call compiles the call of a function by what it wants.
func (s *scope) call(n parse.Node, f reflect.Value, args []parse.Node, final *expr) (expr, error) {
	if f.Kind() != reflect.Func {
		return expr{}, unknown(n, "a function that is none")
	}
	t := f.Type()
	out, fails, err := results(n, t)
	if err != nil {
		return expr{}, err
	}
	count := len(args)
	if final != nil {
		count++
	}
	if count < t.NumIn() && (!t.IsVariadic() || count < t.NumIn()-1) || count > t.NumIn() && !t.IsVariadic() {
		return expr{}, unknown(n, "a wrong number of arguments")
	}
	values := make([]func(*machine) reflect.Value, count)
	for i := range values {
		param := parameter(t, i)
		if i < len(args) {
			values[i], err = s.argument(args[i], param)
		} else {
			values[i], err = assign(n, *final, param)
		}
		if err != nil {
			return expr{}, err
		}
	}
	if value := direct(f, values); value != nil {
		return expr{typ: out, value: value}, nil
	}
	return expr{typ: out, value: func(m *machine) reflect.Value {
		in := make([]reflect.Value, len(values))
		for i, value := range values {
			in[i] = value(m)
		}
		if m.failed {
			return zero(out)
		}
		return result(m, f.Call(in), out, fails)
	}}, nil
}

// parameter is the type of an argument.
func parameter(t reflect.Type, i int) reflect.Type {
	if last := t.NumIn() - 1; t.IsVariadic() && i >= last {
		return t.In(last).Elem()
	}
	return t.In(i)
}

// direct calls the functions that stand in long lists without reflection; nil for all
// others.
func direct(f reflect.Value, values []func(*machine) reflect.Value) func(*machine) reflect.Value {
	if f, ok := f.Interface().(func(string, string) []string); ok && len(values) == 2 {
		a, b := values[0], values[1]
		return func(m *machine) reflect.Value { return reflect.ValueOf(f(a(m).String(), b(m).String())) }
	}
	if len(values) != 1 {
		return nil
	}
	value := values[0]
	switch f := f.Interface().(type) {
	case func(string) string:
		return func(m *machine) reflect.Value { return reflect.ValueOf(f(value(m).String())) }
	case func(time.Time) string:
		return func(m *machine) reflect.Value {
			v := value(m)
			if v.CanAddr() {
				if t, ok := v.Addr().Interface().(*time.Time); ok {
					return reflect.ValueOf(f(*t)) // without a copy on the heap
				}
			}
			t, ok := v.Interface().(time.Time)
			if !ok {
				return m.fail(reflect.TypeFor[string]())
			}
			return reflect.ValueOf(f(t))
		}
	}
	return nil
}

// results is what a function returns, and whether it can return an error.
func results(n parse.Node, t reflect.Type) (out reflect.Type, fails bool, err error) {
	fails = t.NumOut() == 2 && t.Out(1) == reflect.TypeFor[error]()
	if t.NumOut() != 1 && !fails {
		return nil, false, unknown(n, "a function with such results")
	}
	out, err = plain(n, t.Out(0))
	return out, fails, err
}

// result is what a function returned.
func result(m *machine, returned []reflect.Value, out reflect.Type, fails bool) reflect.Value {
	if fails && !returned[1].IsNil() {
		return m.fail(out)
	}
	if out.Kind() == reflect.Interface {
		return returned[0].Elem()
	}
	return returned[0]
}

// argument compiles an argument for a parameter. A number takes its type from that.
func (s *scope) argument(n parse.Node, param reflect.Type) (func(*machine) reflect.Value, error) {
	v := reflect.New(param).Elem()
	switch n := n.(type) {
	case *parse.NumberNode:
		switch {
		case v.CanInt() && n.IsInt:
			v.SetInt(n.Int64)
		case v.CanUint() && n.IsUint:
			v.SetUint(n.Uint64)
		case v.CanFloat() && n.IsFloat:
			v.SetFloat(n.Float64)
		case param == reflect.TypeFor[any]() && isPlainInt(n):
			v = reflect.ValueOf(int(n.Int64))
		default:
			return nil, unknown(n, "a number for "+param.String())
		}
		return constant(v).value, nil
	case *parse.StringNode:
		if param.Kind() == reflect.String {
			v.SetString(n.Text)
			return constant(v).value, nil
		}
	case *parse.BoolNode:
		if param.Kind() == reflect.Bool {
			v.SetBool(n.True)
			return constant(v).value, nil
		}
	}
	e, err := s.operand(n)
	if err != nil {
		return nil, err
	}
	return assign(n, e, param)
}

// assign makes a value one for a parameter.
func assign(n parse.Node, e expr, param reflect.Type) (func(*machine) reflect.Value, error) {
	value := e.value
	switch {
	case value == nil || param == reflect.TypeFor[reflect.Value]():
		return nil, unknown(n, "such an argument")
	case e.typ.Kind() == reflect.Interface:
		return func(m *machine) reflect.Value {
			v := value(m)
			if !v.IsValid() && param.Kind() == reflect.Interface {
				return reflect.Zero(param)
			}
			if !v.IsValid() || !v.Type().AssignableTo(param) {
				m.failed = true
				return reflect.Zero(param)
			}
			return v
		}, nil
	case e.typ.AssignableTo(param):
		return value, nil
	}
	return nil, unknown(n, e.typ.String()+" for "+param.String())
}
