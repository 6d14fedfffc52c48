package release

import "time"

// DayOver reports whether a day, YYYY-MM-DD, is over at a time, in UTC; one that is not
// known is not.
func DayOver(day string, now time.Time) bool {
	last, err := time.Parse(time.DateOnly, day)
	return err == nil && !now.Before(last.AddDate(0, 0, 1))
}

// SupportEnded reports whether the standard support of a series is over at a time. That
// of a series that is not known, or of which nobody tells the end, is not.
func (r *SeriesRule) SupportEnded(now time.Time) bool {
	return r != nil && DayOver(r.EOL, now)
}

// SupportEnded is [SeriesRule.SupportEnded] of the series of a line, which may be nil.
func (l *Line) SupportEnded(now time.Time) bool {
	return l != nil && l.Rule.SupportEnded(now)
}
