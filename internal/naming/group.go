package naming

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"shiplist/internal/release"
)

// Group is what the files of one directory are.
type Group struct {
	Images   []release.Image // in the order of their names
	Tarballs []NetbootTarball
	Strays   []string // printable; see Printable
}

// NetbootTarball is a netboot installer in one file.
type NetbootTarball struct {
	Name File
	File release.File
}

// Group tells which files of a directory are one image. Type and Main of the files
// are set here; everything else of them is kept. Names that any directory has are
// left out.
func (g *Grammar) Group(d Directory, files []release.File) Group {
	c := collector{g: g, d: d, images: map[string]*release.Image{}}
	var rest []release.File
	var left []File
	for _, file := range files {
		f := g.ParseFile(d, file.Name)
		switch f.Class {
		case Common:
		case Main:
			c.add(f, file)
		case Tarball:
			file.Type, file.Main = f.Type, true
			c.tarballs = append(c.tarballs, NetbootTarball{Name: f, File: file})
		default:
			rest, left = append(rest, file), append(left, f)
		}
	}
	c.promote(left, rest)
	for i, f := range left {
		if !c.attach(f, rest[i]) {
			c.strays = append(c.strays, Printable(f.Name))
		}
	}
	return c.finish()
}

type collector struct {
	g        *Grammar
	d        Directory
	images   map[string]*release.Image // by stem
	stems    []string
	tarballs []NetbootTarball
	strays   []string
}

// add puts a download into its image. What is unknown about any of its files is
// unknown about the image.
func (c *collector) add(f File, file release.File) {
	image := c.images[f.Stem]
	if image == nil {
		image = c.newImage(f)
		c.images[f.Stem] = image
		c.stems = append(c.stems, f.Stem)
	}
	file.Type, file.Main = f.Type, true
	image.Files = append(image.Files, file)
	image.Unknown = union(image.Unknown, f.Unknown)
}

func (c *collector) newImage(f File) *release.Image {
	image := &release.Image{
		Series: SeriesSlug(cmp.Or(f.Series, c.d.Series)), Project: ProjectSlug(cmp.Or(f.Project, c.d.Project)),
		Dir: c.d.Path, Name: f.Stem, Kind: release.ImageDaily,
		ImageType: c.d.ImageType, PublishType: f.PublishType, Arch: f.Arch,
		Version: f.Version, Milestone: f.Milestone,
	}
	kind := c.d.DirectoryKind()
	if f.Released || kind == release.DirectoryRelease || kind == release.DirectoryPool {
		image.Kind, image.ImageType = release.ImageRelease, ""
	}
	if image.Series == release.Other {
		image.Unknown = union(image.Unknown, []string{"series"})
	}
	if image.Project == release.Other {
		image.Unknown = union(image.Unknown, []string{"project"})
	}
	if image.Kind == release.ImageRelease && !f.Released {
		image.Milestone = cmp.Or(image.Milestone, StatusWord(c.d.Status))
	}
	return image
}

// StatusWord is the status of a release directory as released names write it:
// snapshot2 for release/snapshot-2, "" for a final.
func StatusWord(status string) string {
	word := ""
	for _, part := range strings.Split(status, "/") {
		if w := strings.ReplaceAll(part, "-", ""); w != "release" && statusForm.MatchString(w) {
			word = w
		}
	}
	return word
}

// promote makes downloads of files with an unknown extension that stand alone:
// where no download bears their name they are what there is.
func (c *collector) promote(left []File, rest []release.File) {
	for i, f := range left {
		if f.Class != Companion || !f.unknown("extension") || c.beginning(f.Name) != nil {
			continue
		}
		if _, ok := c.g.extension(f.Name); ok {
			continue // a companion of something that is not there
		}
		c.add(f, rest[i])
		left[i].Class = Common
	}
}

// attach puts a companion to its image; false where there is none.
func (c *collector) attach(f File, file release.File) bool {
	if f.Class == Common {
		return true // promoted
	}
	image := c.images[f.Stem]
	if image == nil || f.Class == Stray {
		return c.attachByName(f.Name, file)
	}
	if f.Class == Marker {
		image.Oversized = true
		return true
	}
	file.Type = f.Type
	image.Files = append(image.Files, file)
	if f.unknown("extension") {
		image.Unknown = union(image.Unknown, []string{"extension"})
	}
	return true
}

// beginning is the image whose name a file's name begins with, the longest first.
func (c *collector) beginning(name string) *release.Image {
	for i := len(name) - 1; i > 0; i-- {
		if name[i] != '.' && name[i] != '-' {
			continue
		}
		if image := c.images[name[:i]]; image != nil {
			return image
		}
	}
	return nil
}

// attachByName puts a file that the grammar does not know to the image whose name
// it begins with.
func (c *collector) attachByName(name string, file release.File) bool {
	best := c.beginning(name)
	if best == nil || !plausible(name) {
		return false
	}
	file.Type = name[len(best.Name)+1:]
	best.Files = append(best.Files, file)
	best.Unknown = union(best.Unknown, []string{"extension"})
	return true
}

func (c *collector) finish() Group {
	group := Group{Tarballs: c.tarballs, Strays: c.strays}
	slices.Sort(c.stems)
	for _, stem := range c.stems {
		group.Images = append(group.Images, *c.images[stem])
	}
	slices.SortFunc(group.Tarballs, func(a, b NetbootTarball) int { return cmp.Compare(a.File.Name, b.File.Name) })
	slices.Sort(group.Strays)
	return group
}

// ProjectSlug is the slug of a project as a name tells it, "other" of none.
func ProjectSlug(name string) string {
	if name == "" {
		return release.Other
	}
	return release.Slug(name)
}

// SeriesSlug is the slug of a series as a name tells it, "other" of none and of
// those that would take a name that the site needs for something else.
func SeriesSlug(name string) string {
	if slices.Contains(release.ReservedNames, ProjectSlug(name)) {
		return release.Other
	}
	return release.Slug(name)
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	slices.Sort(a)
	return a
}

// Printable is a name that can be stored and shown: bytes that are no text, and
// control characters, are written as in addresses.
func Printable(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		if r == utf8.RuneError || r < ' ' || r == 0x7f {
			b.WriteString(url.PathEscape(name[i : i+n]))
		} else {
			b.WriteString(name[i : i+n])
		}
		i += n
	}
	return b.String()
}
