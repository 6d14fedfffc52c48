package release

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// What happens to netboot sets: those that are published, and the files of all.

// netboot compares the sets. One of a daily comes and goes with the image beside it, which
// is told of.
func (d *differ) netboot(before, after *Facts) {
	if slices.EqualFunc(before.Netboot, after.Netboot, sameNetboot) {
		return
	}
	d.compare(publishedSets(before), publishedSets(after), kinds(EventNetbootPublished, EventNetbootWithdrawn, EventNetbootPublished))
	d.compare(movedSets(before), movedSets(after), kinds(EventNetbootMoved, "", EventNetbootMoved))
	stays := map[Event]bool{}
	for i := range after.Netboot {
		stays[after.Netboot[i].event("")] = true
	}
	d.compare(goneFiles(before), goneFiles(after), func(e *Event, had, _ bool) {
		set := *e
		set.File, set.From, set.To = "", "", ""
		switch {
		case !had:
			e.What = EventNetbootGone
		case e.To == "" && stays[set]:
			e.What = EventNetbootBack
		}
	})
}

// sameNetboot compares all of a set that an event could tell.
func sameNetboot(a, b NetbootSet) bool {
	return a.event("") == b.event("") && a.isPublished() == b.isPublished() && a.release() == b.release() && slices.EqualFunc(a.Answers, b.Answers, func(a, b NetbootAnswer) bool {
		return a.Name == b.Name && a.Status == b.Status && a.Times == b.Times && (a.Size == nil) == (b.Size == nil)
	})
}

// event is about a file of a set, or about the set.
func (s *NetbootSet) event(file string) Event {
	return Event{Series: s.Series, Project: s.Project, Dir: cmp.Or(s.Dir, s.Parent), Arch: s.Arch, File: file}
}

// isPublished is false for dailies, for what is only in one file, as those of older point
// releases are, and for what the configuration added.
func (s *NetbootSet) isPublished() bool {
	return s.Kind == ImageRelease && s.Dir != "" && s.Parent != ""
}

// release is the version, with the milestone of one before the final.
func (s *NetbootSet) release() string { return strings.TrimSpace(s.Version + " " + s.Milestone) }

func publishedSets(f *Facts) words {
	w := words{}
	for i := range f.Netboot {
		if s := &f.Netboot[i]; s.isPublished() {
			w.set(s.event(""), s.release())
		}
	}
	return w
}

// movedSets are those of archives of packages that lie where series retire, by the address
// of the kernel. That one is where it was again is told of its files.
func movedSets(f *Facts) words {
	w := words{}
	for i := range f.Netboot {
		s := &f.Netboot[i]
		if base, _ := s.movedTo(); base != "" && s.Parent == "" {
			w.set(s.event(""), base+escapePath(s.Kernel))
		}
	}
	return w
}

// goneFiles are those of which two polls said so, with what the tree answers.
func goneFiles(f *Facts) words {
	w := words{}
	for i := range f.Netboot {
		s := &f.Netboot[i]
		for _, a := range s.Answers {
			if a.Status != 0 && a.Times >= GonePolls {
				w.set(s.event(a.Name), strconv.Itoa(a.Status))
			}
		}
	}
	return w
}
