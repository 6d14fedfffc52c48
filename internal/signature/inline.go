package signature

import (
	"bytes"
	"io"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/clearsign"

	"shiplist/internal/release"
)

// inlineBegin begins a text that is signed inline.
const inlineBegin = "-----BEGIN PGP SIGNED MESSAGE-----"

// CheckInline takes a text that is signed inline apart, and says who signed it, as
// [Keyring.Check] does. The text has the line break at its end that such a signature
// leaves out. It is nil, and the signature [release.SignatureUnreadable], where the file is
// anything but one signed text: what stands before or behind it nobody vouches for.
func (k *Keyring) CheckInline(file []byte, now time.Time) (text []byte, found release.Signature) {
	unreadable := release.Signature{State: release.SignatureUnreadable}
	if !bytes.HasPrefix(file, []byte(inlineBegin)) {
		return nil, unreadable
	}
	block, rest := clearsign.Decode(file)
	if block == nil || len(bytes.TrimSpace(rest)) > 0 {
		return nil, unreadable
	}
	made, err := io.ReadAll(io.LimitReader(block.ArmoredSignature.Body, maxSignature+1))
	if err != nil || len(made) == 0 {
		return nil, unreadable
	}
	return append(block.Plaintext, '\n'), k.Check(block.Bytes, made, now)
}
