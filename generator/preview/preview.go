package preview

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"shiplist/generator"
	"shiplist/internal/config"
)

// Options are what a preview needs.
type Options struct {
	// File is the configuration; it is watched. Load reads it.
	File string
	Load func() (*config.Config, error)
	Now  func() time.Time
	// Set is a site to show as it is, without following what it is made from; nil to
	// make it from what is there.
	Set *generator.BuiltSite
	// Publish is the command that publishes, as it is typed; "shiplist publish" if empty.
	Publish string
	// Shifted says that Now is not the clock of those who look: pages are told the
	// time, so that the ages on them are right.
	Shifted bool
	// Tell is told what became of each change; nil for nobody.
	Tell   func(Made)
	Logger *slog.Logger // nil for none
}

// Server is a preview that runs.
type Server struct {
	options  Options
	log      *slog.Logger
	board    *board
	loopback bool
	ended    chan struct{} // closed when it ends, for those who wait
}

// New returns a preview. It reads nothing yet.
func New(o Options) *Server {
	if o.Tell == nil {
		o.Tell = func(Made) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Publish = cmp.Or(o.Publish, "shiplist publish")
	return &Server{options: o, log: o.Logger, board: newBoard(), ended: make(chan struct{})}
}

// goodbye is how long answers may take that are under way when it ends.
const goodbye = time.Second

// Run makes the site, again after each change, and serves it on l, until ctx ends. It
// closes l.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	s.loopback = isLoopback(l.Addr())
	var running sync.WaitGroup
	defer running.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	running.Go(func() {
		w := newWatcher(s.log)
		defer w.Close()
		(&workshop{options: s.options, log: s.log, board: s.board, watch: w}).run(ctx)
	})
	server := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	close(s.ended)
	last, done := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer done()
	if err := server.Shutdown(last); err != nil {
		_ = server.Close() // who still reads is cut off
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// isLoopback tells whether only this machine can reach an address.
func isLoopback(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	return err == nil && at.Addr().Unmap().IsLoopback()
}
