package generator

import "fmt"

// viewExcused shows the findings that do not count for now: until when, and why.
func (s *site) viewExcused(p *Page) []findingView {
	views := s.viewSubjects(p, s.picture.Excused)
	for i, f := range s.picture.Excused {
		views[i].Advice = sentence(fmt.Sprintf("Excused until %s: %s", f.Excused.Until, f.Excused.Reason))
		views[i].Who = ""
	}
	return views
}
