package generator

import (
	"cmp"
	"fmt"
	"slices"

	"shiplist/internal/release"
)

// familyPage is the images of one group: where they stand now, and across series.
type familyPage struct {
	Page
	Answers  []string          // one for each of the nearest milestones
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
	Blockers  int    // what keeps its products from being released there
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

func (s *site) arrangeFamily(f *release.Family) familyPage {
	p := familyPage{Page: s.newPage(pagePath("families", f.Slug), f.Title, f.Title+": where each image stands, in open milestones and across all series.")}
	s.rest(&p.Page)
	p.Feeds = []Link{s.feedLink(&p.Page, pagePath("families", f.Slug), f.Title)}
	p.Also = []Link{{Text: "JSON", Href: p.to(apiRoot + "products.json")}, {Text: "feed", Href: p.Feeds[0].Href}}
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
	told := s.fillNow(&p, want)
	elsewhere := 0
	for _, f := range severity(findings, release.Blocker) {
		if !told[f] {
			elsewhere++
		}
	}
	p.Answers = familyAnswers(p.Now, elsewhere)
	for _, l := range s.picture.Lines {
		if m := s.viewMatrix(&p.Page, l, want); len(m.Groups) > 0 {
			p.Lines = append(p.Lines, familyLine{Link{Text: seriesTitle(l), Href: p.to(s.seriesPath(l))}, m})
		}
	}
	p.Findings = s.viewSubjects(&p.Page, findings)
	p.News = s.newsList(&p.Page, s.newsOfFamily(f), ownNews)
	p.Sizes = s.familySizes(&p.Page, f)
	p.Bugs = s.part("bugs", p.Root)
	return p
}

// fillNow adds where the products stand on open release milestones. It returns the
// blockers there.
func (s *site) fillNow(p *familyPage, want map[*release.ProductLine]bool) map[*release.Finding]bool {
	all := map[*release.Finding]bool{}
	for _, m := range s.openMilestones() {
		v := familyMilestone{Milestone: Link{Text: m.Title, Href: p.to(s.milestonePath(m))}}
		ready, blockers := 0, map[*release.Finding]bool{}
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
			for _, f := range severity(r.Findings, release.Blocker) {
				all[f], blockers[f] = true, true // one may be about several products
			}
			if row.Contact.Text != "" && !slices.Contains(p.Contacts, row.Contact) {
				p.Contacts = append(p.Contacts, row.Contact)
			}
		}
		if len(v.Rows) == 0 {
			continue
		}
		v.Summary, v.Blockers = fmt.Sprintf("%d of %d ready", ready, len(v.Rows)), len(blockers)
		p.Now = append(p.Now, v)
	}
	return all
}

// familyAnswers says in a line for each of the nearest milestones how the family stands
// there, with the number of its blockers on none of them.
func familyAnswers(now []familyMilestone, elsewhere int) []string {
	if len(now) == 0 {
		return []string{"Nothing of it is in testing for a release. " + blocking(elsewhere)}
	}
	var lines []string
	near := min(len(now), answered)
	for _, m := range now[:near] {
		lines = append(lines, m.Summary+" in "+m.Milestone.Text+". "+blocking(m.Blockers))
	}
	if more := now[near:]; len(more) > 0 {
		blockers := 0
		for _, m := range more {
			blockers += m.Blockers
		}
		lines = append(lines, plural(len(more), "further milestone")+" in testing. "+blocking(blockers))
	}
	if elsewhere > 0 {
		lines = append(lines, release.Plural(elsewhere, "thing blocks", "things block")+" elsewhere.")
	}
	return lines
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
	lists := make([][]*happening, len(f.Products))
	for i, pl := range f.Products {
		lists[i] = s.newsOf[pl.Slug].news
	}
	seen := map[*happening]bool{}
	return slices.DeleteFunc(mergeNews(lists), func(h *happening) bool {
		if len(h.products) < 2 {
			return false // only one list has it
		}
		again := seen[h]
		seen[h] = true
		return again
	})
}

// mergeNews puts lists of news together, each of which has the newest first. What was seen
// at one time stays in the order of the sources, and of the lists.
func mergeNews(lists [][]*happening) []*happening {
	if len(lists) < 2 {
		return slices.Concat(lists...)
	}
	half := len(lists) / 2
	a, b := mergeNews(lists[:half]), mergeNews(lists[half:])
	all := make([]*happening, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if cmp.Or(a[0].Seen.Compare(b[0].Seen), cmp.Compare(b[0].Source, a[0].Source)) >= 0 {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
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
