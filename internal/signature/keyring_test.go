package signature

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestLoadForms loads the same keys from one binary file and from armored blocks
// with words between them.
func TestLoadForms(t *testing.T) {
	t.Parallel()
	binary, err := Load(filepath.Join("testdata", "keyring.gpg"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(describe(keyring(t)), describe(binary)); diff != "" {
		t.Errorf("the two forms differ (-armored +binary):\n%s", diff)
	}
	want := []string{
		oldKey + " DSA", newKey + " RSA",
		expiredKey + " RSA until 2015-01-01", revokedKey + " RSA revoked",
		masterKey + " EdDSA", masterKey + " EdDSA revoked", masterKey + " EdDSA until 2020-01-01",
		secondName + " RSA",
	}
	if diff := cmp.Diff(want, describe(binary)); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func describe(ring *Keyring) []string {
	var list []string
	for _, k := range ring.keys {
		text := k.by + map[uint8]string{1: " RSA", 17: " DSA", 22: " EdDSA"}[uint8(k.public.PubKeyAlgo)]
		if !k.expires.IsZero() && !k.revoked {
			text += k.expires.Format(" until 2006-01-02")
		}
		if k.revoked {
			text += " revoked"
		}
		list = append(list, text)
	}
	return list
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	private := privateKey(t)
	for name, tt := range map[string]struct {
		content []byte
		want    string
	}{
		"empty":      {nil, `no block of the kind "PGP PUBLIC KEY BLOCK", and not binary; write one with: gpg --export`},
		"text":       {[]byte("keys\n"), "not binary; write one with: gpg --export"},
		"keybox":     {[]byte("\x00\x00\x00\x20\x01\x01\x00\x02KBXf"), "not binary; write one with: gpg --export"},
		"signature":  {read(t, "good.asc"), `block of the kind "PGP SIGNATURE" where`},
		"no keys":    {read(t, "good.gpg"), "no OpenPGP keys: "},
		"private":    {private, "holds a private key"},
		"half a key": {read(t, "keyring.gpg")[:300], "no OpenPGP keys: "},
		"huge":       {make([]byte, maxKeyring+1), "larger than 1048576 bytes; export only the keys"},
		"certifies":  {certifyOnly(t), "has no key that can sign"},
		"other name": {renamed(t), "has no key that can sign"},
	} {
		path := filepath.Join(t.TempDir(), "ring")
		if err := os.WriteFile(path, tt.content, 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "keyring "+path+": ") {
			t.Errorf("%s: %v, want %q and the path", name, err, tt.want)
		}
	}
	missing := filepath.Join(t.TempDir(), "none")
	if _, err := Load(missing); err == nil || !strings.Contains(err.Error(), missing) || !strings.Contains(err.Error(), "gpg --export") {
		t.Errorf("no file: %v", err)
	}
}

// privateKey is a keyring with a private key.
func privateKey(t *testing.T) []byte {
	t.Helper()
	e, err := openpgp.NewEntity("Example", "", "private@example.org", nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := e.SerializePrivate(&b, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// certifyOnly is a key without the subkeys that sign for it.
func certifyOnly(t *testing.T) []byte {
	t.Helper()
	binary, err := unarmor(read(t, "master.key.asc"), openpgp.PublicKeyType)
	if err != nil {
		t.Fatal(err)
	}
	list, err := openpgp.ReadKeyRing(bytes.NewReader(binary))
	if err != nil {
		t.Fatal(err)
	}
	list[0].Subkeys = nil
	var b bytes.Buffer
	if err := list[0].Serialize(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// renamed is a key under a name to which it has not signed itself.
func renamed(t *testing.T) []byte {
	t.Helper()
	binary, err := unarmor(read(t, "new.key.asc"), openpgp.PublicKeyType)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Replace(binary, []byte("Example New"), []byte("Example Bad"), 1)
}

// TestLoadIsFinal checks from several goroutines at once, for the race detector.
func TestLoadIsFinal(t *testing.T) {
	t.Parallel()
	ring, list, signed := keyring(t), read(t, "SHA256SUMS"), read(t, "two.asc")
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			if got := ring.Check(list, signed, now); got.State != release.SignatureGood {
				t.Errorf("state %s", got.State)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"old.key.asc", "master.key.asc", "stranger.key.asc"} { // large ones take the fuzzer's time
		armored := read(f, name)
		binary, err := unarmor(armored, openpgp.PublicKeyType)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(armored)
		f.Add(binary)
	}
	f.Add(read(f, "good.gpg"))
	list, signed := read(f, "SHA256SUMS"), read(f, "good.asc")
	f.Fuzz(func(t *testing.T, raw []byte) {
		ring, err := parse(raw)
		if err == nil && len(ring.keys) == 0 {
			t.Error("a keyring without keys is no error")
		}
		if err == nil {
			ring.Check(list, signed, now)
		}
	})
}
