//go:build unix && !linux

package jobs

import "syscall"

// withParent does nothing: other systems do not tell a program that its parent was killed.
func withParent(*syscall.SysProcAttr) (free func()) { return func() {} }
