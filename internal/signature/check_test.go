package signature

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// now is after everything in testdata, but for what is said to expire later.
var now = time.Date(2025, time.August, 7, 12, 0, 0, 0, time.UTC)

func read(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func keyring(t testing.TB) *Keyring {
	t.Helper()
	ring, err := Load(filepath.Join("testdata", "keyring.asc"))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// day is noon of a day, when everything in testdata was signed.
func day(s string) time.Time {
	at, err := time.Parse("2006-01-02 15", s+" 12")
	if err != nil {
		panic(err)
	}
	return at
}

// The user ids of the keys in testdata.
const (
	oldKey     = "Example Old Signing Key <example-old-signing-key@example.org>"
	newKey     = "Example New Signing Key <example-new-signing-key@example.org>"
	expiredKey = "Example Expired Signing Key <example-expired-signing-key@example.org>"
	revokedKey = "Example Revoked Signing Key <example-revoked-signing-key@example.org>"
	masterKey  = "Example Master Key <example-master-key@example.org>"
	secondName = "Example Second Name <example-second-name@example.org>"
)

// verdicts is what each signature of testdata is worth for its list.
var verdicts = []struct {
	file, list string
	state      release.SignatureState
	by, made   string
}{
	{"good.asc", "SHA256SUMS", release.SignatureGood, newKey, "2024-04-25"},
	{"good.gpg", "SHA256SUMS", release.SignatureGood, newKey, "2024-04-25"},
	{"sha256.asc", "SHA256SUMS", release.SignatureGood, newKey, "2024-04-25"},
	{"text.asc", "SHA256SUMS", release.SignatureGood, newKey, "2024-04-25"},
	{"sha1-dsa.asc", "SHA256SUMS", release.SignatureGood, oldKey, "2013-04-25"},
	{"two.asc", "SHA256SUMS", release.SignatureGood, oldKey, "2016-09-28"},
	{"known-unknown.asc", "SHA256SUMS", release.SignatureGood, newKey, "2024-04-25"},
	{"expired-good.asc", "SHA256SUMS", release.SignatureGood, newKey, "2013-04-25"},
	{"bad-then-good.gpg", "SHA256SUMS", release.SignatureGood, newKey, "2024-04-25"},
	{"subkey.asc", "SHA256SUMS", release.SignatureGood, masterKey, "2024-04-25"},
	{"two-names.asc", "SHA256SUMS", release.SignatureGood, secondName, "2024-04-25"},

	{"good.asc", "OTHERSUMS", release.SignatureBad, newKey, "2024-04-25"},
	{"good.gpg", "OTHERSUMS", release.SignatureBad, newKey, "2024-04-25"},
	{"text.asc", "OTHERSUMS", release.SignatureBad, newKey, "2024-04-25"},
	{"sha1-dsa.asc", "OTHERSUMS", release.SignatureBad, oldKey, "2013-04-25"},
	{"two.asc", "OTHERSUMS", release.SignatureBad, oldKey, "2016-09-28"},
	{"known-unknown.asc", "OTHERSUMS", release.SignatureBad, newKey, "2024-04-25"},
	{"subkey.asc", "OTHERSUMS", release.SignatureBad, masterKey, "2024-04-25"},
	{"expired.asc", "OTHERSUMS", release.SignatureBad, expiredKey, "2013-04-25"},
	{"unknown-then-bad.gpg", "SHA256SUMS", release.SignatureBad, newKey, "2024-04-25"},
	{"expired-then-bad.gpg", "SHA256SUMS", release.SignatureBad, newKey, "2024-04-25"},

	{"expired.asc", "SHA256SUMS", release.SignatureExpiredKey, expiredKey, "2013-04-25"},
	{"revoked.asc", "SHA256SUMS", release.SignatureExpiredKey, revokedKey, "2013-04-25"},
	{"subkey-expired.asc", "SHA256SUMS", release.SignatureExpiredKey, masterKey, "2019-04-25"},
	{"subkey-revoked.asc", "SHA256SUMS", release.SignatureExpiredKey, masterKey, "2019-04-25"},
	{"short-lived.asc", "SHA256SUMS", release.SignatureExpiredKey, newKey, "2024-04-25"},

	{"unknown.asc", "SHA256SUMS", release.SignatureUnknownKey, "", "2024-04-25"},
	{"unknown.asc", "OTHERSUMS", release.SignatureUnknownKey, "", "2024-04-25"},

	{"clear.asc", "SHA256SUMS", release.SignatureUnreadable, "", ""},
	{"message.asc", "SHA256SUMS", release.SignatureUnreadable, "", ""},
	{"md5.asc", "SHA256SUMS", release.SignatureUnreadable, "", ""},
	{"new.key.asc", "SHA256SUMS", release.SignatureUnreadable, "", ""},
	{"SHA256SUMS", "SHA256SUMS", release.SignatureUnreadable, "", ""},
}

func TestCheck(t *testing.T) {
	t.Parallel()
	ring := keyring(t)
	for _, tt := range verdicts {
		got := ring.Check(read(t, tt.list), read(t, tt.file), now)
		want := release.Signature{State: tt.state, By: tt.by, Key: got.Key}
		if tt.made != "" {
			want.Made = day(tt.made)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s for %s (-want +got):\n%s", tt.file, tt.list, diff)
		}
	}
}

func TestCheckMissing(t *testing.T) {
	t.Parallel()
	for _, none := range [][]byte{nil, {}} {
		if got := keyring(t).Check(read(t, "SHA256SUMS"), none, now); got != (release.Signature{State: release.SignatureMissing}) {
			t.Errorf("Check without a signature = %+v", got)
		}
	}
}

// TestCheckNamesTheKey holds the fingerprint to what GnuPG says: of the subkey, where
// one signed, and as much as the signature tells of a stranger.
func TestCheckNamesTheKey(t *testing.T) {
	t.Parallel()
	ring, list := keyring(t), read(t, "SHA256SUMS")
	for file, want := range fingerprints(t) {
		if got := ring.Check(list, read(t, file), now); got.Key != want {
			t.Errorf("%s is by %q, want %q", file, got.Key, want)
		}
	}
}

// fingerprints reads FINGERPRINTS: the name of a signature and of its key on each line.
func fingerprints(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for l := range strings.Lines(string(read(t, "FINGERPRINTS"))) {
		file, key, _ := strings.Cut(strings.TrimSpace(l), " ")
		all[file] = key
	}
	if len(all) != 3 {
		t.Fatalf("FINGERPRINTS has %d lines, want 3", len(all))
	}
	return all
}

// TestCheckTextMode tells the two modes apart: only in one of them line ends count.
func TestCheckTextMode(t *testing.T) {
	t.Parallel()
	ring := keyring(t)
	windows := bytes.ReplaceAll(read(t, "SHA256SUMS"), []byte("\n"), []byte("\r\n"))
	if got := ring.Check(windows, read(t, "text.asc"), now); got.State != release.SignatureGood {
		t.Errorf("a signature of text is %s for other line ends", got.State)
	}
	if got := ring.Check(windows, read(t, "good.asc"), now); got.State != release.SignatureBad {
		t.Errorf("a signature of bytes is %s for other line ends", got.State)
	}
}

// TestCheckClock moves the clock over what expires.
func TestCheckClock(t *testing.T) {
	t.Parallel()
	ring, list := keyring(t), read(t, "SHA256SUMS")
	for _, tt := range []struct {
		file string
		at   time.Time
		want release.SignatureState
	}{
		{"expired.asc", day("2014-12-30"), release.SignatureGood},
		{"expired.asc", day("2015-01-03"), release.SignatureExpiredKey},
		{"short-lived.asc", day("2024-05-24"), release.SignatureGood},
		{"short-lived.asc", day("2024-05-26"), release.SignatureExpiredKey},
		{"subkey-expired.asc", day("2019-12-30"), release.SignatureGood},
		// Signed five years after the clock, by keys that the clock takes for unborn.
		{"good.asc", day("1970-01-01"), release.SignatureGood},
		{"revoked.asc", day("2013-05-01"), release.SignatureExpiredKey},
		{"good.asc", day("2099-01-01"), release.SignatureGood},
	} {
		if got := ring.Check(list, read(t, tt.file), tt.at); got.State != tt.want {
			t.Errorf("%s on %s is %s, want %s", tt.file, tt.at.Format(time.DateOnly), got.State, tt.want)
		}
	}
}

// TestCheckTruncated cuts signatures at every byte: what is left of one is never
// good, and never bad, either. Of two, the first is still there.
func TestCheckTruncated(t *testing.T) {
	t.Parallel()
	ring, list := keyring(t), read(t, "SHA256SUMS")
	whole := read(t, "good.gpg")
	for n := 1; n < len(whole); n++ {
		if got := ring.Check(list, whole[:n], now); got.State != release.SignatureUnreadable {
			t.Fatalf("%d of %d bytes are %s", n, len(whole), got.State)
		}
	}
	both := append(bytes.Clone(whole), whole[:100]...)
	if got := ring.Check(list, both, now); got.State != release.SignatureGood {
		t.Errorf("a signature with part of another is %s", got.State)
	}
	armored := read(t, "good.asc")
	if got := ring.Check(list, armored[:len(armored)/2], now); got.State != release.SignatureUnreadable {
		t.Errorf("half an armored signature is %s", got.State)
	}
}

// TestCheckBounds gives more than anybody signs.
func TestCheckBounds(t *testing.T) {
	t.Parallel()
	ring, list := keyring(t), read(t, "SHA256SUMS")
	unknown, good := unarmored(t, "unknown.asc"), read(t, "good.gpg")
	many := append(bytes.Repeat(unknown, mostSignatures-1), good...)
	if got := ring.Check(list, many, now); got.State != release.SignatureGood {
		t.Errorf("the last of %d signatures is not seen: %s", mostSignatures, got.State)
	}
	if got := ring.Check(list, append(bytes.Clone(unknown), many...), now); got.State != release.SignatureUnknownKey {
		t.Errorf("more than %d signatures are looked at: %s", mostSignatures, got.State)
	}
	if got := ring.Check(list, append(good, make([]byte, maxSignature)...), now); got.State != release.SignatureUnreadable {
		t.Errorf("a signature of more than %d bytes is %s", maxSignature, got.State)
	}
}

func unarmored(t testing.TB, name string) []byte {
	t.Helper()
	binary, err := unarmor(read(t, name), "PGP SIGNATURE")
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// FuzzCheck looks for what panics, and for a signature that is good for other bytes
// than those that were signed.
func FuzzCheck(f *testing.F) {
	ring, list, other := keyring(f), read(f, "SHA256SUMS"), read(f, "OTHERSUMS")
	for _, tt := range verdicts {
		f.Add(read(f, tt.file))
		if strings.HasSuffix(tt.file, ".asc") && tt.made != "" {
			f.Add(unarmored(f, tt.file))
		}
	}
	f.Fuzz(func(t *testing.T, signature []byte) {
		got := ring.Check(list, signature, now)
		if len(signature) > 0 && got.State == release.SignatureMissing {
			t.Errorf("something is missing: %+v", got)
		}
		if (got.By != "") != (got.State == release.SignatureGood || got.State == release.SignatureBad || got.State == release.SignatureExpiredKey) && got.State != release.SignatureUnreadable {
			t.Errorf("a signer is named for %+v", got)
		}
		if got.State == release.SignatureGood && ring.Check(append(other, '\n'), signature, now).State == release.SignatureGood {
			t.Error("good for two lists")
		}
	})
}
