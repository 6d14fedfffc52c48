package generator

import (
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: a configuration for GRUB. Titles stand in single quotes, addresses
// in double ones, in which only variables mean something. GRUB fetches from a device for
// each server, and knows no https.

// grubConfig is the menu for GRUB, in lines.
func (s *site) grubConfig(m *bootMenu) []string {
	var lines []string
	for _, h := range m.Head {
		lines = append(lines, "# "+h)
	}
	lines = append(lines, "#", "# A configuration that reads this one may set and export before:", "#")
	if m.mirrored() {
		lines = append(lines, "#   mirror   server to fetch from instead, such as mirror.example.org, with a port where it needs one")
	}
	lines = append(lines, "#   options  further words for the kernel", "#   default  the installer to start, such as '"+m.grubExample()+"', with timeout", "",
		"insmod http")
	for _, t := range m.Trees {
		lines = append(lines, "set tree_"+t.Name+"=\""+grubDevice(t.Files)+"\"", "set iso_"+t.Name+"=\""+t.Site+"\"")
	}
	if m.mirrored() {
		lines = append(lines, "if [ -n \"$mirror\" ]; then")
		for _, t := range m.Trees {
			if t.Folder != "" {
				lines = append(lines, "  set tree_"+t.Name+"=\"(http,$mirror)/"+t.Folder+"\"", "  set iso_"+t.Name+"=\"http://$mirror/"+t.Folder+"\"")
			}
		}
		lines = append(lines, "fi")
	}
	for _, t := range m.Trees {
		lines = append(lines, "export tree_"+t.Name, "export iso_"+t.Name)
	}
	lines = append(lines, "export options")
	for _, t := range m.of(func(arch string) bool { return boots(s.rules, arch, ofGRUB) }) {
		lines = append(lines, s.grubSeries(t)...)
	}
	return lines
}

func ofGRUB(a *release.Architecture) []string { return a.GRUB }

// grubExample is a path through the menu.
func (m *bootMenu) grubExample() string {
	if len(m.Series) == 0 {
		return "SERIES>SERIES-MACHINE"
	}
	return m.Series[0].ID + ">" + m.example()
}

// grubSeries is the menu of a series; installers for another processor are not in it.
func (s *site) grubSeries(t bootSeries) []string {
	lines := []string{"", "submenu '" + t.Title + "' --id '" + t.ID + "' {"}
	for _, c := range t.Choices {
		entry := []string{"menuentry '" + c.Title + "' --id '" + c.ID + "' {"}
		linux := []string{"  linux", `"` + grubAddress("tree_", c.Kernel) + `"`}
		for _, o := range c.Options {
			word := o.Text + grubAddress("iso_", o.Address)
			if o.Address.Rest != "" {
				word = `"` + word + `"`
			}
			linux = append(linux, word)
		}
		entry = append(entry, strings.Join(linux, " ")+" $options", `  initrd "`+grubAddress("tree_", c.Initrd)+`"`, "}")
		lines = append(lines, forProcessor(s.rules, c.Arch, entry)...)
	}
	return append(lines, "}")
}

// forProcessor puts lines behind a question for the processor, and below the submenu.
func forProcessor(rules *release.Rules, arch string, lines []string) []string {
	indent := "  "
	var all []string
	names, _ := rules.Boots(arch, ofGRUB)
	if len(names) > 0 {
		tests := make([]string, len(names))
		for i, name := range names {
			tests[i] = `"$grub_cpu" = ` + name
		}
		all, indent = append(all, "  if [ "+strings.Join(tests, " -o ")+" ]; then"), "    "
	}
	for _, line := range lines {
		all = append(all, indent+line)
	}
	if len(names) > 0 {
		all = append(all, "  fi")
	}
	return all
}

// grubAddress is an address with a variable in it; prefix says which.
func grubAddress(prefix string, a bootAddress) string {
	switch {
	case a.Tree != nil:
		return "${" + prefix + a.Tree.Name + "}" + a.Rest
	case prefix == "tree_":
		return grubDevice(a.Rest)
	}
	return a.Rest
}

// grubDevice is an address as GRUB names what lies there: (http,host:port)/path.
func grubDevice(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	host, path, _ := strings.Cut(rest, "/")
	if path != "" {
		path = "/" + path
	}
	return "(http," + host + ")" + path
}
