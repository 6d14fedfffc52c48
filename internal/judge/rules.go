package judge

import (
	"slices"
	"time"
)

// judge holds a request that arrives against the rules.
func (j *Judge) judge(v *visit) {
	j.judgeValidators(v)
	j.judgeBursts(v)
	j.judgeRest(v)
	for _, i := range v.first {
		j.judgeGap(v, i)
	}
}

func (j *Judge) judgeValidators(v *visit) {
	if v.conditional {
		v.h.score.Conditional++
		return
	}
	switch g, have := v.h.given[v.key]; {
	case !have || !v.head && g.heads > 0:
	case v.head:
		// A HEAD tells nothing that the answer before did not: the server would have
		// to say first that the file is another one.
		if g.heads > 0 {
			j.sin(Unconditional, v.h, "HEAD of %s, asked before at %s", v.key, clock(g.at))
		}
	default:
		j.sin(Unconditional, v.h, "%s without the validators given at %s", v.key, clock(g.at))
	}
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

func (j *Judge) judgeBursts(v *visit) {
	h := v.h
	if h.inside >= j.o.Connections {
		j.sin(Burst, h, "%d requests at once, for %s", h.inside+1, v.key)
	}
	minute := v.at.Add(-time.Minute)
	h.recent = append(slices.DeleteFunc(h.recent, func(t time.Time) bool { return !t.After(minute) }), v.at)
	// A ceiling that is kept evenly lets a few more through where a pause ends.
	if most := j.o.PerMinute + j.o.Connections; len(h.recent) > most {
		j.sin(Burst, h, "%d requests in a minute, of %d", len(h.recent), most)
	}
	if !v.at.Before(h.calm) {
		return
	}
	h.sinceCalm++
	if most := 2*j.o.Connections + j.o.PerMinute/60 + 1; h.sinceCalm > most {
		j.sin(Burst, h, "%d requests in the first second after a restart or an outage, of %d", h.sinceCalm, most)
	}
}

// judgeRest sees whether a host that is not well is left alone.
func (j *Judge) judgeRest(v *visit) {
	h := v.h
	if v.at.Before(h.retry) {
		j.sin(Broken, h, "%s, and not before %s was asked for", v.key, clock(h.retry))
		return
	}
	if h.failed.IsZero() {
		return
	}
	if h.probes > 0 {
		j.sin(Burst, h, "%s to a host that fails, while another request tries it", v.key)
	}
	if v.at.Sub(h.failed) < j.o.Backoff {
		j.sin(Burst, h, "%s %s after a failure", v.key, v.at.Sub(h.failed))
	}
}

// attempts is how often a poll may be begun: once, and twice more where that fails.
const attempts = 3

func (j *Judge) judgeGap(v *visit, i int) {
	s, b := v.h.Sources[i], &v.h.pollsBegun[i]
	early := func(last time.Time) bool { return !last.IsZero() && v.at.Before(s.Next(last).Add(-s.Slack)) }
	if early(b.last) {
		j.sin(Gap, v.h, "source %s polled %s after the poll before, which was at %s", s.Name, v.at.Sub(b.last), clock(b.last))
	}
	if !early(b.first) {
		b.first, b.attempts = v.at, 0
	}
	if b.attempts++; b.attempts > attempts {
		j.sin(Gap, v.h, "the poll of source %s begun %d times since %s", s.Name, b.attempts, clock(b.first))
	}
}
