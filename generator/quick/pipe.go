package quick

import (
	"reflect"
	"strings"
	"text/template"
	"text/template/parse"
)

// expr is a compiled expression. A value of type any is what is in it, and no value for
// nil, which is how the actions of templates see it.
type expr struct {
	typ   reflect.Type
	value func(*machine) reflect.Value // nil where only the truth is known
	truth func(*machine) bool          // nil where it follows from the value
}

// slotExpr is what is in a slot.
func slotExpr(t reflect.Type, slot int) expr {
	return expr{typ: t, value: func(m *machine) reflect.Value { return *m.slot(slot) }}
}

// constant is a value that is always the same.
func constant(v reflect.Value) expr {
	return expr{typ: v.Type(), value: func(*machine) reflect.Value { return v }}
}

// boolean is a truth that is used as a value, too.
func boolean(truth func(*machine) bool) expr {
	return expr{typ: reflect.TypeFor[bool](), truth: truth, value: func(m *machine) reflect.Value { return reflect.ValueOf(truth(m)) }}
}

// variable finds the innermost variable of a name.
func (s *scope) variable(name string) (variable, bool) {
	for i := len(s.vars) - 1; i >= 0; i-- {
		if s.vars[i].name == name {
			return s.vars[i], true
		}
	}
	return variable{}, false
}

// pipeline compiles a pipeline that declares nothing.
func (s *scope) pipeline(p *parse.PipeNode) (expr, error) {
	if len(p.Decl) > 0 {
		return expr{}, unknown(p, "a declaration here")
	}
	return s.commands(p, p.Cmds)
}

// commands compiles commands of which each gets the value of the one before.
func (s *scope) commands(p *parse.PipeNode, cmds []*parse.CommandNode) (expr, error) {
	if len(cmds) == 0 {
		return expr{}, unknown(p, "no command")
	}
	e, err := s.command(cmds[0], nil)
	for _, cmd := range cmds[1:] {
		if err != nil {
			break
		}
		last := e
		e, err = s.command(cmd, &last)
	}
	return e, err
}

// command compiles a command; final is the value that is piped into it.
func (s *scope) command(cmd *parse.CommandNode, final *expr) (expr, error) {
	if f, ok := cmd.Args[0].(*parse.IdentifierNode); ok {
		return s.function(cmd, f.Ident, cmd.Args[1:], final)
	}
	if len(cmd.Args) > 1 || final != nil {
		return expr{}, unknown(cmd, "a method with arguments")
	}
	return s.operand(cmd.Args[0])
}

// operand compiles a value where nothing says which type it has to have.
func (s *scope) operand(n parse.Node) (expr, error) {
	switch n := n.(type) {
	case *parse.DotNode:
		if s.dotType == nil {
			return expr{}, unknown(n, "dot where there is none")
		}
		return slotExpr(s.dotType, s.dot), nil
	case *parse.FieldNode:
		if s.dotType == nil {
			return expr{}, unknown(n, "dot where there is none")
		}
		return s.fields(n, slotExpr(s.dotType, s.dot), n.Ident)
	case *parse.VariableNode:
		v, ok := s.variable(n.Ident[0])
		if !ok || v.typ == nil {
			return expr{}, unknown(n, "this variable")
		}
		return s.fields(n, slotExpr(v.typ, v.slot), n.Ident[1:])
	case *parse.ChainNode:
		p, ok := n.Node.(*parse.PipeNode)
		if !ok {
			return expr{}, unknown(n, "a chain of this kind")
		}
		e, err := s.pipeline(p)
		if err != nil {
			return expr{}, err
		}
		return s.fields(n, e, n.Field)
	case *parse.PipeNode:
		return s.pipeline(n)
	case *parse.IdentifierNode:
		return s.function(n, n.Ident, nil, nil)
	case *parse.BoolNode:
		return constant(reflect.ValueOf(n.True)), nil
	case *parse.StringNode:
		return constant(reflect.ValueOf(n.Text)), nil
	case *parse.NumberNode:
		if isPlainInt(n) {
			return constant(reflect.ValueOf(int(n.Int64))), nil
		}
	}
	return expr{}, unknown(n, "an operand of this kind")
}

// isPlainInt reports whether a number is an int wherever no type is asked for, also one
// of 32 bits.
func isPlainInt(n *parse.NumberNode) bool {
	return n.IsInt && !n.IsComplex && strings.Trim(n.Text, "0123456789-") == "" && int64(int32(n.Int64)) == n.Int64
}

// fields follows fields and methods.
func (s *scope) fields(n parse.Node, e expr, names []string) (expr, error) {
	var err error
	for _, name := range names {
		if e, err = field(n, e, name); err != nil {
			return expr{}, err
		}
	}
	return e, nil
}

// truthOf is whether a value counts as true.
func truthOf(n parse.Node, e expr) (func(*machine) bool, error) {
	if e.truth != nil {
		return e.truth, nil
	}
	value := e.value
	switch e.typ.Kind() {
	case reflect.Interface:
		return func(m *machine) bool {
			v := value(m)
			if !v.IsValid() {
				return false
			}
			truth, _ := template.IsTrue(v.Interface())
			return truth
		}, nil
	case reflect.Struct:
		return func(m *machine) bool { value(m); return true }, nil
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return func(m *machine) bool { return value(m).Len() > 0 }, nil
	case reflect.Bool:
		return func(m *machine) bool { return value(m).Bool() }, nil
	case reflect.Pointer:
		return func(m *machine) bool { return !value(m).IsNil() }, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(m *machine) bool { return value(m).Int() != 0 }, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return func(m *machine) bool { return value(m).Uint() != 0 }, nil
	case reflect.Float32, reflect.Float64:
		return func(m *machine) bool { return value(m).Float() != 0 }, nil
	}
	return nil, unknown(n, "the truth of "+e.typ.String())
}
