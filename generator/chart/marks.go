package chart

import (
	"math"
	"time"
)

// Mark is a place on an axis that is named.
type Mark struct {
	// Share is how far along the axis it is, from 0 to 1: from the left or from below.
	Share float64
	Text  string
}

// Values marks round values between two: no more than most, which is two or more, and at
// least as far apart as unit, which is one, two or five times a power of ten. Name writes
// one.
func Values(low, high, unit float64, most int, name func(float64) string) []Mark {
	if !(low < high) || !(unit > 0) {
		return nil
	}
	step := unit
	for i := 0; (high-low)/step > float64(most-1); i++ {
		step *= []float64{2, 2.5, 2}[i%3]
	}
	var marks []Mark
	for n := math.Ceil(low / step); n*step <= high; n++ {
		marks = append(marks, Mark{(n*step - low) / (high - low), name(n * step)})
	}
	return marks
}

// spans are how far apart the marks of a time may be, with what they are called.
var spans = []struct {
	length time.Duration
	layout string
}{
	{time.Hour, ofHours},
	{3 * time.Hour, ofHours},
	{6 * time.Hour, ofHours},
	{12 * time.Hour, ofHours},
	{24 * time.Hour, ofDays},
	{2 * 24 * time.Hour, ofDays},
	{3 * 24 * time.Hour, ofDays},
	{4 * 24 * time.Hour, ofDays},
	{7 * 24 * time.Hour, ofDays},
	{14 * 24 * time.Hour, ofDays},
}

// The layouts of marks. Among hours, midnight is called by its day: the two together would
// not fit beside the next mark.
const (
	ofHours = "15:04"
	ofDays  = "2 Jan"
)

// Times marks round moments between two, in UTC: hours, days, weeks, months or years, but
// nothing shorter than least. There are no more than most, which is two or more.
func Times(from, to time.Time, least time.Duration, most int) []Mark {
	length := to.Sub(from)
	if length <= 0 {
		return nil
	}
	for _, s := range spans {
		if s.length >= least && length/s.length <= time.Duration(most-1) {
			first := from.UTC().Truncate(s.length)
			next := func(t time.Time) time.Time { return t.Add(s.length) }
			return marksFrom(first, from, to, s.layout, most, next)
		}
	}
	const month = 30 * 24 * time.Hour
	months, layout := 1, "Jan 2006"
	for i := 0; length/(time.Duration(months)*month) > time.Duration(most-1) && months < 1200; i++ {
		months *= []int{3, 2, 2, 2, 5}[i%5] // 3, 6, 12, 24, 120
	}
	if months >= 12 {
		layout = "2006"
	}
	first := time.Date(from.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	return marksFrom(first, from, to, layout, most, func(t time.Time) time.Time { return t.AddDate(0, months, 0) })
}

func marksFrom(first, from, to time.Time, layout string, most int, next func(time.Time) time.Time) []Mark {
	var marks []Mark
	for t := first; !t.After(to) && len(marks) < most; t = next(t) {
		if t.Before(from) {
			continue
		}
		name := layout
		if layout == ofHours && t.Equal(t.Truncate(24*time.Hour)) {
			name = ofDays
		}
		marks = append(marks, Mark{float64(t.Sub(from)) / float64(to.Sub(from)), t.Format(name)})
	}
	return marks
}
