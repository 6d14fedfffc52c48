package release

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// readLines makes the lines of all series that a source names.
func (j *joiner) readLines() {
	j.lineIntents = map[*Line]map[*ProductLine]*Intended{}
	n := 0
	for i := range j.sources {
		for k := range j.sources[i].facts.Series {
			n += len(j.sources[i].facts.Series[k].Manifest)
		}
	}
	j.whom, j.whomRoom = make(map[lineProduct][]saidContact, n), make([]saidContact, 0, n)
	for i := range j.sources {
		src := &j.sources[i]
		for k := range src.facts.Series {
			j.readSeries(src, &src.facts.Series[k])
		}
		for _, name := range src.series {
			j.know(j.line(name), src)
		}
	}
	for _, l := range j.lines {
		j.p.Lines = append(j.p.Lines, l)
	}
	slices.SortFunc(j.p.Lines, j.compareLines)
}

// seriesNames are the series that facts speak of, without those of Facts.Series.
func seriesNames(f *Facts) []string {
	seen := map[string]bool{}
	for i := range f.Milestones {
		seen[f.Milestones[i].Series] = true
	}
	for i := range f.Builds {
		seen[f.Builds[i].Series] = true
	}
	for i := range f.Directories {
		// A directory of no series, such as a pool, tells of none by itself.
		if series := f.Directories[i].Series; lineSlug(series) != Other {
			seen[series] = true
		}
	}
	for i := range f.Images {
		seen[f.Images[i].Series] = true
	}
	for i := range f.Netboot {
		seen[f.Netboot[i].Series] = true
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// lineSlug makes a record's series safe as a name at the root of the site.
func lineSlug(series string) string {
	if series == "" || series == Other {
		return Other
	}
	return SeriesSlug(series, "")
}

// LineOf finds the series that a source calls so in its facts and events; nil where the
// picture has none, and for nothing.
func (p *Picture) LineOf(series string) *Line {
	if series == "" {
		return nil
	}
	slug := lineSlug(series)
	for _, l := range p.Lines {
		if l.Slug == slug {
			return l
		}
	}
	return nil
}

// MilestoneOf finds the milestone that a source calls so; nil where there is none, and
// for nothing.
func (l *Line) MilestoneOf(milestone string) *Manifest {
	if milestone == "" {
		return nil
	}
	slug := Slug(milestone)
	for _, m := range l.Milestones {
		if m.Slug == slug {
			return m
		}
	}
	return nil
}

// lineSlug is lineSlug, worked out once for each series.
func (j *joiner) lineSlug(series string) string {
	slug, ok := j.slugs[series]
	if !ok {
		slug = lineSlug(series)
		j.slugs[series] = slug
	}
	return slug
}

// line returns the line of a series, made of its rule when it is new.
func (j *joiner) line(series string) *Line {
	slug := j.lineSlug(series)
	if l := j.lines[slug]; l != nil {
		return l
	}
	l := j.newLine(slug)
	j.lines[slug] = l
	return l
}

func (j *joiner) newLine(slug string) *Line {
	l := &Line{Slug: slug, Title: Capital(slug)}
	l.Rule, _ = j.rules.SeriesRule(slug)
	if l.Rule != nil {
		l.DisplayName, l.Version = l.Rule.DisplayName, l.Rule.Version
	}
	l.DisplayName = cmp.Or(l.DisplayName, l.Title)
	return l
}

// Capital writes a name as a title.
func Capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func (j *joiner) know(l *Line, src *source) {
	if name := src.state.Name; !slices.Contains(l.Sources, name) {
		l.Sources = append(l.Sources, name)
	}
}

// readSeries takes a series from a source; the first source that names a thing is
// believed.
func (j *joiner) readSeries(src *source, s *Series) {
	l := j.line(s.Slug)
	first := l.Status == ""
	j.know(l, src)
	l.Status = cmp.Or(l.Status, s.Status)
	if first && s.Title != "" {
		l.Title = s.Title
		if l.Rule == nil {
			l.DisplayName = s.Title
		}
	}
	for i := range s.Manifest {
		j.readIntent(l, src, &s.Manifest[i])
	}
}

// compareLines puts the newest series first: those that no rule knows before all
// others, as a tracker opens a series before anyone writes a rule for it; the
// numbers of Core images beside their series; "other" last.
func (j *joiner) compareLines(a, b *Line) int {
	return cmp.Or(
		flags(a.Slug == Other, b.Slug == Other),
		cmp.Compare(j.lineRank(b), j.lineRank(a)),
		flags(a.Rule == nil, b.Rule == nil),
		-compareNatural(a.Slug, b.Slug),
	)
}

func (j *joiner) lineRank(l *Line) int {
	if i, ok := j.ranks[l.Slug]; ok {
		return i
	}
	return len(j.rules.Series)
}

func (j *joiner) readRanks() {
	j.ranks = map[string]int{}
	for i := range slices.Backward(j.rules.Series) {
		if core := j.rules.Series[i].CoreSeries; core != "" {
			j.ranks[core] = i
		}
	}
	for i := range slices.Backward(j.rules.Series) {
		j.ranks[j.rules.Series[i].Name] = i
	}
}

// seriesKey is the series under which images are looked up: Core images bear a
// number that stands for a series.
func (j *joiner) seriesKey(slug string) string {
	if i, ok := j.ranks[slug]; ok {
		return j.rules.Series[i].Name
	}
	return slug
}
