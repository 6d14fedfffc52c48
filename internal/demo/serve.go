package demo

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// treeHandler serves a tree as Apache serves the real ones.
type treeHandler struct{ tree *fsTree }

// mediaType is Apache's, by extension; empty for what it sends without a type.
func mediaType(ext string) string {
	switch ext {
	case ".iso":
		return "application/x-iso9660-image"
	case ".manifest":
		return "text/cache-manifest"
	case ".gpg":
		return "application/pgp-signature"
	case ".html":
		return "text/html"
	case ".gz":
		return "application/x-gzip"
	case ".xz":
		return "application/x-xz"
	case ".img":
		return "application/octet-stream"
	case ".torrent":
		return "application/x-bittorrent"
	case ".txt", ".cfg", ".list":
		return "text/plain"
	}
	return ""
}

// icon is a transparent picture of one pixel, for every icon of the listings.
const icon = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

func (h *treeHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := strings.Trim(path.Clean("/"+r.URL.Path), "/")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		sendError(w, r, http.StatusMethodNotAllowed, "The requested method is not allowed for this URL.")
	case strings.HasPrefix(p, "icons/") || strings.HasPrefix(p, "cdicons/"):
		w.Header().Set("Content-Type", "image/gif")
		_, _ = io.WriteString(w, icon) // the reader may be gone
	case path.Base(p) == ".htaccess":
		sendError(w, r, http.StatusForbidden, "You don't have permission to access this resource.")
	default:
		h.serve(w, r, p)
	}
}

func (h *treeHandler) serve(w http.ResponseWriter, r *http.Request, p string) {
	n := h.tree.lookup(p)
	slash := strings.HasSuffix(r.URL.Path, "/")
	switch {
	case n == nil || !n.isDir() && slash:
		sendError(w, r, http.StatusNotFound, "The requested URL was not found on this server.")
	case n.isDir() && !slash:
		to := "http://" + host(r) + "/" + href(p) + "/"
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", to)
		sendError(w, r, http.StatusMovedPermanently, `The document has moved <a href="`+html.EscapeString(to)+`">here</a>.`)
	case n.isDir():
		h.list(w, r, p, n)
	default:
		sendFile(w, r, n)
	}
}

// hostForm is what a Host header may look like to be repeated in an answer.
var hostForm = regexp.MustCompile(`^[a-zA-Z0-9.:\[\]-]{1,255}$`)

func host(r *http.Request) string {
	if hostForm.MatchString(r.Host) {
		return r.Host
	}
	return "sample.test"
}

// list writes a listing. It has no validators and no length, like the real ones.
func (h *treeHandler) list(w http.ResponseWriter, r *http.Request, p string, n *fsNode) {
	w.Header().Set("Vary", "Accept-Encoding")
	if !n.indexed {
		w.Header().Set("Content-Type", "text/html;charset=ISO-8859-1")
		send(w, r, fancy(p, h.tree.entries(p), host(r)))
		return
	}
	w.Header().Set("Content-Type", "text/html;charset=UTF-8")
	part := func(name string) string {
		if c := n.children[name]; c != nil {
			return string(c.content)
		}
		return ""
	}
	send(w, r, tableListing(p, h.tree.entries(p), part("HEADER.html"), part("FOOTER.html"), describe))
}

// describe says what kind of file a name is and for which machine. The longest
// extension counts, as on the real trees.
func describe(name string) string {
	if strings.HasSuffix(name, "/") || strings.Contains(name, "-netboot-") {
		return ""
	}
	words := kindOfFile(name)
	if words == "" {
		return ""
	}
	arch, _, _ := strings.Cut(name[strings.LastIndex(name, "-")+1:], ".")
	return "Image for " + html.EscapeString(arch) + " computers (" + words + ")"
}

func kindOfFile(name string) string {
	switch path.Ext(name) {
	case ".torrent":
		return `<a href="http://bittorrent.com/">BitTorrent</a> download`
	case ".zsync":
		return `<a href="http://zsync.moria.org.uk/">zsync</a> metafile`
	case ".list":
		return "file listing"
	case ".manifest":
		return "contents of live filesystem"
	case ".xz":
		return "preinstalled SD Card image"
	case ".gz":
		return "filesystem archive"
	case ".img":
		return "USB image"
	case ".iso", ".wsl":
		return "standard download"
	}
	return ""
}

// send writes a body, or only its headers for a HEAD.
func send(w http.ResponseWriter, r *http.Request, body string) {
	if r.Method == http.MethodHead {
		return
	}
	_, _ = io.WriteString(w, body) // the reader may be gone
}

// sendError writes one of Apache's own pages; text is HTML.
func sendError(w http.ResponseWriter, r *http.Request, status int, text string) {
	w.Header().Set("Content-Type", "text/html; charset=iso-8859-1")
	words := http.StatusText(status)
	body := apachePage(strconv.Itoa(status)+" "+words, words, text, host(r))
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	send(w, r, body)
}

// sendFile answers for a file. Everything but the contents of images is there:
// length, time and tag, and 304 where the asker has it already.
func sendFile(w http.ResponseWriter, r *http.Request, n *fsNode) {
	content := bytes.ReplaceAll(n.content, []byte("{self}"), []byte("http://"+host(r)))
	size := n.size
	if n.content != nil {
		size = int64(len(content))
	}
	header := w.Header()
	header["Content-Type"] = nil // Apache does not guess
	if t := mediaType(path.Ext(n.name)); t != "" {
		header.Set("Content-Type", t)
	}
	header.Set("Last-Modified", n.modified.UTC().Format(http.TimeFormat))
	header.Set("ETag", fmt.Sprintf(`"%x-%x"`, size, n.modified.UnixMicro()))
	if n.content != nil {
		http.ServeContent(w, r, "", n.modified, bytes.NewReader(content))
		return
	}
	header.Set("Accept-Ranges", "bytes")
	switch {
	case unchanged(r, header.Get("ETag"), n.modified):
		w.WriteHeader(http.StatusNotModified)
	case r.Method == http.MethodHead:
		header.Set("Content-Length", strconv.FormatInt(size, 10))
	default:
		header.Del("ETag")
		header.Del("Last-Modified")
		header.Del("Accept-Ranges")
		sendError(w, r, http.StatusForbidden, "This is sample data: the name, the size and the checksum of this file are here, the file itself is not.")
	}
}

// unchanged reports whether the asker's copy is still good; the tag counts before
// the time.
func unchanged(r *http.Request, tag string, modified time.Time) bool {
	if tags := r.Header.Get("If-None-Match"); tags != "" {
		for _, t := range strings.Split(tags, ",") {
			if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !modified.Truncate(time.Second).After(since)
}
