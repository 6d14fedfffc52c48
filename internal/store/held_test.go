package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

func TestHold(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	if k, err := w.Kept("a"); k != nil || err != nil {
		t.Fatalf("kept %v, error %v", k, err)
	}
	for _, id := range []string{"1", "2"} {
		want := Kept{
			Facts: sample("a", id, "beta"), Polled: time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC),
			Problems: []release.Problem{{Rule: "listing", Text: "x " + id}},
		}
		digest, err := w.Hold("a", want)
		if err != nil {
			t.Fatal(err)
		}
		want.Digest = digest
		got, err := w.Kept("a")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if _, err := os.Stat(filepath.Join(data, "a")); err == nil {
		t.Error("holding back has written data")
	}
	if err := w.Drop("a"); err != nil {
		t.Fatal(err)
	}
	if k, err := w.Kept("a"); k != nil || err != nil {
		t.Errorf("kept %v, error %v", k, err)
	}
}

// TestHoldNothing: an empty answer can be kept, too.
func TestHoldNothing(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	digest, err := w.Hold("a", Kept{Facts: &release.Facts{}})
	if err != nil {
		t.Fatal(err)
	}
	k, err := w.Kept("a")
	if err != nil || k == nil || k.Digest != digest || len(k.Facts.Products) > 0 {
		t.Errorf("kept %v, error %v", k, err)
	}
}

// TestKeptChanged: what was changed meanwhile has another digest, or does not read.
func TestKeptChanged(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	digest, err := w.Hold("a", Kept{Facts: sample("a", "1", "beta")})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(st, "held/a/products.toml")
	write(t, file, product+"# changed\n")
	if k, err := w.Kept("a"); err != nil || k.Digest == digest {
		t.Errorf("kept %v, error %v", k, err)
	}
	write(t, file, "nonsense")
	if _, err := w.Kept("a"); err == nil {
		t.Error("nonsense was read")
	}
}

func TestHoldNames(t *testing.T) {
	t.Parallel()
	data, st := place(t)
	w := open(t, data, st)
	if _, err := w.Hold("../x", Kept{Facts: &release.Facts{}}); err == nil {
		t.Error("held under a path")
	}
	if _, err := w.Kept("../x"); err == nil {
		t.Error("read from a path")
	}
	if err := w.Drop(".."); err == nil {
		t.Error("dropped a path")
	}
}
