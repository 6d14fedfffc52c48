package tree

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"shiplist/agent/recheck"
	"shiplist/internal/naming"
	"shiplist/internal/release"
)

// What a poll asks for is decided here, for listings and for files. What was never
// seen is always asked for, and everything once in a recheck period. Besides that a
// poll asks for
//
//   - the listings of the directories that gain others: projects, series, kinds of
//     image, statuses of releases;
//   - a directory that the one above shows with another date or size, one whose
//     checksum list has become another, and one that showed a list that was not there;
//   - the checksum lists of current and pending, which are those of the builds that
//     they lead to, and of the releases that are watched;
//   - netboot files where the directory to which they belong has changed.
//
// A series gets no more builds once its life has ended (eol of its rule; what is paid
// for after that comes without images). So of its directories nothing is asked for
// but the last two, unless it is watched or something of it changed lately.
//
// When the hints say that nothing has changed, it asks for none of these unless a
// recheck has shown otherwise.

// watchFor is how long a release is watched after it has changed.
const watchFor = 7 * 24 * time.Hour

// listingDue reports whether a directory has to be listed.
func (r *remembering) listingDue(path string, have *heardListing) bool {
	key := listingKey(path)
	switch {
	case have == nil || have.Asked.IsZero() || r.force[key] || r.failed[key]:
		return true
	case r.asked[key]:
		return false
	case recheck.Due(key, have.Asked, r.now, r.tree.Recheck):
		return true
	case path != "" && string(have.stamp) != r.stamp(path):
		return true
	}
	if d := r.grammar.Directory(path); d.Parent != path && r.changed[listingKey(d.Parent)] {
		return true
	}
	return !r.quiet && (have.Status != 0 || r.gains(path, have) || r.isTorn(path, have)) && !r.rests(path)
}

// isTorn reports whether a directory showed a list, or the signature of one, that was
// not there when it was asked for.
func (r *remembering) isTorn(path string, have *heardListing) bool {
	for _, a := range algorithms {
		for _, end := range append([]string{""}, signatureEnds...) {
			if have.find(a.list+end) == nil {
				continue
			}
			if f := r.old.files[text(join(path, a.list+end))]; f != nil && f.Status != 0 {
				return true
			}
		}
	}
	return false
}

// gains reports whether a directory is one that gains others, or is still empty.
func (r *remembering) gains(path string, have *heardListing) bool {
	d := r.grammar.Directory(path)
	if d.Parent != path || slices.Contains([]naming.Kind{naming.Dated, naming.Current, naming.Pending, naming.Manual}, d.Kind) {
		return false
	}
	files := false
	for _, e := range have.list.entries {
		switch {
		case e.dir || e.maybeDir && r.grammar.IsDirectoryName(d, e.name):
			if child := r.grammar.Directory(join(path, e.name)); child.Parent == child.Path {
				return true
			}
			files = files || !e.dir
		case !naming.IsCommon(e.name):
			files = true
		}
	}
	return !files || d.Kind == naming.Pool
}

// fileDue reports whether a file has to be asked for. The lists of a directory that
// is read as one state are asked for with it; see capture.
func (r *remembering) fileDue(path string, have *heardFile) bool {
	dir := parent(path)
	d := r.grammar.Directory(dir)
	switch {
	case have == nil || have.Asked.IsZero() || r.force[path] || r.failed[path]:
		return true
	case r.asked[path]:
		return false
	case r.new.listings[text(dir)] != nil && isListName(lastName(path)):
		return false
	case recheck.Due(path, have.Asked, r.now, r.tree.Recheck):
		return true
	case d.Netboot:
		return r.changed[listingKey(dir)] || r.changed[listingKey(d.Parent)]
	case r.quiet:
		return false
	}
	pointer := d.Kind == naming.Current || d.Kind == naming.Pending
	return pointer && !r.rests(dir) || path == siteManifest(r.tree.Role)
}

// isListName reports whether a file is a checksum list or the signature of one.
func isListName(name string) bool {
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gpg"), ".asc")
	return slices.ContainsFunc(algorithms, func(a algorithm) bool { return a.list == name })
}

// watches reports whether a directory holds releases that are watched: its checksum
// list is asked for with every poll.
func (r *remembering) watches(path string) bool {
	if r == nil || r.quiet {
		return false
	}
	d := r.grammar.Directory(path)
	if d.Parent != path || d.Kind != naming.Release && d.Kind != naming.Pool || r.rests(path) {
		return false
	}
	return r.watchesSeries(d.Series) || len(r.tree.Watch) == 0 && r.changedLately(path)
}

// watchesSeries goes by the configuration, else by what is being developed.
func (r *remembering) watchesSeries(series string) bool {
	if len(r.tree.Watch) > 0 {
		return release.Match(r.tree.Watch, series)
	}
	return r.developed[series]
}

// rests reports whether a directory is of a series whose life has ended, and has not
// changed since some time.
func (r *remembering) rests(path string) bool {
	series := r.grammar.Directory(path).Series
	return r.ended[series] && !r.watchesSeries(series) && !r.changedLately(path)
}

// endedSeries are the series whose life has ended by a time.
func endedSeries(rules release.Rules, now time.Time) map[string]bool {
	ended := map[string]bool{}
	for _, s := range rules.Series {
		ended[s.Name] = s.SupportEnded(now)
	}
	return ended
}

// developedSeries are the one that is marked, and those that were begun and are not
// released by a time, or not longer ago than what has changed is watched.
func developedSeries(rules release.Rules, now time.Time) map[string]bool {
	developed := map[string]bool{}
	for _, s := range rules.Series {
		developed[s.Name] = s.Development || release.DayOver(s.Created, now) && !release.DayOver(s.Released, now.Add(-watchFor))
	}
	return developed
}

// changedLately reports whether a directory or its list changed a short time ago; a
// clock that was set back makes it so.
func (r *remembering) changedLately(path string) bool {
	lately := func(h *heard) bool {
		return h != nil && !h.Changed.IsZero() && r.now.Sub(h.Changed) < watchFor
	}
	if have := r.old.listings[text(path)]; have != nil && lately(&have.heard) {
		return true
	}
	for _, a := range algorithms {
		if have := r.old.files[text(join(path, a.list))]; have != nil && lately(&have.heard) {
			return true
		}
	}
	return false
}

// stamp is how the directory above shows a directory, in this poll.
func (r *remembering) stamp(path string) string {
	if path == "" {
		return ""
	}
	up := r.new.listings[text(parent(path))]
	if up == nil {
		return ""
	}
	e := up.find(lastName(path))
	if e == nil || e.stamp == "" && e.modified.IsZero() {
		return ""
	}
	return e.stamp + " " + e.modified.UTC().Format(time.RFC3339Nano) + " " + strconv.FormatInt(e.size, 10)
}

// stampNow is the stamp to remember of a directory that was just listed. Most
// listings tell minutes: what changes in the minute in which it was read would not
// show, so such a stamp counts as another one the next time.
func (r *remembering) stampNow(path string) text {
	stamp := r.stamp(path)
	if isFresh(stamp, r.now) {
		return text("fresh " + stamp)
	}
	return text(stamp)
}

// stampForms are how listings write minutes.
var stampForms = []string{"2006-01-02 15:04", "02-Jan-2006 15:04", "2006-Jan-02 15:04"}

// isFresh reports whether a stamp may be of this minute, in whichever zone: zones
// are whole quarters of an hour apart.
func isFresh(stamp string, now time.Time) bool {
	for _, form := range stampForms {
		if len(stamp) < len(form) {
			continue
		}
		at, err := time.Parse(form, stamp[:len(form)])
		if err != nil {
			continue
		}
		const quarter = 15 * time.Minute
		since := now.Sub(at)
		if since.Abs() > 15*time.Hour {
			return false
		}
		past := ((since % quarter) + quarter) % quarter
		return past < 2*time.Minute || past > quarter-time.Minute
	}
	return false
}
