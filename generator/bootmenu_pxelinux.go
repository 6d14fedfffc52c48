package generator

import (
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: a configuration for PXELINUX. A line is a keyword and the rest of
// it; there are no quotes and no variables, so a mirror is written into a copy.

// pxelinuxConfig is the menu for PXELINUX, in lines.
func (s *site) pxelinuxConfig(m *bootMenu) []string {
	var lines []string
	for _, h := range m.Head {
		lines = append(lines, "# "+h)
	}
	lines = append(lines, "#", "# lpxelinux.0 reads it, which fetches by http; pxelinux.0 cannot. It needs menu.c32 and",
		"# libutil.c32 beside it. For a mirror replace the servers in a copy.", "",
		"UI menu.c32", "PROMPT 0", "MENU TITLE "+m.Title)
	for _, t := range m.of(func(arch string) bool { return boots(s.rules, arch, ofPXELINUX) }) {
		lines = append(lines, "", "MENU BEGIN "+t.ID, "  MENU TITLE "+t.Title)
		for _, c := range t.Choices {
			var options []string
			for _, o := range c.Options {
				options = append(options, o.Text+o.Address.public())
			}
			lines = append(lines, "  LABEL "+c.ID, "    MENU LABEL "+c.Title, "    LINUX "+c.Kernel.full(), "    INITRD "+c.Initrd.full())
			if len(options) > 0 {
				lines = append(lines, "    APPEND "+strings.Join(options, " "))
			}
		}
		lines = append(lines, "  LABEL back_"+t.ID, "    MENU LABEL Back", "    MENU EXIT", "MENU END")
	}
	return lines
}

// ofPXELINUX are any words where PXELINUX can start it.
func ofPXELINUX(a *release.Architecture) []string {
	if a.PXELINUX {
		return []string{a.Name}
	}
	return nil
}

// public is the address as the site has it.
func (a bootAddress) public() string {
	if a.Tree == nil {
		return a.Rest
	}
	return a.Tree.Site + a.Rest
}
