package qatracker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/kolo/xmlrpc"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
)

// call is one call of a method, whose arguments are numbers and lists of numbers.
type call struct {
	method string
	args   []argument
}

// argument is a number, or a list of numbers.
type argument struct {
	numbers []int
	list    bool
}

func number(n int) argument            { return argument{numbers: []int{n}} }
func numbers(list ...int) argument     { return argument{numbers: list, list: true} }
func ask(m string, a ...argument) call { return call{"qatracker." + m, a} }

// reply is what one of several calls brought.
type reply struct {
	value value
	err   error // a *fault, or why the answer could not be read
}

// client asks one tracker, for one poll.
type client struct {
	session *fetch.Session
	tracker config.Tracker
	key     string
	limit   int64
	log     *slog.Logger

	single atomic.Bool // the site refuses multicalls
	mended atomic.Bool // an answer held bytes that are no text
}

// together makes calls of different methods with as few requests as the site
// allows. The error is one that concerns them all; each reply has its own.
func (c *client) together(ctx context.Context, calls ...call) ([]reply, error) {
	if len(calls) < 2 || c.single.Load() {
		return c.apart(ctx, calls)
	}
	body, err := encodeMulticall(calls)
	if err != nil {
		return nil, err
	}
	v, err := c.send(ctx, "system.multicall", body)
	var refused *fault
	switch {
	case errors.As(err, &refused):
		c.single.Store(true)
		c.log.InfoContext(ctx, "multicall refused, calling one by one", "source", c.tracker.Name, "err", refused)
		return c.apart(ctx, calls)
	case err != nil:
		return nil, err
	case v.kind != list || len(v.items) != len(calls):
		return nil, c.wrong("system.multicall", fmt.Errorf("%d answers to %d calls", len(v.items), len(calls)))
	}
	return c.unwrap(ctx, calls, v.items)
}

// unwrap takes the answers of a multicall apart: each is a list of one, a fault is a
// struct. A site may allow fewer calls together than we made: those that it refused
// for that are made alone.
func (c *client) unwrap(ctx context.Context, calls []call, items []value) ([]reply, error) {
	replies := make([]reply, len(calls))
	for i, item := range items {
		switch {
		case item.kind == list && len(item.items) == 1:
			replies[i].value = item.items[0]
		case item.kind == structure && item.member("faultCode") == tooManyCalls:
			alone, err := c.apart(ctx, calls[i:i+1])
			if err != nil {
				return nil, err
			}
			replies[i] = alone[0]
		case item.kind == structure && item.member("faultCode") != "":
			replies[i].err = c.wrong(calls[i].method, asFault(item))
		default:
			replies[i].err = c.wrong(calls[i].method, fmt.Errorf("%s where the answer of a multicall should be", item.kind))
		}
	}
	return replies, nil
}

// tooManyCalls is the fault for a method that a multicall holds too often.
const tooManyCalls = "-156579"

// apart makes the calls one by one.
func (c *client) apart(ctx context.Context, calls []call) ([]reply, error) {
	replies := make([]reply, len(calls))
	for i, k := range calls {
		v, err := c.one(ctx, k)
		if isFault(err) {
			replies[i].err = err
			continue
		}
		if err != nil {
			return nil, err
		}
		replies[i].value = v
	}
	return replies, nil
}

func (c *client) one(ctx context.Context, k call) (value, error) {
	body, err := xmlrpc.EncodeMethodCall(k.method, k.wire()...)
	if err != nil {
		return value{}, fmt.Errorf("%s: %w", k.method, err)
	}
	return c.send(ctx, k.method, body)
}

// wire is a list of arguments as the codec wants them: int and []int.
type wire []any

func (k call) wire() wire {
	values := make(wire, len(k.args))
	for i, a := range k.args {
		if a.list {
			values[i] = a.numbers
		} else {
			values[i] = a.numbers[0]
		}
	}
	return values
}

func encodeMulticall(calls []call) ([]byte, error) {
	type entry struct {
		Method string `xmlrpc:"methodName"`
		Params wire   `xmlrpc:"params"`
	}
	entries := make([]entry, len(calls))
	for i, k := range calls {
		entries[i] = entry{k.method, k.wire()}
	}
	body, err := xmlrpc.EncodeMethodCall("system.multicall", entries)
	if err != nil {
		return nil, fmt.Errorf("system.multicall: %w", err)
	}
	return body, nil
}

// send posts a call and reads its answer. The name of the method is for errors.
func (c *client) send(ctx context.Context, method string, body []byte) (value, error) {
	r := fetch.Request{
		Method: http.MethodPost, URL: c.tracker.URL, Host: c.tracker.Host, Body: body, Limit: c.limit,
		Types: []string{"text/xml", "application/xml"}, Repeatable: true, // all our calls read, or do no harm twice
		Header: http.Header{
			"Content-Type": {"text/xml"},
			// Not sent: it tells net/http that asking again does no harm when the
			// connection was closed while idle.
			"Idempotency-Key": nil,
		},
	}
	if c.key != "" {
		r.User, r.Password = c.tracker.User, c.key
	}
	resp, err := c.session.Do(ctx, r)
	if err != nil {
		return value{}, hint(fmt.Errorf("%s: %w", method, err))
	}
	text, mended := readable(resp.Body, resp.Header.Get("Content-Type"))
	if mended {
		c.mended.Store(true)
	}
	v, err := decode(text)
	if err != nil {
		return value{}, c.wrong(method, err)
	}
	return v, nil
}

// hint adds what to do where the kind of the error tells.
func hint(err error) error {
	var failed *fetch.Error
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Kind {
	case fetch.KindType:
		return fmt.Errorf("%w (a login page, an outage, or not the address of the tracker's xmlrpc.php)", err)
	case fetch.KindSize:
		return fmt.Errorf("%w (limits.tracker_bytes raises it)", err)
	}
	return err
}

// wrong is an error about an answer that came whole over the wire.
func (c *client) wrong(method string, err error) error {
	return fmt.Errorf("%s: %s %s: %w", method, http.MethodPost, c.address(), err)
}

func isFault(err error) bool {
	var f *fault
	return errors.As(err, &f)
}
