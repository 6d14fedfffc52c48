package generator

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/blog/atom"

	"shiplist/internal/config"
	"shiplist/internal/issue"
)

// Rule of this file: a page that moved keeps its old address alive in each way that a
// server may have: a page that leads on, without any; .htaccess beside that page, for
// Apache; a map for nginx; and a list for programs. What stands in the configuration was
// checked to have no second meaning in any of them.

// Names of the list for programs and of the map for nginx.
const (
	movedList = "moved.json"
	movedMap  = "moved.map"
	// movedApache lies beside each page that leads on.
	movedApache = ".htaccess"
)

// movedPage stands at an address from which a page moved.
type movedPage struct {
	Page
	To    string // address of the page now, relative to this one where it is on the site
	Where string // that for people: the path, or the whole address
}

// moves are the pages that moved, by their old path, but for those whose entry does
// nothing; see idleMoves. outputs are all files of the site but theirs.
func (s *site) moves(outputs ...[]output) []config.Moved {
	if len(s.moved) == 0 {
		return nil
	}
	there := taken{}
	for _, some := range outputs {
		for _, o := range some {
			there.add(o.path)
		}
	}
	moves := slices.DeleteFunc(slices.Clone(s.moved), func(m config.Moved) bool {
		return there[indexFile(m.From)] || there.within(m.From) || !m.Elsewhere() && !there[indexFile(m.To)]
	})
	slices.SortFunc(moves, func(a, b config.Moved) int { return strings.Compare(a.From, b.From) })
	return moves
}

// taken are the paths of files, and with a slash at the end of the directories that hold
// any themselves.
type taken map[string]bool

func (t taken) add(name string) {
	t[name] = true
	dir, _ := path.Split(name)
	t[dir] = true
}

// within reports whether a directory holds files itself, from which a server would lead
// away, or whether it, or one above it, has the name of a file. Those that publishing adds
// count, too.
func (t taken) within(dir string) bool {
	for i, c := range dir {
		if name := dir[:i]; c == '/' && (t[name] || name == movedList || name == movedMap || issue.Own(name)) {
			return true
		}
	}
	return t[dir]
}

// movedFiles are the files of the pages that moved.
func (s *site) movedFiles(moves []config.Moved) []output {
	out := []output{
		asJSON(s, movedList, viewMoves, moves),
		fileOutput(movedMap, func(b *bytes.Buffer) error { s.writeMovedMap(b, moves); return nil }),
	}
	for _, m := range moves {
		out = append(out, pageOutput(s, m.From, "moved", with(s.arrangeMoved, m)),
			fileOutput(m.From+movedApache, func(b *bytes.Buffer) error { writeMovedApache(b, m); return nil }))
	}
	return out
}

// idleMoves tells of which entries nothing was made: a page that is back is not hidden,
// and an address that leads to where no page is would be as dead as without an entry.
func (s *site) idleMoves(files []madeFile) []string {
	if len(s.moved) == 0 {
		return nil
	}
	there := taken{}
	for _, f := range files {
		there.add(f.Path)
	}
	var all []string
	for _, m := range s.moved {
		switch {
		case there[m.From+movedApache]:
		case there[indexFile(m.From)]:
			all = append(all, fmt.Sprintf("/%s is a page of the site, so its [[moved]] does nothing", m.From))
		case there.within(m.From):
			all = append(all, fmt.Sprintf("/%s has files of the site, or is one, so its [[moved]] does nothing", m.From))
		default:
			all = append(all, fmt.Sprintf("[[moved]] leads from /%s to /%s, where the site has no page, so it does nothing", m.From, m.To))
		}
	}
	return all
}

func (s *site) arrangeMoved(m config.Moved) movedPage {
	p := movedPage{Page: s.newPage(m.From, "Moved", "This page has another address now."), To: m.To, Where: m.To}
	if !m.Elsewhere() {
		p.To, p.Where = p.to(m.To), "/"+m.To
		p.Canonical = fullAddress(s.config.BaseURL, m.To)
	}
	p.Canonical = cmp.Or(p.Canonical, p.To)
	return p
}

// movesJSON is the list for programs.
type movesJSON struct {
	Moved []moveJSON `json:"moved"`
}

type moveJSON struct {
	From  string `json:"from"` // path below the site
	To    string `json:"to"`   // likewise, or an address
	Since string `json:"since,omitempty"`
}

func viewMoves(moves []config.Moved) movesJSON {
	j := movesJSON{Moved: []moveJSON{}}
	for _, m := range moves {
		to := m.To
		if !m.Elsewhere() {
			to = "/" + m.To
		}
		one := moveJSON{From: "/" + m.From, To: to}
		if !m.Since.IsZero() {
			one.Since = m.Since.Format(time.DateOnly)
		}
		j.Moved = append(j.Moved, one)
	}
	return j
}

// toldMoves are those of which a feed tells: the day is known, and has come.
func (s *site) toldMoves(moves []config.Moved) []config.Moved {
	return slices.DeleteFunc(slices.Clone(moves), func(m config.Moved) bool { return m.Since.IsZero() || m.Since.After(s.picture.AsOf) })
}

// movedEntries are the entries of a feed about pages that moved.
func (s *site) movedEntries(p *Page, moves []config.Moved) []*atom.Entry {
	var all []*atom.Entry
	for _, m := range moves {
		to, where := m.To, m.To
		if !m.Elsewhere() {
			to, where = p.to(m.To), "/"+m.To
		}
		sum := sha256.Sum256([]byte(m.From + "\n" + m.To))
		all = append(all, &atom.Entry{
			Title: "/" + m.From + " has moved to " + where, ID: s.newsID("moved", m.Since, sum[:]),
			Link: []atom.Link{{Rel: "alternate", Href: to, Type: "text/html"}}, Published: atomTime(m.Since), Updated: atomTime(m.Since),
			Content: &atom.Text{Type: "html", Body: "<p>The page /" + template.HTMLEscapeString(m.From) + " has another address now: " + linked(Link{Text: where, Href: to}) + ".</p>"},
		})
	}
	return all
}

// writeMovedApache writes .htaccess of the directory in which a page was. Servers that
// serve the site below some path do so below that path, too. The files beside the page,
// such as manifest.json, went with it.
func writeMovedApache(b *bytes.Buffer, m config.Moved) {
	to := m.To
	switch {
	case !m.Elsewhere():
		to = "$1/" + escapedPath(m.To) + "$2"
	case strings.HasSuffix(to, "/"):
		to += "$2"
	}
	fmt.Fprintf(b, "<IfModule mod_alias.c>\nRedirectMatch permanent \"^(.*)/%s(?:index\\.html|([^/]*\\.[^/]*))?$\" \"%s\"\n</IfModule>\n", regexp.QuoteMeta(m.From), to)
}

// writeMovedMap writes the map for nginx, from paths on the server to addresses.
func (s *site) writeMovedMap(b *bytes.Buffer, moves []config.Moved) {
	root := "/"
	if base, err := url.Parse(webURL(s.config.BaseURL)); err == nil && base.Host != "" {
		root = strings.TrimRight(base.Path, "/") + "/"
	}
	b.WriteString("# Pages that moved. In nginx: map $uri $moved { default \"\"; include /.../moved.map; }\n")
	for _, m := range moves {
		to := m.To
		switch {
		case !m.Elsewhere():
			to = (&url.URL{Path: root}).EscapedPath() + escapedPath(m.To) + "$1"
		case strings.HasSuffix(to, "/"):
			to += "$1"
		}
		fmt.Fprintf(b, "\"~^%s(?:index\\.html|([^/]*\\.[^/]*))?$\" \"%s\";\n", regexp.QuoteMeta(root+m.From), to)
	}
}
