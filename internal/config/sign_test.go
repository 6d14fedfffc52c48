package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSign(t *testing.T) {
	t.Parallel()
	source := "[[tree]]\nname = \"full\"\nurl = \"https://example.org\"\nrole = \"full\"\n"
	for name, tt := range map[string]struct{ text, want string }{
		"nothing":          {"", ""},
		"a file":           {"key_file = \"k\"\npassphrase_env = \"P\"\n", ""},
		"gpg":              {"key = \"ABCD\"\nhome = \"g\"\npassphrase_file = \"p\"\n", ""},
		"two keys":         {"key = \"ABCD\"\nkey_file = \"k\"\n", "sign.key_file: key is there, too; name one key only"},
		"no key":           {"passphrase_file = \"p\"\n", "sign.passphrase_file: there is no key that it could be the passphrase of; add key or key_file"},
		"no key, variable": {"passphrase_env = \"p\"\n", "sign.passphrase_env: there is no key that it could be the passphrase of; add key or key_file"},
		"lists":            {"key = \"A\"\nsimplestreams = true\n", ""},
		"no key, lists":    {"simplestreams = true\n", "sign.simplestreams: there is no key that lists could be signed with; add key or key_file"},
		"two passphrases":  {"key = \"A\"\npassphrase_env = \"p\"\npassphrase_file = \"p\"\n", "sign.passphrase_file: passphrase_env is there, too; name the passphrase in one place only"},
		"a flag":           {"key = \"--x\"\n", `sign.key: "--x" begins like a flag; write the fingerprint of a key`},
		"too short":        {"valid = \"25h\"\n", "sign.valid: valid (25h0m0s) has to be at least twice as long as refresh (24h0m0s), so that one that fails does no harm"},
		"too rare":         {"refresh = \"96h\"\n", "sign.refresh: valid (168h0m0s) has to be at least twice as long as refresh (96h0m0s), so that one that fails does no harm"},
		"no program":       {"program = \"\"\n", "sign.program: must not be empty; leave it out for the default"},
		"unknown":          {"keyring = \"x\"\n", "sign.keyring: unknown key; "},
	} {
		cfg, err := Parse("config.toml", []byte(source+"[sign]\n"+tt.text))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
		if err == nil && (cfg.Sign.Refresh != 24*time.Hour || cfg.Sign.KeyFile != "" && !filepath.IsAbs(cfg.Sign.KeyFile)) {
			t.Errorf("%s: %+v", name, cfg.Sign)
		}
	}
}

func TestPassphrase(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "phrase")
	if err := os.WriteFile(file, []byte("open sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	getenv := func(name string) string { return map[string]string{"P": "open sesame\n", "E": " "}[name] }
	for _, tt := range []struct {
		s         Sign
		want, err string
	}{
		{Sign{}, "", ""},
		{Sign{PassphraseEnv: "P"}, "open sesame", ""},
		{Sign{PassphraseFile: file}, "open sesame", ""},
		{Sign{PassphraseEnv: "E"}, "", "passphrase of the signing key: environment variable E is not set"},
		{Sign{PassphraseEnv: "Q"}, "", "passphrase of the signing key: environment variable Q is not set"},
		{Sign{PassphraseFile: file + "x"}, "", "passphrase of the signing key: "},
	} {
		got, err := tt.s.Passphrase(getenv)
		if got.Reveal() != tt.want || tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.err)) {
			t.Errorf("%+v: %q, %v", tt.s, got.Reveal(), err)
		}
	}
}
