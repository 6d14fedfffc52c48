package generator

import (
	"slices"
	"strings"
	"time"

	"shiplist/internal/release"
)

// fileView is a file with all that is known of it.
type fileView struct {
	Name     string
	Href     string
	What     string
	Size     string // "6.52 GB", "about 6.5 GB"
	Bytes    string // "6,518,974,464"; only where exact
	SHA256   string
	Sum      string // the strongest checksum that is known: SHA256, or a weaker one
	SumName  string // "SHA-256", "SHA-1", "MD5"
	Modified time.Time
}

// viewFile shows a file of a directory.
func (s *site) viewFile(f release.File, dir string) fileView {
	v := fileView{Name: f.Name, Href: fileURL(dir, f.Name), What: f.Type, SHA256: f.SHA256, Modified: f.Modified}
	if e, _ := s.rules.Extension(f.Type); e != nil && e.Title != "" {
		v.What = e.Title
	}
	sum := strongest(f)
	v.Sum, v.SumName = sum.hex, sum.title
	if f.Size == nil {
		return v
	}
	if v.Size = about(*f.Size, f.Exact); f.Exact {
		v.Bytes = grouped(*f.Size)
	}
	return v
}

// about is a number of bytes as people read it, and whether that is all we know.
func about(size int64, exact bool) string {
	if exact {
		return release.Size(size)
	}
	return "about " + release.Size(size)
}

// otherFiles are the files of a directory that neither a card nor the section on
// checking shows, so that the page can stand in for the listing.
func (s *site) otherFiles(dir *release.TreeDirectory, d *download) []fileView {
	var files []fileView
	for i, list := range dir.Checksums {
		if i > 0 {
			files = append(files, fileView{Name: list, Href: fileURL(dir.URL, list), What: "checksums"})
		}
	}
	for _, n := range d.netboot {
		if n.Parent == dir.Path && n.Tarball != nil {
			files = append(files, s.viewTarball(*n.Tarball, dir.URL))
		}
	}
	for _, name := range dir.Strays {
		files = append(files, fileView{Name: name, Href: fileURL(dir.URL, name), What: "belongs to no image"})
	}
	slices.SortStableFunc(files, func(a, b fileView) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(files, func(a, b fileView) bool { return a.Name == b.Name && a.Href == b.Href })
}
