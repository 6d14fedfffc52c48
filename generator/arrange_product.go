package generator

import (
	"slices"
	"strings"
	"time"

	"shiplist/internal/release"
)

// productPage is one product across series and milestones.
type productPage struct {
	Page
	Answer     string
	Family     Link
	Machine    string
	Identities []string // "kubuntu, daily-live, desktop, amd64"
	Trackers   []Link
	Rows       []standView
	HasTests   bool
	Truths     []truthView
	HasSince   bool
	Contact    Link
	Bugs       html // where to report bugs, from content
	Sizes      []sizesView
	News       newsList
	Images     []imageView
	Findings   []findingView
}

// standView is the product on one milestone.
type standView struct {
	Series, Milestone Link
	Open              bool
	State             stateView
	Reviews           string    // how many there are, where a verdict does not rest on all
	Since             time.Time // zero where it is not known
	Rebuild           string
	Build             Link
	Tests             testsView
	Contact           Link
	Place             Link
	Note              html
}

// imageView is an image of the product in a tree.
type imageView struct {
	Tree, Series string
	Dir          Link
	Name         string
	Build        string
	Size         string
	Exact        bool
	Sum          string
	Marks        string // "current, oversized"
}

func (s *site) arrangeProduct(pl *release.ProductLine) productPage {
	p := productPage{Page: s.newPage(productPath(pl), pl.Title, "Every build and image of "+pl.Title+".",
		s.familyCrumb(pl.Family)...)}
	s.rest(&p.Page)
	p.Feeds = []Link{s.feedLink(&p.Page, productPath(pl), pl.Title)}
	p.Family = Link{Text: pl.Family}
	if target := s.familyPath(pl.Family); target != "" {
		p.Family.Href = p.to(target)
	}
	p.Machine, p.Trackers = s.machine(pl.Arch), refs(pl.Refs)
	p.Also = []Link{{Text: "JSON", Href: "product.json"}, {Text: "badge", Href: badgeFile}, {Text: "feed", Href: p.Feeds[0].Href}}
	for _, id := range pl.Identities {
		p.Identities = append(p.Identities, joinWords(id.Project, id.Subproject, id.ImageType, id.PublishType, id.Arch))
	}
	for _, r := range pl.Rows {
		p.Rows = append(p.Rows, s.viewStand(&p.Page, r))
		p.HasTests = p.HasTests || r.Tests != nil
		p.HasSince = p.HasSince || !s.past.Since(r).IsZero()
	}
	p.Answer = productAnswer(pl)
	if r := askedRow(pl); r != nil {
		p.Contact = s.contact(r.Contact)
	}
	p.News = s.newsList(&p.Page, s.newsOf[pl.Slug].news, ownNews)
	p.Sizes = s.productSizes(&p.Page, pl)
	p.Truths = s.viewTruths(&p.Page, pl)
	for _, img := range pl.Images {
		p.Images = append(p.Images, s.viewImage(&p.Page, img))
	}
	p.Findings = s.viewSubjects(&p.Page, pl.Findings)
	for i := range p.Findings {
		subject := &p.Findings[i].Subject
		subject.Text = strings.TrimPrefix(strings.TrimPrefix(subject.Text, pl.Title), ", ")
	}
	p.Bugs = s.part("bugs", p.Root)
	return p
}

// imageSeries is the title of the series of an image.
func (s *site) imageSeries(i *release.TreeImage) string {
	if l := s.line(i.Series); l != nil {
		return l.Title
	}
	return i.Series
}

func (s *site) familyCrumb(family string) []menuItem {
	if target := s.familyPath(family); target != "" {
		return []menuItem{{family, target}}
	}
	return nil
}

func joinWords(words ...string) string {
	var some []string
	for _, w := range words {
		if w != "" {
			some = append(some, w)
		}
	}
	return strings.Join(some, ", ")
}

// openRows are the rows of the product on release milestones in testing, those
// that something blocks first.
func openRows(pl *release.ProductLine) []*release.Row {
	var open []*release.Row
	for _, r := range pl.Rows {
		if r.Manifest.Open && r.Manifest.Kind == release.KindRelease {
			open = append(open, r)
		}
	}
	slices.SortStableFunc(open, func(a, b *release.Row) int { return weight(b) - weight(a) })
	return open
}

func weight(r *release.Row) int {
	if r.Blocked() {
		return 1
	}
	return 0
}

// askedRow is the row that a person asks for: the first of the open release
// milestones, else the newest open one, else the newest.
func askedRow(pl *release.ProductLine) *release.Row {
	if open := openRows(pl); len(open) > 0 {
		return open[0]
	}
	if i := slices.IndexFunc(pl.Rows, func(r *release.Row) bool { return r.Manifest.Open }); i >= 0 {
		return pl.Rows[i]
	}
	if len(pl.Rows) > 0 {
		return pl.Rows[0]
	}
	return nil
}

// answered is how many open milestones the answer tells of.
const answered = 3

// productAnswer says where the product stands on the open release milestones.
func productAnswer(pl *release.ProductLine) string {
	rows := openRows(pl)
	if len(rows) == 0 {
		if r := askedRow(pl); r != nil {
			return stands(r)
		}
		return "It stands on no milestone."
	}
	var all []string
	for _, r := range rows[:min(len(rows), answered)] {
		all = append(all, stands(r))
	}
	return strings.Join(all, " ")
}

func stands(r *release.Row) string {
	state := capital(rowState(r).Word)
	if r.BuildID == "" {
		return state + " in " + r.Manifest.Title + "."
	}
	return state + " in " + r.Manifest.Title + " as build " + r.BuildID + "."
}

func (s *site) viewStand(p *Page, r *release.Row) standView {
	v := standView{
		Series:    Link{Text: r.Manifest.Line.Title, Href: p.to(s.seriesPath(r.Manifest.Line))},
		Milestone: Link{Text: r.Manifest.Title, Href: p.to(s.milestonePath(r.Manifest))},
		Open:      r.Manifest.Open, State: rowState(r), Reviews: weakened(r), Since: s.past.Since(r), Rebuild: rebuildText(r.Rebuild),
		Build: Link{Text: r.BuildID, Href: firstHref(refs(r.Refs))}, Tests: viewTests(r),
		Contact: s.contact(r.Contact), Note: s.notes.note(s.ownNote(r)),
	}
	if r.Location != nil {
		v.Place = s.place(p, r)
	}
	return v
}

func treeName(l *release.Location) string {
	if l.Tree != "" {
		return l.Tree
	}
	return l.Role
}

func (s *site) viewImage(p *Page, img *release.TreeImage) imageView {
	f := img.Main()
	v := imageView{
		Tree: img.Tree.Name, Series: img.Series, Dir: Link{Text: img.Dir, Href: webURL(img.URL)},
		Name: f.Name, Build: img.BuildID, Sum: f.SHA256, Exact: f.Exact,
	}
	if f.Size != nil {
		v.Size = release.Size(*f.Size)
	}
	if d := s.downloadOfImage(img); d != nil {
		v.Dir.Href = p.to(d.path)
	}
	var marks []string
	for word, is := range map[string]bool{"current": img.Current, "pending": img.Pending, "oversized": img.Oversized} {
		if is {
			marks = append(marks, word)
		}
	}
	v.Marks = joinWords(sorted(marks)...)
	return v
}
