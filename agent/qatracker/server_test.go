package qatracker

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

// methods answers a call with the text of its value element, or a fault.
type methods interface {
	answer(host, method string, args []node) (valueXML string, f *fault)
}

// tracker is a small tracker: the protocol, over methods that know the facts.
type tracker struct {
	methods
	noMulticall bool
	// intercept answers requests by itself where it returns true; n counts from 1.
	intercept func(w http.ResponseWriter, n int) bool

	mu       sync.Mutex
	requests int
	calls    []string // methods in order, those inside a multicall, too
	users    []string
}

// node is an XML element, whatever it is.
type node struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
	Nodes   []node `xml:",any"`
}

// inner follows element names, the first of each.
func (n node) inner(path ...string) node {
	for _, name := range path {
		i := slices.IndexFunc(n.Nodes, func(c node) bool { return c.XMLName.Local == name })
		if i < 0 {
			return node{}
		}
		n = n.Nodes[i]
	}
	return n
}

// form writes a value element so that two of one meaning are equal: 242, [0,1], "x".
func (n node) form() string {
	if len(n.Nodes) == 0 {
		return strconv.Quote(n.Text)
	}
	switch t := n.Nodes[0]; t.XMLName.Local {
	case "int", "i4":
		return strings.TrimSpace(t.Text)
	case "array":
		return "[" + forms(t.inner("data").Nodes) + "]"
	default:
		return t.XMLName.Local + strconv.Quote(t.Text)
	}
}

func forms(args []node) string {
	var list []string
	for _, a := range args {
		list = append(list, a.form())
	}
	return strings.Join(list, ",")
}

// readCall takes a methodCall apart.
func readCall(body []byte) (method string, args []node, err error) {
	var call node
	if err := xml.Unmarshal(body, &call); err != nil {
		return "", nil, err
	}
	if call.XMLName.Local != "methodCall" {
		return "", nil, fmt.Errorf("a %s", call.XMLName.Local)
	}
	for _, p := range call.inner("params").Nodes {
		args = append(args, p.inner("value"))
	}
	return call.inner("methodName").Text, args, nil
}

func (s *tracker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	user, _, _ := r.BasicAuth()
	s.mu.Lock()
	s.requests++
	n := s.requests
	s.users = append(s.users, user)
	s.mu.Unlock()
	if s.intercept != nil && s.intercept(w, n) {
		return
	}
	method, args, err := readCall(body)
	if err != nil || r.Method != http.MethodPost {
		writeXML(w, faultXML(&fault{"-32700", "Parse error. Request not well formed."}))
		return
	}
	value, f := s.call(r.Host, method, args)
	if f != nil {
		writeXML(w, faultXML(f))
		return
	}
	writeXML(w, "<params><param><value>"+value+"</value></param></params>")
}

func (s *tracker) call(host, method string, args []node) (string, *fault) {
	if method != "system.multicall" {
		s.mu.Lock()
		s.calls = append(s.calls, method+"("+forms(args)+")")
		s.mu.Unlock()
		return s.answer(host, method, args)
	}
	if s.noMulticall {
		return "", &fault{"-32601", "Server error. Requested method system.multicall not specified."}
	}
	var b strings.Builder
	seen := map[string]bool{}
	for _, entry := range args[0].inner("array", "data").Nodes {
		members := map[string]node{}
		for _, m := range entry.inner("struct").Nodes {
			members[m.inner("name").Text] = m.inner("value")
		}
		name := members["methodName"].inner("string").Text
		value, f := "", &fault{"-156579", "Too many duplicate method calls in system.multicall."}
		if !seen[name] {
			value, f = s.call(host, name, members["params"].inner("array", "data").Nodes)
		}
		seen[name] = true
		if f != nil {
			fmt.Fprintf(&b, "<value>%s</value>", faultStruct(f))
			continue
		}
		fmt.Fprintf(&b, "<value><array><data><value>%s</value></data></array></value>", value)
	}
	return "<array><data>" + b.String() + "</data></array>", nil
}

func faultStruct(f *fault) string {
	return fmt.Sprintf("<struct><member><name>faultCode</name><value><int>%s</int></value></member>"+
		"<member><name>faultString</name><value><string>%s</string></value></member></struct>", f.code, html.EscapeString(f.text))
}

func faultXML(f *fault) string { return "<fault><value>" + faultStruct(f) + "</value></fault>" }

func writeXML(w http.ResponseWriter, inside string) {
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	fmt.Fprintf(w, "<?xml version=\"1.0\"?>\n\n<methodResponse>%s</methodResponse>", inside)
}

// recorded answers from recordings. Where the very call was not recorded, the fullest
// answer for the same method and ids is taken, else an empty list, which is what
// the tracker says of an id that it does not know.
type recorded map[string]string // host, method and arguments to the text of a value

func loadRecorded(t testing.TB) recorded {
	t.Helper()
	loading.Do(func() { loaded = readRecorded(t) })
	if loaded == nil {
		t.Fatal("the recordings could not be read")
	}
	return loaded
}

var (
	loading sync.Once
	loaded  recorded
)

func readRecorded(t testing.TB) recorded {
	t.Helper()
	rec := recorded{}
	for _, path := range recordings(t) {
		request, err := os.ReadFile(strings.TrimSuffix(path, ".response.http") + ".request.xml")
		if err != nil {
			t.Fatal(err)
		}
		method, args, err := readCall(request)
		resp, body := readRecording(t, path)
		_, rest, whole := bytes.Cut(body, []byte("<param>"))
		if err != nil || method == "system.multicall" || resp.StatusCode != 200 || !whole || bytes.Contains(body, []byte("\x1b")) {
			continue
		}
		rest = rest[bytes.Index(rest, []byte("<value>"))+len("<value>"):]
		key := resp.Header.Get("Host") + " " + method + "(" + forms(args) + ")"
		if _, ok := rec[key]; !ok {
			rec[key] = string(rest[:bytes.LastIndex(rest, []byte("</value>"))])
		}
	}
	return rec
}

func recordings(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/recordings/*.response.http")
	if err != nil || len(paths) < 40 {
		t.Fatalf("%d recordings, %v", len(paths), err)
	}
	return paths
}

func readRecording(t testing.TB, path string) (*http.Response, []byte) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(text)), nil)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return resp, body
}

func (rec recorded) answer(host, method string, args []node) (string, *fault) {
	if host != "iso.qa.ubuntu.com" && host != "localized-iso.qa.ubuntu.com" {
		if method == "qatracker.get_access" {
			return "<string>invalid</string>", nil
		}
		return emptyList, nil
	}
	if strings.Contains(forms(args), `"`) {
		return "", &fault{"-32602", "Server error. Invalid method parameters."}
	}
	prefix := host + " " + method + "("
	if value, ok := rec[prefix+forms(args)+")"]; ok {
		return value, nil
	}
	best := emptyList
	if n := len(args) - 1; n > 0 {
		prefix += forms(args[:n]) + ","
		for _, key := range slices.Sorted(maps.Keys(rec)) {
			if strings.HasPrefix(key, prefix) && len(rec[key]) > len(best) {
				best = rec[key]
			}
		}
	}
	return best, nil
}

const emptyList = "<array><data></data></array>"

// entry is a record as a test writes it: members and their values in pairs.
type entry []string

func (e entry) get(name string) string {
	for i := 0; i+1 < len(e); i += 2 {
		if e[i] == name {
			return e[i+1]
		}
	}
	return ""
}

// made answers from records that a test made. Keys are methods without their prefix,
// with the leading id where they have one: "builds.get_list 7"; "results.get_list
// 41,1300". A value of a member that begins with "<" is XML as it is.
type made map[string][]entry

func (m made) answer(_, method string, args []node) (string, *fault) {
	key := strings.TrimPrefix(method, "qatracker.")
	var ids []string
	for _, a := range args {
		if f := a.form(); !strings.HasPrefix(f, "[") {
			ids = append(ids, f)
		}
	}
	key = strings.TrimSpace(key + " " + strings.Join(ids, ","))
	list, ok := m[key]
	switch {
	case len(list) == 1 && list[0].get("fault") != "":
		return "", &fault{"-1", list[0].get("fault")}
	case len(list) == 1 && list[0].get("text") != "":
		return "<string>" + list[0].get("text") + "</string>", nil
	case !ok && key == "get_access":
		return "<string>public</string>", nil
	}
	var b strings.Builder
	for _, e := range list {
		b.WriteString("<value>" + e.xml() + "</value>\n")
	}
	return "<array><data>" + b.String() + "</data></array>", nil
}

func (e entry) xml() string {
	var b strings.Builder
	b.WriteString("<struct>")
	for i := 0; i+1 < len(e); i += 2 {
		value := e[i+1]
		if !strings.HasPrefix(value, "<value>") {
			value = "<value><string>" + html.EscapeString(value) + "</string></value>"
		}
		fmt.Fprintf(&b, "<member><name>%s</name>%s</member>", e[i], value)
	}
	b.WriteString("</struct>")
	return b.String()
}

// start runs a tracker until the test ends.
func start(t testing.TB, s *tracker) (url string) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server.URL + "/xmlrpc.php"
}

// source is a source for a tracker at url; change may change its options.
func source(url string, change func(*Options)) *Source {
	o := Options{
		Tracker: config.Tracker{Name: "iso", URL: url, Host: "iso.qa.ubuntu.com", TestCalls: 200},
		Client:  fetch.New(fetch.Options{UserAgent: "shiplist test", PerMinute: 1 << 20}),
	}
	if change != nil {
		change(&o)
	}
	return New(o)
}

// failAt makes the nth request end in something else.
func failAt(n int, write func(w http.ResponseWriter)) func(http.ResponseWriter, int) bool {
	return func(w http.ResponseWriter, at int) bool {
		if at == n {
			write(w)
		}
		return at == n
	}
}

// pollMade polls a tracker of made records once.
func pollMade(t *testing.T, m made, prev *release.Facts) *release.Answer {
	t.Helper()
	answer, err := source(start(t, &tracker{methods: m}), nil).Poll(t.Context(), cmp.Or(prev, &release.Facts{}))
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
