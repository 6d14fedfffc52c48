package generator

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"shiplist/generator/streams"
	"shiplist/internal/release"
)

// Rule of this file: a list names a file only where its exact size and its SHA-256 are
// known, as readers hold downloads to both. What lacks one is counted, and nothing is
// guessed. The lists are those that would stand in the tree: paths count from there.

// streamIndex is one index of simplestreams with its lists, by content id.
type streamIndex struct {
	tree  *release.Tree
	dir   string // below the tree, in which streams/ stands
	lists []streamList
}

// streamList is one list of a rule: of one project, or of all where the content id of the
// rule names none.
type streamList struct {
	rule     *release.StreamRule
	tree     *release.Tree
	project  string
	content  string   // content id
	products []string // their names, sorted; without any there is no list, only what is left out
	listCount
}

// written reports whether there is such a list.
func (l *streamList) written() bool { return len(l.products) > 0 }

// written reports whether there is such an index.
func (x *streamIndex) written() bool {
	return slices.ContainsFunc(x.lists, func(l streamList) bool { return l.written() })
}

// listCount is how many files a list names, and how many it leaves out because nobody
// published their checksum or exact size.
type listCount struct{ Files, LeftOut int }

// treesRoot is the directory of the site in which each tree has one, whose files belong
// into the root of the tree.
const treesRoot = "trees/"

// ofTree is the path of a file that belongs into a tree.
func ofTree(t *release.Tree, name string) string { return treesRoot + component(t.Name) + "/" + name }

// path is where the index stands on the site; "" is none.
func (x *streamIndex) path(file string) string {
	return ofTree(x.tree, path.Join(x.dir, streams.Dir, file))
}

// collectStreams finds the lists that the rules ask for, and those that would be there if
// the size and checksum of a file were known.
func (s *site) collectStreams() []*streamIndex {
	var all []*streamIndex
	for _, t := range s.picture.Trees {
		for i := range s.rules.Streams {
			r := &s.rules.Streams[i]
			if r.Role != t.Role {
				continue
			}
			lists := s.streamLists(r, t)
			at := slices.IndexFunc(all, func(x *streamIndex) bool { return x.tree == t && x.dir == r.Directory })
			switch {
			case len(lists) == 0:
			case at < 0:
				all = append(all, &streamIndex{tree: t, dir: r.Directory, lists: lists})
			default:
				all[at].lists = append(all[at].lists, lists...)
			}
		}
	}
	for _, x := range all {
		slices.SortFunc(x.lists, func(a, b streamList) int { return strings.Compare(a.content, b.content) })
	}
	return all
}

// streamSlot is where a list has a file: of each type one in a version.
type streamSlot struct{ product, version, kind string }

// streamLists are the lists of one rule in one tree, with what they count. A slot that a
// second file would take counts once.
func (s *site) streamLists(r *release.StreamRule, t *release.Tree) []streamList {
	byContent := map[string]*streamList{}
	listed := map[streamSlot]bool{}
	s.streamed(r, t, "", func(f streamFile) {
		l := byContent[f.content]
		if l == nil {
			l = &streamList{rule: r, tree: t, content: f.content}
			if f.content != r.Content {
				l.project = f.img.Project
			}
			byContent[f.content] = l
		}
		slot := streamSlot{f.product, f.version, f.kind}
		known, seen := listed[slot]
		switch {
		case known || seen && !f.known():
			return
		case seen:
			l.LeftOut--
		}
		if listed[slot] = f.known(); !listed[slot] {
			l.LeftOut++
			return
		}
		l.Files++
		if n, found := slices.BinarySearch(l.products, slot.product); !found {
			l.products = slices.Insert(l.products, n, slot.product)
		}
	})
	var lists []streamList
	for _, l := range byContent {
		lists = append(lists, *l)
	}
	return lists
}

// contentID is the content id of a rule for a project: the name of a file, too.
func contentID(r *release.StreamRule, project string) string {
	return strings.ReplaceAll(r.Content, "{project}", component(project))
}

// streamFile is a file that a list may name.
type streamFile struct {
	img       *release.TreeImage
	file      *release.File
	rule      *release.SeriesRule
	kind      string // of its type in the list
	imageType string // in the list
	base      string // version of the series
	version   string // of the files
	path      string // from the base of the rule
	content   string // content id of the list
	product   string // its name there
}

// known reports whether all is known of a file that a list says.
func (f *streamFile) known() bool { return f.file.SHA256 != "" && f.file.Size != nil && f.file.Exact }

// streamed finds the files that the lists of a rule name, of one project or of all. Discs
// of source are in none: several of them would be one file.
func (s *site) streamed(r *release.StreamRule, t *release.Tree, project string, take func(streamFile)) {
	kinds := map[string]string{}
	for i := range s.rules.Extensions {
		kinds[s.rules.Extensions[i].Name] = s.rules.Extensions[i].Stream
	}
	for _, d := range t.Directories {
		for _, img := range d.Images {
			if project != "" && img.Project != project || !forMachine(img.Arch) {
				continue
			}
			about, ok := s.streamedImage(r, img)
			if !ok {
				continue
			}
			for _, v := range streamVersions(r, d, img) {
				below, inside := strings.CutPrefix(v.dir+"/", slashed(r.Base))
				for k := range img.Files {
					f := about
					f.file, f.kind, f.version = &img.Files[k], kinds[img.Files[k].Type], v.name
					if f.path = below + f.file.Name; inside && f.kind != "" {
						take(f)
					}
				}
			}
		}
	}
}

// streamedImage is what the files of an image have in common. False where a part of the
// name of the product is not known.
func (s *site) streamedImage(r *release.StreamRule, img *release.TreeImage) (f streamFile, ok bool) {
	rule, _ := s.rules.SeriesRule(img.Series)
	if rule == nil {
		return f, false
	}
	f = streamFile{img: img, rule: rule, imageType: img.ImageType, base: rule.Version}
	switch r.Of {
	case release.StreamReleases:
		f.imageType = img.PublishType
	case release.StreamCore:
		f.base = rule.CoreSeries
	}
	f.content = contentID(r, img.Project)
	f.product = f.content + ":" + f.imageType + ":" + f.base + ":" + img.Arch
	return f, f.imageType != "" && f.base != ""
}

func slashed(dir string) string {
	if dir == "" {
		return ""
	}
	return dir + "/"
}

// streamVersion is a version under which a list has an image, and where that lies.
type streamVersion struct{ name, dir string }

// currentVersion is the name of the version of a channel's newest image.
const currentVersion = "current"

// streamVersions are the versions under which the lists of a rule have an image.
func streamVersions(r *release.StreamRule, d *release.TreeDirectory, img *release.TreeImage) []streamVersion {
	switch {
	case !r.Takes(d, img):
		return nil
	case r.Of == release.StreamReleases:
		return []streamVersion{{img.Version, d.Path}}
	case d.Kind == release.DirectoryCurrent:
		return []streamVersion{{currentVersion, d.Path}}
	case r.Of == release.StreamCore && img.Current:
		return []streamVersion{{d.BuildID, d.Path}, {currentVersion, shownAt(d, currentVersion)}}
	}
	return []streamVersion{{d.BuildID, d.Path}}
}

// makeStream fills a list.
func (s *site) makeStream(l *streamList) *streams.List {
	list := streams.NewList(l.content, s.toldBy(l.tree).AsOf)
	newestCore := s.newestCore()
	s.streamed(l.rule, l.tree, l.project, func(f streamFile) {
		if f.known() {
			list.Add(f.product, streamProduct(&f, l.rule, newestCore), f.version,
				streams.Item{Type: f.kind, Path: f.path, SHA256: f.file.SHA256, Size: *f.file.Size})
		}
	})
	return list
}

// toldBy is the source of a tree.
func (s *site) toldBy(t *release.Tree) *release.Source {
	for i := range s.picture.Sources {
		if src := &s.picture.Sources[i]; src.Name == t.Name {
			return src
		}
	}
	return &release.Source{}
}

// newestCore is the newest series of core images.
func (s *site) newestCore() string {
	newest := ""
	for _, r := range s.rules.Series {
		newest = cmp.Or(r.CoreSeries, newest)
	}
	return newest
}

// streamProduct is what a list says of a product.
func streamProduct(f *streamFile, r *release.StreamRule, newestCore string) streams.Product {
	p := streams.Product{
		Arch: f.img.Arch, ImageType: f.imageType, OS: f.img.Project, Version: f.base,
		Release: f.rule.Name, ReleaseCodename: f.rule.DisplayName, ReleaseTitle: f.base,
	}
	if r.Of != release.StreamCore {
		p.ReleaseTitle = cmp.Or(f.rule.PointVersion, f.rule.Version)
		if f.rule.LTS {
			p.ReleaseTitle += " LTS"
		}
	}
	switch {
	case r.Of == release.StreamReleases:
		p.Aliases = f.rule.Version + "," + f.rule.Name
	case r.Of == release.StreamCore && len(r.Aliased) > 0 && release.Match(r.Aliased, f.imageType):
		if p.Aliases = f.base; f.base == newestCore {
			p.Aliases += ",default"
		}
	}
	return p
}

// streamFiles are the files of the lists. Index and lists agree, as they are made of one
// state.
func (s *site) streamFiles() []output {
	var out []output
	for _, x := range s.streams {
		if !x.written() {
			continue
		}
		for i := range x.lists {
			if l := &x.lists[i]; l.written() {
				out = append(out, fileOutput(x.path(l.content+".json"), func(b *bytes.Buffer) error { return s.makeStream(l).Write(b) }).of(s.key))
			}
		}
		out = append(out, fileOutput(x.path(streams.Index), func(b *bytes.Buffer) error { return streams.WriteIndex(b, s.indexed(x)) }).of(s.key))
	}
	return out
}

// indexed is what an index says of its lists.
func (s *site) indexed(x *streamIndex) []streams.Indexed {
	updated := s.toldBy(x.tree).AsOf
	var all []streams.Indexed
	for _, l := range x.lists {
		if !l.written() {
			continue
		}
		all = append(all, streams.Indexed{ContentID: l.content, Updated: updated, Products: l.products})
	}
	return all
}
