package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The milestones that are released on the day, one on each site.
const (
	dayMilestone     = resolutePoint
	dayMilestoneElse = 482
)

// The statuses of entries.
const (
	entryTesting    = 0
	entryDisabled   = 1
	entryRemoved    = 2
	entrySuperseded = 3
	entryReady      = 4
)

// betweenTests is how long one test takes, and afterTests how long it takes until
// somebody marks as ready what passed all.
const (
	betweenTests = 25 * time.Minute
	afterTests   = 20 * time.Minute
)

// rewind takes everything out of the records that is yet to come when the replay begins,
// and makes steps of it.
func (r *Replay) rewind() {
	r.rewindResults()
	r.rewindEntries()
	r.rewindRebuilds()
}

func (r *Replay) rewindEntries() {
	var kept []*entry
	for _, e := range r.db.entries {
		at := readStamp(e.date)
		if !at.After(DayBegins()) {
			kept = append(kept, e)
			continue
		}
		ready := e.status == entryReady
		if ready || e.status == entrySuperseded {
			e.status = entryTesting
		}
		r.step(at, StepBuild, e, e.build.version, func(r *Replay) { r.post(e) })
		if ready {
			r.step(r.readyAt(e), StepReady, e, e.build.version, func(*Replay) { e.status = entryReady })
		}
	}
	r.db.entries = kept
}

// step notes what happens to a build on a milestone.
func (r *Replay) step(at time.Time, what StepKind, e *entry, detail string, do func(*Replay)) {
	s := Step{At: at, What: what, Subject: e.build.product.title, Detail: detail, do: do}
	if ofDay(e.milestone) {
		s.Milestone = e.milestone.title
	}
	r.steps = append(r.steps, s)
}

// readyAt is when an entry of the tables was marked ready.
func (r *Replay) readyAt(e *entry) time.Time {
	at := readStamp(e.date).Add(6 * time.Hour)
	for _, s := range r.tested[e.build] {
		if s = s.Add(afterTests); s.After(at) {
			at = s
		}
	}
	return at
}

// readStamp reads a time that was read before.
func readStamp(text string) time.Time {
	t, err := time.Parse(stamp, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// post puts an entry on its milestone, in the place of those of the same product.
func (r *Replay) post(e *entry) {
	for _, old := range r.db.entries {
		if old.milestone == e.milestone && old.build.product == e.build.product && old.status != entryRemoved {
			old.status = entrySuperseded
		}
	}
	r.db.entries = append(r.db.entries, e)
}

// rewindResults makes one step of each result. Those that one person reported together
// were made one after another.
func (r *Replay) rewindResults() {
	left := map[string]int{} // how many of a report come after
	for _, x := range slices.Backward(r.db.results) {
		at := readStamp(x.date)
		report := fmt.Sprint(x.build.id, x.date, x.reporter.id)
		at = at.Add(-time.Duration(left[report]) * betweenTests)
		left[report]++
		if !at.After(DayBegins()) {
			continue
		}
		x.date = at.Format(stamp)
		r.tested[x.build] = append(r.tested[x.build], at)
		r.steps = append(r.steps, Step{
			At: at, What: StepTests, Milestone: r.milestoneOf(x.build), Subject: x.build.product.title,
			Detail: mark(x.outcome), Why: x.comment, do: func(r *Replay) { r.report(x) },
		})
	}
	r.db.results = slices.DeleteFunc(r.db.results, func(x *result) bool { return readStamp(x.date).After(DayBegins()) })
}

// milestoneOf is the title of the day's milestone for a build that stands there.
func (r *Replay) milestoneOf(b *build) string {
	for _, e := range r.db.entries {
		if e.build == b && ofDay(e.milestone) {
			return e.milestone.title
		}
	}
	return ""
}

func ofDay(m *milestone) bool { return m.id == dayMilestone || m.id == dayMilestoneElse }

// mark is the letter of an outcome in the tables.
func mark(outcome int64) string {
	if outcome >= 0 && int(outcome) < len(outcomes) {
		return outcomes[outcome : outcome+1]
	}
	return "U"
}

// report enters a result. One that was in progress becomes what it is now.
func (r *Replay) report(x *result) {
	r.db.results = slices.DeleteFunc(r.db.results, func(old *result) bool {
		return old.build == x.build && old.testcase == x.testcase && (old.outcome == 2 || old.outcome == 7)
	})
	r.db.results = append(r.db.results, x)
}

// rewindRebuilds makes steps of requests and of what became of them.
func (r *Replay) rewindRebuilds() {
	var kept []*rebuild
	for _, x := range r.db.rebuilds {
		at := readStamp(x.requestedAt)
		if !at.After(DayBegins()) {
			kept = append(kept, x)
			continue
		}
		by, changedAt, status := x.changedBy, x.changedAt, x.status
		x.changedBy, x.changedAt, x.status = nil, "", 0
		s := Step{At: at, What: StepRequest, Subject: x.product.title, Milestone: r.dayTitle(x.series)}
		s.do = func(r *Replay) { r.db.rebuilds = append(r.db.rebuilds, x) }
		r.steps = append(r.steps, s)
		if by == nil {
			continue
		}
		s.At, s.What, s.Detail = readStamp(changedAt), StepRebuild, rebuildWords[status]
		s.do = func(*Replay) { x.changedBy, x.changedAt, x.status = by, changedAt, status }
		r.steps = append(r.steps, s)
	}
	r.db.rebuilds = kept
}

// dayTitle is the title of the day's milestone in a series; empty for another series.
func (r *Replay) dayTitle(s *series) string {
	for _, m := range r.db.milestones {
		if ofDay(m) && m.series == s {
			return m.title
		}
	}
	return ""
}

// rebuildWords are the tracker's statuses of rebuild requests.
var rebuildWords = []string{"requested", "queued", "building", "built", "published", "canceled"}

// doingProduct returns what a row of the day's table does to a product.
func (r *Replay) doingProduct(row row, s *Step, p *product) func(*Replay) {
	m := find(row, "site", r.db.milestones, func(m *milestone) bool { return ofDay(m) && m.series.site == p.site })
	s.Milestone = m.title
	switch s.What {
	case StepBuild, StepRespin:
		return r.respin(row, *s, m, p)
	case StepTests:
		return r.testing(row, *s, m, p)
	case StepRequest:
		by := r.db.userOf(row, "detail")
		x := &rebuild{id: firstOwnRebuild + int64(len(r.steps)), series: m.series, product: p, requestedBy: by, requestedAt: s.At.Format(stamp)}
		return func(r *Replay) { r.db.rebuilds = append(r.db.rebuilds, x) }
	case StepRebuild:
		return r.comesOn(row, *s, m.series, p)
	case StepDrop:
		return func(r *Replay) {
			for _, i := range r.db.intents {
				if i.series == m.series && i.product == p {
					i.status = 1
				}
			}
		}
	}
	status := int64(entryTesting)
	if s.What == StepReady {
		status = entryReady
	}
	return func(r *Replay) {
		e := r.standing(m, p)
		if e == nil {
			return
		}
		e.status = status
		if s.What == StepEnable {
			e.note = "" // it said why not
		}
	}
}

// firstOwnRebuild numbers the day's own requests.
const firstOwnRebuild = 7000

// standing is the entry of a product on a milestone that counts now; nil for none.
func (r *Replay) standing(m *milestone, p *product) *entry {
	for _, e := range slices.Backward(r.db.entries) {
		if e.milestone == m && e.build.product == p && e.status != entryRemoved && e.status != entrySuperseded {
			return e
		}
	}
	return nil
}

// respin posts a new build, also on the milestone of the dailies.
func (r *Replay) respin(row row, s Step, m *milestone, p *product) func(*Replay) {
	b := r.db.buildOf(m.series, p, s.Detail)
	by := find(row, "subject", r.db.users, func(u *user) bool { return u.name == "cdimage" })
	var all []*entry
	for _, at := range r.db.milestones {
		if at == m || at.series == m.series && strings.HasSuffix(at.title, " Daily") {
			all = append(all, &entry{milestone: at, build: b, date: s.At.Format(stamp), user: by, note: s.Why})
		}
	}
	return func(r *Replay) {
		for _, e := range all {
			r.post(e)
		}
	}
}

// testing reports results of the build that counts: "PP.F tester [bug ...]".
func (r *Replay) testing(row row, s Step, m *milestone, p *product) func(*Replay) {
	words := strings.Fields(s.Detail)
	if len(words) < 2 {
		row.fail(`detail: write it like "PP.F tester-ana 2141877!"`)
		return nil
	}
	by := find(row, "detail", r.db.users, func(u *user) bool { return u.name == words[1] })
	cases := r.db.testcasesOf(p)
	if len(words[0]) > len(cases) {
		row.fail(fmt.Sprintf("detail: %d marks for %d testcases", len(words[0]), len(cases)))
		return nil
	}
	first := int64(firstResult + 10000 + 10*len(r.steps))
	return func(r *Replay) {
		e := r.standing(m, p)
		if e == nil {
			return
		}
		for i, letter := range words[0] {
			outcome := strings.IndexRune(outcomes, letter)
			if outcome < 0 {
				continue
			}
			x := &result{id: first + int64(i), build: e.build, testcase: cases[i], outcome: int64(outcome), reporter: by, date: s.At.Format(stamp)}
			if outcome == 0 {
				x.comment, x.bugs = s.Why, bugsIn(words[2:])
			}
			r.report(x)
		}
	}
}

func bugsIn(words []string) []bug {
	var all []bug
	for _, w := range words {
		n, critical := strings.CutSuffix(w, "!")
		if _, err := strconv.Atoi(n); err == nil {
			all = append(all, bug{n, critical})
		}
	}
	return all
}

// comesOn changes the status of the newest request of a product.
func (r *Replay) comesOn(row row, s Step, in *series, p *product) func(*Replay) {
	status := slices.Index(rebuildWords, s.Detail)
	if status < 0 {
		row.fail(fmt.Sprintf("detail: %q is none of %s", s.Detail, strings.Join(rebuildWords, ", ")))
		return nil
	}
	by := find(row, "subject", r.db.users, func(u *user) bool { return u.name == "cdimage" })
	return func(r *Replay) {
		for _, x := range slices.Backward(r.db.rebuilds) {
			if x.series == in && x.product == p {
				x.changedBy, x.changedAt, x.status = by, s.At.Format(stamp), int64(status)
				return
			}
		}
	}
}
