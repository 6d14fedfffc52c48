package agent

import (
	"cmp"
	"context"
	"hash/fnv"
	"io"
	"log/slog"
	"slices"
	"time"

	"shiplist/agent/fetch"
	"shiplist/agent/launchpad"
	"shiplist/agent/recheck"
	"shiplist/internal/accounts"
	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
)

const (
	// knownFor is for how long what an account is needs no second look, and nobodyFor
	// for how long it is believed that there is none: somebody is about to make it.
	knownFor  = 7 * 24 * time.Hour
	nobodyFor = 24 * time.Hour
	// accountsAMinute is how many accounts are asked for in a minute at most, one after
	// another.
	accountsAMinute = 120
	// mostAccounts is how many an agent asks for at a time.
	mostAccounts = 20
	// mostUnanswered is how many in a row that get no answer end a round.
	mostUnanswered = 3
)

// LookedUp is what came of looking up accounts.
type LookedUp struct {
	Asked   int
	Unknown int   // of those, how many got no answer that says what they are
	Left    int   // how many were due, and not asked
	Changed bool  // whether any of them is something else than it was known to be
	Err     error // why the first of Unknown is not known, or the file could not be used
}

// LookUp asks Launchpad what the contacts are of which the rules do not decide, as far as
// that is not known yet or was found long ago, and keeps the answers in the state
// directory. It asks for most accounts at most; for all with 0. Without [contacts]
// launchpad it asks nobody.
func (a *Agent) LookUp(ctx context.Context, most int) (LookedUp, error) {
	l := a.lookUp()
	if l == nil {
		return LookedUp{}, nil
	}
	return l.round(ctx, most)
}

// lookUp is what one round works with. It outlives a change of the agent's configuration.
type lookUp struct {
	config *config.Config
	client *fetch.Client
	now    func() time.Time
	logger *slog.Logger
}

// lookUp is nil where nobody is to be asked.
func (a *Agent) lookUp() *lookUp {
	if a.o.Config.Rules.Contacts.Launchpad == "" {
		return nil
	}
	o := a.clientOptions("")
	o.PerHost = 1
	if o.PerMinute <= 0 || o.PerMinute > accountsAMinute {
		o.PerMinute = accountsAMinute
	}
	return &lookUp{config: a.o.Config, client: a.client.With(o), now: a.now, logger: a.o.Logger}
}

// round asks for what is due.
func (l *lookUp) round(ctx context.Context, most int) (LookedUp, error) {
	from := l.config.Rules.Contacts.Launchpad
	known, damaged := accounts.Load(l.config.Store.State, from)
	due, err := l.due(known)
	if err != nil {
		return LookedUp{}, err
	}
	asked := due
	if most > 0 && len(asked) > most {
		asked = asked[:most]
	}
	found, r := l.ask(ctx, launchpad.New(l.client, from), asked)
	r.Left += len(due) - len(asked)
	r.Err = cmp.Or(r.Err, damaged)
	for _, a := range found {
		r.Changed = r.Changed || known[a.Name].Is != a.Is
	}
	if len(found) == 0 {
		return r, ctx.Err()
	}
	return r, accounts.Add(l.config.Store.State, from, found)
}

// due are the accounts that are to be asked for, in another order every hour: those that
// never answer keep no other out for good.
func (l *lookUp) due(known accounts.Known) ([]string, error) {
	snapshot, err := store.LoadOnly(l.config.Store.Data, func(s release.SourceState) bool { return s.Kind != "tree" })
	if err != nil {
		return nil, err
	}
	now := l.now()
	names := slices.DeleteFunc(release.UndecidedAccounts(l.config.Rules.Contacts, snapshot.Sources), func(name string) bool {
		a := known[name]
		period := knownFor
		if a.Is == release.ContactNeither {
			period = nobodyFor
		}
		return !recheck.Due(name, a.At, now, period)
	})
	place := func(name string) uint64 {
		hash := fnv.New64a()
		_, _ = io.WriteString(hash, now.Format("2006-01-02T15 ")+name) // it never fails
		return hash.Sum64()
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	return names, nil
}

// ask asks for accounts, one after another, and gives up on a host that does not answer.
func (l *lookUp) ask(ctx context.Context, api *launchpad.API, names []string) (found []accounts.Account, r LookedUp) {
	unanswered := 0
	for i, name := range names {
		if unanswered == mostUnanswered || ctx.Err() != nil {
			r.Left = len(names) - i
			break
		}
		r.Asked++
		is, err := api.Account(ctx, name)
		if err != nil {
			l.logger.DebugContext(ctx, "account not known", "name", name, "err", err)
			r.Unknown++
			unanswered++
			r.Err = cmp.Or(r.Err, err)
			continue
		}
		unanswered = 0
		found = append(found, accounts.Account{Name: name, Is: is, At: l.now()})
	}
	return found, r
}

// lookUpOnce is the round of an agent that polls once. Its failure is logged, and fails
// no poll.
func (a *Agent) lookUpOnce(ctx context.Context) {
	if l := a.lookUp(); l != nil {
		r := l.beside(ctx)
		l.log(ctx, r.got, r.err, slog.LevelWarn)
	}
}

// log tells what came of a round that an agent made; one in which nothing was due is
// silent. Failures are of a level.
func (l *lookUp) log(ctx context.Context, r LookedUp, err error, failure slog.Level) {
	switch {
	case ctx.Err() != nil:
	case err != nil:
		l.logger.Log(ctx, failure, "accounts not looked up", "err", oneLine(err.Error()))
	case r.Err != nil:
		l.logger.Log(ctx, failure, "accounts looked up, not all are known", "count", r.Asked, "unknown", r.Unknown, "left", r.Left, "err", oneLine(r.Err.Error()))
	case r.Asked > 0:
		l.logger.InfoContext(ctx, "accounts looked up", "count", r.Asked, "left", r.Left)
	}
}
