package preview

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"shiplist/generator"
)

// Rule of this file: what publishing changes is read from the facts that the site gives
// to programs, manifest.json and product.json of both sites, as any other program could.

// manifestFile and productFile lie beside the pages of milestones and products.
const (
	manifestFile = "manifest.json"
	productFile  = "product.json"
)

// subject is what changes about one thing, in words.
type subject struct {
	Title string // "Noble 24.04.3", "Directories of images"
	Href  string // of its page in the preview; empty where it has none
	Lines []line
}

// line is one change.
type line struct {
	What string // "Kubuntu Desktop amd64"; empty where the line is about the subject
	Text string // "testing → ready; build 20260423.1 → 20260424"
	Mark string // added, removed, changed, trouble
}

// facts are what is read of a manifest.json or product.json.
type facts struct {
	Title    string
	Kind     string
	Status   string
	Open     bool
	Date     string
	Rows     []row
	Findings []finding
}

type row struct {
	Product     string
	Title       string
	Intended    bool
	BuildID     string `json:"build_id"`
	State       string
	Rebuild     string
	Contact     string
	ReleaseTree string `json:"release_tree"`
	ReleasePath string `json:"release_path"`
	Bugs        []string
	Findings    []finding
}

type finding struct {
	Rule     string
	Severity string
	Text     string
}

// inWords tells the changes of milestones, then of directories, then findings that are
// about no milestone.
func inWords(public *published, site *generator.Site, files []fileChange) []subject {
	var all []subject
	var told []finding // with their milestones
	for _, f := range files {
		if path.Base(f.Path) != manifestFile {
			continue
		}
		old, now := readFacts(public.read, f.Path), readFacts(site.Read, f.Path)
		told = append(told, slices.Concat(allFindings(old), allFindings(now))...)
		if s := milestone(f, old, now); len(s.Lines) > 0 {
			all = append(all, s)
		}
	}
	all = append(all, directories(files)...)
	return append(all, productFindings(public, site, files, told)...)
}

// readFacts reads a document; nil where it is not there, or of another form.
func readFacts(read func(string) ([]byte, error), name string) *facts {
	text, err := read(name)
	if err != nil {
		return nil
	}
	f := new(facts)
	if json.Unmarshal(text, f) != nil {
		return nil
	}
	return f
}

func milestone(f fileChange, old, now *facts) subject {
	s := subject{Href: "/" + path.Dir(f.Path) + "/"}
	switch {
	case now == nil && old == nil:
		return s
	case now == nil:
		return subject{Title: old.Title, Lines: []line{{Text: "is not there any more", Mark: removed}}}
	case old == nil:
		s.Title = now.Title
		s.add(added, "", "is new, with %s", count(len(now.Rows), "product"))
		return s
	}
	s.Title = now.Title
	s.about(old, now)
	s.rows(old.Rows, now.Rows)
	s.findings(allFindings(old), allFindings(now))
	return s
}

func (s *subject) add(mark, what, format string, args ...any) {
	s.Lines = append(s.Lines, line{what, fmt.Sprintf(format, args...), mark})
}

// about tells what changed about the milestone as a whole.
func (s *subject) about(old, now *facts) {
	var parts []string
	parts = append(parts, turned("title", old.Title, now.Title)...)
	parts = append(parts, turned("kind", old.Kind, now.Kind)...)
	parts = append(parts, turned("", old.Status, now.Status)...)
	parts = append(parts, turned("date", old.Date, now.Date)...)
	if len(parts) > 0 {
		s.add(changed, "", "%s", strings.Join(parts, "; "))
	}
}

// turned says how a value changed: "build a → b".
func turned(what, from, to string) []string {
	if from == to {
		return nil
	}
	if what != "" {
		what += " "
	}
	return []string{what + cmp.Or(from, "none") + " → " + cmp.Or(to, "none")}
}

// rows tells what changed about products.
func (s *subject) rows(old, now []row) {
	before := map[string]row{}
	for _, r := range old {
		before[r.Product] = r
	}
	for _, r := range now {
		b, ok := before[r.Product]
		delete(before, r.Product)
		if !ok {
			s.add(added, r.Title, "is added: %s", r.standing())
		} else if parts := r.since(b); len(parts) > 0 {
			s.add(changed, r.Title, "%s", strings.Join(parts, "; "))
		}
	}
	for _, r := range old {
		if _, gone := before[r.Product]; gone {
			s.add(removed, r.Title, "is dropped; it was %s", r.standing())
		}
	}
}

// standing is where a product stands, in words.
func (r row) standing() string {
	if r.BuildID == "" {
		return r.State
	}
	return r.State + ", build " + r.BuildID
}

// since is what is new about a product.
func (r row) since(b row) []string {
	rebuild := turned("rebuild", b.Rebuild, r.Rebuild)
	place := turned("goes to", path.Join(b.ReleaseTree, b.ReleasePath), path.Join(r.ReleaseTree, r.ReleasePath))
	parts := slices.Concat(turned("", b.State, r.State), turned("build", b.BuildID, r.BuildID), rebuild, place, turned("contact", b.Contact, r.Contact))
	if b.Intended != r.Intended {
		parts = append(parts, map[bool]string{true: "is meant to be released now", false: "is not meant to be released any more"}[r.Intended])
	}
	return append(parts, bugs(b.Bugs, r.Bugs)...)
}

// bugs tells which came and which went.
func bugs(old, now []string) []string {
	var parts []string
	for _, n := range now {
		if !slices.Contains(old, n) {
			parts = append(parts, "bug "+n+" is new")
		}
	}
	for _, n := range old {
		if !slices.Contains(now, n) {
			parts = append(parts, "bug "+n+" is gone")
		}
	}
	return parts
}

// allFindings are those of a milestone and of its rows, each once.
func allFindings(f *facts) []finding {
	if f == nil {
		return nil
	}
	all := slices.Clone(f.Findings)
	for _, r := range f.Rows {
		all = append(all, r.Findings...)
	}
	return unique(all)
}

func unique(all []finding) []finding {
	seen := map[finding]bool{}
	return slices.DeleteFunc(all, func(f finding) bool {
		was := seen[f]
		seen[f] = true
		return was
	})
}

// findings tells which came and which went.
func (s *subject) findings(old, now []finding) {
	for _, f := range now {
		if !slices.Contains(old, f) {
			mark := changed
			if f.Severity == "blocker" {
				mark = trouble
			}
			s.add(mark, "New "+f.Severity, "%s", f.Text)
		}
	}
	for _, f := range old {
		if !slices.Contains(now, f) {
			s.add(removed, "Gone: "+f.Severity, "%s", f.Text)
		}
	}
}

// trouble marks a line that needs somebody.
const trouble = "trouble"

// directories tells which have a page now, and which have none any more.
func directories(files []fileChange) []subject {
	s := subject{Title: "Directories of images", Href: "/images/"}
	for _, f := range files {
		name, ok := strings.CutPrefix(path.Dir(f.Path), "images/")
		if !ok || path.Base(f.Path) != "index.html" || f.Did == changed {
			continue
		}
		s.add(f.Did, name, "%s", map[string]string{added: "has a page now", removed: "has no page any more"}[f.Did])
	}
	if len(s.Lines) == 0 {
		return nil
	}
	return []subject{s}
}

// productFindings tells of findings about products that no milestone has told.
func productFindings(public *published, site *generator.Site, files []fileChange, told []finding) []subject {
	known := map[finding]bool{}
	for _, f := range told {
		known[f] = true
	}
	var old, now []finding
	for _, f := range files {
		if path.Base(f.Path) == productFile {
			old = append(old, allFindings(readFacts(public.read, f.Path))...)
			now = append(now, allFindings(readFacts(site.Read, f.Path))...)
		}
	}
	s := subject{Title: "Checks", Href: "/checks/"}
	s.findings(untold(old, known), untold(now, known))
	if len(s.Lines) == 0 {
		return nil
	}
	return []subject{s}
}

func untold(all []finding, known map[finding]bool) []finding {
	return slices.DeleteFunc(unique(all), func(f finding) bool { return known[f] })
}

// count says how many of something there are.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
