package observer

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const recordings = "../../../agent/testobserver/testdata/recordings"

// sample is a service with what the rules are about.
func sample() (*Server, *time.Time) {
	now := time.Date(2026, 4, 13, 15, 27, 48, 356129000, time.UTC)
	s := New(func() time.Time { return now })
	s.Keys["all"] = append(slices.Clone(Public), "change_test", "change_rerun", "change_rerun_bulk", "change_artefact", "change_environment_review")
	s.Keys["builder"] = []string{"change_test", "view_rerun", "change_rerun"}
	s.Keys["reader"] = Public
	return s, &now
}

func desktop(version string) Image {
	return Image{
		Name: "resolute-desktop-amd64.iso", Version: version, Arch: "amd64", OS: "kubuntu", Release: "resolute", Owner: "kubuntu-release",
		SHA256: fmt.Sprintf("%064x", len(version)*1000+int(version[len(version)-1])), URL: "https://cdimage.ubuntu.com/kubuntu/daily-live/" + version + "/resolute-desktop-amd64.iso",
	}
}

// ask sends a request; the body is of the answer.
func ask(t *testing.T, s *Server, method, path, key, body string) (int, string, http.Header) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(text), w.Result().Header
}

// shape writes which keys there are, and of which type, with lists by their first element.
func shape(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, key+":"+shape(v[key]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		if len(v) == 0 {
			return "[]"
		}
		return "[" + shape(v[0]) + "]"
	case nil:
		return "null"
	}
	return fmt.Sprintf("%T", v)
}

// loose makes shapes equal that differ only in what may be null or empty.
func loose(s string) string {
	return strings.NewReplacer("null", "?", "string", "?", "float64", "?").Replace(s)
}

// TestShapes holds answers to the recorded ones: the same keys with the same types.
func TestShapes(t *testing.T) {
	t.Parallel()
	s, _ := sample()
	id := s.Publish(desktop("20260413"))
	s.Report(id, "Install", "FAILED", "2147955")
	s.Review(id, "APPROVED_ALL_TESTS_PASS", 2)
	s.Ask(id)
	for path, file := range map[string]string{
		"/v1/artefacts?family=image":                                 "artefacts-image.json",
		"/v1/artefacts/1":                                            "artefact.json",
		"/v1/artefacts/1/builds":                                     "artefact-builds-rerun.json",
		"/v1/artefacts/1/versions":                                   "artefact-versions.json",
		"/v1/artefacts/1/environment-reviews":                        "artefact-environment-reviews.json",
		"/v1/test-executions/1":                                      "test-execution.json",
		"/v1/test-executions/2/test-results":                         "test-results-failed-issue.json",
		"/v1/test-executions/reruns":                                 "reruns-image-cdimage.json",
		"/v1/test-results?test_result_statuses=FAILED":               "test-results-search.json",
		"/v1/test-executions?families=image&rerun_is_requested=true": "test-executions-search-rerun.json",
		"/v1/version":                                                "version.json",
	} {
		status, text, header := ask(t, s, "GET", path, "", "")
		if status != 200 || header.Get("Content-Type") != "application/json" || header.Get("Vary") != "Origin" || header.Get("ETag") != "" {
			t.Errorf("%s: %d %v", path, status, header)
		}
		want, err := os.ReadFile(filepath.Join(recordings, file))
		if err != nil {
			t.Fatal(err)
		}
		var has, had any
		if err := json.Unmarshal([]byte(text), &has); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if err := json.Unmarshal(want, &had); err != nil {
			t.Fatal(err)
		}
		clean := func(s string) string { // what is empty in one and filled in the other
			for _, part := range []string{`reviewers:\[[^\]]*\]`, `assignee:(\{[^}]*\}|\?)`, `relevant_links:\[[^\]]*\]`, `previous_results:\[[^\]]*\]`, `labels:(\[[^\]]*\]|\?)`, `rerun_priority:\?,?`} {
				s = regexp.MustCompile(part).ReplaceAllString(s, "")
			}
			return s
		}
		if diff := cmp.Diff(clean(loose(shape(had))), clean(loose(shape(has)))); diff != "" {
			t.Errorf("%s (-recorded +ours):\n%s", path, diff)
		}
	}
}

// TestRefusals holds errors to the recorded ones, byte for byte where the file is compact.
func TestRefusals(t *testing.T) {
	t.Parallel()
	s, _ := sample()
	s.Publish(desktop("20260413"))
	closed, _ := sample()
	closed.Public = nil
	for _, tt := range []struct {
		on                *Server
		method, path, key string
		status            int
		file              string
	}{
		{closed, "GET", "/v1/artefacts?family=image", "", 403, "error-403-anonymous.json"},
		{closed, "GET", "/v1/artefacts?family=image", "unknown", 403, "error-403-unknown-key.json"},
		{closed, "GET", "/v1/artefacts/latest", "", 403, "error-403-anonymous.json"}, // before what else is wrong
		{closed, "GET", "/v1/artefacts/999999", "", 403, "error-403-anonymous.json"},
		{s, "GET", "/v1/artefacts/999999", "", 404, "error-404.json"},
		{s, "GET", "/v1/artefacts/", "", 404, "error-404-route.json"},
		{s, "GET", "/v1/test-executions/999999/test-results", "", 404, "error-404-test-execution.json"},
		{s, "POST", "/v1/artefacts", "", 405, "error-405.json"},
		{s, "GET", "/v1/artefacts?family=iso", "", 422, "error-422.json"},
		{s, "GET", "/v1/artefacts/latest", "", 422, "error-422-path.json"},
		{s, "GET", "/v1/artefacts/99999999999", "", 500, "error-500.txt"},
	} {
		status, text, header := ask(t, tt.on, tt.method, tt.path, tt.key, "")
		want, err := os.ReadFile(filepath.Join(recordings, tt.file))
		if err != nil {
			t.Fatal(err)
		}
		if status != tt.status || plain(text) != plain(string(want)) {
			t.Errorf("%s %s: %d %s; want %d %s", tt.method, tt.path, status, text, tt.status, want)
		}
		if status == 405 && header.Get("Allow") != "GET" {
			t.Errorf("Allow: %s", header.Get("Allow"))
		}
	}
	if status, _, _ := ask(t, s, "HEAD", "/v1/artefacts", "", ""); status != 405 {
		t.Errorf("HEAD: %d", status)
	}
	if _, text, _ := ask(t, s, "GET", "/v1/test-results?limit=1001&offset=-1", "", ""); strings.Count(text, `"loc"`) != 2 {
		t.Errorf("not all problems at once: %s", text)
	}
}

// plain is a JSON text without the form in which it was written.
func plain(text string) string {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return strings.TrimSpace(text)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// TestListGoesBackwards holds the rule of the list.
func TestListGoesBackwards(t *testing.T) {
	t.Parallel()
	s, now := sample()
	ids := func() string {
		var list []artefactView
		_, text, _ := ask(t, s, "GET", "/v1/artefacts?family=image", "", "")
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, a := range list {
			said += fmt.Sprintf(" %d %s %s", a.ID, a.Stage, a.Status)
		}
		return said
	}
	first := s.Publish(desktop("20260412"))
	s.Decide(first, Failed, "does not boot")
	*now = now.Add(time.Hour)
	second := s.Publish(desktop("20260413.1"))
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() {}, " 2 pending UNDECIDED"},
		{func() { s.Promote(second, "current") }, " 1 pending MARKED_AS_FAILED 2 current UNDECIDED"},
		{func() { s.Archive(first) }, " 2 current UNDECIDED"},
		{func() { s.Archive(second) }, ""},
	} {
		if step.do(); ids() != step.want {
			t.Errorf("%q, want %q", ids(), step.want)
		}
	}
}

// TestBuilderWrites does what the build host and reviewers do, over HTTP.
func TestBuilderWrites(t *testing.T) {
	t.Parallel()
	s, _ := sample()
	start := `{"family":"image","name":"resolute-desktop-amd64.iso","version":"20260413","arch":"amd64","os":"kubuntu","release":"resolute","owner":"kubuntu-release",
		"sha256":"ab","image_url":"https://h/x.iso","execution_stage":"pending","environment":"cdimage.ubuntu.com","test_plan":"Image build","ci_link":"https://h/x.iso"}`
	manual := strings.NewReplacer(`"ci_link":"https://h/x.iso"`, `"relevant_links":[{"label":"l","url":"https://h"}]`, "Image build", "Manual Testing", "cdimage.ubuntu.com", "user manual tests").Replace(start)
	for _, step := range []struct {
		method, path, key, body string
		status                  int
		has                     string
	}{
		{"PUT", "test-executions/start-test", "reader", start, 403, "Insufficient"},
		{"PUT", "test-executions/start-test", "builder", `{"sha256":"ab"}`, 422, "discriminator"},
		{"PUT", "test-executions/start-test", "builder", `{"family":"image","execution_stage":"pending"}`, 422, `["body","image","sha256"]`},
		{"PUT", "test-executions/start-test", "builder", `{"family":"image","sha256":"ab","environment":"e"}`, 422, `["body","image","test_plan"]`},
		{"PUT", "test-executions/start-test", "builder", `{"family":"image","sha256":"ab","test_plan":"p"}`, 422, `["body","image","environment"]`},
		{"PUT", "test-executions/start-test", "builder", `{"family":"image","sha256":"ab","environment":"e","test_plan":"p","execution_stage":"pending"}`, 422, "No image with this sha256"},
		{"PUT", "test-executions/start-test", "builder", start, 200, `{"id":1}`},
		{"POST", "test-executions/1/test-results", "builder", `[{"name":"build-image","status":"PASSED"}]`, 200, "null"},
		{"POST", "test-executions/1/test-results", "builder", `[{"name":"build-image","status":"OK"}]`, 422, "enum"},
		{"PATCH", "test-executions/1", "builder", `{"status":"COMPLETED"}`, 200, `"PASSED"`},
		{"PUT", "test-executions/start-test", "builder", manual, 200, `{"id":2}`},
		{"PUT", "test-executions/start-test", "builder", start, 200, `{"id":1}`},  // the same link
		{"PUT", "test-executions/start-test", "builder", manual, 200, `{"id":3}`}, // none: another one
		{"PUT", "test-executions/start-test", "builder", strings.Replace(start, "amd64", "arm64", 2), 422, "'arch' must match"},
		{"PATCH", "artefacts/1", "reader", `{"archived":true}`, 403, "Insufficient"},
		{"PATCH", "artefacts/1", "all", `{"status":"APPROVED"}`, 400, "need to be approved"},
		{"PATCH", "artefacts/1", "all", `{"status":"MARKED_AS_FAILED","comment":"x"}`, 400, "needs to be rejected"},
		{"PATCH", "artefacts/1", "all", `{"stage":"stable"}`, 400, "Stage stable"},
		{"PATCH", "artefacts/1/environment-reviews/1", "all", `{"review_decision":["REJECTED"]}`, 200, "REJECTED"},
		{"PATCH", "artefacts/1", "all", `{"status":"MARKED_AS_FAILED"}`, 400, "without a comment"},
		{"PATCH", "artefacts/1", "all", `{"status":"MARKED_AS_FAILED","comment":"x","stage":"stable"}`, 400, "Stage stable"},
		{"PATCH", "artefacts/1", "all", `{"comment":""}`, 200, `"UNDECIDED"`}, // all of it was refused
		{"PATCH", "artefacts/1", "all", `{"status":"MARKED_AS_FAILED","comment":"x"}`, 200, `"MARKED_AS_FAILED"`},
		{"POST", "test-executions/reruns", "all", `{"test_execution_ids":[1,99]}`, 207, `"test_execution_id":1`},
		{"POST", "test-executions/reruns", "all", `{}`, 404, "Didn't find"},
		{"DELETE", "test-executions/reruns", "builder", `{"test_execution_ids":[1,2]}`, 403, "Insufficient"},
		{"DELETE", "test-executions/reruns", "reader", `{"test_execution_ids":[1]}`, 403, "Insufficient"},
		{"DELETE", "test-executions/reruns", "builder", `{"test_execution_ids":[1]}`, 200, "null"},
		{"DELETE", "test-executions/reruns", "builder", `{"test_execution_ids":[1]}`, 200, "null"}, // as good as done
		{"POST", "test-executions/reruns?silent=true", "all", `{"test_execution_ids":[1]}`, 200, "null"},
		{"PUT", "test-executions/start-test", "builder", start, 200, `{"id":1}`}, // which fulfils it
	} {
		status, text, _ := ask(t, s, step.method, "/v1/"+step.path, step.key, step.body)
		if status != step.status || !strings.Contains(text, step.has) {
			t.Errorf("%s %s %s: %d %s; want %d %s", step.method, step.path, step.body, status, text, step.status, step.has)
		}
	}
	if s.Open() != 0 {
		t.Errorf("%d requests are open", s.Open())
	}
	r := httptest.NewRequest("DELETE", "/v1/test-executions/reruns", strings.NewReader(`{"test_execution_ids":[1]}`))
	r.Header.Set("Authorization", "Bearer builder")
	w := httptest.NewRecorder()
	if s.ServeHTTP(w, r); w.Code != 422 {
		t.Errorf("a body that does not say what it is: %d", w.Code)
	}
}

// TestSearchExecutions: values are compared letter by letter, and the newest run of a plan can
// be asked for alone.
func TestSearchExecutions(t *testing.T) {
	t.Parallel()
	s, _ := sample()
	id := s.Publish(desktop("20260413"))
	s.Report(id, "Install", "FAILED")
	again := s.start(s.find(id), s.executions[1].environment.name, s.executions[1].plan, "", "PASSED")
	s.report(again, result{name: "Install", status: "PASSED"})
	for query, want := range map[string]string{
		"": `"count":3,`, "execution_is_latest=true": `"count":2,`, "execution_is_latest=false": `"count":3,`,
		"environments=cdimage.ubuntu.com": `"count":1,`, "environments=CDimage.ubuntu.com": `"count":0,`,
	} {
		if _, text, _ := ask(t, s, "GET", "/v1/test-executions?"+query, "", ""); !strings.Contains(text, want) {
			t.Errorf("%s: %s, want %s", query, text, want)
		}
	}
}

// TestReplacedResult: a result that is reported again keeps its id and its time.
func TestReplacedResult(t *testing.T) {
	t.Parallel()
	s, now := sample()
	id := s.Publish(desktop("20260413"))
	s.Report(id, "Install", "FAILED")
	*now = now.Add(time.Hour)
	s.Report(id, "Install", "PASSED")
	_, text, _ := ask(t, s, "GET", "/v1/test-results?from_date="+now.Format("2006-01-02T15:04:05"), "", "")
	if !strings.Contains(text, `"count":0`) {
		t.Error(text)
	}
	if _, text, _ = ask(t, s, "GET", "/v1/test-results?families=image&from_date=2026-04-13&limit=1", "", ""); !strings.Contains(text, `"count":2`) || !strings.Contains(text, "2026-04-13T15:27:48.356129\"") {
		t.Error(text)
	}
}
