//go:build unix

package store

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNotWritable: a directory that cannot be written to keeps the old facts readable,
// and what is missing is written when it can be again.
func TestNotWritable(t *testing.T) {
	if os.Getuid() == 0 { // whom modes do not keep from anything
		runAsNobody(t)
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
		runAsNobody(t)
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

// nobody is the user without rights of its own that Unix systems have.
const nobody = 65534

// runAsNobody runs the test that calls it once more, in a process without the
// superuser's rights, and passes if that did.
func runAsNobody(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "shiplist-nobody-") // t.TempDir lies where only we may go
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "test")
	copyProgram(t, program)
	c := exec.CommandContext(t.Context(), program, "-test.v", "-test.run=^"+t.Name()+"$")
	c.Dir, c.Env = dir, append(os.Environ(), "TMPDIR="+dir, "HOME="+dir)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

// copyProgram copies the running test to where anybody may run it.
func copyProgram(t *testing.T, to string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(f, from)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
