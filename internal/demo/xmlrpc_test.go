package demo

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recorded is one exchange with a running copy of the real tracker.
type recorded struct {
	name    string
	host    string
	request []byte
	status  int
	header  http.Header
	body    []byte
}

func readRecorded(t testing.TB, name string) recorded {
	t.Helper()
	request, err := os.ReadFile(filepath.Join("testdata", "qatracker", name+".request.xml"))
	if err != nil {
		t.Fatal(err)
	}
	answer := readAnswer(t, filepath.Join("testdata", "qatracker", name+".response.http"), http.MethodPost)
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return recorded{
		name: name, host: strings.NewReplacer("qa.ubuntu.com", "qa.sample.test", "QA.UBUNTU.COM", "QA.SAMPLE.TEST").Replace(answer.Header.Get("Host")),
		request: request, status: answer.StatusCode, header: answer.Header, body: body,
	}
}

// readAnswer reads a recorded HTTP answer; chunks are put together.
func readAnswer(t testing.TB, file, method string) *http.Response {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// decodeAnswer reads the value of an answer; ok is false for a fault.
func decodeAnswer(t testing.TB, body []byte) (v value, ok bool) {
	t.Helper()
	p := parser{}
	decoder := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("answer is not well formed: %v\n%s", err, body)
		}
		p.take(token)
	}
	if p.root != "methodResponse" || len(p.call.params) != 1 {
		t.Fatalf("not an answer: %s", body)
	}
	return p.call.params[0], !bytes.Contains(body, []byte("<fault>"))
}

func TestEncodeGivesRecordedBytes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/qatracker/*.response.http")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range files {
		r := readRecorded(t, strings.TrimSuffix(filepath.Base(file), ".response.http"))
		if !strings.HasPrefix(r.header.Get("Content-Type"), "text/xml") {
			continue
		}
		checked++
		v, ok := decodeAnswer(t, r.body)
		got := encodeAnswer(v)
		if !ok {
			code, _ := v.member("faultCode")
			words, _ := v.member("faultString")
			got = encodeFault(&fault{code.number, words.text})
		}
		// Any XML parser makes one line break of CR LF.
		if diff := cmp.Diff(strings.ReplaceAll(string(r.body), "\r\n", "\n"), got); diff != "" {
			t.Errorf("%s (-recorded +encoded):\n%s", r.name, diff)
		}
	}
	if checked < 50 {
		t.Errorf("only %d recordings were compared", checked)
	}
}

func TestParseCall(t *testing.T) {
	t.Parallel()
	allow := cmp.AllowUnexported(call{}, value{}, member{})
	wrap := func(params string) string {
		return "<?xml version='1.0'?><methodCall><methodName> m </methodName><params>" + params + "</params></methodCall>"
	}
	tests := []struct {
		name, body string
		want       []value
	}{
		{"none", wrap(""), nil},
		{"int", wrap("<param><value><int> 7 </int></value></param>"), []value{number(7)}},
		{"i4", wrap("<param><value><i4>-7</i4></value></param>"), []value{number(-7)}},
		{"number with a tail", wrap("<param><value><int>12ab</int></value></param>"), []value{number(12)}},
		{"no number", wrap("<param><value><int>ab</int></value></param>"), []value{number(0)}},
		{"number out of range", wrap("<param><value><int>99999999999999999999</int></value></param>"), []value{number(1<<63 - 1)}},
		{"boolean", wrap("<param><value><boolean>1</boolean></value></param>"), []value{boolean(true)}},
		{"the word false counts as true", wrap("<param><value><boolean>false</boolean></value></param>"), []value{boolean(true)}},
		{"untyped", wrap("<param><value>a &amp; b</value></param>"), []value{text("a & b")}},
		{"empty and untyped", wrap("<param><value></value></param>"), []value{text("")}},
		{"unknown type is dropped", wrap("<param><value><i8>7</i8></value></param><param><value><nil/></value></param>"), nil},
		{
			"array", wrap("<param>\n<value>\n<array>\n<data>\n<value><int>1</int></value>\n<value>x</value>\n</data>\n</array>\n</value>\n</param>"),
			[]value{list(number(1), text("x"))},
		},
		{
			"struct", wrap("<param><value><struct><member><name>a</name><value><struct><member><name>b</name><value>c</value></member></struct></value></member>" +
				"<member><name>d</name><value><int>1</int></value></member></struct></value></param>"),
			[]value{record(member{"a", record(field("b", "c"))}, member{"d", number(1)})},
		},
	}
	for _, test := range tests {
		got, err := parseCall(strings.NewReader(test.body))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(call{"m", test.want}, got, allow); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestParseCallRefuses(t *testing.T) {
	t.Parallel()
	deep := "<methodCall><params><param>" + strings.Repeat("<value><array><data>", 40)
	bomb := `<!DOCTYPE a [<!ENTITY b "c">]><methodCall><methodName>&b;</methodName></methodCall>`
	for name, test := range map[string]struct {
		body string
		want error
	}{
		"empty": {"", errParse}, "deep": {deep, errParse}, "own entities": {bomb, errParse},
		"another root": {"<html></html>", errParse}, "a fault": {"<fault></fault>", errNotACall},
	} {
		if _, err := parseCall(strings.NewReader(test.body)); err != test.want {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

func FuzzParseCall(f *testing.F) {
	files, err := filepath.Glob("testdata/qatracker/*.request.xml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(body))
	}
	d, err := New()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		answer, err := d.tracker.reply(d.tracker.db.sites[0], body)
		if err != nil {
			if err != errDatabase {
				t.Fatal(err)
			}
			return
		}
		decodeAnswer(t, []byte(answer)) // fails the test if it is not XML
	})
}
