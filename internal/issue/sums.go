package issue

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Line is a line of a list of checksums.
type Line struct {
	Path string // below the directory of the list, with slashes
	SHA  string // SHA-256 in hex
}

// String is the line as sha256sum writes it. The names of a site have nothing in them
// that it would want escaped.
func (l Line) String() string { return l.SHA + "  " + l.Path }

// SumsText is the list: sorted by path, so that it changes where the site does.
func SumsText(lines []Line) []byte {
	slices.SortFunc(lines, func(a, b Line) int { return strings.Compare(a.Path, b.Path) })
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.String())
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// sumForm is a line by sha256sum: two spaces, or a star for a file that was read as
// binary, which is the same on every system of today.
var sumForm = regexp.MustCompile(`^([0-9a-f]{64}) [ *]([^\\\x00-\x1f\x7f]+)$`)

// ParseSums reads a list, by its lines. The error names the line: one that leads out of
// its directory, one that is no checksum, one that names a file again with another
// checksum, and one that nothing ends, as the list may be cut short there.
func ParseSums(text []byte) ([]Line, error) {
	if len(text) > SumsMost {
		return nil, fmt.Errorf("the list is larger than %d bytes", SumsMost)
	}
	var lines []Line
	seen := map[string]string{}
	n := 0
	for line := range strings.Lines(string(text)) {
		if n++; n > LinesMost {
			return nil, fmt.Errorf("the list has more than %d lines", LinesMost)
		}
		body, whole := strings.CutSuffix(line, "\n")
		part := sumForm.FindStringSubmatch(body)
		switch {
		case part == nil || !whole:
			return nil, fmt.Errorf("line %d is no checksum with a path", n)
		case !fitPath(part[2]):
			return nil, fmt.Errorf("line %d: %q does not stay below the directory of the list", n, part[2])
		case seen[part[2]] == part[1]:
			continue
		case seen[part[2]] != "":
			return nil, fmt.Errorf("line %d: %q has another checksum above", n, part[2])
		}
		seen[part[2]] = part[1]
		lines = append(lines, Line{Path: part[2], SHA: part[1]})
	}
	return lines, nil
}
