package tree

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
)

// sampleMemory has one of everything, with names that are no text.
func sampleMemory() *memory {
	at := time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC)
	m := newMemory("https://cdimage.example/")
	m.listings["odd\xffname%41"] = &heardListing{
		heard: heard{Asked: at, Hash: "\x00\xfe", Validators: fetch.Validators{ETag: `"a"`}}, stamp: "2026-09-01",
		list: &listing{form: "table", entries: []entry{{name: "%2e%2e", dir: true, size: -1}, {name: "a\xfeb", size: 5, exact: true, modified: at, stamp: "\xff"}}},
	}
	m.files["SHA256SUMS"] = &heardFile{heard: heard{Asked: at, Changed: at}, Body: "00\xff *a\n<&>\u2028"}
	m.files["gone"] = &heardFile{heard: heard{Asked: at, Status: 404, Text: "404 Not Found"}}
	m.hints[".trace/host"] = &heardHint{Hash: "\x01", Changed: at}
	m.sizes["a\xfe.iso\x0000ff"] = &heardSize{Size: 5, Modified: at}
	m.distrust = &distrust{Until: at, Hint: ".trace/host", Path: "kubuntu"}
	return m
}

func encoded(t testing.TB, m *memory) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// FuzzMemory reads back what was written, and nothing else without an error.
func FuzzMemory(f *testing.F) {
	unpacked := func(raw []byte) []byte {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			f.Fatal(err)
		}
		var b bytes.Buffer
		_, _ = b.ReadFrom(z)
		return b.Bytes()
	}
	f.Add(unpacked(encoded(f, sampleMemory())))
	const head = `{"version":2,"tree":"http://a/"}`
	f.Add([]byte(head + `{"path":"a/../b","listing":{}}`))
	f.Add([]byte(head + `{"path":"a","listing":{"entries":[{"n":"b"},{"n":"a"}]}}`))
	f.Add([]byte(head + `{"path":"a","listing":{"status":404,"entries":[{"n":"b"}]}}`))
	f.Add([]byte(head + `{"path":"a"}`))
	f.Add([]byte(head + `{"key":"a","size":{"size":-1}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = z.Write(raw)
		_ = z.Close()
		m, err := decodeMemory(&packed)
		if err != nil {
			return
		}
		again, err := decodeMemory(bytes.NewReader(encoded(t, m)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(encoded(t, m), encoded(t, again)); diff != "" {
			t.Error(diff)
		}
		for path, l := range m.listings {
			if path != "" && !validPath(string(path)) {
				t.Errorf("path %q", path)
			}
			if (l.list == nil) != (l.Status != 0) {
				t.Errorf("%q has status %d, and listing %v", path, l.Status, l.list)
			}
			if l.list == nil {
				continue
			}
			for _, e := range l.list.entries {
				if l.find(e.name) == nil {
					t.Errorf("%q is not found in %q", e.name, path)
				}
			}
		}
	})
}

// TestMemoryFile reads a memory as it was written, and none that is damaged, of
// another tree or of another version.
func TestMemoryFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "deep", "full.tree.json.gz")
	want := sampleMemory()
	if m, err := loadMemory(name, want.tree); err != nil || len(m.listings) > 0 {
		t.Errorf("without a file: %v, error %v", m, err)
	}
	if err := want.save(name); err != nil {
		t.Fatal(err)
	}
	got, err := loadMemory(name, want.tree)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(memory{}, heardListing{}, heardFile{}, listing{}, entry{})); diff != "" {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
	if _, err := loadMemory(name, "https://elsewhere.example/"); err == nil {
		t.Error("the memory of another tree is used")
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for n := range raw {
		if _, err := decodeMemory(bytes.NewReader(raw[:n])); err == nil {
			t.Fatalf("the first %d of %d bytes are read as a memory", n, len(raw))
		}
	}
}

// TestMemoryBounded forgets files that are large, and those that would be too much.
func TestMemoryBounded(t *testing.T) {
	t.Parallel()
	m := newMemory("")
	body := text(strings.Repeat("a", maxBody))
	for i := range maxBodies/maxBody + 3 {
		m.files[text(strconv.Itoa(i))] = &heardFile{Body: body}
	}
	m.files["large"] = &heardFile{Body: body + "a"}
	m.bound()
	if n := len(m.files); n != maxBodies/maxBody || m.files["large"] != nil {
		t.Errorf("%d files are remembered, want %d", n, maxBodies/maxBody)
	}
}

// TestMemoryDamaged costs a full poll and nothing else.
func TestMemoryDamaged(t *testing.T) {
	t.Parallel()
	l := live(t, fullSample(), config.Tree{})
	first, cost := l.poll(t, 0)
	log := l.logged()
	if err := os.WriteFile(l.source.memoryFile(), []byte("no memory"), 0o600); err != nil {
		t.Fatal(err)
	}
	second, n := l.poll(t, time.Minute)
	if n != cost {
		t.Errorf("%d requests, want as many as at first, %d", n, cost)
	}
	if diff := cmp.Diff(first.Facts, second.Facts); diff != "" {
		t.Errorf("facts (-first +second):\n%s", diff)
	}
	l.poll(t, time.Minute)
	if text := log.String(); strings.Count(text, "level=WARN") != 1 || !strings.Contains(text, "not readable") || !strings.Contains(text, l.source.memoryFile()) {
		t.Errorf("want one warning that names the file, logged:\n%s", text)
	}
	l.source.o.ReadOnly = true
	if err := os.Remove(l.source.memoryFile()); err != nil {
		t.Fatal(err)
	}
	l.poll(t, time.Minute)
	if _, err := os.Stat(l.source.memoryFile()); err == nil {
		t.Error("a poll that may write nothing wrote its memory")
	}
}

// TestInterruptedPoll takes nothing for known that a failed poll left half read,
// however far that had come.
func TestInterruptedPoll(t *testing.T) {
	t.Parallel()
	for after := 1; after < 38; after += 6 {
		l := live(t, fullSample(), config.Tree{})
		first, _ := l.poll(t, 0)
		s := fullSample()
		const at = "ubuntu/stonking/daily-live/20260901"
		s.image(at, "stonking-desktop-riscv64.iso", "new")
		s.sums(at)
		l.become(s)
		ctx, cancel := context.WithCancel(t.Context())
		l.tell(func(n int) {
			if n == after {
				cancel()
			}
		})
		if _, err := l.source.Poll(ctx, first.Facts); err == nil {
			t.Fatalf("the poll was not interrupted after %d requests", after)
		}
		l.tell(nil)
		answer, _ := l.poll(t, time.Minute)
		if diff := cmp.Diff(l.full(t, first.Facts).Facts, answer.Facts); diff != "" {
			t.Errorf("facts after %d requests (-full +quiet):\n%s", after, diff)
		}
	}
}
