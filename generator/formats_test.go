package generator

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// formatExamples are the blocks of code in the text about data, each by the heading
// above it.
func formatExamples(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../content/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]string{}
	for _, m := range regexp.MustCompile("(?s)\n## (manifest\\.json|product\\.json|manifest\\.txt)\n\n```[a-z]*\n(.*?)\n```\n").FindAllStringSubmatch(string(text), -1) {
		examples[m[1]] = m[2]
	}
	if len(examples) != 3 {
		t.Fatalf("found %d examples, want 3", len(examples))
	}
	return examples
}

// within tells where an example is not part of what is really written: each of its
// fields has to be there with its value, and each element of a list to be part of one
// that is there.
func within(at string, example, written any) string {
	switch example := example.(type) {
	case map[string]any:
		real, _ := written.(map[string]any)
		for key, value := range example {
			found, ok := real[key]
			if !ok {
				return at + "." + key + ": there is no such field"
			}
			if problem := within(at+"."+key, value, found); problem != "" {
				return problem
			}
		}
	case []any:
		real, _ := written.([]any)
		for i, value := range example {
			if !slices.ContainsFunc(real, func(r any) bool { return within("", value, r) == "" }) {
				return fmt.Sprintf("%s[%d]: none of %d is like it", at, i, len(real))
			}
		}
	default:
		if example != written {
			return fmt.Sprintf("%s: %v, is %v", at, example, written)
		}
	}
	return ""
}

// TestFormatExamplesAreTrue holds the text about data to what is written for the sample.
func TestFormatExamplesAreTrue(t *testing.T) {
	t.Parallel()
	examples, site := formatExamples(t), sampleSite(t)
	for name, path := range map[string]string{
		"manifest.json": "noble/24.04.4/manifest.json", "product.json": "products/ubuntu-cinnamon-desktop-amd64/product.json",
	} {
		var example, written any
		if err := json.Unmarshal([]byte(examples[name]), &example); err != nil {
			t.Errorf("the example of %s: %v", name, err)
		}
		if err := json.Unmarshal(site[path], &written); err != nil {
			t.Fatal(err)
		}
		if problem := within(name, example, written); problem != "" {
			t.Error(problem)
		}
	}
	text := "\n" + string(site["noble/24.04.4/manifest.txt"])
	for line := range strings.SplitSeq(examples["manifest.txt"], "\n") {
		_, after, found := strings.Cut(text, "\n"+line+"\n")
		if !found {
			t.Errorf("manifest.txt has no line %q there", line)
			continue
		}
		text = "\n" + after
	}
}

func TestStatesInTexts(t *testing.T) {
	t.Parallel()
	m := newMarkdown()
	for in, want := range map[string]string{
		"`state:ready`":              `<p><span class="state ready"><svg class="mark" aria-hidden="true"><use href="#m-ready"/></svg>ready</span></p>`,
		"`state:removed`":            `<p><span class="state off"><svg class="mark" aria-hidden="true"><use href="#m-off"/></svg>removed</span></p>`,
		"`state:script`":             "<p><code>state:script</code></p>",
		"```\nstate:ready\n```":      "<pre><code>state:ready</code></pre>",
		"{{image}} ![a *b*](/c.png)": `<p>{{image}} <img src="../c.png" alt="a b"></p>`,
		"```sh\nrun {{image}}\n```":  `<div class="commands"><pre data-copy><code>run {{image}}</code></pre></div>`,
		"[a](javascript:b) <b>":      `<p><a href="">a</a> <!-- raw HTML omitted --></p>`,
		"state:ready `ready` `a`":    "<p>state:ready <code>ready</code> <code>a</code></p>",
	} {
		if got, err := m.html([]byte(in), "../"); err != nil || strings.TrimSpace(string(got)) != want {
			t.Errorf("%q gives %q (%v), want %q", in, got, err, want)
		}
	}
}

func TestContentsOfATextAreItsHeadings(t *testing.T) {
	t.Parallel()
	body := []byte("## A & `b`\n\n### Below\n\n## C\n\n## D *e* &lt; \\*\n\n## C\n")
	want := []Link{{Text: "A & b", Href: "#a--b"}, {Text: "C", Href: "#c"}, {Text: "D e < *", Href: "#d-e-lt-"}, {Text: "C", Href: "#c-1"}}
	if diff := cmp.Diff(want, headings(newMarkdown().parse(body), body)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
