package store

import (
	"io/fs"
	"syscall"
)

// stampOf is the stamp of a file; ok is false where the system does not tell all of it.
func stampOf(info fs.FileInfo) (s stamp, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return stamp{}, false
	}
	return stamp{
		Device: int64(st.Dev), Inode: int64(st.Ino), Size: st.Size,
		Modified: st.Mtim.Nano(), Changed: st.Ctim.Nano(),
	}, true
}
