package naming

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"shiplist/internal/release"
)

// Class says what a file is.
type Class string

// The classes of file.
const (
	Main      Class = "main"      // a download, or a part of one
	Companion Class = "companion" // belongs to the download with the same stem
	Tarball   Class = "netboot"   // a netboot installer in one file
	Marker    Class = "marker"    // says that the image is oversized
	Common    Class = "common"    // a name that any directory may have: lists, HEADER.html
	Stray     Class = "stray"     // none of these
)

// File is what the name of a file says.
type File struct {
	Name  string
	Class Class
	// Stem is what the files of one image have in common; Type is the extension
	// with the companion's: iso, iso.zsync.
	Stem, Type  string
	Series      string
	Project     string
	Version     string
	Milestone   string // beta2
	PublishType string
	Arch        string
	Part        int  // N of src-N
	Released    bool // the name carries a version, not a series
	// Unknown are the parts that no rule knows, as in [release.Image].
	Unknown []string
}

// commonNames are the names that any directory may have and that are no image's.
var commonNames = map[string]bool{
	"HEADER.html": true, "FOOTER.html": true, "README.html": true, "index.html": true,
	"report.html": true, "robots.txt": true, "favicon.ico": true,
	"published-ec2-daily.txt": true, "published-ec2-release.txt": true,
	"tool-version-info.txt": true, "build-info.txt": true,
}

// listForm matches checksum lists of every kind, and their signatures.
var listForm = regexp.MustCompile(`^(MD5|SHA1|SHA224|SHA256|SHA384|SHA512)SUMS(-metalink)?(\.gpg|\.asc|\.sign)?$`)

// IsCommon reports whether any directory may have a file of this name. Hidden
// files are all of that kind.
func IsCommon(name string) bool {
	return strings.HasPrefix(name, ".") || commonNames[name] || listForm.MatchString(name)
}

// maxName is the longest name of a file that can be an image's, as on every common
// file system.
const maxName = 255

// plausible reports whether a name may be an image's at all: names go into pages,
// addresses and data files, so one with control characters or of no known
// encoding stays a stray.
func plausible(name string) bool {
	if name == "" || len(name) > maxName || !utf8.ValidString(name) {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == '/' || r == '\\' || r == utf8.RuneError
	})
}

// ParseFile reads the name of a file in a directory.
func (g *Grammar) ParseFile(d Directory, name string) File {
	f := File{Name: name, Class: Stray}
	if IsCommon(name) {
		f.Class = Common
		return f
	}
	if !plausible(name) {
		return f
	}
	stem, typ, main := g.splitExtension(name)
	f.Type = typ
	if !g.readStem(&f, d, stem) {
		return f
	}
	switch {
	case f.Type == "":
		f = File{Name: name, Class: Stray}
	case f.Type == oversized || strings.HasSuffix(f.Type, "."+oversized):
		f.Class = Marker
	case f.PublishType == typeNetboot && strings.HasPrefix(f.Type, "tar."):
		f.Class = Tarball
	case main && !f.unknown("extension"):
		f.Class = Main
	default:
		f.Class = Companion
	}
	return f
}

// splitExtension cuts the known extensions off a name, from the end: any number of
// companions' and at most one download's. Main is whether it was the download's
// alone.
func (g *Grammar) splitExtension(name string) (stem, typ string, main bool) {
	stem = name
	for {
		e, ok := g.extension(stem)
		if !ok {
			return stem, typ, false
		}
		stem = stem[:len(stem)-len(e.end)]
		if typ == "" {
			typ, main = e.end[1:], e.main
		} else {
			typ, main = e.end[1:]+"."+typ, false
		}
		if e.main || e.joined {
			return stem, typ, main
		}
	}
}

// extension finds the longest known extension at the end of a name.
func (g *Grammar) extension(name string) (extension, bool) {
	for _, e := range g.extensions {
		if len(name) > len(e.end) && strings.HasSuffix(name, e.end) {
			return e, true
		}
	}
	return extension{}, false
}

func (f *File) unknown(what string) bool { return slices.Contains(f.Unknown, what) }

func (f *File) markUnknown(what string) {
	if !f.unknown(what) {
		f.Unknown = append(f.Unknown, what)
		slices.Sort(f.Unknown)
	}
}

// readStem reads a name without its known extensions. It reports whether it has the
// form of an image's name at all.
func (g *Grammar) readStem(f *File, d Directory, stem string) bool {
	f.Stem = stem
	for _, form := range []func(*File, Directory, string) bool{
		g.readSeriesForm, g.readCoreForm, g.readReleasedForm, g.readBareForm,
		g.readUnknownPrefix, g.readUnknownSeries,
	} {
		trial := *f
		if form(&trial, d, stem) {
			*f = trial
			return true
		}
	}
	return false
}

// readSeriesForm reads SERIES-rest.
func (g *Grammar) readSeriesForm(f *File, d Directory, stem string) bool {
	series, rest, ok := strings.Cut(stem, "-")
	if !ok || !g.series[series] {
		return false
	}
	f.Series = series
	return g.readRest(f, d, rest) && g.chooseProject(f, d, "")
}

// readCoreForm reads PROJECT-CORESERIES-ARCH.
func (g *Grammar) readCoreForm(f *File, d Directory, stem string) bool {
	for _, prefix := range g.prefixes {
		rest, ok := strings.CutPrefix(stem, prefix+"-")
		if !ok {
			continue
		}
		number, arch, ok := strings.Cut(rest, "-")
		if !ok || g.core[number] == "" {
			continue
		}
		f.Series, f.Project = g.core[number], g.byPrefix[prefix][0]
		if d.Project != "" && slices.Contains(g.byPrefix[prefix], d.Project) {
			f.Project = d.Project
		}
		arch = f.cutDots(arch)
		f.PublishType, f.Arch = g.coreType(f.Project, d.ImageType, arch), arch
		if !g.isArch[arch] {
			f.markUnknown("arch")
		}
		return arch != ""
	}
	return false
}

// coreType is the publish type of an image whose name does not say it: what the
// products of its project are, the nearest first, else live-PROJECT.
func (g *Grammar) coreType(project, imageType, arch string) string {
	best, rank := "", 0
	for _, p := range g.rules.Products {
		if p.Project != project {
			continue
		}
		r := 1
		if p.Arch == arch {
			r += 2
		}
		if p.ImageType == imageType {
			r++
		}
		if r > rank {
			best, rank = p.PublishType, r
		}
	}
	if best != "" {
		return best
	}
	_, last, _ := strings.Cut(project, "-")
	for _, guess := range []string{project, "live-" + last, "live-core"} {
		if g.isPublish[guess] {
			return guess
		}
	}
	return ""
}

// readReleasedForm reads PREFIX-VERSION-rest with a prefix that a rule knows.
func (g *Grammar) readReleasedForm(f *File, d Directory, stem string) bool {
	for _, prefix := range g.prefixes {
		rest, ok := strings.CutPrefix(stem, prefix+"-")
		if !ok {
			continue
		}
		if g.readVersion(f, d, rest) {
			return g.chooseProject(f, d, prefix)
		}
	}
	return false
}

// readVersion reads VERSION-rest.
func (g *Grammar) readVersion(f *File, d Directory, text string) bool {
	version, rest, ok := strings.Cut(text, "-")
	if !ok || !versionForm.MatchString(version) {
		return false
	}
	f.Version, f.Released = version, true
	if series, ok := g.rules.SeriesByVersion(version); ok {
		f.Series = series
	} else {
		f.Series = d.Series
		f.markUnknown("series")
	}
	return g.readRest(f, d, rest)
}

// readBareForm reads a name that is nothing but an architecture, as bare file
// systems have it, or nothing but a publish type.
func (g *Grammar) readBareForm(f *File, d Directory, stem string) bool {
	switch {
	case g.isArch[stem]:
		f.Arch = stem
		for _, t := range []string{d.ImageType, d.Project} {
			if g.isPublish[t] {
				f.PublishType = t
				break
			}
		}
	case g.isPublish[stem]:
		f.PublishType = stem
	default:
		return false
	}
	f.Series, f.Project = d.Series, d.Project
	return true
}

// unknownForm is a released name whose project no rule knows.
var unknownForm = regexp.MustCompile(`^([a-z][a-z0-9+-]{0,60}?)-([0-9]{1,4}(?:\.[0-9]{1,4})+-.+)$`)

func (g *Grammar) readUnknownPrefix(f *File, d Directory, stem string) bool {
	m := unknownForm.FindStringSubmatch(stem)
	if m == nil || !g.readVersion(f, d, m[2]) {
		return false
	}
	f.Project = release.Slug(m[1])
	f.markUnknown("project")
	return true
}

// seriesForm is what a series that no rule knows may be called.
var seriesForm = regexp.MustCompile(`^[a-z][a-z0-9]{1,30}$`)

// readUnknownSeries reads a daily's name whose series no rule knows. Many files
// have a hyphen in their name, so the rest has to be known.
func (g *Grammar) readUnknownSeries(f *File, d Directory, stem string) bool {
	series, rest, ok := strings.Cut(stem, "-")
	if !ok || !seriesForm.MatchString(series) || !g.readRest(f, d, rest) {
		return false
	}
	if f.unknown("publish_type") || f.unknown("arch") && series != d.Series {
		return false
	}
	f.Series = release.Slug(series)
	f.markUnknown("series")
	return g.chooseProject(f, d, "")
}

var sourceForm = regexp.MustCompile(`^src-([0-9]{1,4})$`)

// readRest reads [STATUS-]PUBLISHTYPE-ARCH.
func (g *Grammar) readRest(f *File, d Directory, rest string) bool {
	rest = f.cutDots(rest)
	if rest == "" {
		return false
	}
	if status, after, ok := strings.Cut(rest, "-"); ok && g.isStatus(status, after, f.Released) {
		f.Milestone, rest = status, after
		if status == "release" {
			f.Milestone = ""
		}
	}
	if m := sourceForm.FindStringSubmatch(rest); m != nil {
		f.PublishType, f.Arch = typeSource, archSource
		f.Part, _ = strconv.Atoi(m[1])
		f.Stem = strings.TrimSuffix(strings.TrimSuffix(f.Stem, m[1]), "-")
		return true
	}
	f.PublishType, f.Arch = g.splitType(f, rest)
	return true
}

// isStatus reports whether the first part of a name's rest is a status: a word for
// one, or any word before a known publish type in a released name.
func (g *Grammar) isStatus(word, after string, released bool) bool {
	if g.isPublish[word] {
		return false
	}
	if statusForm.MatchString(word) {
		return true
	}
	return released && !g.startsWithType(word+"-"+after) && g.startsWithType(after)
}

func (g *Grammar) startsWithType(text string) bool {
	for _, t := range g.publish {
		if rest, ok := strings.CutPrefix(text, t); ok && (rest == "" || rest[0] == '-') {
			return true
		}
	}
	return false
}

// cutDots moves what follows a dot, an extension that no rule knows, to the type:
// neither publish types nor architectures have dots.
func (f *File) cutDots(rest string) string {
	before, ext, ok := strings.Cut(rest, ".")
	if !ok {
		return rest
	}
	f.Stem = strings.TrimSuffix(f.Stem, "."+ext)
	f.Type = strings.Trim(ext+"."+f.Type, ".")
	f.markUnknown("extension")
	return before
}

// splitType tells publish type and architecture apart. Both may hold hyphens, so
// the split is where both are known; else where one is; else at the last hyphen.
func (g *Grammar) splitType(f *File, rest string) (publishType, arch string) {
	known := ""
	for _, t := range g.publish {
		after, ok := strings.CutPrefix(rest, t+"-")
		if !ok {
			continue
		}
		if g.isArch[after] {
			return t, after
		}
		if known == "" {
			known = t
		}
	}
	if known != "" {
		f.markUnknown("arch")
		return known, rest[len(known)+1:]
	}
	if g.isPublish[rest] {
		return rest, ""
	}
	if g.isArch[rest] {
		f.markUnknown("publish_type")
		return "", rest
	}
	f.markUnknown("publish_type")
	for _, a := range g.arches {
		if before, ok := strings.CutSuffix(rest, "-"+a); ok {
			return before, a
		}
	}
	f.markUnknown("arch")
	return g.splitAtCPU(rest)
}

// splitAtCPU splits where a known processor with an unknown board begins, else at
// the last hyphen.
func (g *Grammar) splitAtCPU(rest string) (publishType, arch string) {
	for i := range len(rest) {
		if rest[i] != '-' {
			continue
		}
		if cpu, _, ok := strings.Cut(rest[i+1:], "+"); ok && g.cpus[cpu] {
			return rest[:i], rest[i+1:]
		}
	}
	if i := strings.LastIndexByte(rest, '-'); i >= 0 {
		return rest[:i], rest[i+1:]
	}
	return rest, ""
}
