package generator

import (
	"shiplist/internal/release"
)

// Rule of this file: what follows from the trees alone is large and changes seldom, so
// it is taken over from the site before as long as nothing that it was made of differs.
// Its key has everything but what pages of images do not show: states of products,
// milestones but which are open, and when exactly sources were asked. A page that shows more of them must
// not have it. TestBuildMissesNothing changes every field of the facts and compares. The
// keys of pages that show them are in keys.go.

// holdings are the publishing pages and what is looked up about them.
type holdings struct {
	// key stands for all that they are made of, and for all that their pages show.
	key fingerprint
	// downloads are the publishing pages, by path; downloadOf finds the page of a
	// directory.
	downloads  []*download
	downloadOf map[*release.TreeDirectory]*download
	editionsOf map[edition][]*download // the publishing pages of one release
	releasesOf map[string][]*download  // the finals of a project, newest first
	ofProject  map[projectKey][]*download
	ofSeries   map[string][]titled // the publishing pages of a series, by title
	// open are the versions that are not out yet.
	open []openVersion
	// images are those of the trees by series, and seriesWithImages the order in which the trees
	// name these.
	images           map[string][]*release.TreeImage
	seriesWithImages []string
	// streams and manifests are the lists made for the trees.
	streams   []*streamIndex
	manifests []*siteManifest
	// directories are those of all trees.
	directories map[treeDir]*release.TreeDirectory
}

// treeDir names a directory by its tree and its path there.
type treeDir struct{ tree, path string }

// hold collects the publishing pages, or takes them over from the site before.
func (s *site) hold() {
	var key fingerprint
	if s.again {
		key = s.holdingsKey()
	}
	if s.before != nil && key.is(s.before.key) {
		s.holdings = s.before.holdings
	} else {
		s.collectDownloads()
		s.collectEditions()
		s.collectReleases()
		s.findTitles()
		s.listPages()
		s.collectImages()
		s.streams, s.manifests = s.collectStreams(), s.collectManifests()
		s.key = key
	}
	s.before = nil // or every site would hold the one before
}

// holdingsKey is none where directories cannot be told apart by their revisions.
func (s *site) holdingsKey() fingerprint {
	type directory struct {
		path     string
		revision uint64
	}
	var directories []directory
	var trees []release.Tree
	for _, t := range s.picture.Trees {
		trees = append(trees, release.Tree{Name: t.Name, Role: t.Role, Site: t.Site})
		for _, d := range t.Directories {
			if d.Revision == 0 {
				return fingerprint{}
			}
			directories = append(directories, directory{d.Path, d.Revision})
		}
		directories = append(directories, directory{})
	}
	return fingerprintOf(s.frameKey(), trees, directories, s.bareLines(), s.bareProducts(), s.openVersions())
}

// frameKey stands for what any page may show besides facts about images and products.
func (s *site) frameKey() fingerprint {
	var sources []sourceView
	for i := range s.picture.Sources {
		sources = append(sources, viewSource(&s.picture.Sources[i]))
	}
	return fingerprintOf(s.config, s.rules, s.commands, s.layouts.sum, s.texts.sum, s.editable, s.assets, s.menu, s.foot, s.seriesDirs, s.families, s.picture.AsOf, sources)
}

// bareLines are the series without milestones, intent and findings.
func (s *site) bareLines() []release.Line {
	lines := make([]release.Line, len(s.picture.Lines))
	for i, l := range s.picture.Lines {
		lines[i] = *l
		lines[i].Milestones, lines[i].Intents, lines[i].Findings = nil, nil, nil
	}
	return lines
}

// bareProducts are the products without rows, images and findings.
func (s *site) bareProducts() []release.ProductLine {
	products := make([]release.ProductLine, len(s.picture.Products))
	for i, p := range s.picture.Products {
		products[i] = *p
		products[i].Rows, products[i].Images, products[i].Findings = nil, nil, nil
	}
	return products
}
