package generator

import (
	"slices"
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: a script for iPXE. It has no quotes: a line is words with blanks
// between, and "${" begins a variable anywhere. Labels with "_" are the script's own;
// names of installers never have one.

// ipxeScript is the menu for iPXE, in lines.
func (s *site) ipxeScript(m *bootMenu) []string {
	lines := []string{"#!ipxe"}
	for _, h := range m.Head {
		lines = append(lines, "# "+h)
	}
	lines = append(lines, "#", "# A script that chains to this one may set before, and is asked nothing then:", "#")
	if m.mirrored() {
		lines = append(lines, "#   mirror   where to fetch instead, such as http://mirror.example.org")
	}
	lines = append(lines, "#   entry    the installer to start without a menu, such as "+m.example(),
		"#   options  further words for the kernel", "")
	for _, t := range m.Trees {
		lines = append(lines, "set tree_"+t.Name+" "+t.Files, "set iso_"+t.Name+" "+t.Site)
	}
	for _, t := range m.Trees {
		if t.Folder != "" {
			lines = append(lines, "isset ${mirror} && set tree_"+t.Name+" ${mirror}/"+t.Folder+" ||",
				"isset ${mirror} && set iso_"+t.Name+" ${mirror}/"+t.Folder+" ||")
		}
	}
	series := m.of(func(arch string) bool { return boots(s.rules, arch, ofIPXE) })
	lines = append(lines, s.ipxeMachines(series)...)
	lines = append(lines, "isset ${entry} && goto ${entry} ||", "", ":series_", "menu "+m.Title)
	for _, t := range series {
		lines = append(lines, "item menu_"+t.ID+" "+t.Title)
	}
	lines = append(lines, "item --gap", "item shell_ Command line of iPXE", "item exit_ Leave, and start from the next device",
		"choose chosen && goto ${chosen} || goto exit_", "")
	for _, t := range series {
		lines = append(lines, s.ipxeSeries(t)...)
	}
	return append(lines, ipxeEnd...)
}

// ipxeEnd is what every script ends with.
var ipxeEnd = []string{
	":failed_",
	"echo It could not be fetched, or not be started. The line above says why.",
	"imgfree",
	"clear entry",
	"prompt Press a key for the menu, or Ctrl-C for the command line. || goto shell_",
	"goto series_",
	"",
	":shell_",
	"echo Type exit to come back to the menu.",
	"shell",
	"goto series_",
	"",
	":exit_",
	"exit",
}

func ofIPXE(a *release.Architecture) []string { return a.IPXE }

// boots reports whether a boot loader can start an architecture: one that no rule knows
// may be started by any.
func boots(rules *release.Rules, arch string, of func(*release.Architecture) []string) bool {
	names, known := rules.Boots(arch, of)
	return !known || len(names) > 0
}

// example is the name of an installer, for a comment.
func (m *bootMenu) example() string {
	if len(m.Series) == 0 {
		return "SERIES-MACHINE"
	}
	return m.Series[0].Choices[0].ID
}

// ipxeMachines sets a variable for each group of machines that this one is of.
func (s *site) ipxeMachines(series []bootSeries) []string {
	var lines []string
	for _, t := range series {
		for _, c := range t.Choices {
			names, _ := s.rules.Boots(c.Arch, ofIPXE)
			for _, name := range names {
				line := "iseq ${buildarch} " + name + " && set starts_" + variableName(c.Arch) + " yes ||"
				if !slices.Contains(lines, line) {
					lines = append(lines, line)
				}
			}
		}
	}
	return lines
}

// ipxeSeries is the menu of a series and what starts its installers. Those for another
// processor than that of the machine are not shown, and can still be named.
func (s *site) ipxeSeries(t bootSeries) []string {
	lines := []string{":menu_" + t.ID, "menu " + t.Title}
	for _, c := range t.Choices {
		item := "item " + c.ID + " " + c.Title
		if names, _ := s.rules.Boots(c.Arch, ofIPXE); len(names) > 0 {
			item = "isset ${starts_" + variableName(c.Arch) + "} && " + item + " ||"
		}
		lines = append(lines, item)
	}
	lines = append(lines, "item series_ Back", "choose chosen && goto ${chosen} || goto series_", "")
	for _, c := range t.Choices {
		kernel := []string{"kernel", ipxeAddress("tree_", c.Kernel), "initrd=" + c.InitrdName}
		for _, o := range c.Options {
			kernel = append(kernel, o.Text+ipxeAddress("iso_", o.Address))
		}
		lines = append(lines, ":"+c.ID, strings.Join(kernel, " ")+" ${options} || goto failed_",
			"initrd "+ipxeAddress("tree_", c.Initrd)+" || goto failed_", "boot || goto failed_", "")
	}
	return lines
}

// ipxeAddress is an address of iPXE; prefix says which variables.
func ipxeAddress(prefix string, a bootAddress) string {
	if a.Tree == nil {
		return a.Rest
	}
	return "${" + prefix + a.Tree.Name + "}" + a.Rest
}
