package main

import (
	"crypto/sha256"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// watched is a file and what watches it. The text settles within milliseconds.
func watched(t *testing.T, path string) *watcher {
	t.Helper()
	w := watchWith(path, fingerprintOf(path), 5*time.Millisecond, slog.New(slog.NewTextHandler(t.Output(), nil)))
	t.Cleanup(w.Close)
	return w
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}

// wantTold waits for the news of a text; news of others must not come before.
func wantTold(t *testing.T, w *watcher, text string) {
	t.Helper()
	got := <-w.Changed
	if got == sha256.Sum256(nil) { // on a busy machine the moment between emptying and writing is long
		got = <-w.Changed
	}
	if got != sha256.Sum256([]byte(text)) {
		t.Errorf("told of another text than %q", text)
	}
}

// TestWatch: each way in which a file comes by a new text is noticed, and nothing
// else is: were there news in between, the next would not be of the text that is
// waited for.
func TestWatch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.toml")
	write(t, path, "one")
	w := watched(t, path)

	write(t, path, "two")
	wantTold(t, w, "two")

	write(t, filepath.Join(dir, "log"), "not ours")
	write(t, path, "two") // the same again
	write(t, path+"~", "three")
	rename(t, path+"~", path) // as editors do
	wantTold(t, w, "three")

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	write(t, path, "three") // back as it was
	write(t, path, "four")
	wantTold(t, w, "four")
}

// TestWatchLinks: a folder of links is replaced as a whole, as containers get their
// configuration.
func TestWatchLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name ...string) string { return filepath.Join(append([]string{dir}, name...)...) }
	for _, version := range []string{"v1", "v2", "v3"} {
		if err := os.Mkdir(in(version), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, in(version, "config.toml"), version)
	}
	link(t, "v1", in("now"))
	link(t, filepath.Join("now", "config.toml"), in("config.toml"))
	w := watched(t, in("config.toml"))
	for _, version := range []string{"v2", "v3"} {
		link(t, version, in("next"))
		rename(t, in("next"), in("now"))
		wantTold(t, w, version)
	}
	write(t, in("v3", "config.toml"), "v4")
	wantTold(t, w, "v4")
}

// TestWatchBeforeItBegan: a change between reading and watching is not missed.
func TestWatchBeforeItBegan(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.toml")
	write(t, path, "new")
	w := watchWith(path, sha256.Sum256([]byte("old")), time.Millisecond, slog.New(slog.DiscardHandler))
	defer w.Close()
	wantTold(t, w, "new")
}
