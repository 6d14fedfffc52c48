package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecretIsNeverShown(t *testing.T) {
	t.Parallel()
	key, err := Tracker{Name: "iso", KeyEnv: "ISO_KEY"}.Key(func(string) string { return " sesame\n" })
	if err != nil || key.Reveal() != "sesame" {
		t.Fatalf("key %q, %v", key.Reveal(), err)
	}
	type holder struct {
		Open   Secret
		hidden Secret
	}
	h := holder{key, key}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%v %+v %#v %s %q %x %d\n", key, key, key, key, key, key, key)
	fmt.Fprintf(&b, "%v %+v %#v %v\n", h, h, h, h.hidden)
	slog.New(slog.NewTextHandler(&b, nil)).Info("key", "key", key, "holder", h)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("key", "key", key, "holder", h)
	if err := json.NewEncoder(&b).Encode(h); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.Contains(text, "sesame") || strings.Contains(text, fmt.Sprintf("%x", "sesame")) {
		t.Errorf("shown:\n%s", text)
	}
	if !strings.Contains(b.String(), Redacted) {
		t.Errorf("no mark where it would be:\n%s", b.String())
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"good": "sesame\n", "empty": "\n", "lines": "a\nb\n", "large": strings.Repeat("x", keyMost+1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	unset := func(string) string { return "" }
	for _, test := range []struct {
		name    string
		tracker Tracker
		want    string
		wantErr string
	}{
		{"none", Tracker{Name: "iso"}, "", ""},
		{"file", Tracker{Name: "iso", KeyFile: filepath.Join(dir, "good")}, "sesame", ""},
		{"unset", Tracker{Name: "iso", KeyEnv: "ISO_KEY"}, "", "key of tracker iso: environment variable ISO_KEY is not set"},
		{"absent", Tracker{Name: "iso", KeyFile: filepath.Join(dir, "absent")}, "", "no such file"},
		{"empty", Tracker{Name: "iso", KeyFile: filepath.Join(dir, "empty")}, "", "empty: empty"},
		{"lines", Tracker{Name: "iso", KeyFile: filepath.Join(dir, "lines")}, "", "lines: more than one line"},
		{"large", Tracker{Name: "iso", KeyFile: filepath.Join(dir, "large")}, "", "large: larger than 65536 bytes"},
		{"directory", Tracker{Name: "iso", KeyFile: dir}, "", "not a file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := test.tracker.Key(unset)
			if got.Reveal() != test.want {
				t.Errorf("key %q, want %q", got.Reveal(), test.want)
			}
			if (err == nil) != (test.wantErr == "") || err != nil && !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("error %v, want %q", err, test.wantErr)
			}
		})
	}
}
