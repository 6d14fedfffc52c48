package qatracker

import (
	"net/url"

	"shiplist/internal/config"
)

// Site is where people look at a tracker, without a slash at the end: the host that
// the Host header chooses, unless the configuration names another place.
func Site(t config.Tracker) string {
	if t.Site != "" {
		return t.Site
	}
	u, err := url.Parse(t.URL)
	if err != nil || u.Host == "" {
		return ""
	}
	site := url.URL{Scheme: u.Scheme, Host: u.Host}
	if t.Host != "" {
		site.Host = t.Host
	}
	return site.String()
}

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
