package tree

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// apache serves a sample from memory as Apache would, and counts what it is asked.
type apache struct {
	s        *sample
	children map[string][]string // by directory, sorted

	mu       sync.Mutex
	listings map[string]int
	gets     map[string]int
	heads    map[string]int
	// plain counts the GETs of files without conditions.
	plain map[string]int
	asked []ask // since the last call of requests
	// faults answer in place of the server, by path without a slash at the ends; "" is the root.
	faults map[string]http.HandlerFunc
	// onRequest is told of each request before it is answered, and how many there were.
	onRequest func(n int)
	served    int
	shift     int // hours by which listings tell another time
	// still says of which paths listings tell the first of September, 06:00, for ever.
	still func(path string) bool
	// hideDots is what Debian's Apache does.
	hideDots bool
}

func newApache(s *sample) *apache {
	a := &apache{
		s: s, children: map[string][]string{"": nil}, hideDots: true, faults: map[string]http.HandlerFunc{},
		listings: map[string]int{}, plain: map[string]int{}, gets: map[string]int{}, heads: map[string]int{},
	}
	add := func(at string) {
		for at != "" {
			up := parent(at)
			name := path.Base(at)
			if !slices.Contains(a.children[up], name) {
				a.children[up] = append(a.children[up], name)
			}
			at = up
		}
	}
	for at := range s.files {
		add(at)
	}
	for at := range s.links {
		add(at)
	}
	for at := range s.dirs {
		add(at)
		if _, ok := a.children[at]; !ok {
			a.children[at] = nil
		}
	}
	for _, names := range a.children {
		slices.Sort(names)
	}
	return a
}

// start serves, and returns the address.
func (a *apache) start(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return server.URL
}

// tell sets who is told of each request. One that was given up may still be answered.
func (a *apache) tell(f func(n int)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.onRequest, a.served = f, 0
}

// resolve follows the links of a path.
func (a *apache) resolve(at string) string {
	for range 40 {
		names := strings.Split(at, "/")
		changed := false
		for i := range names {
			prefix := strings.Join(names[:i+1], "/")
			if target, ok := a.s.links[prefix]; ok {
				at = path.Join(path.Dir(prefix), target, strings.Join(names[i+1:], "/"))
				if at == "." {
					at = ""
				}
				changed = true
				break
			}
		}
		if !changed {
			return at
		}
	}
	return at
}

func (a *apache) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked := strings.Trim(r.URL.Path, "/")
	directory := strings.HasSuffix(r.URL.Path, "/")
	noted := &noting{ResponseWriter: w, status: http.StatusOK}
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.asked = append(a.asked, ask{r.Method, asked, directory, noted.status})
	}()
	w = noted
	a.count(r, asked, directory)
	a.mu.Lock()
	fault := a.faults[asked]
	a.served++
	if a.onRequest != nil {
		a.onRequest(a.served)
	}
	at := a.resolve(asked)
	names, isDir := a.children[at]
	file, isFile := a.s.files[at]
	page := "" // of one state of the tree, which may become another one now
	if isDir && directory && fault == nil {
		page = a.page(at, names)
	}
	a.mu.Unlock()
	if fault != nil {
		fault(w, r)
		return
	}
	switch {
	case isDir && directory:
		w.Header().Set("Content-Type", "text/html;charset=UTF-8")
		fmt.Fprint(w, page)
	case isFile && !directory:
		w.Header().Set("Content-Length", fmt.Sprint(file.size))
		w.Header().Set("Last-Modified", "Tue, 01 Sep 2026 06:41:07 GMT")
		tag := fmt.Sprintf(`"%x"`, fnv(file.key+"\x00"+file.text))
		w.Header().Set("ETag", tag)
		switch r.Header.Get("If-None-Match") {
		case tag:
			w.WriteHeader(http.StatusNotModified)
			return
		case "":
			a.unconditional(r, asked)
		}
		if r.Method != http.MethodHead {
			fmt.Fprint(w, file.text)
		}
	default:
		http.NotFound(w, r)
	}
}

func (a *apache) count(r *http.Request, asked string, directory bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case directory:
		a.listings[asked]++
	case r.Method == http.MethodHead:
		a.heads[asked]++
	default:
		a.gets[asked]++
	}
}

func (a *apache) unconditional(r *http.Request, asked string) {
	if r.Method == http.MethodHead {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.plain[asked]++
}

// requests is the number of all that was asked for since the last call.
func (a *apache) requests() int {
	n := a.total(a.listings) + a.total(a.gets) + a.total(a.heads)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.listings, a.gets, a.heads, a.plain, a.asked = map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, nil
	return n
}

// day is the day and minute that a listing shows of a file or directory: another
// one for other content, as if each change had been made at a time of its own.
func (a *apache) day(full string) (day, minute int) {
	if a.still != nil && a.still(full) {
		return 1, 0
	}
	f, file := a.s.files[full]
	sum := fnv(full + "\x00" + f.key + "\x00" + f.text)
	if !file {
		for _, name := range a.children[full] {
			at := strings.TrimPrefix(full+"/"+name, "/")
			f := a.s.files[at]
			sum = sum*31 + fnv(name+"\x00"+f.key+"\x00"+f.text+"\x00"+a.s.links[at])
		}
	}
	return 1 + int(sum/60%28), int(sum % 60)
}

// total adds up a count.
func (a *apache) total(counts map[string]int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// page is the listing of a directory.
func (a *apache) page(at string, names []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!DOCTYPE html><html><head><title>Index of /%[1]s</title></head><body><h1>Index of /%[1]s</h1>\n", html.EscapeString(at))
	b.WriteString(`<table><tr><th><img src="/icons/blank.gif" alt="[ICO]"></th><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th><th><a href="?C=S;O=A">Size</a></th></tr>` + "\n")
	b.WriteString(`<tr><th colspan="4"><hr></th></tr>` + "\n" + `<tr><td></td><td><a href="/` + path.Dir(at) + `">Parent Directory</a></td><td>&nbsp;</td><td align="right">  - </td></tr>` + "\n")
	for _, name := range names {
		if a.hideDots && strings.HasPrefix(name, ".") {
			continue
		}
		full := a.resolve(strings.TrimPrefix(at+"/"+name, "/"))
		size, slash := "  - ", "/"
		day, minute := a.day(full)
		if f, ok := a.s.files[full]; ok {
			size, slash = apacheSize(f.size), ""
		}
		u := url.URL{Path: name}
		href := strings.TrimPrefix(u.EscapedPath(), "./")
		if strings.Contains(href, ":") {
			href = "./" + href
		}
		fmt.Fprintf(&b, `<tr><td valign="top"><img src="/icons/unknown.gif" alt="[   ]"></td><td><a href="%s%s">%s%s</a></td><td align="right">2026-09-%02d %02d:%02d  </td><td align="right">%s</td></tr>`+"\n",
			html.EscapeString(href), slash, html.EscapeString(name), slash, day, 6+a.shift, minute, size)
	}
	b.WriteString("<tr><th colspan=\"4\"><hr></th></tr>\n</table>\n<address>Apache/2.4.71 (Debian) Server</address>\n</body></html>\n")
	return b.String()
}

func fnv(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// apacheSize writes a size as Apache does, in three figures.
func apacheSize(n int64) string {
	if n < 973 {
		return fmt.Sprintf("%3d ", n)
	}
	f := float64(n)
	for _, unit := range "KMGT" {
		f /= 1024
		switch {
		case f < 9.95:
			return fmt.Sprintf("%.1f%c", f, unit)
		case f < 973:
			return fmt.Sprintf("%3.0f%c", f, unit)
		}
	}
	return "  - "
}

// status answers with a status and a page.
func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(code)
		fmt.Fprintf(w, "<html><body><h1>%s</h1><ul><li><a href=\"help\">help</a></li></ul></body></html>", http.StatusText(code))
	}
}

// stall answers nothing until the client gives up.
func stall(w http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(30 * time.Second):
	}
}
