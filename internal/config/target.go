package config

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Kinds of a [Target].
const (
	TargetDirectory = "directory" // of this machine
	TargetRsync     = "rsync"     // what the program rsync reaches: a daemon, or a host by ssh
	TargetBucket    = "bucket"    // object storage that speaks S3
)

// Target is a further place to which what is published is brought.
type Target struct {
	Name string // the address, where it was given on the command line
	Kind string
	// URL is the address for people, without credentials.
	URL string
	// Path is the link of a directory; absolute.
	Path string
	// Remote is the address for rsync, without slash at its end: host:path, or
	// rsync://host/module/path.
	Remote string
	// Bucket and Prefix are where objects lie; the prefix is empty, or ends with a slash.
	Bucket, Prefix string
	Endpoint       string // https://... of the storage; empty for Amazon's
	Region         string // of the bucket; empty to ask the storage
	// Cache is how long pages of a bucket may be kept without asking again; 0 for never.
	Cache time.Duration
	// Port of a host by ssh; 0 for what ssh's own configuration says.
	Port int
	// Switch says that sets are sent beside each other, and a link is switched.
	Switch bool
	// Staging says that it shows what is not published yet, and says so on every page.
	Staging bool
	User    string
	KeyEnv  string // name of the environment variable that holds the key
	KeyFile string // file that holds it; of a host by ssh the file of its private key
}

// SSH reports whether rsync reaches a target by ssh.
func (t Target) SSH() bool {
	return t.Kind == TargetRsync && !strings.HasPrefix(t.Remote, rsyncScheme)
}

// Key reads the key of a target from where the configuration says; empty where none is
// named. That of a host by ssh stays in its file, which ssh reads.
func (t Target) Key(getenv func(string) string) (Secret, error) {
	if t.SSH() {
		return Secret{}, nil
	}
	return keyOf("key of target "+t.Name, t.KeyEnv, t.KeyFile, getenv)
}

// place is where a target is that is no directory, whoever it is asked as: two in one
// place, or one in another, would remove each other's files.
func (t Target) place() string {
	switch t.Kind {
	case TargetBucket:
		return bucketScheme + path.Join(t.Endpoint, t.Bucket, t.Prefix)
	case TargetRsync:
		scheme, end, rest := "", ":", t.Remote
		if !t.SSH() {
			scheme, end, rest = rsyncScheme, "/", strings.TrimPrefix(rest, rsyncScheme)
		}
		host, below, _ := strings.Cut(rest, end)
		host = strings.ToLower(host[strings.LastIndexByte(host, '@')+1:])
		if !t.SSH() {
			host = strings.TrimSuffix(host, ":873")
		}
		return fmt.Sprint(scheme, host, "/", strings.TrimPrefix(below, "~/"))
	}
	return ""
}

// Overlaps reports whether two targets are in one place, or one in the other's.
func (t Target) Overlaps(other Target) bool {
	switch {
	case t.Kind != other.Kind:
		return false
	case t.Kind == TargetDirectory:
		return within(t.Path, other.Path) || within(other.Path, t.Path)
	}
	a, b := t.place(), other.place()
	return strings.HasPrefix(a+"/", b+"/") || strings.HasPrefix(b+"/", a+"/")
}

// apartTargets notes targets that overlap, but for directories, which other places are
// held against, too.
func (d *document) apartTargets(all []Target) {
	for i, t := range all {
		for j, other := range all[:i] {
			if t.Kind != "" && t.Kind != TargetDirectory && t.Overlaps(other) {
				d.note(fmt.Sprintf("target[%d].url", i), fmt.Sprintf("%q is in or around the place of target[%d]; bring each to a place of its own", t.URL, j))
			}
		}
	}
}

// cacheLeast is how long pages of a bucket may be kept where nobody says.
const cacheLeast = time.Minute

const (
	rsyncScheme  = "rsync://"
	bucketScheme = "s3://"
)

// targetForm says how an address is written.
const targetForm = `the address of a target; write a directory like "/srv/www/releases", a host by ssh like "user@host:/srv/www/releases", ` +
	`a daemon like "rsync://host/module/path", or object storage like "s3://bucket/prefix"`

var (
	// A host, with a user; never what ssh or rsync would take for an option.
	remoteHost = regexp.MustCompile(`^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$`)
	// A path that no shell and no version of rsync takes for anything else.
	remotePath = regexp.MustCompile(`^[A-Za-z0-9._~/+@=,-]+$`)
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	s3Prefix   = regexp.MustCompile(`^[A-Za-z0-9._+=,-]+(?:/[A-Za-z0-9._+=,-]+)*$`)
)

// ParseTarget reads the address of a target. The path of a directory stays as written.
func ParseTarget(address string) (Target, error) {
	t := Target{Name: address, URL: address, Cache: cacheLeast}
	bad := fmt.Errorf("%q is not %s", address, targetForm)
	_, below, scheme := strings.Cut(address, "://")
	if at, _, _ := strings.Cut(below, "/"); scheme && withPassword(at) {
		return Target{}, errors.New("holds a password, which logs and lists of processes would show; write user, and key_env or key_file")
	}
	if withPassword(cmp.Or(below, address)) { // it may be meant as one
		bad = fmt.Errorf("it is not %s", targetForm)
	}
	host, rest, remote := strings.Cut(address, ":")
	switch {
	case strings.HasPrefix(address, bucketScheme):
		return t.bucket(strings.TrimPrefix(address, bucketScheme), bad)
	case strings.HasPrefix(address, rsyncScheme):
		host, rest, _ = strings.Cut(strings.TrimPrefix(address, rsyncScheme), "/")
		rest = strings.TrimRight(rest, "/")
		if !remoteHost.MatchString(host) || !remotePath.MatchString(rest) || unclean(rest) || rest[0] == '/' {
			return Target{}, bad
		}
		t.Kind, t.Remote = TargetRsync, rsyncScheme+host+"/"+rest
	case strings.HasPrefix(address, "file:"):
		file, ok := localPath(address)
		if !ok {
			return Target{}, bad
		}
		t.Kind, t.Path = TargetDirectory, file
	case remote && !strings.Contains(host, "/"):
		rest = strings.TrimRight(rest, "/")
		if !remoteHost.MatchString(host) || !remotePath.MatchString(rest) || unclean(rest) || rest[0] == '-' {
			return Target{}, bad
		}
		t.Kind, t.Remote = TargetRsync, host+":"+rest
	case address == "" || strings.ContainsRune(address, 0) || strings.Contains(address, "://"):
		return Target{}, bad
	default:
		t.Kind, t.Path = TargetDirectory, address
	}
	return t, nil
}

// withPassword reports whether a colon and then an @ may part a user, a password and a
// host.
func withPassword(address string) bool {
	user, _, found := strings.Cut(address, "@")
	return found && strings.Contains(user, ":")
}

// unclean reports whether a path has parts that lead elsewhere.
func unclean(p string) bool { return p == "" || path.Clean(p) != p || strings.HasPrefix(p, "..") }

func (t Target) bucket(rest string, bad error) (Target, error) {
	name, prefix, _ := strings.Cut(rest, "/")
	prefix = strings.TrimRight(prefix, "/")
	if !bucketName.MatchString(name) || prefix != "" && (!s3Prefix.MatchString(prefix) || unclean(prefix)) {
		return Target{}, bad
	}
	t.Kind, t.Bucket = TargetBucket, name
	if prefix != "" {
		t.Prefix = prefix + "/"
	}
	return t, nil
}

// At is a target with its directory counted from a folder.
func (t Target) At(dir string) Target {
	if t.Kind == TargetDirectory {
		t.Path = filepath.Clean(from(dir, t.Path))
	}
	return t
}

func readTarget(t *table) Target {
	var name, address string
	t.checked("name", &name, sourceName.MatchString, `a name; use lower-case letters, digits, "-", "+" and single dots`)
	t.text("url", &address)
	r, err := ParseTarget(address)
	if err != nil && address != "" {
		t.note("url", err.Error())
	}
	r.Name, r.Cache = name, cmp.Or(r.Cache, cacheLeast)
	t.checked("user", &r.User, userName.MatchString, "the name of a user")
	t.checked("key_env", &r.KeyEnv, envName.MatchString, `the name of an environment variable; write it like "WEB_KEY"`)
	t.text("key_file", &r.KeyFile)
	t.address("endpoint", &r.Endpoint, isEndpoint, `the address of a storage; write it like "https://s3.example.org"`)
	t.checked("region", &r.Region, regionName.MatchString, `a region; write it like "eu-west-1"`)
	t.duration("cache", &r.Cache, true)
	t.count("port", &r.Port, 1, 65535)
	t.flag("switch", &r.Switch)
	t.flag("staging", &r.Staging)
	t.require("name", "url")
	if name != "" {
		t.doc.unique("target", name, t.at("name"), "targets need different names")
	}
	if r.Kind != "" {
		r.fits(t)
	}
	t.close()
	return r
}

var (
	userName   = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.@+/=-]*$`)
	regionName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
)

func isEndpoint(s string) bool {
	u, err := url.Parse(s)
	return err == nil && isURL(s, "https", "http") && (u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == ""
}

// targetKeys are the kinds of target for which a key means something.
var targetKeys = map[string][]string{
	"user": {TargetRsync, TargetBucket}, "key_env": {TargetRsync, TargetBucket}, "key_file": {TargetRsync, TargetBucket},
	"endpoint": {TargetBucket}, "region": {TargetBucket}, "cache": {TargetBucket},
	"switch": {TargetRsync}, "staging": {TargetDirectory}, "port": {TargetRsync},
}

// fits notes keys that mean nothing for the kind of a target, and those that lack their
// counterpart.
func (t *Target) fits(row *table) {
	idle := false
	for key, kinds := range targetKeys {
		if _, there := row.values[key]; there && !slices.Contains(kinds, t.Kind) {
			row.note(key, fmt.Sprintf("means nothing for a %s; leave it out", kindWords[t.Kind]))
			idle = true
		}
	}
	if idle {
		return
	}
	env, file := t.KeyEnv != "", t.KeyFile != ""
	switch {
	case env && file:
		row.note("key_file", "key_env is there, too; name the key in one place only")
	case t.SSH() && env:
		row.note("key_env", "ssh reads its key from a file; write key_file, or leave that to ssh's own configuration")
	case !t.SSH() && t.Port != 0:
		row.note("port", `is part of the address of a daemon; write "rsync://host:port/module/path"`)
	case t.SSH() && t.User != "":
		row.note("user", `is part of the address of a host by ssh; write "user@host:path"`)
	case !t.SSH() && t.Kind != TargetDirectory && (env || file) && t.User == "":
		row.note("url", "a key needs the user whose it is; add user")
	case t.Kind != TargetDirectory && !t.SSH() && t.User != "" && !env && !file:
		row.note("user", "a user needs a key; add key_env or key_file")
	case t.Kind == TargetRsync && t.User != "" && strings.Contains(t.Remote, "@"):
		row.note("user", "the url names a user, too; name the user in one place only")
	case t.Switch && !t.SSH() && strings.Count(t.Remote, "/") < 4:
		row.note("switch", "needs a path below the module, beside which sets can lie; add one to url")
	case strings.HasPrefix(t.Endpoint, "http:") && !isLoopback(t.Endpoint):
		row.note("endpoint", "everything would go over the network for all to read and to change; use an https:// address")
	}
}

var kindWords = map[string]string{TargetDirectory: "directory", TargetRsync: "target of rsync", TargetBucket: "bucket"}
