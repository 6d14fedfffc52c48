package quick

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"text/template/parse"
)

// A Template writes what html/template or text/template would. It can be used by several
// goroutines at once.
type Template struct {
	dot  reflect.Type
	body *body
}

// Source is where templates come from. Trees returns the parse tree of the template of
// a name, after html/template has escaped it, nil for none; Functions are those that were
// given to the template before it was parsed.
type Source struct {
	Trees     func(name string) *parse.Tree
	Functions map[string]any
}

// New compiles the template of a name for a dot of one type. The error says what it does
// not know; the template has to be executed by html/template then.
func New(from Source, name string, dot reflect.Type) (*Template, error) {
	b, err := newCompiler(from).template(name, dot)
	if err != nil {
		return nil, err
	}
	return &Template{dot, b}, nil
}

// Execute appends to a buffer what the template makes of dot, which has the type that it
// was compiled for. It reports false, and leaves the buffer as it was, where that has an
// error, or may have one.
func (t *Template) Execute(out *bytes.Buffer, dot reflect.Value) (ok bool) {
	if dot.Type() != t.dot {
		return false
	}
	start := out.Len()
	m := machine{out: out, stack: make([]reflect.Value, 0, 64)}
	defer func() {
		// A method or function that panics is an error to text/template.
		if recover() != nil || m.failed {
			out.Truncate(start)
			ok = false
		}
	}()
	m.call(t.body, dot)
	return true
}

// machine is the state of one execution.
type machine struct {
	out *bytes.Buffer
	// stack has the slots of the templates that are being executed; those of the
	// innermost begin at base. The first of each is its dot, which is also $.
	stack []reflect.Value
	base  int
	depth int
	// failed says that something went wrong. What follows is thrown away; until then
	// values are the zero ones of their types.
	failed bool
}

// deepest is how deep templates may call each other. Those that are deeper are left to
// text/template, whose limit is higher.
const deepest = 1000

func (m *machine) slot(i int) *reflect.Value { return &m.stack[m.base+i] }

// call executes a template.
func (m *machine) call(b *body, dot reflect.Value) {
	if m.depth == deepest {
		m.failed = true
	}
	if m.failed {
		return
	}
	before := m.base
	m.base = len(m.stack)
	for range b.slots {
		m.stack = append(m.stack, reflect.Value{})
	}
	*m.slot(0) = dot
	m.depth++
	b.run(m)
	m.depth--
	m.stack = m.stack[:m.base]
	m.base = before
}

// fail notes that something went wrong, and returns a value to go on with.
func (m *machine) fail(t reflect.Type) reflect.Value {
	m.failed = true
	return zero(t)
}

// zero is the zero value of a type. That of any is no value, as everywhere here.
func zero(t reflect.Type) reflect.Value {
	if t == nil || t.Kind() == reflect.Interface {
		return reflect.Value{}
	}
	return reflect.Zero(t)
}

// A step is a compiled node; it says how the list that it stands in goes on.
type step func(*machine) flow

type flow uint8

const (
	onward flow = iota
	broken
	continued
)

// body is a template compiled for one type of dot.
type body struct {
	run   step
	slots int
}

type bodyKey struct {
	name string
	dot  reflect.Type
}

// compiler has what was compiled so far: a template is compiled for each type of dot that
// it meets.
type compiler struct {
	Source
	bodies map[bodyKey]*body
	// unchanged are the bytes that each chain of escapers leaves alone.
	unchanged map[string]*unchanged
	// missing is what templates take and will not find.
	missing []*NoField
}

func newCompiler(from Source) *compiler {
	return &compiler{Source: from, bodies: map[bodyKey]*body{}, unchanged: map[string]*unchanged{}}
}

// errUnknown is what is not known.
var errUnknown = errors.New("left to html/template")

// unknown says what is not known.
func unknown(n parse.Node, what string) error {
	return fmt.Errorf("%s: %s: %w", n, what, errUnknown)
}

func (c *compiler) template(name string, dot reflect.Type) (*body, error) {
	key := bodyKey{name, dot}
	if b := c.bodies[key]; b != nil {
		return b, nil
	}
	tree := c.Trees(name)
	if tree == nil || tree.Root == nil {
		return nil, fmt.Errorf("template %q: %w", name, errUnknown)
	}
	b := &body{slots: 1}
	c.bodies[key] = b // it may call itself
	s := scope{compiler: c, body: b, dotType: dot, vars: []variable{{"$", dot, 0}}}
	run, err := s.list(tree.Root)
	if err != nil {
		return nil, fmt.Errorf("template %q: %w", name, err)
	}
	b.run = run
	return b, nil
}
