package tree

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// manifestLine is one image of a site manifest.
type manifestLine struct {
	project, series string
	path            string // below the tree, without a slash in front
	size            int64
}

// parseManifest reads a site manifest: PROJECT, SERIES, /PATH and SIZE with tabs
// between them, and nothing else. Bad lines are skipped and counted; a text with
// nothing but bad lines gives an error.
func parseManifest(body []byte) ([]manifestLine, badLines, error) {
	var lines []manifestLine
	bad := badLines{}
	number := 0
	for line := range bytes.Lines(body) {
		number++
		line = bytes.TrimSuffix(line, []byte("\n"))
		m, why := parseManifestLine(string(line))
		if why != "" {
			bad.add(number, line, why)
			continue
		}
		lines = append(lines, m)
	}
	if len(lines) == 0 && bad.count > 0 {
		return nil, bad, fmt.Errorf("not a site manifest: %s", bad)
	}
	return lines, bad, nil
}

func parseManifestLine(line string) (m manifestLine, why string) {
	fields := strings.Split(line, "\t")
	if len(fields) != 4 {
		return m, "it does not have four fields with tabs between them"
	}
	if fields[0] == "" || fields[1] == "" {
		return m, "project or series is empty"
	}
	path, ok := strings.CutPrefix(fields[2], "/")
	if !ok || !validPath(path) {
		return m, "the third field is not a path below the tree"
	}
	if !digits(fields[3]) {
		return m, "the fourth field is not a size in bytes"
	}
	size, err := strconv.ParseInt(fields[3], 10, 64)
	if err != nil {
		return m, "the fourth field is not a size in bytes"
	}
	return manifestLine{project: fields[0], series: fields[1], path: path, size: size}, ""
}

// validPath reports whether a path leads strictly downwards.
func validPath(path string) bool {
	for name := range strings.SplitSeq(path, "/") {
		if !validName(name) {
			return false
		}
	}
	return true
}
