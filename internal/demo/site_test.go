package demo

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestSiteHandler(t *testing.T) {
	t.Parallel()
	h := SiteHandler(fstest.MapFS{
		"index.html": {Data: []byte("home")}, "404.html": {Data: []byte("not here")},
		"noble/index.html": {Data: []byte("noble")}, "noble/manifest.json": {Data: []byte("{}")},
		"SHA256SUMS": {Data: []byte("x")}, "empty/a+b.css": {Data: []byte("c")},
	})
	for _, test := range []struct {
		target, kind, body string
		status             int
	}{
		{"/", "text/html; charset=utf-8", "home", 200},
		{"/noble/", "text/html; charset=utf-8", "noble", 200},
		{"/noble/manifest.json", "application/json", "{}", 200},
		{"/SHA256SUMS", "text/plain; charset=utf-8", "x", 200},
		{"/empty/a+b.css", "text/css; charset=utf-8", "c", 200},
		{"/empty/", "text/html; charset=utf-8", "not here", 404},
		{"/none", "text/html; charset=utf-8", "not here", 404},
		{"/index.html/", "text/html; charset=utf-8", "not here", 404},
		{"/../../etc/passwd", "text/html; charset=utf-8", "not here", 404},
	} {
		w := get(h, test.target)
		if w.Code != test.status || w.Header().Get("Content-Type") != test.kind || w.Body.String() != test.body {
			t.Errorf("%s: %d %s %q", test.target, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}
	w := get(h, "/noble?x=1")
	if w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != "./noble/?x=1" {
		t.Errorf("missing slash: %d to %q", w.Code, w.Header().Get("Location"))
	}
	post := httptest.NewRecorder()
	h.ServeHTTP(post, httptest.NewRequest(http.MethodPost, "/", nil))
	if post.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", post.Code)
	}
}

// A link that leaves the directory is not followed.
func TestServeSiteStaysInside(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte("home"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"file": filepath.Join(outside, "secret"), "dir": outside, "up": "../" + filepath.Base(outside)} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- ServeSite(ctx, l, dir) }()
	for name, want := range map[string]int{"": 200, "file": 404, "dir/secret": 404, "up/secret": 404, "%2e%2e/" + filepath.Base(outside) + "/secret": 404} {
		answer, err := http.Get("http://" + l.Addr().String() + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != want || strings.Contains(string(body), "secret") {
			t.Errorf("%q: %s %q %v", name, answer.Status, body, err)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestServeSiteWithoutDirectory(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := ServeSite(t.Context(), l, filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("error is %v, want one that names the directory", err)
	}
}
