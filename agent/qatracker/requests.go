package qatracker

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Requests are the requests of a tracker to build products again. It is the one part
// of the package that changes something on a tracker; only its administrators may.
type Requests struct{ c *client }

// NewRequests returns those of the tracker of o, whose Key has to be one of its user's.
// Of o nothing else is needed but the limits and the client.
func NewRequests(o Options) *Requests {
	o = o.Complete()
	return &Requests{&client{
		session: o.Client.Session(), tracker: o.Tracker, key: o.Key.Reveal(), limit: o.Limits.TrackerBytes, log: o.Logger,
	}}
}

// Allowed asks whether the user may mark requests. An error says why not, or that the
// tracker could not be asked.
func (r *Requests) Allowed(ctx context.Context) error {
	v, err := r.c.one(ctx, ask("get_access"))
	switch {
	case err != nil:
		return err
	case v.kind != scalar || v.text != "admin":
		return fmt.Errorf("tracker %s: user %q may not mark requests to build again; the tracker says %q of it, and it takes an administrator",
			r.c.tracker.Name, r.c.tracker.User, v.text)
	}
	return nil
}

// Open are the requests that are open at this moment, each with how far it is, by id.
// Anybody may ask. A request that is not among them was fulfilled or canceled.
func (r *Requests) Open(ctx context.Context) (map[string]string, error) {
	v, err := r.c.one(ctx, askRebuilds)
	list, err := take(r.c, askRebuilds.method, reply{v, err}, readRebuild)
	if err != nil {
		return nil, fmt.Errorf("tracker %s: ask for its requests to build again: %w", r.c.tracker.Name, err)
	}
	open := make(map[string]string, len(list))
	for _, q := range list {
		status, raw := rebuildStatus(q.status, q.statusText)
		open[q.id] = cmp.Or(raw, status)
	}
	return open, nil
}

// Mark sets how far a request is: requested, queued, building, built, published or
// canceled. Doing it twice does no harm.
func (r *Requests) Mark(ctx context.Context, id, status string) error {
	n := slices.Index(rebuildStatuses[:], status)
	request, err := strconv.Atoi(id)
	if n < 0 || err != nil {
		return fmt.Errorf("tracker %s: no request %q can be marked %q", r.c.tracker.Name, id, status)
	}
	v, err := r.c.one(ctx, ask("rebuilds.update_status", number(request), number(n)))
	switch {
	case err != nil:
		return fmt.Errorf("tracker %s: mark request %s as %s: %w", r.c.tracker.Name, id, status, err)
	case v.kind != scalar || strings.TrimSpace(v.text) != "1":
		return fmt.Errorf("tracker %s: request %s was not marked as %s; the tracker refused it", r.c.tracker.Name, id, status)
	}
	return nil
}
