package release

import "time"

// Severity ranks findings.
type Severity string

// The severities.
const (
	Blocker Severity = "blocker"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Actor is who can act on a finding.
type Actor string

// The actors.
const (
	ActorRelease  Actor = "release team"
	ActorContact  Actor = "product contact"
	ActorTracker  Actor = "tracker admins"
	ActorTree     Actor = "image tree admins"
	ActorConfig   Actor = "whoever keeps config.toml"
	ActorOperator Actor = "shiplist operator"
)

// Finding is a disagreement between intent, trackers and trees, or something that
// is missing.
type Finding struct {
	Rule     string // short name: missing-build; stable, see docs
	Severity Severity
	Text     string // one sentence: what
	Advice   string // one sentence: what to do
	Actor    Actor
	// Who names the actor where that is known: the contact of the product.
	Who      string
	Evidence []Evidence
	// Excused is set while the configuration excuses it.
	Excused *Excused
	// What it is about; empty where it does not apply.
	Series, Milestone, Product, Source, Tree, Dir string
}

// Evidence is what a finding rests on.
type Evidence struct {
	Source string
	URL    string // address, or path below the data directory
	Fact   string // what it says there
	Time   time.Time
}
