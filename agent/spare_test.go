package agent

import (
	"runtime"
	"testing"
)

// TestGiveBack: what is not used any more is given back when it is much, and otherwise
// left alone. It looks at the whole process, so that no other test runs beside it.
func TestGiveBack(t *testing.T) {
	var s spare
	s.giveBack()
	least := s.after
	waste := make([]byte, 64<<20)
	for i := range waste {
		waste[i] = 1
	}
	runtime.KeepAlive(waste)
	if full := resident(); full < least+60<<20 {
		t.Fatalf("%d bytes, and %d before 64 MiB were used", full, least)
	}
	s.giveBack()
	if s.after > least+8<<20 {
		t.Errorf("%d bytes are left, %d were", s.after, least)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s.giveBack()
	if runtime.ReadMemStats(&after); after.NumForcedGC != before.NumForcedGC {
		t.Error("memory is given back where there is hardly any")
	}
}
