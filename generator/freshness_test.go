package generator

import (
	"path/filepath"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/store"
)

// polled stages the sample's facts as they lie in the data directory when two of the
// sources were polled some time after the full hour; the third failed long before.
func polled(t *testing.T, c *config.Config, after time.Duration) Result {
	t.Helper()
	dir := t.TempDir()
	c.Store.Data = filepath.Join(dir, "data")
	w, err := store.Open(t.Context(), c.Store.Data, filepath.Join(dir, "state"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sampleSources(&c.Rules) {
		if s.State.Error == "" {
			s.State.Attempt, s.State.Success = sampleNow.Add(after), sampleNow.Add(after)
		}
		if _, err := w.Commit(t.Context(), s.State, s.Facts); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	res, err := Generate(t.Context(), Options{Config: c})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestPollsOfOneHourGiveOneSet(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	first := polled(t, c, 17*time.Minute+1*time.Second)
	if later := polled(t, c, 48*time.Minute+33*time.Second); later.Digest != first.Digest || later.New {
		t.Errorf("polls without news gave the set %s after %s", later.Digest, first.Digest)
	}
	if next := polled(t, c, time.Hour); next.Digest == first.Digest {
		t.Error("the site does not tell that an hour passed")
	}
}
