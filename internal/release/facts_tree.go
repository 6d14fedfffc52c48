package release

import "time"

// DirectoryKind says what a directory of a tree is for.
type DirectoryKind string

// The kinds of directory that hold images.
const (
	DirectoryDated   DirectoryKind = "dated"   // one daily build id
	DirectoryCurrent DirectoryKind = "current" // only when it is a directory of links of its own, or its target is gone
	DirectoryPending DirectoryKind = "pending" // likewise
	DirectoryRelease DirectoryKind = "release" // released images and milestones
	DirectoryPool    DirectoryKind = "pool"    // files placed before their names appear
)

// Directory is a directory of a tree that holds images, captured as one state.
type Directory struct {
	Series  string        `toml:"series"`  // slug; "other" where unknown
	Project string        `toml:"project"` // "other" where unknown
	Path    string        `toml:"path"`    // below the tree, one canonical spelling, no slash at either end
	Kind    DirectoryKind `toml:"kind"`
	// Aliases are other paths below the tree at which the same directory answers
	// (24.04 for noble, current for the dated directory it links to), sorted.
	Aliases []string `toml:"aliases,omitempty"`
	BuildID string   `toml:"build_id,omitempty"` // of a dated directory
	// Status is the directory's release status ("release", "beta", "release/snapshot-2").
	Status string `toml:"status,omitempty"`
	// Checksums names the lists that are there, strongest first: SHA256SUMS, MD5SUMS.
	Checksums []string `toml:"checksums,omitempty"`
	// Signed says that the strongest list has a detached signature beside it. It
	// does not say that the signature is good.
	Signed bool `toml:"signed,omitempty"`
	// Signature is what checking it gave; nil where the tree has no keyring.
	Signature *Signature `toml:"signature,omitempty"`
	// Held says why what the directory shows now is not believed: the rest of the
	// record, and its images, are of the last time that it was. Empty when it is.
	Held string `toml:"held,omitempty"`
	// Gone are names in the strongest list that the directory does not hold.
	Gone []string `toml:"gone,omitempty"`
	// Unlisted are main files that the strongest list should name and does not.
	Unlisted []string `toml:"unlisted,omitempty"`
	// Strays are files that belong to no image, with the names that every
	// directory has (lists, HEADER.html, ...) left out.
	Strays []string `toml:"strays,omitempty"`
}

// SignatureState is what checking the signature of a checksum list gave.
type SignatureState string

// The results of checking a signature.
const (
	SignatureGood       SignatureState = "good"
	SignatureMissing    SignatureState = "missing"     // there is none, though the tree has a keyring
	SignatureBad        SignatureState = "bad"         // made by a key of the keyring, for other bytes
	SignatureUnknownKey SignatureState = "unknown-key" // made by keys that the keyring does not have
	SignatureExpiredKey SignatureState = "expired-key" // right, but the key had expired or was revoked
	SignatureUnreadable SignatureState = "unreadable"  // no signature at all
)

// Signature tells who signed the strongest checksum list of a directory, and
// whether it holds.
type Signature struct {
	State SignatureState `toml:"state"`
	// Key is the fingerprint of the signing key, or its id where no more is known:
	// upper-case hex digits. By is the first user id of the key, where it is known.
	Key string `toml:"key,omitempty"`
	By  string `toml:"by,omitempty"`
	// Made is when it was signed, as the signature says.
	Made time.Time `toml:"made,omitempty"`
}

// ImageKind tells dailies from releases.
type ImageKind string

// The kinds of image.
const (
	ImageDaily   ImageKind = "daily"
	ImageRelease ImageKind = "release"
)

// Image is what one person would call one download: the main file or files and
// their companions, in one directory.
type Image struct {
	Series  string    `toml:"series"`  // slug; "other" where unknown
	Project string    `toml:"project"` // "other" where unknown
	Dir     string    `toml:"dir"`     // path of its Directory
	Name    string    `toml:"name"`    // what its main files have in common: noble-desktop-amd64
	Kind    ImageKind `toml:"kind"`
	// ImageType is the kind of build (daily-live), from the directory; for a
	// released image empty.
	ImageType   string `toml:"image_type,omitempty"`
	PublishType string `toml:"publish_type,omitempty"` // desktop; raw where no rule knows it
	Arch        string `toml:"arch,omitempty"`         // arm64+raspi; raw where no rule knows it
	Version     string `toml:"version,omitempty"`      // 24.04.3; only in released names
	// Milestone is the status of a released image as released names write it: beta2,
	// snapshot4; from the name, or, where that begins with the series and has none,
	// from the status of the directory. Empty for a final.
	Milestone string `toml:"milestone,omitempty"`
	// BuildID is the oldest build id of the same tree whose directory holds these
	// bytes, or held them when an earlier poll saw it: images are carried over from
	// one dated directory to the next, and builds are purged while what was made of
	// them stays. For a released image it is the id of the daily with the same bytes,
	// empty where none was ever seen.
	BuildID string `toml:"build_id,omitempty"`
	// Current and Pending say that the tree's current or pending points here.
	Current   bool `toml:"current,omitempty"`
	Pending   bool `toml:"pending,omitempty"`
	Oversized bool `toml:"oversized,omitempty"` // the tree's own marker
	// Unknown names what the grammar did not know: "arch", "publish_type",
	// "extension", "series", "project"; sorted.
	Unknown []string `toml:"unknown,omitempty"`
	Files   []File   `toml:"file"`
}

// File is one file of an image.
type File struct {
	Name string `toml:"name"`
	// Type is the extension without the leading dot, companions included: iso,
	// img.xz, iso.zsync, manifest.
	Type string `toml:"type"`
	// Main says that the file is the download, or a part of it, as opposed to a
	// companion.
	Main bool `toml:"main,omitempty"`
	// Size is in bytes; nil when not known. Exact is false when it is only what a
	// listing shows, rounded.
	Size   *int64 `toml:"size,omitempty"`
	Exact  bool   `toml:"exact,omitempty"`
	SHA256 string `toml:"sha256,omitempty"` // lower-case hex, from the directory's list; else, of some local trees, computed
	SHA1   string `toml:"sha1,omitempty"`
	MD5    string `toml:"md5,omitempty"`
	// Modified is the file's own time, UTC, only where a source tells it exactly
	// (Last-Modified, a local file, a JSON listing with a zone).
	Modified time.Time `toml:"modified,omitempty"`
}

// NetbootSet is what one needs to start one series on one architecture over the
// network.
type NetbootSet struct {
	Series    string    `toml:"series"` // slug
	Project   string    `toml:"project"`
	Arch      string    `toml:"arch"`
	Kind      ImageKind `toml:"kind"`
	Version   string    `toml:"version,omitempty"` // of the directory's newest release
	Milestone string    `toml:"milestone,omitempty"`
	BuildID   string    `toml:"build_id,omitempty"`
	// Dir is the directory below the tree in which Files lie: .../netboot/amd64;
	// empty where only a tarball is there.
	Dir string `toml:"dir,omitempty"`
	// Parent is the image directory to which the set belongs.
	Parent string `toml:"parent"`
	Kernel string `toml:"kernel,omitempty"` // file name below Dir
	Initrd string `toml:"initrd,omitempty"`
	// Boot are the boot loader and configuration files, below Dir, sorted.
	Boot    []File `toml:"boot,omitempty"`
	Tarball *File  `toml:"tarball,omitempty"` // its name is below Parent
	// ISO is the address that the set's own configuration passes to the kernel.
	ISO string `toml:"iso,omitempty"`
	// Beside is the ISO for the architecture that lies in Parent.
	Beside  string `toml:"beside,omitempty"`
	Current bool   `toml:"current,omitempty"`
	Pending bool   `toml:"pending,omitempty"`
	// Answers are what the tree said when it was asked for the files, and for the ISO
	// where it should lie in it and is not listed; sorted by name. What was never asked
	// for has none.
	Answers []NetbootAnswer `toml:"answer,omitempty"`
}

// NetbootAnswer is what a tree said last of one file of a netboot set.
type NetbootAnswer struct {
	Name string `toml:"name"` // as in the set; of the ISO the address
	// Size is in bytes, exact; nil where the file is not there, or no size was told.
	Size *int64 `toml:"size,omitempty"`
	// Status is 404 or 410 where the tree says that there is no such file; zero where
	// there is one. Times is how many polls in a row said so, at most two.
	Status int `toml:"status,omitzero"`
	Times  int `toml:"times,omitzero"`
}
