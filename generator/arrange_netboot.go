package generator

import (
	"path"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// netbootPage is the index of all netboot installers.
type netbootPage struct {
	Page
	Answer string
	Lines  []netbootLine
	Intro  html
}

type netbootLine struct {
	Series   Link
	Machines []Link
	Archive  bool // all of them are kept in the archive
}

// netbootSeriesPage is for someone at a console.
type netbootSeriesPage struct {
	Page
	Answer   string
	Machines []netbootMachine
	Intro    html
}

type netbootMachine struct {
	ID          string
	Title       string
	Arch        string
	Description string
	Entries     []netbootView
	Older       []netbootView
}

type netbootView struct {
	Title    string // "24.04.4", "Daily 20260726"
	Where    Link   // tree and directory
	Address  Link
	Kernel   Link
	Initrd   Link
	Boot     []Link
	Tarball  fileView
	ISO      Link
	Beside   string   // another ISO than the one that the configuration names
	Covered  []string // names of files that a checksum list covers
	Archive  bool
	Note     string
	Product  Link
	State    stateView
	Build    string
	Contact  Link
	Fetch    string // commands, ready to copy
	Script   string // for iPXE
	Findings []findingView
}

// shownEntries is how many entries of a machine are shown open.
const shownEntries = 2

// listed are the entries that no tracker has switched off.
func listed(n *release.NetbootSeries) []*release.NetbootEntry {
	var entries []*release.NetbootEntry
	for _, e := range n.Entries {
		if !e.Disabled {
			entries = append(entries, e)
		}
	}
	return entries
}

func (s *site) arrangeNetboot() (netbootPage, error) {
	p := netbootPage{Page: s.newPage("netboot/", "Netboot", "Start an installer over the network: addresses for every series and machine.")}
	s.rest(&p.Page)
	for _, n := range s.picture.Netboot {
		target := s.netbootPath(n.Line)
		line := netbootLine{Series: Link{Text: seriesTitle(n.Line), Href: p.to(target)}, Archive: true}
		for _, e := range listed(n) {
			l := Link{Text: s.machine(e.Arch), Href: p.to(target) + "#" + netbootID(e.Arch)}
			line.Archive = line.Archive && e.Archive
			if !slices.Contains(line.Machines, l) {
				line.Machines = append(line.Machines, l)
			}
		}
		p.Lines = append(p.Lines, line)
	}
	p.Answer = "No netboot installer is known."
	if len(p.Lines) > 0 {
		p.Answer = "Installers for " + plural(len(p.Lines), "series", "series") + ", to start over the network."
	}
	var err error
	p.Intro, err = s.part("netboot", p.Root)
	return p, err
}

func netbootID(arch string) string { return "machine-" + release.Slug(arch) }

func (s *site) arrangeNetbootSeries(n *release.NetbootSeries) (netbootSeriesPage, error) {
	title := "Netboot " + seriesTitle(n.Line)
	p := netbootSeriesPage{Page: s.newPage(s.netbootPath(n.Line), title, "Start the installer of "+seriesTitle(n.Line)+" over the network.",
		menuItem{"Netboot", "netboot/"})}
	s.rest(&p.Page)
	for _, e := range listed(n) {
		i := slices.IndexFunc(p.Machines, func(m netbootMachine) bool { return m.Arch == e.Arch })
		if i < 0 {
			i = len(p.Machines)
			p.Machines = append(p.Machines, s.newMachine(e.Arch))
		}
		m := &p.Machines[i]
		if v := s.viewNetboot(&p.Page, e); len(m.Entries) < shownEntries {
			m.Entries = append(m.Entries, v)
		} else {
			m.Older = append(m.Older, v)
		}
	}
	slices.SortStableFunc(p.Machines, func(a, b netbootMachine) int { return s.archRank(a.Arch) - s.archRank(b.Arch) })
	p.Answer = "Start the installer over the network."
	if len(p.Machines) > 1 {
		p.Answer = "Which machine do you want to start?"
	}
	var err error
	p.Intro, err = s.part("netboot-series", p.Root)
	return p, err
}

func (s *site) newMachine(arch string) netbootMachine {
	m := netbootMachine{ID: netbootID(arch), Title: s.machine(arch), Arch: arch}
	if a, _ := s.rules.Architecture(arch); a != nil {
		m.Description = a.Description
	}
	return m
}

func (s *site) viewNetboot(p *Page, e *release.NetbootEntry) netbootView {
	base := webURL(e.URL)
	v := netbootView{
		Title: netbootTitle(e), Address: Link{Text: base, Href: base}, Covered: covered(e), Archive: e.Archive, Note: sentence(e.Note),
		Kernel: Link{Text: e.Kernel, Href: fileURL(base, e.Kernel)}, Initrd: Link{Text: e.Initrd, Href: fileURL(base, e.Initrd)},
		ISO: Link{Text: e.ISO, Href: webURL(e.ISO)}, Build: e.BuildID, Contact: contact(e.Contact),
		Findings: s.viewFindings(p, e.Findings, false),
	}
	for _, f := range e.Boot {
		v.Boot = append(v.Boot, Link{Text: f.Name, Href: fileURL(base, f.Name)})
	}
	if e.Tree != nil {
		s.netbootInTree(p, e, &v)
	}
	if e.Product != nil {
		v.Product = Link{Text: e.Product.Title, Href: p.to(productPath(e.Product))}
		if e.State != "" {
			v.State = viewState(e.State, "")
		}
	}
	told := func(f *release.Finding) bool { return f.Rule == "netboot-iso" }
	if e.Beside != "" && e.ISO != "" && !strings.HasSuffix(e.ISO, "/"+e.Beside) && !slices.ContainsFunc(e.Findings, told) {
		v.Beside = e.Beside
	}
	v.Fetch, v.Script = fetchCommands(v), ipxeScript(v)
	return v
}

// netbootInTree adds what only a set in a tree has.
func (s *site) netbootInTree(p *Page, e *release.NetbootEntry, v *netbootView) {
	v.Where = Link{Text: e.Tree.Name + " " + e.Parent}
	if d := s.downloadAt(e.Tree, e.Parent); d != nil {
		v.Where.Href = p.to(d.path)
	}
	if e.Tarball == nil {
		return
	}
	parent := ""
	if dir := s.directories[e.Tree.Name+"\x00"+e.Parent]; dir != nil {
		parent = dir.URL
	}
	v.Tarball = s.viewTarball(*e.Tarball, parent)
}

// viewTarball shows a set in one file: what lies in it is plain from the name of
// the set, not from the extension.
func (s *site) viewTarball(f release.File, dir string) fileView {
	v := s.viewFile(f, dir)
	v.What = "all netboot files in one"
	return v
}

// covered names the files of a set whose checksum a list has.
func covered(e *release.NetbootEntry) []string {
	files := e.Boot
	if e.Tarball != nil {
		files = append([]release.File{*e.Tarball}, files...)
	}
	var names []string
	for _, f := range files {
		if f.SHA256 != "" || f.SHA1 != "" || f.MD5 != "" {
			names = append(names, f.Name)
		}
	}
	return names
}

// netbootTitle tells the installers of one machine apart.
func netbootTitle(e *release.NetbootEntry) string {
	switch {
	case e.Archive:
		return "Kept in the archive"
	case e.Kind == release.ImageRelease && e.Version != "":
		return strings.TrimSpace(e.Version + " " + e.Milestone)
	case e.Pending && !e.Current:
		return strings.TrimSpace("Pending daily " + e.BuildID)
	case e.Kind == release.ImageDaily:
		return strings.TrimSpace("Daily " + e.BuildID)
	}
	return "Release"
}

// fetchCommands are the commands that fetch kernel and initrd, or unpack them from
// the one file that has all.
func fetchCommands(v netbootView) string {
	if v.Kernel.Href == "" && v.Tarball.Href != "" {
		return "curl -O " + shellQuote(v.Tarball.Href) + "\ntar -xf " + shellQuote(v.Tarball.Name)
	}
	var lines []string
	for _, l := range []Link{v.Kernel, v.Initrd} {
		if l.Href != "" {
			lines = append(lines, "curl -O "+shellQuote(l.Href))
		}
	}
	return strings.Join(lines, "\n")
}

// ipxeScript starts the installer from iPXE. Addresses come from webURL and
// fileURL, which leave no blank, line break or brace in them.
func ipxeScript(v netbootView) string {
	if v.Kernel.Href == "" || v.Initrd.Href == "" {
		return ""
	}
	args := " initrd=" + ipxeWord(path.Base(v.Initrd.Text)) // iPXE calls what it fetched by the last part of the address
	if v.ISO.Href != "" && ipxeWord(v.ISO.Href) == v.ISO.Href {
		args = " root=/dev/ram0 ramdisk_size=1500000 ip=dhcp iso-url=" + v.ISO.Href + args
	}
	return "#!ipxe\nkernel " + ipxeWord(v.Kernel.Href) + args + "\ninitrd " + ipxeWord(v.Initrd.Href) + "\nboot"
}

// ipxeWord keeps what cannot end a word of iPXE or be expanded by it.
func ipxeWord(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || strings.ContainsRune("${}|&\\\"'`#;", r) {
			return -1
		}
		return r
	}, s)
}
