package quick

import (
	"cmp"
	"reflect"
	"text/template/parse"
)

// scope is what is known at one place of a template.
type scope struct {
	*compiler
	body *body
	// dot is the slot of dot, dotType its type; nil where a template is called without.
	dot     int
	dotType reflect.Type
	vars    []variable
}

// variable is a variable of a template, whose type never changes.
type variable struct {
	name string
	typ  reflect.Type
	slot int
}

// newSlot makes room for a value.
func (s *scope) newSlot() int {
	s.body.slots++
	return s.body.slots - 1
}

// list compiles a list of nodes. Variables that it declares end with it. After an error it
// goes on to the end, for what is missing there.
func (s scope) list(l *parse.ListNode) (step, error) {
	if l == nil {
		return func(*machine) flow { return onward }, nil
	}
	var steps []step
	var wrong error
	s.vars = s.vars[:len(s.vars):len(s.vars)]
	for _, n := range l.Nodes {
		step, err := s.node(n)
		if err != nil {
			s.met(err)
			wrong = cmp.Or(wrong, err)
		}
		steps = append(steps, step)
	}
	if wrong != nil {
		return nil, wrong
	}
	if len(steps) == 1 {
		return steps[0], nil
	}
	return func(m *machine) flow {
		for _, step := range steps {
			if f := step(m); f != onward {
				return f
			}
		}
		return onward
	}, nil
}

func (s *scope) node(n parse.Node) (step, error) {
	switch n := n.(type) {
	case *parse.TextNode:
		text := n.Text
		return func(m *machine) flow { m.out.Write(text); return onward }, nil
	case *parse.CommentNode:
		return func(*machine) flow { return onward }, nil
	case *parse.ActionNode:
		return s.action(n)
	case *parse.IfNode:
		return s.branch(&n.BranchNode, false)
	case *parse.WithNode:
		return s.branch(&n.BranchNode, true)
	case *parse.RangeNode:
		return s.loop(n)
	case *parse.TemplateNode:
		return s.inner(n)
	case *parse.BreakNode:
		return func(*machine) flow { return broken }, nil
	case *parse.ContinueNode:
		return func(*machine) flow { return continued }, nil
	}
	return nil, unknown(n, "a node of this kind")
}

// action prints a value, or keeps it in a variable.
func (s *scope) action(n *parse.ActionNode) (step, error) {
	if len(n.Pipe.Decl) > 0 {
		_, step, err := s.declare(n.Pipe)
		return step, err
	}
	cmds, names := splitEscapers(n.Pipe.Cmds)
	e, err := s.commands(n.Pipe, cmds)
	if err != nil {
		return nil, err
	}
	if e.value == nil {
		return nil, unknown(n, "a value of no certain type")
	}
	show, err := s.printer(n, e.typ, names)
	if err != nil {
		return nil, err
	}
	return func(m *machine) flow { show(m, e.value(m)); return onward }, nil
}

// declare compiles a pipeline that declares a variable or assigns to one. The expression
// is the variable.
func (s *scope) declare(p *parse.PipeNode) (expr, step, error) {
	e, err := s.commands(p, p.Cmds)
	if err != nil {
		return expr{}, nil, err
	}
	if len(p.Decl) != 1 || e.value == nil {
		return expr{}, nil, unknown(p, "such a declaration")
	}
	name, slot := p.Decl[0].Ident[0], 0
	if p.IsAssign {
		v, ok := s.variable(name)
		if !ok || v.typ != e.typ || v.slot == 0 {
			return expr{}, nil, unknown(p, "a variable that changes its type")
		}
		slot = v.slot
	} else {
		slot = s.newSlot()
		s.vars = append(s.vars, variable{name, e.typ, slot})
	}
	value := e.value
	return slotExpr(e.typ, slot), func(m *machine) flow { *m.slot(slot) = value(m); return onward }, nil
}

// branch compiles if and with. What its pipeline declares can be used in both lists.
func (s scope) branch(n *parse.BranchNode, with bool) (step, error) {
	s.vars = s.vars[:len(s.vars):len(s.vars)]
	e, before, err := s.condition(n.Pipe, with)
	if err != nil {
		s.goOn(n, !with, err)
		return nil, err
	}
	truth := e.truth
	then := s
	slot := 0
	if with {
		slot = s.newSlot()
		then.dot, then.dotType = slot, e.typ
		if truth, err = truthOf(n, slotExpr(e.typ, slot)); err != nil {
			return nil, err
		}
	} else if truth == nil {
		if truth, err = truthOf(n, e); err != nil {
			return nil, err
		}
	}
	list, err := then.list(n.List)
	other, errOther := s.list(n.ElseList)
	if err = cmp.Or(err, errOther); err != nil {
		return nil, err
	}
	return func(m *machine) flow {
		if before != nil {
			before(m)
		}
		if with {
			*m.slot(slot) = e.value(m)
		}
		if truth(m) {
			return list(m)
		}
		return other(m)
	}, nil
}

// condition compiles the pipeline of a branch, with a step that comes before it.
func (s *scope) condition(p *parse.PipeNode, value bool) (e expr, before step, err error) {
	if len(p.Decl) > 0 {
		e, before, err = s.declare(p)
	} else {
		e, err = s.commands(p, p.Cmds)
	}
	if err == nil && value && e.value == nil {
		err = unknown(p, "a value of no certain type")
	}
	return e, before, err
}

// loop compiles range over slices and arrays.
func (s scope) loop(n *parse.RangeNode) (step, error) {
	e, elem, err := s.elements(n)
	if err != nil {
		s.goOn(&n.BranchNode, false, err)
		return nil, err
	}
	in := s
	in.vars = s.vars[:len(s.vars):len(s.vars)]
	in.dot, in.dotType = s.newSlot(), elem
	l := looping{value: e.value, index: -1, dot: in.dot, elem: -1, boxed: elem.Kind() == reflect.Interface}
	decl := n.Pipe.Decl
	if len(decl) == 2 {
		l.index = s.newSlot()
		in.vars = append(in.vars, variable{decl[0].Ident[0], reflect.TypeFor[int](), l.index})
		decl = decl[1:]
	}
	if len(decl) == 1 {
		l.elem = s.newSlot()
		in.vars = append(in.vars, variable{decl[0].Ident[0], elem, l.elem})
	}
	var errOther error
	l.list, err = in.list(n.List)
	l.other, errOther = s.list(n.ElseList)
	return l.run, cmp.Or(err, errOther)
}

// elements compiles what a range goes over, and tells of which type its elements are.
func (s *scope) elements(n *parse.RangeNode) (e expr, elem reflect.Type, err error) {
	if n.Pipe.IsAssign || len(n.Pipe.Decl) > 0 && n.ElseList != nil {
		return expr{}, nil, unknown(n.Pipe, "range with such variables")
	}
	if e, err = s.commands(n.Pipe, n.Pipe.Cmds); err == nil {
		e, err = deref(n.Pipe, e)
	}
	if err != nil {
		return expr{}, nil, err
	}
	if k := e.typ.Kind(); k != reflect.Slice && k != reflect.Array {
		return expr{}, nil, unknown(n.Pipe, "range over "+e.typ.String())
	}
	elem, err = plain(n.Pipe, e.typ.Elem())
	return e, elem, err
}

// looping is a compiled range.
type looping struct {
	value       func(*machine) reflect.Value
	list, other step
	// Slots; there is no variable for the index or the element where that is negative.
	dot, index, elem int
	boxed            bool // elements are of type any
}

func (l looping) run(m *machine) flow {
	all := l.value(m)
	count := all.Len()
	if count == 0 {
		return l.other(m)
	}
	for i := 0; i < count && !m.failed; i++ {
		if l.index >= 0 {
			*m.slot(l.index) = reflect.ValueOf(i)
		}
		elem := all.Index(i)
		if l.boxed {
			elem = elem.Elem()
		}
		*m.slot(l.dot) = elem
		if l.elem >= 0 {
			*m.slot(l.elem) = elem
		}
		if l.list(m) == broken {
			break
		}
	}
	return onward
}

// inner compiles the call of a template. It gets a dot and no variables.
func (s *scope) inner(n *parse.TemplateNode) (step, error) {
	if n.Pipe == nil {
		b, err := s.template(n.Name, nil)
		if err != nil {
			return nil, err
		}
		return func(m *machine) flow { m.call(b, reflect.Value{}); return onward }, nil
	}
	if len(n.Pipe.Decl) > 0 {
		return nil, unknown(n, "a declaration here")
	}
	e, err := s.commands(n.Pipe, n.Pipe.Cmds)
	if err != nil {
		return nil, err
	}
	if e.value == nil {
		return nil, unknown(n, "a value of no certain type")
	}
	b, err := s.template(n.Name, e.typ)
	if err != nil {
		return nil, err
	}
	return func(m *machine) flow { m.call(b, e.value(m)); return onward }, nil
}
