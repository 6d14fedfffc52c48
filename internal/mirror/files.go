package mirror

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shiplist/generator/publish"
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
// that somebody changed is brought nowhere.
func filesOf(dir string) ([]file, error) {
	var all []file
	err := publish.Listed(dir, func(name, sum string, content []byte) {
		all = append(all, file{name: name, at: filepath.Join(dir, filepath.FromSlash(name)), size: int64(len(content)), sha: sum, md5: md5Hex(content)})
	})
	return all, err
}

// whole says which set is not what was published, as the copy of it that lay aside is
// gone by then, and what to do about that.
func (b *bringing) whole(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("set %s in %s: %w; publish another set", b.shown.Set, publish.SetsDir(b.Site.Output), err)
}

// md5Hex is the MD5 of a content.
func md5Hex(content []byte) string {
	sum := md5.Sum(content) //nolint:gosec // storages tell no other
	return hex.EncodeToString(sum[:])
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
	".ipxe": "text/plain; charset=utf-8", ".map": "text/plain; charset=utf-8", ".yaml": "application/yaml", ".yml": "application/yaml", ".toml": "application/toml",
	".conf": "text/plain; charset=utf-8", ".cfg": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8",
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

// cacheFor says how long a file may be kept: for ever where its name tells its content,
// and never without asking where files have to fit to one another.
func cacheFor(name string, pages time.Duration) string {
	switch {
	case strings.HasPrefix(name, assetsDir):
		return "public, max-age=31536000, immutable"
	case pages <= 0 || issue.Own(name):
		return "no-cache"
	}
	return fmt.Sprintf("public, max-age=%d, must-revalidate", int(pages.Seconds()))
}

// headersOf stands for what servers tell with all files: another one where any of it is.
func headersOf(pages time.Duration) string {
	var b strings.Builder
	for _, ending := range slices.Sorted(maps.Keys(types)) {
		fmt.Fprintln(&b, ending, types[ending])
	}
	for _, name := range []string{assetsDir, homePage, issue.SumsFile} {
		fmt.Fprintln(&b, cacheFor(name, pages))
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:6])
}
