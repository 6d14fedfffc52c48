package observe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"shiplist/internal/release"
)

// beatMost is how old the last sign of life may be.
const beatMost = time.Minute

// Handler serves /healthz, /readyz and /metrics.
func (s *State) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.health()) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.readiness()) })
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.registry(), promhttp.HandlerOpts{
		MaxRequestsInFlight: 2, Timeout: 30 * time.Second, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}))
	return mux
}

// check is one thing that was looked at.
type check struct {
	name, text string
	good       bool
	// note says that it is neither good nor bad, only told.
	note bool
}

// answer tells each check in a line of its own: 200 when all are good, 503 otherwise.
func answer(w http.ResponseWriter, checks []check) {
	status := http.StatusOK
	var b strings.Builder
	for _, c := range checks {
		word := "ok, "
		switch {
		case c.note:
			word = ""
		case !c.good:
			word, status = "failed, ", http.StatusServiceUnavailable
		}
		fmt.Fprintf(&b, "%s: %s%s\n", c.name, word, c.text)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(b.String())) // who asked has gone
}

// health says whether the agent is alive: a sign of life comes every ten seconds.
func (s *State) health() []check {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.beat.IsZero() {
		return []check{{name: "alive", text: "it has not begun yet"}}
	}
	age := time.Since(s.beat)
	checks := []check{{name: "alive", text: "last sign of life " + age.Round(time.Second).String() + " ago", good: age <= beatMost}}
	if s.status != "" {
		checks = append(checks, check{name: "status", text: s.status, note: true})
	}
	if s.reload.failed {
		checks = append(checks, check{name: "configuration", text: refusedText, note: true})
	}
	if s.site.unpublished {
		checks = append(checks, check{name: "site", text: unpublishedText, note: true})
	}
	for _, t := range s.targets {
		if t.Behind {
			checks = append(checks, check{name: "target " + t.Name, text: behindText, note: true})
		}
	}
	return checks
}

// behindText is told of a target for as long as it holds.
const behindText = "it does not have what is published, or could not be brought to: see the log, or shiplist status"

// unpublishedText is told for as long as it holds.
const unpublishedText = "what was last made could not be published, the site before it stays: see the log"

// readiness says whether there are facts to offer: the data directory is open, and
// each source was polled at least once, by this agent or one before it.
func (s *State) readiness() []check {
	s.mu.Lock()
	defer s.mu.Unlock()
	data := check{name: "data", text: s.config.Store.Data + " is open", good: s.ready && !s.stopping}
	switch {
	case s.stopping:
		data.text = "the agent was told to stop"
	case !s.ready:
		data.text = s.config.Store.Data + " is not open yet"
	}
	checks := []check{data}
	for _, name := range s.names {
		c := check{name: "source " + name, text: "not polled yet"}
		if src := s.sources[name]; !src.attempt.IsZero() {
			c.text, c.good = "polled "+release.Age(s.now().Sub(src.attempt))+" ago", true
		}
		checks = append(checks, c)
	}
	return checks
}

// Server serves one handler at an address that may change while it runs.
type Server struct {
	handler http.Handler
	log     *slog.Logger
	address string // as it was asked for
	server  *http.Server
	done    chan error
}

// NewServer returns a server that does not listen yet.
func NewServer(h http.Handler, log *slog.Logger) *Server { return &Server{handler: h, log: log} }

// Listen serves at an address from now on, and no more at the one before; "" is no
// address at all. With an error the one before stays.
func (s *Server) Listen(ctx context.Context, address string) error {
	if address == s.address {
		return nil
	}
	var l net.Listener
	if address != "" {
		var err error
		var lc net.ListenConfig
		if l, err = lc.Listen(ctx, "tcp", address); err != nil {
			return fmt.Errorf("[agent] listen = %q: %w; choose another port, or \"\" for none", address, err)
		}
	}
	if err := s.Close(); err != nil {
		s.log.Warn("the old address was not left in order", "err", err)
	}
	s.address = address
	if l == nil {
		return nil
	}
	s.server, s.done = newServer(s.handler, s.log), make(chan error, 1)
	server, done := s.server, s.done
	go func() { done <- server.Serve(l) }()
	s.log.Info("health and metrics are served", "url", "http://"+l.Addr().String())
	return nil
}

// Close ends it.
func (s *Server) Close() error {
	if s.server == nil {
		return nil
	}
	err := s.server.Close()
	if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	s.server, s.address = nil, ""
	return err
}

// newServer bounds what one client can take.
func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
