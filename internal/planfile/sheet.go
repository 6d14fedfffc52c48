package planfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"shiplist/internal/config"
	"shiplist/internal/spelling"
)

// Sheet is a plan in YAML: images, each with its serial (the build id) and the command
// that publishes it.
type Sheet struct {
	Name        string // as problems call it
	Title, Slug string // of the milestone; empty where the sheet has none
	Images      []Image
	// Unread are keys that mean nothing here. One that is like a key that does is a mistake.
	Unread []Unread

	text []byte
}

// Image is one entry of a sheet.
type Image struct {
	Name    string
	Line    int    // of the name, from 1
	Serial  string // empty where nobody wrote one
	Command string
	// CommandLine is where the command stands, SerialLine and SerialCol where the value of
	// the serial stands; zero where there is none.
	CommandLine, SerialLine, SerialCol int

	room edit // where a serial can be written; without text where one cannot
}

// Unread is a key that is not read.
type Unread struct {
	Line, Col int
	Key       string
}

// The keys of a sheet, of its milestone, and of an image.
var (
	sheetKeys     = []string{"milestone", "images"}
	milestoneKeys = []string{"name", "slug"}
	imageKeys     = []string{"serial", "publishing_command"}
)

// The bounds of a sheet, beside that of its size.
const (
	sheetDepth = 8
	sheetNodes = 50_000
)

// limits are bounds that the library keeps while it reads.
type limits struct{}

// CheckDepth bounds how deep lists and tables are nested.
func (limits) CheckDepth(depth int, _ *yaml.DepthContext) error {
	if depth > sheetDepth {
		return fmt.Errorf("nested more than %d deep", sheetDepth)
	}
	return nil
}

// CheckAlias allows for aliases: what is read into a node follows none, and has their places.
func (limits) CheckAlias(int, int) error { return nil }

// ParseSheet reads a sheet. What YAML has beyond lists of names and texts is refused:
// anchors, aliases, merged keys and tags, and several documents in one. The error is a
// [config.Problems].
func ParseSheet(name string, text []byte) (*Sheet, error) {
	r := sheetReader{sheet: &Sheet{Name: name, text: text}}
	root := r.document()
	if root != nil && r.bounded(root) {
		r.top(root)
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return r.sheet, nil
}

// sheetReader reads one sheet and collects its mistakes.
type sheetReader struct {
	sheet    *Sheet
	problems config.Problems
	nodes    int
}

func (r *sheetReader) note(line, col int, key, text string) {
	r.problems = append(r.problems, config.Problem{File: r.sheet.Name, Line: line, Col: col, Key: key, Text: text})
}

// document is the top of the only document; nil with a problem.
func (r *sheetReader) document() *yaml.Node {
	text := r.sheet.text
	if len(text) > config.PlanFileMost {
		line, col := placeOf(text, config.PlanFileMost)
		r.note(line, col, "", fmt.Sprintf("goes on beyond %d bytes, which no sheet does", config.PlanFileMost))
		return nil
	}
	if at := unprintable(text); at >= 0 {
		line, col := placeOf(text, at)
		r.note(line, col, "", "holds what is no text; write it in UTF-8, with lines that end as usual")
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(text), yaml.WithPlugin(limits{}))
	if err != nil {
		r.note(1, 1, "", err.Error())
		return nil
	}
	var first, second yaml.Node
	switch err := loader.Load(&first); {
	case errors.Is(err, io.EOF):
		r.note(1, 1, "", "holds nothing; a sheet has images")
		return nil
	case err != nil:
		r.syntax(err)
		return nil
	}
	if err := loader.Load(&second); err == nil {
		r.note(second.Line, second.Column, "", "another document begins; a sheet is one")
		return nil
	} else if !errors.Is(err, io.EOF) {
		r.syntax(err)
		return nil
	}
	return first.Content[0]
}

// syntax notes what the library has to say of a text that is no YAML.
func (r *sheetReader) syntax(err error) {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		r.note(1, 1, "", "not YAML: "+err.Error())
		return
	}
	line, col := max(e.Mark.Line, 1), max(e.Mark.Column, 1)
	text := "not YAML: " + e.Message
	if at := offsetOf(r.sheet.text, line, col); at < len(r.sheet.text) && r.sheet.text[at] == '\t' {
		text = "a tab; YAML wants blanks in front of a key"
	}
	r.note(line, col, "", text)
}

// bounded refuses what is too much, and what YAML has beyond names and texts.
func (r *sheetReader) bounded(n *yaml.Node) bool {
	r.nodes++
	bad := ""
	switch {
	case n.Kind == yaml.AliasNode:
		bad = fmt.Sprintf("an alias, *%s; write out what it stands for", n.Value)
	case n.Anchor != "":
		bad = fmt.Sprintf("an anchor, &%s; write out what it stands for", n.Anchor)
	case n.Tag == "!!merge":
		bad = "keys merged with <<; write them out"
	case n.Style&yaml.TaggedStyle != 0:
		bad = fmt.Sprintf("a tag, %s; leave it out", n.Tag)
	case r.nodes > sheetNodes:
		bad = fmt.Sprintf("more than %d names and texts", sheetNodes)
	}
	if bad != "" {
		r.note(n.Line, n.Column, "", bad)
		return false
	}
	for _, c := range n.Content {
		if !r.bounded(c) {
			return false
		}
	}
	return true
}

// pair is a key with its value.
type pair struct{ key, value *yaml.Node }

// pairs are those of a node that is a table; path is what it is called, and holds what it
// has to hold.
func (r *sheetReader) pairs(n *yaml.Node, path, holds string) []pair {
	switch {
	case n.Tag == "!!null":
		r.note(n.Line, n.Column, path, "is empty; write below it "+holds)
		return nil
	case n.Kind != yaml.MappingNode:
		r.note(n.Line, n.Column, path, "must be "+holds)
		return nil
	}
	var all []pair
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			r.note(key.Line, key.Column, path, "a key that is no name")
			continue
		}
		if first, twice := lines[key.Value]; twice {
			r.note(key.Line, key.Column, join(path, key.Value), fmt.Sprintf("is there already, in line %d", first))
			continue
		}
		lines[key.Value] = key.Line
		all = append(all, pair{key, n.Content[i+1]})
	}
	return all
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (r *sheetReader) top(n *yaml.Node) {
	images := false
	for _, p := range r.pairs(n, "", "images, and perhaps a milestone") {
		switch p.key.Value {
		case "milestone":
			if p.value.Tag != "!!null" { // as if it were left out
				r.milestone(p.value)
			}
		case "images":
			images = true
			for _, image := range r.pairs(p.value, "images", "names of images, each with serial and publishing_command") {
				r.image(image)
			}
		default:
			r.unread(p.key, "", sheetKeys)
		}
	}
	if !images && len(r.problems) == 0 {
		r.note(n.Line, n.Column, "images", "missing; a sheet has images")
	}
}

// unread notes a key that is none of those that are known. One that is like one of them
// is a mistake: what it holds would be missing where it belongs.
func (r *sheetReader) unread(key *yaml.Node, path string, known []string) {
	if meant := misspelt(key.Value, known); meant != "" {
		r.note(key.Line, key.Column, join(path, key.Value), fmt.Sprintf("unknown key; did you mean %q?", meant))
		return
	}
	r.sheet.Unread = append(r.sheet.Unread, Unread{key.Line, key.Column, join(path, key.Value)})
}

// misspelt is the key that was meant by another one; empty where that may be one of its own.
func misspelt(key string, known []string) string {
	const short = 5 // in such a name two wrong letters leave little of it
	key = strings.ReplaceAll(strings.ToLower(key), "-", "_")
	meant := spelling.Nearest(key, known)
	if len(meant) <= short {
		meant = spelling.Within(key, known, 1)
	}
	return meant
}

func (r *sheetReader) milestone(n *yaml.Node) {
	for _, p := range r.pairs(n, "milestone", "name and slug") {
		switch p.key.Value {
		case "name":
			r.sheet.Title = r.text(p, "milestone")
		case "slug":
			r.sheet.Slug = r.text(p, "milestone")
		default:
			r.unread(p.key, "milestone", milestoneKeys)
		}
	}
}

// text is a value that is a text of one line.
func (r *sheetReader) text(p pair, path string) string {
	n := p.value
	switch {
	case n.Kind != yaml.ScalarNode:
		r.note(n.Line, n.Column, join(path, p.key.Value), "must be a text")
	case strings.ContainsAny(n.Value, "\n\r"):
		r.note(n.Line, n.Column, join(path, p.key.Value), "must be a text of one line")
	case n.Tag == "!!null":
		return ""
	}
	return n.Value
}

func (r *sheetReader) image(p pair) {
	path := join("images", p.key.Value)
	i := Image{Name: p.key.Value, Line: p.key.Line}
	for _, q := range r.pairs(p.value, path, "serial and publishing_command") {
		switch q.key.Value {
		case "serial":
			i.Serial, i.SerialLine, i.SerialCol = r.text(q, path), q.value.Line, q.value.Column
			if i.Serial != "" && !config.IsBuildID(i.Serial) {
				r.note(q.value.Line, q.value.Column, join(path, "serial"), fmt.Sprintf("%q is not a build id; write it like \"20260129\"", i.Serial))
			}
			if i.Serial == "" {
				i.room = r.room(q.value)
			}
		case "publishing_command":
			i.Command, i.CommandLine = r.text(q, path), q.value.Line
		default:
			r.unread(q.key, path, imageKeys)
		}
	}
	r.sheet.Images = append(r.sheet.Images, i)
}

// room is where the serial of an empty value goes: within its quotes, or in quotes of its
// own behind the colon.
func (r *sheetReader) room(n *yaml.Node) edit {
	at := offsetOf(r.sheet.text, n.Line, n.Column)
	switch {
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return edit{at: at + 1, form: "%s"}
	case n.Value == "" && at > 0 && r.sheet.text[at-1] == ' ':
		return edit{at: at, form: `"%s"`}
	case n.Value == "":
		return edit{at: at, form: ` "%s"`}
	}
	return edit{at: at, cut: len(n.Value), form: `"%s"`} // ~ or null
}

// unprintable is where a text holds what no text editor writes: control characters, and
// ends of lines that only YAML knows; -1 where nowhere.
func unprintable(text []byte) int {
	for at := 0; at < len(text); {
		c, n := utf8.DecodeRune(text[at:])
		switch {
		case c == utf8.RuneError && n == 1, c == 0x7f, c == '\u0085', c == '\u2028', c == '\u2029',
			c < ' ' && c != '\n' && c != '\r' && c != '\t',
			c == '\r' && !bytes.HasPrefix(text[at:], []byte("\r\n")):
			return at
		}
		at += n
	}
	return -1
}

// placeOf is the line and column of an offset, both from 1, columns in characters.
func placeOf(text []byte, at int) (line, col int) {
	before := text[:at]
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
}

// offsetOf is the opposite of placeOf; the end of the text where there is no such place.
func offsetOf(text []byte, line, col int) int {
	at := 0
	for ; line > 1; line-- {
		n := bytes.IndexByte(text[at:], '\n')
		if n < 0 {
			return len(text)
		}
		at += n + 1
	}
	for ; col > 1 && at < len(text); col-- {
		_, n := utf8.DecodeRune(text[at:])
		at += n
	}
	return at
}
