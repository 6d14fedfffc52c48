//go:build !linux

package publish

import "errors"

// swap would let two directories change their names in one step.
func swap(_, _ string) error { return errors.ErrUnsupported }
