package generator

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: what the menus of all boot loaders have in common. What a line of
// one looks like is in bootmenu_ipxe.go, bootmenu_grub.go and bootmenu_pxelinux.go. An
// address, and whatever else is a word of a command, is one to each of them by itself
// (bootWord), or its installer is left out; a title is reduced to letters that mean
// nothing (menuText). So no name ends a word, a line or a string.

// The files of the menus.
const (
	ipxeMenu     = "netboot/boot.ipxe"
	grubMenu     = "netboot/grub.cfg"
	pxelinuxMenu = "netboot/pxelinux.cfg"
)

// bootMenu is the menu, for any boot loader.
type bootMenu struct {
	Title   string
	Head    []string // what it is, as lines of a comment
	Trees   []bootTree
	Series  []bootSeries
	LeftOut int // installers whose names are no words
	names   map[*release.NetbootEntry]string
}

// bootTree is a tree that has files of the menu.
type bootTree struct {
	Name   string // of variables: letters, digits and "_"
	Site   string // without a slash at the end
	Files  string // where boot loaders ask for files; by http where the rules say so
	Folder string // of a mirror; empty for a tree that no mirror has
}

// bootSeries is a submenu.
type bootSeries struct {
	ID, Title string
	Choices   []bootChoice
}

// bootChoice is an installer.
type bootChoice struct {
	ID, Title      string
	Arch           string
	Kernel, Initrd bootAddress
	InitrdName     string // the last part of its address, as iPXE calls it
	Options        []bootOption
}

// bootAddress is an address: one below a tree, or a whole one.
type bootAddress struct {
	Tree *bootTree // nil for none
	Rest string    // with a slash at the beginning, where there is a tree
}

// bootOption is a word for the kernel; with an address behind it where that has a Rest.
type bootOption struct {
	Text    string
	Address bootAddress
}

// newBootMenu makes the menu of the picture.
func (s *site) newBootMenu() *bootMenu {
	m := &bootMenu{Title: menuText(s.rules.BootMenu.Title), Trees: s.bootTrees(), names: map[*release.NetbootEntry]string{}}
	if m.Title == "" {
		m.Title = "Netboot"
	}
	m.Head = []string{menuText(s.config.Title) + ": installers to start over the network."}
	if address := fullAddress(s.config.BaseURL, "netboot/"); bootWord(address) {
		m.Head = append(m.Head, "How to use this file: "+address)
	}
	for _, from := range s.picture.BootMenu() {
		to := bootSeries{ID: release.Slug(from.Line.Slug), Title: cmp.Or(menuText(seriesTitle(from.Line)), release.Slug(from.Line.Slug))}
		slices.SortStableFunc(from.Choices, func(a, b release.BootChoice) int { return s.archRank(a.Entry.Arch) - s.archRank(b.Entry.Arch) })
		for _, c := range from.Choices {
			if choice, ok := s.newBootChoice(m, c); ok {
				to.Choices = append(to.Choices, choice)
				m.names[c.Entry] = c.ID
			} else {
				m.LeftOut++
			}
		}
		if len(to.Choices) > 0 {
			m.Series = append(m.Series, to)
		}
	}
	if m.LeftOut > 0 {
		m.Head = append(m.Head, "Not here, as their names mean something to boot loaders: "+plural(m.LeftOut, "installer")+".")
	}
	m.dropTrees()
	return m
}

// bootTrees are the trees with an address. The names of two are never the same.
func (s *site) bootTrees() []bootTree {
	var trees []bootTree
	taken := map[string]bool{}
	for _, t := range s.picture.Trees {
		site := strings.TrimSuffix(webURL(t.Site), "/")
		if !bootWord(site) {
			continue
		}
		name := variableName(t.Name)
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s_%d", variableName(t.Name), n)
		}
		taken[name] = true
		trees = append(trees, bootTree{Name: name, Site: site, Files: s.plainAddress(site), Folder: s.rules.BootMenu.Mirror[t.Role]})
	}
	return trees
}

// plainAddress is an address as a boot loader asks for it.
func (s *site) plainAddress(address string) string {
	if rest, ok := strings.CutPrefix(address, "https://"); ok && s.rules.BootMenu.Plain {
		return "http://" + rest
	}
	return address
}

// variableName is a name as every boot loader takes one for a variable.
func variableName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(name))
}

// newBootChoice is false for an installer with a name that is no word.
func (s *site) newBootChoice(m *bootMenu, c release.BootChoice) (bootChoice, bool) {
	e := c.Entry
	base := webURL(e.URL)
	choice := bootChoice{
		ID: c.ID, Arch: e.Arch, InitrdName: path.Base(e.Initrd),
		Title:  menuText(s.machine(e.Arch) + " (" + e.Arch + "): " + netbootTitle(e) + unasked(e)),
		Kernel: m.below(fileURL(base, e.Kernel)), Initrd: m.below(fileURL(base, e.Initrd)),
	}
	if choice.Kernel.Tree == nil {
		choice.Kernel.Rest, choice.Initrd.Rest = s.plainAddress(choice.Kernel.Rest), s.plainAddress(choice.Initrd.Rest)
	}
	iso := webURL(imageOf(e))
	for _, word := range s.rules.BootMenu.Options {
		text, named := strings.CutSuffix(word, "{iso}")
		switch {
		case e.Archive || named && iso == "":
			continue // an installer of the archive takes other options, and works without
		case named:
			choice.Options = append(choice.Options, bootOption{text, m.below(iso)})
		default:
			choice.Options = append(choice.Options, bootOption{Text: text})
		}
	}
	words := []string{choice.ID, choice.Kernel.full(), choice.Initrd.full(), choice.InitrdName}
	if iso != "" {
		words = append(words, iso)
	}
	return choice, !slices.ContainsFunc(words, func(w string) bool { return !bootWord(w) })
}

// unasked marks an installer that may not be there.
func unasked(e *release.NetbootEntry) string {
	if e.Unasked() {
		return ", not checked"
	}
	return ""
}

// name is what the menu calls an installer; empty where it does not have it.
func (m *bootMenu) name(e *release.NetbootEntry) string {
	if m == nil {
		return ""
	}
	return m.names[e]
}

// below finds the tree of an address: the one with the longest site, if there are several.
func (m *bootMenu) below(address string) bootAddress {
	best := bootAddress{Rest: address}
	for i := range m.Trees {
		rest, ok := strings.CutPrefix(address, m.Trees[i].Site)
		if ok && strings.HasPrefix(rest, "/") && (best.Tree == nil || len(rest) < len(best.Rest)) {
			best = bootAddress{&m.Trees[i], rest}
		}
	}
	return best
}

// full is the address without any mirror.
func (a bootAddress) full() string {
	if a.Tree == nil {
		return a.Rest
	}
	return a.Tree.Files + a.Rest
}

// dropTrees leaves those that an address begins with.
func (m *bootMenu) dropTrees() {
	used := map[string]bool{}
	use := func(a bootAddress) {
		if a.Tree != nil {
			used[a.Tree.Name] = true
		}
	}
	for _, s := range m.Series {
		for _, c := range s.Choices {
			use(c.Kernel)
			use(c.Initrd)
			for _, o := range c.Options {
				use(o.Address)
			}
		}
	}
	kept := make([]bootTree, 0, len(m.Trees)) // addresses go on to point to the old ones
	for _, t := range m.Trees {
		if used[t.Name] {
			kept = append(kept, t)
		}
	}
	m.Trees = kept
}

// mirrored reports whether a tree may be taken from a mirror.
func (m *bootMenu) mirrored() bool {
	return slices.ContainsFunc(m.Trees, func(t bootTree) bool { return t.Folder != "" })
}

// of are the series with those of their choices that a boot loader can start; one that
// has none is left out.
func (m *bootMenu) of(can func(arch string) bool) []bootSeries {
	var all []bootSeries
	for _, s := range m.Series {
		s.Choices = slices.DeleteFunc(slices.Clone(s.Choices), func(c bootChoice) bool { return !can(c.Arch) })
		if len(s.Choices) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// menuText is a title in letters that mean nothing to any boot loader and that a console
// without a font can show. Anything else becomes a question mark.
func menuText(s string) string {
	words := strings.Fields(s)
	for i, word := range words {
		words[i] = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._+-/:,()", r) {
				return r
			}
			return '?'
		}, word)
	}
	text := strings.TrimLeft(strings.Join(words, " "), "-: ") // else the title would be an option
	return strings.TrimRight(text[:min(len(text), maxMenuText)], " ")
}

// maxMenuText keeps a title on a console of 80 letters.
const maxMenuText = 70

// menuWords are the words for the texts about the menus; none where there is nothing to
// start. Those of addresses are missing where nobody knows where the site will be.
func (s *site) menuWords(p *Page) words {
	if len(s.bootMenu.Series) == 0 {
		return nil
	}
	first := s.bootMenu.Series[0]
	w := words{"series": {Text: first.ID}, "entry": {Text: first.Choices[0].ID}}
	for word, path := range map[string]string{"ipxe": ipxeMenu, "grub": grubMenu, "pxelinux": pxelinuxMenu} {
		w[word] = Link{Text: strings.TrimPrefix(path, "netboot/"), Href: p.to(path)}
	}
	base := s.plainAddress(webURL(strings.TrimSuffix(s.config.BaseURL, "/")))
	if _, rest, ok := strings.Cut(base, "://"); ok {
		host, path, _ := strings.Cut(rest+"/", "/")
		w["ipxe-address"], w["pxelinux-address"] = Link{Text: base + "/" + ipxeMenu}, Link{Text: base + "/" + pxelinuxMenu}
		w["grub-host"], w["grub-path"] = Link{Text: host}, Link{Text: path + grubMenu}
	}
	return w
}

// imageOf is the image to start an installer with; what its configuration names, where
// the picture tells nothing else.
func imageOf(e *release.NetbootEntry) string { return cmp.Or(e.Image, e.ISO) }
