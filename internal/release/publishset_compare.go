package release

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// PlacePath is a path below the directory that holds the trees, each in a folder of its
// role: full/kubuntu/releases/resolute/snapshot-3/NAME.
type PlacePath struct {
	Path   string
	Daily  string // the path of the same bytes as a daily; empty where not known
	By     string // who tells size and checksum: the daily, the tree full
	Size   int64  // in bytes; -1 where not known exactly
	SHA256 string // empty where not known
}

// Paths are where the files of a location lie: the directory of the tree and, for what
// the simple tree shows, the pool that the names there lead to.
func (l Location) Paths() []string {
	if l.Official == OfficialYes && l.Dir != "" && !strings.Contains(l.Dir, "/") {
		return []string{l.Dir, ".pool"}
	}
	return []string{l.Dir}
}

// stems are the paths of a location, with the role of the tree first, without the ends
// of the file names: those of the image, and of what the build host writes beside it
// under a name of its own, the files to start a live server over the network.
func stems(l Location, i Identity) []string {
	names := []string{l.Stem}
	if i.PublishType == "live-server" {
		names = append(names, namePrefix(l, i)+"netboot-"+i.Arch)
	}
	var list []string
	for _, dir := range l.Paths() {
		for _, name := range names {
			list = append(list, path.Join(l.Role, dir, name))
		}
	}
	return list
}

// namePrefix is how the names of all images of a location's version and status begin.
func namePrefix(l Location, i Identity) string {
	return strings.TrimSuffix(l.Stem, i.PublishType+"-"+i.Arch)
}

// Expected are the paths of the main files after publishing, sorted.
func (s *PublishSet) Expected() []PlacePath {
	var list []PlacePath
	for _, p := range s.Products {
		if !p.Publishes() {
			continue
		}
		for _, dir := range p.Location.Paths() {
			for _, f := range p.Files {
				list = append(list, PlacePath{
					Path: path.Join(p.Location.Role, dir, f.To), Daily: p.dailyPath(f), By: p.teller(), Size: f.Size, SHA256: f.SHA256,
				})
			}
		}
	}
	slices.SortFunc(list, func(a, b PlacePath) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// dailyPath is where a file of the daily lies, with the role of its tree first.
func (p *Publication) dailyPath(f PublishFile) string {
	if p.Row.Daily == nil || p.Row.Daily.Tree.Role == "" {
		return ""
	}
	return path.Join(p.Row.Daily.Tree.Role, p.Row.Daily.Dir, f.From)
}

// Begins are how the paths of everything begin that may belong to the milestone, and
// Stems how those begin that do, each sorted and once: a path that begins as the former
// and as none of the latter, followed by a dot or a hyphen, is extra.
func (s *PublishSet) Begins() []string {
	var list []string
	for _, p := range s.Products {
		if !p.Publishes() {
			continue
		}
		prefix := namePrefix(p.Location, p.Row.Identity)
		for _, dir := range p.Location.Paths() {
			list = append(list, path.Join(p.Location.Role, dir, prefix))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Stems: see [PublishSet.Begins].
func (s *PublishSet) Stems() []string {
	list := slices.Clone(s.Others)
	for _, p := range s.Products {
		if p.Publishes() {
			list = append(list, stems(p.Location, p.Row.Identity)...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Dirs are the directories in which something is published, sorted and once.
func (s *PublishSet) Dirs() []string {
	var list []string
	for _, begin := range s.Begins() {
		list = append(list, path.Dir(begin))
	}
	return slices.Compact(list)
}

// Heading is what the build host's pages of the milestone should be headed with after the
// release: "Snapshot 3"; empty where the release alone is meant, as of a final.
func (m *Manifest) Heading() string {
	if m.final() {
		return ""
	}
	return strings.TrimSpace(strings.TrimPrefix(m.Title, m.Line.Title))
}

// Headed are the directories of the full tree in which something is published, below the
// directory that holds the trees: the milestone has them for itself, and the build host
// writes their pages anew.
func (s *PublishSet) Headed() []string {
	return slices.DeleteFunc(s.Dirs(), func(dir string) bool { return !strings.HasPrefix(dir, RoleFull+"/") })
}

// FoundFile is a file as it was found; Size is -1 and SHA256 empty where nobody told.
type FoundFile struct {
	Size   int64
	SHA256 string
	Unseen string // why nobody knows whether it is there; empty where it is
}

// Mismatch is what is not as it should be after publishing.
type Mismatch struct {
	Kind string `json:"kind"` // missing, extra, size, checksum, unseen; beside is only a remark
	Path string `json:"path"`
	Text string `json:"text"` // what was expected, and what was found
}

// MismatchBeside is the kind of what is not of the milestone and may be there all the same.
const MismatchBeside = "beside"

// Compare tells how what was found, by path, differs from the publish set. Of paths in
// none of the set's directories nothing is said.
func (s *PublishSet) Compare(found map[string]FoundFile) []Mismatch {
	var list []Mismatch
	told := map[string]bool{}
	for _, want := range s.Expected() {
		got, there := found[want.Path]
		told[want.Path] = true
		switch {
		case got.Unseen != "":
			list = append(list, unseenMismatch(want.Path, got))
		case !there:
			list = append(list, Mismatch{"missing", want.Path, "not there"})
		case want.Size >= 0 && got.Size >= 0 && want.Size != got.Size:
			list = append(list, Mismatch{"size", want.Path, bytesText(got.Size) + ", " + want.By + " has " + bytesText(want.Size)})
		case want.SHA256 != "" && got.SHA256 != "" && want.SHA256 != got.SHA256:
			list = append(list, Mismatch{"checksum", want.Path, "SHA256 " + got.SHA256 + ", " + want.By + " has " + want.SHA256})
		}
	}
	begins, known := s.Begins(), s.Stems()
	for _, p := range sortedKeys(found) {
		if found[p].Unseen != "" {
			if !told[p] {
				list = append(list, unseenMismatch(p, found[p]))
			}
			continue
		}
		switch {
		case !hasAnyPrefix(p, begins, "") || hasStem(p, known):
		case hasStem(p, s.Beside):
			list = append(list, Mismatch{MismatchBeside, p, "of another milestone, which may stay"})
		default:
			list = append(list, Mismatch{"extra", p, "not in the publish set"})
		}
	}
	return list
}

// hasStem reports whether a path is one of some stems, or lies beside it.
func hasStem(p string, stems []string) bool {
	return hasAnyPrefix(p, stems, ".") || hasAnyPrefix(p, stems, "-")
}

func unseenMismatch(path string, f FoundFile) Mismatch {
	return Mismatch{"unseen", path, "not to be seen: " + f.Unseen}
}

func hasAnyPrefix(s string, prefixes []string, then string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p+then) })
}

func bytesText(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
