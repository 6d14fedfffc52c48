package release

import "slices"

// revise gives every directory of a picture its revision: the one that it has in the
// last picture, where it is the same there.
func (k *Joiner) revise(p *Picture) {
	before := map[string]map[string]*TreeDirectory{}
	for n, t := range p.Trees {
		var old []*TreeDirectory
		if n < len(k.trees) && sameTree(k.trees[n], t) {
			old = k.trees[n].Directories
		}
		for i, d := range t.Directories {
			var was *TreeDirectory
			switch {
			case i < len(old) && old[i].Path == d.Path:
				was = old[i]
			case len(old) > 0:
				if before[t.Name] == nil {
					before[t.Name] = byPath(old)
				}
				was = before[t.Name][d.Path]
			}
			if was != nil && was.same(d) {
				d.Revision = was.Revision
				continue
			}
			k.revision++
			d.Revision = k.revision
		}
	}
}

func byPath(dirs []*TreeDirectory) map[string]*TreeDirectory {
	m := make(map[string]*TreeDirectory, len(dirs))
	for _, d := range dirs {
		m[d.Path] = d
	}
	return m
}

func sameTree(a, b *Tree) bool { return a.Name == b.Name && a.Role == b.Role && a.Site == b.Site }

// same reports whether a directory is what it is in another picture, both of trees that
// are the same.
func (d *TreeDirectory) same(o *TreeDirectory) bool {
	// Directories of one forest share their traits, and their images are the same.
	held := d.traits == o.traits ||
		compareDirectories(d.Directory, o.Directory) == 0 && slices.EqualFunc(d.Images, o.Images, (*TreeImage).same)
	return held && d.URL == o.URL &&
		slices.EqualFunc(d.Netboot, o.Netboot, (*NetbootEntry).same) &&
		slices.EqualFunc(d.Findings, o.Findings, (*Finding).same)
}

func (i *TreeImage) same(o *TreeImage) bool {
	return sameRecord(i.Image, o.Image) && i.URL == o.URL && i.Limit == o.Limit &&
		slices.EqualFunc(i.Products, o.Products, func(a, b *ProductLine) bool { return a.Slug == b.Slug })
}

// sameRecord looks at files only where they are not the same in memory.
func sameRecord(a, b *Image) bool {
	if a == b {
		return true
	}
	x, y := *a, *b
	if keyOf(x.Files) == keyOf(y.Files) {
		x.Files, y.Files = nil, nil
	}
	return orderImages(x, y) == 0
}

func (e *NetbootEntry) same(o *NetbootEntry) bool {
	product := func(e *NetbootEntry) string {
		if e.Product == nil {
			return ""
		}
		return e.Product.Slug
	}
	return compareNetboot(e.NetbootSet, o.NetbootSet) == 0 && e.URL == o.URL && e.Archive == o.Archive && e.Note == o.Note &&
		e.Disabled == o.Disabled && product(e) == product(o) && e.State == o.State && e.BuildID == o.BuildID &&
		e.Contact == o.Contact && e.Hashed == o.Hashed && e.Image == o.Image && e.Moved == o.Moved && e.Source == o.Source && e.From == o.From && slices.Equal(e.Faults, o.Faults) && slices.EqualFunc(e.Findings, o.Findings, (*Finding).same)
}

func (f *Finding) same(o *Finding) bool {
	return f == o || texts(f.Rule, o.Rule, string(f.Severity), string(o.Severity), f.Text, o.Text, f.Advice, o.Advice,
		string(f.Actor), string(o.Actor), f.Who, o.Who, f.Series, o.Series, f.Milestone, o.Milestone,
		f.Product, o.Product, f.Source, o.Source, f.Tree, o.Tree, f.Dir, o.Dir) == 0 && slices.Equal(f.Evidence, o.Evidence) && f.Excused.same(o.Excused)
}

func (e *Excused) same(o *Excused) bool {
	if e == nil || o == nil {
		return e == o
	}
	return e.Reason == o.Reason && e.Until == o.Until && e.Check == o.Check
}
