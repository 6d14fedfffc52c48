package signature

import (
	"bytes"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp/clearsign"

	"shiplist/internal/release"
)

// inline signs a text inline.
func (m *maker) inline(text, when string) string {
	m.t.Helper()
	var b bytes.Buffer
	w, err := clearsign.Encode(&b, m.entity.PrivateKey, made(when))
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		m.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		m.t.Fatal(err)
	}
	return b.String() + "\n"
}

// TestCheckInline: what is signed is what stands there, and nothing around it is.
func TestCheckInline(t *testing.T) {
	t.Parallel()
	list, clear := string(read(t, "SHA256SUMS")), string(read(t, "clear.asc"))
	m := newMaker(t)
	mine := m.inline("{\n  \"a\": 1\n}", "2024-04-25")
	changed := func(text, from, to string) string {
		t.Helper()
		if !bytes.Contains([]byte(text), []byte(from)) {
			t.Fatalf("%q has no %q", text, from)
		}
		return string(bytes.Replace([]byte(text), []byte(from), []byte(to), 1))
	}
	for _, tt := range []struct {
		name, file, text string
		want             release.SignatureState
	}{
		{"by GnuPG", clear, list, release.SignatureGood},
		{"by GnuPG, with CRLF", string(bytes.ReplaceAll([]byte(clear), []byte("\n"), []byte("\r\n"))), list, release.SignatureGood},
		{"behind a line", "all of it is signed\n" + clear, "", release.SignatureUnreadable},
		{"before a line", clear + "so is this\n", "", release.SignatureUnreadable},
		{"twice", clear + clear, "", release.SignatureUnreadable},
		{"cut short", clear[:len(clear)-40], "", release.SignatureUnreadable},
		{"another text", changed(clear, "-amd64", "-arm64"), changed(list, "-amd64", "-arm64"), release.SignatureBad},
		{"unknown key", mine, "{\n  \"a\": 1\n}\n", release.SignatureUnknownKey},
		{"nothing", "", "", release.SignatureUnreadable},
		{"detached", string(read(t, "good.asc")), "", release.SignatureUnreadable},
		{"no signature", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nx\n-----BEGIN PGP SIGNATURE-----\n\n=twTO\n-----END PGP SIGNATURE-----\n", "", release.SignatureUnreadable},
		{"another header", changed(clear, "Hash: ", "Comment: "), "", release.SignatureUnreadable},
	} {
		text, got := keyring(t).CheckInline([]byte(tt.file), now)
		if string(text) != tt.text || got.State != tt.want {
			t.Errorf("%s: %q, %+v", tt.name, text, got)
		}
	}
	if text, got := m.ring().CheckInline([]byte(mine), now); string(text) != "{\n  \"a\": 1\n}\n" || got.State != release.SignatureGood {
		t.Errorf("by the library: %q, %+v", text, got)
	}
}

// FuzzCheckInline: what is good has the text that was signed.
func FuzzCheckInline(f *testing.F) {
	ring, list, clear := keyring(f), read(f, "SHA256SUMS"), read(f, "clear.asc")
	f.Add(clear)
	f.Add(bytes.Replace(clear, []byte("Hash"), []byte("Hash: SHA1\nHash"), 1))
	f.Add(bytes.Replace(clear, []byte("\n\n"), []byte("\n\n- "), 1))
	f.Add(append(bytes.Clone(clear), " \n"...))
	f.Fuzz(func(t *testing.T, file []byte) {
		text, got := ring.CheckInline(file, now)
		if got.State == release.SignatureGood && !bytes.Equal(text, list) || text == nil && got.State != release.SignatureUnreadable {
			t.Errorf("%q, %+v", text, got)
		}
	})
}
