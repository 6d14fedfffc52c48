package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/testenv"
)

func newDemo(t testing.TB) *Demo {
	t.Helper()
	d, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// play sends a recorded request, with its ids replaced by the sample's.
func play(t *testing.T, d *Demo, r recorded, method string, ids ...string) *http.Response {
	t.Helper()
	body := string(r.request)
	for i := 0; i+1 < len(ids); i += 2 {
		body = strings.ReplaceAll(body, "<int>"+ids[i]+"</int>", "<int>"+ids[i+1]+"</int>")
		body = strings.ReplaceAll(body, "<i4>"+ids[i]+"</i4>", "<i4>"+ids[i+1]+"</i4>")
	}
	request := httptest.NewRequest(method, "/xmlrpc.php", strings.NewReader(body))
	request.Host = r.host
	w := httptest.NewRecorder()
	d.Tracker().ServeHTTP(w, request)
	return w.Result()
}

func read(t testing.TB, r *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// Answers that do not depend on the tracker's data are the recorded ones, byte for byte.
func TestAnswersAsRecorded(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	for _, name := range []string{
		"system_listMethods", "system_getCapabilities", "system_methodSignature_builds_get_list", "system_methodSignature_builds_add",
		"system_methodSignature_unknown", "system_methodHelp_builds_get_list", "multicall_recursive",
		"multicall_missing_params_key", "multicall_empty", "get_access_anonymous", "get_access_localized_site",
		"get_access_unknown_host", "get_access_host_with_port", "get_access_host_uppercase", "get_access_extra_param",
		"series_get_list_empty_status", "series_get_list_no_params", "series_get_list_status_not_array",
		"series_get_list_status_unknown_number", "series_get_list_unknown_host", "series_get_manifest_unknown_series",
		"series_get_manifest_series_as_string", "builds_get_list_unknown_milestone", "builds_get_list_one_param",
		"builds_get_list_three_params", "builds_get_list_milestone_as_string", "builds_get_list_milestone_i8",
		"builds_get_list_milestone_nil", "builds_get_list_milestone_double", "builds_get_list_status_string", "bugs_get_list_none",
		"results_get_list_none", "rebuilds_get_list_localized_off", "error_unknown_method", "error_truncated_xml", "error_malformed_xml",
		"error_bad_entity", "error_invalid_utf8", "error_missing_method_name", "ok_no_params_element", "error_not_xml",
		"error_method_response_sent", "error_empty_body", "ok_json_content_type", "ok_untyped_value", "builds_add_anonymous",
		"results_add_anonymous", "rebuilds_update_status_anonymous", "results_delete_anonymous", "results_update_anonymous",
		"builds_add_notify_int",
	} {
		r := readRecorded(t, name)
		checkExact(t, r, play(t, d, r, http.MethodPost))
	}
	for name, method := range map[string]string{"error_get": http.MethodGet, "error_head": http.MethodHead, "error_put": http.MethodPut} {
		r := readRecorded(t, name)
		checkExact(t, r, play(t, d, r, method))
	}
}

func checkExact(t *testing.T, r recorded, got *http.Response) {
	t.Helper()
	body := read(t, got)
	if got.Request != nil && got.Request.Method == http.MethodHead {
		body = ""
	}
	if got.StatusCode != r.status {
		t.Errorf("%s: status %d, recorded %d", r.name, got.StatusCode, r.status)
	}
	if r.name != "error_head" {
		if diff := cmp.Diff(string(r.body), body); diff != "" {
			t.Errorf("%s (-recorded +got):\n%s", r.name, diff)
		}
	}
	for _, h := range []string{"Content-Type", "Cache-Control", "Expires", "X-Content-Type-Options", "Content-Length"} {
		if want := r.header.Get(h); want != got.Header.Get(h) {
			t.Errorf("%s: %s is %q, recorded %q", r.name, h, got.Header.Get(h), want)
		}
	}
}

// shapes are the skeletons of the elements of a list: names and types, no contents.
func shapes(v value) []string {
	var all []string
	for _, item := range v.items {
		s := shape(item)
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	slices.Sort(all)
	return all
}

func shape(v value) string {
	switch v.kind {
	case kindStruct:
		var b strings.Builder
		for _, m := range v.members {
			name := m.name
			if strings.Trim(name, "0123456789") == "" {
				name = "NUMBER"
			}
			part := name + ":" + shape(m.value) + " "
			if !strings.HasSuffix(b.String(), part) { // many bugs look like one
				b.WriteString(part)
			}
		}
		return "{" + b.String() + "}"
	case kindArray:
		return "[" + strings.Join(shapes(v), "|") + "]"
	}
	return fmt.Sprint(v.kind)
}

// buildID finds the sample's id of a build.
func buildID(t *testing.T, d *Demo, title, version string) string {
	t.Helper()
	for _, b := range d.tracker.db.builds {
		if b.product.title == title && b.version == version {
			return digits(b.id)
		}
	}
	t.Fatalf("the sample has no %s %s", title, version)
	return ""
}

// Answers that carry data have the recorded shape.
func TestAnswersShapedAsRecorded(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	studio := buildID(t, d, "Ubuntu Studio Desktop amd64", "20260827")
	product := ""
	for _, p := range d.tracker.db.products {
		if p.title == "Ubuntu Server Subiquity amd64" {
			product = digits(p.id)
		}
	}
	tests := map[string][]string{
		"series_get_list_all":                nil,
		"series_get_list_status_as_strings":  nil,
		"series_get_list_localized":          nil,
		"error_truncated_xml_still_answered": nil,
		"series_get_manifest_raring_all":     {"22", "43"},
		"milestones_get_list_all":            nil,
		"ok_pretty_printed_request":          nil,
		"products_get_list_all":              nil,
		"builds_get_list_raring_final_all":   {"242", "474"},
		"builds_get_list_milestone_i4":       {"242", "474"},
		"builds_get_list_status_struct":      {"242", "474"},
		"bugs_get_list_all":                  nil,
		"testcases_get_list_server_resolute": {"24", "43", "41", product},
		"results_get_list_active":            {"41087", studio, "1300", "1701"},
		"rebuilds_get_list_all":              nil,
		"multicall_distinct_methods":         {"242", "474"},
		"multicall_same_method_twice":        {"242", "474"},
		"multicall_with_faults":              nil,
	}
	for name, ids := range tests {
		r := readRecorded(t, name)
		answer := play(t, d, r, http.MethodPost, ids...)
		want, okWant := decodeAnswer(t, r.body)
		got, okGot := decodeAnswer(t, []byte(read(t, answer)))
		if okWant != okGot {
			t.Errorf("%s: fault is %v, recorded %v", name, !okGot, !okWant)
		}
		if strings.HasPrefix(name, "multicall") {
			checkMulticall(t, name, want, got)
			continue
		}
		checkShapes(t, name, want, got)
	}
}

// checkShapes wants elements, all of them of shapes that were recorded.
func checkShapes(t *testing.T, name string, want, got value) {
	t.Helper()
	if len(got.items) == 0 {
		t.Errorf("%s: empty", name)
	}
	for _, s := range shapes(got) {
		if !slices.Contains(shapes(want), s) {
			t.Errorf("%s: shape %s was not recorded; recorded are %q", name, s, shapes(want))
		}
	}
}

func checkMulticall(t *testing.T, name string, want, got value) {
	t.Helper()
	if len(want.items) != len(got.items) {
		t.Fatalf("%s: %d answers, recorded %d", name, len(got.items), len(want.items))
	}
	for i := range want.items {
		w, g := want.items[i], got.items[i]
		if w.kind == kindStruct { // a fault
			if diff := cmp.Diff(encodeAnswer(w), encodeAnswer(g)); diff != "" {
				t.Errorf("%s, answer %d (-recorded +got):\n%s", name, i, diff)
			}
			continue
		}
		if len(g.items) != 1 || shape(w.items[0]) == "0" && shape(g.items[0]) != "0" {
			t.Errorf("%s, answer %d: got %s, recorded %s", name, i, shape(g), shape(w))
		} else if w.items[0].kind == kindArray {
			checkShapes(t, name, w.items[0], g.items[0])
		}
	}
}

// As on the real tracker a build has one id on all milestones of its series, and none
// outside of it.
func TestBuildsBelongToOneSeries(t *testing.T) {
	t.Parallel()
	type name struct{ series, product, version string }
	ids, of, shared := make(map[name]int64), make(map[int64]name), false
	for _, e := range newDemo(t).tracker.db.entries {
		n := name{e.milestone.series.title, digits(e.build.product.id), e.build.version}
		have, again := ids[n]
		if again && have != e.build.id {
			t.Errorf("%v has the ids %d and %d", n, have, e.build.id)
		}
		if first, taken := of[e.build.id]; taken && first != n {
			t.Errorf("%d is %v and %v", e.build.id, first, n)
		}
		shared = shared || again
		ids[n], of[e.build.id] = e.build.id, n
	}
	if !shared {
		t.Error("no build is on two milestones")
	}
}

// Every list has at least one row for every shape that the tracker can answer.
func TestResultsHaveBothFormsOfBugs(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	seen := make(map[string]bool)
	for _, r := range d.tracker.db.results {
		seen[shape(r.record())] = true
	}
	if len(seen) != 2 {
		t.Errorf("results have %d shapes, want one with bugs and one without", len(seen))
	}
}

func TestDatabaseErrorIsAPage(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	for _, name := range []string{"milestones_get_list_status_not_int", "builds_get_list_milestone_too_big", "builds_get_list_status_too_big"} {
		got := play(t, d, readRecorded(t, name), http.MethodPost)
		if got.StatusCode != 500 || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %s %s, want an HTML page with status 500", name, got.Status, got.Header.Get("Content-Type"))
		}
	}
}

func TestRequestIsBounded(t *testing.T) {
	t.Parallel()
	request := httptest.NewRequest(http.MethodPost, "/xmlrpc.php", strings.NewReader(strings.Repeat("x", maxCall+1)))
	w := httptest.NewRecorder()
	newDemo(t).Tracker().ServeHTTP(w, request)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d, want 413", w.Code)
	}
}

// The quirks that clients depend on.
func TestTrackerQuirks(t *testing.T) {
	t.Parallel()
	db := newDemo(t).tracker.db
	states := make(map[int64]int)
	products := make(map[*product]bool)
	for _, e := range db.entries {
		if e.milestone.title == "Resolute 26.04.1" && e.milestone.series.site == db.sites[0] {
			states[e.status]++
			products[e.build.product] = true
		}
	}
	for status, least := range map[int64]int{0: 8, 1: 1, 2: 1, 3: 5, 4: 20, 7: 1} {
		if states[status] < least {
			t.Errorf("26.04.1 has %d builds with status %d, want at least %d", states[status], status, least)
		}
	}
	if n := len(products); n < 45 || n > 60 {
		t.Errorf("26.04.1 has %d products, want 45 to 60", n)
	}
	for _, m := range db.milestones {
		if got, _ := m.record().member("autofill"); got.text != digits(m.status) {
			t.Errorf("%s: autofill is %q, want the slip of the real tracker, its status %d", m.title, got.text, m.status)
		}
	}
}

// Ids come from one number range for all sites.
func TestIDsAreUnique(t *testing.T) {
	t.Parallel()
	db := newDemo(t).tracker.db
	seen := make(map[string]string)
	check := func(kind string, id int64, title string) {
		key := fmt.Sprint(kind, id)
		if other, ok := seen[key]; ok {
			t.Errorf("%s %d is both %s and %s", kind, id, other, title)
		}
		seen[key] = title
	}
	for _, x := range db.series {
		check("series", x.id, x.title)
	}
	for _, x := range db.milestones {
		check("milestone", x.id, x.title)
	}
	for _, x := range db.products {
		check("product", x.id, x.title)
	}
	for _, x := range db.testcases {
		check("testcase", x.id, x.title)
	}
	for _, x := range db.rebuilds {
		check("rebuild", x.id, x.product.title)
	}
	places := make(map[string]bool)
	for _, e := range db.entries {
		key := fmt.Sprint(e.milestone.id, " ", e.build.id)
		if places[key] {
			t.Errorf("%s %s is twice on %s", e.build.product.title, e.build.version, e.milestone.title)
		}
		places[key] = true
	}
}

// Of a product at most one build on a milestone is not history.
func TestOneCurrentBuildPerProduct(t *testing.T) {
	t.Parallel()
	current := make(map[string]string)
	for _, e := range newDemo(t).tracker.db.entries {
		if e.status == 2 || e.status == 3 {
			continue
		}
		key := fmt.Sprint(e.milestone.id, e.build.product.id)
		if other := current[key]; other != "" {
			t.Errorf("%s: %s has %s and %s", e.milestone.title, e.build.product.title, other, e.build.version)
		}
		current[key] = e.build.version
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	for _, e := range d.tracker.db.entries {
		for _, page := range []string{
			fmt.Sprintf("/qatracker/milestones/%d/builds", e.milestone.id),
			fmt.Sprintf("/qatracker/milestones/%d/builds/%d/testcases", e.milestone.id, e.build.id),
			fmt.Sprintf("/qatracker/series/%d/manifest", e.milestone.series.id),
		} {
			w := get(d.Tracker(), page)
			if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, "Sample data") {
				t.Errorf("%s: status %d\n%s", page, w.Code, body)
			}
			if strings.Contains(w.Body.String(), "<strong>WARNING") {
				t.Errorf("%s: a note is not escaped", page)
			}
		}
	}
	for _, page := range []string{"/qatracker", "/qatracker/testcases/1700/info"} {
		if w := get(d.Tracker(), page); w.Code != 200 {
			t.Errorf("%s: status %d", page, w.Code)
		}
	}
	for _, page := range []string{"/xmlrpc", "/qatracker/milestones/1/builds", "/qatracker/milestones/x/builds/1/testcases", "/qatracker/testcases/1/info", "/qatracker/series/1/manifest"} {
		if w := get(d.Tracker(), page); w.Code != 404 {
			t.Errorf("%s: status %d, want 404", page, w.Code)
		}
	}
}

func get(h http.Handler, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

const pythonClient = `
import http.client, sys, xmlrpc.client

class Site(xmlrpc.client.Transport):
    "chooses the tracker's site by name, as a poller behind an address has to"
    def __init__(self, name):
        super().__init__()
        self.name = name
    def send_request(self, host, handler, request_body, debug):
        connection = self.make_connection(host)
        connection.putrequest("POST", handler, skip_host=True)
        connection.putheader("Host", self.name)
        self.send_headers(connection, [("Content-Type", "text/xml")])
        self.send_content(connection, request_body)
        return connection

url = sys.argv[1] + "/xmlrpc.php"
plain = xmlrpc.client.ServerProxy(url)
assert plain.qatracker.get_access() == "public"
assert "qatracker.builds.get_list" in plain.system.listMethods()
milestones = {m["title"]: m for m in plain.qatracker.milestones.get_list([0, 1, 2])}
builds = plain.qatracker.builds.get_list(int(milestones["Resolute 26.04.1"]["id"]), [0, 1, 4])
assert len(builds) > 40 and all(isinstance(v, str) for b in builds for v in b.values())
assert plain.qatracker.builds.add(1, 2, "3", "4", False) is False
try:
    plain.qatracker.builds.get_list("474", [0])
    raise SystemExit("no fault for a number sent as text")
except xmlrpc.client.Fault as f:
    assert f.faultCode == -32602, f

calls = xmlrpc.client.MultiCall(plain)
calls.qatracker.series.get_list([0])
calls.qatracker.get_access()
series, access = calls()
assert access == "public" and {s["title"] for s in series} == {"Noble", "Resolute", "Stonking"}

local = xmlrpc.client.ServerProxy(url, transport=Site("localized-iso.qa.sample.test"))
assert any("桌面版" in p["title"] for p in local.qatracker.products.get_list([0]))
assert local.qatracker.rebuilds.get_list([0, 1, 2, 3, 4, 5]) == []
nowhere = xmlrpc.client.ServerProxy(url, transport=Site("tracker.example.net"))
assert nowhere.qatracker.get_access() == "invalid" and nowhere.qatracker.series.get_list([0, 1]) == []
print("ok", len(builds))
`

func TestPythonClient(t *testing.T) {
	t.Parallel()
	python := testenv.Program(t, "python3")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	out, err := exec.CommandContext(ctx, python, "-c", pythonClient, r.TrackerURL).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "ok ") {
		t.Errorf("python3: %v\n%s", err, out)
	}
}
