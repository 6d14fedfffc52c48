package fetch

import (
	"errors"
	"net"
	"os"
	"regexp"
	"strings"
)

// A failure of the network is worded so that the same failure has the same words each
// time: the addresses of sockets, of which ours has another port with each connection,
// and numbers that only count are left out. Which host it was stands before the words.

// counted are the numbers in errors of HTTP/2 that differ from one to the next.
var counted = regexp.MustCompile(`stream ID \d+; |LastStreamID=\d+, `)

// wording words a failure of the network.
func wording(err error) string {
	var op *net.OpError
	var lookup *net.DNSError
	var call *os.SyscallError
	switch {
	case errors.As(err, &op):
		return ofOperation(op)
	case errors.As(err, &lookup):
		return ofLookup(lookup)
	case errors.As(err, &call):
		return call.Err.Error()
	}
	return counted.ReplaceAllString(err.Error(), "")
}

// ofOperation words a failure of a socket. To read and to write is what it is there
// for; anything else is said.
func ofOperation(op *net.OpError) string {
	text := wording(op.Err)
	var lookup *net.DNSError
	if op.Op == "read" || op.Op == "write" || errors.As(op.Err, &lookup) {
		return text
	}
	return op.Op + ": " + text
}

// ofLookup words what became of a name. Which resolver was asked is ours, and its
// error may quote an error of a socket.
func ofLookup(e *net.DNSError) string {
	text := e.Err
	if _, sockets, quoted := strings.Cut(text, "->"); quoted {
		_, text, _ = strings.Cut(sockets, ": ")
	}
	return "lookup " + e.Name + ": " + text
}
