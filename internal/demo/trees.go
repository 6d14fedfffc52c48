package demo

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// treeNames are the trees of the sample; each is named after its role.
func treeNames() []string { return []string{"full", "simple", "old"} }

// forest is the three trees while they grow.
type forest struct {
	trees    map[string]*fsTree
	images   []*image
	lists    map[string]map[string]*checksums // by tree and directory
	bases    map[string][]string              // build ids of a kind of build, in the full tree
	headings map[string]string                // words for projects and series
	scene    scene
	unbuilt  []*image // those that the scene does not have yet
}

// checksums is what the lists of a directory name.
type checksums struct {
	lines    map[string]string // hash by name
	newest   time.Time
	unsigned bool
}

// growTrees builds the trees from their tables, as they are in a scene.
func growTrees(now scene) (*forest, error) {
	images, err := now.images()
	if err != nil {
		return nil, err
	}
	f := &forest{
		trees: make(map[string]*fsTree), lists: make(map[string]map[string]*checksums),
		bases: make(map[string][]string), headings: make(map[string]string), scene: now,
	}
	f.images, f.unbuilt = now.built(images)
	for _, name := range treeNames() {
		f.trees[name] = newTree()
		f.lists[name] = make(map[string]*checksums)
	}
	for _, m := range f.images {
		f.placeDaily(m)
	}
	for _, step := range []func() error{f.readHeadings, f.readReleases, f.readExtras} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("tree samples: %w", err)
		}
	}
	f.pointAtBuilds()
	f.writeLists()
	f.writeSiteManifests(now.time().Add(-9 * time.Minute))
	for _, t := range f.trees {
		t.root.settle()
	}
	return f, nil
}

func (f *forest) readHeadings() error {
	return table("headings.tsv", "name heading", func(r row) { f.headings[r.text("name")] = r.text("heading") })
}

// list returns the checksums of a directory.
func (f *forest) list(tree, dir string) *checksums {
	l := f.lists[tree][dir]
	if l == nil {
		l = &checksums{lines: make(map[string]string)}
		f.lists[tree][dir] = l
	}
	return l
}

func (l *checksums) add(name, hash string, modified time.Time) {
	l.lines[name] = hash
	if modified.After(l.newest) {
		l.newest = modified
	}
}

// placeDaily puts an image into the dated directories that hold it.
func (f *forest) placeDaily(m *image) {
	for i, id := range append([]string{m.id}, m.also...) {
		if f.scene.later(id) {
			continue
		}
		dir := path.Join(m.base(), id)
		f.place("full", placed{dir: dir, stem: m.stem(), ext: m.ext, size: m.size, hash: m.hash, built: m.built, companions: dailyCompanions(m)})
		if m.flag("oversized") {
			f.trees["full"].text(path.Join(dir, m.stem()+".OVERSIZED"), "", m.built.Add(10*time.Minute))
		}
		if m.flag("netboot") {
			f.netboot("full", netbootSite{
				dir: dir, prefix: m.series, arch: m.arch, built: m.built,
				iso: path.Join(dir, m.stem()+"."+m.ext), tarballOnly: i > 0,
			})
		}
		if !slices.Contains(f.bases[m.base()], id) {
			f.bases[m.base()] = append(f.bases[m.base()], id)
		}
	}
}

// placed is an image at one place.
type placed struct {
	dir, stem, ext string
	size           int64
	hash           string
	built          time.Time
	companions     []string // extensions; what begins with the image's own is made from it
	pool           string   // directory of the file itself where dir has only a link; empty for dir
	only           bool     // in the pool, without a link
}

// place adds an image's files and its line in the checksum list.
func (f *forest) place(tree string, p placed) {
	t := f.trees[tree]
	for _, ext := range append([]string{p.ext}, p.companions...) {
		name := p.stem + "." + ext
		home := cmp.Or(p.pool, p.dir)
		f.imageFile(t, path.Join(home, name), ext, p)
		if p.pool != "" && !p.only {
			t.link(path.Join(p.dir, name), relative(p.dir, path.Join(home, name)), p.built)
		}
	}
	name := p.stem + "." + p.ext
	if p.pool != "" {
		f.list(tree, p.pool).add(name, p.hash, p.built)
	}
	if !p.only {
		f.list(tree, p.dir).add(name, p.hash, p.built)
	}
}

// relative returns the way from a directory to a path.
func relative(dir, p string) string {
	from, to := strings.Split(dir, "/"), strings.Split(p, "/")
	for len(from) > 0 && len(to) > 1 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	return strings.Repeat("../", len(from)) + strings.Join(to, "/")
}

// readReleases places what was published.
func (f *forest) readReleases() error {
	return f.scene.releases(func(r row) {
		tree := r.text("tree")
		if f.trees[tree] == nil {
			r.fail(fmt.Sprintf("tree: %q is none of %s", tree, strings.Join(treeNames(), ", ")))
			return
		}
		p := f.published(r)
		if f.scene.hides(p.built) {
			return
		}
		f.place(tree, p)
		f.scene.bringOut(f.list(tree, p.dir), p)
		if r.has("flags", "netboot") {
			f.netboot(tree, releaseNetboot(r, p))
		}
	})
}

// releaseNetboot is the set beside a published image. The flag names=FILE makes its
// configuration name another one.
func releaseNetboot(r row, p placed) netbootSite {
	prefix, arch, _ := strings.Cut(p.stem, "-live-server-")
	iso := p.stem + "." + p.ext
	for _, flag := range r.words("flags") {
		if name, ok := strings.CutPrefix(flag, "names="); ok {
			iso = name
		}
	}
	return netbootSite{dir: p.dir, prefix: prefix, arch: arch, built: p.built, iso: path.Join(p.dir, iso)}
}

// published reads a row of releases.tsv: an image that is still among the dailies,
// or one whose facts stand in the row itself.
func (f *forest) published(r row) placed {
	file := r.text("file")
	ext := extensionOf(file)
	p := placed{dir: r.text("dir"), stem: strings.TrimSuffix(file, "."+ext), ext: ext}
	if from := r.text("from"); from != "" {
		m := f.imageAt(r, from, file)
		p.size, p.hash, p.built = m.size, m.hash, m.built
	} else {
		p.size, p.hash, p.built = r.int("size"), r.text("hash"), r.time("built")
		if p.hash == "" {
			p.hash = madeUpHash(r.text("tree"), file)
		}
	}
	p.companions = releaseCompanions(file, ext)
	if r.has("flags", "pool") || r.has("flags", "pool-only") {
		p.pool = path.Join(path.Dir(p.dir), ".pool")
		p.only = r.has("flags", "pool-only")
	}
	return p
}

// imageAt finds the image that PROJECT/IMAGE-TYPE/ID holds for a released name. Of
// two that fit, "server" and "live-server", the longer one is meant.
func (f *forest) imageAt(r row, from, file string) *image {
	found := &image{}
	for _, m := range slices.Concat(f.images, f.unbuilt) {
		if path.Join(m.project, m.imageType, m.id) == from && slices.Contains(strings.Split(r.text("dir"), "/"), m.series) &&
			strings.HasSuffix(file, "-"+m.tail()) && (found.id == "" || len(m.tail()) > len(found.tail())) {
			found = m
		}
	}
	if found.id == "" {
		r.fail(fmt.Sprintf("from: no image of %q becomes %s", from, file))
	}
	return found
}

// readExtras reads what the other tables cannot say.
func (f *forest) readExtras() error {
	return table("extras.tsv", "what tree path value", func(r row) {
		t := f.trees[r.text("tree")]
		if t == nil {
			r.fail(fmt.Sprintf("tree: %q is none of %s", r.text("tree"), strings.Join(treeNames(), ", ")))
			return
		}
		p, v := r.text("path"), r.text("value")
		if f.scene.leavesOut(r.text("what"), p) {
			return
		}
		switch r.text("what") {
		case "link":
			t.link(p, v, Now().Add(-48*time.Hour))
		case "current":
			f.currentOf(t, p, v)
		case "text":
			t.text(p, strings.ReplaceAll(v, `\n`, "\n"), Now().Add(-2*time.Hour))
		case "unsigned":
			f.list(r.text("tree"), p).unsigned = true
		case "gone":
			f.list(r.text("tree"), path.Dir(p)).lines[path.Base(p)] = madeUpHash(r.text("tree"), path.Base(p))
		case "file", "listed":
			f.extraFile(r, t)
		default:
			r.fail(fmt.Sprintf("what: %q is not known", r.text("what")))
		}
	})
}

// extraFile adds a file that belongs to no image of the tables, with a line in the
// checksum list or without.
func (f *forest) extraFile(r row, t *fsTree) {
	p, when := r.text("path"), Now().Add(-36*time.Hour)
	t.file(p, r.int("value"), when)
	if r.text("what") == "listed" {
		f.list(r.text("tree"), path.Dir(p)).add(path.Base(p), madeUpHash(r.text("tree"), path.Base(p)), when)
	}
}

// currentOf makes "current" by hand: a link to one id, or a directory of links in
// which each architecture has its own.
func (f *forest) currentOf(t *fsTree, base, value string) {
	current := path.Join(base, "current")
	if !strings.Contains(value, "=") {
		t.link(current, value, Now())
		return
	}
	var info strings.Builder
	for _, word := range strings.Fields(value) {
		arch, id, _ := strings.Cut(word, "=")
		for _, m := range f.images {
			if m.base() == base && m.arch == arch && (m.id == id || slices.Contains(m.also, id)) {
				f.linkInto(t, current, path.Join(base, id), m)
				fmt.Fprintf(&info, "%s.%s %s\n", m.stem(), m.ext, id)
			}
		}
	}
	made := Now().Add(-3 * time.Hour)
	t.text(path.Join(current, ".publish_info"), info.String(), made)
	f.list("full", current).newest = made // not as old as the images to which it leads
}

// linkInto links the files of one image, which are those whose names agree up to
// the first dot.
func (f *forest) linkInto(t *fsTree, current, dir string, m *image) {
	for _, name := range t.dir(dir).names() {
		if stem, _, _ := strings.Cut(name, "."); stem == m.stem() {
			t.link(path.Join(current, name), path.Join("..", path.Base(dir), name), m.built)
		}
	}
	f.list("full", current).add(m.stem()+"."+m.ext, m.hash, m.built)
}

// pointAtBuilds adds current and pending where no table did: both at the newest id.
func (f *forest) pointAtBuilds() {
	t := f.trees["full"]
	for base, ids := range f.bases {
		newest := slices.Max(ids) // as text, too: the samples have no tenth build of a day
		for _, name := range []string{"current", "pending"} {
			if t.dir(base).children[name] == nil {
				t.link(path.Join(base, name), newest, Now())
			}
		}
	}
}
