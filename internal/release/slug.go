package release

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// slugMax is the longest slug in bytes: short enough for a file name with endings
// on every file system.
const slugMax = 120

// NoName is the slug of a title that has no letter or digit.
const NoName = "unnamed"

// Other is the series and the project of images whose names do not tell theirs.
const Other = "other"

// ReservedNames are the names at the root of the site, which no series may bear.
var ReservedNames = []string{
	"404.html", "about", "api", "archive", "assets", "changes", "checks", "families", "feed.xml", "handover",
	"images", "index.html", "moved.json", "moved.map", "netboot", Other, "products", "release.json", "robots.txt",
	"sha256sums", "sitemap.xml", "static", "streams", "trees", NoName,
}

// Slug makes a name for files and addresses of a title: lower case; letters,
// digits, "." and "+" stay, everything else becomes one "-". It is never empty,
// never begins with a dot, holds no separator of paths and no two dots in a row,
// and is at most 120 bytes long; longer ones are cut and end in a part of their
// hash. Slug(Slug(s)) is Slug(s).
func Slug(title string) string {
	if isPlain(title) {
		return title
	}
	return slugOf(title)
}

// isPlain reports whether a title is a slug of small letters and digits, with no two
// separators in a row, as nearly all are that are asked for: what is stored has slugs.
func isPlain(s string) bool {
	separated := true
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '+':
			separated = false
		case (c == '-' || c == '.') && !separated:
			separated = true
		default:
			return false
		}
	}
	return !separated && len(s) <= slugMax
}

// slugOf is Slug for any title.
func slugOf(title string) string {
	var b strings.Builder
	for _, r := range title {
		last := byte(0)
		if n := b.Len(); n > 0 {
			last = b.String()[n-1]
		}
		switch {
		case r == '.':
			if last != '.' && last != 0 && last != '-' {
				b.WriteByte('.')
			}
		case r == '+' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(unicode.ToLower(r))
		case last != 0 && last != '-':
			b.WriteByte('-')
		}
	}
	s := strings.Trim(b.String(), "-.")
	if s == "" {
		return NoName
	}
	return shorten(s)
}

// shorten cuts a slug that is too long, so that different ones stay different.
func shorten(s string) string {
	if len(s) <= slugMax {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	tail := "-" + hex.EncodeToString(sum[:4])
	cut := slugMax - len(tail)
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.TrimRight(s[:cut], "-.") + tail
}

// MilestoneSlug is the slug of a milestone, without the name of its series:
// "Noble 24.04.3" of Noble gives 24.04.3. A title that is nothing but the series'
// name keeps it.
func MilestoneSlug(seriesTitle, milestoneTitle string) string {
	series, slug := Slug(seriesTitle), Slug(milestoneTitle)
	first, _, _ := strings.Cut(series, "-")
	for _, name := range []string{series, first} {
		if rest, ok := strings.CutPrefix(slug, name+"-"); ok {
			return Slug(rest)
		}
		if rest, ok := strings.CutSuffix(slug, "-"+name); ok {
			return Slug(rest)
		}
	}
	return slug
}

// SeriesSlug is the slug of a series. One that would take a name that the site
// needs at its root gets the source's id as a suffix.
func SeriesSlug(title, id string) string {
	slug := Slug(title)
	if !slices.Contains(ReservedNames, slug) {
		return slug
	}
	if id == "" {
		return slug + "-series"
	}
	return Slug(slug + "-" + id)
}

// UniqueSlug returns slug, or with the source's id as a suffix when it is taken
// already, and marks the result as taken. The result is unique even when an id
// comes twice.
func UniqueSlug(taken map[string]bool, slug, id string) string {
	unique := slug
	if taken[unique] {
		unique = Slug(slug + "-" + id)
	}
	for n := 2; taken[unique]; n++ {
		unique = Slug(slug + "-" + id + "." + itoa(n))
	}
	taken[unique] = true
	return unique
}
