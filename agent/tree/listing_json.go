package tree

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// jsonEntry is an entry of nginx (name, type, mtime, size) or of Caddy (name, url,
// size, mod_time, is_dir).
type jsonEntry struct {
	Name    *string         `json:"name"`
	Type    string          `json:"type"`
	MTime   string          `json:"mtime"`
	Size    json.RawMessage `json:"size"`
	URL     string          `json:"url"`
	ModTime string          `json:"mod_time"`
	IsDir   *bool           `json:"is_dir"`
	IsLink  bool            `json:"is_symlink"`
}

// parseJSON reads the listing of nginx or Caddy in JSON: a list of objects that all
// have a name and say whether it is a directory.
func parseJSON(base *url.URL, body []byte, limit int) (*listing, error) {
	var objects []jsonEntry
	if err := json.Unmarshal(escapeBytes(body), &objects); err != nil {
		return nil, notListing("the JSON does not parse: " + err.Error())
	}
	if objects == nil {
		return nil, notListing("JSON without a list")
	}
	if len(objects) > limit {
		return nil, tooMany(limit)
	}
	l := &listing{form: "json", entries: make([]entry, 0, len(objects))}
	for _, o := range objects {
		if o.Name == nil || o.Type == "" && o.IsDir == nil {
			return nil, notListing("a JSON entry without name or type")
		}
		if e, ok := o.entry(base); ok {
			l.entries = append(l.entries, e)
		}
	}
	return l, nil
}

// entry turns an object into an entry; false for one that is neither file nor
// directory, or whose name is none.
func (o *jsonEntry) entry(base *url.URL) (entry, bool) {
	e := entry{size: -1, stamp: o.MTime + o.ModTime}
	switch {
	case o.IsDir != nil:
		e.dir = *o.IsDir
		e.modified, _ = time.Parse(time.RFC3339Nano, o.ModTime)
	case o.Type == "directory":
		e.dir = true
	case o.Type != "file":
		return e, false // a dangling link, a device
	}
	if e.modified.IsZero() {
		e.modified, _ = time.Parse(time.RFC1123, o.MTime)
	}
	e.modified = e.modified.UTC().Truncate(time.Second)
	if o.IsLink {
		e.modified = time.Time{} // the link's own
	}
	if !e.dir {
		e.readSize(o.Size)
	}
	if o.URL != "" {
		// Caddy's name has lost the bytes that are no text, its address has not.
		name, _, ok := addressName(base, o.URL)
		e.name = name
		return e, ok
	}
	e.name = strings.TrimSuffix(restoreBytes(*o.Name), "/")
	return e, validName(e.name)
}

func (e *entry) readSize(raw json.RawMessage) {
	var size int64
	if len(raw) > 0 && json.Unmarshal(raw, &size) == nil && size >= 0 {
		e.size, e.exact = size, true
	}
}

// nginx writes names as they are, so its JSON is invalid where a name is no UTF-8.
// The decoder would silently replace such bytes; so they travel through it as code
// points at the end of the last private plane, where no name has anything.
const strayByte = 0x10fe00

func escapeBytes(body []byte) []byte {
	if utf8.Valid(body) {
		return body
	}
	out := make([]byte, 0, len(body)+16)
	for len(body) > 0 {
		r, n := utf8.DecodeRune(body)
		if r == utf8.RuneError && n == 1 {
			out = utf8.AppendRune(out, strayByte+rune(body[0]))
		} else {
			out = append(out, body[:n]...)
		}
		body = body[n:]
	}
	return out
}

func restoreBytes(name string) string {
	if !strings.Contains(name, "\xf4\x8f") {
		return name
	}
	var b strings.Builder
	for _, r := range name {
		if r >= strayByte+0x80 && r <= strayByte+0xff {
			b.WriteByte(byte(r - strayByte))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
