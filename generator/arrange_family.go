package generator

import (
	"fmt"

	"shiplist/internal/release"
)

// familyPage is the images of one group across series.
type familyPage struct {
	Page
	Answer   string
	Products []Link
	Lines    []familyLine
	Findings []findingView
}

type familyLine struct {
	Series Link
	Matrix matrix
}

func (s *site) arrangeFamily(f *release.Family) familyPage {
	p := familyPage{Page: s.newPage(pagePath("families", f.Slug), f.Title, f.Title+" across all series.")}
	s.rest(&p.Page)
	want := make(map[*release.ProductLine]bool, len(f.Products))
	var findings []*release.Finding
	for _, pl := range f.Products {
		want[pl] = true
		p.Products = append(p.Products, Link{Text: pl.Title, Href: p.to(productPath(pl))})
		findings = append(findings, pl.Findings...)
	}
	ready, open := 0, 0
	for _, l := range s.picture.Lines {
		m := s.viewMatrix(&p.Page, l, want)
		if len(m.Groups) == 0 {
			continue
		}
		p.Lines = append(p.Lines, familyLine{Link{Text: seriesTitle(l), Href: p.to(s.seriesPath(l))}, m})
	}
	for _, m := range s.openMilestones() {
		for _, r := range m.Rows() {
			if want[r.Product] {
				open++
				if r.State == release.StateReady {
					ready++
				}
			}
		}
	}
	p.Findings = s.viewFindings(&p.Page, findings, true)
	p.Answer = familyAnswer(ready, open, len(severity(findings, release.Blocker)))
	return p
}

func familyAnswer(ready, open, blockers int) string {
	if open == 0 {
		return "Nothing of it is in testing for a release. " + blocking(blockers)
	}
	return fmt.Sprintf("%d of %d ready in open milestones. %s", ready, open, blocking(blockers))
}
