// Package issue is what a published site says of itself, so that copies of it can be
// checked: release.json, the list of checksums that it names, and a signature for each.
//
// The list (SHA256SUMS) names every file of the site but those of this package, and
// release.json names the list. So one signature for release.json vouches for every byte,
// for the moment at which it was said, and for how long that is to be believed. Issuing
// it anew changes nothing else. The serial number only ever grows, also when an earlier
// set is shown again: whoever saw a larger one is shown something old.
package issue

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"regexp"
	"slices"
	"time"
)

// Names at the root of a published site.
const (
	SumsFile    = "SHA256SUMS"
	ReleaseFile = "release.json"
	// Signed is what the name of a detached signature has behind that of its file.
	Signed = ".gpg"
	// TargetMark is beside a copy that is kept by rsync, and says that it may be changed.
	TargetMark = ".shiplist-target"
)

// Files are the files that no list of checksums names.
var Files = []string{SumsFile, SumsFile + Signed, ReleaseFile, ReleaseFile + Signed}

// Own reports whether a path is one of [Files].
func Own(name string) bool { return slices.Contains(Files, name) }

// Bounds of what is read from outside.
const (
	ReleaseMost   = 64 << 10  // bytes of release.json; it has some 600
	SignatureMost = 128 << 10 // bytes of a signature
	SumsMost      = 64 << 20  // bytes of a list of checksums
	LinesMost     = 1_000_000 // lines of it
	BytesMost     = 1 << 40   // bytes of all files of a site
)

// TimeForm is how the times of a site are told to people, who compare them; always UTC.
const TimeForm = "2006-01-02 15:04:05 UTC"

// Format is the version of release.json. It grows when a reader of the version before
// would misunderstand it; keys may be added without that.
const Format = 1

// Release is release.json. Times are in UTC and in whole seconds.
type Release struct {
	Format int   `json:"format"`
	Serial int64 `json:"serial"` // grows with each issue: the day and two digits, or one more than before
	// Issued is the time of the last successful poll when it was issued; nobody says later
	// that the site is still this. Expires is until when that is to be believed.
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
	// AsOf is the "now" of the pages.
	AsOf time.Time `json:"as_of,omitzero"`
	Site string    `json:"site,omitempty"` // address of the site, where it has one
	// Digest is that of the set, under which people looked at it before it was published.
	Digest string `json:"digest"`
	Sums   Sums   `json:"sha256sums"`
}

// Sums is a list of checksums, and what it lists.
type Sums struct {
	SHA256 string `json:"sha256"` // of the list
	Size   int64  `json:"size"`   // of the list, in bytes
	Files  int    `json:"files"`  // that it lists
	// Bytes are those of all of these files, Largest those of the largest of them: nobody
	// has to read more of any.
	Bytes   int64 `json:"bytes"`
	Largest int64 `json:"largest"`
}

// Text is the file.
func (r Release) Text() ([]byte, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	return append(text, '\n'), err
}

var hex64 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Parse reads release.json. What it does not say is an error; of what it says twice the
// last counts, as for other readers of JSON, and what is not known here is passed over.
func Parse(text []byte) (Release, error) {
	if len(text) > ReleaseMost {
		return Release{}, fmt.Errorf("%s is larger than %d bytes", ReleaseFile, ReleaseMost)
	}
	var r Release
	if err := json.Unmarshal(text, &r); err != nil {
		return Release{}, fmt.Errorf("%s is not readable: %w", ReleaseFile, err)
	}
	if r.Format != Format {
		return Release{}, fmt.Errorf("%s is of format %d, and this program knows %d; get a newer one", ReleaseFile, r.Format, Format)
	}
	if err := r.check(); err != nil {
		return Release{}, fmt.Errorf("%s: %w", ReleaseFile, err)
	}
	r.Issued, r.Expires, r.AsOf = r.Issued.UTC(), r.Expires.UTC(), r.AsOf.UTC()
	return r, nil
}

func (r *Release) check() error {
	switch {
	case r.Serial < 1:
		return errors.New("serial is no number from 1 on")
	case r.Issued.IsZero() || r.Expires.IsZero():
		return errors.New("issued or expires is missing")
	case !hex64.MatchString(r.Digest) || !hex64.MatchString(r.Sums.SHA256):
		return errors.New("digest or sha256sums.sha256 is no SHA-256 in hex")
	case r.Sums.Size < 0 || r.Sums.Size > SumsMost:
		return fmt.Errorf("sha256sums.size is not between 0 and %d", SumsMost)
	case r.Sums.Files < 0 || r.Sums.Files > LinesMost:
		return fmt.Errorf("sha256sums.files is not between 0 and %d", LinesMost)
	case r.Sums.Bytes < 0 || r.Sums.Bytes > BytesMost:
		return fmt.Errorf("sha256sums.bytes is not between 0 and %d", int64(BytesMost))
	case r.Sums.Largest < 0 || r.Sums.Bytes < r.Sums.Largest:
		return errors.New("sha256sums.bytes is less than sha256sums.largest")
	case r.Site != "" && !isAddress(r.Site):
		return fmt.Errorf("site: %q is no address", r.Site)
	}
	return nil
}

func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}

// serialDay makes a serial number of a day: 2026042300 on 2026-04-23.
const serialDay = 100

// NextSerial is the number of an issue at a time, after one with another number; 0 for
// none. As the day is in it, it grows even where nobody knows the number before.
func NextSerial(before int64, now time.Time) int64 {
	y, m, d := now.UTC().Date()
	day := int64(y*10000+int(m)*100+d) * serialDay
	return max(before+1, day+1)
}

// fitPath reports whether a path of a list stays below the site, and is written in the
// one way that there is.
func fitPath(name string) bool {
	return fs.ValidPath(name) && name != "."
}
