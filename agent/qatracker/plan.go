package qatracker

import (
	"shiplist/agent/recheck"
	"shiplist/internal/release"
)

// plan is what a poll asks and what it keeps from the facts before. What is in
// testing, or has a status that means nothing to us, is asked every time; the rest
// when it is due, when the lists show that it has changed, and when the facts before
// are not what was learned of it last.
type plan struct {
	before *known
	// dueSeries and dueMilestones are places in the assembler's facts, to be asked.
	dueSeries, dueMilestones []int
	// keptSeries and keptMilestones are beside the assembler's facts: what stood there
	// before, nil for what is asked.
	keptSeries     []*release.Series
	keptMilestones []*release.Milestone
}

// planned makes the plan, once the series and milestones are known.
func (p *poll) planned() plan {
	l := plan{before: index(p.a.prev)}
	for i := range p.a.facts.Series {
		kept := p.keepableSeries(l.before, &p.a.facts.Series[i])
		if kept == nil {
			l.dueSeries = append(l.dueSeries, i)
		}
		l.keptSeries = append(l.keptSeries, kept)
	}
	for i := range p.a.facts.Milestones {
		kept := p.keepableMilestone(l.before, &p.a.facts.Milestones[i])
		if kept == nil {
			l.dueMilestones = append(l.dueMilestones, i)
		}
		l.keptMilestones = append(l.keptMilestones, kept)
	}
	return l
}

// keepableSeries is the series as it was before, where its manifest is not asked.
func (p *poll) keepableSeries(before *known, s *release.Series) *release.Series {
	was := before.series[s.ID]
	last, known := p.asked.last.Series[s.ID]
	if s.Status == release.SeriesActive || was == nil || !known {
		return nil
	}
	same := s.Slug == was.Slug && s.Title == was.Title && s.Status == was.Status && s.RawStatus == was.RawStatus
	if !same || p.due("series", s.ID, last) {
		return nil
	}
	if digest, whole := before.digestSeries(was); !whole || digest != last.Digest {
		return nil
	}
	return was
}

// keepableMilestone is the milestone as it was before, where it is not asked.
func (p *poll) keepableMilestone(before *known, m *release.Milestone) *release.Milestone {
	was := before.milestones[m.ID]
	last, known := p.asked.last.Milestones[m.ID]
	if !quiet(m) || was == nil || !known {
		return nil
	}
	same := m.Series == was.Series && m.Slug == was.Slug && m.Title == was.Title &&
		m.Kind == was.Kind && m.Status == was.Status && m.RawStatus == was.RawStatus
	if !same || p.due("milestones", m.ID, last) {
		return nil
	}
	if digest, whole := before.digestMilestone(was); !whole || digest != last.Digest {
		return nil
	}
	return was
}

// quiet reports whether a milestone hardly changes.
func quiet(m *release.Milestone) bool {
	return m.Status == release.MilestoneReleased || m.Status == release.MilestoneArchived
}

// looks tell when what was asked now had been asked last: what happened to it may have
// happened since then.
func (p *poll) looks() []release.Look {
	var all []release.Look
	for _, i := range p.dueSeries {
		s := &p.a.facts.Series[i]
		if last, known := p.asked.last.Series[s.ID]; known {
			all = append(all, release.Look{Series: s.Slug, At: last.At})
		}
	}
	for _, i := range p.dueMilestones {
		m := &p.a.facts.Milestones[i]
		if last, known := p.asked.last.Milestones[m.ID]; known {
			all = append(all, release.Look{Series: m.Series, Milestone: m.Slug, At: last.At})
		}
	}
	return all
}

func (p *poll) due(what, id string, last asking) bool {
	return recheck.Due(p.o.Tracker.Name+"/"+what+"/"+id, last.At, p.now, p.o.Tracker.Recheck)
}
