package signer

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"shiplist/internal/testenv"
)

// phrase protects the keys of these tests.
const phrase = "correct horse battery"

// gnupg is a GnuPG with a directory of its own, with two keys: one with a passphrase, one
// without.
type gnupg struct {
	t       *testing.T
	program string
	home    string
}

func newGnuPG(t *testing.T) gnupg {
	t.Helper()
	home, err := os.MkdirTemp("", "gpg") // short: it makes sockets there
	if err != nil {
		t.Fatal(err)
	}
	g := gnupg{t, testenv.Program(t, "gpg"), home}
	// Passphrases of tests need not be hard to try.
	if err := os.WriteFile(filepath.Join(home, "gpg-agent.conf"), []byte("s2k-count 65536\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// An agent that it began ends with its directory, at the latest.
		if stop, err := exec.LookPath("gpgconf"); err == nil {
			_ = exec.Command(stop, "--homedir", home, "--kill", "all").Run()
		}
		_ = os.RemoveAll(home)
	})
	g.run(nil, "--passphrase", phrase, "--quick-gen-key", "Locked <locked@example.org>", "ed25519", "sign", "2y")
	g.run(nil, "--passphrase", "", "--quick-gen-key", "Open <open@example.org>", "ed25519", "sign", "2y")
	return g
}

func (g gnupg) run(input []byte, args ...string) string {
	g.t.Helper()
	c := exec.Command(g.program, append([]string{"--homedir", g.home, "--batch", "--no-tty", "--pinentry-mode", "loopback"}, args...)...)
	var out, said bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(input), &out, &said
	if err := c.Run(); err != nil {
		g.t.Fatalf("gpg %q: %v\n%s", args, err, said.String())
	}
	return out.String()
}

// secret writes a private key to a file.
func (g gnupg) secret(name string) string {
	g.t.Helper()
	text := g.run(nil, "--passphrase", phrase, "--armor", "--export-secret-keys", name)
	return g.file(name, text)
}

func (g gnupg) file(name, text string) string {
	g.t.Helper()
	path := filepath.Join(g.home, name+".file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		g.t.Fatal(err)
	}
	return path
}

// verifies has the real program verify what was signed.
func (g gnupg) verifies(text, made []byte) {
	g.t.Helper()
	g.run(nil, "--verify", g.file("made", string(made)), g.file("text", string(text)))
}

func say(text string, err error) func() (string, error) {
	return func() (string, error) { return text, err }
}

// TestSign signs in each way, and lets the real gpg say whether it holds.
func TestSign(t *testing.T) {
	t.Parallel()
	g := newGnuPG(t)
	text := []byte("serial 1\n")
	locked, open := g.secret("locked@example.org"), g.secret("open@example.org")
	for name, o := range map[string]Options{
		"file":              {KeyFile: open},
		"file, passphrase":  {KeyFile: locked, Passphrase: say(phrase, nil)},
		"agent":             {Key: "open@example.org", Home: g.home},
		"agent, passphrase": {Key: "locked@example.org", Home: g.home, Passphrase: say(phrase, nil)},
	} {
		s, err := New(t.Context(), o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		made, err := s.Sign(t.Context(), text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.HasPrefix(made, []byte("-----BEGIN PGP SIGNATURE-----\n")) || !bytes.HasSuffix(made, []byte("-----END PGP SIGNATURE-----\n")) {
			t.Errorf("%s: not armored: %q", name, made)
		}
		g.verifies(text, made)
		if !s.Made(text, made) || s.Made([]byte("serial 2\n"), made) {
			t.Errorf("%s: it does not know its own signature from another", name)
		}
		g.verifiesInline(name, s)
	}
}

// verifiesInline signs lists inline, and has the real program verify them and take them
// out. What lies in between is the list, for readers that look at lines alone.
func (g gnupg) verifiesInline(name string, s *Signer) {
	g.t.Helper()
	for _, text := range []string{"{\n  \"index\": {}\n}\n", "- dashed\n-----BEGIN PGP SIGNATURE-----\n\nFrom here\n", "ü\n"} {
		made, err := s.SignInline(g.t.Context(), []byte(text))
		if err != nil {
			g.t.Errorf("%s: %q: %v", name, text, err)
			continue
		}
		if got := g.run(made, "--decrypt"); got != text {
			g.t.Errorf("%s: %q: gpg takes out %q of\n%s", name, text, got, made)
		}
		if !s.MadeInline([]byte(text), made) || s.MadeInline([]byte("x"+text), made) || s.MadeInline([]byte(text), append([]byte("x\n"), made...)) {
			g.t.Errorf("%s: %q: it does not know its own signature from another", name, text)
		}
		if strings.HasPrefix(text, "{") {
			_, rest, _ := strings.Cut(string(made), "\nHash: SHA512\n\n")
			if plain, _, _ := strings.Cut(rest, "-----BEGIN PGP SIGNATURE-----\n"); plain != text {
				g.t.Errorf("%s: between the lines of dashes stands %q", name, plain)
			}
		}
	}
	for _, text := range []string{"blank \n", "no end", ""} {
		if made, err := s.SignInline(g.t.Context(), []byte(text)); err == nil {
			g.t.Errorf("%s: %q is signed as another text:\n%s", name, text, made)
		}
	}
}

// TestMistakes: each tells what to do, and none the passphrase.
func TestMistakes(t *testing.T) {
	t.Parallel()
	g := newGnuPG(t)
	locked, open := g.secret("locked@example.org"), g.secret("open@example.org")
	shared := g.file("shared", "x")
	if err := os.Chmod(shared, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		o    Options
		want string
	}{
		"no file":           {Options{KeyFile: filepath.Join(g.home, "none")}, "signing key: open "},
		"for everybody":     {Options{KeyFile: shared}, "everybody on this machine may use it (mode 0644); chmod 600 "},
		"no key":            {Options{KeyFile: g.file("text", "x")}, "no OpenPGP key: "},
		"public":            {Options{KeyFile: g.file("public", g.run(nil, "--armor", "--export", "open@example.org"))}, "holds a public key, not a private one; write one with: gpg --armor --export-secret-keys KEY > FILE"},
		"two":               {Options{KeyFile: g.file("two", g.run(nil, "--passphrase", phrase, "--export-secret-keys"))}, "holds 2 keys where there has to be one"},
		"large":             {Options{KeyFile: g.file("large", strings.Repeat("x", keyMost+1))}, "larger than 1048576 bytes"},
		"needs passphrase":  {Options{KeyFile: locked}, "it has a passphrase; say with [sign] passphrase_env or passphrase_file where that is"},
		"wrong passphrase":  {Options{KeyFile: locked, Passphrase: say("wrong horse", nil)}, "the passphrase does not fit"},
		"no passphrase":     {Options{KeyFile: locked, Passphrase: say("", errors.New("variable X is not set"))}, "variable X is not set"},
		"not needed is not": {Options{KeyFile: open, Passphrase: say("", errors.New("never asked"))}, ""},
		"unknown":           {Options{Key: "nobody@example.org", Home: g.home}, `signing key "nobody@example.org": gpg knows no such key; see gpg --list-secret-keys`},
		"like a flag":       {Options{Key: "--version", Home: g.home}, `signing key "--version": begins like a flag`},
		"no program":        {Options{Key: "x", Program: filepath.Join(g.home, "none")}, "no such file or directory"},
	} {
		_, err := New(t.Context(), tt.o)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "horse") {
			t.Errorf("%s: the passphrase is in %q", name, err)
		}
	}
}

// TestAgentRefuses: gpg is asked with a passphrase that does not fit.
func TestAgentRefuses(t *testing.T) {
	t.Parallel()
	g := newGnuPG(t)
	if stop, err := exec.LookPath("gpgconf"); err == nil {
		_ = exec.Command(stop, "--homedir", g.home, "--kill", "all").Run() // it may remember the right one
	}
	s, err := New(t.Context(), Options{Key: "locked@example.org", Home: g.home, Passphrase: say("wrong horse", nil)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sign(t.Context(), []byte("x")); err == nil || !strings.Contains(err.Error(), "sign: gpg: exit status 2: ") || strings.Contains(err.Error(), "horse") {
		t.Error(err)
	}
}

// TestTold: what gpg says is one line, cut between characters, and never has the
// passphrase, whatever white space is in that.
func TestTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, phrase, want string }{
		{"gpg: bad\ngpg: worse\n", "", "gpg: bad gpg: worse"},
		{"gpg: \x1b[31mred", "", "gpg: [31mred"},
		{"gpg: 'correct  horse' is bad", "correct  horse", "gpg: '[secret]' is bad"},
		{"gpg: 'correct\thorse' is bad", "correct\thorse", "gpg: '[secret]' is bad"},
		{strings.Repeat("x", 295) + "correct horse", "correct horse", strings.Repeat("x", 295) + "[sec…"},
		{strings.Repeat("é", 400), "", strings.Repeat("é", 299) + "…"},
	} {
		if got := told(tt.text, tt.phrase); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}
