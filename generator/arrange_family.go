package generator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// familyPage is the images of one group: where they stand now, and across series.
type familyPage struct {
	Page
	Answer   string
	Now      []familyMilestone // the open release milestones
	HasSince bool
	Contacts []Link
	Bugs     html // where to report bugs, from content
	Findings []findingView
	News     newsList
	Sizes    []sizesView
	Lines    []familyLine
	Products []Link
}

// familyMilestone is how the family stands on an open milestone.
type familyMilestone struct {
	Milestone Link
	Summary   string // "5 of 6 ready"
	Rows      []familyRow
}

// familyRow is a product on it, with what keeps it from being released.
type familyRow struct {
	Product Link
	standView
	Blocks []string
}

type familyLine struct {
	Series Link
	Matrix matrix
}

func (s *site) arrangeFamily(f *release.Family) (familyPage, error) {
	p := familyPage{Page: s.newPage(pagePath("families", f.Slug), f.Title, f.Title+": where each image stands, in open milestones and across all series.")}
	s.rest(&p.Page)
	want := make(map[*release.ProductLine]bool, len(f.Products))
	var findings []*release.Finding
	for _, pl := range f.Products {
		want[pl] = true
		p.Products = append(p.Products, Link{Text: pl.Title, Href: p.to(productPath(pl))})
		for _, f := range pl.Findings {
			if !slices.Contains(findings, f) { // one may be about several products
				findings = append(findings, f)
			}
		}
	}
	release.SortFindings(findings)
	p.Answer = s.fillNow(&p, want) + " " + blocking(len(severity(findings, release.Blocker)))
	for _, l := range s.picture.Lines {
		if m := s.viewMatrix(&p.Page, l, want); len(m.Groups) > 0 {
			p.Lines = append(p.Lines, familyLine{Link{Text: seriesTitle(l), Href: p.to(s.seriesPath(l))}, m})
		}
	}
	p.Findings = s.viewSubjects(&p.Page, findings)
	p.News = s.newsList(&p.Page, s.newsOfFamily(f), ownNews)
	p.Sizes = s.familySizes(&p.Page, f)
	p.Bugs = s.part("bugs", p.Root)
	return p, nil
}

// fillNow adds where the products stand on open release milestones, and says it in a
// sentence.
func (s *site) fillNow(p *familyPage, want map[*release.ProductLine]bool) string {
	var told []string
	for _, m := range s.openMilestones() {
		v := familyMilestone{Milestone: Link{Text: m.Title, Href: p.to(s.milestonePath(m))}}
		ready := 0
		for _, r := range m.Rows() {
			if !want[r.Product] {
				continue
			}
			row := s.viewFamilyRow(&p.Page, r)
			v.Rows = append(v.Rows, row)
			p.HasSince = p.HasSince || !row.Since.IsZero()
			if r.State == release.StateReady {
				ready++
			}
			if row.Contact.Text != "" && !slices.Contains(p.Contacts, row.Contact) {
				p.Contacts = append(p.Contacts, row.Contact)
			}
		}
		if len(v.Rows) == 0 {
			continue
		}
		v.Summary = fmt.Sprintf("%d of %d ready", ready, len(v.Rows))
		p.Now = append(p.Now, v)
		told = append(told, v.Summary+" in "+m.Title+".")
	}
	if len(told) == 0 {
		return "Nothing of it is in testing for a release."
	}
	if more := len(told) - answered; more > 0 {
		told = append(told[:answered], plural(more, "further milestone")+" in testing.")
	}
	return strings.Join(told, " ")
}

func (s *site) viewFamilyRow(p *Page, r *release.Row) familyRow {
	row := familyRow{Product: Link{Text: r.Product.Title, Href: p.to(productPath(r.Product))}, standView: s.viewStand(p, r)}
	for _, f := range severity(r.Findings, release.Blocker) {
		row.Blocks = append(row.Blocks, sentence(f.Text))
	}
	return row
}

// newsOfFamily is what happened to its products, newest first, each once.
func (s *site) newsOfFamily(f *release.Family) []*happening {
	var news []*happening
	seen := map[*happening]bool{}
	for _, pl := range f.Products {
		for _, h := range s.newsOf[pl.Slug].news {
			if !seen[h] {
				seen[h] = true
				news = append(news, h)
			}
		}
	}
	slices.SortStableFunc(news, func(a, b *happening) int {
		return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.Source, b.Source))
	})
	return news
}

// familySizes shows the dailies of the newest series that has some, a line for each product.
func (s *site) familySizes(p *Page, f *release.Family) []sizesView {
	for _, l := range s.picture.Lines {
		var dailies []*release.TreeImage
		titles := map[*release.TreeImage]string{}
		for _, pl := range f.Products {
			for _, i := range pl.Images {
				if i.Kind == release.ImageDaily && i.Series == l.Slug {
					dailies, titles[i] = append(dailies, i), pl.Title
				}
			}
		}
		if v := s.viewSizes(p, dailies, func(i *release.TreeImage) string { return titles[i] }); v != nil {
			v.Of = "Dailies of " + l.Title
			return []sizesView{*v}
		}
	}
	return nil
}
