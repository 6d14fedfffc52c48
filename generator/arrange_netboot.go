package generator

import (
	"fmt"
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
	Menus  []instruction // how to use the menus for boot loaders
}

type netbootLine struct {
	Series   Link
	Machines []Link
	Newest   string // its newest set: "24.04.4", "Kept in the archive"
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
	ID       string
	Title    string // "24.04.4", "Daily 20260726"
	Entry    Link   // what the menus for boot loaders call it; empty where they do not have it
	Where    Link   // tree and directory
	Address  Link
	Kernel   Link
	Initrd   Link
	Files    []fileView // of the set, with what each is for
	Tarball  fileView
	ISO      Link
	Named    string // the address that the configuration has, where the image has moved to an archive since
	Beside   string // another ISO than the one that the configuration names
	Sums     bool   // a checksum list has some of the files
	Archive  bool
	Note     string
	Lacks    []string // what is wrong with its files, where no finding tells: of series whose life has ended
	From     string   // the address by the rule, where an installer of the archive has moved since
	Unasked  bool     // nobody asked whether the files are there
	Product  Link
	State    stateView
	Build    string
	Contact  Link
	Ways     []instruction // what to write, for each way to start
	First    bool          // the newest of its machine
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

func (s *site) arrangeNetboot() netbootPage {
	p := netbootPage{Page: s.newPage("netboot/", "Netboot", "Start an installer over the network: addresses for every series and machine.")}
	s.rest(&p.Page)
	for _, n := range s.picture.Netboot {
		target := s.netbootPath(n.Line)
		entries := listed(n)
		line := netbootLine{Series: Link{Text: seriesTitle(n.Line), Href: p.to(target)}, Newest: netbootTitle(entries[0])}
		slices.SortStableFunc(entries, func(a, b *release.NetbootEntry) int { return s.archRank(a.Arch) - s.archRank(b.Arch) })
		for _, e := range entries {
			l := Link{Text: s.machine(e.Arch), Href: p.to(target) + "#" + netbootID(e.Arch)}
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
	p.Intro = s.part("netboot", p.Root)
	p.Menus = s.instructions("menu-", p.Root, s.menuWords(&p.Page))
	return p
}

func netbootID(arch string) string { return "machine-" + release.Slug(arch) }

func (s *site) arrangeNetbootSeries(n *release.NetbootSeries) netbootSeriesPage {
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
		n := len(m.Entries) + len(m.Older) + 1
		if v := s.viewNetboot(&p.Page, e, n); len(m.Entries) < shownEntries {
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
	p.Intro = s.part("netboot-series", p.Root)
	return p
}

func (s *site) newMachine(arch string) netbootMachine {
	m := netbootMachine{ID: netbootID(arch), Title: s.machine(arch), Arch: arch}
	if a, _ := s.rules.Architecture(arch); a != nil {
		m.Description = a.Description
	}
	return m
}

// viewNetboot shows the nth set of a machine.
func (s *site) viewNetboot(p *Page, e *release.NetbootEntry, n int) netbootView {
	base := webURL(e.URL)
	v := netbootView{
		Title: netbootTitle(e), Address: Link{Text: base, Href: base}, Sums: e.Hashed, Archive: e.Archive, Note: sentence(e.Note),
		Kernel: Link{Text: e.Kernel, Href: fileURL(base, e.Kernel)}, Initrd: Link{Text: e.Initrd, Href: fileURL(base, e.Initrd)},
		ISO: Link{Text: imageOf(e), Href: webURL(imageOf(e))}, Build: e.BuildID, Contact: s.contact(e.Contact),
		Findings: viewFindings(e.Findings),
	}
	if name := s.bootMenu.name(e); name != "" {
		v.Entry = Link{Text: name, Href: p.to("netboot/") + "#menus"}
	}
	if e.Moved {
		v.Named = e.ISO
	}
	v.From, v.Unasked = e.From, e.Unasked()
	v.Files = s.netbootFiles(e, base)
	if e.Tree != nil {
		s.netbootInTree(p, e, &v)
	}
	if e.Product != nil {
		v.Product = Link{Text: e.Product.Title, Href: p.to(productPath(e.Product))}
		if e.State != "" {
			v.State = viewState(e.State, "")
		}
	}
	v.Lacks = faultsUntold(e)
	told := func(f *release.Finding) bool { return f.Rule == "netboot-iso" || f.Rule == "netboot-gone" }
	if e.Beside != "" && e.ISO != "" && !strings.HasSuffix(e.ISO, "/"+e.Beside) && !slices.ContainsFunc(e.Findings, told) {
		v.Beside = e.Beside
	}
	v.First = n == 1
	v.ID = fmt.Sprintf("set-%s-%d", release.Slug(e.Arch), n)
	v.Ways = s.bootWays(v.ID, e.Arch, p.Root, s.bootWords(e, &v))
	return v
}

// faultsUntold are what is wrong with files, where no finding tells it.
func faultsUntold(e *release.NetbootEntry) []string {
	if slices.ContainsFunc(e.Findings, func(f *release.Finding) bool { return f.Rule == "netboot-gone" || f.Rule == "netboot-small" }) {
		return nil
	}
	var all []string
	for _, f := range e.Faults {
		switch {
		case f.Least > 0:
			all = append(all, fmt.Sprintf("%s has %s and cannot be it", f.Name, release.Size(f.Size)))
		case f.Status != 0:
			all = append(all, fmt.Sprintf("%s answers %d", f.Name, f.Status))
		default:
			all = append(all, f.Name+" is not listed any more")
		}
	}
	return all
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
	if dir := s.directories[treeDir{e.Tree.Name, e.Parent}]; dir != nil {
		parent = dir.URL
	}
	v.Tarball = s.viewTarball(*e.Tarball, parent)
}

// netbootTarball is what a set in one file is.
const netbootTarball = "all netboot files in one"

// viewTarball shows a set in one file: what lies in it is plain from the name of
// the set, not from the extension.
func (s *site) viewTarball(f release.File, dir string) fileView {
	v := s.viewFile(f, dir)
	v.What = netbootTarball
	return v
}

// netbootFiles are the files of a set: kernel and ramdisk first, then what a machine
// begins with.
func (s *site) netbootFiles(e *release.NetbootEntry, base string) []fileView {
	var files []fileView
	for _, f := range []struct{ name, what string }{{e.Kernel, "kernel"}, {e.Initrd, "first ramdisk"}} {
		if f.name != "" {
			files = append(files, fileView{Name: f.name, Href: fileURL(base, f.name), What: f.what})
		}
	}
	boot := slices.Clone(e.Boot)
	slices.SortStableFunc(boot, func(a, b release.File) int { return s.bootRank(a.Name) - s.bootRank(b.Name) })
	for _, f := range boot {
		v := s.viewFile(f, base)
		if known, _ := s.rules.BootFile(f.Name); known != nil {
			v.What = known.Title
		}
		files = append(files, v)
	}
	return files
}

// bootRank puts what a machine begins with first, and what nobody knows last.
func (s *site) bootRank(name string) int {
	if _, i := s.rules.BootFile(name); i >= 0 {
		return i
	}
	return len(s.rules.BootFiles)
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
