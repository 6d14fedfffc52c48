package fetch

import (
	"context"
	"net"
	"net/url"
	"strings"
)

// slot waits for a turn at the host of u; free gives it back.
func (c *Client) slot(ctx context.Context, u *url.URL) (free func(), err error) {
	slots := c.slotsOf(net.JoinHostPort(strings.ToLower(u.Hostname()), port(u)))
	// select chooses at random where both are ready: a context that has ended wins.
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (c *Client) slotsOf(host string) chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	slots := c.slots[host]
	if slots == nil {
		slots = make(chan struct{}, c.o.PerHost)
		c.slots[host] = slots
	}
	return slots
}
