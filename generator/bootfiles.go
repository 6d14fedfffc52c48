package generator

import (
	"path"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: it knows which names stand for the words of the texts about starting
// a machine. What its files are for is in the configuration, and what people are told to do
// with them in content/parts/boot-*.md.

// bootWords are the words for a set. Those of what it does not have are missing.
func (s *site) bootWords(e *release.NetbootEntry, v *netbootView) words {
	w := words{}
	put := func(word, text, href string) {
		if text != "" {
			w[word] = Link{Text: text, Href: href}
		}
	}
	put("arch", e.Arch, "")
	put("release", v.Title, "")
	put("address", v.Address.Href, v.Address.Href)
	put("iso", v.ISO.Href, v.ISO.Href)
	put("kernel", e.Kernel, v.Kernel.Href)
	put("kernel-address", v.Kernel.Href, v.Kernel.Href)
	put("initrd", e.Initrd, v.Initrd.Href)
	put("initrd-address", v.Initrd.Href, v.Initrd.Href)
	if v.Initrd.Href != "" {
		put("initrd-name", path.Base(e.Initrd), "") // iPXE calls what it fetched by the last part of the address
	}
	for _, f := range e.Boot {
		if known, _ := s.rules.BootFile(f.Name); known != nil && known.Word != "" && w[known.Word].Text == "" {
			put(known.Word, f.Name, fileURL(v.Address.Href, f.Name))
		}
	}
	put("efi-address", w["efi"].Href, w["efi"].Href)
	put("files", globbed(v.Address.Href, setFiles(e)), "")
	put("tarball", v.Tarball.Name, v.Tarball.Href)
	put("tarball-address", v.Tarball.Href, v.Tarball.Href)
	put("tarball-sum", v.Tarball.SHA256, "")
	return w
}

// setFiles are the names of all files of a set.
func setFiles(e *release.NetbootEntry) []string {
	var names []string
	for _, name := range []string{e.Kernel, e.Initrd} {
		if name != "" {
			names = append(names, name)
		}
	}
	for _, f := range e.Boot {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

// globbed is one address for many files, as curl reads it: "https://host/{a,b/c}".
// Empty where a name means something to curl, or would leave the directory.
func globbed(address string, names []string) string {
	if address == "" || len(names) == 0 || !bootWord(address) {
		return ""
	}
	for _, name := range names {
		if !bootWord(name) || path.Clean("/"+name) != "/"+name {
			return ""
		}
	}
	return strings.TrimSuffix(address, "/") + "/{" + strings.Join(names, ",") + "}"
}

// isFor reports whether a text is for a machine: it names the architecture, or the
// part of it before the board.
func (t *part) isFor(arch string) bool {
	cpu, _, _ := strings.Cut(arch, "+")
	return len(t.arches) == 0 || slices.Contains(t.arches, arch) || slices.Contains(t.arches, cpu)
}

// bootWays are the ways to start a machine from a set, of which everything is known.
func (s *site) bootWays(id, arch, root string, w words) []instruction {
	var ways []instruction
	for _, t := range s.texts.ready {
		known := func(word string) bool { return w[word].Text != "" }
		if !strings.HasPrefix(t.name, "boot-") || !t.isFor(arch) || slices.ContainsFunc(t.without, known) {
			continue
		}
		if text := t.fill(w, root); text != "" {
			ways = append(ways, instruction{id + "-" + release.Slug(t.name), t.title, text})
		}
	}
	return ways
}
