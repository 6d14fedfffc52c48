package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const movedSource = "[[tree]]\nname = \"full\"\nurl = \"https://example.org\"\nrole = \"full\"\n"

func moved(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString("[[moved]]\nfrom = \"" + pairs[i] + "\"\nto = \"" + pairs[i+1] + "\"\n")
	}
	return b.String()
}

func TestMoved(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want []Moved
		err  string
	}{
		"none":         {"", nil, ""},
		"two forms":    {moved("/a/b/", "c/"), []Moved{{From: "a/b/", To: "c/"}}, ""},
		"to the top":   {moved("/a/", "/"), []Moved{{From: "a/"}}, ""},
		"elsewhere":    {moved("/a/", "https://example.org/x"), []Moved{{From: "a/", To: "https://example.org/x"}}, ""},
		"moved on":     {moved("a/", "b/", "b/", "c/", "c/", "https://example.org/"), []Moved{{From: "a/", To: "https://example.org/"}, {From: "b/", To: "https://example.org/"}, {From: "c/", To: "https://example.org/"}}, ""},
		"since":        {moved("/a/", "/b/") + "since = \"2026-04-23\"\n", []Moved{{From: "a/", To: "b/", Since: time.Date(2026, 4, 23, 0, 0, 0, 0, time.UTC)}}, ""},
		"in a circle":  {moved("a/", "b/", "b/", "a/"), nil, `moved[0].to: "/b/" leads back to where it began; a page that is there needs no entry`},
		"to itself":    {moved("a/", "/a/"), nil, `moved[0].to: "/a/" leads back to where it began`},
		"into a loop":  {moved("x/", "a/", "a/", "b/", "b/", "a/"), nil, `moved[1].to: "/b/" leads back`},
		"twice":        {moved("a/", "b/", "/a/", "c/"), nil, `moved[1].from: "a/" is taken by moved[0] in line `},
		"the home":     {moved("/", "b/"), nil, `moved[0].from: the home page cannot move`},
		"no slash":     {moved("/a", "b/"), nil, `moved[0].from: "/a" is no path of a page; write a path below the site that ends with a slash, like "/noble/beta/"`},
		"out of it":    {moved("/../a/", "b/"), nil, `moved[0].from: "/../a/" is no path of a page`},
		"quoted":       {moved("/a'b/", "b/"), nil, `is no path of a page`},
		"a variable":   {moved("/a/", "/$uri/"), nil, `moved[0].to: "/$uri/" is no path of a page`},
		"two slashes":  {moved("//example.org/", "b/"), nil, `moved[0].from: "//example.org/" is no path of a page`},
		"script":       {moved("/a/", "javascript://x/"), nil, `moved[0].to: `},
		"hostile":      {moved("/a/", "https://example.org/;x"), nil, `moved[0].to: `},
		"no to":        {"[[moved]]\nfrom = \"/a/\"\n", nil, `moved[0].to: missing; every [[moved]] needs it`},
		"no day":       {moved("/a/", "/b/") + "since = \"soon\"\n", nil, `moved[0].since: "soon" is not a moment`},
		"another word": {moved("/a/", "/b/") + "until = \"2026-04-23\"\n", nil, `moved[0].until: unknown key`},
	} {
		cfg, err := Parse("config.toml", []byte(movedSource+tt.text))
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %v, want %q", name, err, tt.err)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		default:
			if diff := cmp.Diff(tt.want, cfg.Moved); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}
