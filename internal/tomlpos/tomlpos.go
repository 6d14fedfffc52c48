// Package tomlpos tells where the keys of a TOML text stand, so that a value that is
// wrong can be shown with line and column. The TOML library tells positions for
// syntax errors only.
//
// An [Index] is made by a scanner that knows just enough of TOML to skip over
// values. For a text that the library accepts it finds every key that the library
// finds; what it finds in any other text does not matter, because nobody asks. It
// does not read values: that is the library's part, see [Decode].
package tomlpos

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// MaxDepth is how deep arrays and inline tables may be nested. The library goes
// down by recursion and has no limit of its own.
const MaxDepth = 64

// Index knows where the keys of a text stand. A path is written tracker[0].url,
// with keys in quotes where TOML wants them so; see [Join] and [Element].
type Index struct {
	text  string
	lines []int          // where each line begins
	keys  map[string]int // path to offset
	// values are where the values of keys begin.
	values map[string]int
}

// New makes the index of a text.
func New(text string) *Index {
	x := lines(text)
	x.keys, x.values = map[string]int{}, map[string]int{}
	s := scanner{Index: x, arrays: map[string]int{}}
	s.document()
	return x
}

// lines makes an index that knows lines only.
func lines(text string) *Index {
	x := &Index{text: text, lines: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' {
			x.lines = append(x.lines, i+1)
		}
	}
	return x
}

// Find returns the line and column of a path, or of the nearest part of it that has
// a place, both from 1; columns count characters.
func (x *Index) Find(path string) (line, col int) {
	offset, there := x.keys[path]
	for !there && path != "" {
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
		offset, there = x.keys[path]
	}
	return x.place(offset)
}

// Value returns where the value of a key begins, in bytes: at its first quote, if it has
// any. It is false for a table that is no inline one, and for what is not there.
func (x *Index) Value(path string) (offset int, ok bool) {
	offset, ok = x.values[path]
	return offset, ok
}

// An Error is a text that is not TOML, or not any that we read.
type Error struct {
	Line, Col int // from 1
	Text      string
}

func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Col, e.Text) }

// Decode reads a text with the TOML library: strings, int64, float64, bool,
// time.Time, []any, and tables. Any error is an [*Error].
func Decode(text string) (v map[string]any, err error) {
	if at := tooDeep(text); at >= 0 {
		line, col := lines(text).place(at)
		return nil, &Error{line, col, fmt.Sprintf("nested more than %d deep", MaxDepth)}
	}
	return decode(text)
}

// decode keeps a fault that the library finds in itself, at which it panics, from
// ending a program over a broken file.
func decode(text string) (v map[string]any, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			v, err = nil, &Error{1, 1, fmt.Sprintf("the TOML library cannot read this: %v", fault)}
		}
	}()
	var d document
	if _, err := toml.Decode(text, &d); err != nil {
		return nil, syntax(text, err)
	}
	return d, nil
}

// document takes a text as it was parsed, before the library looks for places in Go
// types, which is the slower half of its work.
type document map[string]any

// UnmarshalTOML keeps the parsed text.
func (d *document) UnmarshalTOML(parsed any) error {
	m, ok := parsed.(map[string]any)
	if !ok {
		return errors.New("not a table")
	}
	*d = m
	return nil
}

// syntax gives an error of the library its place.
func syntax(text string, err error) error {
	var at toml.ParseError
	if !errors.As(err, &at) {
		return &Error{1, 1, err.Error()}
	}
	line, col := lines(text).place(at.Position.Start)
	return &Error{line, col, "not TOML: " + at.Message}
}

// tooDeep returns where brackets are nested deeper than MaxDepth, or -1.
func tooDeep(text string) int {
	s := scanner{Index: &Index{text: text}}
	for depth := 0; ; s.at++ {
		s.until("[]{}#\"'")
		switch c := s.peek(); c {
		case 0:
			return -1
		case '#':
			s.until("\n")
			s.at-- // the loop adds it again
		case '"', '\'':
			s.quoted(c)
			s.at--
		case '[', '{':
			if depth++; depth > MaxDepth {
				return s.at
			}
		default:
			depth--
		}
	}
}

// place turns an offset into line and column, both from 1; columns count
// characters.
func (x *Index) place(offset int) (line, col int) {
	offset = min(max(offset, 0), len(x.text))
	line = sort.SearchInts(x.lines, offset+1)
	begin := x.lines[line-1]
	return line, utf8.RuneCountInString(strings.TrimPrefix(x.text[begin:offset], byteOrderMark)) + 1
}

// byteOrderMark may stand at the beginning of a text; no editor counts it as a column.
const byteOrderMark = "\ufeff"

// scanner walks over a text once.
type scanner struct {
	*Index
	at     int
	arrays map[string]int // how many tables an array of tables has so far
}

// part is one part of a dotted key.
type part struct {
	name   string
	offset int
}

func (s *scanner) document() {
	if strings.HasPrefix(s.text, byteOrderMark) {
		s.at = len(byteOrderMark)
	}
	table := ""
	for s.blank(); s.at < len(s.text); s.blank() {
		before := s.at
		if s.peek() == '[' {
			table = s.header()
		} else {
			s.pair(table, 0)
		}
		if s.at == before { // not TOML; the library will say so
			s.at++
		}
	}
}

// peek returns the byte at the place of the scanner, 0 at the end.
func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

// skip moves over all bytes of set.
func (s *scanner) skip(set string) {
	for s.at < len(s.text) && strings.IndexByte(set, s.text[s.at]) >= 0 {
		s.at++
	}
}

// until moves to the next byte of set, or to the end.
func (s *scanner) until(set string) {
	if i := strings.IndexAny(s.text[s.at:], set); i >= 0 {
		s.at += i
	} else {
		s.at = len(s.text)
	}
}

// blank moves over blanks, ends of lines and comments.
func (s *scanner) blank() {
	for {
		s.skip(" \t\r\n")
		if s.peek() != '#' {
			return
		}
		s.until("\n")
	}
}

// mark notes where a path stands; its first place counts.
func (s *scanner) mark(path string, offset int) {
	if _, there := s.keys[path]; !there {
		s.keys[path] = offset
	}
}

// header moves over [a.b] or [[a.b]] and returns the path of the table that it opens.
func (s *scanner) header() string {
	array := strings.HasPrefix(s.text[s.at:], "[[")
	s.skip("[")
	parts := s.key()
	path := ""
	for i, p := range parts {
		path = Join(path, p.name)
		s.mark(path, p.offset)
		if array && i == len(parts)-1 {
			s.arrays[path]++
		}
		if n := s.arrays[path]; n > 0 {
			path = Element(path, n-1)
			s.mark(path, p.offset)
		}
	}
	s.skip(" \t]")
	return path
}

// pair moves over key = value in the table of that path.
func (s *scanner) pair(path string, depth int) {
	for _, p := range s.key() {
		path = Join(path, p.name)
		s.mark(path, p.offset)
	}
	if s.peek() == '=' {
		s.at++
		s.skip(" \t")
		if _, there := s.values[path]; !there {
			s.values[path] = s.at
		}
		s.value(path, depth)
	}
}

// key moves over a dotted key and the blanks around it.
func (s *scanner) key() []part {
	var parts []part
	for {
		s.skip(" \t")
		begin := s.at
		if c := s.peek(); c == '"' || c == '\'' {
			s.text1(c)
			parts = append(parts, part{unquote(s.text[begin:s.at]), begin})
		} else {
			s.until(" \t\r\n.=[]{},#\"'")
			parts = append(parts, part{s.text[begin:s.at], begin})
		}
		s.skip(" \t")
		if s.peek() != '.' {
			return parts
		}
		s.at++
	}
}

func (s *scanner) value(path string, depth int) {
	if depth > MaxDepth {
		s.at = len(s.text) // Decode refuses such a text
		return
	}
	switch c := s.peek(); c {
	case '"', '\'':
		s.quoted(c)
	case '[':
		s.array(path, depth)
	case '{':
		s.inline(path, depth)
	default:
		s.until(",]}#\n")
	}
}

func (s *scanner) array(path string, depth int) {
	s.at++
	for n := 0; ; n++ {
		s.between()
		if s.at >= len(s.text) {
			return
		}
		if s.peek() == ']' {
			s.at++
			return
		}
		before := s.at
		s.mark(Element(path, n), s.at)
		s.value(Element(path, n), depth+1)
		if s.at == before {
			s.at++
		}
	}
}

func (s *scanner) inline(path string, depth int) {
	s.at++
	for {
		s.between()
		if s.at >= len(s.text) {
			return
		}
		if s.peek() == '}' {
			s.at++
			return
		}
		before := s.at
		s.pair(path, depth+1)
		if s.at == before {
			s.at++
		}
	}
}

// between moves over what may stand between the elements of an array or table.
func (s *scanner) between() {
	for s.blank(); s.peek() == ','; s.blank() {
		s.at++
	}
}

// quoted moves over a string of any kind.
func (s *scanner) quoted(quote byte) {
	if strings.HasPrefix(s.text[s.at:], strings.Repeat(string(quote), 3)) {
		s.text3(quote)
	} else {
		s.text1(quote)
	}
}

// text1 moves over a string of one line.
func (s *scanner) text1(quote byte) {
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == quote:
			s.at++
			return
		case c == '\n':
			return
		case c == '\\' && quote == '"':
			s.at++
		}
	}
	s.at = min(s.at, len(s.text))
}

// text3 moves over a string of several lines. It may end in up to two quotes of
// its own before the three that close it.
func (s *scanner) text3(quote byte) {
	end := strings.Repeat(string(quote), 3)
	for s.at += 3; s.at < len(s.text); s.at++ {
		if s.text[s.at] == '\\' && quote == '"' {
			s.at++
			continue
		}
		if strings.HasPrefix(s.text[s.at:], end) {
			s.at += 3
			for range 2 {
				if s.peek() == quote {
					s.at++
				}
			}
			return
		}
	}
	s.at = min(s.at, len(s.text))
}

// Join adds a key to a path.
func Join(path, key string) string {
	if !bare(key) {
		key = strconv.Quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// Element is the path of an array's element.
func Element(path string, n int) string {
	return path + "[" + strconv.Itoa(n) + "]"
}

// bare reports whether a key needs no quotes.
func bare(key string) bool {
	for _, c := range key {
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return key != ""
}

// unquote reads a quoted key.
func unquote(raw string) string {
	inner := strings.Trim(raw, raw[:1])
	if raw[0] == '\'' || !strings.Contains(raw, `\`) {
		return inner
	}
	v, err := decode("key = " + raw)
	if name, ok := v["key"].(string); ok && err == nil {
		return name
	}
	return inner
}
