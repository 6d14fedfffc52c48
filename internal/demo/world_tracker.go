package demo

import (
	"slices"
	"strings"
	"time"
)

// The milestones in which something happens.
const (
	resoluteDaily = 459
	resolutePoint = 474
	stonkingDaily = 468
	snapshotThree = 475
)

// test does what the tracker's people and the build host do in this hour: each
// product of the daily milestones gets a new build once a day; on the point release
// one build is readied each day, and now and then one is taken back or respun.
func (w *World) test() {
	for _, e := range slices.Clone(w.db.entries) {
		if (e.milestone.id == resoluteDaily || e.milestone.id == stonkingDaily) && e.status == 0 && w.hoursSince(e.build.product.title) == 0 {
			w.post(e)
		}
	}
	switch {
	case w.now.Hour() == 15:
		w.mark(resolutePoint, 0, 4, "ready")
	case w.now.Hour() == 17 && w.day()%4 == 2:
		w.mark(resolutePoint, 4, 0, "unready")
	case w.now.Hour() == 19 && w.day()%5 == 3:
		w.respin()
	case w.now.Hour() == 13 && w.day() == 14:
		w.finish(snapshotThree)
	case w.now.Hour() == 3:
		w.forgetSuperseded()
	}
}

// post puts a new build in the place of an entry's.
func (w *World) post(old *entry) {
	old.status = 3
	id := w.nextID(nil)
	if old.build.version >= id {
		id += ".9"
	}
	b := w.buildOf(old.build.series, old.build.product, id)
	w.db.entries = append(w.db.entries, &entry{milestone: old.milestone, build: b, date: w.now.Format(stamp), user: old.user})
	w.tell("build", old.milestone.title, old.build.product.title+" "+id)
}

// buildOf is [records.buildOf] for a table that loses records: no number comes twice.
func (w *World) buildOf(s *series, p *product, version string) *build {
	for _, b := range w.db.builds {
		if b.series == s && b.product == p && b.version == version {
			return b
		}
	}
	b := &build{id: w.db.builds[len(w.db.builds)-1].id + 1, series: s, product: p, version: version}
	w.db.builds = append(w.db.builds, b)
	return b
}

// mark gives another status to one entry of a milestone, today's among those that
// have the first.
func (w *World) mark(milestone, from, to int64, what string) {
	var all []*entry
	for _, e := range w.db.entries {
		if e.milestone.id == milestone && e.status == from {
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return
	}
	e := all[w.day()%len(all)]
	e.status = to
	w.tell(what, e.milestone.title, e.build.product.title)
}

// respin replaces a ready build of the point release, which has its images from
// elsewhere.
func (w *World) respin() {
	for _, e := range w.db.entries {
		if e.milestone.id == resolutePoint && e.status == 4 {
			w.post(e)
			return
		}
	}
}

// finish closes a milestone.
func (w *World) finish(id int64) {
	for _, m := range w.db.milestones {
		if m.id == id {
			m.status = 1
			w.tell("milestone", m.title, "released")
		}
	}
}

// forgetSuperseded drops what was superseded on a daily milestone long ago, which
// nobody asks for: a year of it would fill the memory.
func (w *World) forgetSuperseded() {
	before := w.now.Add(-7 * 24 * time.Hour).Format("20060102")
	used := map[*build]bool{}
	w.db.entries = slices.DeleteFunc(w.db.entries, func(e *entry) bool {
		drop := e.status == 3 && strings.HasSuffix(e.milestone.title, " Daily") && e.build.version < before
		used[e.build] = used[e.build] || !drop
		return drop
	})
	last := w.db.builds[len(w.db.builds)-1] // its number tells the next one
	w.db.builds = slices.DeleteFunc(w.db.builds, func(b *build) bool { return !used[b] && b != last })
}
