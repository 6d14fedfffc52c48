package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Now is the moment that the samples show: the afternoon of the day on which
// Ubuntu 26.04.1 is put together. An agent that runs with this clock makes the same
// facts each time.
func Now() time.Time { return time.Date(2026, time.August, 27, 18, 0, 0, 0, time.UTC) }

// Demo is the sample tracker and the sample trees.
type Demo struct {
	tracker *tracker
	trees   map[string]*fsTree
	passing bool // time passes in it, faster than a site of one's own rounds it
}

// New reads the samples. An error is a mistake in them and names file and line.
func New() (*Demo, error) {
	db, err := loadRecords()
	if err != nil {
		return nil, err
	}
	f, err := growTrees(scene{})
	if err != nil {
		return nil, err
	}
	t, err := newTracker(db)
	if err != nil {
		return nil, err
	}
	return &Demo{tracker: t, trees: f.trees}, nil
}

// Tracker serves both sites of the sample tracker, chosen by the Host header: the
// XML-RPC interface at /xmlrpc.php and the pages to which a site links. Beside it, at
// /v1/, is the API of a Test Observer that has the same builds, and its page at /tests/.
func (d *Demo) Tracker() http.Handler { return d.tracker.handler() }

// Hosts returns the names of the tracker's sites, the main one first.
func (d *Demo) Hosts() []string {
	var all []string
	for _, s := range d.tracker.db.sites {
		all = append(all, s.host)
	}
	return all
}

// Trees returns the names of the trees, which are also their roles: full, simple, old.
func (d *Demo) Trees() []string { return treeNames() }

// Tree serves the named tree. A tree that the sample does not have answers every
// request with 404.
func (d *Demo) Tree(name string) http.Handler {
	t, ok := d.trees[name]
	if !ok {
		return http.NotFoundHandler()
	}
	return &treeHandler{t}
}

// ObserverName is the name of the Test Observer as a source.
const ObserverName = "tests"

// Notice is the sentence that every page of the site carries.
const Notice = "Sample data: the names are real, but builds, test results, contacts and most checksums are made up. Nothing here can be downloaded."

// Config returns the text of a configuration that polls the sample. trackerURL and
// treeURLs are where its handlers are served, without a path; dir is where data,
// state and site go, and the folder of the configuration itself where it is empty; a
// relative one counts from the working directory. All rules are the built-in ones.
func (d *Demo) Config(trackerURL string, treeURLs map[string]string, dir string) []byte {
	if whole, err := filepath.Abs(dir); err == nil && dir != "" {
		dir = whole
	}
	var b strings.Builder
	in := func(name string) string { return strconv.Quote(filepath.ToSlash(filepath.Join(dir, name))) }
	b.WriteString("# The configuration of the demo: a sample tracker and sample trees in the same process.\n\n")
	fmt.Fprintf(&b, "[site]\ntitle = \"Ubuntu sample releases\"\ndistribution = \"Ubuntu\"\nnotice = %q\n", Notice)
	fmt.Fprintf(&b, "staged = %s\noutput = %s\nheaders = %s\n", in("staged"), in("public"), in("headers"))
	if d.passing {
		b.WriteString("stale = \"20m\" # the agent polls every 15 minutes\n")
	}
	fmt.Fprintf(&b, "\n[store]\ndata = %s\nstate = %s\n\n", in("data"), in("state"))
	b.WriteString("[limits]\nper_minute = 1000000 # nobody else asks these servers\nbackoff_least = \"10ms\"\nbackoff_most = \"10ms\"\n")
	schedule := ""
	if d.passing {
		schedule = "schedule = \"*/15 * * * *\"\n"
	}
	for _, host := range d.Hosts() {
		name, _, _ := strings.Cut(host, ".")
		fmt.Fprintf(&b, "\n[[tracker]]\nname = %q\nkind = \"qatracker\"\nurl = %q\nhost = %q\nsite = %q\ntests = true\ntest_calls = 5000\n",
			name, trackerURL+"/xmlrpc.php", host, trackerURL)
		b.WriteString(schedule)
	}
	fmt.Fprintf(&b, "\n[[tracker]]\nname = %q\nkind = \"test-observer\"\nurl = %q\nsite = %q\ntest_calls = 5000\n", ObserverName, trackerURL, trackerURL+"/tests")
	b.WriteString(schedule)
	for _, name := range d.Trees() {
		url := treeURLs[name]
		if name == "old" {
			url += "/releases" // the old tree does not begin at the root of its server
		}
		fmt.Fprintf(&b, "\n[[tree]]\nname = %q\nrole = %q\nurl = %q\n", name, name, url)
		if name == "full" {
			b.WriteString("headers = true\n")
		}
		b.WriteString(schedule)
	}
	fmt.Fprintf(&b, "\n[[plan]]\nname = \"plans\"\npath = %s\n", in(plansDir))
	b.WriteString(schedule)
	return []byte(b.String())
}

// plansDir is where the plan files of a configuration lie, beside the data.
const plansDir = "plans"

// WritePlans writes the plan files of the sample into a directory for which there is a
// configuration. Files that are there stay as they are: somebody may have changed them.
func WritePlans(dir string) error {
	plans, err := fs.Sub(sampleFiles, "sample/"+plansDir)
	if err != nil {
		return err
	}
	names, err := fs.Glob(plans, "*.toml")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(plans, name)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, plansDir, name)
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Running is a demo that listens.
type Running struct {
	*Demo
	TrackerURL string            // http://127.0.0.1:PORT
	TreeURLs   map[string]string // likewise, by name

	servers []*http.Server
	done    chan error // one value for each server
}

// Start serves the sample on free ports of the loopback interface until ctx ends or
// Close is called.
func Start(ctx context.Context) (*Running, error) {
	d, err := New()
	if err != nil {
		return nil, err
	}
	return start(ctx, d, d)
}

// handlers are what answers for a sample.
type handlers interface {
	Tracker() http.Handler
	Tree(name string) http.Handler
}

func start(ctx context.Context, d *Demo, h handlers) (*Running, error) {
	r := &Running{Demo: d, TreeURLs: make(map[string]string), done: make(chan error, len(treeNames())+1)}
	var err error
	r.TrackerURL, err = r.serve(ctx, h.Tracker())
	for _, name := range treeNames() {
		if err == nil {
			r.TreeURLs[name], err = r.serve(ctx, h.Tree(name))
		}
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Config is [Demo.Config] for the addresses at which the demo listens.
func (r *Running) Config(dir string) []byte { return r.Demo.Config(r.TrackerURL, r.TreeURLs, dir) }

func (r *Running) serve(ctx context.Context, h http.Handler) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("demo server: %w", err)
	}
	s := newServer(h)
	r.servers = append(r.servers, s)
	go func() { r.done <- serveUntil(ctx, s, l) }()
	return "http://" + l.Addr().String(), nil
}

// Close stops all servers and waits for them.
func (r *Running) Close() error {
	var all error
	for _, s := range r.servers {
		all = errors.Join(all, s.Close())
	}
	for range r.servers {
		all = errors.Join(all, <-r.done)
	}
	r.servers = nil
	return all
}

// newServer bounds what one client can take.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
	}
}

// serveUntil serves until ctx ends or the server is closed; neither is an error.
func serveUntil(ctx context.Context, s *http.Server, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = s.Close() }) // the listener's error comes from Serve
	defer stop()
	err := s.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
