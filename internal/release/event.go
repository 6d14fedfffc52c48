package release

import "time"

// EventKind is what happened.
type EventKind string

// The kinds of event. From and To hold what the comment says; those without have
// neither.
const (
	EventSourceNew     EventKind = "source-new"     // the first facts of a source; what was there then is no event
	EventSourceRetired EventKind = "source-retired" // its facts were removed
	EventSourceLost    EventKind = "source-lost"    // To: the error
	EventSourceBack    EventKind = "source-back"
	EventSourceHeld    EventKind = "source-held" // To: the reason
	EventSourceLetIn   EventKind = "source-let-in"

	EventSeriesAppeared    EventKind = "series-appeared"
	EventSeriesLeft        EventKind = "series-left"
	EventSeriesStatus      EventKind = "series-status" // statuses
	EventMilestoneAppeared EventKind = "milestone-appeared"
	EventMilestoneLeft     EventKind = "milestone-left"
	EventMilestoneStatus   EventKind = "milestone-status" // statuses

	EventIntended   EventKind = "intended"   // entered the manifest; To: the contact
	EventUnintended EventKind = "unintended" // left it; From: the contact
	EventContact    EventKind = "contact"    // contacts

	EventBuildAppeared   EventKind = "build-appeared"   // To: its state
	EventBuildLeft       EventKind = "build-left"       // From: its state
	EventBuildReady      EventKind = "build-ready"      // states
	EventBuildUnready    EventKind = "build-unready"    // was ready; states
	EventBuildFailed     EventKind = "build-failed"     // states
	EventBuildSuperseded EventKind = "build-superseded" // states
	EventBuildState      EventKind = "build-state"      // any other; states

	EventRebuildRequested EventKind = "rebuild-requested" // To: its status
	EventRebuildStatus    EventKind = "rebuild-status"    // statuses
	EventRebuildClosed    EventKind = "rebuild-closed"    // From: its status

	EventImageAppeared  EventKind = "image-appeared"  // a daily
	EventImageLeft      EventKind = "image-left"      // likewise
	EventImagePublished EventKind = "image-published" // a release
	EventImageWithdrawn EventKind = "image-withdrawn" // likewise
	EventImageChecksum  EventKind = "image-checksum"  // other bytes under one name; checksums
	EventImageCurrent   EventKind = "image-current"   // the tree's current came to point to it
)

// Event is one thing that happened between two polls of one source.
type Event struct {
	// After is when the source was last seen as it was before, Seen when it was first
	// seen as it is: it happened in between. After is the zero time where there was
	// no poll before.
	After time.Time `toml:"after,omitempty" json:"after,omitzero"`
	Seen  time.Time `toml:"seen" json:"seen"`
	What  EventKind `toml:"what" json:"what"`
	// Source and what follows say what it concerns; slugs and paths as in [Facts],
	// empty where they do not apply.
	Source    string `toml:"source" json:"source"`
	Series    string `toml:"series,omitempty" json:"series,omitempty"`
	Milestone string `toml:"milestone,omitempty" json:"milestone,omitempty"`
	Product   string `toml:"product,omitempty" json:"product,omitempty"`
	BuildID   string `toml:"build_id,omitempty" json:"build_id,omitempty"`
	Project   string `toml:"project,omitempty" json:"project,omitempty"`
	Dir       string `toml:"dir,omitempty" json:"dir,omitempty"`
	Image     string `toml:"image,omitempty" json:"image,omitempty"` // name of the image
	File      string `toml:"file,omitempty" json:"file,omitempty"`
	ID        string `toml:"id,omitempty" json:"id,omitempty"` // of a rebuild request
	From      string `toml:"from,omitempty" json:"from,omitempty"`
	To        string `toml:"to,omitempty" json:"to,omitempty"`
}
