// Package signer signs what a site says of itself, with OpenPGP: with a key in a file, or
// with one that gpg-agent holds, which the real gpg is asked to use. What is signed is
// checked with the public key before anybody gets it.
//
// A passphrase is asked for when it is needed, goes to nobody but the key or gpg, there
// through a pipe, and is in no error.
package signer

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"shiplist/internal/release"
	"shiplist/internal/signature"
)

// Options say which key signs.
type Options struct {
	// KeyFile holds one private key, armored or not; or Key names one of gpg's: a
	// fingerprint, key id or user id.
	KeyFile, Key string
	// Program and Home are gpg and its directory; "gpg" and its own choice when empty.
	Program, Home string
	// Passphrase is asked for the passphrase of the key; nil for none, or for gpg-agent to
	// know it.
	Passphrase func() (string, error)
	Now        func() time.Time // time.Now when nil
}

// Signer signs with one key. It is safe for use by several goroutines.
type Signer struct {
	now    func() time.Time
	public *signature.Keyring
	raw    func(ctx context.Context, text []byte) ([]byte, error)
	inline func(ctx context.Context, text []byte) ([]byte, error)
}

// New looks for the key, and for its passphrase.
func New(ctx context.Context, o Options) (*Signer, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.KeyFile != "" {
		return fromFile(o)
	}
	return fromProgram(ctx, o)
}

// Sign makes a detached, armored signature.
func (s *Signer) Sign(ctx context.Context, text []byte) ([]byte, error) {
	made, err := s.raw(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	if got := s.public.Check(text, made, s.now()); got.State != release.SignatureGood {
		return nil, fmt.Errorf("sign: the signature is %s by the public key itself; has the key expired, or was it revoked?", got.State)
	}
	return made, nil
}

// SignInline makes a file of a text with a signature in it, in which the text can be read
// as it is. The text ends with one line break, and no line of it with blanks: such a
// signature does not tell those from none.
func (s *Signer) SignInline(ctx context.Context, text []byte) ([]byte, error) {
	made, err := s.inline(ctx, bytes.TrimSuffix(text, []byte("\n")))
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	read, got := s.public.CheckInline(made, s.now())
	switch {
	case got.State != release.SignatureGood:
		return nil, fmt.Errorf("sign: the signature is %s by the public key itself; has the key expired, or was it revoked?", got.State)
	case !bytes.Equal(read, text):
		return nil, errors.New("sign: what was signed is another text; a line of it ends with blanks, or the last one with no line break")
	}
	return made, nil
}

// MadeInline reports whether a file has a text, and a signature by this key that is good
// today.
func (s *Signer) MadeInline(text, made []byte) bool {
	read, got := s.public.CheckInline(made, s.now())
	return got.State == release.SignatureGood && bytes.Equal(read, text)
}

// Made reports whether a signature is one by this key that is good today.
func (s *Signer) Made(text, made []byte) bool {
	return s.public.Check(text, made, s.now()).State == release.SignatureGood
}

// keyMost is how large a file with a private key may be.
const keyMost = 1 << 20

// fromFile makes a signer of a private key in a file.
func fromFile(o Options) (*Signer, error) {
	raw, err := readKey(o.KeyFile)
	if err != nil {
		return nil, err
	}
	fail := func(format string, args ...any) (*Signer, error) {
		return nil, fmt.Errorf("signing key %s: %w; write one with: gpg --armor --export-secret-keys KEY > FILE", o.KeyFile, fmt.Errorf(format, args...))
	}
	read := openpgp.ReadKeyRing
	if len(raw) > 0 && raw[0]&0x80 == 0 {
		read = openpgp.ReadArmoredKeyRing
	}
	list, err := read(bytes.NewReader(raw))
	switch {
	case err != nil:
		return fail("no OpenPGP key: %w", err)
	case len(list) != 1:
		return fail("holds %d keys where there has to be one", len(list))
	case list[0].PrivateKey == nil:
		return fail("holds a public key, not a private one")
	}
	e := list[0]
	key, ok := e.SigningKey(o.Now(), nil)
	if !ok || key.PrivateKey == nil || key.PrivateKey.Dummy() {
		return fail("has no part that may sign today; has it expired, or is the subkey not in the file?")
	}
	if err := unlock(e, key.PrivateKey, o); err != nil {
		return nil, err
	}
	ring, err := publicOf(e)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", o.KeyFile, err)
	}
	return &Signer{now: o.Now, public: ring, raw: func(_ context.Context, text []byte) ([]byte, error) {
		var b bytes.Buffer
		err := openpgp.ArmoredDetachSign(&b, []*openpgp.Entity{e}, bytes.NewReader(text), &openpgp.SignParams{Config: &packet.Config{Time: o.Now}})
		return append(b.Bytes(), '\n'), err
	}, inline: func(_ context.Context, text []byte) ([]byte, error) {
		return clearsigned(key.PrivateKey, text, o.Now)
	}}, nil
}

// clearsigned signs a text inline with a key.
func clearsigned(key *packet.PrivateKey, text []byte, now func() time.Time) ([]byte, error) {
	var b bytes.Buffer
	w, err := clearsign.Encode(&b, key, &packet.Config{Time: now, DefaultHash: crypto.SHA512})
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return withChecksum(b.Bytes())
}

// withChecksum armors the signature in a text anew: the library leaves out the checksum
// that armor may have, and without it GnuPG 2.2 cannot read a signature behind a text,
// though it reads a detached one.
func withChecksum(made []byte) ([]byte, error) {
	begin := bytes.LastIndex(made, []byte("-----BEGIN "+openpgp.SignatureType+"-----"))
	if begin < 0 {
		return nil, errors.New("the library made no signature")
	}
	block, err := armor.Decode(bytes.NewReader(made[begin:]))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(block.Body)
	if err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(made[:begin:begin])
	w, err := armor.Encode(b, openpgp.SignatureType, nil)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	err = w.Close()
	return append(b.Bytes(), '\n'), err
}

// readKey reads the file of a private key, which nobody else may read.
func readKey(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("signing key %s: everybody on this machine may use it (mode %#o); chmod 600 %s", path, info.Mode().Perm(), path)
	}
	raw, err := io.ReadAll(io.LimitReader(f, keyMost+1))
	if err == nil && len(raw) > keyMost {
		err = fmt.Errorf("larger than %d bytes", keyMost)
	}
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", path, err)
	}
	return raw, nil
}

// unlock takes the passphrase off a key.
func unlock(e *openpgp.Entity, key *packet.PrivateKey, o Options) error {
	if !key.Encrypted {
		return nil
	}
	if o.Passphrase == nil {
		return fmt.Errorf("signing key %s: it has a passphrase; say with [sign] passphrase_env or passphrase_file where that is", o.KeyFile)
	}
	phrase, err := o.Passphrase()
	if err != nil {
		return err
	}
	if e.DecryptPrivateKeys([]byte(phrase)) != nil || key.Encrypted {
		// What the library says may quote nothing, but who knows of the next version.
		return fmt.Errorf("signing key %s: the passphrase does not fit", o.KeyFile)
	}
	return nil
}

func publicOf(e *openpgp.Entity) (*signature.Keyring, error) {
	var b bytes.Buffer
	if err := e.Serialize(&b); err != nil {
		return nil, err
	}
	return signature.Parse(b.Bytes())
}

// errNoKey is that gpg knows no key of the name.
var errNoKey = errors.New("gpg knows no such key")
