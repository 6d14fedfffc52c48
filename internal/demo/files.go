package demo

import (
	"fmt"
	"html"
	"path"
	"slices"
	"strings"
	"time"
)

// extensions are those of images, longest first.
func extensions() []string {
	return []string{"img.tar.gz", "tar.gz", "img.gz", "img.xz", "img.zst", "img", "iso", "wsl"}
}

func extensionOf(file string) string {
	for _, ext := range extensions() {
		if strings.HasSuffix(file, "."+ext) {
			return ext
		}
	}
	return strings.TrimPrefix(path.Ext(file), ".")
}

// dailyCompanions are the extensions of the files beside a daily image.
func dailyCompanions(m *image) []string {
	var all []string
	switch {
	case m.ext == "iso":
		all = []string{"list", "manifest", "iso.zsync"}
	case m.ext == "wsl":
		all = []string{"manifest"}
	default:
		all = []string{"manifest", m.ext + ".zsync"}
	}
	if m.project == "ubuntu-core" {
		all = append(all, "model-assertion")
	}
	return all
}

// withoutManifest reports whether the package list of such an image is not published.
func withoutManifest(file string) bool {
	return slices.ContainsFunc([]string{"-minimal-", "-alternate-", "-mini-iso-", "-base-", "-src-"},
		func(s string) bool { return strings.Contains(file, s) })
}

// releaseCompanions are the extensions of the files beside a published image.
func releaseCompanions(file, ext string) []string {
	var all []string
	if ext == "iso" {
		all = append(all, "iso.torrent")
		if !strings.Contains(file, "-src-") {
			all = append(all, "list")
		}
	}
	if !withoutManifest(file) {
		all = append(all, "manifest")
	}
	if ext != "wsl" {
		all = append(all, ext+".zsync")
	}
	return all
}

// imageFile adds one file of an image. What people read has contents; of the
// image itself, zsync and torrent files only the size is known.
func (f *forest) imageFile(t *fsTree, p, ext string, m placed) {
	switch kind := ext[strings.LastIndex(ext, ".")+1:]; {
	case ext == m.ext:
		t.file(p, m.size, m.built)
	case kind == "zsync":
		t.file(p, m.size/512+287, m.built.Add(95*time.Second))
	case kind == "torrent":
		t.file(p, m.size/262144*20+412, m.built.Add(2*time.Hour))
	case kind == "manifest":
		t.text(p, packages(m.stem), m.built.Add(-21*time.Minute))
	case kind == "list":
		t.text(p, onDisc, m.built.Add(2*time.Second))
	default:
		t.text(p, "Sample data: this file has no contents of its own.\n", m.built)
	}
}

// packages is a package list in the form of the real ones, with a few lines for
// the many that they have.
func packages(stem string) string {
	kernel := "7.0.0-14.14"
	if strings.HasPrefix(stem, "noble") || strings.Contains(stem, "-24.04") {
		kernel = "6.8.0-90.91"
	}
	return "base-files\t14ubuntu3\nbash\t5.3-2ubuntu1\ncoreutils\t9.7-3ubuntu2\ninitramfs-tools\t0.150ubuntu7\n" +
		"linux-image-generic\t" + kernel + "\nsnapd\t2.75\nsystemd\t259-1ubuntu3\nsnap:snapd\tlatest/stable\t25577\n"
}

const onDisc = "/.disk/info\n/EFI/boot/bootx64.efi\n/boot/grub/grub.cfg\n/casper/initrd\n/casper/vmlinuz\n/md5sum.txt\n"

// netbootSite is a set of netboot files beside an image.
type netbootSite struct {
	dir, prefix, arch string
	built             time.Time
	iso               string // path below the tree of what its configuration names
	tarballOnly       bool   // carried over: the unpacked files are not
}

// netbootFiles are the members of a set for a processor, and those of them that
// name the ISO.
func netbootFiles(cpu string) (plain, naming []string) {
	switch cpu {
	case "amd64":
		return []string{"linux", "initrd", "pxelinux.0", "ldlinux.c32", "bootx64.efi", "grubx64.efi"},
			[]string{"pxelinux.cfg/default", "grub/grub.cfg"}
	case "arm64":
		return []string{"linux", "initrd", "bootaa64.efi", "grubaa64.efi"}, []string{"grub/grub.cfg"}
	case "s390x":
		return []string{"linux.ubuntu", "initrd.ubuntu", "ubuntu.exec", "ubuntu.ins", "initrd.off", "initrd.siz"},
			[]string{"parmfile.ubuntu", "kvm.cfg", "dpm.cfg"}
	}
	return []string{"linux", "initrd"}, nil
}

// netboot adds the tarball, and the unpacked files, which lie in a directory of the
// processor alone: arm64 and arm64+largemem share one.
func (f *forest) netboot(tree string, s netbootSite) {
	t := f.trees[tree]
	when := s.built.Add(20 * time.Minute)
	t.file(path.Join(s.dir, s.prefix+"-netboot-"+s.arch+".tar.gz"), 96_330_730, when)
	if s.tarballOnly {
		return
	}
	cpu, _, _ := strings.Cut(s.arch, "+")
	dir := path.Join(s.dir, "netboot", cpu)
	plain, naming := netbootFiles(cpu)
	for _, name := range plain {
		t.file(path.Join(dir, name), netbootSize(name), when)
	}
	for _, name := range naming {
		t.text(path.Join(dir, name), netbootConfig(name, "{self}/"+s.iso), when)
	}
}

// netbootSize is about as large as the real file of a name.
func netbootSize(name string) int64 {
	switch kind, _, _ := strings.Cut(name, "."); kind {
	case "linux":
		return 16_738_376
	case "initrd":
		if name != "initrd.off" && name != "initrd.siz" {
			return 79_072_248
		}
	case "bootx64", "bootaa64":
		return 966_664
	case "grubx64", "grubaa64":
		return 2_344_840
	case "ldlinux":
		return 118_676
	case "pxelinux":
		return 42_392
	}
	return 47
}

// netbootConfig is a boot loader's configuration in the form of the image
// builder's.
func netbootConfig(name, iso string) string {
	switch path.Base(name) {
	case "default":
		return "DEFAULT install\nLABEL install\n  KERNEL linux\n  INITRD initrd\n  APPEND root=/dev/ram0 ramdisk_size=1500000 ip=dhcp iso-url=" + iso + "\n"
	case "grub.cfg":
		return "menuentry \"Install Ubuntu Server\" {\n\tset gfxpayload=keep\n\tlinux linux iso-url=" + iso + " ip=dhcp ---\n\tinitrd initrd\n}\n"
	}
	return "ip=dhcp iso-url=" + iso + " ---\n"
}

// writeLists completes every directory that holds images: checksum list and
// signature, and the pages between which the listing stands.
func (f *forest) writeLists() {
	for tree, dirs := range f.lists {
		for dir, l := range dirs {
			f.complete(f.trees[tree], dir, l)
		}
	}
}

// complete adds to a directory what is made when its images are there.
func (f *forest) complete(t *fsTree, dir string, l *checksums) {
	f.writeList(t, dir, l)
	if path.Base(dir) == ".pool" {
		return
	}
	t.text(path.Join(dir, "HEADER.html"), f.header(dir, l), l.newest.Add(6*time.Minute))
	t.text(path.Join(dir, "FOOTER.html"), footer, l.newest.Add(6*time.Minute))
	t.dir(dir).indexed = true
}

func (f *forest) writeList(t *fsTree, dir string, l *checksums) {
	names := make([]string, 0, len(l.lines))
	for name := range l.lines {
		names = append(names, name)
	}
	slices.Sort(names)
	lists := make(map[string]string)
	for _, name := range names {
		kind := "SHA256SUMS"
		if len(l.lines[name]) == 32 {
			kind = "MD5SUMS"
		}
		lists[kind] += l.lines[name] + " *" + name + "\n"
	}
	for kind, content := range lists {
		t.text(path.Join(dir, kind), content, l.newest.Add(5*time.Minute))
		if !l.unsigned {
			t.text(path.Join(dir, kind+".gpg"), signature, l.newest.Add(5*time.Minute+time.Second))
		}
	}
}

const signature = "-----BEGIN PGP SIGNATURE-----\n\nSample data: this is not a signature.\n-----END PGP SIGNATURE-----\n"

const footer = "</div>\n<footer><p>Sample data. Nothing here can be downloaded.</p></footer>\n</body></html>\n"

// heading is what the page of a directory is called.
func (f *forest) heading(dir string) string {
	var project, series, rest string
	for _, part := range strings.Split(dir, "/") {
		h := f.headings[part]
		switch {
		case h == "":
			rest = part
		case strings.Contains(h, "("):
			series = h
		default:
			project = h
		}
	}
	switch rest {
	case "", "release", "releases":
		return strings.TrimSpace(project + " " + series)
	case "current", "pending":
		return strings.TrimSpace(project + " " + series + " Daily Build")
	}
	if rest[0] >= '0' && rest[0] <= '9' {
		return strings.TrimSpace(project+" "+series) + " Daily Build"
	}
	return strings.TrimSpace(project + " " + series + " " + rest)
}

// header is the head of a directory's page, with links of its own as on the real
// trees.
func (f *forest) header(dir string, l *checksums) string {
	var b strings.Builder
	title := html.EscapeString(f.heading(dir))
	b.WriteString("<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>" + title + "</title>\n" +
		`<meta name="description" content="CD images for ` + title + `"></head>` + "\n<body>\n<h1>" + title + "</h1>\n" +
		"<p><strong>Sample data.</strong> The files in this list have names, sizes and checksums, but no contents.</p>\n<ul>\n")
	names := make([]string, 0, len(l.lines))
	for name := range l.lines {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "<li><a href=\"%s\">%s</a></li>\n", href(name), html.EscapeString(name))
	}
	b.WriteString("</ul>\n<div class=\"p-table-wrapper\">\n")
	return b.String()
}

// writeSiteManifests adds the helper files at the roots: .manifest-daily has what
// lies below current and pending of the full tree, .manifest all of the simple one.
func (f *forest) writeSiteManifests(when time.Time) {
	full := f.trees["full"]
	var lines []string
	for base := range f.bases {
		for _, name := range []string{"current", "pending"} {
			lines = append(lines, manifestLines(full, path.Join(base, name))...)
		}
	}
	full.text(".manifest-daily", joinSorted(lines), when)

	simple := f.trees["simple"]
	lines = nil
	for name, n := range simple.root.children {
		if n.isDir() && name != ".pool" {
			lines = append(lines, manifestLines(simple, name)...)
		}
	}
	lines = append(lines, unseen(lines, manifestLines(simple, ".pool"))...)
	simple.text(".manifest", joinSorted(lines), when)
	for _, name := range treeNames() {
		f.trees[name].text(".trace/"+name+".sample.test", when.Format("Mon Jan _2 15:04:05 UTC 2006")+"\n", when)
	}
}

func joinSorted(lines []string) string {
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// unseen returns the lines for files of the pool whose names no other line has.
func unseen(lines, pool []string) []string {
	all := strings.Join(lines, "")
	return slices.DeleteFunc(pool, func(line string) bool {
		name, _, _ := strings.Cut(path.Base(line), "\t")
		return strings.Contains(all, "/"+name+"\t")
	})
}

// manifestLines lists the images of a directory as the build host does. It takes
// project and series from names, so that images of Core are never there.
func manifestLines(t *fsTree, dir string) []string {
	var lines []string
	for _, e := range t.entries(dir) {
		ext := extensionOf(e.name)
		if !slices.Contains(extensions(), ext) || strings.Contains(e.name, "-netboot-") || strings.HasPrefix(e.name, "ubuntu-core-") {
			continue
		}
		project, _, _ := strings.Cut(dir, "/")
		series, _, _ := strings.Cut(e.name, "-")
		if !strings.Contains(dir, "/") { // the simple tree: PROJECT-VERSION-...
			project = series
			version, _, _ := strings.Cut(strings.TrimPrefix(e.name, project+"-"), "-")
			parts := strings.SplitN(version, ".", 3)
			series = strings.Join(parts[:min(2, len(parts))], ".")
		}
		lines = append(lines, fmt.Sprintf("%s\t%s\t/%s\t%d\n", project, series, path.Join(dir, e.name), e.size))
	}
	return lines
}
