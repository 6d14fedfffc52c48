package release

import (
	"slices"
)

// Clone copies the facts so that nothing is shared with the original.
func (f *Facts) Clone() *Facts {
	c := *f
	c.Products = cloneEach(f.Products, func(p *Product) { p.Identities = slices.Clone(p.Identities) })
	c.Series = cloneEach(f.Series, func(s *Series) {
		s.Manifest, s.Rebuilds = slices.Clone(s.Manifest), slices.Clone(s.Rebuilds)
	})
	c.Milestones = cloneEach(f.Milestones, func(m *Milestone) {
		m.Intended, m.Bugs, m.Entries = slices.Clone(m.Intended), slices.Clone(m.Bugs), slices.Clone(m.Entries)
		m.Lists = cloneEach(m.Lists, func(l *PlanList) { l.Products, l.Except = slices.Clone(l.Products), slices.Clone(l.Except) })
	})
	c.Builds = cloneEach(f.Builds, func(b *Build) {
		b.Tests, b.Reviews, b.Bugs = clonePointer(b.Tests), clonePointer(b.Reviews), slices.Clone(b.Bugs)
	})
	c.Directories = cloneEach(f.Directories, cloneDirectory)
	c.Images = cloneEach(f.Images, func(i *Image) {
		i.Unknown, i.Files = slices.Clone(i.Unknown), cloneEach(i.Files, cloneFile)
	})
	c.Netboot = cloneEach(f.Netboot, cloneNetboot)
	return &c
}

func cloneEach[T any](list []T, inside func(*T)) []T {
	c := slices.Clone(list)
	for i := range c {
		inside(&c[i])
	}
	return c
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

func cloneDirectory(d *Directory) {
	d.Aliases, d.Checksums = slices.Clone(d.Aliases), slices.Clone(d.Checksums)
	d.Gone, d.Unlisted = slices.Clone(d.Gone), slices.Clone(d.Unlisted)
	d.Strays, d.Signature = slices.Clone(d.Strays), clonePointer(d.Signature)
}

func cloneFile(f *File) { f.Size = clonePointer(f.Size) }

func cloneNetboot(n *NetbootSet) {
	n.Boot = cloneEach(n.Boot, cloneFile)
	n.Answers = cloneEach(n.Answers, func(a *NetbootAnswer) { a.Size = clonePointer(a.Size) })
	n.Tarball = clonePointer(n.Tarball)
	if n.Tarball != nil {
		cloneFile(n.Tarball)
	}
}

// Sorted reports whether the facts are in the order of [Facts.Sort].
func (f *Facts) Sorted() bool {
	return slices.IsSortedFunc(f.Products, compareProducts) &&
		slices.IsSortedFunc(f.Series, compareSeries) &&
		slices.IsSortedFunc(f.Milestones, compareMilestones) &&
		slices.IsSortedFunc(f.Builds, compareBuilds) &&
		slices.IsSortedFunc(f.Directories, compareDirectories) &&
		slices.IsSortedFunc(f.Images, orderImages) &&
		slices.IsSortedFunc(f.Netboot, compareNetboot) &&
		f.sortedInside()
}

func (f *Facts) sortedInside() bool {
	return each(f.Products, func(p *Product) bool { return slices.IsSortedFunc(p.Identities, compareIdentities) }) &&
		each(f.Series, func(s *Series) bool {
			return slices.IsSortedFunc(s.Manifest, compareIntents) && slices.IsSortedFunc(s.Rebuilds, compareRebuilds)
		}) &&
		each(f.Milestones, func(m *Milestone) bool {
			return slices.IsSortedFunc(m.Intended, compareIntents) && slices.IsSortedFunc(m.Lists, comparePlanLists) &&
				each(m.Lists, func(l *PlanList) bool {
					return slices.IsSortedFunc(l.Products, comparePatterns) && slices.IsSortedFunc(l.Except, comparePatterns)
				}) &&
				slices.IsSortedFunc(m.Bugs, compareBugs) && slices.IsSortedFunc(m.Entries, compareEntries)
		}) &&
		each(f.Builds, func(b *Build) bool { return slices.IsSortedFunc(b.Bugs, compareBugs) }) &&
		each(f.Directories, func(d *Directory) bool {
			return slices.IsSorted(d.Aliases) && slices.IsSorted(d.Gone) &&
				slices.IsSorted(d.Unlisted) && slices.IsSorted(d.Strays)
		}) &&
		each(f.Images, func(i *Image) bool {
			return slices.IsSorted(i.Unknown) && slices.IsSortedFunc(i.Files, compareFiles)
		}) &&
		each(f.Netboot, func(n *NetbootSet) bool {
			return slices.IsSortedFunc(n.Boot, compareFiles) && slices.IsSortedFunc(n.Answers, compareAnswers)
		})
}

func each[T any](list []T, ok func(*T) bool) bool {
	for i := range list {
		if !ok(&list[i]) {
			return false
		}
	}
	return true
}
