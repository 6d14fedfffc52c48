package config

import (
	"testing"

	"shiplist/internal/release"
)

func TestDefaultArchive(t *testing.T) {
	t.Parallel()
	a := defaultConfig(t).Rules.Archive
	for _, role := range []string{release.RoleFull, release.RoleSimple, release.RoleOld} {
		if a.Roots[role] == "" {
			t.Errorf("no root for %s", role)
		}
	}
	if len(a.Rules) != 3 || a.Roots["hidden"] == "" {
		t.Errorf("%+v", a)
	}
	got, err := defaultConfig(t).Commands.SignCommand("www/old releases/SHA256SUMS")
	const want = "gpg --batch --yes --armor --digest-algo SHA512 --output 'www/old releases/SHA256SUMS'.gpg --detach-sign 'www/old releases/SHA256SUMS'"
	if err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
}

func TestParseArchiveProblems(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, want string }{
		{"[[archive.rule]]\ninto = \"cellar\"\n", `c.toml:6:1: archive.rule[0].into: "cellar" is no root; the roots are full, hidden, old, simple`},
		{"[[archive.rule]]\nrole = [\"full\"]\n", "c.toml:5:11: archive.rule[0].into: missing; every [[archive.rule]] needs it"},
		{"[[archive.rule]]\ninto = \"old\"\ndirectory = \"../x\"\n", `c.toml:7:1: archive.rule[0].directory: "../x" leads elsewhere; write a relative path without "..", like "release/snapshot-2"`},
		{"[archive.roots]\nfull = \"a\"\nsimple = \"b\"\n", "c.toml:5:10: archive.roots.old: missing; every [archive.roots] needs it"},
		{"[archive]\nroot = 1\n", `c.toml:6:1: archive.root: unknown key; did you mean "roots"?`},
		{"[commands]\nsign = \"gpg '{{.List}}'\"\n", "c.toml:6:1: commands.sign: puts a word where a name could break out of it; let each stand by itself, without quotes around it"},
	} {
		_, err := Parse("c.toml", []byte(oneTree+tc.text))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: %s\nwant %s", tc.text, got, tc.want)
		}
	}
}
