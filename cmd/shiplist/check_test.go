package main

import (
	"testing"
	"time"

	"shiplist/internal/release"
	"shiplist/internal/terminal"
)

// hostileCheck is a result whose texts would break out of a form that let them.
func hostileCheck() *checkResult {
	f := &release.Finding{
		Rule: "no-files", Severity: release.Blocker, Text: "A *build* has\n# no `files` <b>.", Advice: "Ask @everyone.",
		Actor: release.ActorTree, Series: "noble", Milestone: "beta", Product: "kubuntu",
		Evidence: []release.Evidence{
			{Source: "iso", Fact: "\x1b[31m[x](y)", URL: "https://example.org/a_b", Time: time.Date(2026, 4, 23, 14, 0, 0, 0, time.UTC)},
			{Source: "full", URL: "a b/c.toml"},
		},
	}
	return &checkResult{AsOf: time.Date(2026, 4, 23, 14, 0, 0, 0, time.UTC), Blockers: 1, groups: release.GroupByWho([]*release.Finding{f})}
}

func TestCheckMarkdown(t *testing.T) {
	t.Parallel()
	const want = "**everything open: 1 blocker, as of 2026-04-23 14:00 UTC**\n\n### image tree admins\n\n" +
		"- **blocker** `no-files` A \\*build\\* has # no \\`files\\` \\<b\\>. *Ask @\u200beveryone.*\n" +
		"  - iso, 2026-04-23 14:00 UTC: �\\[31m\\[x\\](y) <https://example.org/a_b>\n" +
		"  - full a b/c.toml\n"
	if got := hostileCheck().markdown(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestCheckText(t *testing.T) {
	t.Parallel()
	const want = `everything open: 1 blocker, as of
2026-04-23 14:00 UTC

image tree admins: 1 blocker

  blocker no-files kubuntu
    noble/beta
    A *build* has # no ` + "`files`" + ` <b>.
    do: Ask @everyone.
    see: iso, 2026-04-23 14:00 UTC:
         �[31m[x](y)
         https://example.org/a_b
    see: full a b/c.toml
`
	if got := hostileCheck().text(terminal.Terminal{Width: 36}); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
