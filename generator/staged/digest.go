package staged

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
)

// Digest is the digest of a set: the sha256, in hex, over its files sorted by path,
// each with the sha256 of its content in hex.
func Digest(files iter.Seq2[string, string]) string {
	h := sha256.New()
	for path, sum := range files {
		// A hash never fails to take what is written to it.
		_, _ = fmt.Fprintf(h, "%s\x00%s\n", path, sum)
	}
	return hex.EncodeToString(h.Sum(nil))
}
