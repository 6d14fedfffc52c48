package fetch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/renameio/v2"
)

const (
	mostState   = 1 << 20        // bytes of the file
	mostHosts   = 1000           // hosts that are taken from it
	staleAfter  = 24 * time.Hour // after the end of a rest, it says nothing any more
	mostFailing = 1000           // failures in a row that are taken from it
)

// hostsFile keeps the hosts that are left alone or get less, so that a restart does not
// forget what they asked for. It is a convenience: where it cannot be read, all hosts count
// as healthy, and where it cannot be written, a warning says so.
type hostsFile struct {
	path     string // empty for none
	readOnly bool
	logger   *slog.Logger

	mu      sync.Mutex
	hosts   map[string]keptHost
	changed bool // since it was written

	writing sync.Mutex // around what follows and the file
	written []byte
	unsaved bool // the last time it was to be written that failed
}

// keptHost is what is known of a host as it is kept.
type keptHost struct {
	keptRest
	Halved int       `json:"halved,omitempty"` // its pace, how often
	Slowed time.Time `json:"slowed,omitzero"`  // since when
}

// keptRest is a rest as it is kept; zero for a host that is healthy.
type keptRest struct {
	Since    time.Time `json:"since,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Failures int       `json:"failures,omitempty"`
	Reason   string    `json:"reason,omitempty"`
}

// keptFile is the form of the file.
type keptFile struct {
	Hosts map[string]keptHost `json:"hosts"`
}

// note takes over what is known of a host; save writes it.
func (f *hostsFile) note(name string, k known) {
	if f.path == "" || f.readOnly {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changed = true
	var kept keptHost
	if !k.healthy() {
		kept.keptRest = keptRest{Since: k.rest.since.UTC(), Until: k.until.UTC(), Failures: k.failures, Reason: k.reason}
	}
	if k.halved > 0 {
		kept.Halved, kept.Slowed = k.halved, k.slowness.since.UTC()
	}
	if kept == (keptHost{}) {
		delete(f.hosts, name)
		return
	}
	f.hosts[name] = kept
}

// save writes the file if it is to change.
func (f *hostsFile) save() {
	f.mu.Lock()
	changed := f.changed
	f.changed = false
	f.mu.Unlock()
	if !changed {
		return
	}
	f.writing.Lock()
	defer f.writing.Unlock()
	text, err := f.text()
	if err != nil || bytes.Equal(text, f.written) {
		return
	}
	if err := replace(f.path, text); err != nil {
		level := slog.LevelWarn
		if f.unsaved { // told already
			level = slog.LevelDebug
		}
		f.unsaved = true
		f.logger.Log(context.Background(), level, "which hosts are left alone is not kept over a restart", "err", err)
		return
	}
	f.written, f.unsaved = text, false
}

func (f *hostsFile) text() ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	text, err := json.MarshalIndent(keptFile{f.hosts}, "", "  ")
	return append(text, '\n'), err
}

func replace(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return renameio.WriteFile(path, text, 0o666)
}

// load reads the file and returns what still counts of it.
func (f *hostsFile) load(now time.Time, most time.Duration) map[string]known {
	all := make(map[string]known)
	if f.path == "" {
		return all
	}
	text, kept, err := readHosts(f.path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			f.logger.Warn("which hosts were left alone is not known", "err", err)
		}
		return all
	}
	f.written = text
	for name, k := range kept.Hosts {
		of := known{k.rest(now, most), k.slowness(now)}
		if of.healthy() && of.halved == 0 {
			continue
		}
		all[name] = of
		f.note(name, of)
	}
	return all
}

func readHosts(path string) ([]byte, keptFile, error) {
	var kept keptFile
	file, err := os.Open(path)
	if err != nil {
		return nil, kept, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostState+1))
	switch {
	case err != nil:
	case len(text) > mostState:
		err = fmt.Errorf("%s: larger than %s", path, size(mostState))
	default:
		if err = json.Unmarshal(text, &kept); err != nil {
			err = fmt.Errorf("%s: damaged: %w", path, err)
		}
	}
	if err == nil && len(kept.Hosts) > mostHosts {
		err = fmt.Errorf("%s: damaged: %d hosts", path, len(kept.Hosts))
	}
	if err != nil {
		return nil, keptFile{}, err
	}
	return text, kept, nil
}

// rest is what counts of a kept rest now. Its times are those of a wall clock, which
// may have been set since: a rest is never longer than it was meant to be, nor longer
// than any could be. It is zero when nothing counts.
func (k keptRest) rest(now time.Time, most time.Duration) rest {
	if k.Failures <= 0 || k.Until.Before(now.Add(-staleAfter)) {
		return rest{}
	}
	left := min(k.Until.Sub(now), k.Until.Sub(k.Since))
	if left > max(mostRetryAfter, most+most/2) {
		left = most
	}
	return rest{
		failures: min(k.Failures, mostFailing), since: now, until: now.Add(left),
		reason: plain(k.Reason, 400),
	}
}

// slowness is what counts now of a pace that was halved. A clock that was set back must
// not make it last for years.
func (k keptHost) slowness(now time.Time) slowness {
	s := slowness{halved: max(0, min(k.Halved, mostSlow)), since: k.Slowed}
	if s.since.After(now) {
		s.since = now
	}
	s.lapse(now)
	return s
}
