package release

import (
	"cmp"
	"fmt"
	"time"
)

// findSources looks at how it stands with the sources themselves.
func (j *joiner) findSources() {
	for _, s := range j.p.Sources {
		if s.Held != nil {
			j.held(s)
		}
		switch {
		case s.Lost, s.Error != "" && (s.Success.IsZero() || s.Stale):
			j.lost(s)
		case s.Error != "":
			j.failedOnce(s)
		case s.Success.IsZero():
			if s.Name != "" && j.stale > 0 {
				j.stalled(s, s.Name+" has not answered yet.")
			}
		case s.Stale:
			j.stalled(s, fmt.Sprintf("The last good answer of %s is %s old.", s.Name, Age(s.Age)))
		}
	}
}

func (j *joiner) held(s Source) {
	advice := fmt.Sprintf("Look at the source; if the answer is right, run: shiplist agent --accept %s", s.Held.Handle(s.Name))
	text := fmt.Sprintf("The last answer of %s is held back since %s: %s.", s.Name, moment(s.Held.Since), trimStop(s.Held.Reason))
	if s.Held.Never {
		text += " Time alone does not let it in."
	}
	j.report(Finding{
		Rule: "source-held", Text: text, Advice: advice, Actor: ActorOperator, Source: s.Name,
		Evidence: []Evidence{{Source: s.Name, URL: s.Address, Fact: s.Held.Reason, Time: s.Held.Since}},
	}, spot{})
}

func (j *joiner) lost(s Source) {
	text := s.Name + " has never answered"
	if !s.Success.IsZero() {
		text = fmt.Sprintf("%s has not answered for %s", s.Name, Age(s.Age))
	}
	if s.Error != "" {
		text += ": " + trimStop(s.Error)
	}
	j.report(Finding{
		Rule: "source-lost", Text: text + ".",
		Advice: "Look whether the source is up and the address right; what it said last stays until then.",
		Actor:  ActorOperator, Source: s.Name,
		Evidence: []Evidence{{Source: s.Name, URL: s.Address, Fact: cmp.Or(s.Error, "no answer"), Time: j.shown(s.SourceState).Attempt}},
	}, spot{})
}

// failedOnce is a failure that is not yet old enough to be a loss.
func (j *joiner) failedOnce(s Source) {
	j.report(Finding{
		Rule:   "problem",
		Text:   fmt.Sprintf("The last poll of %s failed: %s.", s.Name, trimStop(s.Error)),
		Advice: "It is tried again by itself; look at the source when it goes on.",
		Actor:  ActorOperator, Source: s.Name,
		Evidence: []Evidence{{Source: s.Name, URL: s.Address, Fact: s.Error, Time: j.shown(s.SourceState).Attempt}},
	}, spot{})
}

func (j *joiner) stalled(s Source, text string) {
	j.report(Finding{
		Rule: "source-stale", Text: text,
		Advice: "Look whether the agent runs.",
		Actor:  ActorOperator, Source: s.Name,
		Evidence: []Evidence{{Source: s.Name, URL: s.Address, Fact: "last good answer " + moment(s.AsOf), Time: s.AsOf}},
	}, spot{})
}

// hintRule is the kind of problem that a change hint has which cannot be relied on.
const hintRule = "hint"

// findProblems tells what the last good polls could not read: one finding for each
// problem, or one for all of a kind where they are many. Hints are another thing:
// nothing is missing for them.
func (j *joiner) findProblems() {
	for _, s := range j.p.Sources {
		byRule := map[string][]Problem{}
		for _, p := range s.Problems {
			byRule[p.Rule] = append(byRule[p.Rule], p)
		}
		for _, rule := range sortedKeys(byRule) {
			const many = 3
			list := byRule[rule]
			switch {
			case rule == hintRule:
				j.hints(s, list)
			case len(list) > many:
				j.problems(s, list)
			default:
				for i := range list {
					j.problems(s, list[i:i+1])
				}
			}
		}
	}
}

func (j *joiner) problems(s Source, list []Problem) {
	text := fmt.Sprintf("%s: %s.", s.Name, trimStop(list[0].Text))
	if len(list) > 1 {
		text = fmt.Sprintf("%s has %d problems of the kind %q, the first: %s.", s.Name, len(list), list[0].Rule, trimStop(list[0].Text))
	}
	f := Finding{
		Rule: "problem", Text: text,
		Advice: "Look at the address; until it can be read what was known before stays.",
		Actor:  ActorOperator, Source: s.Name,
		Evidence: problemEvidence(s, list),
	}
	if list[0].Rule == ProblemSheet {
		f.Advice, f.Actor = "Make a plan of it, or keep it in another directory.", ActorRelease
	}
	j.report(f, spot{})
}

// hints makes one finding for all change hints of a source.
func (j *joiner) hints(s Source, list []Problem) {
	j.report(Finding{
		Rule:   "hint-unreliable",
		Text:   fmt.Sprintf("A change hint of %s cannot be relied on: %s.", s.Name, trimStop(list[0].Text)),
		Advice: "Take the hint out of hints, or ask who runs the tree to keep it; until then polls ask as if there were none.",
		Actor:  ActorOperator, Source: s.Name,
		Evidence: problemEvidence(s, list),
	}, spot{})
}

func problemEvidence(s Source, list []Problem) []Evidence {
	const shown = 5
	var evidence []Evidence
	for _, p := range list[:min(len(list), shown)] {
		evidence = append(evidence, Evidence{Source: s.Name, URL: p.Address, Fact: p.Text, Time: s.AsOf})
	}
	return evidence
}

// moment is a time for people.
func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
