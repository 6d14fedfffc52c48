package preview

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"shiplist/generator/publish"
)

// published is the site that is shown to the world.
type published struct {
	from publish.Site
	dir  string // where it led when it was looked at; empty for nowhere
	root *os.Root
	sums map[string]string // of its files, by path
	err  error             // why it cannot be read
}

// sumsFile lists the checksums of a published site; it is made when it is published.
const sumsFile = "SHA256SUMS"

// openPublished reads what is published. It goes on showing that when another site is
// published meanwhile.
func openPublished(from publish.Site) *published {
	p := &published{from: from, dir: target(from.Output), sums: map[string]string{}}
	if p.dir == "" {
		return p
	}
	if p.root, p.err = os.OpenRoot(p.dir); p.err != nil {
		return p
	}
	p.err = p.readSums()
	return p
}

// target is where a link leads; empty for nowhere.
func target(link string) string {
	dir, err := filepath.EvalSymlinks(link)
	if err != nil {
		return ""
	}
	return dir
}

// is tells whether this is still what is published.
func (p *published) is(from publish.Site) bool {
	return p != nil && p.from == from && p.dir == target(from.Output)
}

// any tells whether a site is published.
func (p *published) any() bool { return p.root != nil && len(p.sums) > 0 }

// has tells whether the published site has a file.
func (p *published) has(name string) bool { _, ok := p.sums[name]; return ok }

// read returns a file of the published site.
func (p *published) read(name string) ([]byte, error) {
	if p.root == nil || !fs.ValidPath(name) {
		return nil, fs.ErrNotExist
	}
	return p.root.ReadFile(filepath.FromSlash(name))
}

var sumLine = regexp.MustCompile(`^([0-9a-f]{64}) [ *](.+)$`)

// readSums takes the checksums from the list, or makes them where there is no list.
func (p *published) readSums() error {
	text, err := p.root.ReadFile(sumsFile)
	if err != nil {
		return fs.WalkDir(p.root.FS(), ".", p.sum)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if m := sumLine.FindStringSubmatch(lines.Text()); m != nil {
			p.sums[m[2]] = m[1]
		}
	}
	return lines.Err()
}

// sum adds the checksum of a file.
func (p *published) sum(name string, d fs.DirEntry, err error) error {
	if err != nil || d.IsDir() {
		return err
	}
	content, err := p.root.ReadFile(filepath.FromSlash(name))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	p.sums[name] = hex.EncodeToString(sum[:])
	return nil
}
