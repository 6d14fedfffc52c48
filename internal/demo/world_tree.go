package demo

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// kept is how many builds of a kind are kept in the full tree.
const kept = 4

// alive reports whether a kind of build is made daily: those that were made lately.
func (f *forest) alive(base string) bool { return slices.Max(f.bases[base]) >= "20260825" }

// nextID is the build id of today, or the next one of today.
func (w *World) nextID(have []string) string {
	today := w.now.Format("20060102")
	id := today
	for n := 1; slices.Contains(have, id); n++ {
		id = today + "." + strconv.Itoa(n)
	}
	return id
}

// build makes each image of a kind anew, in a new directory to which pending points.
func (w *World) build(base string) {
	f := w.forest
	last, id := slices.Max(f.bases[base]), w.nextID(f.bases[base])
	for _, m := range f.images {
		if m.base() != base || m.id != last && !slices.Contains(m.also, last) {
			continue
		}
		next := *m
		next.id, next.also, next.built = id, nil, w.now.Add(-20*time.Minute)
		next.hash = madeUpHash(m.project, m.series, m.imageType, m.publishType, m.arch, id)
		grown, _ := strconv.ParseInt(next.hash[:3], 16, 64) // hexadecimal digits
		next.size = m.size - m.size%(1<<24) + grown<<11
		f.placeDaily(&next)
		f.images = append(f.images, &next)
		w.tell("image", path.Join(base, id), next.stem()+"."+next.ext)
	}
	dir := path.Join(base, id)
	t := f.trees["full"]
	f.complete(t, dir, f.list("full", dir))
	t.dir(dir).settle()
	w.link(path.Join(base, "pending"), id)
	t.dir(base).modified = w.now
}

// point makes current lead to the newest build.
func (w *World) point(base string) {
	id := slices.Max(w.forest.bases[base])
	was := w.forest.trees["full"].dir(base).children["current"]
	if was != nil && was.target == id {
		return
	}
	w.link(path.Join(base, "current"), id)
	if was == nil || !was.leadsTo(id) {
		w.tell("current", base, id)
	}
}

// leadsTo reports whether a directory of links has some to what lies beside it under
// a name.
func (n *fsNode) leadsTo(name string) bool {
	for _, child := range n.children {
		if strings.HasPrefix(child.target, "../"+name+"/") {
			return true
		}
	}
	return false
}

// link makes a path a link, whatever it was.
func (w *World) link(at, target string) {
	delete(w.forest.lists["full"], at)
	w.forest.trees["full"].link(at, target, w.now)
}

// purge removes the oldest builds of a kind.
func (w *World) purge(base string) {
	f := w.forest
	ids := f.bases[base]
	slices.Sort(ids)
	t := f.trees["full"]
	for ; len(ids) > kept; ids = ids[1:] {
		dir := path.Join(base, ids[0])
		delete(t.dir(base).children, ids[0])
		delete(f.lists["full"], dir)
		t.dir(base).modified = w.now
		w.tell("purged", dir, "")
	}
	f.bases[base] = ids
	f.images = slices.DeleteFunc(f.images, func(m *image) bool { return m.base() == base && !m.lies(ids) })
}

// lies reports whether an image is in one of the directories.
func (m *image) lies(ids []string) bool {
	return slices.Contains(ids, m.id) || slices.ContainsFunc(m.also, func(id string) bool { return slices.Contains(ids, id) })
}

// publish brings out a snapshot of what is in development, every other week.
func (w *World) publish() {
	if w.day() == 0 || w.day()%14 != 0 || w.day() > 8*14 {
		return
	}
	n := 3 + w.day()/14
	f := w.forest
	for _, m := range slices.Clone(f.images) {
		if m.series != "stonking" || m.id != slices.Max(f.bases[m.base()]) || m.project == "ubuntu-core" {
			continue
		}
		p := placed{
			dir:  path.Join(m.project, "releases", m.series, "release", fmt.Sprintf("snapshot-%d", n)),
			stem: fmt.Sprintf("%s-26.10-snapshot%d-%s-%s", strings.Replace(m.project, "ubuntu-server", "ubuntu", 1), n, m.publishType, m.arch),
			ext:  m.ext, size: m.size, hash: m.hash, built: m.built,
		}
		p.companions = releaseCompanions(p.stem+"."+p.ext, p.ext)
		f.place("full", p)
		f.complete(f.trees["full"], p.dir, f.list("full", p.dir))
		w.tell("published", p.dir, p.stem+"."+p.ext)
	}
}
