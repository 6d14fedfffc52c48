package release

import (
	"fmt"
	"slices"
	"strings"
)

// The roles of trees.
const (
	RoleFull   = "full"
	RoleSimple = "simple"
	RoleOld    = "old"
)

// FinalStatus is the status, and so the directory, of finals and point releases.
const FinalStatus = "release"

// MilestoneNames are the version that the file names of a milestone's images carry,
// and the status of its release directory: what the rules say, else the series'
// version and the milestone's slug. A slug that is a version of the series stands
// for that version's release.
func (r Rules) MilestoneNames(series, slug string) (version, status string) {
	base := ""
	if s, _ := r.SeriesRule(series); s != nil {
		base = s.Version
	}
	fill := strings.NewReplacer("{version}", base, "{slug}", slug)
	if m, _ := r.MilestoneRule(series, slug); m != nil {
		version, status = fill.Replace(m.Version), fill.Replace(m.Status)
	}
	point := base != "" && (slug == base || strings.HasPrefix(slug, base+"."))
	switch {
	case version == "" && point:
		version = slug
	case version == "":
		version = base
	}
	switch {
	case status != "":
	case point || slug == "final":
		status = FinalStatus
	default:
		status = slug
	}
	return version, status
}

// Locate tells where the image of a product is published for a milestone: the
// first [[publish]] rule that matches decides. The answer has neither the name of
// a tree nor an address.
func (r Rules) Locate(id Identity, series, slug string) (*Location, error) {
	rule, n := r.publishRule(id, series, slug)
	if rule == nil {
		return nil, fmt.Errorf("no [[publish]] rule matches series %q, milestone %q, project %q, publish type %q, architecture %q",
			series, slug, id.Project, id.PublishType, id.Arch)
	}
	version, status := r.MilestoneNames(series, slug)
	if rule.Status != "" {
		status = strings.NewReplacer("{slug}", slug, "{version}", version).Replace(rule.Status)
	}
	l := &Location{Official: rule.Official, Status: status, Rule: n, Role: RoleFull}
	if rule.Official == OfficialYes || rule.Official == OfficialPoolOnly {
		l.Role = RoleSimple
	}
	p := place{rule: rule, id: id, series: series, slug: slug, version: version, status: status}
	if s, _ := r.SeriesRule(series); s != nil && rule.Official == OfficialInteliot {
		p.version = s.Version
	}
	if p.version == "" && rule.Prefix == "" && rule.Official != OfficialNo {
		return nil, fmt.Errorf("the version of series %q is not known; name it in a [[series]] rule", series)
	}
	l.Dir = strings.Trim(p.directory(), "/")
	l.Stem = p.prefix(r) + "-" + id.PublishType + "-" + id.Arch
	return l, nil
}

func (r Rules) publishRule(id Identity, series, slug string) (*PublishRule, int) {
	for i := range r.Publish {
		if p := &r.Publish[i]; r.publishes(p, id, series, slug) {
			return p, i
		}
	}
	return nil, -1
}

// publishes reports whether a rule selects a product on a milestone.
func (r Rules) publishes(p *PublishRule, id Identity, series, slug string) bool {
	return Match(p.Milestone, slug) && Match(p.Project, id.Project) && Match(p.PublishType, id.PublishType) &&
		Match(p.Arch, id.Arch) && r.MatchSeries(p.Series, series)
}

// place is what directory and file name are made of.
type place struct {
	rule                          *PublishRule
	id                            Identity
	series, slug, version, status string
}

// project is the one under which the build host publishes.
func (p place) project() string {
	if p.rule.Under != "" {
		return p.rule.Under
	}
	return p.id.Project
}

func (p place) fill(template string) string {
	return strings.NewReplacer(
		"{project}", p.project(), "{series}", p.series, "{version}", p.version,
		"{status}", p.status, "{slug}", p.slug,
	).Replace(template)
}

func (p place) directory() string {
	switch {
	case p.rule.Directory != "":
		return p.fill(p.rule.Directory)
	case p.rule.Official == OfficialYes:
		return p.series
	case p.rule.Official == OfficialPoolOnly:
		return ".pool"
	case p.rule.Official == OfficialInteliot:
		return p.fill("{project}/releases/{series}/{status}/inteliot")
	}
	return p.fill("{project}/releases/{series}/{status}")
}

// prefix is how the file name begins: the last part of the status without hyphens
// stands in it, but for finals.
func (p place) prefix(r Rules) string {
	switch {
	case p.rule.Prefix != "":
		return p.fill(p.rule.Prefix)
	case p.rule.Official == OfficialNo:
		return p.series
	}
	name := p.project() + "-" + p.version
	if own := r.prefix(p.id.Project); p.rule.Under == "" || own != p.id.Project {
		name = own + "-" + p.version
	}
	if p.rule.Official == OfficialInteliot {
		return name
	}
	if status := statusInName(p.status); status != "" {
		name += "-" + status
	}
	return name
}

// statusInName is a release directory's status as file names have it: snapshot2 of
// release/snapshot-2, and nothing of a final.
func statusInName(status string) string {
	status = status[strings.LastIndex(status, "/")+1:]
	if status == FinalStatus {
		return ""
	}
	return strings.ReplaceAll(status, "-", "")
}

// noIdentity says why the place of a row without identity is not known.
func (j *joiner) noIdentity(r *Row) string {
	held, doubtful := j.doubtful[productSeries{r.Product, j.seriesKey(r.Manifest.Line.Slug)}]
	switch {
	case !doubtful:
		return "no [[product]] rule says what the product is in the trees"
	case len(held) == 0:
		return "the title may be " + identityList(r.Product.Identities) + ", and the trees hold none of them for this series"
	}
	return "the title may be " + identityList(held) + ", and the trees hold each of them for this series"
}

func identityList(ids []Identity) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = strings.Trim(id.Project+" "+id.PublishType+" "+id.Arch, " ")
	}
	return joinWords(words, "or")
}

// locate finds the place of a row and the image that is there.
func (j *joiner) locate(r *Row) {
	m := r.Manifest
	l, problem := j.locateIdentity(r.Identity, m.Line.Slug, m.Slug)
	if l == nil {
		r.LocationError = problem
		return
	}
	r.Location = l
	var dir *TreeDirectory
	l.Tree, dir = j.treeDirectory(l, m)
	if dir != nil {
		l.Dir, l.URL = dir.Path, dir.URL
		r.Release = imageNamed(dir, l.Stem)
	} else if tree := j.tree(l.Tree); tree != nil {
		l.URL = address(tree.Site, l.Dir)
	}
	if r.Release == nil && !m.Open {
		j.moved(r)
	}
}

// moved looks for the image of a milestone of the past in all trees, as images move
// to other trees when a series ends. A pool is no place where people find a name.
func (j *joiner) moved(r *Row) {
	n, ok := j.forest.released[nameKey{j.seriesKey(r.Manifest.Line.Slug), r.Location.Stem}]
	if !ok {
		return
	}
	r.Release = &j.planted[n]
	r.Location.Tree, r.Location.Role = r.Release.Tree.Name, r.Release.Tree.Role
	r.Location.Dir, r.Location.URL = strings.Trim(r.Release.Dir, "/"), r.Release.URL
}

func imageNamed(d *TreeDirectory, name string) *TreeImage {
	for _, i := range d.Images {
		if i.Name == name {
			return i
		}
	}
	return nil
}

func (j *joiner) tree(name string) *Tree {
	for _, t := range j.p.Trees {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// spellings are the paths at which trees have had the same directory, the given one
// first: with and without a project that may lie at the top, a milestone beside or
// below "release", a version for the series.
func spellings(dir string, l *Line, projects []Project) []string {
	paths := []string{dir}
	add := func(variant func(string) (string, bool)) {
		for _, p := range slices.Clone(paths) {
			if v, ok := variant(p); ok && !slices.Contains(paths, v) {
				paths = append(paths, v)
			}
		}
	}
	for i := range projects {
		if p := &projects[i]; p.Top {
			add(p.otherTop)
		}
	}
	add(otherStatus)
	if l.Rule != nil {
		for _, version := range append([]string{l.Rule.Version, l.Rule.PointVersion}, l.Rule.Versions...) {
			add(func(p string) (string, bool) { return replaceName(p, l.Slug, version) })
		}
	}
	return paths
}

// otherTop adds or drops the project at the top: releases/noble and
// ubuntu/releases/noble, noble and ubuntu/noble.
func (p *Project) otherTop(path string) (string, bool) {
	if rest, ok := strings.CutPrefix(path, p.Name+"/"); ok {
		return rest, true
	}
	if strings.HasPrefix(path, "releases/") || !strings.Contains(path, "/") {
		return p.Name + "/" + path, true
	}
	return "", false
}

// otherStatus moves a milestone out of "release" or into it.
func otherStatus(path string) (string, bool) {
	before, last, ok := cutLast(path)
	if !ok || last == FinalStatus || !strings.Contains("/"+before+"/", "/releases/") {
		return "", false
	}
	if parent, ok := strings.CutSuffix(before, "/"+FinalStatus); ok {
		return parent + "/" + last, true
	}
	return before + "/" + FinalStatus + "/" + last, true
}

func cutLast(path string) (before, last string, ok bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}

// replaceName replaces one name of a path.
func replaceName(path, from, to string) (string, bool) {
	names := strings.Split(path, "/")
	i := slices.Index(names, from)
	if i < 0 || to == "" {
		return "", false
	}
	names[i] = to
	return strings.Join(names, "/"), true
}
