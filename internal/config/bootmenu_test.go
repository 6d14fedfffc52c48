package config

import (
	"testing"

	"shiplist/internal/release"
)

func TestDefaultBootMenu(t *testing.T) {
	t.Parallel()
	m := defaultConfig(t).Rules.BootMenu
	if m.Title == "" || len(m.Options) == 0 || !m.Plain || m.Mirror[release.RoleSimple] == "" || m.Mirror[release.RoleOld] != "" {
		t.Errorf("%+v", m)
	}
	own := parse(t, oneTree+"[boot_menu]\nplain = false\n").Rules.BootMenu
	if own.Plain || own.Title != m.Title || len(own.Options) != len(m.Options) || own.Mirror[release.RoleFull] != m.Mirror[release.RoleFull] {
		t.Errorf("what is left out should be the default's: %+v", own)
	}
	none := parse(t, oneTree+"[boot_menu]\noptions = []\nmirror = {}\n").Rules.BootMenu
	if len(none.Options) != 0 || len(none.Mirror) != 0 {
		t.Errorf("what is given as empty should be: %+v", none)
	}
}

func TestParseBootMenuProblems(t *testing.T) {
	t.Parallel()
	const word = ` is not one word that every boot loader takes as it is; write it like "ip=dhcp" or "iso-url={iso}"`
	const folder = ` is not a folder of a mirror; write it like "ubuntu-releases"`
	for _, tc := range []struct{ text, want string }{
		{`options = ["a b"]`, `c.toml:6:12: boot_menu.options[0]: "a b"` + word},
		{`options = ["ip=dhcp", "x=${y}"]`, `c.toml:6:23: boot_menu.options[1]: "x=${y}"` + word},
		{`options = ["{iso}x"]`, `c.toml:6:12: boot_menu.options[0]: "{iso}x"` + word},
		{`options = ["s=a;b"]`, `c.toml:6:12: boot_menu.options[0]: "s=a;b"` + word},
		{`mirror = { simple = "../x" }`, `c.toml:6:12: boot_menu.mirror.simple: "../x"` + folder},
		{`mirror = { full = "/x" }`, `c.toml:6:12: boot_menu.mirror.full: "/x"` + folder},
		{`mirror = { rest = "x" }`, `c.toml:6:12: boot_menu.mirror.rest: unknown key; known are full, old, simple`},
		{`plane = true`, `c.toml:6:1: boot_menu.plane: unknown key; did you mean "plain"?`},
	} {
		_, err := Parse("c.toml", []byte(oneTree+"[boot_menu]\n"+tc.text+"\n"))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: %s\nwant %s", tc.text, got, tc.want)
		}
	}
}
