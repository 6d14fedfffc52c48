package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"strings"
)

// ServeSite serves a generated site from a directory on l until ctx ends: index.html
// for directories, 404.html for what is not there, and nothing from outside the
// directory, wherever a link may point.
func ServeSite(ctx context.Context, l net.Listener, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return errors.Join(fmt.Errorf("serve site: %w", err), l.Close())
	}
	defer root.Close()
	return serveUntil(ctx, newServer(SiteHandler(root.FS())), l)
}

// SiteHandler serves a generated site as [ServeSite] does.
func SiteHandler(site fs.FS) http.Handler { return siteFiles{site} }

type siteFiles struct{ site fs.FS }

func (h siteFiles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Only GET and HEAD are allowed here.", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	name := strings.Trim(path.Clean("/"+r.URL.Path), "/")
	if name == "" {
		name = "."
	}
	info, err := fs.Stat(h.site, name)
	switch {
	case err != nil || !info.IsDir() && strings.HasSuffix(r.URL.Path, "/"):
		h.notFound(w, r)
	case !info.IsDir():
		h.file(w, r, name)
	case name != "." && !strings.HasSuffix(r.URL.Path, "/"):
		redirect(w, r)
	default:
		h.file(w, r, path.Join(name, "index.html"))
	}
}

// redirect sends to the same place with a slash, relative to this page: so it holds
// under any prefix and leads nowhere else.
func redirect(w http.ResponseWriter, r *http.Request) {
	to := "./" + path.Base(r.URL.EscapedPath()) + "/"
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusMovedPermanently)
}

func (h siteFiles) file(w http.ResponseWriter, r *http.Request, name string) {
	f, err := h.site.Open(name)
	if err != nil {
		h.notFound(w, r)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	body, seekable := f.(io.ReadSeeker)
	if err != nil || info.IsDir() || !seekable {
		h.notFound(w, r)
		return
	}
	w.Header().Set("Content-Type", siteType(name))
	http.ServeContent(w, r, "", info.ModTime(), body)
}

func (h siteFiles) notFound(w http.ResponseWriter, r *http.Request) {
	page, err := fs.ReadFile(h.site, "404.html")
	if err != nil {
		page = []byte("<!doctype html>\n<html lang=\"en\"><title>Not found</title><h1>Not found</h1><p>There is no such page. <a href=\"/\">Home</a></p></html>\n")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	if r.Method != http.MethodHead {
		_, _ = io.Copy(w, bytes.NewReader(page)) // the reader may be gone
	}
}

// siteType does not ask the system, whose table of types differs from one to the next.
func siteType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".json":
		return "application/json"
	case ".cfg", ".ipxe":
		return "text/plain; charset=utf-8"
	case ".csv":
		return "text/csv; charset=utf-8"
	case ".xml":
		return "application/xml"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".webp":
		return "image/webp"
	case ".ico":
		return "image/x-icon"
	case ".woff2":
		return "font/woff2"
	case ".txt", ".manifest", "":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}
