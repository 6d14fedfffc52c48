package mirror

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"shiplist/internal/issue"
)

// Names in a set that matter for the order.
const (
	assetsDir = "assets/"    // files whose names tell their content, which pages ask for
	homePage  = "index.html" // from which visitors reach all others
	page      = ".html"
)

// file is one file of a set.
type file struct {
	name string // below the set, with slashes
	at   string // path on this machine
	size int64
	sha  string // sha256 in hex, which SHA256SUMS lists
	md5  string // in hex, which storages tell of what they have
}

// filesOf lists the files of a set, and holds them against its list of checksums: a set
// that somebody changed, or that is removed meanwhile, is brought nowhere.
func filesOf(dir string) ([]file, error) {
	text, err := os.ReadFile(filepath.Join(dir, issue.SumsFile))
	if err != nil {
		return nil, err
	}
	lines, err := issue.ParseSums(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, issue.SumsFile), err)
	}
	sums := map[string]string{}
	for _, l := range lines {
		sums[l.Path] = l.SHA
	}
	var all []file
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := read(dir, name)
		if err != nil {
			return err
		}
		if !issue.Own(name) && sums[name] != f.sha {
			return fmt.Errorf("%s: its %s does not have the checksum of %s; publish another set", f.at, path.Base(name), issue.SumsFile)
		}
		delete(sums, name)
		all = append(all, f)
		return nil
	})
	for name := range sums {
		if err == nil {
			err = fmt.Errorf("%s lists %s, which is not there; publish another set", filepath.Join(dir, issue.SumsFile), name)
		}
	}
	return all, err
}

// read makes a file of a name in a directory.
func read(dir, name string) (file, error) {
	at := filepath.Join(dir, filepath.FromSlash(name))
	text, err := os.ReadFile(at)
	if err != nil {
		return file{}, err
	}
	f := fileOf(name, string(text))
	f.at = at
	return f, nil
}

// fileOf is a file with a text.
func fileOf(name, text string) file {
	sha, sum := sha256.Sum256([]byte(text)), md5.Sum([]byte(text)) //nolint:gosec // storages tell no other
	return file{name: name, size: int64(len(text)), sha: hex.EncodeToString(sha[:]), md5: hex.EncodeToString(sum[:])}
}

// types are the content types of the files of a site, by the ending. The system's own
// table differs from machine to machine.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".json": "application/json", ".txt": "text/plain; charset=utf-8", ".xml": "application/xml", ".atom": "application/atom+xml; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif",
	".ico": "image/x-icon", ".webmanifest": "application/manifest+json", ".csv": "text/csv; charset=utf-8", ".ics": "text/calendar; charset=utf-8",
	".woff2": "font/woff2", ".woff": "font/woff", ".pdf": "application/pdf", ".gz": "application/gzip",
	".asc": "text/plain; charset=utf-8", ".sig": "application/pgp-signature", ".gpg": "application/pgp-signature",
	".ipxe": "text/plain; charset=utf-8", ".cfg": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8",
	".manifest": "text/plain; charset=utf-8", ".manifest-daily": "text/plain; charset=utf-8", ".sjson": "text/plain; charset=utf-8",
	"": "text/plain; charset=utf-8", // SHA256SUMS and the like
}

// typeOf is the content type of a file.
func typeOf(name string) string {
	base := path.Base(name)
	ending := strings.ToLower(path.Ext(base))
	if ending == strings.ToLower(base) { // .htaccess has no ending
		ending = ""
	}
	if t, known := types[ending]; known {
		return t
	}
	return "application/octet-stream"
}

// cacheFor says how long a file may be kept: for ever where its name tells its content.
func cacheFor(name string, pages time.Duration) string {
	switch {
	case strings.HasPrefix(name, assetsDir):
		return "public, max-age=31536000, immutable"
	case pages <= 0:
		return "no-cache"
	}
	return fmt.Sprintf("public, max-age=%d, must-revalidate", int(pages.Seconds()))
}
