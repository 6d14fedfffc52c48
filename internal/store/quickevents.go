package store

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"shiplist/internal/release"
)

// A log of years has a hundred thousand events, and nearly every line of it stands as the
// agent wrote it. Reading those needs no grammar of TOML: it takes a twelfth of the time
// and of 80 allocations for each event none (BenchmarkReadEvents), which is 0.15 s in place
// of 2 s for all of them whenever a process begins. What stands otherwise is left to the
// decoder, which also says what is wrong; a fuzz test holds the two to the same events.

// quickEvents reads the text of a file of the change log, if every line of it is written
// as the agent writes it, and every event says what, when and of which source.
func quickEvents(text []byte) ([]release.Event, bool) {
	if !utf8.Valid(text) {
		return nil, false
	}
	var events []release.Event
	var keys uint32 // that the event has
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "", plainComment(line):
		case line == eventLine:
			if len(events) > 0 && keys&needed != needed {
				return nil, false
			}
			events, keys = append(events, release.Event{}), 0
		default:
			key, value, ok := strings.Cut(line, " = ")
			if !ok || len(events) == 0 || !quickValue(&events[len(events)-1], &keys, key, value) {
				return nil, false
			}
		}
	}
	return events, len(events) == 0 || keys&needed == needed
}

// The bits of the keys; needed are those that each event must have.
const (
	quickSeen = 1 << iota
	quickWhat
	quickSource
	quickAfter
	quickFirst // of the others
	needed     = quickSeen | quickWhat | quickSource
)

// quickValue sets one key of an event that does not have it yet.
func quickValue(e *release.Event, keys *uint32, key, value string) bool {
	var bit uint32
	switch key {
	case "seen":
		bit = quickSeen
	case "after":
		bit = quickAfter
	default:
		return quickText(e, keys, key, value)
	}
	t, err := time.Parse("2006-01-02T15:04:05Z", value)
	if err != nil || len(value) != len("2006-01-02T15:04:05Z") || *keys&bit != 0 || t.IsZero() {
		return false
	}
	if *keys |= bit; bit == quickSeen {
		e.Seen = t
	} else {
		e.After = t
	}
	return true
}

func quickText(e *release.Event, keys *uint32, key, value string) bool {
	into, bit := textOf(e, key)
	text, ok := quickString(value)
	if into == nil || !ok || text == "" || *keys&bit != 0 {
		return false
	}
	*keys |= bit
	*into = text
	return true
}

// textOf is where the text of a key belongs; nil for a key that no event has.
func textOf(e *release.Event, key string) (*string, uint32) {
	switch key {
	case "what":
		return (*string)(&e.What), quickWhat
	case "source":
		return &e.Source, quickSource
	}
	for i, other := range []struct {
		key  string
		into *string
	}{
		{"series", &e.Series},
		{"milestone", &e.Milestone},
		{"product", &e.Product},
		{"build_id", &e.BuildID},
		{"project", &e.Project},
		{"dir", &e.Dir},
		{"image", &e.Image},
		{"arch", &e.Arch},
		{"file", &e.File},
		{"id", &e.ID},
		{"from", &e.From},
		{"to", &e.To},
	} {
		if other.key == key {
			return other.into, quickFirst << i
		}
	}
	return nil, 0
}

// quickString reads a text between quotes, with the escapes that the agent writes.
func quickString(value string) (string, bool) {
	inner := strings.TrimPrefix(value, `"`)
	if inner == value || !strings.HasSuffix(inner, `"`) {
		return "", false
	}
	inner = inner[:len(inner)-1]
	escaped := false
	for i := 0; i < len(inner); i++ {
		switch c := inner[i]; {
		case c == '"' || c < ' ' || c == 0x7f:
			return "", false
		case c == '\\':
			if i++; i == len(inner) || !strings.ContainsRune(`bfnrtu"\`, rune(inner[i])) {
				return "", false
			}
			escaped = true
		}
	}
	if !escaped {
		return inner, true
	}
	text, err := strconv.Unquote(`"` + inner + `"`)
	return text, err == nil
}

// plainComment reports whether a line is nothing but a comment.
func plainComment(line string) bool {
	return line[0] == '#' && strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0
}
