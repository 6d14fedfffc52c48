package release

import "maps"

// Rules are the tables of the configuration that say how facts are to be read.
// The configuration has checked them; their zero value is valid and knows nothing.
//
// Wherever a rule selects by name it holds a list of patterns. A pattern may use
// * and ? as in a shell; an empty list selects everything. Series patterns also
// take ranges in release order, both ends included: "focal-jammy", "noble-",
// "-bionic". Where rules are searched, the first that matches wins.
type Rules struct {
	Products   []ProductRule   `toml:"product"`
	Series     []SeriesRule    `toml:"series"`
	Milestones []MilestoneRule `toml:"milestone"`
	Publish    []PublishRule   `toml:"publish"`
	// PublishOwn says that the publish rules are a site owner's own, who wants to know
	// of those that nothing matches.
	PublishOwn    bool           `toml:"-"`
	Arches        []ArchesRule   `toml:"arches"`
	ArchesOwn     bool           `toml:"-"` // likewise
	SizeLimits    []SizeLimit    `toml:"size_limit"`
	Architectures []Architecture `toml:"architecture"`
	PublishTypes  []PublishType  `toml:"publish_type"`
	Projects      []Project      `toml:"project"`
	Extensions    []Extension    `toml:"extension"`
	Streams       []StreamRule   `toml:"stream"`
	StreamsOwn    bool           `toml:"-"` // likewise
	Handovers     []HandoverRule `toml:"handover"`
	HandoversOwn  bool           `toml:"-"` // likewise
	Netboot       []NetbootRule  `toml:"netboot"`
	BootFiles     []BootFile     `toml:"boot_file"`
	Contacts      Contacts       `toml:"contacts"`
	Precedence    Precedence     `toml:"precedence"`
	Checks        []CheckRule    `toml:"check"`
	Respin        RespinRules    `toml:"respin"`
	Archive       ArchiveRules   `toml:"archive"`
	BootMenu      BootMenuRules  `toml:"boot_menu"`
}

// ProductRule maps a tracker's title to what the product is in a tree. One title
// may have several rows.
type ProductRule struct {
	Title       string `toml:"title"`
	Project     string `toml:"project"`
	Subproject  string `toml:"subproject"`
	ImageType   string `toml:"image_type"`
	PublishType string `toml:"publish_type"`
	Arch        string `toml:"arch"`
	Tracker     string `toml:"tracker"` // name of the [[tracker]]; empty for any
	Family      string `toml:"family"`  // where no source names one
}

// SeriesRule holds the dates and versions of a release line. The order of the
// rules is the release order.
type SeriesRule struct {
	Name         string   `toml:"name"`          // noble
	Version      string   `toml:"version"`       // 24.04
	DisplayName  string   `toml:"display_name"`  // Noble Numbat
	PointVersion string   `toml:"point_version"` // newest point release, 24.04.4
	Versions     []string `toml:"versions"`      // further versions that exist: 24.04.5.1
	LTS          bool     `toml:"lts"`
	Created      string   `toml:"created"` // YYYY-MM-DD, as are the rest
	Released     string   `toml:"released"`
	EOL          string   `toml:"eol"`
	EOLServer    string   `toml:"eol_server"`
	EOLESM       string   `toml:"eol_esm"`
	EOLLegacy    string   `toml:"eol_legacy"`
	CoreSeries   string   `toml:"core_series"` // the number in Core file names: 24
	// Development marks the one series that is being developed.
	Development bool `toml:"development"`
}

// MilestoneRule says what milestones are called and how they are ordered.
type MilestoneRule struct {
	Series []string `toml:"series"`
	// Match are patterns for the milestone's slug.
	Match []string `toml:"match"`
	Kind  Kind     `toml:"kind"`
	// Order ranks within a series, lowest first; equal ranks go by date, then id.
	Order int    `toml:"order"`
	Date  string `toml:"date"` // YYYY-MM-DD
	// Version is what the file names of the milestone's images carry; "{version}"
	// stands for the series' version, "{slug}" for the milestone's slug.
	Version string `toml:"version"`
	// Status is the release directory, with the same words; "release" for finals
	// and point releases.
	Status string `toml:"status"`
}

// Official is the word with which the build host decides where an image is
// published and what it is called.
type Official string

// The official values.
const (
	OfficialYes      Official = "yes"
	OfficialPoolOnly Official = "poolonly"
	OfficialNamed    Official = "named"
	OfficialNo       Official = "no"
	OfficialInteliot Official = "inteliot"
)

// PublishRule says with which official value, and so where, images are published.
type PublishRule struct {
	Series      []string `toml:"series"`
	Milestone   []string `toml:"milestone"` // patterns for slugs
	Project     []string `toml:"project"`
	PublishType []string `toml:"publish_type"`
	Arch        []string `toml:"arch"`
	Official    Official `toml:"official"`
	// Status overrides the milestone's directory; "{slug}" as in MilestoneRule.
	Status string `toml:"status"`
	// Directory and Prefix override what the official value gives; both may use
	// {project} {series} {version} {status} {slug}.
	Directory string `toml:"directory"`
	Prefix    string `toml:"prefix"`
	// Under is the project under which the build host publishes, where it is not
	// the product's own: "ubuntu" for ubuntu-server and ubuntu-wsl.
	Under string `toml:"under"`
	// Together joins the commands of images that differ in nothing but the
	// architecture: those of this rule ([TogetherOwn]), or of all rules with one name.
	Together string `toml:"together"`
}

// TogetherOwn joins the commands of one rule only.
const TogetherOwn = "true"

// ArchesRule says which architectures are built daily. Project is matched as
// PROJECT or PROJECT-SUBPROJECT.
type ArchesRule struct {
	Project   []string `toml:"project"`
	ImageType []string `toml:"image_type"`
	Series    []string `toml:"series"`
	Arches    []string `toml:"arches"`
}

// SizeLimit is the size above which a daily is marked as oversized.
type SizeLimit struct {
	Project     []string `toml:"project"`
	Except      []string `toml:"except"` // projects to which it does not apply
	Series      []string `toml:"series"`
	PublishType []string `toml:"publish_type"`
	// Extension are patterns for file types: img, *gz.
	Extension []string `toml:"extension"`
	Bytes     int64    `toml:"bytes"`
}

// Architecture describes a machine in words.
type Architecture struct {
	Name        string `toml:"name"`  // arm64+raspi
	Title       string `toml:"title"` // Raspberry Pi, 64-bit
	Description string `toml:"description"`
	Group       string `toml:"group"` // PC, Arm, RISC-V, POWER, IBM Z, ...
	Historic    bool   `toml:"historic"`
	// IPXE and GRUB are what these boot loaders call the processors that can start it
	// (buildarch, grub_cpu); empty where there is no such boot loader. PXELINUX says
	// that that one can.
	IPXE     []string `toml:"ipxe"`
	GRUB     []string `toml:"grub"`
	PXELINUX bool     `toml:"pxelinux"`
}

// PublishType describes a kind of image. Pages list the kinds in the order of the
// rules, unknown ones last.
type PublishType struct {
	Name        string `toml:"name"`  // live-server
	Title       string `toml:"title"` // Server install image
	Description string `toml:"description"`
	// ImageType is the kind of build it comes from: daily-live.
	ImageType string `toml:"image_type"`
	Historic  bool   `toml:"historic"`
}

// Project describes a project of the trees.
type Project struct {
	Name   string `toml:"name"`   // ubuntu-server
	Title  string `toml:"title"`  // Ubuntu Server
	Prefix string `toml:"prefix"` // how released file names begin, where not the name: ubuntu
	Family string `toml:"family"` // the group for its images where no tracker names one
	// Top says that its directories may lie at the top of a tree, where those of other
	// projects lie below their names: releases/noble for ubuntu/releases/noble.
	Top bool `toml:"top"`
}

// BootFile describes a file of a netboot set. Pages list the files in the order of the
// rules, unknown ones last.
type BootFile struct {
	Name  string `toml:"name"`  // path below the set: grub/grub.cfg
	Title string `toml:"title"` // what it is for
	// Word stands for its name in the texts about starting a machine: efi.
	Word string `toml:"word"`
	// Config says that it is a boot configuration, which may name the image that it
	// starts. They are read in the order of the rules.
	Config bool `toml:"config"`
	// Least is the size in bytes below which it cannot be what it should be.
	Least int64 `toml:"least"`
}

// The files of a netboot set in [BootMenuRules.Least].
const (
	LeastKernel  = "kernel"
	LeastInitrd  = "initrd"
	LeastTarball = "tarball"
	LeastImage   = "image"
)

// BootMenuRules are for the menus of boot loaders.
type BootMenuRules struct {
	Title string `toml:"title"` // "Install over the network"
	// Options are the words for the kernel, in which {iso} stands for the address of
	// the image; a word with it is left out where there is none.
	Options []string `toml:"options"`
	// Plain says that kernel and ramdisk are asked for by http, as most boot loaders
	// know nothing else.
	Plain bool `toml:"plain"`
	// Mirror has the folders in which a mirror keeps the trees, by role; trees of other
	// roles are not on mirrors.
	Mirror map[string]string `toml:"mirror"`
	// Least are the sizes in bytes below which a file of a set cannot be what it should
	// be, by what it is: kernel, initrd, tarball, image; zero for any size.
	Least map[string]int64 `toml:"least"`
}

// same reports whether two of them are equal; the options, whether they are the same
// in memory.
func (r *BootMenuRules) same(o *BootMenuRules) bool {
	return r.Title == o.Title && r.Plain == o.Plain && keyOf(r.Options) == keyOf(o.Options) && maps.Equal(r.Mirror, o.Mirror) &&
		maps.Equal(r.Least, o.Least)
}

// Extension describes the end of a file name.
type Extension struct {
	Name string `toml:"name"` // img.xz, without the leading dot
	// Main says that such a file is a download by itself; a companion otherwise.
	Main bool `toml:"main"`
	// Joined is set where the name is joined with "-" instead of a dot: vmlinuz-ec2.
	Joined bool   `toml:"joined"`
	Title  string `toml:"title"` // "disk image, compressed"
	// Stream is the type under which simplestreams list such files; empty: they do not.
	Stream string `toml:"stream"`
	// Listed says that site manifests name such files.
	Listed bool `toml:"listed"`
}

// StreamKind says which images of a tree simplestreams list.
type StreamKind string

// The kinds of streams.
const (
	StreamReleases StreamKind = "releases" // finals and point releases
	StreamDailies  StreamKind = "dailies"  // dated daily builds
	StreamCore     StreamKind = "core"     // dated builds of a channel, and what is current there
)

// StreamRule is one index of simplestreams: of which images, and where in a tree it
// stands.
type StreamRule struct {
	// Content is the content id of its lists: com.ubuntu.releases:{project}.
	Content string     `toml:"content"`
	Role    string     `toml:"role"` // of the trees that have it
	Of      StreamKind `toml:"of"`
	Project []string   `toml:"project"` // patterns for the projects; empty for all
	// Directory is where streams/v1 stands, below the tree; Base is from where the
	// paths of the files count. Both are empty for the tree itself.
	Directory string `toml:"directory"`
	Base      string `toml:"base"`
	// Aliased are the channels of core images whose products have the series as alias.
	Aliased []string `toml:"aliased"`
}

// HandoverOf says what a hand-over is made of, HandoverWhen of which milestones.
type (
	HandoverOf   string
	HandoverWhen string
)

// What hand-overs are made of, and when.
const (
	HandoverMilestone HandoverOf   = "milestone"
	HandoverSite      HandoverOf   = "site"
	HandoverTesting   HandoverWhen = "testing"
	HandoverReleased  HandoverWhen = "released"
)

// HandoverRule is a file for a reader elsewhere, made by a template of the same name.
type HandoverRule struct {
	Name  string       `toml:"name"`  // checksums.yaml
	Title string       `toml:"title"` // what it is, for people
	Of    HandoverOf   `toml:"of"`
	When  HandoverWhen `toml:"when"` // empty for all milestones
	// Series and Milestone select what there is a file for; the rest are patterns for the
	// images that the template gets.
	Series      []string `toml:"series"`
	Milestone   []string `toml:"milestone"`
	Project     []string `toml:"project"`
	PublishType []string `toml:"publish_type"`
	Arch        []string `toml:"arch"`
}

// Wants reports whether the template of a rule gets images of this kind.
func (r *HandoverRule) Wants(project, publishType, arch string) bool {
	return Match(r.Project, project) && Match(r.PublishType, publishType) && Match(r.Arch, arch)
}

// NetbootRule recognises netboot products on the trackers, or adds a netboot
// installer that is kept in the archive.
type NetbootRule struct {
	// Title and Family are patterns for products of the trackers that are netboot
	// products: with either set the rule recognises.
	Title  []string `toml:"title"`
	Family []string `toml:"family"`
	// With Series and Address set the rule adds: {series} {version} {arch} may be
	// used in Address, Kernel, Initrd and Note.
	Series  []string `toml:"series"`
	Arches  []string `toml:"arches"`
	Address string   `toml:"address"` // https://archive..., ends in a slash
	Kernel  string   `toml:"kernel"`  // below Address
	Initrd  string   `toml:"initrd"`
	Note    string   `toml:"note"`
}

// Contacts says who the contacts of products are.
type Contacts struct {
	// Teams are contacts known to be teams, People those known to be persons.
	Teams  []string `toml:"teams"`
	People []string `toml:"people"`
	// Product overrides the contact of products by slug.
	Product map[string]string `toml:"product"`
	// Address is where a contact is reached, by the contact in lower case: the address of
	// a page, or mailto: and one for mail.
	Address map[string]string `toml:"address"`
	// Managers says who may manage products on the tracker, by slug: it is nothing that
	// can be asked for.
	Managers map[string]string `toml:"managers"`
	// Launchpad is the address of Launchpad's API, without a slash at its end, where it
	// may be looked up whether contacts are teams; empty for not at all. No rule reads it.
	Launchpad string `toml:"launchpad"`
}
