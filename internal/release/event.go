package release

import "time"

// EventKind is what happened.
type EventKind string

// The kinds of event, in the order in which those of one poll are written. From and
// To hold what the comment says: both where it says "states", "contacts" and the
// like; those without have neither. A state that is not ours is "unknown: " and the
// source's own word.
const (
	EventSourceNew     EventKind = "source-new"     // the first facts of a source; what was there then is no event
	EventSourceRetired EventKind = "source-retired" // its facts were removed
	EventSourceLost    EventKind = "source-lost"    // To: the error
	EventSourceBack    EventKind = "source-back"
	EventSourceHeld    EventKind = "source-held" // To: the reason
	EventSourceLetIn   EventKind = "source-let-in"

	EventSeriesAppeared    EventKind = "series-appeared"    // To: its status
	EventSeriesLeft        EventKind = "series-left"        // From: its status
	EventSeriesStatus      EventKind = "series-status"      // statuses
	EventMilestoneAppeared EventKind = "milestone-appeared" // To: its status; its builds have events of their own
	EventMilestoneLeft     EventKind = "milestone-left"     // From: its status; likewise
	EventMilestoneStatus   EventKind = "milestone-status"   // statuses

	// These are about a series manifest; with a milestone about what a plan means for that.
	// A contact without a series is that of a product in all of them.
	EventIntended   EventKind = "intended"   // entered the manifest; To: the contact
	EventUnintended EventKind = "unintended" // left it, or was switched off; From: the contact
	EventContact    EventKind = "contact"    // contacts

	// These are about a build on a milestone. Without a milestone they are about the
	// build's own state, in sources that have one.
	EventBuildAppeared   EventKind = "build-appeared"   // To: its state
	EventBuildLeft       EventKind = "build-left"       // From: its state
	EventBuildReady      EventKind = "build-ready"      // states
	EventBuildUnready    EventKind = "build-unready"    // was ready, and was neither failed nor superseded; states
	EventBuildFailed     EventKind = "build-failed"     // states
	EventBuildSuperseded EventKind = "build-superseded" // states
	EventBuildState      EventKind = "build-state"      // any other; states
	EventBuildNote       EventKind = "build-note"       // notes as the source has them, empty for none
	// These are about a build wherever it stands, as results are.
	EventBuildTests EventKind = "build-tests" // counts: "4 passed, 1 failed, 0 running, 2 untested"; empty where not known
	EventBuildBugs  EventKind = "build-bugs"  // numbers, with ", " between them; empty for none

	EventRebuildRequested EventKind = "rebuild-requested" // From: who asked; To: its status
	EventRebuildStatus    EventKind = "rebuild-status"    // statuses
	EventRebuildClosed    EventKind = "rebuild-closed"    // statuses; To is empty where it is not listed any more

	// A released image appears and leaves where it lies before its name is published,
	// which is in a pool.
	EventImageLeft      EventKind = "image-left"      // a daily; From: the checksum of File, its first main file
	EventImageWithdrawn EventKind = "image-withdrawn" // a release; likewise
	EventImageAppeared  EventKind = "image-appeared"  // a daily; To: the checksum of File, its first main file
	EventImagePublished EventKind = "image-published" // a release; likewise
	EventImageChecksum  EventKind = "image-checksum"  // other bytes under one name; checksums of File
	// EventImageFile tells of a main file that came or went without its image, and of
	// one whose checksum became known, is not listed any more, or is of another
	// algorithm: checksums, one of them may be empty.
	EventImageFile    EventKind = "image-file"
	EventImageBuild   EventKind = "image-build"   // it turned out to be another build; build ids
	EventImageCurrent EventKind = "image-current" // the tree's current shows another build of the daily, or none; build ids, or checksums where they are not known

	// A netboot set that is a release, where its files lie unpacked. A file of any set, or
	// the image that its configuration names, is gone once two polls said so.
	EventNetbootPublished EventKind = "netboot-published" // versions; From is empty for a new one
	EventNetbootWithdrawn EventKind = "netboot-withdrawn" // From: its version
	EventNetbootGone      EventKind = "netboot-gone"      // To: what its tree answers for File, 404 or 410
	EventNetbootBack      EventKind = "netboot-back"      // From: what it answered
	// EventNetbootMoved tells of an installer of an archive of packages that lies elsewhere
	// since its series left that: addresses of its kernel; From is empty the first time.
	EventNetbootMoved EventKind = "netboot-moved"

	EventDirectoryHeld     EventKind = "directory-held"     // what it shows is not believed from now on; To: the reason
	EventDirectoryBelieved EventKind = "directory-believed" // it is again; From: the reason
)

// Event is one thing that happened between two polls of one source. What the facts
// tell apart from these kinds is not logged: titles, families, ids and addresses,
// sizes, companions of images, strays, signatures, and netboot sets of dailies.
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
	Arch      string `toml:"arch,omitempty" json:"arch,omitempty"`   // of a netboot set
	File      string `toml:"file,omitempty" json:"file,omitempty"`
	ID        string `toml:"id,omitempty" json:"id,omitempty"` // of a rebuild request
	From      string `toml:"from,omitempty" json:"from,omitempty"`
	To        string `toml:"to,omitempty" json:"to,omitempty"`
}
