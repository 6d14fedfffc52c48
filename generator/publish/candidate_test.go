package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shiplist/generator/staged"
)

// TestDigest: an older set can be published by the beginning of its digest.
func TestDigest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := Publish(t.Context(), Options{Site: s}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "run 'shiplist generate' first") {
		t.Errorf("nothing staged: %v", err)
	}
	one := stage(t, s, version(1), staged.Record{})
	stage(t, s, version(2), staged.Record{})
	if _, err := Publish(t.Context(), Options{Site: s, Digest: "0123456789"}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "--list") {
		t.Errorf("no such set: %v", err)
	}
	if _, err := os.Stat(SetsDir(s.Output)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was made for nothing: %v", err)
	}
	if _, err := Publish(t.Context(), Options{Site: s, Digest: one[:8]}); err != nil {
		t.Fatal(err)
	}
	want(t, s, 1)
}

// TestPublishKept: a set that is staged no more can be published as long as it is kept,
// without the assets that it got of others; not if somebody changed it.
func TestPublishKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 2)
	if _, err := Rollback(t.Context(), Options{Site: s}, 1); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(s.Staged); err != nil {
		t.Fatal(err)
	}
	two := digest(version(2))
	res, err := Publish(t.Context(), Options{Site: s, Digest: two[:6]})
	if err != nil || res.Set != "000003-"+Short(two) || res.Changed != 3 {
		t.Fatalf("%+v, %v", res, err)
	}
	want(t, s, 2)
	sums(t, s.Output)
	tidy(t, s, 3)
	put(t, filepath.Join(SetsDir(s.Output), "000001-"+Short(digest(version(1))), "index.html"), "buy")
	if _, err := Publish(t.Context(), Options{Site: s, Digest: digest(version(1)), Force: true}); !errors.Is(err, errEdited) || !strings.Contains(err.Error(), "publish another set") {
		t.Errorf("an edited set: %v", err)
	}
	want(t, s, 2)
}

// TestDraft: a draft is published only by its digest.
func TestDraft(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stageAll(t, s, 1, 1)
	d, err := staged.Open(t.Context(), s.Staged)
	if err != nil {
		t.Fatal(err)
	}
	temp, err := d.Temp()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range version(2) {
		put(t, filepath.Join(temp, name), text)
	}
	two := digest(version(2))
	if _, err := d.Adopt(temp, staged.Record{Digest: two, Draft: true, AsOf: start.Add(9 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if res := publish(t, s); res.Action != Nothing {
		t.Errorf("%+v", res)
	}
	if l, err := List(s); err != nil || len(l.Staged) != 2 || l.Staged[0].Draft || !l.Staged[1].Draft {
		t.Errorf("%+v, %v", l.Staged, err)
	}
	if _, err := Publish(t.Context(), Options{Site: s, Digest: two[:8]}); err != nil {
		t.Fatal(err)
	}
	want(t, s, 2)
}
