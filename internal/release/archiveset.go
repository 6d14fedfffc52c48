package release

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"shiplist/internal/spelling"
)

// ArchiveOptions say what is archived.
type ArchiveOptions struct {
	// All takes images, too, that no newer release has.
	All bool
	// Force are products that need not be published in the newer release.
	Force []*ProductLine
	// Headed are the trees whose directories get their HEADER.html from this program.
	Headed []string
	// Distribution is what the index calls the release: Ubuntu.
	Distribution string
}

// ArchiveSet is what has to be done to archive a superseded release.
type ArchiveSet struct {
	Line    *Line
	Version string
	// Newer is the release that supersedes it.
	Newer string
	// Unsure says what is not known of the newer release, one sentence each.
	Unsure []string
	// Moves are the files, those of pools first, as names elsewhere are links to them.
	Moves []ArchiveMove
	// Lists are the checksum lists whose lines move; both ends have to be signed anew.
	Lists []ArchiveList
	// Links are made, or, where they lead nowhere, removed.
	Links []ArchiveLink
	// KeptLinks are links of the version that stay as they are, and show what is newer.
	KeptLinks []HostPath
	Redirects []ArchiveRedirect
	// Described are files of descriptions whose lines about moved files move, too.
	Described []ArchiveDescribed
	// Pages are those that people keep and that tell of releases: they are edited by hand.
	Pages []ArchivePage
	// Index are lines to add to the index of the archive.
	Index []ArchiveIndex
	// Stays are images that stay, as no newer release has them.
	Stays []*TreeImage
	// Bytes is the size of the main files, of those that are known.
	Bytes int64
}

// ArchiveMove is one file that moves.
type ArchiveMove struct {
	From, To HostPath
	// SHA256 is that of a main file by its list; empty for companions, which no list has.
	SHA256 string
	// There says that the target has it already, with the same checksum.
	There bool
	// Perhaps says that it may not be there: no tree shows the pools' files.
	Perhaps bool
}

// ArchiveList is a checksum list of which lines move to another.
type ArchiveList struct {
	From, To HostPath
	Lines    []string // as lists write them
	// Perhaps says that the list, and any of the lines in it, may not be there.
	Perhaps bool
}

// ArchiveLink is a symbolic link.
type ArchiveLink struct {
	At     HostPath
	Target string // empty where the link is removed
}

// ArchiveRedirect is a redirect to write into the file of a server.
type ArchiveRedirect struct {
	In       HostPath
	From, To string // path on the server; address
}

// ArchiveDescribed is a file of descriptions, which may not be there, and where its lines
// about some files go.
type ArchiveDescribed struct {
	From, To HostPath
	Files    []string
}

// ArchivePage is a page that may be there and that a person edits.
type ArchivePage struct {
	At HostPath
	// Out are names of files and releases that are not to be on it any more.
	Out []string
	// In is a release that is to be on it; empty where none is.
	In string
}

// ArchiveIndex is a line to add to a file.
type ArchiveIndex struct {
	In   HostPath
	Line string
}

// ArchiveError says why a release cannot be archived, one reason each.
type ArchiveError struct {
	Version string
	Reasons []string
	// Products are the slugs of those of the newer release that are not published, or not
	// as they should: each can be forced.
	Products []string
	Mistyped bool // the reasons are options that are of no use
}

func (e *ArchiveError) Error() string {
	return fmt.Sprintf("%s cannot be archived: %s", e.Version, strings.Join(e.Reasons, "; "))
}

// ArchiveSet tells what has to be done to move the files of a superseded release to
// the archive. The error is an [ArchiveError] where something forbids it: the newer
// release is not fully published, or a file to move has no checksum, or is at its
// target with another one; and a [LookupError] where no series has the version.
func (r Rules) ArchiveSet(p *Picture, version string, o ArchiveOptions) (*ArchiveSet, error) {
	slug, ok := r.SeriesByVersion(version)
	n := slices.IndexFunc(p.Lines, func(l *Line) bool { return ok && l.Slug == slug })
	if n < 0 {
		return nil, unknownVersion(p, version)
	}
	a := r.archiver(p, p.Lines[n], heldFiles(p))
	a.options, a.set.Version = o, version
	if err := a.supersede(); err != nil {
		return nil, err
	}
	a.move()
	a.leadOn()
	if why := a.refused(); len(why) > 0 {
		return nil, &ArchiveError{Version: version, Reasons: why}
	}
	return a.set, nil
}

// refused are the reasons that forbid it.
func (a *archiver) refused() []string {
	why := slices.Concat(a.reasons, a.unruled)
	slices.Sort(why)
	return slices.Compact(why)
}

// archiver is a set while it is made.
type archiver struct {
	rules   Rules
	picture *Picture
	options ArchiveOptions
	set     *ArchiveSet
	held    map[HostPath]string // checksums of the files that trees show
	images  []*TreeImage        // final ones of the series, outside of the archive
	moved   []*TreeImage        // those of them that move
	reasons []string            // that forbid it
	unruled []string            // reasons that are about the configuration
	missing []string            // slugs of what the newer release lacks
	forced  []*ProductLine      // what would be missing, and is forced
}

// archiver returns one for a release of a series, of which the version is to be set.
func (r Rules) archiver(p *Picture, l *Line, held map[HostPath]string) *archiver {
	a := &archiver{rules: r, picture: p, held: held, set: &ArchiveSet{Line: l}}
	a.findImages()
	return a
}

func (a *archiver) refuse(format string, args ...any) {
	a.reasons = append(a.reasons, fmt.Sprintf(format, args...))
}

func (a *archiver) findImages() {
	for _, t := range a.picture.Trees {
		if t.Role == RoleOld {
			continue
		}
		for _, d := range t.Directories {
			for _, i := range d.Images {
				if i.Kind == ImageRelease && i.Milestone == "" && a.ofSeries(i.Image) {
					a.images = append(a.images, i)
				}
			}
		}
	}
}

// unknownVersion offers the version of a series that is near.
func unknownVersion(p *Picture, version string) error {
	var versions []string
	for _, l := range p.Lines {
		if l.Version != "" {
			versions = append(versions, l.Version)
		}
	}
	e := &LookupError{What: "version of a series that is known here", Name: version}
	e.offer(spelling.Nearest(version, versions), versions)
	e.Hint = strings.TrimPrefix(e.Hint+"; write it like 24.04.3", "; ")
	return e
}

// ofSeries tells images of the series, those of pools by their version.
func (a *archiver) ofSeries(i *Image) bool {
	slug, ok := a.rules.SeriesByVersion(i.Version)
	return ok && slug == a.set.Line.Slug
}

// supersede finds the newest release that is newer and fully published.
func (a *archiver) supersede() error {
	if !slices.ContainsFunc(a.images, func(i *TreeImage) bool { return i.Version == a.set.Version }) {
		if known := a.versions(); !slices.Contains(known, a.set.Version) {
			e := &LookupError{What: "release of " + a.set.Line.Slug, Name: a.set.Version}
			e.offer(spelling.Nearest(a.set.Version, known), known)
			return e
		}
		return &ArchiveError{Version: a.set.Version, Reasons: []string{"no tree but the archive holds files of it; nothing is left to do"}}
	}
	newer := a.newer()
	if len(newer) == 0 {
		return &ArchiveError{Version: a.set.Version, Reasons: []string{"no newer release of " + a.set.Line.Slug + " is published"}}
	}
	if why := a.choose(newer); len(why) > 0 {
		return &ArchiveError{Version: a.set.Version, Reasons: why, Products: a.missing}
	}
	return a.forcedInVain()
}

// forcedInVain refuses to force what hinders nothing: something else was meant.
func (a *archiver) forcedInVain() error {
	var why []string
	for _, p := range a.options.Force {
		if !slices.Contains(a.forced, p) {
			why = append(why, fmt.Sprintf("--force %s: it does not keep %s from being archived", p.Slug, a.set.Version))
		}
	}
	if len(why) > 0 {
		return &ArchiveError{Version: a.set.Version, Reasons: why, Mistyped: true}
	}
	return nil
}

// newer are the newer versions of which there are images, the newest first.
func (a *archiver) newer() []string {
	var list []string
	for _, i := range a.images {
		if CompareVersions(i.Version, a.set.Version) > 0 && !slices.Contains(list, i.Version) {
			list = append(list, i.Version)
		}
	}
	slices.SortFunc(list, func(x, y string) int { return CompareVersions(y, x) })
	return list
}

// choose takes the first of some versions that is fully published, or says why none is.
func (a *archiver) choose(newer []string) []string {
	var why []string
	for _, version := range newer {
		missing := a.unpublished(version)
		if len(missing) == 0 {
			a.set.Newer = version
			a.doubt(version)
			return nil
		}
		why = append(why, missing...)
	}
	return why
}

// versions are those of the series of which something is known, the oldest first.
func (a *archiver) versions() []string {
	l := a.set.Line
	list := []string{l.Version}
	if l.Rule != nil {
		list = append(append(list, l.Rule.PointVersion), l.Rule.Versions...)
	}
	for _, m := range l.Milestones {
		list = append(list, m.Version)
	}
	for _, t := range a.picture.Trees {
		for _, d := range t.Directories {
			for _, i := range d.Images {
				if i.Kind == ImageRelease && a.ofSeries(i.Image) {
					list = append(list, i.Version)
				}
			}
		}
	}
	list = slices.DeleteFunc(list, func(version string) bool { return version == "" })
	slices.SortFunc(list, CompareVersions)
	return slices.Compact(list)
}

// doubt notes that nothing says what a release has to have.
func (a *archiver) doubt(version string) {
	if !slices.ContainsFunc(a.set.Line.Milestones, func(m *Manifest) bool { return m.Version == version && m.final() }) {
		a.set.Unsure = append(a.set.Unsure, "not known whether all of "+version+" is out: no milestone of it is known")
	}
}

// final reports whether a milestone is a release that people get, not a beta of it.
func (m *Manifest) final() bool { return m.Kind == KindRelease && m.ReleaseStatus == FinalStatus }

// unpublished says what of a release is not published; nothing where all of it is.
func (a *archiver) unpublished(version string) []string {
	var why []string
	for _, m := range a.set.Line.Milestones {
		if m.Version != version || !m.final() {
			continue
		}
		if m.Open {
			why = append(why, m.Title+" is still in testing")
		}
		for _, row := range m.Rows() {
			switch text := row.notOut(version); {
			case text == "":
			case slices.Contains(a.options.Force, row.Product):
				a.forced = append(a.forced, row.Product)
			default:
				why = append(why, text)
				a.missing = appendNew(a.missing, row.Product.Slug)
			}
		}
	}
	return why
}

// notOut says what is wrong with a row of a release that should be published; nothing
// where it is, or nobody means it to be.
func (r *Row) notOut(version string) string {
	switch {
	case r.Netboot || imageless(r.Product) || !meantToBeOut(r):
		return ""
	case r.Release == nil:
		return fmt.Sprintf("%s of %s is not published", r.Product.Title, version)
	case r.publishedOther():
		return fmt.Sprintf("%s of %s is published with another build than the ready one", r.Product.Title, version)
	}
	return ""
}

// meantToBeOut reports whether a row's build is to be published: not one that failed,
// nor one that nobody meant.
func meantToBeOut(r *Row) bool {
	return r.BuildID != "" && r.State != StateFailed && r.State != StateDisabled && (r.Intended || !r.IntentKnown)
}

// CompareVersions orders versions of releases: 24.04 before 24.04.3 before 24.04.10.
func CompareVersions(a, b string) int {
	return cmp.Or(compareNatural(a, b), strings.Compare(a, b))
}
