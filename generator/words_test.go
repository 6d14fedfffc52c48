package generator

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/testenv"
)

// compiled is one text of a publishing page, parsed.
func compiled(t testing.TB, body string) *part {
	t.Helper()
	parts, err := compileParts(map[string]document{"verify": {name: "parts/verify.md", body: []byte(body)}}, newMarkdown())
	if err != nil {
		t.Fatal(err)
	}
	return parts[0]
}

func TestWordsAreFilledForThePlaceWhereTheyStand(t *testing.T) {
	t.Parallel()
	w := words{
		"image": {Text: `it's <b> & $x.iso`},
		"list":  {Text: "SUMS", Href: "https://cd.example/a?b=1&c=2"},
	}
	tests := []struct{ name, in, want string }{
		{"sentence", "Take {{image}}.", "<p>Take it's &lt;b&gt; &amp; $x.iso.</p>"},
		{"spaces", "{{ image }}", "<p>it's &lt;b&gt; &amp; $x.iso</p>"},
		{"link", "See {{list}}.", `<p>See <a href="https://cd.example/a?b=1&amp;c=2">SUMS</a>.</p>`},
		{"no link in a link", "[see {{list}} `x` {{list}}](/checks/)", `<p><a href="../../checks/">see SUMS <code>x</code> SUMS</a></p>`},
		{"no link in code", "`{{list}}`", "<p><code>SUMS</code></p>"},
		{"a link after code", "`x` {{list}}", `<p><code>x</code> <a href="https://cd.example/a?b=1&amp;c=2">SUMS</a></p>`},
		{"shell", "```sh\nrun {{image}}\n```", `<div class="commands"><pre data-copy><code>run 'it'\''s &lt;b&gt; &amp; $x.iso'</code></pre></div>`},
		{"PowerShell", "```powershell\nRun {{image}}\n```", `<div class="commands"><pre data-copy><code>Run 'it''s &lt;b&gt; &amp; $x.iso'</code></pre></div>`},
		{"command line", "```cmd\nrun {{image}}\n```", `<div class="commands"><pre data-copy><code>run "it's &lt;b&gt; &amp; $x.iso"</code></pre></div>`},
		{"answer", "```\n{{list}}: OK\n```", `<pre><code>SUMS: OK</code></pre>`},
		{"tags in code", "```sh\n<code>{{list}}</code>\n```", `<div class="commands"><pre data-copy><code>&lt;code&gt;SUMS&lt;/code&gt;</code></pre></div>`},
		{"root", "[c](/checks/) [d](//e.example/)", `<p><a href="../../checks/">c</a> <a href="//e.example/">d</a></p>`},
		{"escaped", `\{{image}}`, "<p>{{image}}</p>"},
		{"nothing to say", "Key {{key}}.", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := compiled(t, test.in)
			if diff := cmp.Diff(test.want, strings.TrimSpace(string(p.fill(w, "../../")))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWordsThatNoCommandCanHold(t *testing.T) {
	t.Parallel()
	for block, value := range map[string]string{"sh": "a\nb", "powershell": "a\x00b", "cmd": `a"b`, "text": "a\rb"} {
		p := compiled(t, "```"+block+"\n{{image}}\n```")
		if got := p.fill(words{"image": {Text: value}}, ""); got != "" {
			t.Errorf("%q in %s gave %s, want the text left out", value, block, got)
		}
	}
}

func TestBadWords(t *testing.T) {
	t.Parallel()
	docs := map[string]document{}
	for name, body := range map[string]string{
		"verify-a": "one\n\n{{imagee}} and {{image}} and {{Image}}",
		"home":     "{{image}}",
		"check-a":  "[a]({{image}})",
		"held":     "[a]\n\n[a]: {{image}}",
		"ended":    "[a](/b \"x\n{{image}}\")",
		"daily":    "{{}} {{a b}} {x} ${{",
	} {
		docs[name] = document{name: "parts/" + name + ".md", body: []byte(body), line: 4}
	}
	_, err := compileParts(docs, newMarkdown())
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		"content/parts/check-a.md:4: {{image}}: a word cannot stand in an address; in a sentence it is a link by itself",
		"content/parts/ended.md:4: a word stands in an address or a title; it can only stand in text and in code",
		"content/parts/held.md:4: a word stands in an address or a title; it can only stand in text and in code",
		"content/parts/home.md:4: {{image}}: words can stand only in these texts: " + strings.Join(wordyParts(), ", "),
		"content/parts/verify-a.md:6: unknown word {{imagee}}; the words are " + strings.Join(vocabularies[0].words, ", "),
		"content/parts/verify-a.md:6: unknown word {{Image}}; the words are " + strings.Join(vocabularies[0].words, ", "),
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// hostileNames are what a tree might call a file, to break out of a command.
var hostileNames = []string{
	"plain.iso", "a b", "a'b", `a"b`, "$(id)", "`id`", "${x}", "-rf", "~root", "a;b", "a|b", "a&b", "a>b", "a\\b", "a‘b’c‚d‛e", "%PATH%", "!x!", "*", "#a", "@a", "(a)", "ä ö", "a,b",
}

func TestQuotedNamesAreOneWordOfTheShell(t *testing.T) {
	t.Parallel()
	sh := testenv.Program(t, "sh")
	for _, name := range hostileNames {
		quoted, ok := inShell.write(name)
		if !ok {
			t.Errorf("%q cannot be quoted", name)
			continue
		}
		out, err := exec.CommandContext(t.Context(), sh, "-c", `printf '%s\n' `+quoted).Output()
		if got := strings.TrimPrefix(strings.TrimSuffix(string(out), "\n"), "./"); err != nil || got != name {
			t.Errorf("%s is %q to the shell (%v), want %q", quoted, got, err, name)
		}
	}
}

func TestQuotingForWindows(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"a-1.iso": {"'a-1.iso'", "a-1.iso"},
		"a b":     {"'a b'", `"a b"`},
		"a'b’c":   {"'a''b’’c'", `"a'b’c"`},
		"-a":      {"'./-a'", ""},
		"/a":      {"'/a'", ""},
		"%x%":     {"'%x%'", ""},
		`a"b`:     {`'a"b'`, ""},
		"":        {"''", `""`},
	} {
		power, _ := inPowerShell.write(name)
		command, ok := inCommand.write(name)
		if !ok {
			command = ""
		}
		if diff := cmp.Diff(want, [2]string{power, command}); diff != "" {
			t.Errorf("%q (-want +got)\n%s", name, diff)
		}
	}
}

// FuzzWords holds what owners write and what trees are called apart from tags.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{
		"{{image}}", "```sh\n{{image}}\n```", "[{{list}}](/a)", "<{{image}}>", "![{{list}}](b)", "|a|\n|-|\n|{{list}}|", "[a]: {{list}}\n[a]", "`{{image}}", "{{{image}}}", "# {{list}}",
	} {
		f.Add(seed, "a'b")
	}
	f.Fuzz(func(t *testing.T, body, name string) {
		parts, err := compileParts(map[string]document{"verify": {name: "parts/verify.md", body: []byte(body)}}, newMarkdown())
		if err != nil {
			if !strings.HasPrefix(err.Error(), "content/parts/verify.md:") {
				t.Errorf("error without a place: %v", err)
			}
			return
		}
		p := parts[0]
		out := string(p.fill(words{"image": {Text: name}, "list": {Text: name, Href: webURL("https://a.example/" + name)}}, "../"))
		if problems := unbalanced([]byte(out)); problems != nil {
			t.Errorf("%q with %q gave %q: %v", body, name, out, problems)
		}
		for _, e := range elements([]byte("<!doctype html><body>" + out)) {
			if e.Data == "script" || attribute(e, "onclick") != "" || strings.HasPrefix(attribute(e, "href"), "javascript:") {
				t.Errorf("%q with %q gave %q", body, name, out)
			}
		}
	})
}

// TestWordsAreTheDocumentedOnes reads the package comment.
func TestWordsAreTheDocumentedOnes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vocabularies {
		for _, word := range v.words {
			if !strings.Contains(string(text), "\n//\t"+word+" ") {
				t.Errorf("doc.go does not tell what {{%s}} is", word)
			}
		}
	}
	for _, name := range wordyParts() {
		if !strings.Contains(string(text), "\n//\t"+strings.TrimSuffix(name, "*")) {
			t.Errorf("doc.go does not tell where the text %s is shown", name)
		}
	}
}
