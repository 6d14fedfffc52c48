package demo

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// kind is the type of an XML-RPC value, as far as the tracker knows any.
type kind int

const (
	kindString kind = iota
	kindInt
	kindDouble
	kindBoolean
	kindBinary // base64 and dateTime.iso8601: no method takes or gives them
	kindArray
	kindStruct
)

// value is one XML-RPC value. Only the fields of its kind are set.
type value struct {
	kind    kind
	text    string // string, double
	number  int64  // int; a boolean is 0 or 1
	items   []value
	members []member
}

// member is a named value of a struct. Structs are lists because the tracker
// sends members in a fixed order.
type member struct {
	name  string
	value value
}

func text(s string) value            { return value{kind: kindString, text: s} }
func number(n int64) value           { return value{kind: kindInt, number: n} }
func list(items ...value) value      { return value{kind: kindArray, items: items} }
func record(members ...member) value { return value{kind: kindStruct, members: members} }

func boolean(b bool) value {
	v := value{kind: kindBoolean}
	if b {
		v.number = 1
	}
	return v
}

// field makes a member with a text, which is how the tracker sends nearly
// everything, numbers included.
func field(name, s string) member { return member{name, text(s)} }

// member returns the named member of a struct.
func (v value) member(name string) (value, bool) {
	i := slices.IndexFunc(v.members, func(m member) bool { return m.name == name })
	if i < 0 {
		return value{}, false
	}
	return v.members[i].value, true
}

// elements returns the values of an array or of a struct, and nothing of any
// other value: the tracker does not check arguments that it declares as arrays.
func (v value) elements() []value {
	if v.kind == kindStruct {
		all := make([]value, len(v.members))
		for i, m := range v.members {
			all[i] = m.value
		}
		return all
	}
	return v.items
}

// fault is an XML-RPC fault. The codes and texts are Drupal's.
type fault struct {
	code int64
	text string
}

func (f *fault) Error() string { return f.text }

func (f *fault) value() value {
	return record(member{"faultCode", number(f.code)}, field("faultString", f.text))
}

var (
	errParse      = &fault{-32700, "Parse error. Request not well formed."}
	errNotACall   = &fault{-32600, "Server error. Invalid XML-RPC. Request must be a methodCall."}
	errCount      = &fault{-32602, "Server error. Wrong number of method parameters."}
	errType       = &fault{-32602, "Server error. Invalid method parameters."}
	errDuplicate  = &fault{-156579, "Too many duplicate method calls in system.multicall."}
	errRecursive  = &fault{-32600, "Recursive calls to system.multicall are forbidden."}
	errMultiShape = &fault{3, "Invalid syntax for system.multicall."}
)

func unknownMethod(name string) *fault {
	return &fault{-32601, "Server error. Requested method " + name + " not specified."}
}

// call is a request: a method and its arguments.
type call struct {
	method string
	params []value
}

// maxDepth bounds how deep arrays and structs may be nested in a request.
const maxDepth = 32

// parseCall reads a request the way Drupal's parser does, which matters where a
// request is odd: values are pushed as their closing tags come, without a look at
// what encloses them, so an unknown type is dropped silently and a body that is
// cut short is used as far as it goes.
func parseCall(body io.Reader) (call, error) {
	p := parser{}
	decoder := xml.NewDecoder(body)
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) || cutShort(err) {
			return p.finish()
		}
		if err != nil || !p.take(token) {
			return call{}, errParse
		}
	}
}

func cutShort(err error) bool {
	var syntax *xml.SyntaxError
	return errors.As(err, &syntax) && syntax.Msg == "unexpected EOF"
}

// parser is the state of parseCall between two tags.
type parser struct {
	root   string
	call   call
	open   []value  // arrays and structs that are not closed yet
	names  []string // member names, innermost last
	last   string   // the tag that was opened last, if none was closed since
	buffer strings.Builder
}

// take reports whether the token may stand in a request.
func (p *parser) take(token xml.Token) bool {
	switch t := token.(type) {
	case xml.StartElement:
		return p.start(t.Name.Local)
	case xml.EndElement:
		return p.end(t.Name.Local)
	case xml.CharData:
		p.buffer.Write(t)
	case xml.Directive:
		return false // no DTD, so no entities of the sender's own
	}
	return true
}

func (p *parser) start(tag string) bool {
	p.buffer.Reset()
	p.last = tag
	switch tag {
	case "data":
		p.open = append(p.open, value{kind: kindArray})
	case "struct":
		p.open = append(p.open, value{kind: kindStruct})
	case "methodCall", "methodResponse", "fault":
		if p.root == "" {
			p.root = tag
		}
	}
	return p.root != "" && len(p.open) <= maxDepth
}

func (p *parser) end(tag string) bool {
	s := p.buffer.String()
	if v, ok := p.closed(tag, s); ok {
		p.push(v)
	}
	switch tag {
	case "methodName":
		p.call.method = strings.TrimSpace(s)
	case "name":
		p.names = append(p.names, strings.TrimSpace(s))
	case "member":
		p.names = p.names[:max(len(p.names)-1, 0)]
	}
	p.buffer.Reset()
	p.last = ""
	return true
}

// closed returns the value that a closing tag completes.
func (p *parser) closed(tag, s string) (value, bool) {
	switch tag {
	case "int", "i4":
		return number(leadingInt(s)), true
	case "double":
		return value{kind: kindDouble, text: s}, true
	case "string":
		return text(s), true
	case "boolean":
		trimmed := strings.TrimSpace(s)
		return boolean(trimmed != "" && trimmed != "0"), true
	case "dateTime.iso8601", "base64":
		return value{kind: kindBinary, text: s}, true
	case "value": // without a type it is a string
		return text(s), p.last == "value" || strings.TrimSpace(s) != ""
	case "data", "struct":
		return p.pop()
	}
	return value{}, false
}

func (p *parser) pop() (value, bool) {
	if len(p.open) == 0 {
		return value{}, false
	}
	v := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	return v, true
}

func (p *parser) push(v value) {
	if len(p.open) == 0 {
		p.call.params = append(p.call.params, v)
		return
	}
	into := &p.open[len(p.open)-1]
	if into.kind == kindArray {
		into.items = append(into.items, v)
		return
	}
	name := ""
	if len(p.names) > 0 {
		name = p.names[len(p.names)-1]
	}
	into.members = append(into.members, member{name, v})
}

func (p *parser) finish() (call, error) {
	switch p.root {
	case "":
		return call{}, errParse
	case "methodCall":
		return p.call, nil
	}
	return call{}, errNotACall
}

// leadingInt reads a number as PHP casts a text: as far as it goes, else 0.
func leadingInt(s string) int64 {
	s = strings.TrimSpace(s)
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == 0 && strings.ContainsRune("+-", rune(s[0]))) {
		end++
	}
	n, err := strconv.ParseInt(s[:end], 10, 64)
	if errors.Is(err, strconv.ErrRange) || err == nil {
		return n // at a range error the nearest number, as in PHP
	}
	return 0
}

// escape is what Drupal's check_plain makes of a text.
var escape = strings.NewReplacer("&", "&amp;", `"`, "&quot;", "'", "&#039;", "<", "&lt;", ">", "&gt;")

// appendValue writes a value with the line breaks that the tracker puts in.
func appendValue(b *strings.Builder, v value) {
	switch v.kind {
	case kindInt:
		b.WriteString("<int>" + strconv.FormatInt(v.number, 10) + "</int>")
	case kindBoolean:
		b.WriteString("<boolean>" + strconv.FormatInt(v.number, 10) + "</boolean>")
	case kindArray:
		b.WriteString("<array><data>\n")
		for _, item := range v.items {
			b.WriteString("  <value>")
			appendValue(b, item)
			b.WriteString("</value>\n")
		}
		b.WriteString("</data></array>")
	case kindStruct:
		b.WriteString("<struct>\n")
		for _, m := range v.members {
			b.WriteString("  <member><name>" + escape.Replace(m.name) + "</name><value>")
			appendValue(b, m.value)
			b.WriteString("</value></member>\n")
		}
		b.WriteString("</struct>")
	default:
		b.WriteString("<string>" + escape.Replace(v.text) + "</string>")
	}
}

// encodeAnswer writes a whole answer.
func encodeAnswer(v value) string {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\"?>\n\n<methodResponse>\n  <params>\n  <param>\n    <value>")
	appendValue(&b, v)
	b.WriteString("</value>\n  </param>\n  </params>\n</methodResponse>\n\n")
	return b.String()
}

// encodeFault writes a fault, which Drupal lays out in another way than values.
func encodeFault(f *fault) string {
	return "<?xml version=\"1.0\"?>\n<methodResponse>\n  <fault>\n  <value>\n    <struct>\n" +
		"    <member>\n      <name>faultCode</name>\n      <value><int>" + strconv.FormatInt(f.code, 10) + "</int></value>\n    </member>\n" +
		"    <member>\n      <name>faultString</name>\n      <value><string>" + escape.Replace(f.text) + "</string></value>\n    </member>\n" +
		"    </struct>\n  </value>\n  </fault>\n</methodResponse>\n"
}
