package testobserver

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

func TestInstant(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Time{
		"2026-04-13T15:27:48.356129":  time.Date(2026, 4, 13, 15, 27, 48, 0, time.UTC),
		"2026-04-13T16:50:36":         time.Date(2026, 4, 13, 16, 50, 36, 0, time.UTC),
		"2026-04-13T16:50:36Z":        time.Date(2026, 4, 13, 16, 50, 36, 0, time.UTC),
		"2026-04-13T16:50:36.5+02:00": time.Date(2026, 4, 13, 14, 50, 36, 0, time.UTC),
		"2026-04-13 16:50:36":         time.Date(2026, 4, 13, 16, 50, 36, 0, time.UTC),
		"yesterday":                   {},
		"":                            {},
	} {
		if got := instant(text); !got.Equal(want) {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

func TestReadArtefact(t *testing.T) {
	t.Parallel()
	const least = `"id":7,"name":"n.iso","version":"1","os":"o","release":"r"`
	sum := strings.Repeat("aB", 32)
	for name, tt := range map[string]struct {
		text, err, odd string
		check          func(artefact) bool
	}{
		"the least":           {"{" + least + "}", "", "", func(a artefact) bool { return a.id == 7 && a.status == "" }},
		"unknown fields":      {"{" + least + `,"new":{"x":[1]}}`, "", "", nil},
		"null where text is":  {"{" + least + `,"owner":null,"sha256":null,"image_url":null}`, "", "", nil},
		"number as owner":     {"{" + least + `,"owner":5,"stage":"pending"}`, "", "a number as owner", func(a artefact) bool { return a.stage == "pending" }},
		"capital checksum":    {"{" + least + `,"sha256":"` + sum + `"}`, "", "", func(a artefact) bool { return a.sha256 == strings.ToLower(sum) }},
		"no checksum":         {"{" + least + `,"sha256":"abc"}`, "", "a sha256 that is none", func(a artefact) bool { return a.sha256 == "" }},
		"script as address":   {"{" + least + `,"image_url":"javascript:alert(1)"}`, "", "an image_url that is none", func(a artefact) bool { return a.address == "" }},
		"address with a user": {"{" + least + `,"image_url":"https://u:p@h/x"}`, "", "an image_url that is none", func(a artefact) bool { return a.address == "" }},
		"no time":             {"{" + least + `,"created_at":"soon"}`, "", "a created_at that is no time", nil},
		"all that is odd": {
			"{" + least + `,"owner":5,"sha256":"abc","image_url":"x","created_at":"soon"}`, "",
			"a number as owner, a sha256 that is none, an image_url that is none, a created_at that is no time", nil,
		},
		"team with its sign": {"{" + least + `,"owner":"~kubuntu-release"}`, "", "", func(a artefact) bool { return a.owner == "kubuntu-release" }},
		"negative reviews":   {"{" + least + `,"all_environment_reviews_count":-4}`, "", "", func(a artefact) bool { return a.reviews == 0 }},
		"a snap":             {"{" + least + `,"family":"snap"}`, errFamily.Error(), "", nil},
		"id beyond range":    {`{"id":1e30,"name":"n","version":"1","os":"o","release":"r"}`, "it has no id, but a number 1e30 as id", "a number 1e30 as id", nil},
		"id as text":         {`{"id":"7","name":"n","version":"1","os":"o","release":"r"}`, "it has no id, but a string as id", "a string as id", nil},
		"no version":         {`{"id":7,"name":"n","version":"","os":"o","release":"r"}`, "it lacks one of name, version, os and release", "", nil},
		"a list":             {`[]`, "found array at byte 1", "", nil},
		"null":               {`null`, "it has no id", "", nil},
		"half":               {`{"id":7,`, "not JSON at byte 8", "", nil},
	} {
		a, err := readArtefact([]byte(tt.text))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.err || a.odd != tt.odd || tt.check != nil && !tt.check(a) {
			t.Errorf("%s: %+v, %q; want %q, odd %q", name, a, got, tt.err, tt.odd)
		}
	}
}

func TestDetailOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"error-401.json":                             "Not authenticated",
		"error-403-anonymous.json":                   "Insufficient permissions",
		"error-403-unknown-key.json":                 "Insufficient permissions",
		"error-404.json":                             "Artefact with id 999999 not found",
		"error-404-route.json":                       "Not Found",
		"error-405.json":                             "Method Not Allowed",
		"error-422.json":                             "query.family: Input should be 'snap', 'deb', 'charm', 'image' or 'solution'",
		"error-422-limit.json":                       "query.limit: Input should be less than or equal to 1000; query.offset: Input should be greater than or equal to 0",
		"error-422-path.json":                        "path.artefact_id: Input should be a valid integer, unable to parse string as an integer",
		"error-422-plain.json":                       "Invalid execution metadata format: 'plain'. Expected base64 encoded 'category:value'.",
		"error-500.txt":                              "Internal Server Error",
		"artefact.json":                              "",
		"artefacts-image.json":                       "",
		"artefact-environment-reviews-assigned.json": "",
	} {
		if got := detailOf(recording(t, name)); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for text, want := range map[string]string{
		"<html><h1>Bad Gateway</h1>": "", "": "", "mail ana@example.com": "", `{"detail":"no user <ana.lopes@example.com> here"}`: "no user <(an address)> here",
		`{"detail":[{"loc":["body","reviewer_emails",0],"msg":"'ana@example.com' is none"}]}`: "body.reviewer_emails.0: '(an address)' is none", `{"detail":{"x":1}}`: "", `{"detail":[{"msg":"a"},{"msg":"b"},{"msg":"c"},{"msg":"d"}]}`: "a; b; c; and 1 more",
	} {
		if got := detailOf([]byte(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		results []result
		tests   *release.Tests
		bugs    []release.Bug
	}{
		"none":                  {nil, nil, nil},
		"each once":             {[]result{{name: "a", status: "PASSED"}, {name: "b", status: "FAILED"}, {name: "c", status: "SKIPPED"}}, &release.Tests{Passed: 1, Failed: 1, Untested: 1}, nil},
		"worst of several runs": {[]result{{name: "a", status: "PASSED"}, {name: "a", status: "FAILED"}, {name: "b", status: "SKIPPED"}, {name: "b", status: "PASSED"}}, &release.Tests{Passed: 1, Failed: 1}, nil},
		"a word of later":       {[]result{{name: "a", status: "EXPLODED"}}, &release.Tests{Untested: 1}, nil},
		"bugs": {
			[]result{{name: "a", status: "FAILED", bugs: []string{"5"}}, {name: "b", status: "FAILED", bugs: []string{"5"}}},
			&release.Tests{Failed: 2},
			[]release.Bug{{Number: "5", Count: 2}},
		},
	} {
		tests, bugs := tally(tt.results)
		if diff := cmp.Diff(tt.tests, tests) + cmp.Diff(tt.bugs, bugs); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestStateOf(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]release.State{
		"APPROVED": release.StateReady, "MARKED_AS_FAILED": release.StateFailed, "UNDECIDED": release.StateTesting,
		"": release.StateUnknown, "approved": release.StateUnknown, "READY": release.StateUnknown,
	} {
		if got := stateOf(status); got != want {
			t.Errorf("%q is %s, want %s", status, got, want)
		}
	}
}

func TestReadRerun(t *testing.T) {
	t.Parallel()
	texts, err := elements(recording(t, "reruns-image-older-shape.json"))
	if err != nil || len(texts) == 0 {
		t.Fatal(err)
	}
	for _, text := range texts {
		if r, err := readRerun(text); err != nil || r.execution == 0 || r.artefact.id == 0 {
			t.Errorf("%+v, %v", r, err)
		}
	}
	page, err := readPage(recording(t, "test-executions-search-rerun.json"), "test_executions")
	if err != nil {
		t.Fatal(err)
	}
	r, err := readRerun(page.items[0])
	if err != nil || r.execution != 33 || r.artefact.id != 17 || r.created != "" {
		t.Errorf("%+v, %v", r, err)
	}
	for _, text := range []string{`{}`, `{"test_execution_id":5}`, `{"test_execution_id":-1,"artefact":{}}`, `{"test_execution_id":5,"artefact":null}`, `5`} {
		if r, err := readRerun([]byte(text)); err == nil {
			t.Errorf("%s gives %+v", text, r)
		}
	}
}
