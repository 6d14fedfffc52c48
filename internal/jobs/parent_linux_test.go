package jobs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"shiplist/internal/testenv"
)

// killedVariable says to the test's own program what to run in a group until it is killed.
const killedVariable = "SHIPLIST_TEST_KILLED"

// TestKilled: a program ends with the process that runs it, also where that is killed.
func TestKilled(t *testing.T) {
	t.Parallel()
	if script := os.Getenv(killedVariable); script != "" {
		_ = Group(t.Context(), exec.Command("sh", "-c", script), time.Second)
		return
	}
	pid := filepath.Join(t.TempDir(), "pid")
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), killedVariable+"=echo $$ >"+pid+".new; mv "+pid+".new "+pid+"; exec "+testenv.Program(t, "sleep")+" 300")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	text := ""
	for deadline := time.Now().Add(time.Minute); text == ""; time.Sleep(10 * time.Millisecond) {
		read, _ := os.ReadFile(pid)
		text = strings.TrimSpace(string(read))
		if time.Now().After(deadline) {
			t.Fatal("the program did not begin")
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	child, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); runs(child); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(child, syscall.SIGKILL)
			t.Fatal("the program goes on")
		}
	}
}

// runs reports whether a process is there and has not ended.
func runs(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, state, _ := strings.Cut(string(text), ") ")
	return err == nil && !strings.HasPrefix(state, "Z")
}
