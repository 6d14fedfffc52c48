// Package config reads config.toml: the site, the store, the sources, the limits,
// and the rule tables of package release.
//
// It is strict. Every problem of a file is found in one go and reported with file,
// line, column, key and the accepted form; see [Problems]. The embedded
// config.toml at the top of the repository holds every default, so that there is
// one place to read them; a user's file is laid over it as [Load] describes. The one
// thing that never comes from the default are the sources: nobody's server is asked
// unless the user's file names it.
//
// Nothing is asked or opened here but the file itself and the list of products that
// it may name. Credentials are only named; [Tracker.Key] reads them when needed.
package config

import (
	"time"
	_ "time/tzdata" // a zone has the same rules on every host, and is known on each

	"shiplist/internal/release"
)

// Config is a checked configuration. Paths in it are absolute.
type Config struct {
	// File is the path of the user's file; empty for the embedded default.
	File string
	// Lists are the paths of further files that it was read from: the list of products.
	Lists []string

	Site     Site
	Store    Store
	Agent    Agent
	Sign     Sign
	Trackers []Tracker
	Trees    []Tree
	Plans    []Plan
	Rushes   []Rush
	Targets  []Target
	Moved    []Moved
	Limits   Limits
	Rules    release.Rules
	Commands Commands
	Respin   Respin
}

// Respin is how commands that build images again are run.
type Respin struct {
	Jobs  int           // at once
	Logs  string        // directory of their logs, one file for each command
	Grace time.Duration // from being told to stop until being killed
}

// Site is what is generated.
type Site struct {
	Title        string        // "Ubuntu releases"
	Distribution string        // "Ubuntu"
	BaseURL      string        // where the site will be; empty when it may be anywhere
	Staged       string        // directory of the staged sets
	Output       string        // symbolic link to the published set
	Kept         int           // how many published sets are kept, the shown one among them
	Headers      string        // directory of HEADER.html etc. for the trees' own servers
	Layouts      string        // the owner's layouts, laid over the embedded ones; need not exist
	Content      string        // the owner's texts, likewise
	Freshness    time.Duration // times of polling on the pages, and their "now", are rounded down to it
	Stale        time.Duration // age at which a source counts as stale
	Accent       string        // CSS colour; empty for the default
	Logo         string        // path of an image file; empty for none
	Edit         string        // https://... below which the texts of content can be edited; empty for none
	Teams        string        // https://... below which a team has a page, ~NAME; empty for none
	Bugs         string        // https://... below which a bug has a page, by its number; empty for none
	Notice       string        // a sentence shown on every page, such as "Sample data"
}

// Store is where data lies.
type Store struct {
	Data  string
	State string
}

// Agent is how the agent behaves towards all sources.
type Agent struct {
	// Contact is a mail address or a web page, sent in the User-Agent.
	Contact string
	// Timezone is the name of the clock of schedules and rushes; see Zone.
	Timezone string
	// Spread is the time over which polls that are due together begin, each source
	// at a moment of its own.
	Spread time.Duration
	// StopWithin is how long running polls may go on after the agent was told to stop.
	StopWithin time.Duration
	// Generate says that the site is made anew when data changed, GenerateAfter how
	// long to wait for more changes before.
	Generate      bool
	GenerateAfter time.Duration
	// Publish is whether a site that the agent made is published at once ("auto"), or
	// by a person ("manual").
	Publish string
	// Listen is the loopback address of health and metrics, host:port; empty for none.
	Listen string
	// HoldShare and HoldLeast: a poll that removes more than this share, and at
	// least this many, of one data file's records is held back.
	HoldShare float64
	HoldLeast int
	// HoldFor is how long an answer has to stay the same until it is let in by itself.
	HoldFor time.Duration
}

// Zone is the clock of schedules and rushes; UTC where none is named.
func (a Agent) Zone() *time.Location {
	zone, err := time.LoadLocation(a.Timezone)
	if err != nil {
		return time.UTC // the name was checked when it was read
	}
	return zone
}

// Tracker is a test tracker.
type Tracker struct {
	Name     string
	Kind     string // qatracker, test-observer
	URL      string
	Host     string // Host header, where it differs from the URL's
	Site     string // where people look; from URL and Host where not given
	Schedule string
	// Series are patterns of the series whose builds count, for a test-observer, which
	// keeps builds of the past in its list; empty for all.
	Series []string
	// Recheck is the period over which is asked for again, each once, what hardly
	// changes: milestones that are not in testing; of a test-observer the tests of builds.
	Recheck time.Duration
	Tests   bool // ask for testcases and results, too; a test-observer does unless told not to
	// TestCalls is how many calls one poll may spend on them.
	TestCalls int
	User      string
	KeyEnv    string // name of the environment variable that holds the API key
	KeyFile   string // file that holds it
}

// Tree is an image tree.
type Tree struct {
	Name     string
	Role     string // full, simple, old; or packages, for an archive of packages: see Kind
	URL      string // http:, https:, or file: with an absolute path; see Dir
	Site     string // where people look; URL where not given; empty for file:
	Schedule string
	// Recheck is the period over which what hardly changes is looked at again, each
	// directory once.
	Recheck time.Duration
	// Hints are files of the tree that change whenever anything else does; empty for
	// none that can be trusted.
	Hints []string
	// Watch selects the series whose release directories are looked at with every
	// poll; empty for the tree's own choice.
	Watch   []string
	Keyring string // file of the keys that sign its checksum lists; empty for none
	Headers bool   // write HEADER.html and the like for the tree's own server
	Hash    bool   // compute the SHA-256 of a local directory's images that no list has
	// Head says whether exact sizes may be asked for, one HEAD for each new image.
	Head  bool
	Depth int // directories below the root that are visited
	// Skip are patterns of paths below the tree that are not visited.
	Skip []string
	// Retired is where the series of an archive of packages go that leave it; empty where
	// nobody said.
	Retired string
}

// Kind is the kind of source that it is: a tree of images; or an archive of packages,
// which is asked for nothing but the files of the [[netboot]] installers below its URL.
func (r Tree) Kind() string {
	if r.Role == rolePackages {
		return release.KindPackages
	}
	return release.KindTree
}

// TreeRole is the role of a tree of images; empty for an archive of packages.
func (r Tree) TreeRole() string {
	if r.Role == rolePackages {
		return ""
	}
	return r.Role
}

// Plan is a plan file or a directory of them.
type Plan struct {
	Name     string
	Path     string
	Schedule string // when the agent looks
}

// Rush is a time in which sources are polled on another schedule.
type Rush struct {
	From, Until time.Time // the end is not part of it
	Sources     []string  // patterns of names; empty for all
	Schedule    string
}

// Limits bound what is taken from outside.
type Limits struct {
	Connections  int           // at once, per host
	PerMinute    int           // requests to one host
	BackoffLeast time.Duration // after the first failure of a host, then growing
	BackoffMost  time.Duration
	Connect      time.Duration // to be connected
	Headers      time.Duration // to have the answer's headers
	Answer       time.Duration // to have the whole answer
	ListingBytes int64
	TrackerBytes int64
	ListBytes    int64 // checksum lists and site manifests
	Entries      int   // in one directory
	Directories  int   // in one tree
	Files        int   // in one tree
}
