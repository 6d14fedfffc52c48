package preview

import (
	"bytes"
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: where the menu, the foot or the style sheet changes, every page
// differs, and nobody finds those whose content does. So what is around the content of a
// page is compared apart from it.

// around tells of the pages that differ only around their content.
type around struct {
	pages map[string]bool // by path
	where []string        // the parts in which any of them differs
}

// frames are the parts of a page around its content, between the texts that begin and
// end them.
var frames = []struct{ from, to, name string }{
	{"<head>", "</head>", "the head, which names the style sheet and the script"},
	{"<header", "</header>", "the menu"},
	{"<footer", "</footer>", "the foot, which tells the times of the sources"},
}

// lookAround finds the pages that differ only around their content.
func (c *changes) lookAround() around {
	a := around{pages: map[string]bool{}}
	differs := make([]bool, len(frames))
	for _, f := range c.pages() {
		if f.Did != changed {
			continue
		}
		old, errOld := c.public.read(f.Path)
		now, errNow := c.site.Read(f.Path)
		if errOld != nil || errNow != nil || !bytes.Equal(content(old), content(now)) {
			continue
		}
		a.pages[f.Path] = true
		for i, p := range frames {
			differs[i] = differs[i] || !bytes.Equal(between(old, p.from, p.to), between(now, p.from, p.to))
		}
	}
	for i, p := range frames {
		if differs[i] {
			a.where = append(a.where, p.name)
		}
	}
	return a
}

// content is what a page is about; the whole page where its layout does not say.
func content(page []byte) []byte {
	if main := between(page, "<main", "</main>"); main != nil {
		return main
	}
	return page
}

// between is the part of a page from one text up to the next other; nil where there is
// none.
func between(page []byte, from, to string) []byte {
	_, rest, found := bytes.Cut(page, []byte(from))
	if !found {
		return nil
	}
	part, _, found := bytes.Cut(rest, []byte(to))
	if !found {
		return nil
	}
	return part
}

// sum says in one line how many of the pages that differ do so only around their content;
// empty where none does.
func (a around) sum(pages int) string {
	n := len(a.pages)
	if n == 0 {
		return ""
	}
	text := release.Plural(n, "of them differs", "of them differ") + " only around the content"
	if n == pages && n > 1 {
		text = "All of them differ only around the content"
	}
	if len(a.where) > 0 {
		text += ": in " + strings.Join(a.where, "; in ")
	}
	return text + "."
}
