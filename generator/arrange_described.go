package generator

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"shiplist/internal/release"
)

// Rule of this file: what goes into the configuration of Apache. A name from outside
// can end no line, no quoted word and no description there, and sets no variable in:
// texts are written as HTML, which listings hold anyway, with numbers in place of
// what means something to Apache, and names as patterns. Both stand in double quotes.

// described is a file with its words in the listing, both to be set in double quotes.
type described struct {
	Pattern string // of its name
	Text    string
}

// fileWord is what a file is: dot of the template "description".
type fileWord struct {
	Kind    string // "Desktop image"; empty for what belongs to no image
	Machine string // "64-bit PC"; empty for none in particular
	What    string // "disc or USB image"
}

// describeFiles describes every file of a directory that is known. A description holds
// for every name that its pattern is a part of, and the first one wins: x.iso.zsync has
// to come before x.iso.
func (s *site) describeFiles(d *download) ([]described, error) {
	all := make([]described, 0, 6*len(d.images)+4)
	var failed error
	add := func(name string, l fileWord) {
		text, err := s.layouts.headers.description(l)
		if err != nil && failed == nil {
			failed = s.layouts.explainHeaders(err)
		}
		all = append(all, described{listingPattern(name), text})
	}
	for _, img := range d.images {
		kind, machine := s.kindTitle(img.PublishType), ""
		if forMachine(img.Arch) {
			machine = s.machine(img.Arch)
		}
		for _, f := range img.Files {
			add(f.Name, fileWord{kind, machine, s.fileKind(f.Type)})
		}
	}
	for _, dir := range d.dirs {
		for _, list := range dir.Checksums {
			add(list, fileWord{What: "checksums"})
			add(list+".gpg", fileWord{What: "signature of the checksums"})
		}
	}
	for _, n := range d.netboot {
		if n.Tarball != nil {
			add(n.Tarball.Name, fileWord{s.kindTitle("netboot"), s.machine(n.Arch), netbootTarball})
		}
	}
	slices.SortStableFunc(all, compareDescribed)
	return slices.CompactFunc(all, func(a, b described) bool { return a.Pattern == b.Pattern }), failed
}

// compareDescribed puts longer patterns first, and among those of one length the exact
// ones.
func compareDescribed(a, b described) int {
	return cmp.Or(
		cmp.Compare(len(b.Pattern), len(a.Pattern)),
		cmp.Compare(strings.Count(a.Pattern, "?"), strings.Count(b.Pattern, "?")),
		strings.Compare(a.Pattern, b.Pattern),
	)
}

// kindTitle is a kind of image in people's words; its raw name where no rule knows it.
func (s *site) kindTitle(publishType string) string {
	if t, _ := s.rules.PublishType(publishType); t != nil && t.Title != "" {
		return t.Title
	}
	return publishType
}

// fileKind is what a file is, by its extension; that itself where no rule knows it.
func (s *site) fileKind(ext string) string {
	if e, _ := s.rules.Extension(ext); e != nil && e.Title != "" {
		return e.Title
	}
	return ext
}

// listingText is a text for a description in a listing.
func listingText(text string) string {
	if !strings.ContainsFunc(text, special) {
		return text
	}
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		switch {
		case unicode.IsControl(r):
			b.WriteByte(' ')
		case special(r):
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// special reports whether a rune of a text means something to Apache or to a browser, or
// cannot be seen.
func special(r rune) bool {
	return strings.ContainsRune("\"\\$&<>'`%\uFFFD", r) || unicode.IsControl(r)
}

// listingPattern is the pattern of a name: any character stands in place of one that
// means something to Apache or to patterns, or of each byte of one that is not ASCII.
func listingPattern(name string) string {
	odd := func(c byte) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("._+-~,=@", c) < 0
	}
	var b []byte
	for i := range len(name) {
		if odd(name[i]) {
			if b == nil {
				b = []byte(name)
			}
			b[i] = '?'
		}
	}
	if b == nil {
		return name
	}
	return string(b)
}

// redirect leads from one path of the server to another, each as it stands in double
// quotes.
type redirect struct{ From, To string }

// latest leads from names that stay the same to the newest files of a release
// directory: from ubuntu-24.04-latest-desktop-amd64.iso to that of 24.04.4. It does so
// under each path at which the tree has the directory.
func (s *site) latest(d *download) []redirect {
	if d.kind != release.DirectoryRelease {
		return nil
	}
	targets := s.latestNames(d)
	if len(targets) == 0 {
		return nil
	}
	paths := serverPaths(d)
	all := make([]redirect, 0, len(paths)*len(targets))
	for _, at := range paths {
		top := (&url.URL{Path: at}).EscapedPath()
		for _, t := range targets {
			if from, ok := quotable(at + t.From); ok {
				all = append(all, redirect{from, top + url.PathEscape(t.To)})
			}
		}
	}
	return all
}

// latestNames are the names that stay the same, each with that of its newest file.
func (s *site) latestNames(d *download) []redirect {
	base := ""
	if l := s.line(d.series); l != nil {
		base = l.Version
	}
	taken := map[string]bool{}
	for _, img := range d.images {
		for _, f := range img.Files {
			taken[f.Name] = true
		}
	}
	var all []redirect
	for _, img := range d.images { // newest first
		if s.isComing(img) {
			continue
		}
		for _, f := range img.Files {
			if !f.Main {
				continue
			}
			for _, name := range stableNames(f.Name, img.Version, img.Milestone, base) {
				if !taken[name] {
					taken[name] = true
					all = append(all, redirect{name, f.Name})
				}
			}
		}
	}
	return all
}

// stableNames are the names under which the newest of a file is found, whatever its
// point release: for each version that leads to it, from the longest to that of the
// series. A milestone has one of its own.
func stableNames(name, version, milestone, base string) []string {
	before, after, ok := strings.Cut(name, "-"+version+"-")
	if version == "" || !ok {
		return nil
	}
	if milestone != "" {
		if after, ok = strings.CutPrefix(after, milestone+"-"); !ok {
			return nil
		}
		return []string{before + "-" + version + "-" + milestone + "-latest-" + after}
	}
	if base == "" || !strings.HasPrefix(version, base+".") {
		return []string{before + "-" + version + "-latest-" + after}
	}
	var names []string
	for version != base {
		version = version[:strings.LastIndexByte(version, '.')]
		names = append(names, before+"-"+version+"-latest-"+after)
	}
	return names
}

// serverPaths are the paths of the server at which a directory is, each with a slash at
// both ends: below that of the tree's public address, or at the top where it has none.
func serverPaths(d *download) []string {
	top := "/"
	if u, err := url.Parse(d.tree.Site); err == nil && u.Path != "" {
		top = "/" + strings.Trim(u.Path, "/") + "/"
		if top == "//" {
			top = "/"
		}
	}
	paths := []string{top + d.dir + "/"}
	for _, dir := range d.dirs {
		for _, alias := range dir.Aliases {
			if p := top + alias + "/"; !slices.Contains(paths, p) {
				paths = append(paths, p)
			}
		}
	}
	return paths
}

// quotable writes a path as it stands in double quotes in Apache's configuration; false
// where there is no way to do so: a variable is put in place of its name even there.
func quotable(s string) (string, bool) {
	if strings.ContainsFunc(s, unicode.IsControl) || strings.Contains(s, "${") {
		return "", false
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`), true
}
