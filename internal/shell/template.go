package shell

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"mvdan.cc/sh/v3/syntax"
)

// Template is the form of a command of one line: a text/template whose data is a
// struct of Word and Words.
type Template struct{ t *template.Template }

// functions are those that a template may call. The others of text/template change
// or cut what they print, and with it the quotes.
var functions = []string{"and", "or", "not"}

// Parse reads a template for data of the type of sample, a struct whose fields are
// all Word or Words. An error says what is wrong with the text: that it is no
// template, that it names what is not there, that what it makes is no command of one
// line, or that a name could break out of it, as it can where a word stands inside
// quotes.
func Parse(text string, sample any) (*Template, error) {
	t, err := template.New("command").Parse(text)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	if len(t.Templates()) > 1 {
		return nil, errors.New("defines a template; a command is one")
	}
	if err := checkNode(t.Root); err != nil {
		return nil, err
	}
	made := &Template{t}
	for _, fill := range []fillOption{{}, {optional: true}} {
		if err := made.try(reflect.TypeOf(sample), fill); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// Execute makes the command of data.
func (t *Template) Execute(data any) (string, error) {
	var b strings.Builder
	if err := t.t.Execute(&b, data); err != nil {
		return "", errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	line := strings.TrimSpace(b.String())
	switch {
	case line == "":
		return "", errors.New("makes an empty line")
	case strings.ContainsAny(line, "\n\r"):
		return "", errors.New("makes more than one line; a command is one")
	}
	return line, nil
}

// checkNode refuses the functions that may not be called, and numbers, by which a
// template could go on for ever.
func checkNode(root parse.Node) error {
	var err error
	visit(reflect.ValueOf(root), func(n parse.Node) {
		switch n := n.(type) {
		case *parse.IdentifierNode:
			if err == nil && !slices.Contains(functions, n.Ident) {
				err = fmt.Errorf("calls %s; a command may only call %s", n.Ident, strings.Join(functions, ", "))
			}
		case *parse.NumberNode:
			err = cmp.Or(err, fmt.Errorf("has the number %s within braces; a command may not count", n.Text))
		}
	})
	return err
}

// visit finds the nodes of a tree, which have no common way down.
func visit(v reflect.Value, found func(parse.Node)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return
		}
		if _, up := v.Interface().(*parse.Tree); up {
			return
		}
		if n, ok := v.Interface().(parse.Node); ok && v.Kind() == reflect.Pointer {
			found(n)
		}
		visit(v.Elem(), found)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				visit(v.Field(i), found)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), found)
		}
	}
}

// hostile is a name with everything in it by which a name could get out of quotes.
const hostile = "a'b\"c $(d) `e` \\ ; #f {g,h} * ~ $i =k &"

type fillOption struct {
	optional bool // fill in what may be left out, too
}

// try makes a command of harmless words and one of hostile ones and refuses the
// template when the two are not built alike.
func (t *Template) try(data reflect.Type, o fillOption) error {
	harmless, err := t.shape(data, "word", o)
	if err != nil {
		return err
	}
	twisted, err := t.shape(data, hostile, o)
	if err != nil || !slices.Equal(harmless, twisted) {
		return errors.New("puts a word where a name could break out of it; let each stand by itself, without quotes around it")
	}
	return nil
}

// shape is how bash would read the command that a template makes of one word
// everywhere: the kinds of its parts in order, but for literal text and its quotes.
func (t *Template) shape(data reflect.Type, text string, o fillOption) ([]string, error) {
	sample := reflect.New(data).Elem()
	word, err := Quote(text)
	if err != nil {
		return nil, err
	}
	for i := range sample.NumField() {
		switch f := sample.Field(i); f.Interface().(type) {
		case Word:
			f.Set(reflect.ValueOf(word))
		case Words:
			if o.optional {
				f.Set(reflect.ValueOf(Words{word, word}))
			}
		default:
			return nil, fmt.Errorf("%s.%s is neither a Word nor Words", data, data.Field(i).Name)
		}
	}
	line, err := t.Execute(sample.Interface())
	if err != nil {
		return nil, err
	}
	return shapeOf(line)
}

func shapeOf(line string) ([]string, error) {
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash), syntax.KeepComments(true)).Parse(strings.NewReader(line), "")
	if err != nil {
		return nil, fmt.Errorf("%s is no command for bash: %w", line, err)
	}
	var kinds []string
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n.(type) {
		case nil, *syntax.Lit, *syntax.SglQuoted, *syntax.DblQuoted:
		default:
			kinds = append(kinds, fmt.Sprintf("%T", n))
		}
		return true
	})
	return kinds, nil
}
