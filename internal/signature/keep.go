package signature

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Digest tells keyrings apart: it is the same for those that say the same of every
// signature.
func (k *Keyring) Digest() string {
	h := sha256.New()
	for i := range k.keys {
		one := &k.keys[i]
		fmt.Fprintf(h, "%X %q %d %v\n", one.public.Fingerprint, one.by, one.expires.Unix(), one.revoked)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// Until is the moment up to which what [Keyring.Check] says of a signature now stays
// true, that moment included; zero where time does not change it. Whoever keeps what
// was said has to ask again after it, and when the clock was set back.
func (k *Keyring) Until(signature []byte, now time.Time) time.Time {
	var until time.Time
	consider := func(end time.Time) {
		if end.Unix() >= now.Unix() {
			until = earlier(until, end)
		}
	}
	for i := range k.keys {
		if end := k.keys[i].expires; !end.IsZero() {
			consider(end)
		}
	}
	if len(signature) > maxSignature {
		return until
	}
	binary, _ := unarmor(signature, openpgp.SignatureType)
	packets := packet.NewReader(bytes.NewReader(binary))
	for range mostSignatures {
		p, err := packets.NextWithUnsupported()
		if err != nil {
			break
		}
		if one, ok := p.(*packet.Signature); ok && one.SigLifetimeSecs != nil {
			consider(one.CreationTime.Add(time.Duration(*one.SigLifetimeSecs) * time.Second))
		}
	}
	return until
}
