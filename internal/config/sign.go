package config

import (
	"fmt"
	"strings"
	"time"
)

// Sign is what a published site says of itself (release.json), and which key signs that.
type Sign struct {
	KeyFile string // file of a private key; empty for none
	// Key names one of gpg's keys instead, and Program and Home are gpg and its directory,
	// which is gpg's own choice when empty.
	Key, Program, Home string
	// PassphraseEnv names the variable, and PassphraseFile the file, with the passphrase of
	// the key; both empty where it has none, or gpg-agent knows it.
	PassphraseEnv, PassphraseFile string
	// Simplestreams says that lists of simplestreams are also signed inline, as .sjson.
	Simplestreams bool
	// Refresh is after how long it is issued anew though nothing changed, and Valid how
	// long it is to be believed.
	Refresh, Valid time.Duration
}

// Any reports whether anything is signed.
func (s Sign) Any() bool { return s.Key != "" || s.KeyFile != "" }

func (s *Sign) read(t *table) {
	t.text("key_file", &s.KeyFile)
	t.text("key", &s.Key)
	t.text("program", &s.Program)
	t.text("home", &s.Home)
	t.text("passphrase_env", &s.PassphraseEnv)
	t.text("passphrase_file", &s.PassphraseFile)
	t.flag("simplestreams", &s.Simplestreams)
	t.duration("refresh", &s.Refresh, false)
	t.duration("valid", &s.Valid, false)
	t.filled("program")
	switch {
	case t.given("key") && t.given("key_file"):
		t.note("key_file", "key is there, too; name one key only")
	case !s.Any() && t.given("passphrase_env"):
		t.note("passphrase_env", "there is no key that it could be the passphrase of; add key or key_file")
	case !s.Any() && t.given("passphrase_file"):
		t.note("passphrase_file", "there is no key that it could be the passphrase of; add key or key_file")
	case t.given("passphrase_env") && t.given("passphrase_file"):
		t.note("passphrase_file", "passphrase_env is there, too; name the passphrase in one place only")
	}
	if s.Simplestreams && !s.Any() {
		t.note("simplestreams", "there is no key that lists could be signed with; add key or key_file")
	}
	if strings.HasPrefix(s.Key, "-") {
		t.note("key", fmt.Sprintf("%q begins like a flag; write the fingerprint of a key", s.Key))
	}
	if s.Valid < 2*s.Refresh {
		key := "valid"
		if !t.has(key) {
			key = "refresh"
		}
		t.note(key, fmt.Sprintf("valid (%s) has to be at least twice as long as refresh (%s), so that one that fails does no harm", s.Valid, s.Refresh))
	}
	t.close()
}

// Passphrase reads the passphrase of the key from where the configuration says; empty
// where it says nothing.
func (s Sign) Passphrase(getenv func(string) string) (Secret, error) {
	return keyOf("passphrase of the signing key", s.PassphraseEnv, s.PassphraseFile, getenv)
}
