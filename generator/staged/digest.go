package staged

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
)

// Digest is the digest of a set: the sha256, in hex, over its files sorted by path,
// each with the sha256 of its content in hex.
func Digest(files iter.Seq2[string, string]) string {
	h := sha256.New()
	var line []byte
	for path, sum := range files {
		line = append(append(line[:0], path...), 0)
		line = append(append(line, sum...), '\n')
		_, _ = h.Write(line) // a hash never fails to take what is written to it
	}
	return hex.EncodeToString(h.Sum(nil))
}
