package release

import "slices"

// Superseded is a release of which images lie where people look for the newest ones,
// though a newer release has them, too, and is out. [Rules.ArchiveSet] says how they move.
type Superseded struct {
	Line    *Line
	Version string
	// Newer is the newest release that has one of the images.
	Newer  string
	Images []*TreeImage
}

// Superseded lists what could go to the archive, newest series first, and the newest
// version first of each.
func (r Rules) Superseded(p *Picture) []Superseded {
	finals := map[string][]*TreeImage{}
	for _, t := range p.Trees {
		if t.Role == RoleOld {
			continue
		}
		for _, d := range t.Directories {
			for _, i := range d.Images {
				slug, ok := r.SeriesByVersion(i.Version)
				if ok && i.Kind == ImageRelease && i.Milestone == "" && d.Kind != DirectoryPool {
					finals[slug] = append(finals[slug], i)
				}
			}
		}
	}
	var list []Superseded
	for _, l := range p.Lines {
		list = append(list, supersededOf(l, finals[l.Slug])...)
	}
	return list
}

func supersededOf(l *Line, images []*TreeImage) []Superseded {
	byVersion := map[string]*Superseded{}
	for _, i := range images {
		for _, n := range images {
			if !succeeds(n, i) || l.testing(n.Version) {
				continue
			}
			s := byVersion[i.Version]
			if s == nil {
				s = &Superseded{Line: l, Version: i.Version}
				byVersion[i.Version] = s
			}
			if CompareVersions(n.Version, s.Newer) > 0 {
				s.Newer = n.Version
			}
			if !slices.Contains(s.Images, i) {
				s.Images = append(s.Images, i)
			}
		}
	}
	list := make([]Superseded, 0, len(byVersion))
	for _, s := range byVersion {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b Superseded) int { return CompareVersions(b.Version, a.Version) })
	return list
}

// testing reports whether a version is of a milestone that is not out yet, though its
// images may be in place.
func (l *Line) testing(version string) bool {
	return slices.ContainsFunc(l.Milestones, func(m *Manifest) bool {
		return m.Open && m.Kind == KindRelease && m.ReleaseStatus == FinalStatus && m.Version == version
	})
}
