package observer

import (
	"slices"
	"sync"
	"time"
)

// The environments and plans with which the build host submits an image.
const (
	BuildEnvironment  = "cdimage.ubuntu.com"
	ManualEnvironment = "user manual tests"
	BuildPlan         = "Image build"
	ManualPlan        = "Manual Testing"
)

// The verdicts.
const (
	Undecided = "UNDECIDED"
	Approved  = "APPROVED"
	Failed    = "MARKED_AS_FAILED"
)

// Public are the permissions that the public service gives to everybody.
var Public = []string{"view_artefact", "view_test", "view_rerun", "view_environment_review", "view_issue"}

// Server is the service. It is safe for use by several goroutines.
type Server struct {
	// Public are the permissions that need no key, Keys those of keys; both are not to be
	// changed once it serves.
	Public []string
	Keys   map[string][]string

	mu           sync.Mutex
	now          func() time.Time
	artefacts    []*artefact
	environments []*environment
	executions   []*execution
	reviews      []*review
	reruns       []*rerun
	results      int64 // the last id
	links        int64
}

// New returns a service without images whose clock is now, and which is open to everybody
// for reading.
func New(now func() time.Time) *Server {
	return &Server{Public: Public, Keys: map[string][]string{}, now: now}
}

// Image is what the build host submits.
type Image struct {
	Name, Version, Arch, OS, Release, Owner, SHA256, URL string
	Stage                                                string // pending where empty
}

type artefact struct {
	Image
	id              int64
	status, comment string
	archived        bool
	created         time.Time
}

type environment struct {
	id         int64
	name, arch string
}

type execution struct {
	id          int64
	of          *artefact
	environment *environment
	plan        string
	link        string // unique; empty for none
	links       []link
	status      string
	created     time.Time
	results     []*result
}

type link struct {
	Label string `json:"label"`
	URL   string `json:"url"`
	ID    int64  `json:"id"`
}

type result struct {
	id              int64
	name, status    string
	comment, log    string
	created         time.Time
	bugs            []string
	category, templ string
}

type review struct {
	id          int64
	of          *artefact
	environment *environment
	decision    []string
	comment     string
}

// rerun is a wish to repeat a plan on an image in an environment.
type rerun struct {
	of          *artefact
	environment *environment
	plan        string
	priority    int
	created     time.Time
}

// Publish submits an image as the build host does: the build, which passed, and a run of the
// manual tests that waits for people. It returns the id of the artefact. An image that is
// known by its checksum is used as it is.
func (s *Server) Publish(i Image) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.artefact(i)
	build := s.start(a, BuildEnvironment, BuildPlan, i.URL, "PASSED")
	if len(build.results) == 0 {
		s.report(build, result{name: "build-image", status: "PASSED", comment: "Build ISO on Launchpad and cdimage"})
	}
	s.start(a, ManualEnvironment, ManualPlan, "", "IN_PROGRESS")
	return a.id
}

// artefact finds an image by its checksum, or makes it.
func (s *Server) artefact(i Image) *artefact {
	if at := slices.IndexFunc(s.artefacts, func(a *artefact) bool { return a.SHA256 == i.SHA256 }); at >= 0 {
		return s.artefacts[at]
	}
	if i.Stage == "" {
		i.Stage = "pending"
	}
	a := &artefact{Image: i, id: int64(len(s.artefacts)) + 1, status: Undecided, created: s.now().UTC()}
	s.artefacts = append(s.artefacts, a)
	return a
}

// start finds the execution with a link, or makes one; what was requested is fulfilled.
func (s *Server) start(a *artefact, env, plan, link, status string) *execution {
	e := s.environment(env, a.Arch)
	if !slices.ContainsFunc(s.reviews, func(r *review) bool { return r.of == a && r.environment == e }) {
		s.reviews = append(s.reviews, &review{id: int64(len(s.reviews)) + 1, of: a, environment: e})
	}
	s.reruns = slices.DeleteFunc(s.reruns, func(r *rerun) bool { return r.of == a && r.environment == e && r.plan == plan })
	if at := slices.IndexFunc(s.executions, func(x *execution) bool { return link != "" && x.link == link }); at >= 0 {
		return s.executions[at]
	}
	x := &execution{id: int64(len(s.executions)) + 1, of: a, environment: e, plan: plan, link: link, status: status, created: s.now().UTC()}
	s.executions = append(s.executions, x)
	return x
}

func (s *Server) environment(name, arch string) *environment {
	if at := slices.IndexFunc(s.environments, func(e *environment) bool { return e.name == name && e.arch == arch }); at >= 0 {
		return s.environments[at]
	}
	e := &environment{int64(len(s.environments)) + 1, name, arch}
	s.environments = append(s.environments, e)
	return e
}

// report puts a result in the place of that of the same testcase, which keeps its id and time.
func (s *Server) report(x *execution, r result) {
	if at := slices.IndexFunc(x.results, func(had *result) bool { return had.name == r.name }); at >= 0 {
		r.id, r.created = x.results[at].id, x.results[at].created
		x.results[at] = &r
		return
	}
	s.results++
	r.id, r.created = s.results, s.now().UTC()
	x.results = append(x.results, &r)
}

// Report adds a result of the manual tests of an artefact, with the Launchpad bugs it names.
func (s *Server) Report(id int64, testcase, status string, bugs ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range slices.Backward(s.executions) {
		if x.of.id == id && x.plan == ManualPlan {
			s.report(x, result{name: testcase, status: status, bugs: bugs, category: "manual"})
			return
		}
	}
}

// Review records the same decision for the environments of an artefact that have none, at most
// so many: APPROVED_ALL_TESTS_PASS, REJECTED.
func (s *Server) Review(id int64, decision string, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.reviews {
		if r.of.id == id && len(r.decision) == 0 && most > 0 {
			r.decision = []string{decision}
			most--
		}
	}
}

// Decide gives an artefact a verdict and a comment, whatever its reviews are.
func (s *Server) Decide(id int64, status, comment string) {
	s.change(id, func(a *artefact) { a.status, a.comment = status, comment })
}

// Promote moves an artefact to a stage.
func (s *Server) Promote(id int64, stage string) { s.change(id, func(a *artefact) { a.Stage = stage }) }

// Archive takes an artefact off the list.
func (s *Server) Archive(id int64) { s.change(id, func(a *artefact) { a.archived = true }) }

func (s *Server) change(id int64, do func(*artefact)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.find(id); a != nil {
		do(a)
	}
}

func (s *Server) find(id int64) *artefact {
	if id < 1 || id > int64(len(s.artefacts)) {
		return nil
	}
	return s.artefacts[id-1]
}

// Ask requests that an artefact is built again, and returns the id that names the request.
func (s *Server) Ask(id int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range slices.Backward(s.executions) {
		if x.of.id == id && x.plan == BuildPlan {
			s.request(x, 0)
			return x.id
		}
	}
	return 0
}

// Take takes the request to build an artefact again off, as the build host does when it begins.
func (s *Server) Take(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reruns = slices.DeleteFunc(s.reruns, func(r *rerun) bool { return r.of.id == id && r.plan == BuildPlan })
}

// Retest submits an artefact to one more environment, which wants a review of its own. The
// verdict stays.
func (s *Server) Retest(id int64, env, plan string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.find(id); a != nil {
		s.start(a, env, plan, "", "NOT_STARTED")
	}
}

// Listed is an image of the list with its verdict.
type Listed struct {
	Image
	Verdict string
}

// Listed are the images of the list.
func (s *Server) Listed() []Listed {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Listed
	for _, a := range s.listed() {
		all = append(all, Listed{a.Image, a.status})
	}
	return all
}

// Open are how many requests there are.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.reruns)
}

func (s *Server) request(x *execution, priority int) *rerun {
	for _, r := range s.reruns {
		if r.fulfilled(x) {
			r.priority = priority
			return r
		}
	}
	r := &rerun{x.of, x.environment, x.plan, priority, s.now().UTC()}
	s.reruns = append(s.reruns, r)
	return r
}

// fulfilled reports whether an execution is of the group that is to be repeated.
func (r *rerun) fulfilled(x *execution) bool {
	return r.of == x.of && r.environment == x.environment && r.plan == x.plan
}

// newest is the newest execution of the group of a request.
func (s *Server) newest(r *rerun) *execution { return s.latest(r.of, r.environment, r.plan) }

// latest is the newest execution of a plan on an image in an environment.
func (s *Server) latest(a *artefact, e *environment, plan string) *execution {
	for _, x := range slices.Backward(s.executions) {
		if x.of == a && x.environment == e && x.plan == plan {
			return x
		}
	}
	return nil
}

// listed are the artefacts of the list: of each stage, name, os and release the one that was
// made last, without archived ones, by name and time.
func (s *Server) listed() []*artefact {
	type key struct{ stage, name, os, release string }
	newest := map[key]*artefact{}
	for _, a := range s.artefacts {
		k := key{a.Stage, a.Name, a.OS, a.Release}
		if !a.archived && (newest[k] == nil || !a.created.Before(newest[k].created)) {
			newest[k] = a
		}
	}
	var all []*artefact
	for _, a := range s.artefacts {
		if newest[key{a.Stage, a.Name, a.OS, a.Release}] == a {
			all = append(all, a)
		}
	}
	slices.SortStableFunc(all, func(a, b *artefact) int {
		if a.Name != b.Name {
			return compare(a.Name, b.Name)
		}
		return a.created.Compare(b.created)
	})
	return all
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}
