package tree

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"

	"shiplist/internal/naming"
)

// ask is one request, and how it was answered.
type ask struct {
	method, path string
	directory    bool
	status       int
}

// noting is an answer of which the status is noted.
type noting struct {
	http.ResponseWriter
	status int
}

func (n *noting) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}

// Hijack is for the faults that cut a connection.
func (n *noting) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return n.ResponseWriter.(http.Hijacker).Hijack()
}

// table counts requests by what was asked for and how it was answered.
func table(g *naming.Grammar, asked []ask) map[string]int {
	counts := map[string]int{}
	for _, a := range asked {
		kind, dir := "file", a.path
		switch name := lastName(a.path); {
		case a.method == http.MethodHead:
			kind = "size"
		case a.directory:
			kind = "listing"
		case strings.HasSuffix(name, ".gpg") || strings.HasSuffix(name, ".asc"):
			kind = "signature"
		case isListName(name):
			kind = "list"
		}
		if !a.directory {
			dir = parent(a.path)
		}
		counts[fmt.Sprintf("%s of %s, %d", kind, kindOf(g, dir), a.status)]++
	}
	return counts
}

// kindOf says what a directory is for, as far as it matters for when it is asked for.
func kindOf(g *naming.Grammar, dir string) string {
	d := g.Directory(dir)
	switch {
	case dir == "":
		return "the tree"
	case d.Netboot:
		return "netboot"
	case d.Kind == naming.Release && d.Status == "" && lastName(parent(dir)) == "releases":
		return "statuses"
	case d.Kind == naming.Release && d.Status == "":
		return "series"
	case d.Kind != naming.Other:
		return string(d.Kind)
	case d.ImageType != "":
		return "image type"
	case d.Series != "":
		return "series"
	case d.Project != "":
		return "project"
	}
	return "other"
}
