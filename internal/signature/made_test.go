package signature

import (
	"bytes"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"shiplist/internal/release"
)

// maker makes what GnuPG does not.
type maker struct {
	t      *testing.T
	entity *openpgp.Entity
}

func newMaker(t *testing.T) *maker {
	t.Helper()
	e, err := openpgp.NewEntity("Example", "", "made@example.org", made("2020-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	return &maker{t, e}
}

// made is the configuration of somebody who makes something that day.
func made(when string) *packet.Config {
	return &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return day(when) }}
}

func (m *maker) ring() *Keyring {
	m.t.Helper()
	var b bytes.Buffer
	if err := m.entity.Serialize(&b); err != nil {
		m.t.Fatal(err)
	}
	ring, err := parse(b.Bytes())
	if err != nil {
		m.t.Fatal(err)
	}
	return ring
}

// sign signs a list; change may change the signature before it is made.
func (m *maker) sign(list []byte, when string, change func(*packet.Signature)) []byte {
	m.t.Helper()
	s := &packet.Signature{
		Version: 4, SigType: packet.SigTypeBinary, PubKeyAlgo: m.entity.PrimaryKey.PubKeyAlgo, Hash: made(when).Hash(),
		CreationTime: day(when), IssuerKeyId: &m.entity.PrimaryKey.KeyId, IssuerFingerprint: m.entity.PrimaryKey.Fingerprint,
	}
	if change != nil {
		change(s)
	}
	h, err := s.PrepareSign(made(when))
	if err != nil {
		m.t.Fatal(err)
	}
	h.Write(list)
	var b bytes.Buffer
	if err := s.Sign(h, m.entity.PrivateKey, made(when)); err != nil {
		m.t.Fatal(err)
	}
	if err := s.Serialize(&b); err != nil {
		m.t.Fatal(err)
	}
	return b.Bytes()
}

// TestCheckMade holds what is said of signatures that are right and odd.
func TestCheckMade(t *testing.T) {
	t.Parallel()
	m, list := newMaker(t), read(t, "SHA256SUMS")
	for name, tt := range map[string]struct {
		signature []byte
		want      release.SignatureState
	}{
		"usual":              {m.sign(list, "2024-04-25", nil), release.SignatureGood},
		"older than its key": {m.sign(list, "2019-12-31", nil), release.SignatureExpiredKey},
		"with a note": {m.sign(list, "2024-04-25", func(s *packet.Signature) {
			s.Notations = []*packet.Notation{{Name: "note@example.org", Value: []byte("x"), IsHumanReadable: true}}
		}), release.SignatureGood},
		"with a note that matters": {m.sign(list, "2024-04-25", func(s *packet.Signature) {
			s.Notations = []*packet.Notation{{Name: "note@example.org", Value: []byte("x"), IsHumanReadable: true, IsCritical: true}}
		}), release.SignatureUnreadable},
		"of a moment, not of a file": {m.sign(list, "2024-04-25", func(s *packet.Signature) { s.SigType = 0x40 }), release.SignatureUnreadable},
	} {
		if got := m.ring().Check(list, tt.signature, now); got.State != tt.want {
			t.Errorf("%s: %+v, want %s", name, got, tt.want)
		}
	}
}

// TestCheckSuperseded revokes a key because there is another, which leaves what it
// signed before right: no more, and also when the clock says that it is to come.
func TestCheckSuperseded(t *testing.T) {
	t.Parallel()
	m, list := newMaker(t), read(t, "SHA256SUMS")
	signed := m.sign(list, "2021-01-01", nil)
	if err := m.entity.Revoke(packet.KeySuperseded, "there is another", made("2022-01-01")); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"2021-06-01", "2023-01-01"} {
		if got := m.ring().Check(list, signed, day(at)); got.State != release.SignatureExpiredKey || got.By != "Example <made@example.org>" {
			t.Errorf("on %s: %+v", at, got)
		}
	}
}
