package store

import "time"

// stamp is what the system tells of a file without reading it: which one it is, and when
// it last changed, in nanoseconds since 1970. Nobody sets the time of change, and each
// write and rename does, so a file with the same stamp has the same bytes, as long
// as the stamp had come to rest when the bytes were read: see settled.
type stamp struct{ Device, Inode, Size, Modified, Changed int64 }

// settling is how long a file may change without another stamp: as long as its file
// system takes from one time to the next, which is milliseconds, and two seconds on the
// coarsest.
const settling = 2 * time.Second

// settled reports whether a stamp of a moment will be another one after any change. One
// from the future tells nothing: the clock was set.
func (s stamp) settled(now time.Time) bool {
	return s != stamp{} && now.UnixNano()-max(s.Modified, s.Changed) > int64(settling)
}
