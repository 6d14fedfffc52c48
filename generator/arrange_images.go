package generator

import (
	"cmp"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// imagesPage lists all publishing pages.
type imagesPage struct {
	Page
	Answer string
	Lines  []imagesLine
	Intro  html
}

// imagesLine is the pages of one series.
type imagesLine struct {
	Title   string
	Dirs    []imagesDir
	Dailies []imagesDir
}

type imagesDir struct {
	Link
	Tree  string
	Dir   string
	Kind  string // "release", "beta", "daily", "pending daily"
	Count int
}

func (s *site) arrangeImages() (imagesPage, error) {
	p := imagesPage{Page: s.newPage("images/", "Images", "Every directory of images, by series.")}
	var trees []string
	for _, t := range s.picture.Trees {
		trees = append(trees, t.Name)
	}
	if len(trees) > 0 {
		s.rest(&p.Page, trees...)
	}
	for _, l := range s.picture.Lines {
		p.addLine(seriesTitle(l), s.imagesOf(&p.Page, l.Slug))
	}
	p.addLine("Of no known series", s.imagesOf(&p.Page, ""))
	p.Answer = plural(len(s.downloads), "directory", "directories") + " with images."
	var err error
	p.Intro, err = s.part("images", p.Root)
	return p, err
}

// addLine adds the pages of a series, the dailies apart.
func (p *imagesPage) addLine(title string, dirs []imagesDir) {
	if len(dirs) == 0 {
		return
	}
	n := slices.IndexFunc(dirs, func(d imagesDir) bool { return kindRank(d.Kind) > 0 })
	if n < 0 {
		n = len(dirs)
	}
	p.Lines = append(p.Lines, imagesLine{title, dirs[:n], dirs[n:]})
}

// imagesOf are the publishing pages of a series; of no known one for "".
func (s *site) imagesOf(p *Page, series string) []imagesDir {
	var dirs []imagesDir
	for _, d := range s.downloads {
		if d.series != series && (series != "" || s.line(d.series) != nil) {
			continue
		}
		v := imagesDir{Link: Link{Text: s.shortTitle(d), Href: p.to(d.path)}, Tree: d.tree.Name, Dir: d.dir, Count: len(d.images)}
		switch d.kind {
		case release.DirectoryCurrent:
			v.Kind = "daily"
		case release.DirectoryPending:
			v.Kind = "pending daily"
		default:
			v.Kind = cmp.Or(strings.ToLower(stageOf(d)), "release")
		}
		dirs = append(dirs, v)
	}
	slices.SortStableFunc(dirs, func(a, b imagesDir) int {
		return cmp.Or(cmp.Compare(kindRank(a.Kind), kindRank(b.Kind)), compareTitles(a.Text, b.Text))
	})
	return dirs
}

// kindRank puts releases first and pending dailies last.
func kindRank(kind string) int {
	switch kind {
	case "daily":
		return 1
	case "pending daily":
		return 2
	}
	return 0
}
