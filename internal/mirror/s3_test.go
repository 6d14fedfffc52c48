package mirror

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
	"github.com/rclone/gofakes3/signature"

	"shiplist/internal/config"
)

// s3Server is a server of S3 on loopback, with a bucket, that checks who signs, and that
// nothing is asked of it that many storages do not know.
func s3Server(t *testing.T, wrap func(http.Handler) http.Handler) (address string) {
	t.Helper()
	return s3ServerOf(t, s3mem.New(), wrap)
}

// s3ServerOf serves a bucket of a backend.
func s3ServerOf(t *testing.T, backend gofakes3.Backend, wrap func(http.Handler) http.Handler) (address string) {
	t.Helper()
	if err := backend.CreateBucket(t.Context(), "bucket"); err != nil {
		t.Fatal(err)
	}
	handler := gofakes3.New(backend).Server()
	server := httptest.NewServer(wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		plain(t, r)
		code := signature.V4SignVerifyWithSecret(r, "my-secret-key")
		if answer := signature.GetAPIError(code); code != signature.ErrNone {
			w.WriteHeader(answer.HTTPStatusCode)
			_, _ = w.Write(signature.EncodeAPIErrorToResponse(answer))
			return
		}
		handler.ServeHTTP(w, r)
	})))
	t.Cleanup(server.Close)
	return server.URL
}

// plain holds a request against what every storage knows.
func plain(t *testing.T, r *http.Request) {
	t.Helper()
	for name, values := range r.Header {
		name = strings.ToLower(name)
		if strings.Contains(name, "checksum") || strings.Contains(name, "trailer") || name == "expect" || name == "content-encoding" {
			t.Errorf("%s %s has %s: %q", r.Method, r.URL, name, values)
		}
	}
	if strings.Contains(r.Header.Get("Authorization"), "accept-encoding") || strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING") || r.TransferEncoding != nil {
		t.Errorf("%s %s: %v %v", r.Method, r.URL, r.Header, r.TransferEncoding)
	}
	if r.Method == http.MethodPut && (r.Header.Get("Content-Md5") == "" || r.ContentLength < 0) {
		t.Errorf("%s %s without MD5 or length", r.Method, r.URL)
	}
	if !strings.Contains(r.UserAgent(), " shiplist/1.2.3") || !strings.HasPrefix(r.URL.Path, "/") {
		t.Errorf("%s %s by %q", r.Method, r.URL, r.UserAgent())
	}
}

// s3Target is a bucket of a server, with the key of s3Server.
func s3Target(t *testing.T, at, endpoint string) (config.Target, func(*Options)) {
	t.Helper()
	target := address(t, at)
	target.Endpoint, target.Region, target.User, target.KeyEnv = endpoint, "eu-west-1", "web-user", "KEY"
	return target, withKey("my-secret-key")
}

func withKey(key string) func(*Options) {
	return func(o *Options) {
		o.Getenv, o.Version, o.wait = func(string) string { return key }, "1.2.3", time.Millisecond
	}
}

// open3 opens a target as a run does.
func open3(t *testing.T, target config.Target, change func(*Options)) storage {
	t.Helper()
	o := Options{}
	change(&o)
	secret, err := target.Key(o.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openS3(t.Context(), target, secret, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestS3 brings sets to a real server of S3, whose answers it counts.
func TestS3(t *testing.T) {
	t.Parallel()
	var mutex sync.Mutex
	var asked []string
	cut := "" // a path whose answer is cut
	url := s3Server(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mutex.Lock()
			asked = append(asked, r.Method+" "+r.URL.Path)
			fails := cut != "" && strings.HasSuffix(r.URL.Path, cut) && r.Method == http.MethodPut
			mutex.Unlock()
			if fails {
				http.Error(w, "<Error><Code>AccessDenied</Code><Message>no more</Message></Error>", http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	cutAt := func(path string) {
		mutex.Lock()
		defer mutex.Unlock()
		cut = path
	}
	requests := func() []string { // since the last time
		mutex.Lock()
		defer mutex.Unlock()
		list := asked
		asked = nil
		return list
	}
	s := newSite(t)
	target, right := s3Target(t, "s3://bucket/www/ships", url)
	has := func() pages { return s3Pages(t, target, right) }
	show(t, s, 1)
	if r := one(t, s, target, right); r.Action != Sent || r.Files != 8 {
		t.Fatalf("first: %+v", r)
	}
	same(t, s, has())
	requests()
	if r := one(t, s, target, right); r.Action != Nothing {
		t.Errorf("again: %+v", r)
	}
	for _, a := range requests() {
		if !strings.HasPrefix(a, "GET ") && !strings.HasPrefix(a, "HEAD ") {
			t.Errorf("nothing to do, and %s", a)
		}
	}
	show(t, s, 2)
	cutAt("/index.html")
	if r := one(t, s, target, right); r.Action != Failed || !strings.Contains(r.Error, "write s3://bucket/www/ships/") || !strings.Contains(r.Error, "let the user list the bucket") {
		t.Errorf("cut: %+v", r)
	}
	cutAt("")
	if r := one(t, s, target, right); r.Action != Sent || r.Deleted != 2 || r.Files >= 8 {
		t.Errorf("completed: %+v", r)
	}
	same(t, s, has())
	for _, tt := range []struct {
		change func(*config.Target)
		key    string
		want   string
	}{
		{func(t *config.Target) { t.Bucket = "nobodys" }, "my-secret-key", "make the bucket, or correct the url"},
		{func(t *config.Target) {}, "other-secret-key", "correct the key"},
		{func(t *config.Target) { t.User, t.KeyEnv = "", "" }, "", "there is no key for s3://bucket/www/ships"},
	} {
		other := target
		tt.change(&other)
		r := one(t, s, other, withKey(tt.key))
		if r.Action != Failed || !strings.Contains(r.Error, tt.want) || tt.key != "" && strings.Contains(fmt.Sprintf("%+v", r), tt.key) {
			t.Errorf("want %q: %+v", tt.want, r)
		}
	}
}

// s3Pages reads what a visitor would, with what the server tells of it.
func s3Pages(t *testing.T, target config.Target, change func(*Options)) pages {
	t.Helper()
	s := open3(t, target, change)
	list, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := pages{}
	for key := range list {
		if key == markKey {
			continue
		}
		text, err := s.Read(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		all[key] = string(text)
		if sum, err := s.Sum(t.Context(), key); err != nil || sum != fileOf(key, string(text)).sha {
			t.Errorf("%s: noted sum %q, %v", key, sum, err)
		}
	}
	return all
}

// TestS3Many: a list of several pages is read whole, whatever the keys are, and each of
// them can be asked for and removed.
func TestS3Many(t *testing.T) {
	t.Parallel()
	backend := s3mem.New()
	url := s3ServerOf(t, backend, func(next http.Handler) http.Handler { return next })
	want := []string{"a b+c.html", "a%20b.html", "a&b=c.html", "ü/日本.html", "a'b\"c.html", "~x,y@z.html", "deep/" + strings.Repeat("x", 200) + "/index.html"}
	odd := len(want)
	for i := range 2 * pageKeys {
		want = append(want, fmt.Sprintf("products/%05d/index.html", i))
	}
	for _, key := range append(slices.Clone(want), "../wwwx/else.html") {
		if _, err := backend.PutObject(t.Context(), "bucket", path.Join("www", key), map[string]string{"X-Amz-Meta-Sha256": "noted"}, strings.NewReader(key), int64(len(key))); err != nil {
			t.Fatal(err)
		}
	}
	target, right := s3Target(t, "s3://bucket/www", url)
	s := open3(t, target, right)
	list, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(list)); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("%d objects, want %d", len(got), len(want))
	}
	for _, key := range want[:odd] {
		sum, errSum := s.Sum(t.Context(), key)
		text, errRead := s.Read(t.Context(), key)
		if err := errors.Join(errSum, errRead, s.Remove(t.Context(), key)); err != nil || sum != "noted" || string(text) != key {
			t.Errorf("%q: sum %q, text %q, %v", key, sum, text, err)
		}
	}
	if list, err = s.List(t.Context()); err != nil || len(list) != 2*pageKeys {
		t.Errorf("%d objects are left, %v", len(list), err)
	}
}

// TestS3Gone: what is not there is no error where that is no matter.
func TestS3Gone(t *testing.T) {
	t.Parallel()
	url := s3Server(t, func(next http.Handler) http.Handler { return next })
	target, right := s3Target(t, "s3://bucket", url)
	s := open3(t, target, right)
	text, errRead := s.Read(t.Context(), "x")
	sum, errSum := s.Sum(t.Context(), "x")
	if err := errors.Join(errRead, errSum, s.Remove(t.Context(), "x")); err != nil || text != nil || sum != "" {
		t.Errorf("%q %q %v", text, sum, err)
	}
}

// TestS3Object: what servers tell with an object, and that one that is larger than the
// library's parts is sent in one request, as its ETag was no MD5 otherwise.
func TestS3Object(t *testing.T) {
	t.Parallel()
	var mutex sync.Mutex
	asked := map[string]http.Header{}
	url := s3Server(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mutex.Lock()
			asked[r.Method+" "+r.URL.Path+" "+r.URL.Query().Get("uploads")] = r.Header.Clone()
			mutex.Unlock()
			next.ServeHTTP(w, r)
		})
	})
	target, right := s3Target(t, "s3://bucket/www", url)
	s := open3(t, target, right)
	large := bytes.Repeat([]byte("ship "), partLeast/4)
	for name, body := range map[string][]byte{"large.json": large, "empty.html": nil} {
		h := header{contentType: "text/html; charset=utf-8", cache: "public, max-age=60", sha: fileOf(name, string(body)).sha}
		if err := s.Write(t.Context(), name, body, h); err != nil {
			t.Fatal(err)
		}
		mutex.Lock()
		got := asked["PUT /bucket/www/"+name+" "]
		mutex.Unlock()
		want := map[string]string{"Content-Type": h.contentType, "Cache-Control": h.cache, "X-Amz-Meta-Sha256": h.sha}
		for key, value := range want {
			if got.Get(key) != value {
				t.Errorf("%s: %s is %q, want %q", name, key, got.Get(key), value)
			}
		}
	}
	if err := s.Write(t.Context(), "", nil, header{contentType: "application/x-directory"}); err != nil { // as consoles do for a folder
		t.Fatal(err)
	}
	list, err := s.List(t.Context())
	mutex.Lock()
	defer mutex.Unlock()
	if len(asked) != 4 {
		t.Errorf("asked %v", slices.Sorted(maps.Keys(asked)))
	}
	want := map[string]object{"large.json": {int64(len(large)), fileOf("", string(large)).md5}, "empty.html": {0, fileOf("", "").md5}}
	if diff := cmp.Diff(want, list, cmp.AllowUnexported(object{})); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestS3Encrypted: a storage whose ETags are no MD5 is asked for the noted checksums, and
// nothing is sent again.
func TestS3Encrypted(t *testing.T) {
	t.Parallel()
	tag := regexp.MustCompile(`<ETag>[^<]*</ETag>`)
	writes := atomic.Int32{}
	url := s3Server(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				writes.Add(1)
			}
			if !r.URL.Query().Has("list-type") {
				next.ServeHTTP(w, r)
				return
			}
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			w.WriteHeader(answer.Code)
			_, _ = w.Write(tag.ReplaceAll(answer.Body.Bytes(), []byte("<ETag>00000000000000000000000000000000</ETag>")))
		})
	})
	target, right := s3Target(t, "s3://bucket", url)
	s := newSite(t)
	show(t, s, 1)
	if r := one(t, s, target, right); r.Action != Sent {
		t.Fatalf("%+v", r)
	}
	writes.Store(0)
	if r := one(t, s, target, right); r.Action != Nothing || writes.Load() != 0 {
		t.Errorf("%d writes: %+v", writes.Load(), r)
	}
}

// TestHexOnly: an ETag is the MD5 of an object, or nothing that can be compared.
func TestHexOnly(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		`"D41D8CD98F00B204E9800998ECF8427E"`: "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e-3": "", "": "", "zz": "",
	} {
		if got := hexOnly(tag); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
}
