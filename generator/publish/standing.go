package publish

import (
	"slices"

	"shiplist/generator/staged"
)

// Standing is a trouble that visitors saw before and see still: somebody overrode it
// once, and nobody is asked again.
type Standing struct {
	staged.Trouble
	// By overrode it, to publish Set; both empty where the history does not tell.
	By  string `json:"by,omitempty"`
	Set string `json:"set,omitempty"`
}

// standing are the troubles of the next set that are shown already.
func (p *publisher) standing(next staged.Record) []Standing {
	var all []Standing
	history, _ := readHistory(p.dir) // without it they are named all the same
	for _, t := range next.Troubles {
		if !slices.Contains(p.shown.Troubles, t) {
			continue
		}
		s := Standing{Trouble: t}
		reason := troubleReason(t)
		for _, e := range slices.Backward(history) {
			if slices.ContainsFunc(e.Overridden, func(r Reason) bool { return r.Rule == reason.Rule && r.Page == reason.Page && r.Text == reason.Text }) {
				s.By, s.Set = e.By, e.Set
				break
			}
		}
		all = append(all, s)
	}
	return all
}
