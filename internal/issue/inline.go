package issue

import (
	"path"
	"strings"
)

// Lists of simplestreams stand in directories of this name, the index among them. Beside
// each can stand the same with a signature in it, as the format has it.
const (
	streamsDir   = "streams/v1"
	streamsEnd   = ".json"
	inlineEnd    = ".sjson"
	streamsIndex = "index"
	// InlineMost is how large one of those with a signature may be, in bytes.
	InlineMost = 64 << 20
)

// InlineOf is the path of the inline-signed twin of a list of simplestreams; empty for a
// path that is no such list.
func InlineOf(name string) string {
	if base, ok := inStreams(name, streamsEnd); ok && base != "" {
		return strings.TrimSuffix(name, streamsEnd) + inlineEnd
	}
	return ""
}

// IsInline reports whether a path is that of an inline-signed list of simplestreams: made
// by who publishes, and so no part of the set under whose digest people looked at it.
func IsInline(name string) bool {
	base, ok := inStreams(name, inlineEnd)
	return ok && base != ""
}

// IsStreamsIndex reports whether a path is that of an index of simplestreams, signed or
// not: it leads to the lists beside it.
func IsStreamsIndex(name string) bool {
	plain, isPlain := inStreams(name, streamsEnd)
	signed, isSigned := inStreams(name, inlineEnd)
	return isPlain && plain == streamsIndex || isSigned && signed == streamsIndex
}

// inStreams is the name of a list without its ending, where it has that.
func inStreams(name, end string) (string, bool) {
	if dir := path.Dir(name); dir != streamsDir && !strings.HasSuffix(dir, "/"+streamsDir) {
		return "", false
	}
	return strings.CutSuffix(path.Base(name), end)
}
