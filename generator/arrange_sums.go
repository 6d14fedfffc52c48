package generator

import (
	"bytes"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// sumsList is the name of the list of checksums beside a publishing page.
const sumsList = "SHA256SUMS"

// filesWithSums are the files of a publishing page whose SHA-256 is known, by name, each name
// once, and how many downloads are left out as nobody published theirs.
func filesWithSums(d *download) (files []*release.File, left int) {
	for _, img := range d.images {
		for i := range img.Files {
			switch f := &img.Files[i]; {
			case f.SHA256 != "":
				files = append(files, f)
			case f.Main:
				left++
			}
		}
	}
	slices.SortStableFunc(files, func(a, b *release.File) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(files, func(a, b *release.File) bool { return a.Name == b.Name }), left
}

// hasSums reports whether there is such a list.
func hasSums(d *download) bool {
	return slices.ContainsFunc(d.images, func(img *release.TreeImage) bool {
		return slices.ContainsFunc(img.Files, func(f release.File) bool { return f.SHA256 != "" })
	})
}

// sumsFiles are the lists of checksums beside the publishing pages: what sha256sum -c
// reads in a directory with the downloads, as the trees have it, of all that the page
// shows. A page of current builds may show several directories.
func (s *site) sumsFiles() []output {
	var out []output
	for _, d := range s.downloads {
		if hasSums(d) {
			out = append(out, fileOutput(d.path+sumsList, func(b *bytes.Buffer) error { return writeSums(b, d) }).of(s.key))
		}
	}
	return out
}

func writeSums(b *bytes.Buffer, d *download) error {
	files, _ := filesWithSums(d)
	for _, f := range files {
		b.WriteString(sumLine(f.SHA256, f.Name))
	}
	return nil
}

// sumEscapes are what GNU's tools write in names for what would break a line.
var sumEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)

// sumLine is a line of a list, with the star of a binary file. A name that had to be
// escaped is marked by a backslash at the begin of its line.
func sumLine(sum, name string) string {
	escaped := sumEscapes.Replace(name)
	if escaped != name {
		sum = `\` + sum
	}
	return sum + " *" + escaped + "\n"
}
