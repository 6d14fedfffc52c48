package release

import (
	"slices"
	"strings"
)

// The rules of reasons that are no findings.
const (
	ReasonNoBuild    = "no-build"
	ReasonNotReady   = "not-ready"
	ReasonNoFiles    = "no-files"
	ReasonHeld       = "held"
	ReasonUnintended = "unintended"
	ReasonByHand     = "by-hand"
	ReasonNotForced  = "not-forced" // beside the others of what --force names
	ReasonAssumed    = "assumed"
	ReasonMoved      = "moved" // only where the set is compared
)

// unforcible says why the product cannot be published against the reasons; "" where it
// can. Of what has no files nothing could be compared afterwards.
func (p *Publication) unforcible() string {
	switch {
	case p.Row.BuildID == "":
		return "cannot be forced without a build"
	case p.Location.Stem == "":
		return "cannot be forced, as its image type is not known"
	case slices.ContainsFunc(p.Why, func(w Reason) bool { return w.Rule == ReasonByHand }):
		return "cannot be forced, as no command of the build host places it"
	case len(p.Files) == 0:
		return "cannot be forced without files"
	}
	return ""
}

// force publishes the product in spite of what leaves it out, or adds why that cannot be.
func (p *Publication) force() {
	why := p.unforcible()
	switch {
	case len(p.Why) == 0:
	case why != "":
		p.Why = append(p.Why, Reason{ReasonNotForced, why})
	default:
		p.Forced = true
	}
}

// reasons are why a product is left out, the weightiest first.
func (k *setMaker) reasons(p *Publication) []Reason {
	r := p.Row
	if k.options.Compare && r.Release != nil && r.Manifest.Over() != "" {
		return p.movedAway() // it is out, whatever would leave it out today
	}
	var why []Reason
	add := func(rule, text string) { why = append(why, Reason{rule, text}) }
	if !p.Wanted {
		add(ReasonUnintended, "built, and not in "+r.Manifest.Statement())
	}
	if p.Rule != nil && (p.Rule.Directory != "" || p.Rule.Prefix != "") {
		add(ReasonByHand, "placed by hand: its [[publish]] rule names a directory or prefix of its own")
	}
	if r.BuildID == "" {
		add(ReasonNoBuild, "no build")
		return why
	}
	if r.Assumed {
		add(ReasonAssumed, "build "+r.BuildID+" is the newest, and neither a tracker nor a plan has it on the milestone")
	}
	if r.State != StateReady {
		add(ReasonNotReady, "not ready: "+r.stateWords())
	}
	why = append(why, k.heldBack(r)...)
	if len(p.Files) == 0 {
		add(ReasonNoFiles, "no tree holds files of the build")
	}
	return append(why, blockers(r, why)...)
}

func (r *Row) stateWords() string {
	if r.State == StateUnknown && r.RawState != "" {
		return r.RawState
	}
	return string(r.State)
}

// heldBack says whether what is known of a row is older than what its sources say now,
// because that is not believed.
func (k *setMaker) heldBack(r *Row) []Reason {
	var why []Reason
	for i := range k.picture.Sources {
		s := &k.picture.Sources[i]
		if s.Held != nil && r.restsOn(s.Name) {
			why = append(why, Reason{ReasonHeld, "the last answer of " + s.Name + " is held back"})
		}
	}
	if r.Daily != nil && r.Daily.dir != nil && r.Daily.dir.Held != "" {
		why = append(why, Reason{ReasonHeld, "its directory is not believed: " + r.Daily.dir.Held})
	}
	return why
}

// restsOn reports whether the row's build or its files are known from a source.
func (r *Row) restsOn(source string) bool {
	return r.Daily != nil && r.Daily.Tree.Name == source ||
		slices.ContainsFunc(r.Refs, func(ref Ref) bool { return ref.Source == source })
}

// blockers are the findings that block a row, without those that say again what is in
// why, and without those that publishing mends.
func blockers(r *Row, why []Reason) []Reason {
	var list []Reason
	for _, f := range r.Findings {
		said := slices.ContainsFunc(why, func(w Reason) bool {
			return w.Rule == f.Rule || w.Rule == ReasonHeld && f.Rule == "directory-held" ||
				w.Rule == ReasonNotReady && f.Rule == "build-failed"
		})
		if f.Severity == Blocker && !said && f.Rule != "published-not-ready" && f.Rule != "source-held" {
			list = append(list, Reason{f.Rule, afterColon(strings.TrimSuffix(f.Text, "."))})
		}
	}
	return list
}

// WhyText are the reasons in a line.
func (p *Publication) WhyText() string {
	texts := make([]string, len(p.Why))
	for i, w := range p.Why {
		texts[i] = w.Text
	}
	return strings.Join(texts, "; ")
}
