// Package streams writes lists of images in the simplestreams format: an index, and for
// each kind of content a file of its products, their versions and the files of each. The
// form is that of the files which Ubuntu's image trees have, to the byte: keys sorted,
// two blanks for each level, nothing but ASCII, a line break at the end.
//
// The format is described in doc/README of https://launchpad.net/simplestreams. What is
// in the lists is for whoever calls: nothing here knows what an image is.
package streams

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
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
// The fields stand in the order of the file.
type Product struct {
	Aliases         string `json:"aliases"`
	Arch            string `json:"arch"`
	Type            string `json:"ftype,omitempty"` // of all files of all versions, where they have one in common
	ImageType       string `json:"image_type"`
	OS              string `json:"os"`
	Release         string `json:"release"`
	ReleaseCodename string `json:"release_codename"`
	ReleaseTitle    string `json:"release_title"`
	Version         string `json:"version"`
	// Versions are by their names, filled by [List.Add].
	Versions map[string]*Version `json:"versions"`
}

// Version is the files of a product at one time.
type Version struct {
	Type  string           `json:"ftype,omitempty"` // of all its files, where they have one in common
	Items map[string]*Item `json:"items"`           // by type
}

// Item is one file.
type Item struct {
	Type   string `json:"ftype,omitempty"` // img.xz
	Path   string `json:"path"`            // from the directory to which the list belongs
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"` // in bytes
}

// List is the products of one kind of content.
type List struct {
	ContentID string
	Updated   time.Time
	products  map[string]*Product
}

// NewList returns a list without products.
func NewList(contentID string, updated time.Time) *List {
	return &List{ContentID: contentID, Updated: updated, products: map[string]*Product{}}
}

// Add adds a file to a version of a product; about is the product where it is new. A
// version has one file of each type: false says that there is one already, which stays.
func (l *List) Add(name string, about Product, version string, item Item) bool {
	p := l.products[name]
	if p == nil {
		about.Versions = map[string]*Version{}
		p = &about
		l.products[name] = p
	}
	v := p.Versions[version]
	if v == nil {
		v = &Version{Items: map[string]*Item{}}
		p.Versions[version] = v
	}
	if v.Items[item.Type] != nil {
		return false
	}
	v.Items[item.Type] = &item
	return true
}

// Write writes the list, a product at a time, as lists can be large. It is complete then:
// nothing can be added any more.
func (l *List) Write(w io.Writer) error {
	var b bytes.Buffer
	before, end := listHead(l.ContentID), "}"
	for _, name := range slices.Sorted(maps.Keys(l.products)) {
		p := l.products[name]
		p.float()
		b.Reset()
		b.WriteString(before + "\n    " + quoted(name) + ": ")
		if err := encode(&b, "    ", p); err != nil {
			return err
		}
		if _, err := w.Write(ascii(b.Bytes())); err != nil {
			return err
		}
		before, end = ",", "\n  }"
	}
	if len(l.products) == 0 {
		end = before + end
	}
	_, err := io.WriteString(w, end+",\n  \"updated\": "+quoted(stamp(l.Updated))+"\n}\n")
	return err
}

// listHead is the begin of a list, up to its products.
func listHead(id string) string {
	return "{\n  \"content_id\": " + quoted(id) + ",\n  \"datatype\": " + quoted(datatype) + ",\n  \"format\": " + quoted(productsFormat) + ",\n  \"products\": {"
}

// float writes what all files of a version, or of a product, have in common once, higher
// up, as the format has it: readers let it sink again. Of a file's fields only the type
// floats.
func (p *Product) float() {
	types := map[string]bool{}
	for _, v := range p.Versions {
		v.float()
		types[v.Type] = true
	}
	if len(types) != 1 || types[""] {
		return
	}
	for _, v := range p.Versions {
		p.Type, v.Type = v.Type, ""
	}
}

func (v *Version) float() {
	if len(v.Items) != 1 {
		return // files of one version differ in their types
	}
	for _, item := range v.Items {
		v.Type, item.Type = item.Type, ""
	}
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
