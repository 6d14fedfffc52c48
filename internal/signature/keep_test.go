package signature

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestUntil says of every sample at every time the same as at any moment until then.
func TestUntil(t *testing.T) {
	t.Parallel()
	ring := keyring(t)
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	random, changes := rand.New(rand.NewPCG(5, 6)), 0
	for _, f := range files {
		if f.IsDir() || !strings.HasSuffix(f.Name(), ".asc") && !strings.HasSuffix(f.Name(), ".gpg") {
			continue
		}
		signature, list := read(t, f.Name()), read(t, "SHA256SUMS")
		for now := time.Date(2010, 1, 1, 0, 0, 0, 5e8, time.UTC); now.Year() < 2032; now = now.AddDate(0, 1, 0) {
			want, until := ring.Check(list, signature, now), ring.Until(signature, now)
			last := until
			if until.IsZero() {
				last = now.AddDate(80, 0, 0)
			} else if diff := cmp.Diff(want, ring.Check(list, signature, until.Add(time.Second))); diff != "" {
				changes++
			}
			for _, at := range []time.Time{last, now.Add(time.Duration(random.Float64() * float64(last.Sub(now))))} {
				if at.Before(now) {
					continue // of the same second
				}
				if diff := cmp.Diff(want, ring.Check(list, signature, at)); diff != "" {
					t.Errorf("%s at %s, until %s, but at %s:\n%s", f.Name(), now, until, at, diff)
				}
			}
		}
	}
	if changes == 0 {
		t.Error("no sample changes with time alone")
	}
}

// TestDigest tells keyrings apart by what they say, not by how they are written.
func TestDigest(t *testing.T) {
	t.Parallel()
	armored := keyring(t)
	binary, err := parse(read(t, "keyring.gpg"))
	if err != nil {
		t.Fatal(err)
	}
	if armored.Digest() != binary.Digest() {
		t.Error("the same keys have two digests")
	}
	binary.keys[0].revoked = !binary.keys[0].revoked
	if armored.Digest() == binary.Digest() {
		t.Error("a keyring with a revoked key has the same digest")
	}
}
