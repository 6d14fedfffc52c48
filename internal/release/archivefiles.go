package release

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// move plans the way of every file of the release.
func (a *archiver) move() {
	for _, t := range a.picture.Trees {
		if t.Role == RoleOld {
			continue
		}
		for _, d := range t.Directories {
			a.moveDirectory(d)
		}
	}
	slices.SortStableFunc(a.set.Moves, func(x, y ArchiveMove) int { return flags(!inPool(x.From), !inPool(y.From)) })
}

func inPool(h HostPath) bool { return strings.HasPrefix(h.Path, poolDir+"/") }

const poolDir = ".pool"

func (a *archiver) moveDirectory(d *TreeDirectory) {
	images := a.leaving(d)
	if len(images) == 0 {
		return
	}
	a.moved = append(a.moved, images...)
	to, ok := a.rules.archiveTarget(d, a.set.Line.Slug, a.set.Version)
	if !ok {
		a.unruled = append(a.unruled, fmt.Sprintf("no [[archive.rule]] says where the files of %s in tree %s go", d.Path, d.Tree.Name))
		return
	}
	if !plainPath(d.Path) {
		a.refuse("%q in tree %s is no name of a directory of released files", d.Path, d.Tree.Name)
		return
	}
	from := HostPath{d.Tree.Role, d.Path}
	for _, i := range images {
		for _, f := range i.Files {
			a.moveFile(from, to, f)
		}
	}
	for _, name := range a.others(d) {
		a.set.Moves = append(a.set.Moves, ArchiveMove{From: from.In(name), To: to.In(name)})
	}
	a.moveLines(d, from, to, images)
	if d.Kind != DirectoryPool {
		a.describeFiles(d, from, to, images)
		a.redirectFiles(d, to, images)
		a.keepLinks(d)
	}
}

// headerPage is what a server shows above the list of a directory.
const headerPage = "HEADER.html"

// describeFiles plans what tells of the files in their directory.
func (a *archiver) describeFiles(d *TreeDirectory, from, to HostPath, images []*TreeImage) {
	var names []string
	for _, i := range images {
		for _, f := range i.Files {
			names = append(names, f.Name)
		}
	}
	names = append(names, a.others(d)...)
	a.set.Described = append(a.set.Described, ArchiveDescribed{from.In(".htaccess"), to.In(".htaccess"), names})
	if !slices.Contains(a.options.Headed, d.Tree.Name) {
		a.set.Pages = append(a.set.Pages, ArchivePage{At: from.In(headerPage), Out: names})
	}
}

// leaving are the images of the release in a directory that a newer release has, too.
func (a *archiver) leaving(d *TreeDirectory) []*TreeImage {
	var list []*TreeImage
	for _, i := range d.Images {
		switch {
		case i.Kind != ImageRelease || i.Milestone != "" || i.Version != a.set.Version || !a.ofSeries(i.Image):
		case a.options.All || slices.ContainsFunc(a.images, func(n *TreeImage) bool {
			return succeeds(n, i) && CompareVersions(n.Version, a.set.Newer) <= 0
		}):
			list = append(list, i)
		default:
			a.set.Stays = append(a.set.Stays, i)
		}
	}
	return list
}

// succeeds reports whether an image is the same of a newer release.
func succeeds(n, i *TreeImage) bool {
	return n.PublishType == i.PublishType && n.Arch == i.Arch && CompareVersions(n.Version, i.Version) > 0 && n.prefix() == i.prefix()
}

// prefix is the name of a released image up to its version: it tells the project, in
// pools, too.
func (i *TreeImage) prefix() string {
	before, _, _ := strings.Cut(i.Name, "-"+i.Version)
	return before
}

// plainName is what the names of released files are made of. Others could mean
// something in a script, a checksum list or a server's file.
func plainName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._+~-", r)
	})
}

func (a *archiver) moveFile(from, to HostPath, f File) {
	if !plainName(f.Name) {
		a.refuse("%q in %s/%s is no name of a released file", f.Name, from.Root, from.Path)
		return
	}
	m := ArchiveMove{From: from.In(f.Name), To: to.In(f.Name), SHA256: f.SHA256}
	if f.Main {
		switch have, there := a.held[m.To]; {
		case f.SHA256 == "":
			a.refuse("%s/%s has no SHA-256 checksum", m.From.Root, m.From.Path)
		case there && have != f.SHA256:
			a.refuse("%s/%s is there already, with another checksum", m.To.Root, m.To.Path)
		default:
			m.There = there
		}
		if f.Size != nil && !inPool(m.From) {
			a.set.Bytes += *f.Size
		}
	}
	a.set.Moves = append(a.set.Moves, m)
	if pool := (HostPath{from.Root, poolDir}); from.Root == RoleSimple && from.Path != poolDir && !a.inFacts(from.Root, f.Name) {
		a.set.Moves = append(a.set.Moves, ArchiveMove{
			From: pool.In(f.Name), To: HostPath{to.Root, poolDir}.In(f.Name), SHA256: f.SHA256, Perhaps: true,
		})
	}
}

// heldFiles are the checksums of the files that trees show.
func heldFiles(p *Picture) map[HostPath]string {
	held := map[HostPath]string{}
	for _, t := range p.Trees {
		for _, d := range t.Directories {
			for _, i := range d.Images {
				for _, f := range i.Files {
					held[HostPath{t.Role, joinPath(d.Path, f.Name)}] = f.SHA256
				}
			}
		}
	}
	return held
}

// inFacts reports whether the pool of a tree is known to hold a file.
func (a *archiver) inFacts(role, name string) bool {
	_, there := a.held[HostPath{role, joinPath(poolDir, name)}]
	return there
}

// others are files of the release that belong to no image: netboot tarballs.
func (a *archiver) others(d *TreeDirectory) []string {
	var names []string
	for _, n := range d.Netboot {
		if n.Tarball != nil && n.Parent == d.Path {
			names = append(names, n.Tarball.Name)
		}
	}
	names = append(names, d.Strays...)
	names = slices.DeleteFunc(names, func(name string) bool { return !plainName(name) || !strings.Contains(name, "-"+a.set.Version+"-") })
	slices.Sort(names)
	return slices.Compact(names)
}

// moveLines plans which lines of the checksum lists go with the files.
func (a *archiver) moveLines(d *TreeDirectory, from, to HostPath, images []*TreeImage) {
	for _, list := range d.Checksums {
		l := ArchiveList{From: from.In(list), To: to.In(list)}
		for _, i := range images {
			for _, f := range i.Files {
				if sum := f.sumIn(list); sum != "" {
					l.Lines = append(l.Lines, sum+" *"+f.Name)
				}
			}
		}
		if len(l.Lines) > 0 {
			a.set.Lists = append(a.set.Lists, l)
			a.moveLinesOfPool(l)
		}
	}
}

// moveLinesOfPool plans the same for the list of a pool that no tree shows.
func (a *archiver) moveLinesOfPool(l ArchiveList) {
	if l.From.Root != RoleSimple || inPool(l.From) {
		return
	}
	name := path.Base(l.From.Path)
	pool := ArchiveList{From: HostPath{l.From.Root, poolDir}.In(name), To: HostPath{l.To.Root, poolDir}.In(name), Perhaps: true}
	for _, line := range l.Lines {
		if _, file, _ := strings.Cut(line, " *"); !a.inFacts(l.From.Root, file) {
			pool.Lines = append(pool.Lines, line)
		}
	}
	if len(pool.Lines) > 0 {
		a.set.Lists = append(a.set.Lists, pool)
	}
}

// sumIn is the checksum that a list has of a file.
func (f *File) sumIn(list string) string {
	switch list {
	case "SHA256SUMS":
		return f.SHA256
	case "SHA1SUMS":
		return f.SHA1
	case "MD5SUMS":
		return f.MD5
	}
	return ""
}

// redirectFiles leads on from the files of a full tree, of which no link goes away.
func (a *archiver) redirectFiles(d *TreeDirectory, to HostPath, images []*TreeImage) {
	site := a.site(to.Root)
	if d.Tree.Role == RoleSimple || site == "" {
		return
	}
	for _, i := range images {
		for _, f := range i.Files {
			if !f.Main {
				continue
			}
			for _, path := range a.spelled(d) {
				a.set.Redirects = append(a.set.Redirects, ArchiveRedirect{
					In: HostPath{d.Tree.Role, ".htaccess"}, From: "/" + joinPath(path, f.Name), To: site + "/" + joinPath(to.Path, f.Name),
				})
			}
		}
	}
}

// spelled are the paths at which people found the files of the release in a directory:
// its own, and those of its aliases that name the release or the series. At the links of
// other releases nobody looked for them.
func (a *archiver) spelled(d *TreeDirectory) []string {
	paths := []string{d.Path}
	for _, alias := range d.Aliases {
		if plainPath(alias) && slices.ContainsFunc(strings.Split(alias, "/"), func(name string) bool {
			return name == a.set.Version || name == a.set.Line.Slug || name == a.set.Line.Version
		}) {
			paths = append(paths, alias)
		}
	}
	return paths
}

// keepLinks notes the links of the release in a tree where they stay: they lead to the
// directory of the series, where the newer release remains.
func (a *archiver) keepLinks(d *TreeDirectory) {
	if d.Tree.Role == RoleSimple {
		return // see leadOn
	}
	for _, alias := range d.Aliases {
		names := strings.Split(alias, "/")
		if n := slices.Index(names, a.set.Version); n >= 0 && plainPath(alias) {
			link := HostPath{d.Tree.Role, strings.Join(names[:n+1], "/")}
			if !slices.Contains(a.set.KeptLinks, link) {
				a.set.KeptLinks = append(a.set.KeptLinks, link)
			}
		}
	}
}

// plainPath reports whether a path can stand in the file of a server.
func plainPath(path string) bool {
	return path == "" || !slices.ContainsFunc(strings.Split(path, "/"), func(name string) bool { return !plainName(name) })
}

// site is the public address of what a root holds; empty where it has none.
func (a *archiver) site(root string) string {
	for _, t := range a.picture.Trees {
		if t.Role == root {
			return strings.TrimRight(t.Site, "/")
		}
	}
	return ""
}

// leadOn plans the names of the release as a whole: its links, the redirect of its
// address, its entry in the index. A base version keeps its name in the simple tree,
// where it stands for the series; so does one of which some images stay.
func (a *archiver) leadOn() {
	version, line := a.set.Version, a.set.Line
	if !slices.ContainsFunc(a.set.Moves, func(m ArchiveMove) bool { return m.To.Root == RoleOld }) {
		return
	}
	old := func(name string) HostPath { return HostPath{RoleOld, name} }
	link := func(name string) {
		a.set.Links = append(a.set.Links, ArchiveLink{old(name), line.Slug})
	}
	name := version
	if version == line.Version {
		name = version + ".0"
		link(name)
	} else {
		link(version)
	}
	if line.Version != "" {
		link(line.Version)
	}
	a.set.Index = append(a.set.Index, ArchiveIndex{old(".htaccess"), `AddDescription "` + a.title() + `" ` + name})
	a.set.Pages = append(a.set.Pages, ArchivePage{At: old(headerPage), In: name})
	stays := slices.ContainsFunc(a.set.Stays, func(i *TreeImage) bool { return i.Tree.Role == RoleSimple })
	left := slices.ContainsFunc(a.set.Moves, func(m ArchiveMove) bool { return m.From.Root == RoleSimple })
	if site := a.site(RoleOld); version != line.Version && !stays && left && site != "" {
		a.set.Links = append(a.set.Links, ArchiveLink{At: HostPath{RoleSimple, version}})
		a.set.Redirects = append(a.set.Redirects, ArchiveRedirect{
			HostPath{RoleSimple, ".htaccess"}, "/" + version, site + "/" + version,
		})
		a.set.Pages = append(a.set.Pages, ArchivePage{At: HostPath{RoleSimple, headerPage}, Out: []string{version}})
	}
}

// title is the release in words: Ubuntu 24.04.3 LTS (Noble Numbat).
func (a *archiver) title() string {
	text := strings.TrimSpace(a.options.Distribution + " " + a.set.Version)
	if rule := a.set.Line.Rule; rule != nil && rule.LTS {
		text += " LTS"
	}
	if name := a.set.Line.DisplayName; name != "" {
		text += " (" + name + ")"
	}
	return strings.NewReplacer(`"`, "", `\`, "").Replace(text)
}
