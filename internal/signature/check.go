package signature

import (
	"bytes"
	"fmt"
	"hash"
	"iter"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"shiplist/internal/release"
)

const (
	// maxSignature is how large a signature may be: one is less than 1 KiB, those of
	// algorithms to come some 10 KiB.
	maxSignature = 128 << 10
	// mostSignatures is how many signatures one file may hold.
	mostSignatures = 16
)

// Check says who signed a list. The signature is detached, armored or not, and may
// hold several: one that is good makes the list good. Without one, a signature for
// other bytes by a key of the keyring is bad whatever else is there: a list may have
// been changed, and signed again with a key that was stolen and revoked. Then comes
// a right one that is not valid any more, and then those by unknown keys.
//
// A key that expires counts by now or by the time of the signature, whichever is
// later. So a clock that was set back makes nothing good that is not. A signature
// that itself has expired, or is older than its key, is [release.SignatureExpiredKey], too.
// What never made a signature for these bytes, such as a clearsigned text, is
// [release.SignatureUnreadable].
func (k *Keyring) Check(list, signature []byte, now time.Time) release.Signature {
	if len(signature) == 0 {
		return release.Signature{State: release.SignatureMissing}
	}
	best := release.Signature{State: release.SignatureUnreadable}
	for one := range signatures(signature) {
		if found := k.judge(list, one, now); best.Made.IsZero() || rank(found.State) > rank(best.State) {
			best = found
		}
	}
	return best
}

// signatures are those of a file that count.
func signatures(file []byte) iter.Seq[*packet.Signature] {
	return func(yield func(*packet.Signature) bool) {
		if len(file) > maxSignature {
			return
		}
		// What was cut off, or follows, says nothing against what is there.
		binary, _ := unarmor(file, openpgp.SignatureType)
		packets := packet.NewReader(bytes.NewReader(binary))
		for range mostSignatures {
			p, err := packets.NextWithUnsupported()
			if err != nil {
				return
			}
			if _, unknown := p.(*packet.UnsupportedPacket); unknown {
				continue
			}
			one, ok := p.(*packet.Signature)
			if !ok || !yield(one) { // a message or a key is not what it should be
				return
			}
		}
	}
}

// rank orders the states by which of several signatures counts.
func rank(s release.SignatureState) int {
	switch s {
	case release.SignatureGood:
		return 4
	case release.SignatureBad:
		return 3
	case release.SignatureExpiredKey:
		return 2
	case release.SignatureUnknownKey:
		return 1
	}
	return 0
}

// judge judges one signature. It may name its key by an id that several keys have.
func (k *Keyring) judge(list []byte, one *packet.Signature, now time.Time) release.Signature {
	best := release.Signature{State: release.SignatureUnreadable, Made: one.CreationTime.UTC(), Key: issuer(one)}
	if one.SigType != packet.SigTypeBinary && one.SigType != packet.SigTypeText {
		return best // of a key, and not of a file
	}
	known := false
	for i := range k.keys {
		candidate := &k.keys[i]
		if !one.CheckKeyIdOrFingerprint(candidate.public) {
			continue
		}
		state := candidate.state(list, one, now)
		if !known || rank(state) > rank(best.State) {
			best.State, best.Key, best.By = state, fmt.Sprintf("%X", candidate.public.Fingerprint), candidate.by
		}
		known = true
	}
	if !known {
		best.State = release.SignatureUnknownKey
	}
	return best
}

// issuer is what a signature says of the key that made it.
func issuer(one *packet.Signature) string {
	switch {
	case len(one.IssuerFingerprint) > 0:
		return fmt.Sprintf("%X", one.IssuerFingerprint)
	case one.IssuerKeyId != nil:
		return fmt.Sprintf("%016X", *one.IssuerKeyId)
	}
	return ""
}

// state is what a signature that names the key is worth.
func (k *key) state(list []byte, one *packet.Signature, now time.Time) release.SignatureState {
	h, err := digest(list, one)
	if err != nil || critical(one) {
		return release.SignatureUnreadable
	}
	at := now
	if one.CreationTime.After(at) {
		at = one.CreationTime
	}
	switch {
	case k.public.VerifySignature(h, one) != nil:
		return release.SignatureBad
	case k.revoked, !k.expires.IsZero() && at.After(k.expires), one.SigExpired(at), one.CreationTime.Before(k.public.CreationTime):
		return release.SignatureExpiredKey
	}
	return release.SignatureGood
}

// digest hashes the list as the signature wants it.
func digest(list []byte, one *packet.Signature) (hash.Hash, error) {
	h, err := one.PrepareVerify()
	if err != nil {
		return nil, err
	}
	into := h
	if one.SigType == packet.SigTypeText {
		into = openpgp.NewCanonicalTextHash(h)
	}
	if _, err := into.Write(list); err != nil {
		return nil, err
	}
	return h, nil
}

// critical reports whether the signature has a note that whoever checks it must
// understand. We understand none.
func critical(one *packet.Signature) bool {
	for _, n := range one.Notations {
		if n.IsCritical {
			return true
		}
	}
	return false
}
