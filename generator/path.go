package generator

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Rule of this file: a page path is where a page lies below the site, made of
// components that are safe on every file system, parted by slashes. Nothing from
// outside becomes part of one except through component, and an address is only
// ever made from a page path through href.

// longest is how many bytes a component may have: file systems take 255.
const longest = 200

// component turns one name from outside into one path component. Most names stay
// as they are; what could leave the directory, hide in it, or take the name of a
// file that the generator writes there is percent-encoded, so that two names
// never become one.
func component(name string) string {
	switch name {
	case "":
		return "%00"
	case "index.html", "manifest.json", "product.json", "badge.svg", "calendar.ics", "feed.xml":
		return strings.Replace(name, ".", "%2E", 1)
	case sumsList:
		return strings.Replace(name, "S", "%53", 1)
	}
	if isPlain(name) {
		return name
	}
	return escaped(name)
}

// escaped is component for a name that is neither empty nor one of ours.
func escaped(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unfit(i, r) {
			for _, c := range []byte(name[i : i+runeBytes(name[i:])]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
			continue
		}
		b.WriteRune(r)
	}
	s := b.String()
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest-17], "") + "~" + digestOf([]byte(name))[:16]
	}
	return s
}

// isPlain reports whether a name is one that can stay, as nearly all are: not too long, of
// letters, digits and the usual separators, with no dot in front.
func isPlain(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '+', c == '.' && i > 0:
		default:
			return false
		}
	}
	return len(name) <= longest
}

// unfit reports whether a rune cannot stand in a component: a leading dot, the
// separators of any system, the escape itself, and what cannot be seen.
func unfit(at int, r rune) bool {
	return at == 0 && r == '.' || strings.ContainsRune(`/\%:*?"<>|`, r) || r == utf8.RuneError || !unicode.IsPrint(r)
}

// runeBytes is how many bytes the first rune of s takes; one for a broken one.
func runeBytes(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// pagePath joins names from outside to the path of a directory page; it ends in a
// slash.
func pagePath(names ...string) string {
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = component(n)
	}
	return strings.Join(parts, "/") + "/"
}

// treePath is the path of the page of a directory in a tree.
func treePath(tree, dir string) string {
	names := []string{"images", tree}
	if dir != "" {
		names = append(names, strings.Split(dir, "/")...)
	}
	return pagePath(names...)
}

// rootOf is the way from a page back to the site's root: "./" or "../../".
func rootOf(p string) string {
	if n := strings.Count(p, "/"); n > 0 {
		return strings.Repeat("../", n)
	}
	return "./"
}

// href is the address of target as seen from a page with the given root.
func href(root, target string) string {
	if target == "" {
		return root
	}
	return root + escapedPath(target)
}

// here stands for the address of a directory in what is shown in that very directory.
const here = "./"

// fileURL is the address of a file in a directory with a public address; empty
// where it has none.
func fileURL(dir, name string) string {
	if dir != here {
		dir = webURL(dir)
	}
	if dir == "" || name == "" {
		return ""
	}
	return strings.TrimSuffix(dir, "/") + "/" + escapedPath(name)
}

// escapedPath is a path as it stands in an address, with every part of it escaped.
func escapedPath(p string) string {
	if !strings.ContainsFunc(p, unlikely) {
		return p
	}
	parts := strings.Split(p, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}

// unlikely reports whether a character of a name or an address makes somebody look
// closer: most have none, and go into an address as they are.
func unlikely(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_' && r != '/'
}

// webURL returns an address that people may be sent to, or nothing: only http and
// https with a host, and never with credentials in it.
func webURL(s string) string {
	if rest, ok := strings.CutPrefix(s, "https://"); ok && rest != "" && rest[0] != '/' && !strings.ContainsFunc(rest, unlikely) {
		return s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	u.User = nil
	return u.String()
}

// parentOf is the directory above p; empty for one at the top.
func parentOf(p string) string {
	if d := path.Dir(p); d != "." {
		return d
	}
	return ""
}
