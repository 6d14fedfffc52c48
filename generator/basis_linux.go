package generator

import (
	"fmt"
	"io/fs"
	"syscall"
	"time"
)

// fileID is what tells a file from what was there before: any change of its content,
// once the clock has gone on, or of what stands under its name, changes it. The time of
// change cannot be set back, as that of modification can.
func fileID(info fs.FileInfo) string {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.Mode().IsRegular() {
		return ""
	}
	return fmt.Sprintf("%d %d %d %d.%09d %d.%09d", st.Dev, st.Ino, st.Size, st.Mtim.Sec, st.Mtim.Nsec, st.Ctim.Sec, st.Ctim.Nsec)
}

// touched is when a file was last touched in any way.
func touched(info fs.FileInfo) time.Time {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return info.ModTime()
	}
	at := time.Unix(st.Ctim.Sec, st.Ctim.Nsec)
	if at.Before(info.ModTime()) {
		return info.ModTime()
	}
	return at
}
