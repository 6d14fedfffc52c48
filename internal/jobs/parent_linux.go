package jobs

import (
	"runtime"
	"syscall"
)

// withParent lets a program be told to end when this process does, however that ends. The
// system goes by the thread that started it, which stays until free is called.
func withParent(attr *syscall.SysProcAttr) (free func()) {
	runtime.LockOSThread()
	attr.Pdeathsig = syscall.SIGTERM
	return runtime.UnlockOSThread
}
