package signature

import (
	"crypto/sha256"
	"fmt"
	"time"
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
	for one := range signatures(signature) {
		if one.SigLifetimeSecs != nil {
			consider(one.CreationTime.Add(time.Duration(*one.SigLifetimeSecs) * time.Second))
		}
	}
	return until
}
