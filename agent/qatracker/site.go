package qatracker

import (
	"net/url"
)

// address is what is polled, without credentials.
func (c *client) address() string {
	u, err := url.Parse(c.tracker.URL)
	if err != nil {
		return c.tracker.Name
	}
	u.User = nil
	return u.String()
}

// host is the name by which the tracker chooses its site.
func (c *client) host() string {
	if c.tracker.Host != "" {
		return c.tracker.Host
	}
	if u, err := url.Parse(c.tracker.URL); err == nil {
		return u.Host
	}
	return ""
}
