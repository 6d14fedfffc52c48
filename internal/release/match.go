package release

import "unicode/utf8"

// Match reports whether one of the patterns matches s. An empty list matches
// everything. A pattern may hold * for any run of characters, slashes too, and ?
// for one character; all else stands for itself.
func Match(patterns []string, s string) bool {
	if len(patterns) == 0 {
		return true
	}
	for _, p := range patterns {
		if glob(p, s) {
			return true
		}
	}
	return false
}

// glob goes back to the last star only, so that its time is bounded by the product
// of both lengths whatever the pattern.
func glob(p, s string) bool {
	i, star, mark := 0, -1, 0
	for j := 0; j < len(s); {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && p[i] == '?':
			i++
			j += charLen(s[j:])
		case i < len(p) && p[i] == s[j]:
			i++
			j++
		case star >= 0:
			mark += charLen(s[mark:])
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// charLen is the length of the first character of a text, in bytes.
func charLen(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// MatchSeries reports whether one of the patterns selects the series. An empty
// list selects every series. Besides the patterns of [Match] it takes ranges in
// release order, both ends included: focal-jammy, noble-, -bionic. A series that
// no rule knows is in no range. The series of Core images, 24, stands where the
// series with that core_series stands.
func (r Rules) MatchSeries(patterns []string, series string) bool {
	if len(patterns) == 0 {
		return true
	}
	for _, p := range patterns {
		if glob(p, series) || r.inRange(p, series) {
			return true
		}
	}
	return false
}

// inRange reports whether pattern is a range that holds the series. A name may
// hold a hyphen itself, so every hyphen is tried.
func (r Rules) inRange(pattern, series string) bool {
	at := r.seriesIndex(series)
	if at < 0 {
		return false
	}
	for i := range len(pattern) {
		if pattern[i] != '-' {
			continue
		}
		first, ok1 := r.rangeEnd(pattern[:i], 0)
		last, ok2 := r.rangeEnd(pattern[i+1:], len(r.Series)-1)
		if ok1 && ok2 && first <= at && at <= last {
			return true
		}
	}
	return false
}

// rangeEnd is the place of a range's end; open is the one that an empty name means.
func (r Rules) rangeEnd(name string, open int) (int, bool) {
	if name == "" {
		return open, true
	}
	i := r.seriesIndex(name)
	return i, i >= 0
}

// seriesIndex is the place of a series in release order by its name or by the
// number that its Core images bear; -1 where no rule has it.
func (r Rules) seriesIndex(name string) int {
	if name == "" {
		return -1
	}
	if _, i := r.SeriesRule(name); i >= 0 {
		return i
	}
	for i := range r.Series {
		if r.Series[i].CoreSeries == name {
			return i
		}
	}
	return -1
}
