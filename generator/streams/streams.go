// Package streams writes lists of images in the simplestreams format: an index, and for
// each kind of content a file of its products, their versions and the files of each. The
// form is that of the files which Ubuntu's image trees have, to the byte: keys sorted,
// two blanks for each level, nothing but ASCII, a line break at the end.
//
// The format is described in doc/README of https://launchpad.net/simplestreams. What is
// in the lists is for whoever calls: nothing here knows what an image is.
package streams

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// What all of our lists have in common.
const (
	datatype       = "image-downloads"
	productsFormat = "products:1.0"
	indexFormat    = "index:1.0"
	// Dir is where index and lists stand, below the directory that they are for.
	Dir = "streams/v1/"
	// Index is the name of the index there.
	Index = "index.json"
)

// Product is one product of a list, such as com.ubuntu.releases:ubuntu:desktop:24.04:amd64.
// The fields stand in the order of the file, its versions behind them.
type Product struct {
	Aliases         string `json:"aliases"`
	Arch            string `json:"arch"`
	Type            string `json:"ftype,omitempty"` // set by [List.Write]: of all files of all versions, where they have one in common
	ImageType       string `json:"image_type"`
	OS              string `json:"os"`
	Release         string `json:"release"`
	ReleaseCodename string `json:"release_codename"`
	ReleaseTitle    string `json:"release_title"`
	Version         string `json:"version"`
}

// Item is one file.
type Item struct {
	Type   string // img.xz
	Path   string // from the directory to which the list belongs
	SHA256 string
	Size   int64 // in bytes
}

// List is the products of one kind of content. It keeps its files as they come, and sorts
// them when they are written: a list can have a hundred thousand.
type List struct {
	ContentID string
	Updated   time.Time
	products  map[string]*product
}

// product is a product with the files of all its versions.
type product struct {
	about Product
	files []versioned
}

type versioned struct {
	version string
	Item
}

// NewList returns a list without products.
func NewList(contentID string, updated time.Time) *List {
	return &List{ContentID: contentID, Updated: updated, products: map[string]*product{}}
}

// Add adds a file to a version of a product; about is the product where it is new. A
// version has one file of each type: the first stays.
func (l *List) Add(name string, about Product, version string, item Item) {
	p := l.products[name]
	if p == nil {
		p = &product{about: about}
		l.products[name] = p
	}
	p.files = append(p.files, versioned{version, item})
}

// Write writes the list, file by file.
func (l *List) Write(w io.Writer) error {
	b := bufio.NewWriter(w) // it keeps the first error for its end
	before, end := listHead(l.ContentID), "}"
	for _, name := range slices.Sorted(maps.Keys(l.products)) {
		_, _ = b.WriteString(before + "\n    " + quoted(name) + ": ")
		if err := l.products[name].write(b); err != nil {
			return err
		}
		before, end = ",", "\n  }"
	}
	if len(l.products) == 0 {
		end = before + end
	}
	_, _ = b.WriteString(end + ",\n  \"updated\": " + quoted(stamp(l.Updated)) + "\n}\n")
	return b.Flush()
}

// listHead is the begin of a list, up to its products.
func listHead(id string) string {
	return "{\n  \"content_id\": " + quoted(id) + ",\n  \"datatype\": " + quoted(datatype) + ",\n  \"format\": " + quoted(productsFormat) + ",\n  \"products\": {"
}

// write writes a product. What all files of a version, or of a product, have in common
// stands once, higher up, as the format has it: readers let it sink again. Of a file's
// fields only the type does so.
func (p *product) write(w *bufio.Writer) error {
	p.sort()
	p.about.Type = p.commonType()
	var head bytes.Buffer
	if err := encode(&head, "    ", &p.about); err != nil {
		return err
	}
	_, _ = w.Write(ascii(bytes.TrimSuffix(head.Bytes(), []byte("\n    }"))))
	_, _ = w.WriteString(",\n      \"versions\": {")
	for before, rest := "", p.files; len(rest) > 0; before = "," {
		n := versionEnd(rest)
		_, _ = w.WriteString(before)
		writeVersion(w, rest[:n], p.about.Type != "")
		rest = rest[n:]
	}
	_, err := w.WriteString("\n      }\n    }")
	return err
}

// sort sorts the files by version and type, and keeps the first of each.
func (p *product) sort() {
	slices.SortStableFunc(p.files, func(a, b versioned) int {
		return cmp.Or(strings.Compare(a.version, b.version), strings.Compare(a.Type, b.Type))
	})
	p.files = slices.CompactFunc(p.files, func(a, b versioned) bool { return a.version == b.version && a.Type == b.Type })
}

// commonType is the type of all files, where each version has one of that type alone.
func (p *product) commonType() string {
	for i, f := range p.files {
		if f.Type != p.files[0].Type || i > 0 && f.version == p.files[i-1].version {
			return ""
		}
	}
	return p.files[0].Type
}

// versionEnd is how many of some files are of the version of the first.
func versionEnd(files []versioned) int {
	for i := range files {
		if files[i].version != files[0].version {
			return i
		}
	}
	return len(files)
}

// writeVersion writes the files of one version; floated says that their type stands at the
// product.
func writeVersion(w *bufio.Writer, files []versioned, floated bool) {
	b := appendQuoted(append(w.AvailableBuffer(), "\n        "...), files[0].version)
	b = append(b, ": {"...)
	alone := len(files) == 1
	if alone && !floated {
		b = appendType(b, "\n          ", files[0].Type)
	}
	b = append(b, "\n          \"items\": {"...)
	for i := range files {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendItem(b, &files[i].Item, !alone)
		_, _ = w.Write(b)
		b = w.AvailableBuffer()
	}
	_, _ = w.Write(append(b, "\n          }\n        }"...))
}

// appendItem writes a file, with its type where that stands nowhere else.
func appendItem(b []byte, item *Item, typed bool) []byte {
	const line = "\n              "
	b = appendQuoted(append(b, "\n            "...), item.Type)
	b = append(b, ": {"...)
	if typed {
		b = appendType(b, line, item.Type)
	}
	b = appendQuoted(append(b, line+"\"path\": "...), item.Path)
	b = appendQuoted(append(b, ","+line+"\"sha256\": "...), item.SHA256)
	b = strconv.AppendInt(append(b, ","+line+"\"size\": "...), item.Size, 10)
	return append(b, "\n            }"...)
}

// appendType writes a type in a line, with another behind it; nothing for none.
func appendType(b []byte, line, name string) []byte {
	if name == "" {
		return b
	}
	b = appendQuoted(append(b, line+"\"ftype\": "...), name)
	return append(b, ',')
}

// index is the form of the index.
type index struct {
	Format  string             `json:"format"`
	Index   map[string]content `json:"index"`
	Updated string             `json:"updated"`
}

type content struct {
	Datatype string   `json:"datatype"`
	Format   string   `json:"format"`
	Path     string   `json:"path"`
	Products []string `json:"products"`
	Updated  string   `json:"updated"`
}

// Indexed is what an index says of a list.
type Indexed struct {
	ContentID string
	Updated   time.Time
	Products  []string // their names, sorted
}

// WriteIndex writes the index of some lists, which stand beside it under the names of
// their content ids with .json behind.
func WriteIndex(w io.Writer, lists []Indexed) error {
	x := index{Format: indexFormat, Index: map[string]content{}}
	var newest time.Time
	for _, l := range lists {
		x.Index[l.ContentID] = content{datatype, productsFormat, Dir + l.ContentID + ".json", l.Products, stamp(l.Updated)}
		if l.Updated.After(newest) {
			newest = l.Updated
		}
	}
	x.Updated = stamp(newest)
	var b bytes.Buffer
	if err := encode(&b, "", x); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := w.Write(ascii(b.Bytes()))
	return err
}

// Inline makes the index that is signed inline of an index as [WriteIndex] writes it: it
// leads to the lists that are.
func Inline(text []byte) ([]byte, error) {
	var x index
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&x); err != nil {
		return nil, fmt.Errorf("no index of simplestreams: %w", err)
	}
	if x.Format != indexFormat {
		return nil, fmt.Errorf("no index of simplestreams: its format is %q, and %q is known", x.Format, indexFormat)
	}
	for id, c := range x.Index {
		c.Path = strings.TrimSuffix(c.Path, ".json") + ".sjson"
		x.Index[id] = c
	}
	var b bytes.Buffer
	if err := encode(&b, "", x); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return ascii(b.Bytes()), nil
}

// stamp is a time as the format has it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

// encode writes a value with lines that begin with a prefix, but for the first, and no
// line break at the end.
func encode[T *Product | index](b *bytes.Buffer, prefix string, v T) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1)
	return nil
}

// quoted is a text as JSON, in ASCII.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can be written
	return string(ascii(bytes.TrimSuffix(b.Bytes(), []byte("\n"))))
}

// appendQuoted writes a text as JSON, in ASCII. Most need no escape.
func appendQuoted(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return append(b, quoted(s)...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// ascii writes characters beyond ASCII as JSON escapes: all of them stand in strings.
func ascii(text []byte) []byte {
	if !slices.ContainsFunc(text, func(c byte) bool { return c >= utf8.RuneSelf }) {
		return text
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}
