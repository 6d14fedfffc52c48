package mirror

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/issue"
)

// memory is a bucket in memory.
type memory struct {
	mutex   sync.Mutex
	objects map[string]stored
	// encrypts says that it tells no MD5 of what it has.
	encrypts bool
	written  []string
	// seen is told of the state after each change.
	seen func()
}

type stored struct {
	body string
	header
}

func newMemory() *memory { return &memory{objects: map[string]stored{}, seen: func() {}} }

func (m *memory) List(context.Context) (map[string]object, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	all := map[string]object{}
	for key, o := range m.objects {
		sum := fileOf(key, o.body).md5
		if m.encrypts {
			sum = strings.Repeat("0", 32)
		}
		all[key] = object{int64(len(o.body)), sum}
	}
	return all, nil
}

func (m *memory) Sum(_ context.Context, key string) (string, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.objects[key].sha, nil
}

func (m *memory) Read(_ context.Context, key string) ([]byte, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return []byte(m.objects[key].body), nil
}

func (m *memory) Write(_ context.Context, key string, body []byte, h header) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.objects[key] = stored{string(body), h}
	m.written = append(m.written, key)
	m.seen()
	return nil
}

func (m *memory) Remove(_ context.Context, key string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.objects, key)
	m.seen()
	return nil
}

// pages are its objects, without the mark.
func (m *memory) pages() pages {
	all := pages{}
	for key, o := range m.objects {
		if key != markKey {
			all[key] = o.body
		}
	}
	return all
}

func (m *memory) use(o *Options) {
	o.storage = func(context.Context, config.Target, config.Secret, Options) (storage, error) { return m, nil }
}

// TestBucketSteps: whatever step fails, and whatever comes next, no page that a visitor
// reaches leads to nothing at any time, and the next run completes it.
func TestBucketSteps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	target := address(t, "s3://bucket/www")
	m := newMemory()
	m.seen = func() {
		if _, begun := m.objects["index.html"]; !begun {
			return // the first time nobody visits
		}
		if links := dead(m.pages()); links != nil {
			t.Errorf("dead links %v", links)
		}
	}
	show(t, s, 1)
	m.objects["index.html"] = stored{}
	if r := one(t, s, target, m.use); !strings.Contains(r.Error, `holds "index.html" and no .shiplist-target.json`) || len(m.objects) != 1 {
		t.Errorf("somebody else's: %+v", r)
	}
	delete(m.objects, "index.html")
	if r := one(t, s, target, m.use); r.Action != Sent || r.Files != 8 || r.Deleted != 0 {
		t.Fatalf("first: %+v", r)
	}
	same(t, s, m.pages())
	n := 1
	for ; ; n++ {
		show(t, s, n+1)
		count := 0
		r := one(t, s, target, m.use, faultAt(n, &count))
		if r.Action != Failed {
			break
		}
		if n%2 == 0 { // an even one is followed by yet another set
			continue
		}
		if r := one(t, s, target, m.use); r.Error != "" {
			t.Errorf("step %d again: %+v", n, r)
		}
		same(t, s, m.pages())
	}
	if n < 12 {
		t.Errorf("only %d steps", n)
	}
	same(t, s, m.pages())
}

// TestBucketSent: what is there is not sent again, also by a storage that tells no MD5; all
// is sent again where what servers tell with it changes, until that is complete.
func TestBucketSent(t *testing.T) {
	t.Parallel()
	for _, encrypts := range []bool{false, true} {
		s := newSite(t)
		m := newMemory()
		m.encrypts = encrypts
		target := address(t, "s3://bucket")
		show(t, s, 1)
		one(t, s, target, m.use)
		show(t, s, 2)
		m.written = nil
		if r := one(t, s, target, m.use); r.Files != 7 || r.Deleted != 2 {
			t.Errorf("encrypts %t: %+v, written %v", encrypts, r, m.written)
		}
		last := len(m.written) - 1
		if m.written[0] != "assets/style-000002.css" || m.written[last-3] != "index.html" || !issue.Own(m.written[last-2]) || !issue.Own(m.written[last-1]) || m.written[last] != markKey {
			t.Errorf("order %v", m.written)
		}
		if r := one(t, s, target, m.use); r.Action != Nothing {
			t.Errorf("encrypts %t: %+v", encrypts, r)
		}
		target.Cache = 0
		count := 0
		if r := one(t, s, target, m.use, faultAt(5, &count)); r.Action != Failed {
			t.Errorf("%+v", r)
		}
		if r := one(t, s, target, m.use); r.Files != 9 {
			t.Errorf("other headers: %+v", r)
		}
		if got := m.objects["index.html"]; got.cache != "no-cache" || got.contentType != "text/html; charset=utf-8" {
			t.Errorf("%+v", got.header)
		}
	}
}

// TestOrder: which phase each file belongs to.
func TestOrder(t *testing.T) {
	t.Parallel()
	set := []file{
		fileOf("SHA256SUMS", "s"), fileOf("assets/a.css", "a"), fileOf("changed.html", "2"), fileOf("changed.json", "2"),
		fileOf("longer.html", "22"), fileOf("new.html", "n"), fileOf("same.html", "s"),
		fileOf("streams/v1/a.sjson", "n"), fileOf("streams/v1/index.json", "2"), fileOf("streams/v1/index.sjson", "n"),
	}
	there := map[string]object{
		"changed.html": {1, fileOf("", "1").md5}, "changed.json": {1, fileOf("", "1").md5}, "longer.html": {1, fileOf("", "1").md5},
		"same.html": {1, fileOf("", "s").md5}, "old.html": {1, ""}, "assets/old.css": {1, ""},
		"streams/v1/index.json": {1, fileOf("", "1").md5},
	}
	var got []string
	for _, p := range order(set, there, false) {
		line := p.name + ":"
		for _, f := range p.send {
			line += " " + f.name
			if p.maybe[f.name] {
				line += "?"
			}
		}
		got = append(got, line+strings.Join(append([]string{""}, p.remove...), " -"))
	}
	want := []string{
		"assets: assets/a.css", "new: new.html streams/v1/a.sjson", "changed: changed.json?",
		"pages: changed.html? longer.html streams/v1/index.json? streams/v1/index.sjson", "sums: SHA256SUMS",
		"remove: -assets/old.css -old.html",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBucketShared: what others put below the prefix later stays, and what somebody
// changed of ours is mended.
func TestBucketShared(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	m := newMemory()
	target := address(t, "s3://bucket/www")
	show(t, s, 1)
	one(t, s, target, m.use)
	m.objects["theirs/a b.html"] = stored{body: "theirs"}
	m.objects["about/index.html"] = stored{body: strings.Repeat("x", len(m.objects["about/index.html"].body))}
	delete(m.objects, "facts.json")
	show(t, s, 2)
	r := one(t, s, target, m.use)
	if r.Action != Sent || r.Left != 1 || r.Deleted != 2 || r.Files != 8 || m.objects["theirs/a b.html"].body != "theirs" {
		t.Errorf("%+v", r)
	}
	if r := one(t, s, target, m.use); r.Action != Nothing || r.Left != 1 {
		t.Errorf("again: %+v", r)
	}
	delete(m.objects, "theirs/a b.html")
	same(t, s, m.pages())
}

// TestBucketHeaders: objects that were sent with other headers, as by another version of
// the program, are sent again.
func TestBucketHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	m := newMemory()
	target := address(t, "s3://bucket")
	show(t, s, 1)
	one(t, s, target, m.use)
	m.objects[markKey] = stored{body: `{"about": "", "headers": "of before"}`}
	if r := one(t, s, target, m.use); r.Files != 8 {
		t.Errorf("%+v", r)
	}
	if r := one(t, s, target, m.use); r.Action != Nothing {
		t.Errorf("%+v", r)
	}
}
