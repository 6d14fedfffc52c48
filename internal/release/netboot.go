package release

import (
	"cmp"
	"slices"
	"strings"
)

// netbootLines are the lines that may have an installer: those of the picture and,
// for series that no source names any more, lines of their own, which are in the
// netboot index alone.
func (j *joiner) netbootLines() []*Line {
	lines := slices.Clone(j.p.Lines)
	for i := range j.rules.Series {
		if slug := j.lineSlug(j.rules.Series[i].Name); j.lines[slug] == nil && slug != Other {
			lines = append(lines, j.newLine(slug))
		}
	}
	slices.SortFunc(lines, j.compareLines)
	return lines
}

// readNetboot makes the netboot index: every set of the trees and every installer
// that the rules add, with what the trackers say about it.
func (j *joiner) readNetboot() {
	bySeries := map[*Line][]*NetbootEntry{}
	for i := range j.sources {
		f := j.sources[i].facts
		if j.sources[i].state.Kind == KindPackages {
			continue // see archiveEntries
		}
		for k := range f.Netboot {
			set := f.Netboot[k]
			l := j.line(set.Series)
			bySeries[l] = append(bySeries[l], j.netbootSet(i, set))
		}
	}
	for _, l := range j.netbootLines() {
		entries := append(bySeries[l], j.archiveEntries(l)...)
		products := j.netbootProducts(l)
		for _, e := range entries {
			e.joinProduct(products)
			j.follow(e)
			e.Faults = append(e.Faults, j.fileFaults(e)...)
		}
		if !slices.ContainsFunc(entries, func(e *NetbootEntry) bool { return !e.Disabled }) {
			continue
		}
		slices.SortStableFunc(entries, j.compareNetboot)
		j.p.Netboot = append(j.p.Netboot, &NetbootSeries{Line: l, Entries: entries})
	}
}

func (j *joiner) netbootSet(source int, set NetbootSet) *NetbootEntry {
	tree := j.tree(j.sources[source].state.Name)
	set.Dir, set.Parent = strings.Trim(set.Dir, "/"), strings.Trim(set.Parent, "/")
	kind := DirectoryDated
	if set.Kind == ImageRelease {
		kind = DirectoryRelease
	}
	e := &NetbootEntry{NetbootSet: set, Tree: tree, URL: address(tree.Site, cmp.Or(set.Dir, set.Parent))}
	e.Hashed = slices.ContainsFunc(set.Boot, hashed) || set.Tarball != nil && hashed(*set.Tarball)
	e.BuildID = set.BuildID
	dir := j.directory(tree, set.Parent, Directory{Series: set.Series, Project: set.Project, Kind: kind, BuildID: set.BuildID})
	dir.Netboot = append(dir.Netboot, e)
	return e
}

func hashed(f File) bool { return f.SHA256 != "" || f.SHA1 != "" || f.MD5 != "" }

// archiveEntries are the installers that the rules add to a series, one for each
// architecture. The archive knows series by name, not by the number of Core images.
func (j *joiner) archiveEntries(l *Line) []*NetbootEntry {
	if l.Slug == Other || j.seriesKey(l.Slug) != l.Slug {
		return nil
	}
	var entries []*NetbootEntry
	for _, i := range j.rules.installersOf(l.Slug, l.Version) {
		e := &NetbootEntry{NetbootSet: i.Set, URL: i.Address, Archive: true, Note: i.Note}
		j.readAnswers(e)
		entries = append(entries, e)
	}
	return entries
}

// Installer is one that a [[netboot]] rule adds to a series.
type Installer struct {
	Set     NetbootSet // series, architecture, version, kernel and ramdisk
	Address string     // of the directory; with a slash at the end
	Note    string
}

// Installers are those that the rules add to the series that they name.
func (r *Rules) Installers() []Installer {
	var all []Installer
	for i := range r.Series {
		all = append(all, r.installersOf(r.Series[i].Name, r.Series[i].Version)...)
	}
	return all
}

func (r *Rules) installersOf(series, version string) []Installer {
	var all []Installer
	for i := range r.Netboot {
		n := &r.Netboot[i]
		if n.Address == "" || len(n.Series) == 0 || !r.MatchSeries(n.Series, series) {
			continue
		}
		for _, arch := range n.Arches {
			fill := strings.NewReplacer("{series}", series, "{version}", version, "{arch}", arch)
			all = append(all, Installer{
				Set: NetbootSet{
					Series: series, Arch: arch, Kind: ImageRelease, Version: version,
					Kernel: fill.Replace(n.Kernel), Initrd: fill.Replace(n.Initrd),
				},
				Address: strings.TrimRight(fill.Replace(n.Address), "/") + "/",
				Note:    fill.Replace(n.Note),
			})
		}
	}
	return all
}

// readAnswers takes what an archive of packages said of an installer's files. Where they
// are gone there, and lie where its series go that leave it, the installer has moved.
func (j *joiner) readAnswers(e *NetbootEntry) {
	set, src := j.packaged(e)
	if set == nil {
		return
	}
	e.Source, e.Answers = src.state.Name, set.Answers
	if base, answers := set.movedTo(); base != "" {
		e.From, e.URL, e.Answers = e.URL, base, answers
	}
}

// movedTo is the address at which the files of a set of an archive of packages lie since
// its series left that, with what was answered there for the kernel and the ramdisk. It is
// empty where they are in the archive, or not both of them elsewhere.
func (s *NetbootSet) movedTo() (base string, answers []NetbootAnswer) {
	if !s.isGone(s.Kernel) && !s.isGone(s.Initrd) {
		return "", nil
	}
	for _, kernel := range s.Answers {
		base, ok := strings.CutSuffix(kernel.Name, escapePath(s.Kernel))
		if !ok || !strings.Contains(base, "://") || !strings.HasSuffix(base, "/") || kernel.Status != 0 {
			continue
		}
		ramdisk := s.answer(base + escapePath(s.Initrd))
		if ramdisk.Name == "" || ramdisk.Status != 0 {
			continue
		}
		kernel.Name, ramdisk.Name = s.Kernel, s.Initrd
		return base, []NetbootAnswer{kernel, ramdisk}
	}
	return "", nil
}

// packaged finds the set of an installer among those of the archives of packages.
func (j *joiner) packaged(e *NetbootEntry) (*NetbootSet, *source) {
	for i := range j.sources {
		src := &j.sources[i]
		if src.state.Kind != KindPackages {
			continue
		}
		for k := range src.facts.Netboot {
			set := &src.facts.Netboot[k]
			same := set.Series == e.Series && set.Arch == e.Arch && set.Kernel == e.Kernel && set.Initrd == e.Initrd
			if same && unescape(address(src.state.Site, set.Dir)) == unescape(e.URL) { // rules may escape more
				return set, src
			}
		}
	}
	return nil, nil
}

func (s *NetbootSet) isGone(name string) bool { return s.answer(name).Times >= GonePolls }

// netbootProduct is a netboot product of the trackers in one series.
type netbootProduct struct {
	line     *ProductLine
	disabled bool
	contact  string
	rows     []*Row // oldest milestone first
}

// netbootProducts are the netboot products that have to do with a series, by title.
func (j *joiner) netbootProducts(l *Line) []netbootProduct {
	found := map[*ProductLine]*netbootProduct{}
	get := func(p *ProductLine) *netbootProduct {
		if found[p] == nil {
			found[p] = &netbootProduct{line: p, disabled: p.Disabled}
		}
		return found[p]
	}
	for _, n := range l.Intents {
		if n.Product.Netboot {
			p := get(n.Product)
			p.disabled, p.contact = p.disabled || n.Disabled, n.Contact
		}
	}
	for _, m := range l.Milestones {
		for _, r := range m.Rows() {
			if r.Netboot {
				p := get(r.Product)
				p.contact = cmp.Or(p.contact, r.Contact)
				p.rows = append(p.rows, r)
			}
		}
	}
	list := make([]netbootProduct, 0, len(found))
	for _, p := range found {
		list = append(list, *p)
	}
	slices.SortFunc(list, func(a, b netbootProduct) int { return compareProductLines(a.line, b.line) })
	return list
}

// joinProduct takes what the trackers say of an entry.
func (e *NetbootEntry) joinProduct(products []netbootProduct) {
	p := e.trackerProduct(products)
	if p == nil {
		return
	}
	e.Product, e.Disabled, e.Contact = p.line, p.disabled, p.contact
	if r := e.ownRow(p.rows); r != nil {
		e.State = r.State
		e.BuildID = cmp.Or(e.BuildID, r.BuildID)
	}
}

// trackerProduct finds the tracker's product of an entry: one of its project and
// architecture, else one of its architecture; of several the first that is in use.
func (e *NetbootEntry) trackerProduct(products []netbootProduct) *netbootProduct {
	var best *netbootProduct
	bestRank := 0
	for i := range products {
		p := &products[i]
		if !isArch(p.line, e.Arch) {
			continue
		}
		rank := 1
		if slices.ContainsFunc(p.line.Identities, func(id Identity) bool { return id.Project == e.Project }) {
			rank += 2
		}
		if !p.disabled {
			rank++
		}
		if rank > bestRank {
			best, bestRank = p, rank
		}
	}
	return best
}

// ownRow is the product's row for the build that an entry is of: that on the last
// open milestone that has it, else on the last.
func (e *NetbootEntry) ownRow(rows []*Row) *Row {
	var own *Row
	for _, r := range rows {
		if e.isOf(r) && (own == nil || r.Manifest.Open || !own.Manifest.Open) {
			own = r
		}
	}
	return own
}

// isOf reports whether an entry is, as far as can be told, of the build of a row: the
// version of an installer's package is a build id that tells nothing of a day.
func (e *NetbootEntry) isOf(r *Row) bool {
	_, dated := ParseBuildID(e.BuildID)
	_, rowDated := ParseBuildID(r.BuildID)
	switch {
	case dated && rowDated:
		return r.Is(e.BuildID)
	case e.Kind == ImageRelease && !e.Archive:
		m := r.Manifest
		return m.Kind == KindRelease && m.Version == e.Version && statusInName(m.ReleaseStatus) == e.Milestone
	}
	return true
}

// isArch reports whether a product is for an architecture, by its identity or the
// end of its title.
func isArch(p *ProductLine, arch string) bool {
	if p.Arch != "" {
		return p.Arch == arch
	}
	return arch != "" && strings.HasSuffix(" "+strings.ToLower(p.Title), " "+arch)
}

// compareNetboot puts releases before dailies and these before the archive, newest
// first, and architectures in the order of the rules.
func (j *joiner) compareNetboot(a, b *NetbootEntry) int {
	return cmp.Or(
		flags(a.Archive, b.Archive),
		flags(b.Kind == ImageRelease, a.Kind == ImageRelease),
		-compareNatural(a.Version, b.Version),
		flags(a.Milestone != "", b.Milestone != ""),
		-compareNatural(a.Milestone, b.Milestone),
		flags(b.Current, a.Current, b.Pending, a.Pending),
		-CompareBuildIDs(a.NetbootSet.BuildID, b.NetbootSet.BuildID),
		cmp.Compare(j.archPlace(a.Arch), j.archPlace(b.Arch)),
		compareNatural(a.Arch, b.Arch),
		compareNatural(a.Parent, b.Parent),
		compareNatural(a.Dir, b.Dir),
		compareNatural(a.URL, b.URL),
	)
}
