package testobserver

import (
	"net/url"
	"path"
	"strings"

	"shiplist/internal/naming"
	"shiplist/internal/release"
)

// called is what an artefact is: the series and the product, by name and by what it is in
// a tree.
type called struct {
	series   string // slug
	title    string
	identity release.Identity // empty where the name tells nothing
	ruled    bool             // a [[product]] rule has the title
}

// namer finds out what artefacts are.
type namer struct {
	source  string
	rules   release.Rules
	grammar *naming.Grammar
}

func newNamer(source string, rules release.Rules) *namer {
	return &namer{source, rules, naming.New(rules)}
}

// dangerous is what stands in front of the name of a file of a daily-dangerous directory
// and not in front of the file's own, and the kind of build that it means.
const (
	dangerous     = "dangerous-"
	dangerousType = "daily-dangerous"
)

// call tells what an artefact is. The address says most: project and kind of build are
// parts of its path, and its last part is the true name of the file.
func (n *namer) call(a *artefact) called {
	c := called{series: n.series(a.release)}
	dir, file := n.place(a)
	if f := n.grammar.ParseFile(dir, file); f.PublishType != "" || f.Arch != "" {
		c.identity = release.Identity{Project: f.Project, ImageType: dir.ImageType, PublishType: f.PublishType, Arch: f.Arch}
	}
	if rule := n.rules.ProductOf(n.source, c.identity); rule != nil {
		c.title, c.ruled = rule.Title, true
		c.identity.Subproject = rule.Subproject
		return c
	}
	if id := c.identity; id.PublishType != "" && id.Arch != "" && id.Project != "" {
		c.title = strings.TrimSpace(strings.Join([]string{id.Project, id.PublishType, id.Arch, id.ImageType}, " "))
		return c
	}
	c.title = a.os + " " + withoutRelease(a.name, a.release)
	return c
}

// series is the slug of the series that a release is: the one of that name, or, for Core
// images, the one that has the number as its core_series.
func (n *namer) series(name string) string {
	if _, i := n.rules.SeriesRule(name); i < 0 {
		for _, r := range n.rules.Series {
			if r.CoreSeries == name {
				return r.Name
			}
		}
	}
	return release.SeriesSlug(name, "")
}

// place is the directory of an artefact's file in its tree, and the file's own name.
func (n *namer) place(a *artefact) (naming.Directory, string) {
	if u, err := url.Parse(a.address); err == nil {
		dir, file := path.Split(strings.TrimPrefix(u.Path, "/"))
		if file != "" && strings.HasSuffix(a.name, file) {
			return n.grammar.Directory(strings.TrimSuffix(dir, "/")), file
		}
	}
	dir := naming.Directory{Kind: naming.Dated, BuildID: a.version, Project: n.project(a.os)}
	if file, ok := strings.CutPrefix(a.name, dangerous); ok {
		dir.ImageType = dangerousType
		return dir, file
	}
	return dir, a.name
}

// project is the one that an os means: of that name, or, as ubuntu-desktop was one, of the
// name without its last word.
func (n *namer) project(os string) string {
	if i := strings.LastIndexByte(os, '-'); i > 0 && !n.grammar.IsProject(os) && n.grammar.IsProject(os[:i]) {
		return os[:i]
	}
	return os
}

// withoutRelease is a file name that is the same in every series.
func withoutRelease(name, series string) string {
	if rest, ok := strings.CutPrefix(name, series+"-"); ok {
		return rest
	}
	return strings.Replace(name, "-"+series+"-", "-", 1)
}
