package generator

import (
	"cmp"
	"slices"

	"shiplist/internal/release"
)

// filterView is the form over a long table with which the script shows some of its
// rows. The words for the states are those of the rows.
type filterView struct {
	Families, Arches, States []choiceView
	// Untested and Blocked say that some rows are.
	Untested, Blocked bool
	// NotReady says that some rows are ready and some are not.
	NotReady bool
}

type choiceView struct {
	Value string
	Count int
}

// worthFilter is the number of rows from which on a table has a form.
const worthFilter = 8

// rowFilter is the form for the rows of a manifest, nil where there are few.
func rowFilter(groups []groupView) *filterView {
	f, rows, ready := &filterView{}, 0, 0
	var states []rowView
	for _, g := range groups {
		rows += len(g.Rows)
		f.Families = append(f.Families, choiceView{g.Family.Text, len(g.Rows)})
		for _, r := range g.Rows {
			if r.Arch != "" {
				f.Arches = count(f.Arches, r.Arch)
			}
			if f.States = count(f.States, r.State.Word); len(f.States) > len(states) {
				states = append(states, r)
			}
			f.Untested, f.Blocked = f.Untested || r.Untested, f.Blocked || r.Blocked
			if r.State.Word == string(release.StateReady) {
				ready++
			}
		}
	}
	if rows < worthFilter {
		return nil
	}
	rank := map[string]int{}
	for _, r := range states {
		rank[r.State.Word] = r.Rank
	}
	slices.SortStableFunc(f.States, func(a, b choiceView) int {
		return cmp.Or(cmp.Compare(rank[a.Value], rank[b.Value]), cmp.Compare(a.Value, b.Value))
	})
	slices.SortFunc(f.Arches, func(a, b choiceView) int { return compareTitles(a.Value, b.Value) })
	f.NotReady = ready > 0 && ready < rows
	return f
}

// count adds one to a choice.
func count(all []choiceView, value string) []choiceView {
	i := slices.IndexFunc(all, func(c choiceView) bool { return c.Value == value })
	if i < 0 {
		return append(all, choiceView{value, 1})
	}
	all[i].Count++
	return all
}

// matrixFilter is the form for the products of a matrix.
func matrixFilter(m matrix) *filterView {
	f, rows := &filterView{}, 0
	for _, g := range m.Groups {
		f.Families = append(f.Families, choiceView{g.Family, len(g.Rows)})
		rows += len(g.Rows)
	}
	if rows < worthFilter || len(m.Groups) < 2 {
		return nil
	}
	return f
}
