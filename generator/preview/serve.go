package preview

import (
	"bytes"
	"net"
	"net/http"
	"net/netip"
	"path"
	"strings"
)

// Handler answers for the preview.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/_events", s.events)
	mux.HandleFunc("/_preview.js", s.asset("preview.js"))
	mux.HandleFunc("/_clock.js", s.asset("clock.js"))
	mux.HandleFunc("/_preview.css", s.asset("preview.css"))
	mux.HandleFunc("/_changes", s.changesPage)
	mux.HandleFunc("/_changes/diff", s.diffPage)
	mux.HandleFunc("/_old/", s.oldFile)
	mux.HandleFunc("/_new/", s.newFile)
	mux.HandleFunc("/", s.page)
	return s.guard(mux)
}

// guard lets in what may come in: readers, and on loopback only those who asked for this
// machine by name. A page of another site could else have its own name lead here and
// read everything.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "Only GET and HEAD are allowed here.", http.StatusMethodNotAllowed)
		case s.loopback && !ours(r.Host):
			http.Error(w, "This preview is for this machine only: open it as http://localhost, with its port. With --listen it can be opened to others.", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// ours tells whether a Host header names this machine.
func ours(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}

// page answers with a file of the newest site; a page gets the bar.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	e, _ := s.board.now()
	if e.site() == nil {
		s.noSite(w, r, e)
		return
	}
	name, content, moved := e.page(strings.TrimPrefix(r.URL.Path, "/"))
	if moved {
		redirect(w, r)
		return
	}
	if name == lostPage && r.URL.Path == "/favicon.ico" {
		w.WriteHeader(http.StatusNoContent) // browsers ask for it, whatever the page says
		return
	}
	if path.Ext(name) == ".html" {
		content = inject(content, s.frame(e, e.digest(), false))
	}
	answer(w, r, name, content)
}

// answer writes a file.
func answer(w http.ResponseWriter, r *http.Request, name string, content []byte) {
	w.Header().Set("Content-Type", contentType(name))
	if name == lostPage {
		w.WriteHeader(http.StatusNotFound)
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(content) // the reader may be gone
	}
}

// redirect sends to the same place with a slash.
func redirect(w http.ResponseWriter, r *http.Request) {
	to := "./" + path.Base(r.URL.EscapedPath()) + "/"
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
}

// newFile answers with a file of the newest site as it is, to be shown beside the old one.
func (s *Server) newFile(w http.ResponseWriter, r *http.Request) {
	e, _ := s.board.now()
	name, content, moved := e.page(strings.TrimPrefix(r.URL.Path, "/_new/"))
	if moved {
		redirect(w, r)
		return
	}
	answer(w, r, name, content)
}

// oldFile answers with a file of the published site as it is.
func (s *Server) oldFile(w http.ResponseWriter, r *http.Request) {
	e, _ := s.board.now()
	if e.changes == nil {
		http.NotFound(w, r)
		return
	}
	public := e.changes.public
	name, moved := locate(strings.TrimPrefix(r.URL.Path, "/_old/"), public.has)
	if moved {
		redirect(w, r)
		return
	}
	content, err := public.read(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	answer(w, r, name, content)
}

// inject puts something before the end of a page's body.
func inject(page, what []byte) []byte {
	at := bytes.LastIndex(page, []byte("</body>"))
	if at < 0 {
		at = len(page)
	}
	return bytes.Join([][]byte{page[:at], what, page[at:]}, nil)
}

// contentType does not ask the system, whose table of types differs from one to the next.
func contentType(name string) string {
	if t, ok := contentTypes[path.Ext(name)]; ok {
		return t
	}
	return "application/octet-stream"
}

var contentTypes = map[string]string{
	"": "text/plain; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".toml": "text/plain; charset=utf-8",
	".manifest": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8", ".csv": "text/csv; charset=utf-8",
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".json": "application/json", ".xml": "application/xml", ".svg": "image/svg+xml", ".png": "image/png",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif", ".ico": "image/x-icon",
	".woff2": "font/woff2", ".ipxe": "text/plain; charset=utf-8", ".cfg": "text/plain; charset=utf-8",
}
