package agent

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"

	"shiplist/internal/release"
	"shiplist/internal/store"
)

// rehearse is a dry run: it polls and decides as ever, and has it entered in a ledger
// that writes nothing. It needs no lock, so that it works beside a running agent.
func (a *Agent) rehearse(ctx context.Context, o OnceOptions) (Report, error) {
	dry := &Agent{o: a.o, make: a.make}
	dry.client = dry.newClient("")
	var err error
	if dry.sources, err = dry.make(dry, true); err != nil {
		return Report{}, err
	}
	chosen, err := choose(dry.sources, o.Sources)
	if err != nil {
		return Report{}, err
	}
	// Its own client knows nothing of hosts that want to be left alone.
	for i := range chosen {
		if until, why := a.client.Rest(chosen[i].state.Address); why != "" {
			chosen[i].Source = unable{errors.New("its host is left alone until " + clock(until) + ": " + why)}
		}
	}
	l, err := newRehearsal(a.o.Config.Store.Data)
	if err != nil {
		return Report{}, err
	}
	report, err := dry.once(ctx, settler{agent: dry, w: l}, chosen, len(o.Sources) == 0)
	report.DryRun = true
	return report, err
}

// rehearsal is a ledger that tells what a [*store.Writer] would do. What is kept aside
// it does not look into, so that an answer whose time has come is said to be held.
type rehearsal struct {
	dir    string
	stored map[string]release.SourceFacts
	broken store.Problems
}

func newRehearsal(dir string) (*rehearsal, error) {
	r := &rehearsal{dir: dir, stored: map[string]release.SourceFacts{}}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return r, nil // everything would be new
	}
	snapshot, err := store.Load(dir)
	if snapshot == nil {
		return nil, err
	}
	errors.As(err, &r.broken)
	for _, s := range snapshot.Sources {
		r.stored[s.State.Name] = s
	}
	return r, nil
}

func (r *rehearsal) Dir() string            { return r.dir }
func (r *rehearsal) Broken() store.Problems { return r.broken }

func (r *rehearsal) State(name string) release.SourceState {
	if s, there := r.stored[name]; there {
		return s.State
	}
	return release.SourceState{Name: name}
}

func (r *rehearsal) States() []release.SourceState {
	var states []release.SourceState
	for _, name := range slices.Sorted(maps.Keys(r.stored)) {
		states = append(states, r.stored[name].State)
	}
	return states
}

func (r *rehearsal) Facts(name string) (*release.Facts, error) {
	if s, there := r.stored[name]; there {
		return s.Facts, nil
	}
	return &release.Facts{Source: name}, nil
}

func (r *rehearsal) Commit(_ context.Context, state release.SourceState, facts *release.Facts, _ ...release.Event) (store.Result, error) {
	s := r.stored[state.Name]
	s.State = state
	var changed []string
	if facts != nil {
		var err error
		if changed, err = store.Preview(r.dir, state.Name, facts); err != nil {
			return store.Result{}, err
		}
		s.Facts = facts
	}
	if s.Facts == nil {
		s.Facts = &release.Facts{Source: state.Name}
	}
	r.stored[state.Name] = s
	return store.Result{Changed: changed}, nil
}

func (r *rehearsal) Retire(_ context.Context, name string, _ ...release.Event) (store.Result, error) {
	changed, err := store.Preview(r.dir, name, &release.Facts{Source: name})
	return store.Result{Changed: changed}, err
}

func (r *rehearsal) Hold(name string, answer store.Kept) (string, error) {
	files, err := store.Files(name, answer.Facts)
	return store.Digest(files), err
}

func (r *rehearsal) Kept(string) (*store.Kept, error) { return nil, nil }
func (r *rehearsal) Drop(string) error                { return nil }
