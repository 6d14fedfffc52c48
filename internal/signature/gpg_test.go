package signature

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

// TestAgreesWithGPG asks GnuPG about everything in testdata. Where a file holds
// several signatures, the best of those that it judges counts as it does here.
func TestAgreesWithGPG(t *testing.T) {
	t.Parallel()
	gpg := testenv.Program(t, "gpg")
	home, err := os.MkdirTemp("", "gpg") // short: it makes sockets there
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	run := func(args ...string) string {
		common := []string{"--homedir", home, "--batch", "--no-tty", "--no-autostart", "--trust-model", "always", "--faked-system-time", now.Format("20060102T150405"), "--status-fd", "1"}
		cmd := exec.Command(gpg, append(common, args...)...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Env = &out, append(os.Environ(), "LC_ALL=C")
		var failed *exec.ExitError
		if err := cmd.Run(); err != nil && !errors.As(err, &failed) {
			t.Fatal(err)
		}
		return out.String()
	}
	run("--import", filepath.Join("testdata", "keyring.asc"))
	for _, tt := range verdicts {
		said := run("--verify", filepath.Join("testdata", tt.file), filepath.Join("testdata", tt.list))
		want := tt.state
		if tt.file == "bad-then-good.gpg" {
			want = release.SignatureBad // it stops at the first that is bad
		}
		if got := verdict(said); got != want {
			t.Errorf("%s for %s: GnuPG says %s, want %s; its words:\n%s", tt.file, tt.list, got, want, said)
		}
	}
}

// verdict reads GnuPG's words, see doc/DETAILS in its sources.
func verdict(said string) release.SignatureState {
	best := release.SignatureUnreadable
	for l := range strings.Lines(said) {
		words := strings.Fields(strings.TrimPrefix(l, "[GNUPG:] "))
		if len(words) == 0 {
			continue
		}
		state := release.SignatureUnreadable
		switch words[0] {
		case "GOODSIG":
			state = release.SignatureGood
		case "BADSIG":
			state = release.SignatureBad
		case "EXPKEYSIG", "REVKEYSIG", "EXPSIG":
			state = release.SignatureExpiredKey
		case "ERRSIG":
			if words[6] == "9" { // no public key
				state = release.SignatureUnknownKey
			}
		}
		if rank(state) > rank(best) {
			best = state
		}
	}
	return best
}
