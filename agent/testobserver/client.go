package testobserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
)

// client asks one Test Observer.
type client struct {
	session *fetch.Session
	tracker config.Tracker
	key     string
	limit   int64
}

// newClient is the client of options that are complete.
func newClient(o *Options) *client {
	return &client{session: o.Client.Session(), tracker: o.Tracker, key: o.Key.Reveal(), limit: o.Limits.TrackerBytes}
}

// address is that of a path below the API's version, which the configured address may
// have or not, with a query.
func (c *client) address(path string, query url.Values) string {
	base := strings.TrimRight(c.tracker.URL, "/")
	if !strings.HasSuffix(base, "/v1") {
		base += "/v1"
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return base + "/" + path
}

// get asks for something. An answer may hold names and addresses of people, so no part
// of it is logged.
func (c *client) get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	return c.send(ctx, fetch.Request{URL: c.address(path, query)})
}

func (c *client) send(ctx context.Context, r fetch.Request) ([]byte, error) {
	r.Host, r.Limit, r.Bearer, r.Private = c.tracker.Host, c.limit, c.key, true
	r.Types = []string{"application/json"}
	resp, err := c.session.Do(ctx, r)
	if err != nil {
		return nil, told(err)
	}
	return resp.Body, nil
}

// wrong is an error about an answer that came whole over the wire.
func (c *client) wrong(path string, query url.Values, err error) error {
	return fmt.Errorf("%s %s: %w", http.MethodGet, c.address(path, query), err)
}

// told is an error with what the service says of it, and what to do where its status
// tells that.
func told(err error) error {
	var failed *fetch.Error
	if !errors.As(err, &failed) {
		return err
	}
	if detail := detailOf(failed.Body); detail != "" {
		err = fmt.Errorf("%w: %s", err, detail)
	}
	if text := hint(failed); text != "" {
		err = fmt.Errorf("%w (%s)", err, text)
	}
	return err
}

// hint is what to do about a failure; empty where nothing is known.
func hint(failed *fetch.Error) string {
	switch {
	case failed.Kind == fetch.KindType:
		return "a login page, an outage, or not the address of the API"
	case failed.Kind == fetch.KindSize:
		return "limits.tracker_bytes raises it"
	case failed.Kind != fetch.KindStatus:
		return ""
	}
	switch failed.Status {
	case http.StatusUnauthorized:
		return "it wants a key from everyone; name one by key_env or key_file"
	case http.StatusForbidden:
		return "without a key, with a wrong one, or with one that lacks the permission; see key_env and key_file"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return "not there in this version, or url is not the address of the API"
	}
	return ""
}

// optional reports whether an error only says that this part is not for us.
func optional(err error) bool {
	var failed *fetch.Error
	if !errors.As(err, &failed) || failed.Kind != fetch.KindStatus {
		return false
	}
	switch failed.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// particular reports whether an error is about what was asked for, so that other things may
// be asked all the same: the answer is an error of the service, too large, or no answer that
// we can read. Any other is about the service, or what stands before it.
func particular(err error) bool {
	var failed *fetch.Error
	if !errors.As(err, &failed) {
		return err != nil
	}
	switch failed.Kind {
	case fetch.KindSize, fetch.KindEncoding:
		return true
	case fetch.KindStatus:
		switch failed.Status {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return false
		}
		return true
	}
	return false
}

// gone reports whether an error says that there is no such thing.
func gone(err error) bool {
	var failed *fetch.Error
	return errors.As(err, &failed) && failed.Kind == fetch.KindStatus && failed.Status == http.StatusNotFound
}

// askable reports whether an id can be asked for: one beyond 32 bits is an error of the
// service.
func askable(id int64) bool { return id > 0 && id <= 1<<31-1 }

func itoa(id int64) string { return strconv.FormatInt(id, 10) }

// elements takes a list apart.
func elements(body []byte) ([]json.RawMessage, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("not a list: %w", plainly(err))
	}
	if list == nil {
		return nil, errors.New("nothing where a list should be")
	}
	return list, nil
}
