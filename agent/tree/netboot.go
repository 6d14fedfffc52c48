package tree

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"

	"shiplist/internal/naming"
	"shiplist/internal/release"
)

// unpacked is a netboot directory: what one needs to start one architecture.
type unpacked struct {
	parent, arch string
	dir          string // path below the tree, as the server has it
	files        []release.File
	iso          string // address that the configuration passes to the kernel
	err          error  // a configuration file could not be read
	failed       string // which one
}

// bootConfigs are the files that name the ISO, below a netboot directory. All of a
// directory name the same one; the first that does is enough.
func bootConfigs(rules release.Rules) []string {
	var names []string
	for _, f := range rules.BootFiles {
		if f.Config {
			names = append(names, f.Name)
		}
	}
	return names
}

// maxBootConfig is how much of such a file is read.
const maxBootConfig = 64 << 10

// isoForm is how they name it, among the kernel's other parameters.
var isoForm = regexp.MustCompile(`(?:^|[\s"'=])(?:iso-url|url)=["']?(https?://[^\s"'\\<>]{1,1000})`)

// parseISO returns the address of the ISO that a boot configuration names.
func parseISO(config []byte) string {
	if m := isoForm.FindSubmatch(config); m != nil {
		return strings.ToValidUTF8(string(m[1]), "")
	}
	return ""
}

// readUnpacked collects the netboot directories and reads which ISO they boot.
func (c *crawl) readUnpacked(ctx context.Context, groups []group) ([]*unpacked, error) {
	var all []*unpacked
	byDir := map[string]*unpacked{}
	for _, g := range groups {
		d := g.n.dir
		if !d.Netboot {
			continue
		}
		dir := strings.TrimSuffix(strings.TrimSuffix(g.n.path, d.Below), "/")
		u := byDir[dir]
		if u == nil {
			u = &unpacked{parent: d.Parent, arch: d.NetbootArch, dir: dir}
			byDir[dir] = u
			all = append(all, u)
		}
		for _, file := range g.n.files(c.isDir) {
			if !naming.IsCommon(file.Name) {
				file.Name = naming.Printable(join(d.Below, file.Name))
				u.files = append(u.files, file)
			}
		}
	}
	all = slices.DeleteFunc(all, func(u *unpacked) bool { return len(u.files) == 0 })
	err := c.each(ctx, len(all), func(ctx context.Context, i int) { c.readISO(ctx, all[i]) })
	for _, u := range all {
		if u.err != nil {
			c.problem("unreadable", cmp.Or(u.failed, u.dir), reason(u.err)+"; the ISO that it boots is taken from the last poll")
			u.iso = c.knownISO(u)
		}
	}
	return all, err
}

func (c *crawl) readISO(ctx context.Context, u *unpacked) {
	for _, name := range c.known.configs {
		if !slices.ContainsFunc(u.files, func(f release.File) bool { return f.Name == name }) {
			continue
		}
		body, err := c.read(ctx, join(u.dir, name), maxBootConfig)
		if err != nil {
			if !isAbsent(err) {
				u.err, u.failed = err, join(u.dir, name)
			}
			continue
		}
		if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
			u.err, u.failed = errors.New("it is a page, and no boot configuration"), join(u.dir, name)
			continue
		}
		if u.iso = parseISO(body); u.iso != "" {
			u.err = nil
			return
		}
	}
}

func (c *crawl) knownISO(u *unpacked) string {
	for _, s := range c.known.facts.Netboot {
		if s.Dir == naming.Printable(u.dir) {
			return s.ISO
		}
	}
	return ""
}

// addNetboot makes the netboot sets of every directory.
func (c *crawl) addNetboot(f *release.Facts, groups []group, all []*unpacked) {
	images := map[string][]release.Image{}
	for _, image := range f.Images {
		images[image.Dir] = append(images[image.Dir], image)
	}
	byParent := map[string][]*unpacked{}
	for _, u := range all {
		byParent[u.parent] = append(byParent[u.parent], u)
	}
	for _, g := range groups {
		if g.n.dir.Netboot {
			continue
		}
		b := setBuilder{c: c, g: g, images: images[naming.Printable(g.n.path)]}
		if _, pointer := c.marks.left[g.n.path]; !pointer {
			f.Netboot = append(f.Netboot, b.sets(byParent[g.n.path])...)
		}
	}
}

// setBuilder makes the netboot sets of one directory.
type setBuilder struct {
	c      *crawl
	g      group
	images []release.Image
}

// sets joins unpacked directories and tarballs. Two architectures may share one
// directory, which then starts the one whose ISO it names; the other has only its
// tarball. Tarballs of older point releases stay sets of their own.
func (b setBuilder) sets(all []*unpacked) []release.NetbootSet {
	var sets []release.NetbootSet
	used := map[string]bool{}
	for _, u := range all {
		set := b.newSet(b.owner(u))
		iso := b.parseISOName(u.iso)
		set.Version, set.Milestone = iso.Version, iso.Milestone
		b.c.realPaths[naming.Printable(u.dir)] = u.dir
		b.fill(&set, u)
		if t := b.tarball(set); t != nil {
			used[t.Name.Name] = true
			file := t.File
			set.Tarball = &file
			set.Version, set.Milestone = t.Name.Version, t.Name.Milestone
		}
		sets = append(sets, b.finish(set))
	}
	for _, t := range b.g.Tarballs {
		if used[t.Name.Name] {
			continue
		}
		set := b.newSet(t.Name.Arch)
		file := t.File
		set.Tarball, set.Version, set.Milestone = &file, t.Name.Version, t.Name.Milestone
		sets = append(sets, b.finish(set))
	}
	return sets
}

// owner is the architecture that an unpacked directory starts.
func (b setBuilder) owner(u *unpacked) string {
	cpu := func(arch string) string { name, _, _ := strings.Cut(arch, "+"); return name }
	arch := cmp.Or(u.arch, b.onlyArch())
	if iso := b.parseISOName(u.iso).Arch; iso != "" && (arch == "" || cpu(iso) == arch) {
		return iso
	}
	return arch
}

// onlyArch is the architecture of the tarballs, where they are of one.
func (b setBuilder) onlyArch() string {
	arch := ""
	for _, t := range b.g.Tarballs {
		if arch != "" && arch != t.Name.Arch {
			return ""
		}
		arch = t.Name.Arch
	}
	return arch
}

func (b setBuilder) parseISOName(address string) naming.File {
	if address == "" {
		return naming.File{}
	}
	return b.c.grammar.ParseFile(b.g.n.dir, path.Base(address))
}

func (b setBuilder) newSet(arch string) release.NetbootSet {
	d := b.g.n.dir
	set := release.NetbootSet{
		Series: d.Series, Arch: arch, Kind: release.ImageRelease,
		BuildID: d.BuildID, Parent: naming.Printable(b.g.n.path),
	}
	if d.DirectoryKind() != release.DirectoryRelease && d.Kind != naming.Pool {
		set.Kind = release.ImageDaily
	}
	set.Current = b.c.marks.whole["current"][b.g.n.path]
	set.Pending = b.c.marks.whole["pending"][b.g.n.path]
	return set
}

// fill tells kernel, initrd and the rest of the files apart.
func (b setBuilder) fill(set *release.NetbootSet, u *unpacked) {
	set.Dir, set.ISO = naming.Printable(u.dir), u.iso
	for _, f := range u.files {
		switch {
		case set.Kernel == "" && isKernel(f.Name):
			set.Kernel = f.Name
		case set.Initrd == "" && isInitrd(f.Name):
			set.Initrd = f.Name
		default:
			f.Type = strings.TrimPrefix(path.Ext(f.Name), ".")
			set.Boot = append(set.Boot, f)
		}
	}
}

func isKernel(name string) bool {
	return name == "linux" || name == "kernel" || strings.HasPrefix(name, "linux.") || strings.HasPrefix(name, "kernel.") ||
		strings.HasPrefix(name, "vmlinuz") || strings.HasPrefix(name, "vmlinux")
}

// isInitrd leaves out the files that tell an IBM Z where to load the initrd.
func isInitrd(name string) bool {
	return strings.HasPrefix(name, "initrd") && name != "initrd.off" && name != "initrd.siz" && !strings.Contains(name, "/")
}

// tarball is the tarball of a set: of the release whose ISO it names, else the
// newest of its architecture.
func (b setBuilder) tarball(set release.NetbootSet) *naming.NetbootTarball {
	var best *naming.NetbootTarball
	for i := range b.g.Tarballs {
		t := &b.g.Tarballs[i]
		if t.Name.Arch != set.Arch {
			continue
		}
		if set.Version != "" && t.Name.Version == set.Version && t.Name.Milestone == set.Milestone {
			return t
		}
		if best == nil || newer(t.Name.Version, t.Name.Milestone, best.Name.Version, best.Name.Milestone) {
			best = t
		}
	}
	if set.Version != "" && best != nil && best.Name.Version != "" {
		return nil // the tarballs are of other releases
	}
	return best
}

// newer compares releases; a final follows its milestones.
func newer(version, milestone, thanVersion, thanMilestone string) bool {
	if c := release.CompareBuildIDs(version, thanVersion); c != 0 {
		return c > 0
	}
	if (milestone == "") != (thanMilestone == "") {
		return milestone == ""
	}
	return release.CompareBuildIDs(milestone, thanMilestone) > 0
}

// finish finds the ISO beside a set, which tells its project and series, too.
func (b setBuilder) finish(set release.NetbootSet) release.NetbootSet {
	image := b.beside(set)
	if image != nil {
		for _, f := range image.Files {
			if f.Main && (set.Beside == "" || f.Type == "iso") {
				set.Beside = f.Name
			}
		}
		set.Series, set.Project = image.Series, image.Project
		if set.Kind == release.ImageDaily {
			set.BuildID = image.BuildID // the one that it was built under, as with the image
		}
		if set.Version == "" && set.Tarball == nil {
			set.Version, set.Milestone = image.Version, image.Milestone
		}
	}
	if set.Tarball != nil && set.Project == "" {
		t := b.c.grammar.ParseFile(b.g.n.dir, set.Tarball.Name)
		set.Series, set.Project = cmp.Or(set.Series, t.Series), t.Project
	}
	set.Series = naming.SeriesSlug(cmp.Or(set.Series, b.onlySeries()))
	set.Project = naming.ProjectSlug(cmp.Or(set.Project, b.g.n.dir.Project))
	return set
}

// onlySeries is the series of the images, where they are of one.
func (b setBuilder) onlySeries() string {
	series := ""
	for _, image := range b.images {
		if series != "" && image.Series != series {
			return ""
		}
		series = image.Series
	}
	return series
}

// beside is the installer for a set's architecture in the same directory: of the
// set's release, else the newest. Only servers' installers start over the network.
func (b setBuilder) beside(set release.NetbootSet) *release.Image {
	var best *release.Image
	for i := range b.images {
		image := &b.images[i]
		if image.Arch != set.Arch || !strings.Contains(image.PublishType, "server") || strings.Contains(image.PublishType, "preinstalled") {
			continue
		}
		if set.Version != "" && image.Version == set.Version && image.Milestone == set.Milestone {
			return image
		}
		if best == nil || newer(image.Version, image.Milestone, best.Version, best.Milestone) {
			best = image
		}
	}
	return best
}
