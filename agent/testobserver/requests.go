package testobserver

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"shiplist/agent/fetch"
	"shiplist/internal/problems"
)

// Requests are the requests of a Test Observer to build images again. It is the one part of
// the package that changes something there; that takes a key with the permission for it.
type Requests struct{ p *poll }

// NewRequests returns those of the service of o, whose Key is sent where there is one. Of o
// nothing else is needed but the tracker, the limits and the client.
func NewRequests(o Options) *Requests {
	o = o.Complete()
	return &Requests{&poll{o: &o, c: newClient(&o), notes: &problems.List{}}}
}

// permission is what it takes to take requests off.
const permission = "change_rerun"

// Allowed asks whether the key may take requests off. An error says why not, or that the
// service could not be asked. The answer has the key in clear, and is not kept.
func (r *Requests) Allowed(ctx context.Context) error {
	const path = "applications/me"
	name := r.p.o.Tracker.Name
	body, err := r.p.c.get(ctx, path, nil)
	if err != nil {
		return fmt.Errorf("tracker %s: %w", name, err)
	}
	var me *struct {
		Permissions []string `json:"permissions"`
	}
	if _, err := decode(body, &me); err != nil {
		return fmt.Errorf("tracker %s: %w", name, r.p.c.wrong(path, nil, err))
	}
	switch {
	case me == nil:
		return fmt.Errorf("tracker %s does not know the key; see key_env and key_file", name)
	case !slices.Contains(me.Permissions, permission):
		return fmt.Errorf("tracker %s: the key may not take requests to build again off; it takes one with the permission %s", name, permission)
	}
	return nil
}

// Open are the requests that are open at this moment, each with how far it is, by id. All are
// only requested: what is begun is taken off.
func (r *Requests) Open(ctx context.Context) (map[string]string, error) {
	texts, err := r.p.open(ctx)
	if err != nil {
		return nil, fmt.Errorf("tracker %s: ask for its requests to build again: %w", r.p.o.Tracker.Name, err)
	}
	open := make(map[string]string, len(texts))
	for _, text := range texts {
		if q, err := readRerun(text); err == nil && !q.artefact.archived {
			open[itoa(q.execution)] = requested
		}
	}
	return open, nil
}

// Mark takes a request off when it is queued, as the build host does before it builds, and
// makes it again when it is requested: what was to build it never began. The service knows
// nothing further of a request, so no other status does anything. Doing it twice does no harm.
func (r *Requests) Mark(ctx context.Context, id, status string) error {
	method, step := http.MethodDelete, "take request %s off"
	switch status {
	case "queued":
	case requested:
		method, step = http.MethodPost, "make request %s again, which was taken off"
	default:
		return nil
	}
	name := r.p.o.Tracker.Name
	execution, err := strconv.ParseInt(id, 10, 64)
	if err != nil || !askable(execution) {
		return fmt.Errorf("tracker %s: no request %q can be taken off or made", name, id)
	}
	body, err := json.Marshal(struct {
		IDs []int64 `json:"test_execution_ids"`
	}{[]int64{execution}})
	if err == nil {
		_, err = r.p.c.send(ctx, fetch.Request{
			Method: method, URL: r.p.c.address(rerunsPath, nil), Body: body, Repeatable: true,
			Header: http.Header{"Content-Type": {"application/json"}},
		})
	}
	if err != nil {
		return fmt.Errorf("tracker %s: %s: %w", name, fmt.Sprintf(step, id), err)
	}
	return nil
}
