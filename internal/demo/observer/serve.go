package observer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxBody bounds a request.
const maxBody = 1 << 20

// route is one operation. A part of the path in braces is a number.
type route struct {
	method, path, permission string
	do                       func(*Server, *call) (body, error)
}

// routes are what is offered; the first that fits counts.
var routes = []route{
	{"GET", "version", "", (*Server).version},
	{"GET", "applications/me", "", (*Server).me},
	{"GET", "artefacts", "view_artefact", (*Server).list},
	{"GET", "artefacts/{artefact_id}", "view_artefact", (*Server).one},
	{"PATCH", "artefacts/{artefact_id}", "change_artefact", (*Server).patchArtefact},
	{"GET", "artefacts/{artefact_id}/builds", "view_artefact", (*Server).builds},
	{"GET", "artefacts/{artefact_id}/versions", "view_artefact", (*Server).versions},
	{"GET", "artefacts/{artefact_id}/environment-reviews", "view_environment_review", (*Server).environmentReviews},
	{"PATCH", "artefacts/{artefact_id}/environment-reviews/{review_id}", "change_environment_review", (*Server).patchReview},
	{"GET", "test-executions", "view_test", (*Server).searchExecutions},
	{"PUT", "test-executions/start-test", "change_test", (*Server).startTest},
	{"GET", "test-executions/reruns", "view_rerun", (*Server).listReruns},
	{"POST", "test-executions/reruns", "change_rerun", (*Server).askReruns},
	{"DELETE", "test-executions/reruns", "change_rerun", (*Server).deleteReruns},
	{"GET", "test-executions/{id}", "view_test", (*Server).execution},
	{"PATCH", "test-executions/{id}", "change_test", (*Server).patchExecution},
	{"GET", "test-executions/{id}/test-results", "view_test", (*Server).resultsOf},
	{"POST", "test-executions/{id}/test-results", "change_test", (*Server).postResults},
	{"GET", "test-results", "view_test", (*Server).searchResults},
}

// call is one request on its way to its operation.
type call struct {
	*http.Request
	ids    []int64
	sent   []byte
	may    func(permission string) bool
	key    string
	status int // where it is not 200
}

// body is an answer as it is sent.
type body []byte

// null is the answer of what has nothing to say.
var null = body("null")

// encoded writes an answer: compact, and nothing escaped that need not be.
func encoded[T any](answer T) (body, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(answer); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// refusal is an answer that is no success.
type refusal struct {
	status int
	body   body
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.status, r.body) }

// refused is a refusal for a reason: a text, or a list of problems.
func refused[T string | []problem](status int, detail T) error {
	b, err := encoded(struct {
		Detail T `json:"detail"`
	}{detail})
	if err != nil {
		return err
	}
	return &refusal{status, b}
}

func refuse(status int, format string, args ...any) error {
	return refused(status, fmt.Sprintf(format, args...))
}

// problem is one of those that the validation of a request finds.
type problem struct {
	Type  string         `json:"type"`
	Loc   []any          `json:"loc"`
	Msg   string         `json:"msg"`
	Input any            `json:"input"`
	Ctx   map[string]any `json:"ctx,omitempty"`
}

func invalid(list ...problem) error { return refused(http.StatusUnprocessableEntity, list) }

// bodyOf reads a request to its end. Without a network between, one may have no body at all.
func bodyOf(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	return io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
}

// ServeHTTP answers a request of the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Origin")
	sent, err := bodyOf(w, r)
	if err != nil {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer, status, err := s.answer(w, r, sent)
	typ := "application/json"
	var no *refusal
	switch {
	case errors.As(err, &no):
		answer, status = no.body, no.status
	case err != nil:
		answer, status, typ = body("Internal Server Error"), http.StatusInternalServerError, "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", typ)
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	w.WriteHeader(status)
	_, _ = w.Write(answer) // the reader may be gone
}

// answer finds the operation and does it. A permission is asked for before all else.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, sent []byte) (body, int, error) {
	path, ours := strings.CutPrefix(r.URL.Path, "/v1/")
	var allowed []string
	for _, route := range routes {
		parts, fits := route.fits(path)
		if !ours || !fits {
			continue
		}
		if route.method != r.Method {
			allowed = append(allowed, route.method)
			continue
		}
		c := &call{Request: r, sent: sent, status: http.StatusOK}
		c.key, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		c.may = func(permission string) bool {
			return slices.Contains(s.Public, permission) || slices.Contains(s.Keys[c.key], permission)
		}
		if route.permission != "" && !c.may(route.permission) {
			return nil, 0, refuse(http.StatusForbidden, "Insufficient permissions")
		}
		if err := c.numbers(route, parts); err != nil {
			return nil, 0, err
		}
		answer, err := route.do(s, c)
		return answer, c.status, err
	}
	if len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		return nil, 0, refuse(http.StatusMethodNotAllowed, "Method Not Allowed")
	}
	return nil, 0, refuse(http.StatusNotFound, "Not Found")
}

// fits reports whether a path is that of the route, and what stands for its numbers.
func (r route) fits(path string) (numbers []string, ok bool) {
	want, have := strings.Split(r.path, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	for i, part := range want {
		switch {
		case strings.HasPrefix(part, "{") && have[i] != "":
			numbers = append(numbers, have[i])
		case part != have[i]:
			return nil, false
		}
	}
	return numbers, true
}

// numbers reads the numbers of a path. One beyond 32 bits is too much for the database.
func (c *call) numbers(r route, parts []string) error {
	names := strings.FieldsFunc(r.path, func(r rune) bool { return r == '{' || r == '}' })
	for i, part := range parts {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return invalid(problem{
				Type: "int_parsing", Loc: []any{"path", names[2*i+1]},
				Msg: "Input should be a valid integer, unable to parse string as an integer", Input: part,
			})
		}
		if n > 1<<31-1 {
			return fmt.Errorf("%d is out of range", n)
		}
		c.ids = append(c.ids, n)
	}
	return nil
}

// bounds are those of a number in a query.
type bounds struct {
	key              string
	least, most, not int
}

// numbered reads numbers of a query; all that are wrong are told.
func (c *call) numbered(all ...bounds) ([]int, error) {
	var values []int
	var wrong []problem
	for _, b := range all {
		text := c.URL.Query().Get(b.key)
		n, err := strconv.Atoi(text)
		loc := []any{"query", b.key}
		switch {
		case text == "":
			n = b.not
		case err != nil:
			wrong = append(wrong, problem{Type: "int_parsing", Loc: loc, Msg: "Input should be a valid integer, unable to parse string as an integer", Input: text})
		case n > b.most:
			wrong = append(wrong, problem{"less_than_equal", loc, fmt.Sprintf("Input should be less than or equal to %d", b.most), text, map[string]any{"le": b.most}})
		case n < b.least:
			wrong = append(wrong, problem{"greater_than_equal", loc, fmt.Sprintf("Input should be greater than or equal to %d", b.least), text, map[string]any{"ge": b.least}})
		}
		values = append(values, n)
	}
	if len(wrong) > 0 {
		return nil, invalid(wrong...)
	}
	return values, nil
}

// decode reads the body of a request, which has to say that it is JSON.
func decode[T any](c *call, into *T) error {
	if len(c.sent) == 0 {
		return invalid(problem{Type: "missing", Loc: []any{"body"}, Msg: "Field required"})
	}
	if !strings.HasPrefix(c.Header.Get("Content-Type"), "application/json") {
		return invalid(problem{
			Type: "model_attributes_type", Loc: []any{"body"}, Input: string(c.sent),
			Msg: "Input should be a valid dictionary or object to extract fields from",
		})
	}
	if err := json.Unmarshal(c.sent, into); err != nil {
		return invalid(problem{Type: "json_invalid", Loc: []any{"body", 0}, Msg: "JSON decode error", Input: map[string]any{}, Ctx: map[string]any{"error": "Expecting value"}})
	}
	return nil
}
