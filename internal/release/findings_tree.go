package release

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// kept reports whether a series is still looked after: a milestone of it is open,
// or it is neither switched off nor past its end.
func (j *joiner) kept(line string) bool {
	l := j.lines[line]
	switch {
	case l == nil || l.Slug == Other:
		return true
	case l.hasOpen():
		return true
	case l.Status == SeriesDisabled:
		return false
	}
	return !l.SupportEnded(j.asOf)
}

// findOrphans makes one finding for each directory in use of a series that is
// worked on.
func (j *joiner) findOrphans() {
	for _, t := range j.p.Trees {
		if t.Role == RoleOld {
			continue
		}
		for _, d := range t.Directories {
			if d.traits.orphans != "" && d.traits.used && j.hasOpen(d.traits.line) {
				j.orphans(d)
			}
		}
	}
}

func (j *joiner) orphans(d *TreeDirectory) {
	j.report(Finding{
		Rule:     "orphan-files",
		Text:     d.Path + " holds " + d.traits.orphans + ".",
		Advice:   "Add [[product]] rules for the images, or take away what does not belong there.",
		Actor:    ActorConfig,
		Evidence: []Evidence{j.lies(d, "the files are there")},
	}, spot{dirs: []*TreeDirectory{d}})
}

type oversizedKey struct{ series, project, name, id string }

// findOversized makes one finding for each daily that is current, pending, or the
// build of an open milestone, in however many directories it lies.
func (j *joiner) findOversized() {
	found := map[oversizedKey][]*TreeImage{}
	var order []oversizedKey
	for _, n := range j.forest.oversize {
		i := &j.planted[n]
		if !i.Current && !i.Pending && len(j.rowsWith(i)) == 0 {
			continue
		}
		key := oversizedKey{i.Series, i.Project, i.Name, i.BuildID}
		if found[key] == nil {
			order = append(order, key)
		}
		found[key] = append(found[key], i)
	}
	for _, key := range order {
		j.oversized(found[key])
	}
}

func (j *joiner) oversized(images []*TreeImage) {
	at := spot{products: images[0].Products}
	for _, i := range images {
		at.dirs = append(at.dirs, i.dir)
		at.rows = append(at.rows, j.rowsWith(i)...)
	}
	i := images[0]
	name := i.Name
	if len(i.Products) > 0 {
		name = i.Products[0].Title
	}
	text := name + ", build " + i.BuildID + ", " + i.excess() + "."
	f := Finding{
		Rule: "oversized", Text: text,
		Advice:   "Make the image smaller, or agree on a larger limit.",
		Actor:    ActorRelease,
		Evidence: []Evidence{says(j.stateOf(i.Tree.Name), i.URL+i.Main().Name, sizeFact(i))},
	}
	if n := slices.IndexFunc(at.rows, func(r *Row) bool { return r.Contact != "" }); n >= 0 {
		f = f.asks(at.rows[n])
	}
	j.report(f, at)
}

// exactSize is the exact size of the largest main file; zero where none is known.
func (i *Image) exactSize() int64 {
	var largest int64
	for k := range i.Files {
		if f := &i.Files[k]; f.Main && f.Exact && f.Size != nil {
			largest = max(largest, *f.Size)
		}
	}
	return largest
}

// tooLarge believes the tree's marker, else an exact size.
func (i *Image) tooLarge(limit int64) bool {
	return i.Oversized || limit > 0 && i.exactSize() > limit
}

// excess says by how much an image is too large, as far as that is known.
func (i *TreeImage) excess() string {
	size := i.exactSize()
	switch {
	case i.Limit > 0 && size > i.Limit:
		return fmt.Sprintf("is %s, which is %s above its limit of %s",
			Size(size), Size(size-i.Limit), Size(i.Limit))
	case i.Limit > 0 && size > 0:
		return fmt.Sprintf("is marked as oversized by its tree, though at %s it is within its limit of %s", Size(size), Size(i.Limit))
	case i.Limit > 0:
		return fmt.Sprintf("is marked as oversized by its tree; its limit is %s", Size(i.Limit))
	}
	return "is marked as oversized by its tree"
}

func sizeFact(i *TreeImage) string {
	switch size := i.exactSize(); {
	case size > 0 && i.Limit > 0:
		return fmt.Sprintf("%d bytes; the limit is %d", size, i.Limit)
	case size > 0:
		return fmt.Sprintf("%d bytes", size)
	}
	return "marked as oversized"
}

// findNetboot looks at what the sets start, and whether it is there.
func (j *joiner) findNetboot() {
	for _, n := range j.p.Netboot {
		for _, e := range n.Entries {
			switch {
			case e.Disabled:
				continue
			case e.Tree == nil: // it is offered as long as a rule has it, whatever became of its series
				j.findFaults(e, spot{entry: e, line: n.Line})
				continue
			case !j.kept(j.lineSlug(e.Series)):
				continue
			}
			at := spot{entry: e, line: n.Line, dirs: []*TreeDirectory{j.directory(e.Tree, e.Parent, Directory{})}}
			if e.Product != nil {
				at.products = []*ProductLine{e.Product}
				at.rows = j.openRowsOf(n.Line, e.Product)
			}
			j.findFaults(e, at)
			if e.Tree.Role != RoleOld && e.otherISO() && !e.lacks(e.ISO) {
				j.findOtherISO(e, at)
			}
		}
	}
}

// findOtherISO tells of the ISO that a set starts and the one that lies beside it.
func (j *joiner) findOtherISO(e *NetbootEntry, at spot) {
	j.report(Finding{
		Rule: "netboot-iso",
		Text: fmt.Sprintf("The netboot files for %s in %s start %s, and %s lies beside them.",
			e.Arch, e.where(), path.Base(e.ISO), e.Beside),
		Advice:   "Publish the netboot files of the image that lies there.",
		Actor:    ActorTree,
		Evidence: []Evidence{says(j.stateOf(e.Tree.Name), e.URL, "the configuration names "+e.ISO)},
	}, at)
}

// findFaults makes a finding of the files of a set that are gone, and one of those that
// are too small.
func (j *joiner) findFaults(e *NetbootEntry, at spot) {
	var gone, small []NetbootFault
	for _, f := range e.Faults {
		if f.Least > 0 {
			small = append(small, f)
		} else {
			gone = append(gone, f)
		}
	}
	advice, actor := "Publish the netboot files again, with an image that is there, or remove them.", ActorTree
	again := "Publish the netboot files again."
	if e.Tree == nil {
		again, advice, actor = "See what lies there now, and correct the [[netboot]] rule.", "Correct the address of the [[netboot]] rule, or remove it.", ActorConfig
	}
	if len(gone) > 0 {
		j.report(Finding{
			Rule:     "netboot-gone",
			Text:     fmt.Sprintf("The netboot files for %s in %s need what is not there: %s.", e.Arch, e.where(), faultNames(gone)),
			Advice:   advice,
			Actor:    actor,
			Source:   e.Source,
			Evidence: j.faultEvidence(e, gone),
		}, at)
	}
	if len(small) > 0 {
		j.report(Finding{
			Rule:     "netboot-small",
			Text:     fmt.Sprintf("The netboot files for %s in %s are smaller than they can be: %s.", e.Arch, e.where(), faultNames(small)),
			Advice:   again,
			Actor:    actor,
			Source:   e.Source,
			Evidence: j.faultEvidence(e, small),
		}, at)
	}
}

// faultNames are the names of files, those of images without the rest of the address.
func faultNames(faults []NetbootFault) string {
	names := make([]string, len(faults))
	for i, f := range faults {
		if names[i] = f.Name; strings.Contains(f.Name, "://") {
			names[i] = path.Base(f.Name)
		}
	}
	return strings.Join(names, ", ")
}

func (j *joiner) faultEvidence(e *NetbootEntry, faults []NetbootFault) []Evidence {
	var evidence []Evidence
	for _, f := range faults {
		fact := "not in the listing of its directory"
		switch {
		case f.Least > 0:
			fact = fmt.Sprintf("%s has %d bytes; the least is %d", path.Base(f.Name), f.Size, f.Least)
		case f.Status != 0:
			fact = fmt.Sprintf("answers %d, at two polls or more", f.Status)
		}
		evidence = append(evidence, says(j.stateOf(e.teller()), f.URL, fact))
	}
	return evidence
}

// teller is the source that knows the files of an entry.
func (e *NetbootEntry) teller() string {
	if e.Tree != nil {
		return e.Tree.Name
	}
	return e.Source
}

// lacks reports whether a file of an entry is gone.
func (e *NetbootEntry) lacks(name string) bool {
	return slices.ContainsFunc(e.Faults, func(f NetbootFault) bool { return f.Name == name && f.Least == 0 })
}

// otherISO reports whether the configuration names an ISO other than the one beside.
func (e *NetbootEntry) otherISO() bool {
	return e.ISO != "" && e.Beside != "" && path.Base(unescape(e.ISO)) != path.Base(e.Beside)
}

// where is the directory of the files.
func (e *NetbootEntry) where() string {
	if e.Tree == nil {
		return e.URL
	}
	if e.Dir != "" {
		return e.Dir
	}
	return e.Parent
}

// findRounded makes one finding for each tree.
func (j *joiner) findRounded() {
	for n := range j.forest.trees {
		t := &j.forest.trees[n]
		if t.rounded == 0 {
			continue
		}
		f := t.example.file
		j.report(Finding{
			Rule: "size-rounded",
			Text: fmt.Sprintf("Of %s in %s, the sizes of %d are known only as a listing shows them.",
				Plural(t.mains, "download", "downloads"), t.Name, t.rounded),
			Advice: "Set head = true for the tree, so that each is asked for once.",
			Actor:  ActorOperator, Source: t.Name,
			Evidence: []Evidence{j.lies(&j.dirs[t.example.dir], f.Name+" is about "+Size(*f.Size))},
		}, spot{})
	}
}
