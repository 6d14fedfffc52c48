package config

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseTarget(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]Target{
		"/srv/www":                     {Kind: TargetDirectory, Path: "/srv/www"},
		"./www":                        {Kind: TargetDirectory, Path: "./www"},
		"file:///srv/www":              {Kind: TargetDirectory, Path: "/srv/www"},
		"./odd:name":                   {Kind: TargetDirectory, Path: "./odd:name"},
		"web:/srv/www/":                {Kind: TargetRsync, Remote: "web:/srv/www"},
		"www@web.example:~/x":          {Kind: TargetRsync, Remote: "www@web.example:~/x"},
		"[2001:db8::1]:x":              {}, // the first colon is in the host; write it as rsync://
		"rsync://web/m":                {Kind: TargetRsync, Remote: "rsync://web/m"},
		"rsync://me@[::1]:8730/m/www/": {Kind: TargetRsync, Remote: "rsync://me@[::1]:8730/m/www"},
		"s3://my-bucket":               {Kind: TargetBucket, Bucket: "my-bucket"},
		"s3://my-bucket/a/b/":          {Kind: TargetBucket, Bucket: "my-bucket", Prefix: "a/b/"},
		"":                             {}, "ftp://host/x": {}, "https://host/x": {}, "s3://": {}, "s3://My_Bucket": {}, "s3://bucket/../x": {}, "s3://bucket/a b": {},
		"rsync://host": {}, "rsync://host/": {}, "rsync:///m": {}, "rsync://host/m/../../etc": {}, "rsync://-x/m": {}, "rsync://host//m": {},
		"-oProxyCommand=sh:/x": {}, "host:": {}, "host:-x": {}, "host:a b": {}, "host:$(reboot)": {}, "host:a;b": {}, "host:../x": {}, "a\x00b": {},
		"rsync://me:word@host/m": {}, "s3://id:word@bucket": {}, "rsync://me:a/b%word@host/m": {}, "me:word@host:/srv": {}, "rsync://me:a/word@host/m/../x": {},
		"rsync://host:8730/m/a@b": {Kind: TargetRsync, Remote: "rsync://host:8730/m/a@b"}, "web:/srv/a@b": {Kind: TargetRsync, Remote: "web:/srv/a@b"},
	} {
		got, err := ParseTarget(address)
		if (err == nil) != (want.Kind != "") {
			t.Errorf("%q: %+v, %v", address, got, err)
			continue
		}
		if err != nil {
			if strings.Contains(err.Error(), "word@") {
				t.Errorf("%q: the password is told: %v", address, err)
			}
			continue
		}
		want.Name, want.URL, want.Cache = address, address, time.Minute
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", address, diff)
		}
	}
}

// TestOverlaps: two places of which one is the other, or in it.
func TestOverlaps(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"/srv/www", "/srv/www", true},
		{"/srv/www", "/srv/www/look", true},
		{"/srv/www", "/srv/www2", false},
		{"/srv/www", "host:/srv/www", false},
		{"me@host:/srv/www", "host:/srv/www/a", true},
		{"host:/srv/www", "other:/srv/www", false},
		{"host:~/www", "host:www", true},
		{"host:/srv/www", "host:/srv/wwwa", false},
		{"rsync://host/m", "rsync://me@host/m/a", true},
		{"rsync://host/m", "rsync://host:8730/m", false},
		{"rsync://host/m", "rsync://HOST:873/m/a", true},
		{"host:/srv/www", "Host:/srv/www", true},
		{"rsync://host/m", "host:m", false},
		{"s3://bucket", "s3://bucket/www", true},
		{"s3://bucket/www", "s3://bucket/www2", false},
		{"s3://bucket2", "s3://bucket", false},
	} {
		a, errA := ParseTarget(tt.a)
		b, errB := ParseTarget(tt.b)
		if errA != nil || errB != nil || a.Overlaps(b) != tt.want || b.Overlaps(a) != tt.want {
			t.Errorf("%s and %s: want %t; %v %v", tt.a, tt.b, tt.want, errA, errB)
		}
	}
}

// TestTargets: paths count from the file, and every key is read.
func TestTargets(t *testing.T) {
	t.Parallel()
	c := parse(t, oneTree+`
[[target]]
name = "copy"
url = "www"
staging = true
[[target]]
name = "host"
url = "www@web:/srv/www"
key_file = "id"
port = 2222
switch = true
[[target]]
name = "daemon"
url = "rsync://web/m/www"
user = "me"
key_env = "KEY"
switch = true
[[target]]
name = "cdn"
url = "s3://bucket/x"
endpoint = "https://s3.example.org"
region = "eu-west-1"
user = "id"
key_file = "/etc/key"
cache = "0s"
`)
	want := []Target{
		{Name: "copy", Kind: TargetDirectory, URL: "www", Path: "/srv/ship/www", Staging: true, Cache: time.Minute},
		{Name: "host", Kind: TargetRsync, URL: "www@web:/srv/www", Remote: "www@web:/srv/www", KeyFile: "/srv/ship/id", Port: 2222, Switch: true, Cache: time.Minute},
		{Name: "daemon", Kind: TargetRsync, URL: "rsync://web/m/www", Remote: "rsync://web/m/www", User: "me", KeyEnv: "KEY", Switch: true, Cache: time.Minute},
		{Name: "cdn", Kind: TargetBucket, URL: "s3://bucket/x", Bucket: "bucket", Prefix: "x/", Endpoint: "https://s3.example.org", Region: "eu-west-1", User: "id", KeyFile: "/etc/key"},
	}
	if diff := cmp.Diff(want, c.Targets); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if key, err := c.Targets[2].Key(func(string) string { return " secret\n" }); err != nil || key.Reveal() != "secret" {
		t.Errorf("key %q, %v", key.Reveal(), err)
	}
	if key, err := c.Targets[1].Key(nil); err != nil || key.Reveal() != "" {
		t.Errorf("key of ssh: %v", err)
	}
}

// FuzzParseTarget: what is accepted has a kind, and nothing in it that a shell, ssh or rsync
// would take for anything but a host or a path.
func FuzzParseTarget(f *testing.F) {
	for _, text := range []string{"/srv/www", "me@host:/srv/www", "rsync://me@host:8730/m/x/", "s3://bucket/a/b", "file:x", "rsync://a:b@c/d", "::", "a:b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseTarget(text)
		if err != nil {
			return
		}
		switch got.Kind {
		case TargetDirectory:
			if at := got.At("/x").Path; !filepath.IsAbs(at) {
				t.Errorf("%q: %q", text, at)
			}
		case TargetRsync, TargetBucket:
			whole := got.Remote + got.Bucket + got.Prefix
			if strings.ContainsAny(whole, " \t\n'\"`$&|;<>()*?!\\\x00") || strings.HasPrefix(whole, "-") || strings.HasSuffix(got.Remote, "/") {
				t.Errorf("%q: %+v", text, got)
			}
		default:
			t.Errorf("%q has the kind %q", text, got.Kind)
		}
	})
}
