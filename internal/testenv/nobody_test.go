//go:build unix

package testenv

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestRunAsNobody(t *testing.T) {
	if os.Getuid() == 0 {
		RunAsNobody(t)
		return
	}
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.WriteFile(closed, nil, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(closed); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error %v on reading a file that nobody may read", err)
	}
}
