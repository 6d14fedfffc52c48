// Package signature says who signed a checksum list, and whether the signature
// holds. It reads detached OpenPGP signatures and the keys of one keyring; it trusts
// each key that its owner put there and knows no web of trust, no key servers and no
// clock.
//
// The one idea: a signature is right or it is not, and everything else is said
// beside it. A right one by a key that has expired since, such as those of old
// releases, is neither good nor bad: it is right, and the key is named.
//
// Lists of 2004 must be readable, too, so what is old is accepted as GnuPG 2.2 does:
// SHA-1, DSA, RSA from 1024 bits. What cannot be checked at all (MD5, signatures of
// version 3, algorithms that the library does not have) is [release.SignatureUnreadable],
// never bad.
package signature

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// maxKeyring is how large a keyring file may be.
const maxKeyring = 1 << 20

// Keyring holds keys that may sign. It does not change, so that several goroutines
// can use it.
type Keyring struct {
	keys []key
}

// key is one public key that may sign: a primary key or a subkey.
type key struct {
	public  *packet.PublicKey
	by      string    // the user id of the primary key; empty where it has none
	expires time.Time // zero: never
	revoked bool
}

// Load reads a keyring: any number of public keys, armored or not, in one file.
// Keys that cannot sign, or of kinds that are not known, are left out; a file
// without any that can is an error, as is one with a private key.
func Load(path string) (*Keyring, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read keyring: %w; keyring names a file with public keys, as gpg --export writes it", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxKeyring+1))
	if err != nil {
		return nil, fmt.Errorf("read keyring: %w", err)
	}
	ring, err := parse(raw)
	if err != nil {
		return nil, fmt.Errorf("keyring %s: %w", path, err)
	}
	return ring, nil
}

// Parse reads the text of a keyring, in the form that [Load] reads.
func Parse(raw []byte) (*Keyring, error) { return parse(raw) }

// advice is what to do about a file that is no keyring.
const advice = "write one with: gpg --export KEY... > FILE"

func parse(raw []byte) (*Keyring, error) {
	if len(raw) > maxKeyring {
		return nil, fmt.Errorf("larger than %d bytes; export only the keys that sign the tree", maxKeyring)
	}
	binary, err := unarmor(raw, openpgp.PublicKeyType)
	if err != nil {
		return nil, fmt.Errorf("%w; %s", err, advice)
	}
	entities, err := openpgp.ReadKeyRing(bytes.NewReader(binary))
	if err != nil {
		return nil, fmt.Errorf("no OpenPGP keys: %w; %s", err, advice)
	}
	ring, names := &Keyring{}, userIDs(binary)
	for _, e := range entities {
		if e.PrivateKey != nil {
			return nil, errors.New("holds a private key, which does not belong here; " + advice)
		}
		ring.keys = append(ring.keys, signers(e, names[string(e.PrimaryKey.Fingerprint)])...)
	}
	if len(ring.keys) == 0 {
		return nil, errors.New("has no key that can sign; " + advice)
	}
	return ring, nil
}

// userIDs are the user ids of each primary key, by fingerprint, in the order of the
// file, which the library does not keep.
func userIDs(binary []byte) map[string][]string {
	names, primary := make(map[string][]string), ""
	packets := packet.NewReader(bytes.NewReader(binary))
	for {
		p, err := packets.NextWithUnsupported()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return names
		}
		switch p := p.(type) { // nil for what is damaged, after which others may come
		case *packet.PublicKey:
			if !p.IsSubkey {
				primary = string(p.Fingerprint)
			}
		case *packet.UserId:
			names[primary] = append(names[primary], p.Id)
		}
	}
}

// policy is the library's own, which it asks about the signatures of keys for
// themselves. What it has against old algorithms concerns lists only, and is not asked.
var policy *packet.Config

// lastMoment is after all revocations, as the library leaves out those to come: a
// clock that was set back must not make a revoked key good.
var lastMoment = time.Date(2106, time.January, 1, 0, 0, 0, 0, time.UTC)

// signers are the keys of an entity that may sign. What its own signatures say is
// the newest of them, whenever a list was signed: keys are exported with the newest
// only.
func signers(e *openpgp.Entity, names []string) []key {
	self, by := newest(e, names)
	if self == nil {
		return nil
	}
	primary := key{public: e.PrimaryKey, by: by, expires: expiry(e.PrimaryKey, self), revoked: e.Revoked(lastMoment)}
	var list []key
	if !self.FlagsValid || self.FlagSign {
		list = append(list, primary)
	}
	for i := range e.Subkeys {
		sub := &e.Subkeys[i]
		// Subkeys that sign confirm it themselves, which is checked here, too: else a
		// stranger's could be claimed.
		binding, err := sub.LatestValidBindingSignature(time.Time{}, policy)
		if err != nil || !binding.FlagsValid || !binding.FlagSign {
			continue
		}
		list = append(list, key{
			public: sub.PublicKey, by: by,
			expires: earlier(primary.expires, expiry(sub.PublicKey, binding)),
			revoked: primary.revoked || sub.Revoked(binding, lastMoment),
		})
	}
	return list
}

// newest is the newest signature by which a primary key says what it is, nil when
// there is no valid one, and the user id that is marked as primary, else the first.
func newest(e *openpgp.Entity, names []string) (self *packet.Signature, by string) {
	if e.PrimaryKey.Version == 6 {
		self, _ = e.LatestValidDirectSignature(time.Time{}, policy)
	}
	marked := false
	for _, name := range names {
		identity := e.Identities[name]
		if identity == nil {
			continue
		}
		said, err := identity.Verify(time.Time{}, policy)
		if err != nil {
			continue
		}
		if m := said.IsPrimaryId != nil && *said.IsPrimaryId; by == "" || m && !marked {
			by, marked = line(name), m
		}
		if e.PrimaryKey.Version != 6 && (self == nil || said.CreationTime.After(self.CreationTime)) {
			self = said
		}
	}
	return self, by
}

// expiry is when a key expires by what a signature says of it; zero when never.
func expiry(k *packet.PublicKey, said *packet.Signature) time.Time {
	if said.KeyLifetimeSecs == nil || *said.KeyLifetimeSecs == 0 {
		return time.Time{}
	}
	return k.CreationTime.Add(time.Duration(*said.KeyLifetimeSecs) * time.Second)
}

// earlier is the earlier of two times of which zero means never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// mostName bounds a user id, in bytes.
const mostName = 200

// line makes one line of a user id: it is shown to people.
func line(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), mostName)], "\ufffd")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
}
