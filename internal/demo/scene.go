package demo

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// scene is a moment of the release day at which the trees are to be as they were. They
// follow from it alone, so it does not matter which moments were shown before. The zero
// value is the sample as its tables have it.
type scene struct {
	at        time.Time
	published time.Time // when the release was brought out; zero before
}

// on reports whether the trees are those of a moment at all.
func (s scene) on() bool { return !s.at.IsZero() }

// time is the moment that the trees show.
func (s scene) time() time.Time {
	if !s.on() {
		return Now()
	}
	return s.at
}

// hides reports whether something is yet to come.
func (s scene) hides(t time.Time) bool { return s.on() && t.After(s.at) }

// later reports whether a build id is of a day that is yet to come.
func (s scene) later(id string) bool { return s.on() && id[:min(8, len(id))] > s.at.Format("20060102") }

// images reads all images; those that were built for the release day only are in
// tables of their own.
func (s scene) images() ([]*image, error) {
	all, err := readImages("images.tsv")
	if err != nil || !s.on() {
		return all, err
	}
	more, err := readImages("replay/images.tsv")
	return append(all, more...), err
}

// built parts images into those that are built and those that are not yet.
func (s scene) built(all []*image) (built, unbuilt []*image) {
	for _, m := range all {
		if s.hides(m.built) {
			unbuilt = append(unbuilt, m)
		} else {
			built = append(built, m)
		}
	}
	return built, unbuilt
}

const releaseColumns = "tree dir file from size hash built real flags"

// dayVersion is what the names of the release's images have in common.
const dayVersion = "-26.04.1-"

// releases calls each for every published image. Before the release is brought out
// there is none of it, and then each as the day's own table has it, if that names it.
func (s scene) releases(each func(row)) error {
	if !s.on() {
		return table("releases.tsv", releaseColumns, each)
	}
	var own []row
	if err := table("replay/releases.tsv", releaseColumns, func(r row) { own = append(own, r) }); err != nil {
		return err
	}
	key := func(r row) string { return path.Join(r.text("tree"), r.text("dir"), r.text("file")) }
	err := table("releases.tsv", releaseColumns, func(r row) {
		ofDay := strings.Contains(r.text("file"), dayVersion)
		replaced := slices.ContainsFunc(own, func(o row) bool { return key(o) == key(r) })
		if !ofDay || !s.published.IsZero() && !replaced {
			each(r)
		}
	})
	if err != nil || s.published.IsZero() {
		return err
	}
	return table("replay/releases.tsv", releaseColumns, each)
}

// bringOut gives a directory the time at which the release was brought out.
func (s scene) bringOut(l *checksums, p placed) {
	if s.on() && strings.Contains(p.stem+"-", dayVersion) && s.published.After(l.newest) {
		l.newest = s.published
	}
}

var buildIDForm = regexp.MustCompile(`/(20[0-9]{6})(\.[0-9]+)?(/|$)`)

// leavesOut reports whether an oddity of the sample is not part of the day: what lies
// in a directory that is yet to come, and what makes the release itself odd or would keep
// the site from being published.
func (s scene) leavesOut(what, p string) bool {
	if !s.on() {
		return false
	}
	id := buildIDForm.FindStringSubmatch(p)
	return what == "current" || what == "unsigned" || what == "gone" || id != nil && s.later(id[1])
}
