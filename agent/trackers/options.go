// Package trackers is what sources of all kinds of tracker are made of. It asks nobody: that
// is what the packages of the kinds do.
package trackers

import (
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/statefile"
)

// Options are what a source is made of. Who only asks for requests to build again, or marks
// them, needs nothing but tracker, key, limits and client.
type Options struct {
	Tracker config.Tracker
	// Key is a key of the tracker's, where it has any; what is public needs none.
	Key    config.Secret
	Limits config.Limits
	Rules  release.Rules
	Client *fetch.Client
	// Now is the clock by which a source decides what is asked for again; time.Now when nil.
	Now func() time.Time
	// StateDir holds small files: what was asked for, and when. Without it that is kept in
	// memory. ReadOnly says that nothing is to be written there.
	StateDir string
	ReadOnly bool
	Logger   *slog.Logger // nil for none
}

// What holds where the configuration does not say.
const (
	defaultBytes       = 64 << 20 // of one answer
	defaultConnections = 2
)

// Complete are the options with what was left out.
func (o Options) Complete() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Limits.TrackerBytes <= 0 {
		o.Limits.TrackerBytes = defaultBytes
	}
	if o.Limits.Connections <= 0 {
		o.Limits.Connections = defaultConnections
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// File is a file of the source's in the state directory, or one in memory.
func (o *Options) File(what string) statefile.File {
	if o.StateDir == "" {
		return statefile.File{}
	}
	return statefile.File{Path: filepath.Join(o.StateDir, o.Tracker.Name+"."+what+".json"), ReadOnly: o.ReadOnly}
}
