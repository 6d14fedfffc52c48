package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Rule of this file: what the library drew reaches a page only as paths and circles whose
// numbers are numbers and whose classes are words.

// dotRadius is that of a dot, in units of the picture. It is not drawn as a circle, which
// would be stretched, but as a line without length, whose round ends the style sheet makes.
const dotRadius = 4

var (
	drawn   = regexp.MustCompile(`^(?:[MLZ](?: ?-?[0-9]+(?:\.[0-9]+)?){0,2}\s*)+$`)
	number  = regexp.MustCompile(`^-?[0-9]+(?:\.[0-9]+)?$`)
	classes = regexp.MustCompile(`^[a-z0-9-]+(?: [a-z0-9-]+)*$`)
)

// shape is what is painted of one element.
type shape struct {
	name, class, path, x, y string
}

// rebuild writes a picture of the library anew. What has no class of ours is left out:
// that is the ground, which is the page's.
func rebuild(svg []byte) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" preserveAspectRatio="none" aria-hidden="true" focusable="false">`, Width, Height)
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			b.WriteString("</svg>")
			return b.Bytes(), nil
		}
		if err != nil {
			return nil, fmt.Errorf("chart: what was drawn is not XML: %w", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			if err := writeShape(&b, shapeOf(e)); err != nil {
				return nil, err
			}
		}
	}
}

func shapeOf(e xml.StartElement) shape {
	s := shape{name: e.Name.Local}
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "class":
			s.class = a.Value
		case "d":
			s.path = a.Value
		case "cx":
			s.x = a.Value
		case "cy":
			s.y = a.Value
		}
	}
	return s
}

func writeShape(b *bytes.Buffer, s shape) error {
	if s.class == "" {
		return nil
	}
	class := kind(s)
	switch {
	case !classes.MatchString(class):
		return fmt.Errorf("chart: %q is no class; it may have lower-case letters, digits and -", s.class)
	case s.name == "path" && drawn.MatchString(s.path):
		fmt.Fprintf(b, `<path class="%s" d="%s"/>`, class, shorten(s.path))
	case s.name == "circle" && number.MatchString(s.x) && number.MatchString(s.y):
		fmt.Fprintf(b, `<path class="%s" d="M%s %sz"/>`, class, s.x, s.y)
	default:
		return fmt.Errorf("chart: the library drew something unknown: %s %.60q", s.name, s.path)
	}
	return nil
}

// kind replaces what the library tells of how a shape is painted by what it is.
func kind(s shape) string {
	words := strings.Fields(s.class)
	fills := false
	own := words[:0]
	for _, w := range words {
		switch w {
		case "fill":
			fills = true
		case "stroke":
		default:
			own = append(own, w)
		}
	}
	what := "line"
	switch {
	case s.name == "circle":
		what = "dot"
	case fills:
		what = "area"
	}
	return strings.Join(append([]string{what}, own...), " ")
}

// shorten writes a path with fewer signs: as it goes across or up in steps, and without
// points that come twice.
func shorten(path string) string {
	var b strings.Builder
	var lastX, lastY string
	for _, part := range strings.Split(strings.TrimSpace(path), "\n") {
		f := strings.Fields(part)
		switch {
		case len(f) == 3 && f[0] == "L" && f[1] == lastX && f[2] == lastY:
			continue
		case len(f) == 3 && f[0] == "L" && f[2] == lastY:
			b.WriteString("H" + f[1])
		case len(f) == 3 && f[0] == "L" && f[1] == lastX:
			b.WriteString("V" + f[2])
		default:
			b.WriteString(strings.Join(f[:1], "") + strings.Join(f[1:], " "))
		}
		if len(f) == 3 {
			lastX, lastY = f[1], f[2]
		}
	}
	return b.String()
}
