// Package filestamp tells from what the system knows of a file whether it is as it was,
// without reading it. Where the system tells too little there are no stamps, and only the
// bytes of a file tell.
package filestamp

import (
	"fmt"
	"time"
)

// Stamp is what the system tells of a file: which one it is, and when it last changed,
// in nanoseconds since 1970. Nobody sets the time of change, and each write and rename
// does, so a file with the same stamp has the same bytes, as long as the stamp had come
// to rest when the bytes were read: see [Stamp.Settled]. The zero value is that of a file
// of which nothing is known.
type Stamp struct{ Device, Inode, Size, Modified, Changed int64 }

// settling is how long a file may change without another stamp: as long as its file
// system takes from one time to the next, which is milliseconds, and two seconds on the
// coarsest.
const settling = 2 * time.Second

// Settled reports whether a stamp of a moment will be another one after any change. One
// from the future tells nothing: the clock was set.
func (s Stamp) Settled(now time.Time) bool {
	return s != Stamp{} && now.Sub(s.Touched()) > settling
}

// Touched is when the file was last touched in any way.
func (s Stamp) Touched() time.Time { return time.Unix(0, max(s.Modified, s.Changed)) }

// String is all of the stamp on one line.
func (s Stamp) String() string {
	return fmt.Sprint(s.Device, s.Inode, s.Size, s.Modified, s.Changed)
}
