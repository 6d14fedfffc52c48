package tree

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
)

// algorithm is one kind of checksum list.
type algorithm struct {
	list   string // name of the file
	digits int    // of a checksum in it
}

// algorithms are the kinds that are known, strongest first.
var algorithms = []algorithm{
	{list: "SHA256SUMS", digits: 64},
	{list: "SHA1SUMS", digits: 40},
	{list: "MD5SUMS", digits: 32},
}

// sums is a checksum list: names and their checksums in lower-case hex. A name
// whose lines contradict each other has an empty one.
type sums map[string]string

// badLines counts the lines of a list that could not be read and keeps the first.
type badLines struct {
	count int
	line  int
	text  string
	why   string
}

func (b *badLines) add(line int, text []byte, why string) {
	if b.count == 0 {
		b.line, b.text, b.why = line, string(text[:min(len(text), 80)]), why
	}
	b.count++
}

// String says what was wrong, for a problem.
func (b badLines) String() string {
	s := fmt.Sprintf("line %d: %q: %s", b.line, b.text, b.why)
	if b.count > 1 {
		s += fmt.Sprintf(" (%d such lines)", b.count)
	}
	return s
}

// parseSums reads a checksum list. Each line is HASH, then a blank and "*" or a
// second blank, then NAME; a line that begins with a backslash has \\, \n and \r
// escaped in its name, as GNU's programs write it. Blank lines and lines that
// begin with # are left out. Bad lines are skipped and counted; a text with
// nothing but bad lines is no list and gives an error.
func parseSums(a algorithm, body []byte) (sums, badLines, error) {
	list, bad := sums{}, badLines{}
	number := 0
	for line := range bytes.Lines(body) {
		number++
		line = bytes.TrimRight(line, "\r\n")
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(bytes.TrimSpace(line)) == 0 || line[0] == '#' {
			continue
		}
		hash, name, why := parseSumLine(a, line)
		if why == "" {
			if have, ok := list[name]; ok && have != hash {
				hash, why = "", "the name has another checksum further up"
			}
			list[name] = hash
		}
		if why != "" {
			bad.add(number, line, why)
		}
	}
	if len(list) == 0 && bad.count > 0 {
		return nil, bad, fmt.Errorf("not a list of checksums: %s", bad)
	}
	return list, bad, nil
}

// parseSumLine reads one line; why says what is wrong with it.
func parseSumLine(a algorithm, line []byte) (hash, name, why string) {
	escaped := line[0] == '\\'
	if escaped {
		line = line[1:]
	}
	end := bytes.IndexAny(line, " \t")
	if end != a.digits {
		return "", "", fmt.Sprintf("it does not begin with %d hex digits and a blank", a.digits)
	}
	raw := make([]byte, a.digits/2)
	if _, err := hex.Decode(raw, line[:end]); err != nil {
		return "", "", fmt.Sprintf("it does not begin with %d hex digits and a blank", a.digits)
	}
	rest := line[end+1:]
	switch {
	case len(rest) > 0 && (rest[0] == '*' || rest[0] == ' '):
		rest = rest[1:]
	case bytes.HasPrefix(bytes.TrimLeft(rest, " \t"), []byte("*")):
		rest = bytes.TrimLeft(rest, " \t")[1:]
	}
	name = string(bytes.TrimLeft(rest, " \t"))
	if escaped {
		name = gnuEscapes.Replace(name)
	}
	name = strings.TrimPrefix(name, "./")
	if !validName(name) {
		return "", "", "it does not name one file of the directory"
	}
	return hex.EncodeToString(raw), name, ""
}

var gnuEscapes = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r")

// same reports whether two lists say the same, which an empty list never does.
func (s sums) same(other sums) bool {
	if len(s) == 0 || len(s) != len(other) {
		return false
	}
	for name, hash := range s {
		if hash == "" || other[name] != hash {
			return false
		}
	}
	return true
}
