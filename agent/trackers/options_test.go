package trackers

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/statefile"
)

// What is given stays, what is left out is filled in.
func TestComplete(t *testing.T) {
	t.Parallel()
	o := Options{}.Complete()
	if o.Logger == nil || o.Now == nil || o.Limits.TrackerBytes != defaultBytes || o.Limits.Connections != defaultConnections {
		t.Errorf("left out: %+v", o)
	}
	o.Logger.Info("goes nowhere")
	log, at := slog.New(slog.NewTextHandler(io.Discard, nil)), time.Unix(1, 0)
	o = Options{Logger: log, Now: func() time.Time { return at }, Limits: config.Limits{TrackerBytes: 5, Connections: 7}}.Complete()
	if o.Logger != log || o.Now() != at || o.Limits.TrackerBytes != 5 || o.Limits.Connections != 7 {
		t.Errorf("given: %+v", o)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	o := Options{Tracker: config.Tracker{Name: "iso"}}
	if got := o.File("asked"); got != (statefile.File{}) {
		t.Errorf("without a directory: %+v", got)
	}
	o.StateDir, o.ReadOnly = "state", true
	if got := o.File("asked"); got.Path != "state/iso.asked.json" || !got.ReadOnly {
		t.Errorf("%+v", got)
	}
}
