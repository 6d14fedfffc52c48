package jobs

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Alone keeps other runs with the same logs away until free is called: two at once
// would build the same images twice.
func Alone(logs string) (free func(), err error) {
	if err := os.MkdirAll(logs, 0o755); err != nil {
		return nil, fmt.Errorf("directory of the logs: %w", err)
	}
	lock := flock.New(filepath.Join(logs, "run.lock"))
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock of the logs: %w", err)
	case !held:
		return nil, fmt.Errorf("another run is at work: %s is locked; wait for its end", lock.Path())
	}
	return func() { _ = lock.Unlock() }, nil
}
