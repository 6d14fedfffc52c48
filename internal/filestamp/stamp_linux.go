package filestamp

import (
	"io/fs"
	"syscall"
)

// Of is the stamp of a file; ok is false where the system does not tell all of it.
func Of(info fs.FileInfo) (s Stamp, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return Stamp{}, false
	}
	return Stamp{
		Device: int64(st.Dev), Inode: int64(st.Ino), Size: st.Size,
		Modified: st.Mtim.Nano(), Changed: st.Ctim.Nano(),
	}, true
}
