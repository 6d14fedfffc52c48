package release

import "strings"

// SeriesRule returns the rule of a series by its slug and its place in release
// order, or nil and -1.
func (r Rules) SeriesRule(slug string) (*SeriesRule, int) {
	for i := range r.Series {
		if r.Series[i].Name == slug {
			return &r.Series[i], i
		}
	}
	return nil, -1
}

// SeriesByVersion returns the slug of the series that a version belongs to: by its
// version, its point version, one of its further versions, or, for a point release
// that no rule has yet, by the version that it begins with.
func (r Rules) SeriesByVersion(version string) (string, bool) {
	if version == "" {
		return "", false
	}
	begins := ""
	for i := range r.Series {
		s := &r.Series[i]
		if s.Version == version || s.PointVersion == version {
			return s.Name, true
		}
		for _, v := range s.Versions {
			if v == version {
				return s.Name, true
			}
		}
		if s.Version != "" && strings.HasPrefix(version, s.Version+".") {
			begins = s.Name
		}
	}
	return begins, begins != ""
}

// Identities returns what the mapping knows of a tracker's title, in the order of
// the rules, each once.
func (r Rules) Identities(tracker, title string) []Identity {
	var ids []Identity
	for i := range r.Products {
		p := &r.Products[i]
		if p.Title == title && (p.Tracker == "" || p.Tracker == tracker) {
			ids = appendIdentity(ids, p.identity())
		}
	}
	return ids
}

// ProductOf returns the rule of what is so in a tree, or nil: one for the tracker, else one
// for any, else one for another tracker, as a title is a good name everywhere; the first of
// each. A kind of build that one of both does not tell is no difference.
func (r Rules) ProductOf(tracker string, id Identity) *ProductRule {
	var best *ProductRule
	rank := func(p *ProductRule) int {
		switch {
		case p == nil:
			return 0
		case p.Tracker == tracker:
			return 3
		case p.Tracker == "":
			return 2
		}
		return 1
	}
	for i := range r.Products {
		p := &r.Products[i]
		if p.Title == "" || p.Project != id.Project || p.PublishType != id.PublishType || p.Arch != id.Arch {
			continue
		}
		if sameType := p.ImageType == "" || id.ImageType == "" || p.ImageType == id.ImageType; sameType && rank(p) > rank(best) {
			best = p
		}
	}
	return best
}

// appendIdentity adds id unless it is empty or there already.
func appendIdentity(ids []Identity, id Identity) []Identity {
	if id == (Identity{}) {
		return ids
	}
	for _, have := range ids {
		if have == id {
			return ids
		}
	}
	return append(ids, id)
}

func (p *ProductRule) identity() Identity {
	return Identity{
		Project: p.Project, Subproject: p.Subproject, ImageType: p.ImageType,
		PublishType: p.PublishType, Arch: p.Arch,
	}
}

// MilestoneRule returns the first rule for a milestone and its place, or nil and -1.
func (r Rules) MilestoneRule(series, slug string) (*MilestoneRule, int) {
	for i := range r.Milestones {
		m := &r.Milestones[i]
		if Match(m.Match, slug) && r.MatchSeries(m.Series, series) {
			return m, i
		}
	}
	return nil, -1
}

// MilestoneKind returns the kind that the rules give a milestone; ok is false
// where none does.
func (r Rules) MilestoneKind(series, slug string) (kind Kind, ok bool) {
	for i := range r.Milestones {
		m := &r.Milestones[i]
		if m.Kind != "" && Match(m.Match, slug) && r.MatchSeries(m.Series, series) {
			return m.Kind, true
		}
	}
	return "", false
}

// KindOf is the kind of a milestone: what the rules say, else daily when its title
// ends in "Daily", else release.
func (r Rules) KindOf(series, slug, title string) Kind {
	if kind, ok := r.MilestoneKind(series, slug); ok {
		return kind
	}
	words := strings.Fields(title)
	if len(words) > 0 && strings.EqualFold(words[len(words)-1], "daily") {
		return KindDaily
	}
	return KindRelease
}

// Architecture returns the description of an architecture and its place, or nil
// and -1.
func (r Rules) Architecture(name string) (*Architecture, int) {
	for i := range r.Architectures {
		if r.Architectures[i].Name == name {
			return &r.Architectures[i], i
		}
	}
	return nil, -1
}

// PublishType returns the description of a publish type and its place, or nil and -1.
func (r Rules) PublishType(name string) (*PublishType, int) {
	for i := range r.PublishTypes {
		if r.PublishTypes[i].Name == name {
			return &r.PublishTypes[i], i
		}
	}
	return nil, -1
}

// BootFile returns the description of a file of a netboot set and its place, or nil and
// -1.
func (r Rules) BootFile(name string) (*BootFile, int) {
	for i := range r.BootFiles {
		if r.BootFiles[i].Name == name {
			return &r.BootFiles[i], i
		}
	}
	return nil, -1
}

// Project returns the description of a project and its place, or nil and -1.
func (r Rules) Project(name string) (*Project, int) {
	for i := range r.Projects {
		if r.Projects[i].Name == name {
			return &r.Projects[i], i
		}
	}
	return nil, -1
}

// Extension returns the description of a file type and its place, or nil and -1.
func (r Rules) Extension(name string) (*Extension, int) {
	for i := range r.Extensions {
		if r.Extensions[i].Name == name {
			return &r.Extensions[i], i
		}
	}
	return nil, -1
}

// Limit returns the size in bytes above which a main file of a daily counts as
// oversized; zero where no rule sets one.
func (r Rules) Limit(project, series, publishType, extension string) int64 {
	for i := range r.SizeLimits {
		l := &r.SizeLimits[i]
		if len(l.Except) > 0 && Match(l.Except, project) {
			continue
		}
		if Match(l.Project, project) && Match(l.PublishType, publishType) &&
			Match(l.Extension, extension) && r.MatchSeries(l.Series, series) {
			return l.Bytes
		}
	}
	return 0
}

// DailyArches returns which architectures the rules say are built daily, and
// whether a rule speaks of the project at all.
func (r Rules) DailyArches(project, subproject, imageType, series string) ([]string, bool) {
	for i := range r.Arches {
		if a := &r.Arches[i]; a.tells(r, project, subproject, imageType, series) {
			return a.Arches, true
		}
	}
	return nil, false
}

// tells reports whether the rule is about a kind of build in a series.
func (a *ArchesRule) tells(r Rules, project, subproject, imageType, series string) bool {
	if subproject != "" {
		project += "-" + subproject
	}
	return Match(a.Project, project) && Match(a.ImageType, imageType) && r.MatchSeries(a.Series, series)
}

// IsNetboot reports whether the rules recognise a product of a tracker as a
// netboot product.
func (r Rules) IsNetboot(title, family string) bool {
	for i := range r.Netboot {
		n := &r.Netboot[i]
		if len(n.Title) > 0 && Match(n.Title, title) || len(n.Family) > 0 && Match(n.Family, family) {
			return true
		}
	}
	return false
}
