package quick

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"text/template/parse"
)

// NoField is a field or method that a template takes from a value that has none of the
// name.
type NoField struct {
	Location string // "pages/home.html:2:8": file, line, and column in bytes from 0
	Context  string // what is taken: ".Titel"
	Type     reflect.Type
	Name     string

	node parse.Node
}

func (e *NoField) Error() string {
	return fmt.Sprintf("%s: no field %s of %s: %v", e.node, e.Name, e.Type, errUnknown)
}

// Unwrap says that the template is left to html/template, which tells the mistake.
func (e *NoField) Unwrap() error { return errUnknown }

// Missing returns what the template of a name, and those that it calls, take from a dot
// of one type and will not find there, each place once. No data is needed for it, so that
// it sees also what is shown rarely or never. Where it does not know a type, as of what a
// function got from anywhere, it finds nothing.
func Missing(from Source, name string, dot reflect.Type) []*NoField {
	c := newCompiler(from)
	_, _ = c.template(name, dot) // what is not known is no mistake
	for _, e := range c.missing {
		e.Location, e.Context = from.Trees(name).ErrorContext(e.node)
	}
	return c.missing
}

// met keeps an error that says what is missing.
func (c *compiler) met(err error) {
	var one *NoField
	if !errors.As(err, &one) {
		return
	}
	same := func(e *NoField) bool { return e.node == one.node && e.Name == one.Name }
	if !slices.ContainsFunc(c.missing, same) {
		c.missing = append(c.missing, one)
	}
}

// goOn looks into the lists of a branch whose pipeline has an error. In the first one dot is
// not known, where it would be what the pipeline gives.
func (s scope) goOn(n *parse.BranchNode, sameDot bool, err error) {
	s.met(err)
	then := s
	if !sameDot {
		then.dotType = nil
	}
	_, _ = then.list(n.List) // they keep what they find
	_, _ = s.list(n.ElseList)
}
