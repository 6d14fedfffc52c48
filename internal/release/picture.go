package release

import "time"

// Input is all that a [Picture] is derived from.
type Input struct {
	Rules Rules
	// Sources are the sources in order of precedence, each with its facts. Where
	// two disagree the first is shown and the disagreement is a finding.
	Sources []SourceFacts
	// AsOf is the moment for which the picture is made: "now" to every rule.
	AsOf time.Time
	// Stale is the age at which a source counts as stale; zero for never.
	Stale time.Duration
	// Freshness is what times of polling are rounded down to where the picture shows
	// them, so that a poll that brought no news changes nothing; zero for not at all.
	Freshness time.Duration
	// Accounts is what a look-up found of accounts, by their name: [ContactTeam],
	// [ContactPerson] or [ContactNeither]. It decides of contacts of which the rules do not.
	Accounts map[string]string
}

// SourceFacts is a source, how it stands with it, and what it knows.
type SourceFacts struct {
	State SourceState
	Facts *Facts
}

// Picture is what all sources mean together. Everything in it is sorted; pointers
// inside it refer to other parts of the same picture.
type Picture struct {
	AsOf     time.Time
	Sources  []Source
	Lines    []*Line // series that a source names, newest first; "other" last
	Products []*ProductLine
	Families []*Family
	Trees    []*Tree
	Netboot  []*NetbootSeries // newest series first
	Findings []*Finding       // blockers first; see SortFindings
	Excused  []*Finding       // those that do not count for now, likewise; nothing else here refers to them

	// Of Sources: who counts first, see precedence.go; and their facts with what the lists of
	// plans stand for.
	first  standings
	joined []*Facts
	// newer is the newest build id by the open requests for a build of which there is a newer
	// one; see requests.go.
	newer map[*Rebuild]string

	asserted asserted
}

// asserted is what the sources said that the picture was joined of, for [Picture.Truth].
type asserted struct {
	said    map[*Manifest][]*statement // of open milestones, in order of precedence
	whom    map[lineProduct][]saidContact
	keepers map[*ProductLine][]saidContact
	builds  map[buildKey][]sourceBuild
	newest  map[lineProduct]claim
	apart   map[*Row]map[string]string // builds of dailies by source, where one stays behind
	dailies bool                       // trees hold dailies
}

// Source is a source as pages show it.
type Source struct {
	SourceState
	Stale bool
	// AsOf is the last success as it is shown, rounded down to Input.Freshness; zero
	// when there was no success.
	AsOf time.Time
	// Age is the picture's AsOf less this one, rounded down to a minute; zero when
	// there was no success.
	Age time.Duration
	// Facts are what the source says, in the stored order; nil where it says nothing.
	Facts *Facts
}

// Line is a series: its facts from the rules, its statement of intent, its milestones.
type Line struct {
	Slug        string
	Title       string // Noble
	DisplayName string // Noble Numbat; Title where no rule knows it
	Version     string // 24.04; empty where unknown
	Rule        *SeriesRule
	Status      SeriesStatus
	// Intents is the series manifest joined over all sources, by family and title.
	Intents []*Intended
	// Milestones are in order, the daily one first, then oldest to newest.
	Milestones []*Manifest
	Findings   []*Finding
	// Sources are the names of the sources that know the series.
	Sources []string
}

// Daily returns the daily milestone, or nil.
func (l *Line) Daily() *Manifest {
	for _, m := range l.Milestones {
		if m.Kind == KindDaily {
			return m
		}
	}
	return nil
}

// Intended is one joined line of a series manifest.
type Intended struct {
	Product *ProductLine
	Contact string
	// Team is whether the contact is known to be a team ("team"), a person
	// ("person"), no account at all ("neither"), or nothing is known of it ("").
	Team     string
	Disabled bool
	Source   string // the source that was believed
	// ContactFrom is who named the contact: a source, or [ConfiguredSource]; empty for nobody.
	ContactFrom string

	src *source // that was believed
}

// Ref points to the same thing at a source.
type Ref struct {
	Source string
	ID     string
	URL    string // a page that people can open; empty where there is none
}

// Manifest is a milestone as people read it: the union of intent and builds.
type Manifest struct {
	Line   *Line
	Slug   string
	Title  string // "Noble 24.04.3"
	Kind   Kind
	Status MilestoneStatus
	// Open says that the milestone is in testing and its series active.
	Open bool
	// Made says that no source has this daily milestone; it was made from the
	// newest builds.
	Made    bool
	Date    string // YYYY-MM-DD or empty
	Version string // what its images' names carry; empty where unknown
	// ReleaseStatus is the release directory's status, "release" or "beta".
	ReleaseStatus string
	// MeantBy are the sources whose word counts for what is meant to be released, empty where
	// nobody says; Planned says that a plan is among them.
	MeantBy []string
	Planned bool
	Refs    []Ref
	Groups  []Group
	Totals  Totals
	// Before is the earlier release milestone of the series, nil for the first
	// and for dailies; Changes is what differs from it.
	Before   *Manifest
	Changes  []Change
	Bugs     []Bug
	Findings []*Finding
}

// Statement is what says what is meant to be released with the milestone, in words.
func (m *Manifest) Statement() string {
	if m.Planned {
		return "the plan in " + joinWords(m.MeantBy, "and")
	}
	return "the series manifest"
}

// Rows returns the rows of all groups in order.
func (m *Manifest) Rows() []*Row {
	var rows []*Row
	for _, g := range m.Groups {
		rows = append(rows, g.Rows...)
	}
	return rows
}

// Group is the rows of one family.
type Group struct {
	Family string
	Rows   []*Row
	Totals Totals
}

// Totals counts rows. Netboot products count as rows but not as intended. Where
// there is no statement of intent every build counts as if it were meant, and
// Intended is zero. Rows is AllReady, Testing, Failed, Disabled, Missing and Other
// together.
type Totals struct {
	Rows     int
	Intended int
	Built    int // intended with a build that counts
	Ready    int // intended and ready
	Testing  int // these count all rows by state
	Failed   int
	Disabled int
	Missing  int
	Other    int // any other state
	AllReady int // rows in state ready, intended or not
	Rebuilds int // rows with an open rebuild request
	// Extra are rows with a build that nobody intended, where intent is known.
	Extra    int
	Blockers int
	Warnings int
	Notes    int
}

// Row is one product on one milestone.
type Row struct {
	Manifest *Manifest
	Product  *ProductLine
	Identity Identity // the one that holds in this series; zero where none
	BuildID  string
	State    State
	RawState string
	// StateFrom and TestsFrom are the sources that say so; empty where none does.
	StateFrom, TestsFrom string
	Intended             bool
	// IntentKnown says whether there is a statement of intent for this milestone at all.
	IntentKnown bool
	Netboot     bool
	// Rebuild is the newest open rebuild request that is for no older build; nil for none.
	Rebuild *Rebuild
	Contact string
	Team    string // as in Intended
	// IntentFrom is the source that says whether it is meant to be released, ContactFrom who
	// named the contact, as in Intended; empty where nobody did.
	IntentFrom, ContactFrom string
	Note                    string // raw, from the source
	NoteFrom                string
	Date                    string
	// Pinned is where a plan decided for the build; empty where none did.
	Pinned string
	// Assumed says that no source has the build on the milestone: it is the newest that
	// one knows.
	Assumed bool
	Tests   *Tests
	Reviews *Reviews // nil where no source has them
	Bugs    []Bug
	Refs    []Ref // the build at its trackers: the testcases page
	// Daily is the image of this build in a daily directory, nil when none is there.
	Daily *TreeImage
	// Release is the image at the place where the row is or will be published.
	Release  *TreeImage
	Location *Location // where it is, or will be, published; nil where unknown
	// LocationError says why Location is nil; empty where none is wanted.
	LocationError string
	Findings      []*Finding

	claims []claim  // the builds that sources have of it; see manifest.go
	twins  []string // other ids of the build; see twins.go
}

// Blocked reports whether a finding of the row is a blocker.
func (r *Row) Blocked() bool {
	for _, f := range r.Findings {
		if f.Severity == Blocker {
			return true
		}
	}
	return false
}

// Location is where an image is published.
type Location struct {
	Official Official
	Role     string // of the tree: simple, full
	Tree     string // name of the tree; empty where no tree has the role
	Dir      string // below the tree
	Stem     string // file name without the extension: ubuntu-24.04.3-live-server-arm64
	Status   string // directory status: release, beta
	Rule     int    // index of the rule
	URL      string // of the directory; empty where the tree has no public address
}

// ChangeKind says how a product differs between two milestones.
type ChangeKind string

// The kinds of change.
const (
	ChangeAdded   ChangeKind = "added"
	ChangeDropped ChangeKind = "dropped"
	ChangeRespun  ChangeKind = "respun"
	ChangeReadied ChangeKind = "readied"
	ChangeFailed  ChangeKind = "failed"
	ChangeState   ChangeKind = "state"
)

// Change is one difference in product words.
type Change struct {
	Kind     ChangeKind
	Product  *ProductLine
	From, To string // build ids or states
}

// ProductLine is a product over all series and sources.
type ProductLine struct {
	Slug       string
	Title      string
	Family     string
	Identities []Identity
	Arch       string // of the identities, or the end of the title; empty where unknown
	Type       string // the sources' word: iso, package, hardware; only iso has files
	Disabled   bool   // in every source that knows it
	Netboot    bool
	Refs       []Ref
	Rows       []*Row       // on every milestone, newest series first
	Images     []*TreeImage // in every tree, newest first
	Findings   []*Finding

	lower       string // the title without capitals, to sort by
	lowerFamily string // likewise
}

// Family is a group of products.
type Family struct {
	Slug     string
	Title    string
	Products []*ProductLine
}
