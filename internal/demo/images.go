package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"time"
)

// image is the bytes of one image: built once, and placed wherever tables say.
type image struct {
	project, series, imageType, publishType, arch, ext string
	id                                                 string
	size                                               int64
	hash                                               string // SHA-256, or MD5 where only that is known
	built                                              time.Time
	also                                               []string // further build ids that hold the same bytes
	flags                                              row
}

// madeUpHash is the checksum of what no record has one for: it depends on the
// words that name the image and on nothing else.
func madeUpHash(words ...string) string {
	sum := sha256.Sum256([]byte("shiplist sample " + strings.Join(words, " ")))
	return hex.EncodeToString(sum[:])
}

const imageColumns = "project series image_type publish_type arch ext id size hash built real also flags"

func readImages(name string) ([]*image, error) {
	var all []*image
	err := table(name, imageColumns, func(r row) {
		m := &image{
			project: r.text("project"), series: r.text("series"), imageType: r.text("image_type"),
			publishType: r.text("publish_type"), arch: r.text("arch"), ext: r.text("ext"), id: r.text("id"),
			size: r.int("size"), hash: r.text("hash"), built: r.time("built"), also: r.words("also"), flags: r,
		}
		if m.hash == "" {
			m.hash = madeUpHash(m.project, m.series, m.imageType, m.publishType, m.arch, m.id)
		}
		all = append(all, m)
	})
	if err != nil {
		return nil, fmt.Errorf("image samples: %w", err)
	}
	return all, nil
}

func (m *image) flag(name string) bool { return m.flags.has("flags", name) }

// tail is the end that the names of an image have in common wherever it lies.
func (m *image) tail() string { return m.publishType + "-" + m.arch + "." + m.ext }

// stem is the name of a daily without its extension. Core images are not named
// by what they are but by their own series.
func (m *image) stem() string {
	if m.project == "ubuntu-core" {
		return "ubuntu-core-" + m.series + "-" + m.arch
	}
	return m.series + "-" + m.publishType + "-" + m.arch
}

// base is the directory of a kind of build. Until June 2026 the dailies of Ubuntu
// itself lay at the root of the tree, and some still do.
func (m *image) base() string {
	if m.flag("at-root") {
		return path.Join(m.series, m.imageType)
	}
	return path.Join(m.project, m.series, m.imageType)
}
