package release

import "slices"

// Superseded is a release of which images lie where people look for the newest ones,
// though a newer release has them, too, and is out. [Rules.ArchiveSet] says how they move.
type Superseded struct {
	Line    *Line
	Version string
	// Newer is the release that supersedes it. Where archiving is refused for all newer
	// ones it is the newest, and Waits says why, one reason each: of the releases, not of
	// rules that the site's owner has to write.
	Newer  string
	Waits  []string
	Images []*TreeImage // those that move, without pools
}

// Superseded lists what could go to the archive, newest series first, and the newest
// version first of each. It is what [Rules.ArchiveSet] says of each version.
func (r Rules) Superseded(p *Picture) []Superseded {
	held := heldFiles(p)
	var list []Superseded
	for _, l := range p.Lines {
		first := r.archiver(p, l, held)
		var versions []string
		for _, i := range first.images {
			versions = append(versions, i.Version)
		}
		slices.SortFunc(versions, func(x, y string) int { return CompareVersions(y, x) })
		for _, version := range slices.Compact(versions) {
			a := r.archiver(p, l, held)
			a.set.Version = version
			if s := a.superseded(); len(s.Images) > 0 {
				list = append(list, s)
			}
		}
	}
	return list
}

// superseded tells of one version; without images where no newer release is out.
func (a *archiver) superseded() Superseded {
	s := Superseded{Line: a.set.Line, Version: a.set.Version}
	newer := slices.DeleteFunc(a.newer(), s.Line.testing)
	if len(newer) == 0 {
		return s
	}
	if why := a.choose(newer); len(why) > 0 {
		a.set.Newer, a.reasons = newer[0], why
	}
	a.move()
	slices.Sort(a.reasons)
	s.Newer, s.Waits = a.set.Newer, slices.Compact(a.reasons)
	for _, i := range a.moved {
		if i.dir.Kind != DirectoryPool {
			s.Images = append(s.Images, i)
		}
	}
	return s
}

// testing reports whether a version is of a milestone that is not out yet, though its
// images may be in place.
func (l *Line) testing(version string) bool {
	return slices.ContainsFunc(l.Milestones, func(m *Manifest) bool {
		return m.Open && m.Kind == KindRelease && m.ReleaseStatus == FinalStatus && m.Version == version
	})
}
