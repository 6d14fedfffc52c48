package generator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"shiplist/internal/release"
)

// historyView is how a milestone came to stand as it does.
type historyView struct {
	Answer string // "31 of 48 were ready a day before, 12 of 48 a week before."
	Since  time.Time
	Chart  chartView
	Words  []stateView // the columns of the table
	Rows   []historyRow
}

// historyRow is how it stood at the end of a day, or when a count last changed on it.
type historyRow struct {
	At     time.Time
	Counts []int
}

// readinessPart is one of the counts of a milestone.
type readinessPart struct {
	state release.State
	of    func(release.Readiness) int
}

// readinessParts are the counts in the order in which a release fills up: from below in
// the chart, from the left in the table.
var readinessParts = []readinessPart{
	{release.StateReady, func(r release.Readiness) int { return r.Ready }},
	{release.StateTesting, func(r release.Readiness) int { return r.Testing }},
	{release.StateFailed, func(r release.Readiness) int { return r.Failed }},
	{release.StateMissing, func(r release.Readiness) int { return r.Missing }},
	{release.StateDisabled, func(r release.Readiness) int { return r.Disabled }},
	{release.StateUnknown, func(r release.Readiness) int { return r.Other }},
}

const (
	oneDay      = 24 * time.Hour
	mostMoments = 150 // of a chart
	mostRows    = 31  // of the table behind it
)

// viewHistory shows the past of a milestone; nil where the log does not tell of it,
// and for dailies, which are never ready.
func (s *site) viewHistory(m *release.Manifest) *historyView {
	moments := s.past.Readiness(m)
	if len(moments) < 2 || m.Kind == release.KindDaily {
		return nil
	}
	end := moments[len(moments)-1].At
	if s.picture.AsOf.After(end) {
		end = s.picture.AsOf
	}
	parts := slices.DeleteFunc(slices.Clone(readinessParts), func(p readinessPart) bool {
		return !slices.ContainsFunc(moments, func(r release.Readiness) bool { return p.of(r) > 0 })
	})
	v := &historyView{Since: moments[0].At, Answer: historyAnswer(moments, end)}
	for _, p := range parts {
		v.Words = append(v.Words, viewState(p.state, "other"))
	}
	for _, r := range slices.Backward(release.Thin(release.LastOfEach(moments, oneDay), mostRows)) {
		row := historyRow{At: r.At}
		for _, p := range parts {
			row.Counts = append(row.Counts, p.of(r))
		}
		v.Rows = append(v.Rows, row)
	}
	v.Chart = readinessChart(release.Thin(moments, mostMoments), parts, end)
	return v
}

// historyAnswer says how many were ready some time before.
func historyAnswer(moments []release.Readiness, end time.Time) string {
	var told []string
	for _, before := range []struct {
		length time.Duration
		words  string
	}{{oneDay, "a day before"}, {7 * oneDay, "a week before"}, {28 * oneDay, "four weeks before"}} {
		r, known := release.ReadinessAt(moments, end.Add(-before.length))
		if !known || r.All() == 0 {
			break
		}
		text := fmt.Sprintf("%d of %d %s", r.Ready, r.All(), before.words)
		if len(told) == 0 {
			text = fmt.Sprintf("%d of %d were ready %s", r.Ready, r.All(), before.words)
		}
		told = append(told, text)
	}
	if len(told) == 0 {
		first := moments[0]
		return fmt.Sprintf("%d of %d were ready %s before.", first.Ready, first.All(), release.Age(end.Sub(first.At)))
	}
	return strings.Join(told, ", ") + "."
}
