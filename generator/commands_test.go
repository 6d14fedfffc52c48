package generator

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"shiplist/internal/testenv"
)

// shown is a block of a text, with its language.
type shown struct{ kind, text string }

var shownBlock = regexp.MustCompile("(?s)\n```([a-z]*)\n(.*?)\n```")

// asked are the files of a site for which a command asks.
var asked = regexp.MustCompile(`curl --silent SITE/(\S+)`)

// TestCommandsInTexts runs the commands by which texts show how a file is read, with the
// programs that they name, and holds what they write to what the text shows of it.
func TestCommandsInTexts(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "sed", "jq"} {
		testenv.Program(t, program)
	}
	site, ran := sampleSite(t), 0
	for _, name := range []string{"api/index.md", "formats.md", "formats/handover.md", "mirrors.md"} {
		text, err := os.ReadFile("../content/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var blocks []shown
		for _, m := range shownBlock.FindAllStringSubmatch(string(text), -1) {
			blocks = append(blocks, shown{m[1], m[2]})
		}
		for i, command := range blocks {
			if command.kind != "sh" || !asked.MatchString(command.text) {
				continue
			}
			if ran++; i+1 == len(blocks) || blocks[i+1].kind != "" {
				t.Errorf("%s does not show what this writes:\n%s", name, command.text)
				continue
			}
			written := runShown(t, site, command.text)
			for line := range strings.SplitSeq(blocks[i+1].text, "\n") {
				_, after, found := strings.Cut("\n"+written, "\n"+line+"\n")
				if !found {
					t.Errorf("%s shows the line %q, and the command writes\n%s", name, line, written)
					break
				}
				written = after
			}
		}
	}
	if ran < 5 {
		t.Errorf("only %d commands", ran)
	}
}

// runShown runs a command on files of a site, as if curl had got them.
func runShown(t *testing.T, site map[string][]byte, command string) string {
	t.Helper()
	dir := t.TempDir()
	for _, m := range asked.FindAllStringSubmatch(command, -1) {
		at := filepath.Join(dir, "SITE", m[1])
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, site[m[1]], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "set -e\ncurl() { cat \"$2\"; }\n"+command)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=C.UTF-8")
	var errors strings.Builder
	cmd.Stderr = &errors
	out, err := cmd.Output()
	if err != nil || errors.Len() > 0 {
		t.Errorf("%v: %s\n%s", err, errors.String(), command)
	}
	return string(out)
}
