package signature

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
)

// unarmor returns the packets of a file: what is in its armored blocks, one after
// the other, which must be of the kind given, or the file itself, where it is
// binary. With an error comes what could be read.
func unarmor(raw []byte, kind string) ([]byte, error) {
	if len(raw) > 0 && raw[0]&0x80 != 0 { // as every packet begins
		return raw, nil
	}
	var all []byte
	// The library reads on in this reader, as its buffer is large enough for it.
	r := bufio.NewReader(bytes.NewReader(raw))
	for blocks := 0; ; blocks++ {
		block, err := armor.Decode(r)
		switch {
		case errors.Is(err, io.EOF) && blocks > 0:
			return all, nil
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("no block of the kind %q, and not binary", kind)
		case err != nil:
			return all, err
		case block.Type != kind:
			return all, fmt.Errorf("block of the kind %q where %q should be", block.Type, kind)
		}
		part, err := io.ReadAll(block.Body)
		all = append(all, part...)
		if err != nil {
			return all, fmt.Errorf("armored block %d: %w", blocks+1, err)
		}
	}
}
