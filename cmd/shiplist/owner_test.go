//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shiplist/internal/testenv"
)

// TestRootElsewhere: root is told to run as somebody else what writes into somebody
// else's directories, and nothing is written; looking is free.
func TestRootElsewhere(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		testenv.Missing(t, "only root can give directories away")
	}
	for _, tt := range []struct {
		dir  string
		args []string
		want string // what to run; nothing where there is nothing to refuse
	}{
		{"data", []string{"generate"}, "generate"},
		{"staged", []string{"generate"}, "generate"},
		{"data", []string{"agent", "--once", "--source", "x"}, "agent --once"},
		{"state", []string{"agent", "--accept", "x@12"}, "agent --accept x@12"},
		{"staged", []string{"agent"}, "agent"},
		{"public.sets", []string{"publish", "--rollback", "2"}, "publish --rollback 2"},
		{"staged", []string{"publish", "--digest", "12ab", "--force"}, "publish --digest 12ab --force"},
		{"public.sets", []string{"generate"}, "generate"},
		{"staged", []string{"publish", "--list"}, ""},
		{"data", []string{"agent", "--dry-run"}, ""},
		{"data", []string{"status"}, ""},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "config.toml")
		write(t, file, "[[tree]]\nname = \"x\"\nrole = \"full\"\nurl = \"https://127.0.0.1:1\"\n[limits]\nbackoff_least = \"1s\"\n")
		for id, become := range map[int]string{65534: "nobody, whom files of root's would keep out; run 'runuser -u nobody", 54321: "user 54321, whom files of root's would keep out; run 'setpriv --reuid=54321 --regid=54321 --clear-groups"} {
			at := filepath.Join(dir, tt.dir)
			if err := os.MkdirAll(at, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Chown(at, id, id); err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			e := system()
			e.stdout, e.stderr = &bytes.Buffer{}, &stderr
			code := run(t.Context(), append(tt.args[:len(tt.args):len(tt.args)], "--config", file), e)
			want := "shiplist " + tt.args[0] + ": " + at + " belongs to " + become + " -- shiplist " + tt.want + " --config " + file + "' instead\n"
			refused := strings.Contains(stderr.String(), "belongs to")
			if tt.want == "" && refused || tt.want != "" && (code != exitFailed || stderr.String() != want) {
				t.Errorf("%s: %d\n%swant\n%s", tt.args, code, &stderr, want)
			}
			if entries, err := os.ReadDir(at); err != nil || len(entries) > 0 {
				t.Errorf("%s: wrote %v, %v", tt.args, entries, err)
			}
		}
	}
}
