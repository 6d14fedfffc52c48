package qatracker

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"shiplist/internal/plaintext"
)

const (
	// maxDepth is how deep values may lie in one another. The deepest real ones are
	// bugs of results in a multicall, at 6.
	maxDepth = 16
	// maxValues bounds the memory that an answer can take; a build has ten.
	maxValues = 1 << 20
)

// kind is what a value is. Numbers, booleans and dates are texts: the tracker sends
// most of them as strings, and nobody should depend on which.
type kind uint8

const (
	scalar kind = iota
	list
	structure
)

func (k kind) String() string {
	return [...]string{"a single value", "a list", "a struct"}[k]
}

// value is one value of an answer.
type value struct {
	kind  kind
	text  string   // of a scalar
	items []value  // of a list, or of the members of a struct
	names []string // of the members, beside items
}

// fault is the tracker's own error.
type fault struct {
	code, text string
}

func (f *fault) Error() string {
	return fmt.Sprintf("fault %s: %s", f.code, f.text)
}

var (
	errDepth     = fmt.Errorf("values nested deeper than %d", maxDepth)
	errDirective = errors.New("a document type declaration, which XML-RPC does not have")
)

// decode reads a whole XML-RPC answer: its value, or the [*fault] that it is. The
// text must be UTF-8 without control characters; see readable.
func decode(text []byte) (value, error) { return decodeMost(text, maxValues) }

// decodeMost is decode for at most that many values.
func decodeMost(text []byte, most int) (value, error) {
	if err := refuseHTML(text); err != nil {
		return value{}, err
	}
	d := &decoder{x: xml.NewDecoder(bytes.NewReader(text)), most: most, names: make(map[string]string)}
	// The text has been brought to UTF-8 already, whatever its declaration says.
	d.x.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	v, err := d.response()
	if f := (*fault)(nil); err != nil && !errors.As(err, &f) {
		line, column := d.x.InputPos()
		return value{}, fmt.Errorf("not a whole XML-RPC answer: line %d, column %d: %w", line, column, err)
	}
	return v, err
}

// refuseHTML tells a web page by how it begins.
func refuseHTML(text []byte) error {
	head := bytes.ToLower(bytes.TrimLeft(text[:min(len(text), 4<<10)], "\ufeff \t\r\n"))
	if !bytes.HasPrefix(head, []byte("<!doctype html")) && !bytes.HasPrefix(head, []byte("<html")) {
		return nil
	}
	title := ""
	if _, rest, ok := bytes.Cut(head, []byte("<title>")); ok {
		name, _, _ := bytes.Cut(rest, []byte("</title>"))
		title = fmt.Sprintf(" (%q)", plaintext.Line(string(name), 80))
	}
	return fmt.Errorf("an HTML page%s came instead of an XML-RPC answer", title)
}

// decoder reads the elements of XML-RPC and no others.
type decoder struct {
	x     *xml.Decoder
	depth int
	count int
	most  int
	width int               // of the struct before: the next one is mostly alike
	names map[string]string // each member's name once
}

// next is the next token that means something.
func (d *decoder) next() (xml.Token, error) {
	for {
		token, err := d.x.Token()
		if err != nil {
			return nil, err
		}
		switch token.(type) {
		case xml.Directive:
			return nil, errDirective
		case xml.StartElement, xml.EndElement, xml.CharData:
			return token, nil
		}
	}
}

// child is the name of the next element inside the current one, or empty when the
// current one ends.
func (d *decoder) child(names ...string) (string, error) {
	for {
		token, err := d.next()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if !slices.Contains(names, t.Name.Local) {
				return "", fmt.Errorf("unexpected element <%s>", plaintext.Line(t.Name.Local, 40))
			}
			return t.Name.Local, nil
		case xml.EndElement:
			return "", nil
		case xml.CharData:
			if s := strings.TrimSpace(string(t)); s != "" {
				return "", fmt.Errorf("unexpected text %q", plaintext.Line(s, 40))
			}
		}
	}
}

// into enters the next element, which must have that name.
func (d *decoder) into(name string) error {
	got, err := d.child(name)
	if err == nil && got == "" {
		err = fmt.Errorf("no element <%s>", name)
	}
	return err
}

// out leaves the current element, which must have no further one inside.
func (d *decoder) out() error {
	_, err := d.child()
	return err
}

func (d *decoder) response() (value, error) {
	if err := d.into("methodResponse"); err != nil {
		return value{}, noEOF(err)
	}
	what, err := d.child("params", "fault")
	if err != nil {
		return value{}, noEOF(err)
	}
	var v value
	switch what {
	case "":
		err = errors.New("an empty methodResponse")
	case "fault":
		v, err = d.only("value")
	default:
		v, err = d.only("param", "value")
	}
	if err == nil {
		err = d.end()
	}
	if err == nil && what == "fault" {
		return value{}, asFault(v)
	}
	return v, noEOF(err)
}

// only reads the one value at the end of path and leaves path and the element
// around it.
func (d *decoder) only(path ...string) (value, error) {
	for _, name := range path {
		if err := d.into(name); err != nil {
			return value{}, err
		}
	}
	v, err := d.value()
	for range path {
		if err != nil {
			return value{}, err
		}
		err = d.out()
	}
	return v, err
}

// end leaves methodResponse, after which nothing may come.
func (d *decoder) end() error {
	if err := d.out(); err != nil {
		return err
	}
	if _, err := d.child(); err != io.EOF {
		return err
	}
	return nil
}

// noEOF words the end of an answer for people.
func noEOF(err error) error {
	if err == io.EOF {
		return errors.New("it ends too early")
	}
	return err
}

// asFault reads the struct of a fault; wherever one stands.
func asFault(v value) *fault {
	return &fault{code: plaintext.Line(v.member("faultCode"), 20), text: plaintext.Line(v.member("faultString"), 200)}
}

// value reads what is in a value element, and its end.
func (d *decoder) value() (value, error) {
	d.depth++
	defer func() { d.depth-- }()
	d.count++
	switch {
	case d.depth > maxDepth:
		return value{}, errDepth
	case d.count > d.most:
		return value{}, fmt.Errorf("more than %d values", d.most)
	}
	// Text without an element is a string; with one, it is white space.
	var text strings.Builder
	for {
		token, err := d.next()
		if err != nil {
			return value{}, err
		}
		switch t := token.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			return value{text: text.String()}, nil
		case xml.StartElement:
			v, err := d.typed(t.Name.Local)
			if err != nil {
				return value{}, err
			}
			return v, d.out()
		}
	}
}

// typed reads a value of the type, and the end of the type's element.
func (d *decoder) typed(name string) (value, error) {
	switch name {
	case "string", "int", "i4", "i8", "boolean", "double", "dateTime.iso8601", "base64", "nil":
		text, err := d.text()
		if name != "string" {
			text = strings.TrimSpace(text)
		}
		return value{text: text}, err
	case "array":
		return d.array()
	case "struct":
		return d.structure()
	}
	return value{}, fmt.Errorf("unknown type <%s>", plaintext.Line(name, 40))
}

// text reads text up to the end of its element. Comments and CDATA sections may cut
// it into pieces.
func (d *decoder) text() (string, error) {
	var text strings.Builder
	for {
		token, err := d.next()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			return text.String(), nil
		case xml.StartElement:
			return "", fmt.Errorf("unexpected element <%s>", plaintext.Line(t.Name.Local, 40))
		}
	}
}

func (d *decoder) array() (value, error) {
	v := value{kind: list}
	name, err := d.child("data")
	if err != nil || name == "" {
		return v, err
	}
	for {
		name, err := d.child("value")
		if err != nil {
			return v, err
		}
		if name == "" {
			return v, d.out()
		}
		item, err := d.value()
		if err != nil {
			return v, err
		}
		v.items = append(v.items, item)
	}
}

func (d *decoder) structure() (value, error) {
	v := value{kind: structure, items: make([]value, 0, d.width), names: make([]string, 0, d.width)}
	for {
		name, err := d.child("member")
		if err != nil || name == "" {
			d.width = min(len(v.items), 32)
			return v, err
		}
		if err := d.into("name"); err != nil {
			return v, err
		}
		name, err = d.text()
		if err != nil {
			return v, err
		}
		item, err := d.only("value")
		if err != nil {
			return v, err
		}
		v.names, v.items = append(v.names, d.name(name)), append(v.items, item)
	}
}

// name keeps one copy of each name: a large answer has few different ones.
func (d *decoder) name(s string) string {
	if known, ok := d.names[s]; ok {
		return known
	}
	d.names[s] = s
	return s
}

// member is the text of a struct's member; empty where there is none.
func (v value) member(name string) string { return v.at(name).text }

// at is a member of a struct, the first of its name; an empty text where there is
// none.
func (v value) at(name string) value {
	if i := slices.Index(v.names, name); i >= 0 {
		return v.items[i]
	}
	return value{}
}
