package config

import (
	"fmt"
	"log/slog"
	"strings"
)

// Secret is a credential. Whatever prints, logs or encodes it gets [Redacted]; only
// [Secret.Reveal] gives it away.
//
// It holds a pointer because fmt does not call String on unexported fields of other
// structs, and then shows an address.
type Secret struct{ text *string }

// Redacted stands where a secret would.
const Redacted = "[secret]"

// keyMost bounds the file of a key.
const keyMost = 64 << 10

// Reveal returns the credential, for the one place that sends it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String hides the credential.
func (s Secret) String() string { return Redacted }

// GoString hides the credential from %#v.
func (s Secret) GoString() string { return Redacted }

// MarshalText hides the credential from every encoder.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// LogValue hides the credential from log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(Redacted) }

// Key reads the tracker's API key from where the configuration says: the variable
// KeyEnv of getenv, or KeyFile. A tracker that names neither has an empty key.
func (t Tracker) Key(getenv func(string) string) (Secret, error) {
	return keyOf("key of tracker "+t.Name, t.KeyEnv, t.KeyFile, getenv)
}

// keyOf reads a key, by what it is told as in errors, from a variable of getenv or from a
// file, without the white space around it. It is empty where neither is named.
func keyOf(what, variable, file string, getenv func(string) string) (Secret, error) {
	switch {
	case variable != "":
		key := strings.TrimSpace(getenv(variable))
		if key == "" {
			return Secret{}, fmt.Errorf("%s: environment variable %s is not set", what, variable)
		}
		return Secret{&key}, nil
	case file != "":
		key, err := readKey(file)
		if err != nil {
			return Secret{}, fmt.Errorf("%s: %w", what, err)
		}
		return key, nil
	}
	return Secret{}, nil
}

func readKey(path string) (Secret, error) {
	text, err := readBounded(path, keyMost)
	if err != nil {
		return Secret{}, err
	}
	key := strings.TrimSpace(string(text))
	switch {
	case key == "":
		return Secret{}, fmt.Errorf("%s: empty", path)
	case strings.ContainsAny(key, "\r\n"):
		return Secret{}, fmt.Errorf("%s: more than one line", path)
	}
	return Secret{&key}, nil
}
