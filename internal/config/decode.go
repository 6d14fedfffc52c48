package config

import (
	"errors"
	"fmt"

	"github.com/BurntSushi/toml"
)

// values is a table as the TOML library gives it: strings, int64, float64, bool,
// time.Time, []any, and tables of its own.
type values map[string]any

// decode reads a text. Besides its errors the library panics where it finds a fault
// in itself; that must not end a program over a broken file.
func decode(text string) (v values, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			v, err = nil, fmt.Errorf("the TOML library cannot read this: %v", fault)
		}
	}()
	_, err = toml.Decode(text, &v)
	return v, err
}

// syntax turns an error of decode into a problem with its place.
func (d *document) syntax(err error) Problem {
	p := Problem{File: d.name, Line: 1, Col: 1, Text: err.Error()}
	var at toml.ParseError
	if errors.As(err, &at) {
		p.Line, p.Col = d.index.place(at.Position.Start)
		p.Text = "not TOML: " + at.Message
	}
	return p
}
