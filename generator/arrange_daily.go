package generator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"shiplist/internal/release"
)

// Rule of this file: a daily milestone is never released, so its page does not ask
// what is ready. It asks what was built, and how far the testers are.

// rowState is the state of a row as its page words it.
func rowState(r *release.Row) stateView {
	switch {
	case r.Manifest.Kind == release.KindDaily:
		return dailyState(r)
	case r.State == release.StateReady && r.RawState == release.RawPinned:
		return stateView{"ready", "ready by plan"} // no tracker says so
	}
	return viewState(r.State, r.RawState)
}

// The states of a daily build. One that a source marked otherwise than as being
// tested keeps that word.
var (
	dailyMissing  = stateView{"missing", "not built"}
	dailyFailed   = stateView{"failed", "tests failed"}
	dailyTested   = stateView{"ready", "tested"}
	dailyTesting  = stateView{"testing", "being tested"}
	dailyUntested = stateView{"unknown", "untested"}
	dailyBuilt    = stateView{"unknown", "built"} // nobody says how far the tests are
)

func dailyState(r *release.Row) stateView {
	switch {
	case r.State == release.StateMissing:
		return dailyMissing
	case r.State != release.StateTesting:
		return viewState(r.State, r.RawState)
	case r.Tests == nil || *r.Tests == release.Tests{}:
		return dailyBuilt
	case r.Tests.Failed > 0:
		return dailyFailed
	case r.Tests.Untested+r.Tests.Running == 0:
		return dailyTested
	case r.Tests.Passed+r.Tests.Running > 0:
		return dailyTesting
	}
	return dailyUntested
}

// dailyAnswer is the answer of a daily milestone: how many products were built in
// the last days, and how far the tests are.
func dailyAnswer(m *release.Manifest, asOf time.Time) string {
	since := recently(asOf)
	of, built, recent := 0, 0, 0
	states := map[stateView]int{}
	for _, r := range m.Rows() {
		if !counted(m, r) {
			continue
		}
		of++
		states[dailyState(r)]++
		if r.BuildID != "" {
			built++
		}
		if b, ok := release.ParseBuildID(r.BuildID); r.BuildID != "" && (!ok || !b.Date.Before(since)) {
			recent++
		}
	}
	if of == 0 {
		return "Nothing is on it yet."
	}
	text := fmt.Sprintf("%d of %d built.", built, of)
	if m.Open {
		text = fmt.Sprintf("%d of %d built since %s.", recent, of, since.Format("2 January"))
	}
	var tests []string
	if n := states[dailyTested]; n > 0 {
		tests = append(tests, fmt.Sprintf("%d tested", n))
	}
	if n := states[dailyFailed]; n > 0 {
		tests = append(tests, fmt.Sprintf("%d with failed tests", n))
	}
	if len(tests) > 0 {
		text += " " + strings.Join(tests, ", ") + "."
	}
	return text
}

// dailySegments are the parts of the bar of a daily milestone, from what is tested
// to what is not there; states of a source's own last.
func dailySegments(m *release.Manifest) []segment {
	bar := []segment{{dailyTested, 0}, {dailyTesting, 0}, {dailyBuilt, 0}, {dailyUntested, 0}, {dailyFailed, 0}, {dailyMissing, 0}}
	for _, r := range m.Rows() {
		if !counted(m, r) {
			continue
		}
		state := dailyState(r)
		i := slices.IndexFunc(bar, func(s segment) bool { return s.stateView == state })
		if i < 0 {
			i = len(bar)
			bar = append(bar, segment{stateView: state})
		}
		bar[i].Count++
	}
	return slices.DeleteFunc(bar, func(s segment) bool { return s.Count == 0 })
}

// recently is the day from which on a daily build counts as fresh: most are made
// once a day, and not all before the page is.
func recently(asOf time.Time) time.Time {
	return asOf.UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)
}

// oldBuild says how old a daily build is that was not made again in the last days;
// empty for all others.
func oldBuild(r *release.Row, asOf time.Time) string {
	b, ok := release.ParseBuildID(r.BuildID)
	if !ok || r.Manifest.Kind != release.KindDaily || !r.Manifest.Open || !b.Date.Before(recently(asOf)) {
		return ""
	}
	return plural(int(asOf.Sub(b.Date)/(24*time.Hour)), "day") + " old"
}

// tested is how many of a family's daily builds are tested: "3 of 5 tested".
func tested(rows []*release.Row) string {
	n := 0
	for _, r := range rows {
		if s := dailyState(r); s.Class == "ready" {
			n++
		}
	}
	return fmt.Sprintf("%d of %d tested", n, len(rows))
}
