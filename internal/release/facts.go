package release

import "time"

// Facts is everything one source knows, in the form common to all kinds of
// sources. Each fact is there once and refers to others by slug. A source fills
// only the slices it knows something about. [Facts.Sort] puts them in the one
// order in which they are stored.
type Facts struct {
	// Source is the configured name of the source, which is also its folder.
	Source string

	Products    []Product
	Series      []Series
	Milestones  []Milestone
	Builds      []Build
	Directories []Directory
	Images      []Image
	Netboot     []NetbootSet
}

// Product is something that is tested and released under one name, such as
// "Kubuntu Desktop amd64".
type Product struct {
	// Slug is [Slug] of the title; unique within a source.
	Slug  string `toml:"slug"`
	Title string `toml:"title"`
	// Family is the group in which the source shows the product.
	Family string `toml:"family,omitempty"`
	// ID is the source's own id; opaque.
	ID string `toml:"id,omitempty"`
	// Type is the source's own word for the type: iso, package, hardware, ...
	Type string `toml:"type,omitempty"`
	// Contact is whom the source names for the product in every series, as free text:
	// the owner of an artefact. Who stands in a manifest is in [Intent].
	Contact string `toml:"contact,omitempty"`
	// Disabled says that the source does not offer the product any more.
	Disabled bool `toml:"disabled,omitempty"`
	// Identities are what the product may be in a tree, as the mapping of the
	// configuration knew it when the source was polled. More than one means that
	// one title was used for several kinds of image over the years.
	Identities []Identity `toml:"identity,omitempty"`
}

// Identity says what a product is in an image tree.
type Identity struct {
	Project     string `toml:"project,omitempty"`      // kubuntu
	Subproject  string `toml:"subproject,omitempty"`   // live, minimal; for the build host only
	ImageType   string `toml:"image_type,omitempty"`   // daily-live; a channel for Core images
	PublishType string `toml:"publish_type,omitempty"` // desktop
	Arch        string `toml:"arch,omitempty"`         // arm64+raspi
}

// SeriesStatus tells whether a source still works on a series.
type SeriesStatus string

// The statuses of a series. Any other word a source uses is carried as it is.
const (
	SeriesActive   SeriesStatus = "active"
	SeriesDisabled SeriesStatus = "disabled"
)

// Series is a release line as one source knows it, with its statement of intent
// and its rebuild requests.
type Series struct {
	Slug      string       `toml:"slug"` // noble
	Title     string       `toml:"title"`
	ID        string       `toml:"id,omitempty"`
	Status    SeriesStatus `toml:"status,omitempty"`
	RawStatus string       `toml:"raw_status,omitempty"` // the source's own word, where Status is not one of the constants
	Manifest  []Intent     `toml:"intent,omitempty"`
	Rebuilds  []Rebuild    `toml:"rebuild,omitempty"`
}

// Intent is one line of a series manifest: a product that is meant to be released
// and whom to ask about it.
type Intent struct {
	Product string `toml:"product"` // slug
	// Contact is free text as the source has it: a team, a person, an address, or empty.
	Contact string `toml:"contact,omitempty"`
	// Disabled says that the line was switched off: the product is known to the
	// manifest but not meant to be released.
	Disabled bool `toml:"disabled,omitempty"`
	// Note is what somebody wrote beside the line: plain text, at most 2,000 characters.
	Note string `toml:"note,omitempty"`
	// At is where the line stands, as file and line, in sources that are files.
	At string `toml:"at,omitempty"`
}

// Rebuild is an open request to build a product again.
type Rebuild struct {
	Product string `toml:"product"` // slug
	ID      string `toml:"id,omitempty"`
	// Milestone is the slug of the milestone for which it was asked; mostly unknown.
	Milestone string `toml:"milestone,omitempty"`
	// BuildID is the build that is to be made again, where the source asks so and not for
	// the product: once a newer one is there, the request has nothing to say of that.
	BuildID string `toml:"build_id,omitempty"`
	// Status is one of requested, queued, building, built, published, canceled, unknown.
	Status    string `toml:"status"`
	RawStatus string `toml:"raw_status,omitempty"` // only where Status is unknown
	By        string `toml:"by,omitempty"`         // who asked, as the source names them
	// Requested is when it was asked for, as the source writes it. The QA
	// tracker's times carry no zone, so they are text and never compared alone.
	Requested string `toml:"requested,omitempty"`
}

// Kind tells the two kinds of milestone apart.
type Kind string

// The kinds of milestone.
const (
	KindDaily   Kind = "daily"
	KindRelease Kind = "release"
)

// MilestoneStatus tells how far a milestone is.
type MilestoneStatus string

// The statuses of a milestone. Any other word a source uses is carried as it is.
const (
	MilestoneTesting  MilestoneStatus = "testing"
	MilestoneReleased MilestoneStatus = "released"
	MilestoneArchived MilestoneStatus = "archived"
)

// Milestone is a point at which builds are tested together, as one source knows it.
type Milestone struct {
	Series    string          `toml:"series"` // slug
	Slug      string          `toml:"slug"`   // without the series: "beta", "24.04.3", "daily"
	Title     string          `toml:"title"`  // "Noble Beta"
	ID        string          `toml:"id,omitempty"`
	Kind      Kind            `toml:"kind"`
	Status    MilestoneStatus `toml:"status,omitempty"`
	RawStatus string          `toml:"raw_status,omitempty"`
	// Date is the planned or actual day, YYYY-MM-DD, where a source or rule has one.
	Date string `toml:"date,omitempty"`
	// KindAt, StatusAt and DateAt are where a plan says so, as file and line; empty where it
	// leaves it to others.
	KindAt   string `toml:"kind_at,omitempty"`
	StatusAt string `toml:"status_at,omitempty"`
	DateAt   string `toml:"date_at,omitempty"`
	// Intended is the series manifest as it was when the milestone was last seen
	// in testing; set once it has left testing, so that the past never grows gaps.
	// Empty while in testing (the series manifest applies) and when never known.
	// A plan has it at all times: it is made for the milestone.
	Intended []Intent `toml:"intended,omitempty"`
	// Lists are what plans say of the products by reference and by pattern; those that
	// they call by name are in Intended. What the lists stand for depends on what the other
	// sources say, so it is worked out with them: [Join] adds it to Intended.
	Lists   []PlanList `toml:"list,omitempty"`
	Bugs    []Bug      `toml:"bug,omitempty"`
	Entries []Entry    `toml:"build,omitempty"`
}

// FromSeries is the list of a plan that begins with the series manifests of the other
// sources.
const FromSeries = "series"

// PlanList is what one file of a plan says of the products of a milestone: what From
// stands for, and what Products match, without what Except matches. Except leaves out
// nothing that a file calls by name.
type PlanList struct {
	// At is where From stands, or else the first of the patterns: file and line.
	At string `toml:"at"`
	// From is [FromSeries], or another milestone as SERIES/SLUG; empty for nothing.
	From     string        `toml:"from,omitempty"`
	Products []PlanPattern `toml:"product,omitempty"`
	Except   []PlanPattern `toml:"except,omitempty"`
}

// PlanPattern matches products by slug or title, without regard to capitals, with * and
// ? as in a shell. One for products that are meant matches those of the series only:
// those in a manifest of it, or with a build that stands.
type PlanPattern struct {
	Name string `toml:"name"`
	At   string `toml:"at"` // file and line
	// Contact and Note are as in [Intent], for all that it matches.
	Contact string `toml:"contact,omitempty"`
	Note    string `toml:"note,omitempty"`
}

// State is what is thought of a build on a milestone.
type State string

// The states. Missing is derived, never stored: an intended product without a
// build that counts.
const (
	StateTesting    State = "testing"
	StateReady      State = "ready"
	StateFailed     State = "failed"
	StateDisabled   State = "disabled"
	StateSuperseded State = "superseded"
	StateRemoved    State = "removed"
	StateUnknown    State = "unknown"
	StateMissing    State = "missing"
)

// Current reports whether a build in this state stands on its milestone, as
// opposed to having been replaced or taken away.
func (s State) Current() bool {
	switch s {
	case StateTesting, StateReady, StateFailed, StateDisabled, StateUnknown:
		return true
	}
	return false
}

// Entry is a build on a milestone: the state belongs to this pair.
type Entry struct {
	Product  string `toml:"product"`             // slug
	BuildID  string `toml:"build_id"`            // 20240424.1; netboot: 20101020ubuntu229
	State    State  `toml:"state"`               // in our words
	RawState string `toml:"raw_state,omitempty"` // in the source's words
	// Note is free text as the source has it, HTML and all, cut at 2,000
	// characters; whoever shows it must reduce it to a safe subset.
	Note string `toml:"note,omitempty"`
	// Date is when the build was put on this milestone, as the source writes it;
	// the QA tracker's carry no zone.
	Date string `toml:"date,omitempty"`
	// Pinned is where somebody decided for the build, as file and line, in sources that
	// hold decisions. Such a build counts as ready where no other source has a state.
	Pinned string `toml:"pinned,omitempty"`
}

// Build is a product at a build id, wherever it stands.
type Build struct {
	Series  string `toml:"series"`  // slug
	Product string `toml:"product"` // slug
	BuildID string `toml:"build_id"`
	ID      string `toml:"id,omitempty"` // the source's own id
	// State is the build's own, in sources that have one apart from milestones.
	State    State  `toml:"state,omitempty"`
	RawState string `toml:"raw_state,omitempty"`
	// Stage is the source's own word for how far it promoted the build. It is not the
	// current link of a tree.
	Stage string `toml:"stage,omitempty"`
	// Posted is when the source took the build in, where it says so as an instant.
	Posted time.Time `toml:"posted,omitempty"`
	// Address is where the main file was at that time; dailies are removed from there.
	Address string `toml:"address,omitempty"`
	SHA256  string `toml:"sha256,omitempty"` // of the main file, 64 lower-case hex digits
	// Note is free text as the source has it, cut at 2,000 characters.
	Note string `toml:"note,omitempty"`
	// Reviews counts those that the source wants before it calls a build ready; nil
	// where it has none.
	Reviews *Reviews `toml:"reviews,omitempty"`
	Tests   *Tests   `toml:"tests,omitempty"`
	Bugs    []Bug    `toml:"bug,omitempty"`
}

// Tests counts the mandatory testcases of a build; each counts once, by its worst
// valid result: failed before passed before running before untested.
type Tests struct {
	Passed   int `toml:"passed" json:"passed"`
	Failed   int `toml:"failed" json:"failed"`
	Running  int `toml:"running" json:"running"`
	Untested int `toml:"untested" json:"untested"`
}

// Reviews counts the reviews of a build.
type Reviews struct {
	Done     int `toml:"done" json:"done"`         // decided, either way
	Rejected int `toml:"rejected" json:"rejected"` // of those
	All      int `toml:"all" json:"all"`
}

// Bug is a bug that test results named.
type Bug struct {
	Number string `toml:"number"`          // Launchpad's
	Count  int    `toml:"count,omitempty"` // results that name it
}

// SourceState is how it stands with one source: data/sources.toml has one for each.
type SourceState struct {
	Name string `toml:"name"`
	// Kind is qatracker, tree, ...; Role is that of a tree: full, simple, old.
	Kind string `toml:"kind"`
	Role string `toml:"role,omitempty"`
	// Address is what is polled, without credentials; Site is where people look:
	// the tracker's pages, the tree as the public sees it. Neither ends in a slash.
	Address string `toml:"address"`
	Site    string `toml:"site,omitempty"`
	// Began is when the poll began that runs, or that was cut short; zero when the last
	// one came to its end.
	Began time.Time `toml:"began,omitempty"`
	// Attempt is when the last poll ended, Success when the last good one began: what
	// happened after that may not be in its facts. Zero when there was none.
	Attempt time.Time `toml:"attempt,omitempty"`
	Success time.Time `toml:"success,omitempty"`
	// Due is when the schedule asked for the next answer after the last good one; zero
	// where that is not known.
	Due time.Time `toml:"due,omitempty"`
	// Error is what the last poll failed with; empty when it did not.
	Error string `toml:"error,omitempty"`
	// Lost says that the source was reported as lost, and has not come back.
	Lost bool `toml:"lost,omitempty"`
	// Held is set while an answer is kept aside that would remove too much.
	Held *Held `toml:"held,omitempty"`
	// Problems are what the last good poll had to leave out or keep from before,
	// each with its address.
	Problems []Problem `toml:"problem,omitempty"`
}

// Overdue reports whether the facts are out of date at a time: the answer that should
// have followed them is late by a limit. A limit of zero says that they never are.
func (s *SourceState) Overdue(now time.Time, limit time.Duration) bool {
	if limit <= 0 || s.Success.IsZero() {
		return false
	}
	due := s.Success
	if s.Due.After(due) {
		due = s.Due
	}
	return now.Sub(due) >= limit
}

// Held says why an answer is kept aside and how long it has been the same.
type Held struct {
	Reason string    `toml:"reason" json:"reason"`
	Since  time.Time `toml:"since" json:"since"`
	Digest string    `toml:"digest" json:"digest"` // of the facts kept aside
	// Polls is how many polls in a row brought it.
	Polls int `toml:"polls,omitzero" json:"polls,omitempty"`
	// Never says that time alone does not let it in: the answer was empty, or the
	// source said that it is not the one we asked for.
	Never bool `toml:"never,omitempty" json:"never,omitempty"`
}

// ShortDigest is the beginning of the digest that tells answers apart well enough.
func (h *Held) ShortDigest() string { return h.Digest[:min(len(h.Digest), 8)] }

// Handle is by what people name the answer of a source: no other one is let in by it.
func (h *Held) Handle(source string) string { return source + "@" + h.ShortDigest() }

// Problem is something that one poll could not learn, or learnt and did not
// believe. It is not a finding: findings are derived.
type Problem struct {
	// Rule names the kind: "unreadable", "listing", "checksums", "limit", "edited", ...
	Rule    string `toml:"rule" json:"rule"`
	Address string `toml:"address,omitempty" json:"address,omitempty"` // URL or path
	Text    string `toml:"text" json:"text"`                           // one sentence: what, and what was done instead
}

// ProblemSheet is the rule of a sheet in YAML among plan files, which is not read.
const ProblemSheet = "sheet"

// Answer is what one poll of one source brought.
type Answer struct {
	Facts *Facts
	// Problems are what had to be left out or kept from the poll before.
	Problems []Problem
	// Suspect, when set, says why the answer must not be believed by itself, however
	// long it stays the same: everything empty, or another site than the one asked
	// for. It is held back.
	Suspect string
	// Decided says that the answer is what people decided, who may take away what they
	// like; only an empty one is doubted.
	Decided bool
	// Looks tell when what was looked at now had been looked at last, where that was
	// not at the poll before.
	Looks []Look
	// Requests and Bytes are what the poll cost.
	Requests, Bytes int64
}
