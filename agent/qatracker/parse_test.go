package qatracker

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/agent/fetch"
	"shiplist/internal/config"
)

func TestHostAndAddress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tracker       config.Tracker
		host, address string
	}{
		{config.Tracker{URL: "https://iso.qa.ubuntu.com/xmlrpc.php"}, "iso.qa.ubuntu.com", "https://iso.qa.ubuntu.com/xmlrpc.php"},
		{config.Tracker{URL: "http://127.0.0.1:8080/xmlrpc.php", Host: "iso.example"}, "iso.example", "http://127.0.0.1:8080/xmlrpc.php"},
		{config.Tracker{URL: "https://me:secret@h:1/xmlrpc.php"}, "h:1", "https://h:1/xmlrpc.php"},
		{config.Tracker{Name: "iso", URL: "http://me:secret@[::1"}, "", "iso"},
	} {
		c := &client{tracker: test.tracker}
		if c.host() != test.host || c.address() != test.address {
			t.Errorf("%+v: got %q and %q, want %q and %q", test.tracker, c.host(), c.address(), test.host, test.address)
		}
	}
}

func TestSendable(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"1": true, "2147483647": true, "2147483648": false, "-1": true, "": false,
		"1.0": false, "1e3": false, "0x10": false, "x": false, "1 2": false, "９": false,
	} {
		if _, ok := sendable(id); ok != want {
			t.Errorf("sendable(%q) = %t, want %t", id, ok, want)
		}
	}
}

// TestCallsAsSent compares with what the tracker is known to answer to: numbers as
// int, each call of a multicall as a struct of methodName and params.
func TestCallsAsSent(t *testing.T) {
	t.Parallel()
	body, err := encodeMulticall([]call{ask("get_access"), ask("builds.get_list", number(242), numbers(0, 4))})
	if err != nil {
		t.Fatal(err)
	}
	want := `<?xml version="1.0" encoding="UTF-8"?><methodCall><methodName>system.multicall</methodName><params><param>` +
		`<value><array><data>` +
		`<value><struct><member><name>methodName</name><value><string>qatracker.get_access</string></value></member>` +
		`<member><name>params</name><value><array><data></data></array></value></member></struct></value>` +
		`<value><struct><member><name>methodName</name><value><string>qatracker.builds.get_list</string></value></member>` +
		`<member><name>params</name><value><array><data><value><int>242</int></value>` +
		`<value><array><data><value><int>0</int></value><value><int>4</int></value></data></array></value>` +
		`</data></array></value></member></struct></value>` +
		`</data></array></value></param></params></methodCall>`
	if diff := cmp.Diff(want, string(body)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestMulticallLimit holds that a call which the site refused only for being one too
// many is made alone.
func TestMulticallLimit(t *testing.T) {
	t.Parallel()
	s := &tracker{methods: loadRecorded(t)}
	c := &client{
		session: fetch.New(fetch.Options{}).Session(), limit: 1 << 20,
		tracker: config.Tracker{URL: start(t, s), Host: "iso.qa.ubuntu.com"},
	}
	series := ask("series.get_list", numbers(0, 1))
	replies, err := c.together(t.Context(), series, series, ask("get_access"), ask("nonsense"))
	if err != nil {
		t.Fatal(err)
	}
	first, second := replies[0].value.String(), replies[1].value.String()
	if first != second || !strings.Contains(first, "Resolute") || replies[2].value.text != "public" {
		t.Errorf("got %s, %s and %s", first, second, replies[2].value)
	}
	if s.requests != 2 {
		t.Errorf("%d requests, want 2", s.requests)
	}
}

// TestRecordsOfStruct holds that a list which PHP has made a struct of is read all
// the same.
func TestRecordsOfStruct(t *testing.T) {
	t.Parallel()
	v, err := decode(answerXML("<struct><member><name>1</name><value>" + entry{"bugnumber", "5", "count", "2"}.xml() + "</value></member></struct>"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := records(v, readBug)
	if diff := cmp.Diff([]bugRecord{{"5", "2"}}, list, cmp.AllowUnexported(bugRecord{})); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestNumbersTyped holds that it does not matter whether a number comes as one.
func TestNumbersTyped(t *testing.T) {
	t.Parallel()
	text := entry{"id", "12", "productid", "3", "version", "1", "status", "4"}.xml()
	typed := strings.NewReplacer("<string>12</string>", "<int>12</int>", "<string>4</string>", "<i4> 4 </i4>", "<string>3</string>", "3").Replace(text)
	var got [2]buildRecord
	for i, x := range []string{text, typed} {
		v, err := decode(answerXML(x))
		if err != nil {
			t.Fatal(err)
		}
		got[i] = readBuild(v)
	}
	if got[0] != got[1] || got[0].id != "12" {
		t.Errorf("got %+v and %+v", got[0], got[1])
	}
}
