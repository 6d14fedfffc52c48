package fetch

import (
	"cmp"
	"net/http"
	"strings"
)

// mostETag bounds what is kept of an ETag: what is longer is not worth sending back.
const mostETag = 500

// validatorsOf are those of an answer, as far as they can be sent back.
func validatorsOf(h http.Header) Validators {
	return Validators{ETag: h.Get("ETag"), LastModified: h.Get("Last-Modified")}.sendable()
}

// sendable leaves out what no server could have meant, or what would break a request.
func (v Validators) sendable() Validators {
	if !isETag(v.ETag) {
		v.ETag = ""
	}
	if _, err := http.ParseTime(v.LastModified); err != nil {
		v.LastModified = ""
	}
	return v
}

// isETag reports whether s is one entity tag: printable, between quotes.
func isETag(s string) bool {
	opaque := strings.TrimPrefix(s, "W/")
	if len(s) > mostETag || len(opaque) < 2 || opaque[0] != '"' || opaque[len(opaque)-1] != '"' {
		return false
	}
	for _, c := range []byte(opaque[1 : len(opaque)-1]) {
		if c <= ' ' || c == '"' || c == 0x7f {
			return false
		}
	}
	return true
}

// put adds them to the headers of a request.
func (v Validators) put(h http.Header) {
	v = v.sendable()
	if v.ETag != "" {
		h.Set("If-None-Match", v.tags())
	}
	if v.LastModified != "" {
		h.Set("If-Modified-Since", v.LastModified)
	}
}

// tags is the value of If-None-Match. Apache marks the tag of an answer that it packs
// and does not know it again (its bug 45023), so that it is asked for the plain one,
// too: if that is still right, so is what was packed from it.
func (v Validators) tags() string {
	if plain, packed := strings.CutSuffix(v.ETag, `-gzip"`); packed {
		return v.ETag + ", " + plain + `"`
	}
	return v.ETag
}

// merged are the validators of an answer that says nothing has changed: its own, and
// those that were sent where it has none.
func (v Validators) merged(sent Validators) Validators {
	sent = sent.sendable()
	return Validators{ETag: cmp.Or(v.ETag, sent.ETag), LastModified: cmp.Or(v.LastModified, sent.LastModified)}
}
