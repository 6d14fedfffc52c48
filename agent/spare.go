package agent

import (
	"runtime/debug"
	"runtime/metrics"
)

// Most of the time an agent only waits, and what its polls left lies about until the
// next one. The runtime would give it back in minutes.

// spareLeast is how much more memory than after the last time is worth a collection, and
// a quarter more where that is larger: it takes time by what is in use.
const spareLeast = 4 << 20

// spare gives memory back that is not used any more.
type spare struct{ after uint64 } // what was left the last time

func (s *spare) giveBack() {
	if resident() < s.after+max(spareLeast, s.after/4) {
		return
	}
	debug.FreeOSMemory()
	s.after = resident()
}

// resident is how much memory the runtime has from the system.
func resident() uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}
