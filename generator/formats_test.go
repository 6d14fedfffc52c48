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

// documented are the files of which texts show an example, each by the text and the
// heading above it, and where the sample has one like it.
var documented = map[string]map[string]string{
	"formats.md": {
		"badge.svg": "noble/24.04.4/badge.svg", "moved.json": "moved.json",
		"boot.ipxe": "netboot/boot.ipxe", "grub.cfg": "netboot/grub.cfg", "pxelinux.cfg": "netboot/pxelinux.cfg",
		"Of releases": "trees/simple/.manifest", "The index of a tree": "trees/simple/streams/v1/index.json",
		"manifest.json": "noble/24.04.4/manifest.json", "product.json": "products/ubuntu-cinnamon-desktop-amd64/product.json",
		"manifest.txt": "noble/24.04.4/manifest.txt", "manifest.csv": "noble/24.04.4/manifest.csv", "calendar.ics": "noble/calendar.ics", "feed.xml": "products/ubuntu-cinnamon-desktop-amd64/feed.xml",
		"SHA256SUMS": "images/full/kubuntu/noble/daily-live/current/SHA256SUMS", "Site manifests": "trees/full/.manifest-daily",
		"Simplestreams": "trees/simple/streams/v1/com.ubuntu.releases:ubuntu.json", "trees.json": "trees/trees.json",
	},
	"formats/handover.md": {
		"checksums.yaml": "noble/24.04.4/handover/checksums.yaml", "announcement.txt": "noble/24.04.4/handover/announcement.txt",
		"call-for-testing.txt": "noble/24.04.4/handover/call-for-testing.txt", "imager.json": "handover/imager.json",
		"netboot.json": "handover/netboot.json", "quickget.csv": "handover/quickget.csv",
	},
	"api/index.md": {
		"index.json": "api/v1/index.json", "series.json": "api/v1/series.json", "milestones.json": "api/v1/milestones.json",
		"products.json": "api/v1/products.json", "images.json": "api/v1/images.json", "images/SERIES.json": "api/v1/images/noble.json",
		"findings.json": "api/v1/findings.json", "findings/GROUP.json": "api/v1/findings/blocker-product-contact-missing-build.json",
		"changes.json": "api/v1/changes.json", "changes/DAY.json": "api/v1/changes/2026-04-23.json", "sources.json": "api/v1/sources.json",
	},
}

// formatExamples are the blocks of code in a text, each first one below a heading by that.
func formatExamples(t *testing.T, name string) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../content/" + name)
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]string{}
	block := regexp.MustCompile("(?s)\n```[a-z]*\n(.*?)\n```\n")
	for _, section := range regexp.MustCompile("\n###? ").Split(string(text), -1)[1:] {
		heading, rest, _ := strings.Cut(section, "\n")
		if m := block.FindStringSubmatch(rest); m != nil {
			examples[heading] = m[1]
		}
	}
	for heading := range documented[name] {
		if examples[heading] == "" {
			t.Fatalf("%s has no example below %q", name, heading)
		}
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

// shortenedDigest is a digest in an example: they change with every fact.
const shortenedDigest = "sha256:…"

// TestFormatExamplesAreTrue holds the texts about data to what is written for the sample.
func TestFormatExamplesAreTrue(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	for text, files := range documented {
		examples := formatExamples(t, text)
		for heading, at := range files {
			if strings.HasSuffix(at, ".json") {
				var example, written any
				if err := json.Unmarshal([]byte(examples[heading]), &example); err != nil {
					t.Errorf("%s: the example of %s: %v", text, heading, err)
				}
				if err := json.Unmarshal(digests.ReplaceAll(site[at], []byte(`"`+shortenedDigest+`"`)), &written); err != nil {
					t.Fatal(err)
				}
				if problem := within(heading, example, written); problem != "" {
					t.Error(text, problem)
				}
				continue
			}
			written := "\n" + strings.ReplaceAll(string(site[at]), "\r", "")
			for line := range strings.SplitSeq(examples[heading], "\n") {
				_, after, found := strings.Cut(written, "\n"+line+"\n")
				if strings.HasSuffix(heading, ".xml") || strings.HasSuffix(heading, ".svg") {
					_, after, found = strings.Cut(written, strings.TrimSpace(line)+"\n")
				}
				if !found {
					t.Errorf("%s has no line %q there", heading, line)
					continue
				}
				written = "\n" + after
			}
		}
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
