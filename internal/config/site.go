package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// plainTables are the tables that are there once.
var plainTables = []string{"site", "store", "agent", "sign", "limits", "commands", "contacts", "precedence", "respin", "archive"}

var colour = regexp.MustCompile(`^#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$`)

func (s *Site) read(t *table) {
	t.text("title", &s.Title)
	t.text("distribution", &s.Distribution)
	t.page("base_url", &s.BaseURL)
	t.text("staged", &s.Staged)
	t.text("output", &s.Output)
	t.count("kept", &s.Kept, 1, 1000)
	t.text("headers", &s.Headers)
	t.text("layouts", &s.Layouts)
	t.text("content", &s.Content)
	t.duration("freshness", &s.Freshness, false)
	t.duration("stale", &s.Stale, true)
	t.checked("accent", &s.Accent, colour.MatchString, `a colour; write it like "#c7162b"`)
	t.text("logo", &s.Logo)
	t.page("edit", &s.Edit)
	t.text("notice", &s.Notice)
	t.page("teams", &s.Teams)
	t.page("bugs", &s.Bugs)
	t.filled("title", "distribution", "staged", "output", "headers", "layouts", "content")
	t.close()
}

func (s *Store) read(t *table) {
	t.text("data", &s.Data)
	t.text("state", &s.State)
	t.filled("data", "state")
	t.close()
}

func (a *Agent) read(t *table) {
	t.checked("contact", &a.Contact, isContact, `a mail address or an https://... address`)
	t.checked("timezone", &a.Timezone, isZone, `a time zone; write it like "UTC" or "Europe/London"`)
	t.duration("spread", &a.Spread, true)
	t.duration("stop_within", &a.StopWithin, false)
	t.flag("generate", &a.Generate)
	t.duration("generate_after", &a.GenerateAfter, true)
	t.checked("publish", &a.Publish, isPublishing, `"manual" or "auto"`)
	t.checked("listen", &a.Listen, isLoopbackPort, `a loopback address with a port; write it like "127.0.0.1:9180"`)
	t.share("hold_share", &a.HoldShare)
	t.count("hold_least", &a.HoldLeast, 1, 1_000_000)
	t.duration("hold_for", &a.HoldFor, false)
	t.close()
}

// isPublishing reports whether s says who publishes what the agent made.
func isPublishing(s string) bool { return s == "manual" || s == "auto" }

func (l *Limits) read(t *table) {
	t.count("connections", &l.Connections, 1, 64)
	t.count("per_minute", &l.PerMinute, 1, 10_000_000)
	t.duration("backoff_least", &l.BackoffLeast, false)
	t.duration("backoff_most", &l.BackoffMost, false)
	switch {
	case l.BackoffMost >= l.BackoffLeast:
	case t.given("backoff_most"):
		t.note("backoff_most", fmt.Sprintf("%s is less than backoff_least, which is %s", l.BackoffMost, l.BackoffLeast))
	default:
		t.note("backoff_least", fmt.Sprintf("%s is more than backoff_most, which is %s", l.BackoffLeast, l.BackoffMost))
	}
	t.duration("connect", &l.Connect, false)
	t.duration("headers", &l.Headers, false)
	t.duration("answer", &l.Answer, false)
	t.size("listing_bytes", &l.ListingBytes)
	t.size("tracker_bytes", &l.TrackerBytes)
	t.size("list_bytes", &l.ListBytes)
	t.count("entries", &l.Entries, 1, 10_000_000)
	t.count("directories", &l.Directories, 1, 10_000_000)
	t.count("files", &l.Files, 1, 100_000_000)
	t.close()
}

// isZone tells what is the name of a time zone wherever the program runs.
func isZone(s string) bool {
	_, err := time.LoadLocation(s)
	return err == nil && s != "Local"
}

// isLoopbackPort tells what may be listened on: what is told there is for the host's
// own administrators.
func isLoopbackPort(s string) bool {
	host, port, err := net.SplitHostPort(s)
	_, numeric := strconv.ParseUint(port, 10, 16)
	ip := net.ParseIP(host)
	return err == nil && numeric == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// filled notes keys that are there and empty.
func (t *table) filled(keys ...string) {
	for _, key := range keys {
		if s, ok := t.values[key].(string); ok && strings.TrimSpace(s) == "" {
			t.note(key, "must not be empty; leave it out for the default")
		}
	}
}

// isContact tells what may go out as a contact: it is part of a header.
func isContact(s string) bool {
	if strings.ContainsAny(s, " ()<>\"\\") {
		return false
	}
	if a, err := mail.ParseAddress(s); err == nil && a.Address == s {
		return true
	}
	return isURL(s, "https", "http")
}

// isURL reports whether s is a whole address with one of the schemes, a host, and
// no credentials.
func isURL(s string, schemes ...string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsAny(s, " \\") {
		return false
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme {
			return true
		}
	}
	return false
}

// address reads an address. One with credentials in it is not repeated in the
// problem, which may go into a log.
func (t *table) address(key string, into *string, good func(string) bool, form string) bool {
	s, _ := t.values[key].(string)
	if rest, found := strings.CutPrefix(s, "file:"); !found && strings.Contains(rest, "@") {
		if u, err := url.Parse(s); err != nil || u.User != nil {
			t.has(key)
			t.note(key, "names a user or a key; write the address without, and for a tracker user and key_env or key_file")
			return false
		}
	}
	return t.checked(key, into, good, form)
}

// page reads the address of a place that people look at, without slash at its end.
func (t *table) page(key string, into *string) {
	good := func(s string) bool { return isURL(s, "https", "http") && !strings.ContainsAny(s, "?#") }
	if t.address(key, into, good, `an address; write it like "https://releases.example.org", without "?" and "#"`) {
		*into = strings.TrimRight(*into, "/")
	}
}

// place is a path of the configuration that is resolved after reading.
type place struct {
	key  string
	path *string
}

func (c *Config) written() []place {
	return []place{
		{"site.staged", &c.Site.Staged},
		{"site.output", &c.Site.Output},
		{"site.headers", &c.Site.Headers},
		{"store.data", &c.Store.Data},
		{"store.state", &c.Store.State},
	}
}

// resolve makes all paths absolute, counted from dir.
func (c *Config) resolve(dir string) {
	places := append(c.written(), place{"", &c.Site.Layouts}, place{"", &c.Site.Content}, place{"", &c.Site.Logo}, place{"", &c.Respin.Logs},
		place{"", &c.Sign.KeyFile}, place{"", &c.Sign.Home}, place{"", &c.Sign.PassphraseFile})
	for i := range c.Trackers {
		places = append(places, place{"", &c.Trackers[i].KeyFile})
	}
	for i := range c.Trees {
		places = append(places, place{"", &c.Trees[i].Keyring})
		c.Trees[i].resolve(dir)
	}
	for i := range c.Plans {
		places = append(places, place{"", &c.Plans[i].Path})
	}
	for i := range c.Targets {
		c.Targets[i] = c.Targets[i].At(dir)
		places = append(places, place{"", &c.Targets[i].KeyFile})
	}
	for _, p := range places {
		*p.path = from(dir, *p.path)
	}
}

// from makes a path absolute; an empty one stays.
func from(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// apart notes places that shiplist writes to and that are one or lie in another,
// and texts of the owner's that lie where shiplist writes.
func (d *document) apart(c *Config) {
	written := c.written()
	for i := range c.Targets {
		if t := &c.Targets[i]; t.Path != "" {
			written = append(written, place{fmt.Sprintf("target[%d].url", i), &t.Path})
		}
	}
	for i, a := range written {
		for _, b := range written[:i] {
			d.collide(a, b, "write each to a directory of its own")
		}
	}
	d.apartTargets(c.Targets)
	own := []place{{"site.layouts", &c.Site.Layouts}, {"site.content", &c.Site.Content}}
	for _, a := range own {
		for _, b := range written {
			d.collide(a, b, "what you keep there would be overwritten")
		}
	}
}

// holds reports whether the document gives a key of a table.
func (d *document) holds(path string) bool {
	if strings.Contains(path, "[") {
		return true // what is of an array is of the file
	}
	name, key, _ := strings.Cut(path, ".")
	t, _ := d.root.values[name].(map[string]any)
	_, given := t[key]
	return given
}

func (d *document) collide(a, b place, advice string) {
	if !within(*a.path, *b.path) && !within(*b.path, *a.path) {
		return
	}
	at, other := a, b
	if !d.holds(a.key) {
		at, other = b, a
	}
	how := "lies in or around"
	if filepath.Clean(*a.path) == filepath.Clean(*b.path) {
		how = "is also"
	}
	d.note(at.key, fmt.Sprintf("%q %s the directory of %s; %s", *at.path, how, other.key, advice))
}

// within reports whether a is b or lies in it.
func within(a, b string) bool {
	rel, err := filepath.Rel(b, a)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
