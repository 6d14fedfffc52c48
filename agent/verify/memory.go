package verify

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"shiplist/agent/fetch"
	"shiplist/internal/issue"
	"shiplist/internal/lockfile"
	"shiplist/internal/statefile"
)

// memory is which serial number was seen last, by site and by place.
type memory struct {
	Seen map[string]seen `json:"seen"`
}

// seen is the largest serial that was seen, with a digest of what said it.
type seen struct {
	Serial int64     `json:"serial"`
	Issued time.Time `json:"issued"`
	Digest string    `json:"digest"` // of the list of checksums
}

const (
	memoryMost = 4 << 20 // bytes of the file
	sitesMost  = 10_000  // that are remembered
)

// placeKey is under what a place is remembered, and siteKey the site that it is a copy of.
func placeKey(at string) string {
	if fetch.IsAddress(at) {
		return "place " + strings.TrimRight(at, "/")
	}
	if abs, err := filepath.Abs(at); err == nil {
		at = abs
	}
	return "place " + at
}

func siteKey(site string) string { return "site " + strings.TrimRight(site, "/") }

// memoryWait is how long one run waits for another that is at the same memory; it takes
// no longer than to read and write a small file.
const memoryWait = 10 * time.Second

// remember compares what a place says with what was seen there before, and with what any
// other place said of the same site, and keeps what is new. A place that goes back is
// told as such, one that never was so far is behind.
func (o *Options) remember(ctx context.Context, r *Report, at, where string, s *statement) {
	if s.set.Serial == 0 || o.Memory == "" {
		return
	}
	lock, errLock := holdMemory(ctx, o.Memory)
	if errLock == nil {
		defer func() { _ = lock.Close() }() // nothing was written to it
	}
	file := &statefile.File{Path: o.Memory}
	known, err := statefile.Read[memory](file, memoryMost)
	if err != nil {
		r.note("the serial numbers that were seen before are not readable, so that no rollback is noticed: %v; remove the file", err)
		return
	}
	if known.Seen == nil {
		known.Seen = map[string]seen{}
	}
	if !o.learn(r, known.Seen, at, where, s) {
		return
	}
	err = errLock
	if err == nil {
		err = statefile.Write(file, known)
	}
	if err != nil {
		r.note("the serial number is not remembered, so that no rollback will be noticed: %v", err)
	}
}

// holdMemory keeps others from changing a memory between its reading and its writing.
func holdMemory(ctx context.Context, path string) (io.Closer, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	return lockfile.Hold(ctx, path+".lock", "writing", memoryWait)
}

// learn compares what a place says with what is known, adds what is new, and reports
// whether anything is.
func (o *Options) learn(r *Report, known map[string]seen, at, where string, s *statement) bool {
	now := seen{s.set.Serial, s.set.Issued, s.set.Sums.SHA256}
	keys := []string{placeKey(at)}
	if before := known[keys[0]]; now.Serial < before.Serial {
		r.find(RuleRollback, issue.ReleaseFile, "%sit has serial %d, issued %s, and %d of %s was seen there before", where, now.Serial, moment(now.Issued), before.Serial, moment(before.Issued))
		return false
	}
	if s.set.Site != "" && o.Keyring != nil {
		keys = append(keys, siteKey(s.set.Site))
	}
	changed := false
	for _, key := range keys {
		before := known[key]
		if now.Serial == before.Serial && now.Digest != before.Digest {
			r.find(RuleConflict, issue.ReleaseFile, "%sanother set was seen before under the same serial %d", where, now.Serial)
			return false
		}
		if lag := before.Issued.Sub(now.Issued); now.Serial < before.Serial && lag > o.MaxLag && !r.has(RuleBehind) {
			r.find(RuleBehind, issue.ReleaseFile, "%sit is %s behind what was seen of the site elsewhere (serial %d, there %d), and %s is right", where, span(lag), now.Serial, before.Serial, span(o.MaxLag))
		}
		if now.Serial > before.Serial && o.keeps(s) && (before.Serial > 0 || len(known) < sitesMost) {
			known[key] = now
			changed = true
		}
	}
	return changed
}

// keeps reports whether what a place says is worth to be remembered: it is signed as it
// should be, fits together, and is not from the days to come. One false serial would make
// every later one a rollback.
func (o *Options) keeps(s *statement) bool {
	return len(s.findings) == 0 && !s.set.Issued.After(o.Now().Add(clockSlack)) && s.set.Serial < issue.NextSerial(0, o.Now().AddDate(0, 0, 2))
}
