package demo

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// tracker answers as the QA tracker does.
type tracker struct {
	db       *records
	methods  []method
	observed *observed // the Test Observer at the same address
}

func newTracker(db *records) (*tracker, error) {
	o, err := newObserved(db)
	if err != nil {
		return nil, fmt.Errorf("samples of the Test Observer: %w", err)
	}
	return &tracker{db, methods(), o}, nil
}

// maxCall bounds the body of a request; the largest that makes sense has a few
// hundred bytes.
const maxCall = 1 << 20

func (t *tracker) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/xmlrpc.php", t.serveCall)
	mux.Handle("/v1/", t.observed)
	t.addPages(mux)
	return mux
}

// site chooses the site by the Host header alone, as a whole and without regard to
// case. The one exception to the real tracker's rule is that a loopback address
// means the first site, so that any XML-RPC client can be pointed at the sample.
func (t *tracker) site(host string) *site {
	host = strings.ToLower(host)
	for _, s := range t.db.sites {
		if s.host == host {
			return s
		}
	}
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	if ip := net.ParseIP(strings.Trim(name, "[]")); name == "localhost" || ip != nil && ip.IsLoopback() {
		return t.db.sites[0]
	}
	return nil
}

func (t *tracker) serveCall(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Expires", "Sun, 19 Nov 1978 05:00:00 GMT")
	h.Set("Cache-Control", "no-cache, must-revalidate")
	h.Set("X-Content-Type-Options", "nosniff")

	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCall))
	if err != nil {
		http.Error(w, "The request is too large or was cut off.", http.StatusRequestEntityTooLarge)
		return
	}
	if r.Method != http.MethodPost && r.Method != http.MethodPut || len(body) == 0 {
		h.Set("Content-Type", "text/html; charset=UTF-8")
		_, _ = io.WriteString(w, "XML-RPC server accepts POST requests only.") // the reader may be gone
		return
	}
	answer, err := t.reply(t.site(r.Host), string(body))
	if err != nil {
		writePage(w, http.StatusInternalServerError, "Error", "<p>The website encountered an unexpected error. Please try again later.</p>")
		return
	}
	h.Set("Content-Type", "text/xml;charset=UTF-8")
	h.Set("Content-Length", strconv.Itoa(len(answer)))
	_, _ = io.WriteString(w, answer)
}

// reply answers a request body. The only error is one of the database.
func (t *tracker) reply(s *site, body string) (string, error) {
	c, err := parseCall(strings.NewReader(body))
	var answer value
	if err == nil {
		answer, err = t.do(s, c, "")
	}
	var f *fault
	switch {
	case errors.As(err, &f):
		return encodeFault(f), nil
	case err != nil:
		return "", err
	}
	return encodeAnswer(answer), nil
}
