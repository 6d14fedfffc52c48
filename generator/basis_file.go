package generator

import (
	"io/fs"
	"time"

	"shiplist/internal/filestamp"
)

// fileID is what tells a file from what was there before: any change of its content,
// once the clock has gone on, or of what stands under its name, changes it. Where the
// system does not tell enough for that it is empty.
func fileID(info fs.FileInfo) string {
	s, ok := filestamp.Of(info)
	if !ok || !info.Mode().IsRegular() {
		return ""
	}
	return s.String()
}

// touched is when a file was last touched in any way, as far as the system tells.
func touched(info fs.FileInfo) time.Time {
	if s, ok := filestamp.Of(info); ok {
		return s.Touched()
	}
	return info.ModTime()
}
