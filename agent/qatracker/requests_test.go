package qatracker

import (
	"maps"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
)

// requestMethods are those of a tracker that knows one request.
type requestMethods struct {
	access string
	list   string // the answer for open ones; none is an answer that is no list
}

func (m requestMethods) answer(_, method string, args []node) (string, *fault) {
	switch {
	case method == "qatracker.get_access":
		return "<string>" + m.access + "</string>", nil
	case method == "qatracker.rebuilds.get_list":
		return m.list, nil
	case method == "qatracker.rebuilds.update_status" && m.access == "admin" && args[0].form() == "3103":
		return "<boolean>1</boolean>", nil
	}
	return "<boolean>0</boolean>", nil
}

func requestsOf(t *testing.T, methods requestMethods) (*Requests, *tracker) {
	t.Helper()
	s := &tracker{methods: methods}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Setenv("SHIPLIST_TEST_KEY", "secret")
	track := config.Tracker{Name: "iso", URL: server.URL + "/xmlrpc.php", User: "cdimage", KeyEnv: "SHIPLIST_TEST_KEY"}
	key, err := track.Key(os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	return NewRequests(Options{Tracker: track, Key: key, Client: fetch.New(fetch.Options{UserAgent: "test"})}), s
}

func TestMarkRequests(t *testing.T) {
	r, s := requestsOf(t, requestMethods{access: "admin"})
	if err := r.Allowed(t.Context()); err != nil {
		t.Error(err)
	}
	for _, tc := range []struct{ id, status, want string }{
		{"3103", "queued", ""},
		{"3103", "building", ""},
		{"3103", "canceled", ""},
		{"99999", "built", "tracker iso: request 99999 was not marked as built; the tracker refused it"},
		{"3103", "done", `tracker iso: no request "3103" can be marked "done"`},
		{"x", "built", `tracker iso: no request "x" can be marked "built"`},
	} {
		err := r.Mark(t.Context(), tc.id, tc.status)
		if got := textOf(err); got != tc.want {
			t.Errorf("%s %s: %q, want %q", tc.id, tc.status, got, tc.want)
		}
	}
	const m = "qatracker.rebuilds.update_status"
	want := "qatracker.get_access() " + m + "(3103,1) " + m + "(3103,2) " + m + "(3103,5) " + m + "(99999,3)"
	if got := strings.Join(s.calls, " "); got != want {
		t.Errorf("calls %s\nwant  %s", got, want)
	}
	for _, user := range s.users {
		if user != "cdimage" {
			t.Errorf("asked as %q", user)
		}
	}
}

func TestMarkRequestsWithoutRights(t *testing.T) {
	r, _ := requestsOf(t, requestMethods{access: "user"})
	const want = `tracker iso: user "cdimage" may not mark requests to build again; the tracker says "user" of it, and it takes an administrator`
	if got := textOf(r.Allowed(t.Context())); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if r.Mark(t.Context(), "3103", "queued") == nil {
		t.Error("what was refused counts as marked")
	}
}

func TestOpenRequests(t *testing.T) {
	request := func(id, status, text string) string {
		member := func(name, text string) string {
			return "<member><name>" + name + "</name><value><string>" + text + "</string></value></member>"
		}
		return "<value><struct>" + member("id", id) + member("status", status) + member("status_string", text) + "</struct></value>"
	}
	list := "<array><data>" + request("3103", "0", "Requested") + request("3104", "2", "Building") + request("3105", "9", "Paused") + "</data></array>"
	r, s := requestsOf(t, requestMethods{list: list})
	got, err := r.Open(t.Context())
	want := map[string]string{"3103": "requested", "3104": "building", "3105": "Paused"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if calls := strings.Join(s.calls, " "); calls != "qatracker.rebuilds.get_list([0,1,2,3])" {
		t.Errorf("calls %s", calls)
	}
	r, _ = requestsOf(t, requestMethods{list: "<string>closed</string>"})
	if got, err := r.Open(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "tracker iso: ask for its requests to build again: ") {
		t.Errorf("%v, %v", got, err)
	}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// The call is the one that was recorded at a tracker, and its answer is understood.
func TestMarkRequestsAsRecorded(t *testing.T) {
	t.Parallel()
	const path = "testdata/recordings/rebuilds_update_status_admin"
	request, err := os.ReadFile(path + ".request.xml")
	if err != nil {
		t.Fatal(err)
	}
	method, args, err := readCall(request)
	if err != nil || method != "qatracker.rebuilds.update_status" || forms(args) != "3103,2" || rebuildStatuses[2] != "building" {
		t.Errorf("recorded: %s(%s), %v", method, forms(args), err)
	}
	for name, want := range map[string]string{"admin": "1", "user": "0"} {
		_, body := readRecording(t, strings.Replace(path, "admin", name, 1)+".response.http")
		v, err := decode(body)
		if err != nil || v.kind != scalar || v.text != want {
			t.Errorf("answer to %s: %+v, %v", name, v, err)
		}
	}
}
