package store

import (
	"bytes"
	"fmt"
	"time"

	"github.com/BurntSushi/toml"

	"shiplist/internal/release"
)

// These are the files that hold lists; a series and a milestone are a file each.
type (
	productsDoc struct {
		Products []release.Product `toml:"product"`
	}
	buildsDoc struct {
		Builds []release.Build `toml:"build"`
	}
	imagesDoc struct {
		Directories []release.Directory `toml:"directory"`
		Images      []release.Image     `toml:"image"`
	}
	netbootDoc struct {
		Netboot []release.NetbootSet `toml:"netboot"`
	}
	sourcesDoc struct {
		Sources []release.SourceState `toml:"source"`
	}
)

const sourcesHead = "# How it stands with each source, kept by shiplist agent: edits are overwritten."

// factsHead is the first line of each data file.
func factsHead(source string) string {
	return fmt.Sprintf("# Facts of the source %q, kept by shiplist agent: edits are overwritten.", source)
}

// encode writes one part as the text of its file. The same facts always give the
// same bytes.
func (p Part) encode(source string) ([]byte, error) {
	utc(p.Facts)
	kind, _, ok := parsePath(p.Path)
	head := factsHead(source)
	switch {
	case !ok:
	case kind == kindProducts:
		return text(head, productsDoc{p.Facts.Products})
	case kind == kindSeries && len(p.Facts.Series) == 1:
		return text(head, p.Facts.Series[0])
	case kind == kindBuilds:
		return text(head, buildsDoc{p.Facts.Builds})
	case kind == kindMilestones && len(p.Facts.Milestones) == 1:
		return text(head, p.Facts.Milestones[0])
	case kind == kindImages:
		return text(head, imagesDoc{p.Facts.Directories, p.Facts.Images})
	case kind == kindNetboot:
		return text(head, netbootDoc{p.Facts.Netboot})
	}
	return nil, fmt.Errorf("%s: not a data file", p.Path)
}

// utc puts all times into UTC, the only zone in the data directory.
func utc(f release.Facts) {
	eachFile(&f, func(file *release.File) { file.Modified = instant(file.Modified) })
	for i := range f.Builds {
		f.Builds[i].Posted = instant(f.Builds[i].Posted)
	}
	for i := range f.Directories {
		if s := f.Directories[i].Signature; s != nil {
			s.Made = instant(s.Made)
		}
	}
}

// instant is a time in UTC; one that RFC 3339 cannot write, which file systems can
// have, is not known.
func instant(t time.Time) time.Time {
	t = t.UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// text encodes a document below its first line. Bytes that are no UTF-8 would make
// the file unreadable, so they become U+FFFD.
func text[T any](head string, doc T) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(head + "\n\n")
	e := toml.NewEncoder(&b)
	e.Indent = ""
	if err := e.Encode(doc); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return bytes.ToValidUTF8(tidy(b.Bytes()), []byte("\uFFFD")), nil
}

// tidy removes the lines that give a key the empty text, because what is not known
// is left out, and puts a blank line before every table. Within a text quotes and
// ends of lines are always escaped, so that no line is taken for another.
func tidy(b []byte) []byte {
	var kept bytes.Buffer
	kept.Grow(len(b) + len(b)/16)
	blank := true
	for line := range bytes.Lines(b) {
		if bytes.HasSuffix(line, []byte(" = \"\"\n")) {
			continue
		}
		if line[0] == '[' && !blank {
			kept.WriteByte('\n')
		}
		blank = line[0] == '\n'
		kept.Write(line)
	}
	return kept.Bytes()
}

// eachFile goes over all files of images and netboot sets, always in the same order.
func eachFile(f *release.Facts, do func(*release.File)) {
	each := func(files []release.File) {
		for i := range files {
			do(&files[i])
		}
	}
	for i := range f.Images {
		each(f.Images[i].Files)
	}
	for i := range f.Netboot {
		each(f.Netboot[i].Boot)
		if f.Netboot[i].Tarball != nil {
			do(f.Netboot[i].Tarball)
		}
	}
}

// eachSize goes over all sizes, always in the same order: those of files, and those that
// a tree told of files of netboot sets.
func eachSize(f *release.Facts, do func(**int64)) {
	eachFile(f, func(file *release.File) { do(&file.Size) })
	for i := range f.Netboot {
		for k := range f.Netboot[i].Answers {
			do(&f.Netboot[i].Answers[k].Size)
		}
	}
}
