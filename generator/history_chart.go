package generator

import (
	"fmt"
	"slices"
	"time"

	"shiplist/generator/chart"
	"shiplist/internal/release"
)

// chartView is a chart with its axes, and what its colours mean.
type chartView struct {
	Picture html // empty where there is nothing to draw
	Up      []markView
	Along   []markView
	Legend  []keyView
}

// markView is a place on an axis: how far along it is, in per cent. One that is Extra is
// left out where there is little room.
type markView struct {
	At, Text string
	Extra    bool
}

// keyView is a line of a legend. Class is that of the line or area; Dot is for a line
// that has only one point.
type keyView struct {
	Class, Text string
	Dot         bool
}

const (
	marksUp    = 5
	marksAlong = 6
)

// draw adds the picture and the axes. Where there are more marks along than a small screen
// has room for, some of them are extra.
func (v *chartView) draw(c chart.Chart, up, along []chart.Mark) {
	c.Marks = up
	picture, err := c.SVG()
	if err != nil {
		return // nothing to draw: the table says all
	}
	v.Picture = drawing(picture)
	v.Up, v.Along = viewMarks(up), viewMarks(along)
	every := (len(along) + marksAlong - 1) / marksAlong
	for i := range v.Along {
		v.Along[i].Extra = (len(along)-1-i)%every != 0 // the last one stays
	}
}

func viewMarks(all []chart.Mark) []markView {
	views := make([]markView, 0, len(all))
	for _, m := range all {
		views = append(views, markView{At: fmt.Sprintf("%.2f", 100*m.Share), Text: m.Text})
	}
	return views
}

// readinessChart stacks the counts: each area is painted over the higher ones behind it.
func readinessChart(moments []release.Readiness, parts []readinessPart, end time.Time) chartView {
	var v chartView
	c := chart.Chart{From: moments[0].At, To: end, High: 1}
	sums := make([]float64, len(moments))
	for _, p := range parts {
		class := viewState(p.state, "").Class
		line := chart.Line{Class: class, Area: true, Steps: true}
		for i, r := range moments {
			sums[i] += float64(p.of(r))
			line.Points = append(line.Points, chart.Point{At: r.At, Value: sums[i]})
			c.High = max(c.High, sums[i])
		}
		c.Lines = append(c.Lines, line)
		v.Legend = append(v.Legend, keyView{Class: class, Text: viewState(p.state, "other").Word})
	}
	slices.Reverse(c.Lines)
	slices.Reverse(v.Legend) // as they lie in the picture, from above
	whole := func(value float64) string { return fmt.Sprint(value) }
	v.draw(c, chart.Values(0, c.High, 1, marksUp, whole), chart.Times(c.From, c.To, time.Hour, marksAlong))
	return v
}
