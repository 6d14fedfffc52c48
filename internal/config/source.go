package config

import (
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/tomlpos"
)

// The values of keys that a source leaves out. They cannot come from the embedded
// file, because sources never do; a test holds the two together.
func defaultTracker() Tracker {
	return Tracker{Kind: release.KindQATracker, Schedule: "*/10 * * * *", Recheck: 6 * time.Hour, TestCalls: 200}
}

func defaultTree() Tree {
	return Tree{Schedule: "*/15 * * * *", Recheck: 6 * time.Hour, Head: true, Depth: 10}
}

// rolePackages is the role of a tree that holds packages, with installers among them.
const rolePackages = "packages"

// packagesSchedule is that of such a tree: a poll asks for each of its files.
const packagesSchedule = "35 */6 * * *"

// To look at files of one's own costs nothing.
func defaultPlan() Plan { return Plan{Schedule: "* * * * *"} }

// sourceName is a name that is safe as a folder.
var sourceName = regexp.MustCompile(`^[a-z0-9][a-z0-9+-]*(?:\.[a-z0-9+-]+)*$`)

var (
	hostName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?$`)
	envName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// name reads the name of a source, which is also its folder beside sources.toml
// and changes/.
func (t *table) name(key string, into *string) {
	const form = `a name for a folder; use lower-case letters, digits, "-", "+" and single dots, at most 64`
	good := func(s string) bool { return sourceName.MatchString(s) && len(s) <= 64 }
	if !t.checked(key, into, good, form) || *into == "" {
		return
	}
	if *into == "changes" || *into == "sources.toml" {
		t.note(key, fmt.Sprintf("%q is the name of something else in the data directory; take another", *into))
		return
	}
	t.doc.unique("source", *into, t.at(key), "sources of all kinds need different names")
}

func (t *table) schedule(key string, into *string) {
	var s string
	if !t.text(key, &s) {
		return
	}
	if _, err := Schedule(s, time.UTC); err != nil {
		t.note(key, err.Error())
		return
	}
	*into = s
}

func readTracker(t *table) Tracker {
	r := defaultTracker()
	t.name("name", &r.Name)
	oneOf(t, "kind", &r.Kind, release.KindQATracker, release.KindTestObserver)
	good := func(s string) bool { return isURL(s, "https", "http") && !strings.Contains(s, "#") }
	t.address("url", &r.URL, good, `an address; write it like "https://iso.qa.ubuntu.com/xmlrpc.php"`)
	t.checked("host", &r.Host, hostName.MatchString, `a host; write it like "iso.qa.ubuntu.com"`)
	t.page("site", &r.Site)
	t.schedule("schedule", &r.Schedule)
	t.duration("recheck", &r.Recheck, false)
	r.Tests = r.Kind == release.KindTestObserver
	t.flag("tests", &r.Tests)
	t.series("series", &r.Series)
	t.count("test_calls", &r.TestCalls, 1, 100_000)
	t.text("user", &r.User)
	t.checked("key_env", &r.KeyEnv, envName.MatchString, `the name of an environment variable; write it like "ISO_TRACKER_KEY"`)
	t.text("key_file", &r.KeyFile)
	t.require("name", "url")
	if s, err := Schedule(r.Schedule, time.UTC); err == nil && gap(s) < LeastGap(r.Kind) {
		t.note("schedule", fmt.Sprintf("%q is too often for a %s; write at least %s apart, like \"*/5 * * * *\"", r.Schedule, r.Kind, LeastGap(r.Kind)))
	}
	r.checkKey(t)
	if r.Kind != release.KindTestObserver && len(r.Series) > 0 {
		t.note("series", "only a test-observer is asked for some series; leave it out")
	}
	t.close()
	if r.Site == "" && r.Kind == release.KindQATracker { // the pages of the other kind are on another host
		r.Site = publicSite(r.URL, r.Host)
	}
	return r
}

// checkKey holds the rules between the keys that have to do with credentials.
func (r *Tracker) checkKey(t *table) {
	user, env, file := t.given("user"), t.given("key_env"), t.given("key_file")
	key := "key_file"
	if env {
		key = "key_env"
	}
	switch {
	case env && file:
		t.note("key_file", "key_env is there, too; name the key in one place only")
	case r.Kind == release.KindQATracker && (env || file) && !user:
		t.note(key, "a key needs the user whose it is; add user")
	case r.Kind == release.KindQATracker && user && !env && !file:
		t.note("user", "a user needs a key; add key_env or key_file, or leave user out: reading needs neither")
	case (env || file) && strings.HasPrefix(r.URL, "http:") && !isLoopback(r.URL):
		t.note(key, "the key would go over the network for all to read; use an https:// url, or leave the key out")
	}
}

func isLoopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// publicSite is where people find the pages of a tracker: on the site that host
// chooses.
func publicSite(address, host string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	if host == "" {
		host = u.Host
	}
	return u.Scheme + "://" + host
}

func readTree(t *table) Tree {
	r := defaultTree()
	t.name("name", &r.Name)
	oneOf(t, "role", &r.Role, release.RoleFull, release.RoleSimple, release.RoleOld, rolePackages)
	if r.Role == rolePackages {
		r.Schedule, r.Recheck = packagesSchedule, 0
	}
	t.address("url", &r.URL, isTreeURL, `the address of a tree; write it like "https://cdimage.ubuntu.com" or "file:/srv/cdimage", without "?" and "#"`)
	t.page("site", &r.Site)
	t.schedule("schedule", &r.Schedule)
	t.duration("recheck", &r.Recheck, false)
	t.hints("hints", &r.Hints)
	t.series("watch", &r.Watch)
	t.text("keyring", &r.Keyring)
	t.flag("headers", &r.Headers)
	t.flag("hash", &r.Hash)
	t.flag("head", &r.Head)
	t.count("depth", &r.Depth, 1, 64)
	t.strings("skip", &r.Skip)
	isWeb := func(s string) bool { return isURL(s, "https", "http") && !strings.ContainsAny(s, "?#") }
	t.address("retired", &r.Retired, isWeb, `the address of an archive; write it like "http://old-releases.ubuntu.com/ubuntu"`)
	t.require("name", "role", "url")
	local := strings.HasPrefix(r.URL, "file:")
	r.checkPackages(t, local)
	if r.Hash && r.URL != "" && !local {
		t.note("hash", "only a tree in a local directory is read whole; use it with a file: url")
	}
	t.close()
	r.Retired = strings.TrimRight(r.Retired, "/")
	if !local {
		r.URL = strings.TrimRight(r.URL, "/")
	}
	if r.Site == "" && !local {
		r.Site = r.URL
	}
	return r
}

// checkPackages holds apart what is for trees of images and what for archives of packages.
func (r *Tree) checkPackages(t *table, local bool) {
	if r.Role != rolePackages {
		if r.Retired != "" {
			t.note("retired", `only an archive of packages has one; leave it out, or write role = "packages"`)
		}
		return
	}
	if local {
		t.note("url", "an archive of packages is asked over the network; write an https:// or http:// address")
	}
	for _, key := range []string{"recheck", "hints", "watch", "keyring", "headers", "hash", "head", "depth", "skip"} {
		if t.has(key) {
			t.note(key, "an archive of packages is not visited, so this means nothing; leave it out")
		}
	}
}

// hints reads names of files below a tree.
func (t *table) hints(key string, into *[]string) {
	var all []string
	if !t.strings(key, &all) {
		return
	}
	for i, s := range all {
		if !fs.ValidPath(s) || s == "." {
			t.doc.note(tomlpos.Element(t.at(key), i), fmt.Sprintf(`%q is not a file below the tree; write it like ".trace/cdimage.example.org"`, s))
		}
	}
	*into = all
}

func isTreeURL(s string) bool {
	if strings.ContainsAny(s, "?#") {
		return false
	}
	if strings.HasPrefix(s, "file:") {
		_, ok := localPath(s)
		return ok
	}
	return isURL(s, "https", "http")
}

// localPath is the path that a file: address means, which may be relative:
// file:cdimage, file:/srv/cdimage, file:///srv/cdimage.
func localPath(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" {
		return "", false
	}
	path := u.Path
	if u.Opaque != "" {
		path, err = url.PathUnescape(u.Opaque)
	}
	return path, err == nil && path != "" && !strings.Contains(path, "\x00")
}

// resolve makes a file: address absolute.
func (r *Tree) resolve(dir string) {
	if path, ok := localPath(r.URL); ok {
		u := url.URL{Scheme: "file", Path: filepath.Clean(from(dir, path))}
		r.URL = u.String()
	}
}

// Dir returns the directory of a tree whose URL is a file: address.
func (r Tree) Dir() (path string, ok bool) {
	if !strings.HasPrefix(r.URL, "file:") {
		return "", false
	}
	return localPath(r.URL)
}

func readPlan(t *table) Plan {
	p := defaultPlan()
	t.name("name", &p.Name)
	t.text("path", &p.Path)
	t.schedule("schedule", &p.Schedule)
	t.require("name", "path")
	t.close()
	return p
}

// noSource is the problem of a file that names nothing to ask.
const noSource = `names no source; add at least one [[tracker]], [[tree]] or [[plan]], or begin with what "shiplist init DIR" writes`

// absent says that a file is not there, and how to come by one.
func absent(path string, err error) error {
	if os.IsNotExist(err) {
		return fmt.Errorf(`%s: %w; run "shiplist init DIR" to write one, or name yours with --config FILE`, path, os.ErrNotExist)
	}
	return err
}
