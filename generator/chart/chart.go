package chart

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/go-analyze/charts/chartdraw"
)

// Width and Height are the size of a picture in its own units. Points are rounded to
// them, so they are more than a screen has.
const (
	Width  = 1600
	Height = 400
)

// Chart is lines or areas over a time.
type Chart struct {
	// From and To are the ends of the time, Low and High those of the values; each first
	// one is less than its second.
	From, To  time.Time
	Low, High float64
	// Lines are painted in this order, each over those before it.
	Lines []Line
	// Marks are the values at which a line goes across, those that the page names.
	Marks []Mark
}

// Line is a number over time.
type Line struct {
	// Class is what the style sheet calls it: lower-case letters, digits and "-". What is
	// painted also has the class "area" or "line".
	Class  string
	Points []Point
	// Area fills what is below it; Steps lets each value hold until the next point, the
	// last one to the end, and Dots marks the points.
	Area, Steps, Dots bool
}

// Point is a number at one time.
type Point struct {
	At    time.Time
	Value float64
}

// colour is any one: classes take its place.
var colour = chartdraw.ColorBlack

// SVG draws the chart. The element has no size of its own and no name: it is decoration
// beside the text that says the same. Equal charts give equal bytes.
func (c Chart) SVG() ([]byte, error) {
	if !c.From.Before(c.To) || !(c.Low < c.High) {
		return nil, errors.New("chart: its time or its range of values is empty")
	}
	drawing := chartdraw.Chart{
		Width: Width, Height: Height,
		Background:     chartdraw.Style{Padding: chartdraw.Box{IsSet: true}},
		XAxis:          chartdraw.XAxis{Style: chartdraw.Hidden(), Range: chartRange(chartdraw.TimeToFloat64(c.From), chartdraw.TimeToFloat64(c.To))},
		YAxis:          chartdraw.YAxis{Style: chartdraw.Hidden(), Range: chartRange(c.Low, c.High)},
		YAxisSecondary: chartdraw.YAxis{Style: chartdraw.Hidden()},
	}
	for _, m := range c.Marks {
		y := c.Low + m.Share*(c.High-c.Low)
		drawing.Series = append(drawing.Series, c.series(Line{Class: "grid", Points: []Point{{c.From, y}, {c.To, y}}}))
	}
	for _, l := range c.Lines {
		if len(l.Points) > 0 {
			drawing.Series = append(drawing.Series, c.series(l))
		}
	}
	if len(drawing.Series) == 0 {
		return nil, errors.New("chart: there is nothing to draw")
	}
	var b bytes.Buffer
	if err := drawing.Render(chartdraw.SVG, &b); err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	return rebuild(b.Bytes())
}

func chartRange(low, high float64) *chartdraw.ContinuousRange {
	return &chartdraw.ContinuousRange{Min: low, Max: high}
}

// series is a line for the library.
func (c Chart) series(l Line) chartdraw.Series {
	style := chartdraw.Style{ClassName: l.Class, StrokeColor: colour, StrokeWidth: 1}
	if l.Area {
		style.FillColor = colour
	}
	if l.Dots {
		style.DotColor, style.DotWidth = colour, dotRadius
	}
	s := chartdraw.TimeSeries{Style: style}
	add := func(t time.Time, v float64) {
		s.XValues, s.YValues = append(s.XValues, t), append(s.YValues, min(max(v, c.Low), c.High))
	}
	for i, p := range l.Points {
		if l.Steps && i > 0 {
			add(p.At, l.Points[i-1].Value)
		}
		add(p.At, p.Value)
	}
	if last := l.Points[len(l.Points)-1]; l.Steps && last.At.Before(c.To) {
		add(c.To, last.Value)
	}
	return s
}
