package generator

import (
	"path"
	"slices"

	"shiplist/generator/staged"
	"shiplist/generator/streams"
	"shiplist/internal/release"
)

// treesPage is for whoever mirrors trees, or reads lists of them with a program: the
// lists made for each tree, and what is to come.
type treesPage struct {
	Page
	Answer string
	Trees  []treeView
	Coming []comingView
	Facts  Link // the same for programs
	Intro  html
}

// treeView is the lists of one tree.
type treeView struct {
	ID    string
	Title string
	Role  string
	Site  Link
	Lists []treeListView
}

// treeListView is a site manifest, or an index of simplestreams.
type treeListView struct {
	Link           // where it is here
	Place   string // where it would be in the tree
	What    string // "site manifest", "simplestreams"
	Files   int
	LeftOut int
	Parts   []treePartView // of an index: its lists, and those that it lacks
	Written int            // of its parts, those that are there
}

// treePartView is a list of an index. Its link leads nowhere where there is none, as
// nothing that could be in it is known.
type treePartView struct {
	Link
	Products, Files, LeftOut int
}

// comingView is what a milestone in testing will add to a tree.
type comingView struct {
	Milestone Link
	Tree      string
	Files     int
	Size      string // of those whose size is known
	Bytes     string
	Unknown   int // files whose exact size is not known
	Products  int
	Without   int // products that are meant and have no build yet
}

func (s *site) arrangeTrees() treesPage {
	p := treesPage{Page: s.newPage(treesRoot, "Lists of the trees", "Site manifests, simplestreams and what is to come in each image tree, for mirrors and programs.", menuItem{"Images", "images/"})}
	var names []string
	for _, t := range s.picture.Trees {
		names = append(names, t.Name)
		if v := s.viewTree(&p.Page, t); len(v.Lists) > 0 {
			p.Trees = append(p.Trees, v)
		}
	}
	if len(names) > 0 {
		s.rest(&p.Page, names...)
	}
	files, bytes := 0, int64(0)
	for _, c := range s.coming() {
		v := comingView{Milestone: Link{Text: c.milestone.Title, Href: p.to(s.milestonePath(c.milestone))}, Tree: c.Tree, Files: len(c.Files), Products: c.Products, Without: c.Without}
		sum := int64(0)
		for _, f := range c.Files {
			if f.Size == nil {
				v.Unknown++
				continue
			}
			sum += *f.Size
		}
		v.Size, v.Bytes = release.Size(sum), grouped(sum)
		p.Coming, files, bytes = append(p.Coming, v), files+v.Files, bytes+sum
	}
	p.Answer = "No milestone in testing brings anything yet."
	if files > 0 {
		p.Answer = capital(plural(files, "file")) + " with " + release.Size(bytes) + " to come."
	}
	if len(p.Trees) > 0 {
		p.Facts = Link{Text: treesFacts, Href: treesFacts}
	}
	p.Intro = s.part("trees", p.Root)
	return p
}

// treesFacts is the name of the file with the same facts.
const treesFacts = "trees.json"

func (s *site) viewTree(p *Page, t *release.Tree) treeView {
	v := treeView{ID: "tree-" + release.Slug(t.Name), Title: t.Name, Role: t.Role, Site: Link{Text: t.Site, Href: webURL(t.Site)}}
	for _, m := range s.manifests {
		if m.tree.Name == t.Name {
			v.Lists = append(v.Lists, treeListView{Link: Link{Text: m.name, Href: p.to(m.path())}, Place: m.name, What: "site manifest", Files: m.Files, LeftOut: m.LeftOut})
		}
	}
	for _, x := range s.streams {
		if x.tree.Name != t.Name {
			continue
		}
		place := path.Join(x.dir, streams.Dir, streams.Index)
		to := func(there bool, file string) string {
			if !there {
				return ""
			}
			return p.to(x.path(file))
		}
		list := treeListView{Link: Link{Text: place, Href: to(x.written(), streams.Index)}, Place: place, What: "simplestreams"}
		for _, l := range x.lists {
			list.Files, list.LeftOut = list.Files+l.Files, list.LeftOut+l.LeftOut
			if l.written() {
				list.Written++
			}
			list.Parts = append(list.Parts, treePartView{Link{Text: l.content, Href: to(l.written(), l.content+".json")}, len(l.products), l.Files, l.LeftOut})
		}
		v.Lists = append(v.Lists, list)
	}
	return v
}

// coming is what a milestone in testing will add to a tree: main files alone, as what
// else is written beside them is not known before.
type coming struct {
	milestone *release.Manifest
	Tree      string       `json:"tree"`
	Series    string       `json:"series"`
	Milestone string       `json:"milestone"`
	Products  int          `json:"products"`
	Without   int          `json:"without_build"` // further products that are meant to come, in a build that nobody knows yet
	Files     []comingFile `json:"files"`
}

type comingFile struct {
	Path   string `json:"path"`           // below the tree, after publishing
	Daily  string `json:"daily"`          // where the same bytes lie today, below the tree of DailyTree
	Tree   string `json:"daily_tree"`     //
	Size   *int64 `json:"size,omitempty"` // only where exact
	SHA256 string `json:"sha256,omitempty"`
}

// coming lists what is to come, by milestone and tree.
func (s *site) coming() []*coming {
	var all []*coming
	for _, m := range s.openMilestones() {
		for _, r := range m.Rows() {
			if !r.Intended && r.IntentKnown || r.Netboot || r.Location == nil || r.Location.Tree == "" || r.Release != nil {
				continue
			}
			i := slices.IndexFunc(all, func(c *coming) bool { return c.milestone == m && c.Tree == r.Location.Tree })
			if i < 0 {
				i = len(all)
				all = append(all, &coming{milestone: m, Tree: r.Location.Tree, Series: m.Line.Slug, Milestone: m.Slug})
			}
			all[i].take(r)
		}
	}
	return all
}

// take adds the files of a row, as they are called when they are published.
func (c *coming) take(r *release.Row) {
	if r.Daily == nil || r.State == release.StateDisabled {
		c.Without++
		return
	}
	c.Products++
	for _, f := range release.PublishFiles(r.Daily, r.Location.Stem) {
		to := comingFile{Path: path.Join(r.Location.Dir, f.To), Daily: path.Join(r.Daily.Dir, f.From), Tree: r.Daily.Tree.Name, SHA256: f.SHA256}
		if f.Size >= 0 {
			to.Size = &f.Size
		}
		c.Files = append(c.Files, to)
	}
}

// treesKey stands for what is told of the trees and of what is to come there.
func (s *site) treesKey() fingerprint {
	var open []fingerprint
	for _, m := range s.openMilestones() {
		open = append(open, s.keys.milestones[m])
	}
	return s.keys.of("trees", open)
}

// treesJSON are the facts of the page, for programs.
type treesJSON struct {
	Trees   []treeJSON   `json:"trees"`
	Coming  []*coming    `json:"coming"`
	Sources []sourceJSON `json:"sources"`
}

type treeJSON struct {
	Name     string       `json:"name"`
	Role     string       `json:"role"`
	Address  string       `json:"address,omitempty"`
	Manifest *listJSON    `json:"manifest,omitempty"`
	Streams  []streamJSON `json:"streams,omitempty"`
}

// listJSON is a list. Path is below this file, and empty where there is no list, as nothing
// that could be in it is known.
type listJSON struct {
	Path    string `json:"path,omitempty"`
	Files   int    `json:"files"`
	LeftOut int    `json:"left_out"`
}

type streamJSON struct {
	Path  string     `json:"path,omitempty"` // likewise
	Lists []partJSON `json:"lists"`
}

type partJSON struct {
	Content  string `json:"content_id"`
	Products int    `json:"products"`
	listJSON
}

func (s *site) treesJSON() treesJSON {
	v := treesJSON{Trees: []treeJSON{}, Coming: s.coming()}
	if v.Coming == nil {
		v.Coming = []*coming{}
	}
	var names []string
	below := func(p string) string { return p[len(treesRoot):] }
	for _, t := range s.picture.Trees {
		tree := treeJSON{Name: t.Name, Role: t.Role, Address: webURL(t.Site)}
		for _, m := range s.manifests {
			if m.tree.Name == t.Name {
				tree.Manifest = &listJSON{below(m.path()), m.Files, m.LeftOut}
			}
		}
		for _, x := range s.streams {
			if x.tree.Name != t.Name {
				continue
			}
			index := streamJSON{}
			if x.written() {
				index.Path = below(x.path(streams.Index))
			}
			for _, l := range x.lists {
				part := partJSON{l.content, len(l.products), listJSON{"", l.Files, l.LeftOut}}
				if l.written() {
					part.Path = below(x.path(l.content + ".json"))
				}
				index.Lists = append(index.Lists, part)
			}
			tree.Streams = append(tree.Streams, index)
		}
		v.Trees, names = append(v.Trees, tree), append(names, t.Name)
	}
	if len(names) > 0 {
		v.Sources = s.sourcesJSON(names)
	}
	return v
}

// treesFile is the file of these facts.
func (s *site) treesFile() *apiFile {
	return newAPIFile(treesRoot+treesFacts, s.treesKey(), s.treesJSON)
}

// treeFiles are the page and what it leads to, but for the facts for programs.
func (s *site) treeFiles() []output {
	return slices.Concat(s.manifestFiles(), s.streamFiles(), s.sumsFiles(), []output{pageOutput(s, treesRoot, "trees", s.arrangeTrees).of(s.treesKey())})
}

// listCounts counts what the lists of the trees name and leave out.
func (s *site) listCounts() staged.ListCounts {
	var c staged.ListCounts
	for _, m := range s.manifests {
		c.Manifests, c.ManifestsLeftOut = c.Manifests+m.Files, c.ManifestsLeftOut+m.LeftOut
	}
	for _, x := range s.streams {
		for _, l := range x.lists {
			c.Streams, c.StreamsLeftOut = c.Streams+l.Files, c.StreamsLeftOut+l.LeftOut
		}
	}
	return c
}
