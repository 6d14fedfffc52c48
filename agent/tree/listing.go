package tree

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"slices"
	"strings"
	"time"
)

// entry is one name in a directory.
type entry struct {
	name string // as the file system has it, not as the listing spells it
	dir  bool
	// maybeDir is set where a server does not tell files from links to directories.
	maybeDir bool
	// size is in bytes, -1 where the listing does not tell; exact is false where it
	// is rounded, and then the true size lies within step of it.
	size  int64
	exact bool
	step  int64
	// modified is set only where the listing tells the moment with its zone.
	modified time.Time
	// stamp is the date as the listing shows it. Most servers leave the zone out,
	// so it only serves to see whether two listings are the same.
	stamp string
}

// listing is what one directory holds, by name.
type listing struct {
	form    string // apache-pre, nginx, json, ...; "local" for a directory of files
	entries []entry
}

// errNotListing is wrapped by errors for pages that are not a whole listing. Such a
// page says nothing about what the directory holds.
var errNotListing = errors.New("not a directory listing")

func notListing(why string) error { return fmt.Errorf("%w: %s", errNotListing, why) }

// maxNameBytes bounds one name: no common file system has longer ones.
const maxNameBytes = 255

// parseListing reads the body of a listing that was found at base. A body is
// believed only when it has the shape of one of the known servers' listings and
// that shape is complete.
func parseListing(base *url.URL, contentType string, body []byte, limit int) (*listing, error) {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	text := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\ufeff")), " \t\r\n")
	var l *listing
	var err error
	if strings.HasSuffix(mediaType, "json") || bytes.HasPrefix(text, []byte("[")) {
		l, err = parseJSON(base, text, limit)
	} else {
		l, err = parseHTML(base, body, limit)
	}
	if err != nil {
		return nil, err
	}
	l.tidy()
	return l, nil
}

// tidy sorts the entries by name and drops names that come twice: a listing may
// have a link at the icon and one at the name.
func (l *listing) tidy() {
	slices.SortStableFunc(l.entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(b.size, a.size))
	})
	l.entries = slices.CompactFunc(l.entries, func(a, b entry) bool { return a.name == b.name })
}

// find returns the entry of a name, or nil.
func (l *listing) find(name string) *entry {
	i, ok := slices.BinarySearchFunc(l.entries, name, func(e entry, name string) int {
		return cmp.Compare(e.name, name)
	})
	if !ok {
		return nil
	}
	return &l.entries[i]
}

// same reports whether two listings show the same names, sizes and dates.
func (l *listing) same(other *listing) bool {
	if l == nil || other == nil || len(l.entries) == 0 {
		return false
	}
	return slices.EqualFunc(l.entries, other.entries, func(a, b entry) bool {
		return a.name == b.name && a.dir == b.dir && a.size == b.size && a.stamp == b.stamp
	})
}

// digest is the same for listings that are the same.
func (l *listing) digest() [sha256.Size]byte {
	h := sha256.New()
	for _, e := range l.entries {
		fmt.Fprintf(h, "%q %v %d %q\n", e.name, e.dir, e.size, e.stamp)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// tooMany is the error for a directory with more names than are taken in.
func tooMany(limit int) error {
	return fmt.Errorf("more than %d names in one directory", limit)
}

// addressName takes the name of an entry out of a link. A link names an entry of
// the directory at base when it leads exactly one step down: links that sort, lead
// up, elsewhere on the host, to other hosts or deeper down are not entries. What
// counts is where the link leads after its percent signs are read, so that neither
// %2e%2e nor %2f gets out.
func addressName(base *url.URL, link string) (name string, dir, ok bool) {
	link = strings.TrimSpace(link)
	if link == "" || strings.ContainsAny(link, "?#") || strings.HasPrefix(link, "//") {
		return "", false, false
	}
	if strings.HasPrefix(link, "/") {
		rest, within := strings.CutPrefix(unescape(link), unescape(base.EscapedPath()))
		if !within || base.Path == "" {
			return "", false, false
		}
		name = rest
		// One slash more may hide in an escape of what was cut.
		if strings.Count(link, "/") > strings.Count(base.EscapedPath(), "/")+1 {
			return "", false, false
		}
		return oneStep(name)
	}
	if scheme, _, found := strings.Cut(link, ":"); found && isScheme(scheme) {
		// A name with a colon is written with "./" in front, or with %3A; a
		// link that begins like an address is one.
		return "", false, false
	}
	for strings.HasPrefix(link, "./") {
		link = link[2:]
	}
	body, slash := strings.CutSuffix(link, "/")
	name = unescape(body)
	if strings.Contains(body, "/") || !validName(name) {
		return "", false, false
	}
	return name, slash, true
}

// oneStep checks a name that was unescaped; a slash at its end marks a directory.
func oneStep(name string) (string, bool, bool) {
	name, dir := strings.CutSuffix(name, "/")
	if !validName(name) {
		return "", false, false
	}
	return name, dir, true
}

// validName reports whether a name can be one entry of a directory.
func validName(name string) bool {
	return name != "" && name != "." && name != ".." && len(name) <= maxNameBytes &&
		!strings.ContainsAny(name, "/\x00")
}

func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(s[i]))) {
			return false
		}
	}
	return s != ""
}

// unescape reads percent signs. One that begins no escape stands for itself, as
// browsers have it; so do plus signs. Python writes bytes that are no text as
// escaped surrogates, which are turned back into the bytes.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			high, ok1 := hexDigit(s[i+1])
			low, ok2 := hexDigit(s[i+2])
			if ok1 && ok2 {
				b.WriteByte(high<<4 | low)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return unsurrogate(b.String())
}

// unsurrogate turns U+DC80 to U+DCFF, in the form in which UTF-8 would write them
// if it were allowed to, into the bytes 80 to FF.
func unsurrogate(s string) string {
	if !strings.Contains(s, "\xed") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == 0xed && i+2 < len(s) && (s[i+1] == 0xb2 || s[i+1] == 0xb3) && s[i+2]&0xc0 == 0x80 {
			b.WriteByte(s[i+1]&1<<6 | s[i+2]&0x3f | 0x80)
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}
