package generator

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// groupView is the rows of a family.
type groupView struct {
	Family  Link
	ID      string
	Summary string // "5 of 6 ready"
	Rows    []rowView
}

// rowView is a product on a milestone.
type rowView struct {
	ID       string // for links to the row
	Product  Link
	Name     string // the product without the architecture at its end
	Arch     string
	State    stateView
	Reviews  string // how many there are, where a verdict does not rest on all
	Rank     int    // of the state: what needs somebody comes first
	Rebuild  string // "rebuild queued, asked by x"; empty for none
	Build    Link
	Old      string // "53 days old"; of dailies that are not built any more
	Trackers []Link // where the build can be looked up
	Sources  Link   // what each source says, where several do; to the page of the product
	Download Link   // the daily image
	Tests    testsView
	Untested bool // a mandatory test of it has no result yet
	Size     sizeView
	Contact  Link
	Person   bool   // the contact is a person, not a team
	Tree     string // to which it goes
	Place    Link   // directory there, leading to it
	PlaceID  string // of its line in the table of what goes where
	There    bool   // something is published there already, as Standing says
	Standing stateView
	Intended bool
	Extra    bool // it has a build, and nobody means to release it
	Missing  bool // it is meant to be released, and has no build
	Netboot  bool
	Blocked  bool
	// More says that any of the following is there: they have a line of their own.
	More     bool
	Note     html
	NoteFrom string
	Bugs     []Link
	Blockers []findingView
	Warnings []findingView
	Notes    int
}

// sizeView is the size of a row's main files together.
type sizeView struct {
	Bytes int64
	Text  string // "4.31 GB"; empty where nothing is known
	About bool   // it is known only rounded
}

func (s *site) viewGroup(p *Page, g release.Group) groupView {
	v := groupView{Family: Link{Text: g.Family}, ID: "family-" + release.Slug(g.Family), Summary: groupSummary(g)}
	if target := s.familyPath(g.Family); target != "" {
		v.Family.Href = p.to(target)
	}
	v.Rows = make([]rowView, 0, len(g.Rows))
	for _, r := range g.Rows {
		v.Rows = append(v.Rows, s.viewRow(p, r))
	}
	return v
}

func groupSummary(g release.Group) string {
	if len(g.Rows) > 0 && g.Rows[0].Manifest.Kind == release.KindDaily {
		return tested(g.Rows)
	}
	return share(g.Totals)
}

// share is how much of a group is ready: "5 of 6 ready".
func share(t release.Totals) string {
	if t.Intended == 0 {
		return plural(t.Rows, "product")
	}
	return fmt.Sprintf("%d of %d ready", t.Ready, t.Intended)
}

// rowID is the place of a product on the page of a milestone.
func rowID(product string) string { return "row-" + product }

func (s *site) viewRow(p *Page, r *release.Row) rowView {
	v := rowView{
		ID: rowID(r.Product.Slug), Product: Link{Text: r.Product.Title, Href: p.to(productPath(r.Product))},
		Name: nameWithoutArch(r.Product), Arch: r.Product.Arch, State: rowState(r),
		Trackers: refs(r.Refs), Contact: s.contact(r.Contact), Person: r.Team == release.ContactPerson,
		Intended: r.Intended, Netboot: r.Netboot, Blocked: r.Blocked(), Old: oldBuild(r, s.picture.AsOf),
		Extra:   extra(r),
		Missing: r.State == release.StateMissing, Size: rowSize(r),
	}
	v.Reviews, v.Sources = weakened(r), s.sourcesLink(p, r)
	v.Rank = stateRank(v.State.Class)
	v.Build = Link{Text: r.BuildID, Href: firstHref(v.Trackers)}
	v.Tests, v.Untested = viewTests(r), r.Tests != nil && r.Tests.Untested > 0
	v.Rebuild = rebuildText(r.Rebuild)
	if r.Daily != nil {
		v.Download = Link{Text: "files", Href: webURL(r.Daily.URL)}
	}
	if r.Location != nil {
		v.Tree, v.Place, v.PlaceID = treeName(r.Location), s.place(p, r), placeID(r)
		v.There, v.Standing = r.Release != nil, standing(r)
		v.Place.Text = r.Location.Dir
	}
	s.viewMore(p, r, &v)
	return v
}

// extra reports whether a row has a build that nobody means to release, where somebody says
// what is meant.
func extra(r *release.Row) bool { return r.IntentKnown && !r.Intended && !r.Netboot }

// viewMore fills in what a row tells in a line of its own.
func (s *site) viewMore(p *Page, r *release.Row, v *rowView) {
	v.Note, v.NoteFrom, v.Bugs = s.notes.note(s.ownNote(r)), r.NoteFrom, s.bugLinks(r.Bugs)
	v.Blockers = viewFindings(severity(r.Findings, release.Blocker))
	v.Warnings = viewFindings(severity(r.Findings, release.Warning))
	v.Notes = len(severity(r.Findings, release.Note))
	v.More = v.Extra || v.Note != "" || len(v.Bugs)+len(v.Blockers)+len(v.Warnings)+v.Notes > 0
}

// oversizedNote is what the build host writes into the note of a build that is too large.
var oversizedNote = regexp.MustCompile(`<strong>WARNING: This image is OVERSIZED\.[^<]*</strong>`)

// ownNote is the note of a row without what the rules of sizes decide: they say it in
// numbers where it is so, and the note stays as it was when it is so no more.
func (s *site) ownNote(r *release.Row) string {
	if !s.isSized(r.Daily) && !s.isSized(r.Release) && !slices.ContainsFunc(r.Findings, func(f *release.Finding) bool { return f.Rule == "oversized" }) {
		return r.Note
	}
	return strings.TrimSpace(oversizedNote.ReplaceAllString(r.Note, ""))
}

// isSized reports whether a rule says how large an image may be.
func (s *site) isSized(img *release.TreeImage) bool {
	return img != nil && s.rules.Limit(img.Project, img.Series, img.PublishType, img.Main().Type) > 0
}

// nameWithoutArch is the title of a product without the architecture at its end,
// which stands in a column of its own.
func nameWithoutArch(p *release.ProductLine) string {
	if name := strings.TrimSuffix(p.Title, " "+p.Arch); name != "" && p.Arch != "" {
		return name
	}
	return p.Title
}

// stateRank orders the classes of states from what needs somebody to what is done.
func stateRank(class string) int {
	for i, c := range []string{"failed", "missing", "unknown", "testing", "ready"} {
		if c == class {
			return i
		}
	}
	return 9 // switched off, replaced
}

// rowSize is the size of the image that a row has now: the daily one, else the
// released one.
func rowSize(r *release.Row) sizeView {
	img := r.Daily
	if img == nil {
		img = r.Release
	}
	v := sizeView{}
	if img == nil {
		return v
	}
	for _, f := range img.Files {
		if f.Main && f.Size != nil {
			v.Bytes += *f.Size
			v.About = v.About || !f.Exact
		}
	}
	if v.Bytes > 0 {
		v.Text = release.Size(v.Bytes)
	}
	return v
}

// rebuildText tells of an open rebuild request.
func rebuildText(r *release.Rebuild) string {
	if r == nil {
		return ""
	}
	word := r.Status
	if word == "unknown" && r.RawStatus != "" {
		word = r.RawStatus
	}
	return "rebuild " + word
}

// contact is whom to ask. It leads to where the configuration says, else a team to its page
// and an address to itself.
func (s *site) contact(c string) Link {
	l := Link{Text: c}
	address := s.rules.Contacts.Address[strings.ToLower(c)]
	switch {
	case strings.HasPrefix(address, "mailto:"):
		l.Href = address
	case address != "":
		l.Href = webURL(address)
	case strings.HasPrefix(c, "~") && release.Slug(c[1:]) == c[1:]:
		l.Href = fileURL(s.config.Teams, c)
	case strings.HasPrefix(c, "http://") || strings.HasPrefix(c, "https://"):
		l.Href = webURL(c)
	}
	return l
}

// bugLinks are bugs by number, with how many results name them.
func (s *site) bugLinks(bugs []release.Bug) []Link {
	var links []Link
	for _, b := range bugs {
		l := Link{Text: b.Number}
		if b.Number != "" && strings.Trim(b.Number, "0123456789") == "" {
			l.Href = fileURL(s.config.Bugs, b.Number)
		}
		links = append(links, l)
	}
	return links
}
