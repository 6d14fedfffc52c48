package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"shiplist/internal/issue"
)

// Rules of a [Finding].
const (
	RuleNoRelease  = "no-release"    // no release.json
	RuleUnreadable = "unreadable"    // a file of the site's own words that cannot be read
	RuleUnsigned   = "unsigned"      // no signature, and there is a keyring
	RuleBad        = "bad-signature" // a signature that is not one for these bytes
	RuleUnknownKey = "unknown-key"   // a signature by a key that the keyring does not have
	RuleExpiredKey = "expired-key"   // a right one by a key that has expired, or was revoked
	RuleRollback   = "rollback"      // an older serial than was seen
	RuleConflict   = "conflict"      // two that say different things under one serial
	RuleExpired    = "expired"       // a freeze: nobody says any more that this is the site
	RuleClock      = "clock"         // issued in the future
	RuleBehind     = "behind"        // older than the origin
	RuleMixed      = "mixed"         // parts of two sets
	RuleMissing    = "missing"
	RuleExtra      = "extra"
	RuleSize       = "size"
	RuleChecksum   = "checksum"
	RuleUnseen     = "unseen" // the server did not let it be seen
	RuleSlow       = "slow"   // the time was over
)

// advice says what to do about a finding, by its rule.
var advice = map[string]string{
	RuleNoRelease:  "Is this the top of the copy? If so, copy all of the origin; a site that an older shiplist published has none.",
	RuleUnreadable: "Copy it again; if the origin has the same, tell the people who run it.",
	RuleUnsigned:   "Copy it again with the signatures; if the origin has none, ask the people who run it whether they sign.",
	RuleBad:        "Take the copy offline, find out who changed it, and copy it again from the origin; if the origin has the same, tell the people who run it at once.",
	RuleUnknownKey: "Ask the people who run the site, by another way than the site, whether the key is theirs, and add it to the keyring only then.",
	RuleExpiredKey: "Get a newer keyring from the people who run the site; if the key was revoked, believe nothing that it signed.",
	RuleRollback:   "Somebody shows an older set than was shown before: copy from the origin, or from another mirror; if the origin has it, tell the people who run it.",
	RuleConflict:   "One of the two is not by the people who run the site: compare their signatures, and tell them.",
	RuleExpired:    "See whether the copying still runs, and copy again; if the origin has the same, the people who run it have to start their agent.",
	RuleClock:      "Set the clock of this machine; if it is right, tell the people who run the site.",
	RuleBehind:     "See whether the copying still runs, and how often.",
	RuleMixed:      "The copying was overtaken by a new set, or did not end: copy once more.",
	RuleMissing:    "Copy it; the copying may leave it out.",
	RuleExtra:      "Copy with what deletes files that are gone (rsync --delete); what is left was published once, or never.",
	RuleSize:       "Copy it again; the disk may be full.",
	RuleChecksum:   "Copy it again, by checksum (rsync --checksum), as its time and size may be right; if it is wrong again, look for who changes it, and at the disk.",
	RuleUnseen:     "See the log of the server, and try again.",
	RuleSlow:       "Try again with a longer --within, or on the machine itself; a server that is always so slow keeps people from what is new.",
}

// Rules are the rules of all findings, sorted.
func Rules() []string { return slices.Sorted(maps.Keys(advice)) }

// Finding is something that is wrong, and what to do about it.
type Finding struct {
	Rule string `json:"rule"`
	Path string `json:"path,omitempty"` // of the file, below the copy
	Text string `json:"text"`
	Do   string `json:"do"`
}

// Set is what a site says of itself.
type Set struct {
	Serial  int64     `json:"serial"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
	AsOf    time.Time `json:"as_of,omitzero"`
	Digest  string    `json:"digest"`
	Site    string    `json:"site,omitempty"`
	// Signed is good, or how release.json is not signed (missing, bad, unknown-key,
	// expired-key, unreadable); empty where no keyring tells. SignedBy is by whom.
	Signed   string `json:"signed,omitempty"`
	SignedBy string `json:"signed_by,omitempty"`
}

// Report is what was found.
type Report struct {
	Place  string `json:"place"`
	Tree   string `json:"tree,omitempty"`
	Set    *Set   `json:"set,omitempty"`    // of the copy
	Origin *Set   `json:"origin,omitempty"` // of where it was copied from
	// Listed files have to be there, Looked are those that were looked at, Hashed those
	// whose content was read, and Bytes how much that was.
	Listed int   `json:"listed"`
	Looked int   `json:"looked"`
	Hashed int   `json:"hashed"`
	Bytes  int64 `json:"bytes"`
	// Findings are at most 200 of each rule; Rules counts all of them.
	Findings []Finding      `json:"findings"`
	Rules    map[string]int `json:"rules"`
	Notes    []string       `json:"notes,omitempty"`

	mu sync.Mutex
}

// mostFindings is how many findings of one rule are kept.
const mostFindings = 200

func newReport(place string) *Report {
	r := &Report{Place: place}
	r.clear()
	return r
}

// clear forgets what was found.
func (r *Report) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Set, r.Origin, r.Findings, r.Rules, r.Notes = nil, nil, []Finding{}, map[string]int{}, nil
	r.Listed, r.Looked, r.Hashed, r.Bytes = 0, 0, 0, 0
}

// find notes a finding.
func (r *Report) find(rule, path, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Rules[rule]++; r.Rules[rule] <= mostFindings {
		r.Findings = append(r.Findings, Finding{Rule: rule, Path: path, Text: fmt.Sprintf(format, args...), Do: advice[rule]})
	}
}

func (r *Report) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// looked counts a file, and hashed its bytes.
func (r *Report) looked() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Looked++
}

func (r *Report) hashed(bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Hashed++
	r.Bytes += bytes
}

// count is how many findings there are.
func (r *Report) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, of := range r.Rules {
		n += of
	}
	return n
}

// Wrong reports whether anything is.
func (r *Report) Wrong() bool { return r.count() > 0 }

// has reports whether there is a finding of a rule.
func (r *Report) has(rules ...string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(rules, func(rule string) bool { return r.Rules[rule] > 0 })
}

// say takes over what a site says of itself, and what is wrong with that.
func (r *Report) say(s *statement, into **Set, where string) {
	for _, f := range s.findings {
		r.find(f.Rule, f.Path, "%s%s", where, f.Text)
	}
	r.Notes = append(r.Notes, s.notes...)
	if s.set.Serial == 0 {
		return
	}
	*into = &Set{
		Serial: s.set.Serial, Issued: s.set.Issued, Expires: s.set.Expires, AsOf: s.set.AsOf, Digest: s.set.Digest, Site: s.set.Site,
		Signed: s.signed, SignedBy: s.by,
	}
}

// end orders what was found, the site's own words first, and says where the time was
// over.
func (r *Report) end(ctx context.Context, o *Options) {
	if errors.Is(context.Cause(ctx), errTime) {
		r.find(RuleSlow, "", "after %s %d of %d files were looked at", span(o.Within), r.Looked, r.Listed)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	order := func(f Finding) int {
		if f.Path == "" || issue.Own(f.Path) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		if by := order(a) - order(b); by != 0 || order(a) == 0 {
			return by
		}
		return strings.Compare(a.Path, b.Path)
	})
	slices.Sort(r.Notes)
	r.Notes = slices.Compact(r.Notes)
}
