package observe

import (
	"runtime/debug"

	"shiplist/internal/release"
	"shiplist/internal/store"
)

// directories tells how many directories of a source are held back, as of when they
// were counted.
type directories struct {
	held  int
	known bool // it is a tree, and was counted
	stale bool // its data may have changed since
}

// countDirectories counts the directories that are held back of each tree whose data
// has changed since it last did. While the data cannot be read the last numbers stay.
func (s *State) countDirectories() {
	s.counting.Lock()
	defer s.counting.Unlock()
	stale := s.staleDirectories()
	if len(stale) == 0 {
		return
	}
	// What was read is garbage soon, and a process that idles does not collect it.
	defer debug.FreeOSMemory()
	snapshot, err := store.LoadOnly(s.settings().Store.Data, func(state release.SourceState) bool { return state.Kind == "tree" && stale[state.Name] })
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		for name := range stale {
			if src := s.sources[name]; src != nil {
				src.directories.stale = true
			}
		}
		s.log.Warn("held directories were not counted", "err", err)
		return
	}
	for _, found := range snapshot.Sources {
		src := s.sources[found.State.Name]
		if src == nil || found.State.Kind != "tree" || !stale[found.State.Name] {
			continue
		}
		src.directories.known, src.directories.held = !found.State.Success.IsZero(), heldOf(found.Facts)
	}
}

// staleDirectories are the sources to count. What changes from here on counts the next
// time.
func (s *State) staleDirectories() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := map[string]bool{}
	for name, src := range s.sources {
		if s.ready && src.directories.stale {
			names[name], src.directories.stale = true, false
		}
	}
	return names
}

func heldOf(f *release.Facts) int {
	n := 0
	for _, d := range f.Directories {
		if d.Held != "" {
			n++
		}
	}
	return n
}
