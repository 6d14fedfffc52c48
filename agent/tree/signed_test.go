package tree

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

const signedDir = "noble"

// keys is where the samples of signatures lie.
const keys = "../../internal/signature/testdata/"

func sampleOf(t testing.TB, name string) string {
	t.Helper()
	raw, err := os.ReadFile(keys + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// signed is a tree of one directory, with a list and what signs it; "" for nothing.
func signed(t testing.TB, list, signature string) *sample {
	s := newSample()
	s.files[signedDir+"/noble-desktop-amd64.iso"] = sampleFile{size: 5 << 30, key: "desktop"}
	s.files[signedDir+"/noble-live-server-amd64.iso"] = sampleFile{size: 3 << 30, key: "server"}
	s.text(signedDir+"/SHA256SUMS", sampleOf(t, list))
	if signature != "" {
		s.text(signedDir+"/SHA256SUMS.gpg", sampleOf(t, signature))
	}
	return s
}

func keyed() config.Tree {
	return config.Tree{Role: "simple", Keyring: filepath.FromSlash(keys + "keyring.asc")}
}

// TestSignatures tells of each directory who signed its list, and takes the facts of
// all but those with a bad signature.
func TestSignatures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, list, signature string
		want                  release.SignatureState
		held                  bool
	}{
		{"good", "SHA256SUMS", "good.asc", release.SignatureGood, false},
		{"missing", "SHA256SUMS", "", release.SignatureMissing, false},
		{"bad", "OTHERSUMS", "good.asc", release.SignatureBad, true},
		{"unknown key", "SHA256SUMS", "unknown.asc", release.SignatureUnknownKey, false},
		{"expired key", "SHA256SUMS", "expired.asc", release.SignatureExpiredKey, false},
		{"unreadable", "SHA256SUMS", "SHA256SUMS", release.SignatureUnreadable, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := live(t, signed(t, tt.list, tt.signature), keyed())
			answer, _ := l.poll(t, 0)
			if len(answer.Facts.Directories) != 1 {
				t.Fatalf("directories %+v", answer.Facts.Directories)
			}
			d := answer.Facts.Directories[0]
			if d.Signature == nil || d.Signature.State != tt.want || (d.Held != "") != tt.held || (len(answer.Facts.Images) == 0) != tt.held {
				t.Errorf("signature %+v, held %q, %d images", d.Signature, d.Held, len(answer.Facts.Images))
			}
		})
	}
}

// TestBadSignature holds a directory as it was while the signature is bad, and lets it
// go when it is right again; a moment between list and signature holds nothing.
func TestBadSignature(t *testing.T) {
	t.Parallel()
	l := live(t, signed(t, "SHA256SUMS", "good.asc"), keyed())
	first, _ := l.poll(t, 0)
	good := first.Facts.Directories[0]
	l.become(signed(t, "OTHERSUMS", "good.asc"))
	for range 2 {
		held, _ := l.poll(t, time.Minute)
		d := held.Facts.Directories[0]
		if !strings.Contains(d.Held, "signature of SHA256SUMS is bad") || d.Signature == nil || d.Signature.State != release.SignatureBad {
			t.Fatalf("signature %+v, held %q", d.Signature, d.Held)
		}
		if diff := cmp.Diff(first.Facts.Images, held.Facts.Images); diff != "" {
			t.Errorf("images while held (-before +held):\n%s", diff)
		}
	}
	l.become(signed(t, "SHA256SUMS", "good.asc"))
	after, _ := l.poll(t, time.Minute)
	if diff := cmp.Diff([]release.Directory{good}, after.Facts.Directories); diff != "" {
		t.Errorf("directories afterwards (-before +after):\n%s", diff)
	}

	// The list is replaced, and the signature a moment later.
	right, wrong := newApache(l.s), newApache(signed(t, "OTHERSUMS", "good.asc"))
	l.s, l.children, l.served = wrong.s, wrong.children, 0
	l.onRequest = func(n int) {
		if n == 5 {
			l.s, l.children = right.s, right.children
		}
	}
	moment, _ := l.poll(t, 7*time.Hour)
	if d := moment.Facts.Directories[0]; d.Held != "" || d.Signature.State != release.SignatureGood {
		t.Errorf("signature %+v, held %q", d.Signature, d.Held)
	}
}

// signer signs with a new key, which is the one of a keyring.
func signer(t testing.TB) (keyring string, sign func(list string) string) {
	t.Helper()
	day := newClock().now.Add(-24 * time.Hour)
	config := packet.Config{Time: func() time.Time { return day }}
	entity, err := openpgp.NewEntity("Somebody", "", "somebody@example.org", &config)
	if err != nil {
		t.Fatal(err)
	}
	return publicKeys(t, entity), func(list string) string {
		var b strings.Builder
		params := openpgp.SignParams{Config: &config}
		if err := openpgp.ArmoredDetachSign(&b, []*openpgp.Entity{entity}, strings.NewReader(list), &params); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
}

// publicKeys writes the public half of a key into a file.
func publicKeys(t testing.TB, entity *openpgp.Entity) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "keyring.gpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := entity.Serialize(f); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// TestSignatureRemembered checks no signature twice that cannot have become another,
// and each again when time, keys or bytes have.
func TestSignatureRemembered(t *testing.T) {
	t.Parallel()
	tree := keyed()
	tree.Recheck = 100 * 365 * 24 * time.Hour
	l := live(t, signed(t, "SHA256SUMS", "short-lived.asc"), tree)
	l.now = time.Date(2024, 4, 25, 12, 0, 1, 0, time.UTC)
	state := func(after time.Duration) release.Signature {
		t.Helper()
		answer, _ := l.poll(t, after)
		return *answer.Facts.Directories[0].Signature
	}
	if s := state(0); s.State != release.SignatureGood {
		t.Fatalf("at first %+v", s)
	}
	// What is remembered shows by being another thing.
	m, err := loadMemory(l.source.memoryFile(), l.source.o.Tree.URL+"/")
	if err != nil {
		t.Fatal(err)
	}
	m.files[signedDir+"/SHA256SUMS.gpg"].Checked.Signature.By = "memory"
	if err := m.save(l.source.memoryFile()); err != nil {
		t.Fatal(err)
	}
	if s := state(time.Second); s.By != "memory" || s.State != release.SignatureGood {
		t.Errorf("with the same bytes %+v, want what is remembered", s)
	}
	if s := state(-time.Hour); s.By == "memory" {
		t.Error("what was said later is believed after the clock was set back")
	}
	if s := state(365 * 24 * time.Hour); s.State != release.SignatureExpiredKey {
		t.Errorf("a year later %+v", s)
	}
	l.source.o.Tree.Keyring, _ = signer(t)
	if s := state(time.Second); s.State != release.SignatureUnknownKey {
		t.Errorf("with other keys %+v", s)
	}
}

// TestSignatureReplaced sees with the next poll that a list which is watched, and did
// not change, has another signature.
func TestSignatureReplaced(t *testing.T) {
	t.Parallel()
	const dir = "ubuntu/releases/stonking/release"
	keyring, sign := signer(t)
	s := newSample()
	s.image(dir, "ubuntu-26.10-desktop-amd64.iso", "one")
	s.sums(dir)
	s.text(dir+"/SHA256SUMS.gpg", "no signature")
	l := live(t, s, config.Tree{Keyring: keyring, Recheck: 1000 * time.Hour})
	l.still = everything
	before, _ := l.poll(t, 0)
	if d := before.Facts.Directories[0]; d.Signature.State != release.SignatureUnreadable {
		t.Fatalf("at first %+v", d.Signature)
	}
	other := s.clone()
	other.text(dir+"/SHA256SUMS.gpg", sign(s.files[dir+"/SHA256SUMS"].text))
	l.become(other)
	after, _ := l.poll(t, time.Minute)
	if d := after.Facts.Directories[0]; d.Signature.State != release.SignatureGood {
		t.Errorf("then %+v", d.Signature)
	}
}

// TestKeyringGrows holds a directory whose signature turns out to be bad by a key that
// was not known before, although nothing of it is asked for again.
func TestKeyringGrows(t *testing.T) {
	t.Parallel()
	tree := keyed()
	known := tree.Keyring
	tree.Keyring, _ = signer(t)
	l := live(t, signed(t, "OTHERSUMS", "good.asc"), tree)
	before, _ := l.poll(t, 0)
	if d := before.Facts.Directories[0]; d.Held != "" || d.Signature.State != release.SignatureUnknownKey {
		t.Fatalf("at first held %q, signature %+v", d.Held, d.Signature)
	}
	l.source.o.Tree.Keyring = known
	after, _ := l.poll(t, time.Minute)
	if d := after.Facts.Directories[0]; !strings.Contains(d.Held, "is bad") || d.Signature.State != release.SignatureBad {
		t.Errorf("then held %q, signature %+v", d.Held, d.Signature)
	}
}

// TestKeyringUnreadable fails the poll, and says what to do.
func TestKeyringUnreadable(t *testing.T) {
	t.Parallel()
	tree := keyed()
	tree.Name, tree.Keyring = "releases", filepath.Join(t.TempDir(), "none")
	l := live(t, signed(t, "SHA256SUMS", ""), tree)
	_, err := l.source.Poll(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "releases") || !strings.Contains(err.Error(), tree.Keyring) {
		t.Errorf("error %v", err)
	}
	if l.requests() > 0 {
		t.Error("the tree is asked although nothing can be checked")
	}
}

// TestHeldAskedAgain asks for what is held with each poll, although no date and no list
// tells that it changed.
func TestHeldAskedAgain(t *testing.T) {
	t.Parallel()
	const dir = "ubuntu/releases/noble/release"
	s := newSample()
	s.files[dir+"/ubuntu-24.04-desktop-amd64.iso"] = sampleFile{size: 5 << 30, key: "old"}
	s.files[dir+"/ubuntu-24.04-live-server-amd64.iso"] = sampleFile{size: 3 << 30, key: "same"}
	s.sums(dir)
	l := live(t, s, config.Tree{})
	l.still = l.isDir
	l.poll(t, 0)
	other := s.clone()
	other.files[dir+"/ubuntu-24.04-desktop-amd64.iso"] = sampleFile{size: 5 << 30, key: "new"}
	l.become(other)
	for _, after := range []time.Duration{7 * time.Hour, time.Second, time.Second} {
		if answer, _ := l.poll(t, after); !strings.Contains(answer.Facts.Directories[0].Held, "another date") {
			t.Fatalf("%s later it is not held", after)
		}
	}
	l.become(s)
	if answer, _ := l.poll(t, time.Second); answer.Facts.Directories[0].Held != "" {
		t.Errorf("it is held though it is as before: %q", answer.Facts.Directories[0].Held)
	}
}

// TestUnreplaced takes for the old bytes what the list alone tells to be others, until
// that has stayed so for an hour.
func TestUnreplaced(t *testing.T) {
	t.Parallel()
	const dir = "ubuntu/releases/stonking/release"
	s := newSample()
	s.files[dir+"/ubuntu-26.10-desktop-amd64.iso"] = sampleFile{size: 5 << 30, key: "old"}
	s.sums(dir)
	l := live(t, s, config.Tree{})
	l.still = everything
	first, _ := l.poll(t, 0)
	listed, replaced := s.clone(), s.clone()
	replaced.files[dir+"/ubuntu-26.10-desktop-amd64.iso"] = sampleFile{size: 5 << 30, key: "new"}
	replaced.sums(dir)
	listed.files[dir+"/SHA256SUMS"] = replaced.files[dir+"/SHA256SUMS"]
	for _, tt := range []struct {
		name  string
		still func(string) bool
		s     *sample
		after time.Duration
		held  bool
	}{
		{"list first", everything, listed, time.Minute, true},
		{"still", everything, listed, 50 * time.Minute, true},
		{"then the file", nil, replaced, time.Minute, false},
		{"back", nil, s, time.Minute, false},
		{"list again", nil, listed, time.Minute, true},
		{"an hour later", nil, listed, 61 * time.Minute, false},
	} {
		l.still = tt.still
		l.become(tt.s)
		answer, _ := l.poll(t, tt.after)
		d := answer.Facts.Directories[0]
		if held := strings.Contains(d.Held, "another checksum than before"); held != tt.held {
			t.Fatalf("%s: held %q", tt.name, d.Held)
		}
		if tt.held {
			if diff := cmp.Diff(first.Facts.Images, answer.Facts.Images); diff != "" {
				t.Errorf("%s: images (-first +held):\n%s", tt.name, diff)
			}
		}
	}
}

// TestRedated takes for another file what only its date tells, until that has stayed
// so for an hour; and no file for another when the server's clock moved.
func TestRedated(t *testing.T) {
	t.Parallel()
	s := newSample()
	const dir = "ubuntu/releases/noble/release"
	s.files[dir+"/ubuntu-24.04-desktop-amd64.iso"] = sampleFile{size: 5 << 30, key: "a"}
	s.files[dir+"/ubuntu-24.04-live-server-amd64.iso"] = sampleFile{size: 3 << 30, key: "b"}
	s.sums(dir)
	l := live(t, s, config.Tree{Recheck: time.Minute})
	l.poll(t, 0)
	other := s.clone()
	// Another key is another date; the list has the old checksum.
	other.files[dir+"/ubuntu-24.04-desktop-amd64.iso"] = sampleFile{size: 5 << 30, key: "c"}
	l.become(other)
	held := func(answer *release.Answer) bool {
		return slices.ContainsFunc(answer.Facts.Directories, func(d release.Directory) bool { return strings.Contains(d.Held, "another date") })
	}
	if answer, _ := l.poll(t, 10*time.Minute); !held(answer) {
		t.Error("not held at first")
	}
	if answer, _ := l.poll(t, 50*time.Minute); !held(answer) {
		t.Error("not held after 50 minutes")
	}
	if answer, _ := l.poll(t, 20*time.Minute); held(answer) {
		t.Error("held after more than an hour")
	}
	if answer, _ := l.poll(t, 20*time.Minute); held(answer) {
		t.Error("held again")
	}
	l.shift = 1
	if answer, _ := l.poll(t, 20*time.Minute); held(answer) {
		t.Error("held since the server's clock moved")
	}
}
