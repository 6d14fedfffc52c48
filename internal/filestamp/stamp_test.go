package filestamp

import (
	"testing"
	"time"
)

// TestSettled: a stamp is believed once it is older than the coarsest clock of file
// systems, and never when it is from the future.
func TestSettled(t *testing.T) {
	t.Parallel()
	at := time.Unix(1.7e9, 0)
	s := Stamp{Inode: 1, Modified: at.UnixNano() - 1e12, Changed: at.UnixNano()}
	for _, tt := range []struct {
		after time.Duration
		want  bool
	}{{-time.Hour, false}, {0, false}, {settling, false}, {settling + 1, true}, {time.Hour, true}} {
		if got := s.Settled(at.Add(tt.after)); got != tt.want {
			t.Errorf("%v after the change: %v", tt.after, got)
		}
	}
	if (Stamp{}).Settled(at) {
		t.Error("a file of which nothing is known has settled")
	}
}
