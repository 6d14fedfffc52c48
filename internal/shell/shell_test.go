package shell

import (
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"shiplist/internal/testenv"
)

func TestQuote(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want, always string }{
		{"ubuntu-server/daily-live", "ubuntu-server/daily-live", "'ubuntu-server/daily-live'"},
		{"arm64+largemem", "arm64+largemem", "'arm64+largemem'"},
		{"arm64 arm64+largemem", "'arm64 arm64+largemem'", "'arm64 arm64+largemem'"},
		{"", "''", "''"},
		{"if", "'if'", "'if'"},
		{"it's", `"it's"`, `'it'\''s'`},
		{"it's!", `'it'\''s!'`, `'it'\''s!'`},
		{"$(reboot)", "'$(reboot)'", "'$(reboot)'"},
	} {
		got, err := Quote(tt.text)
		if err != nil || got.String() != tt.want {
			t.Errorf("Quote(%q) = %s, %v, want %s", tt.text, got, err, tt.want)
		}
		if got, err = Always(tt.text); err != nil || got.String() != tt.always {
			t.Errorf("Always(%q) = %s, %v, want %s", tt.text, got, err, tt.always)
		}
	}
}

func TestQuoteRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"-rf":            `"-rf" begins with "-" and would be taken for a flag`,
		"a\nb":           `"a\nb" holds U+000A, which cannot be printed`,
		"a\x00":          `"a\x00" holds U+0000, which cannot be printed`,
		"\u202egpj.exe":  `"\u202egpj.exe" holds U+202E, which cannot be printed`,
		"not \xff UTF-8": `"not \xff UTF-8" is not a text in UTF-8`,
	} {
		if w, err := Quote(text); err == nil || err.Error() != want {
			t.Errorf("Quote(%q) = %s, %v, want the error %s", text, w, err, want)
		}
		if strings.HasPrefix(text, "-") {
			continue
		}
		if w, err := Always(text); err == nil || err.Error() != want {
			t.Errorf("Always(%q) = %s, %v, want the error %s", text, w, err, want)
		}
	}
}

func TestComment(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "#",
		"left out: not ready":    "# left out: not ready",
		"first\nrm -rf /\rthird": "# first\ufffdrm -rf /\ufffdthird",
		"\xffx":                  "# \ufffdx",
	} {
		if got := Comment(text); got != want {
			t.Errorf("Comment(%q) = %q, want %q", text, got, want)
		}
	}
}

// sample has the kinds of field that a command's data may have.
type sample struct {
	Dist    Words
	Arches  Word
	Project Word
}

// TestWordsStayWords has bash print what it was given, in each place of a command.
func TestWordsStayWords(t *testing.T) {
	t.Parallel()
	bash := testenv.Program(t, "bash")
	command, err := Parse(`ARCHES={{.Arches}} printf '%s\n' {{.Project}}{{with .Dist}} {{.}}{{end}}`, sample{})
	if err != nil {
		t.Fatal(err)
	}
	var script, want strings.Builder
	for _, text := range hostileNames(300) {
		word, err := Quote(text)
		if err != nil {
			continue // refused
		}
		line, err := command.Execute(sample{Words{word, word}, word, word})
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		script.WriteString(Comment(text) + "\n" + line + "\n")
		want.WriteString(strings.Repeat(text+"\n", 3))
		always, err := Always(text)
		if err != nil {
			t.Errorf("Always(%q): %v", text, err)
		}
		script.WriteString("A=" + always.String() + "\nprintf '%s\\n' \"$A\"\n")
		want.WriteString(text + "\n")
	}
	cmd := exec.CommandContext(t.Context(), bash, "--norc", "-eu")
	cmd.Dir, cmd.Env, cmd.Stdin = t.TempDir(), []string{"LC_ALL=C.UTF-8"}, strings.NewReader(script.String())
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != want.String() {
		t.Errorf("bash: %v\n%s\nwant:\n%s", err, out, want.String())
	}
}

// hostileNames are names made of what shells know, at random, the same each time.
func hostileNames(n int) []string {
	parts := []string{
		"'", `"`, "`", "$(touch broken)", "`touch broken`", "$HOME", "${IFS}", "\\", ";", "&&", "|", "<(", ">", "#", "~", "*", "?", "[a]", "{a,b}",
		"=", "-", "--", "!", "!!", " ", "a", "if", "EOF", "é", "\n", "\t", "\x00", "\xff", "(", ")", "%s", "arm64+raspi",
	}
	random := rand.New(rand.NewPCG(1, 2))
	names := append([]string{hostile}, parts...)
	for range n {
		var b strings.Builder
		for range 1 + random.IntN(6) {
			b.WriteString(parts[random.IntN(len(parts))])
		}
		names = append(names, b.String())
	}
	return names
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{`{{.Project}`, `command:1: bad character U+007D '}'`},
		{`run {{.Porject}}`, `command:1:6: executing "command" at <.Porject>: can't evaluate field Porject in type shell.sample`},
		{`run {{printf "%.3s" .Project}}`, "calls printf; a command may only call and, or, not"},
		{`run {{with .Dist}}{{. | js}}{{end}}`, "calls js; a command may only call and, or, not"},
		{`{{define "x"}}{{template "x"}}{{end}}run {{template "x"}}`, "defines a template; a command is one"},
		{`{{range 9999999999}}{{end}}run`, "has the number 9999999999 within braces; a command may not count"},
		{`{{with .Dist}}run{{end}}`, "makes an empty line"},
		{"a {{.Project}}\nb", "makes more than one line; a command is one"},
		{`run (`, "run ( is no command for bash: 1:1: `foo(` must be followed by `)`"},
		{`run "{{.Project}}"`, brokenOut},
		{`run '{{.Project}}'`, brokenOut},
		{`run {{with .Dist}}"{{.}}"{{end}}`, brokenOut},
		{`run $(echo {{.Project}})`, ""},
		{`{{if .Project.Is "x"}}run{{else}}walk{{end}} {{.Arches}} # for {{.Dist}}`, ""},
	} {
		_, err := Parse(tt.text, sample{})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("Parse(%q): %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

const brokenOut = "puts a word where a name could break out of it; let each stand by itself, without quotes around it"

// FuzzParse looks for a template that is accepted and lets a name break out.
func FuzzParse(f *testing.F) {
	f.Add("ARCHES={{.Arches}} for-project {{.Project}}{{with .Dist}} {{.}}{{end}}", "a b")
	f.Add(`echo "{{.Project}}"`, "$(x)")
	f.Add("{{range .Dist}}{{.}} {{end}}x", "it's")
	f.Fuzz(func(t *testing.T, text, name string) {
		command, err := Parse(text, sample{})
		if err != nil {
			return
		}
		word, err := Quote(name)
		if err != nil {
			return
		}
		line, err := command.Execute(sample{Words{word, word}, word, word})
		if err != nil || strings.Contains(text, ".Is") {
			return
		}
		got, err := shapeOf(line)
		plain, _ := Quote("word")
		same, _ := command.Execute(sample{Words{plain, plain}, plain, plain})
		want, _ := shapeOf(same)
		if err != nil || strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%q with %q makes %s (%v), built otherwise than %s", text, name, line, err, same)
		}
	})
}
