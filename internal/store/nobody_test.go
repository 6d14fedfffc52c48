//go:build unix

package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/testenv"
)

// TestNotWritable: a directory that cannot be written to keeps the old facts readable,
// and what is missing is written when it can be again.
func TestNotWritable(t *testing.T) {
	if os.Getuid() == 0 { // whom modes do not keep from anything
		testenv.RunAsNobody(t)
		return
	}
	for _, tt := range []struct {
		name   string // of what cannot be written to, below the folder of data and state
		stands bool   // the commit, although there is an error
	}{
		{"data/.shiplist", false},
		{"data", true}, // new folders are made there when files are moved
		{"data/a/milestones/noble", true},
		{"state", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := set(t)
			at := filepath.Join(filepath.Dir(s.data), tt.name)
			if err := os.Chmod(at, 0o555); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(at, 0o755) })
			_, then := happened()
			for range 2 {
				_, err := s.w.Commit(t.Context(), second(), after(), then...)
				if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), filepath.Dir(s.data)) || !strings.Contains(err.Error(), "let the user who runs shiplist write there") {
					t.Errorf("error %v", err)
				}
			}
			facts, err := s.w.Facts("a")
			if err != nil || cmp.Equal(after(), facts) != tt.stands {
				t.Errorf("facts %v, error %v", facts, err)
			}
			if snapshot, err := Load(s.data); snapshot == nil || !cmp.Equal(facts, snapshot.Sources[0].Facts) {
				t.Errorf("loaded %v, error %v", snapshot, err)
			}
			if err := os.Chmod(at, 0o755); err != nil {
				t.Fatal(err)
			}
			s.whole(t, tt.name, "old") // the same once more
		})
	}
}

// TestOpenNotWritable: a writer that cannot begin says where and what to do.
func TestOpenNotWritable(t *testing.T) {
	if os.Getuid() == 0 {
		testenv.RunAsNobody(t)
		return
	}
	for _, name := range []string{"data", "state"} {
		data, st := place(t)
		at := filepath.Join(filepath.Dir(data), name)
		if err := os.Mkdir(at, 0o555); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), data, st)
		if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), at) || !strings.Contains(err.Error(), "let the user who runs shiplist write there") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
