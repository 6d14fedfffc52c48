package release

import (
	"slices"
	"strings"
)

// takeReleased takes names, sizes and checksums, and the directory, from what a tree shows
// as released: where the daily is gone, as dailies are kept for some days only, and
// where the milestone is over.
func (p *Publication) takeReleased() {
	out := p.Row.Release
	if out == nil || p.movedAway() != nil || p.Row.Manifest.Over() == "" && (p.Row.Daily != nil || p.Row.publishedOther()) {
		return
	}
	p.Files, p.By = PublishFiles(out, p.Location.Stem), out.Tree.Name
	p.Location.Tree, p.Location.Role, p.Location.Dir = out.Tree.Name, out.Tree.Role, strings.Trim(out.Dir, "/")
}

// movedAway is the reason why nothing of a release is compared: its files went to a tree
// in which nothing is published.
func (p *Publication) movedAway() []Reason {
	if t := p.Row.Release.Tree; t.Role != RoleFull && t.Role != RoleSimple {
		return []Reason{{ReasonMoved, "moved to the tree " + t.Name}}
	}
	return nil
}

// teller is who tells the sizes and checksums of the files.
func (p *Publication) teller() string {
	if p.By != "" {
		return "the tree " + p.By
	}
	return "the daily"
}

// beside notes what other milestones of the same version have where this one has its
// files, by their rows, and by what the trees show of milestones that nobody lists.
func (k *setMaker) beside() {
	for _, m := range k.set.Manifest.Line.Milestones {
		if m == k.set.Manifest || m.Version != k.set.Manifest.Version || m.Kind != KindRelease {
			continue
		}
		for _, r := range m.Rows() {
			if l, err := k.rules.Locate(r.Identity, m.Line.Slug, m.Slug); err == nil && r.publishable() {
				k.addBeside(*l, r.Identity)
			}
		}
	}
	for _, t := range k.picture.Trees {
		for _, d := range t.Directories {
			k.besideIn(d)
		}
	}
	slices.Sort(k.set.Beside)
	k.set.Beside = slices.Compact(k.set.Beside)
}

func (k *setMaker) besideIn(d *TreeDirectory) {
	own := k.set.Manifest
	l := Location{Role: d.Tree.Role, Dir: d.Path}
	if l.Role == RoleSimple {
		l.Official = OfficialYes
	}
	for _, i := range d.Images {
		if i.Milestone != "" && i.Version == own.Version && i.Milestone != statusInName(own.ReleaseStatus) {
			l.Stem = i.Name
			k.addBeside(l, Identity{PublishType: i.PublishType, Arch: i.Arch})
		}
	}
}

func (k *setMaker) addBeside(l Location, i Identity) {
	for _, stem := range stems(l, i) {
		if hasAnyPrefix(stem, k.begins, "") {
			k.set.Beside = append(k.set.Beside, stem)
		}
	}
}
