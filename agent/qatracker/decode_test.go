package qatracker

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/kolo/xmlrpc"

	"shiplist/internal/problems"
)

// answerXML is an answer whose value element holds inside.
func answerXML(inside string) []byte {
	return []byte(`<?xml version="1.0"?>` + "\n\n<methodResponse>\n  <params>\n  <param>\n    <value>" + inside + "</value>\n  </param></params></methodResponse>\n")
}

// String writes a value so that two that mean the same are equal.
func (v value) String() string {
	var parts []string
	for i, item := range v.items {
		name := ""
		if v.kind == structure {
			name = v.names[i] + ":"
		}
		parts = append(parts, name+item.String())
	}
	switch v.kind {
	case list:
		return "[" + strings.Join(parts, " ") + "]"
	case structure:
		slices.Sort(parts)
		return "{" + strings.Join(parts, " ") + "}"
	}
	return fmt.Sprintf("%q", v.text)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ inside, want string }{
		"string":          {"<string> a &lt;b&gt; &#039;c&#039; &amp; \u201cd\u201d </string>", `" a <b> 'c' & “d” "`},
		"untyped":         {" a ", `" a "`},
		"nothing":         {"", `""`},
		"empty string":    {"<string></string>", `""`},
		"self-closed":     {"<string/>", `""`},
		"int":             {"<int> 12 </int>", `"12"`},
		"i4":              {"<i4>-12</i4>", `"-12"`},
		"i8":              {"<i8>99999999999</i8>", `"99999999999"`},
		"boolean":         {"<boolean>1</boolean>", `"1"`},
		"double":          {"<double>1.5</double>", `"1.5"`},
		"date":            {"<dateTime.iso8601>20130424T10:00:00</dateTime.iso8601>", `"20130424T10:00:00"`},
		"nil":             {"<nil/>", `""`},
		"white space":     {"\n  <string>a</string>\n  ", `"a"`},
		"comment inside":  {"<string>ab<!-- x -->cd</string>", `"abcd"`},
		"cdata":           {"<string>ab<![CDATA[<b> & ]]>cd</string>", `"ab<b> & cd"`},
		"lines":           {"<string>a&#13;\nb</string>", `"a\r\nb"`},
		"empty array":     {"<array><data></data></array>", "[]"},
		"no data":         {"<array/>", "[]"},
		"array":           {"<array><data>\n<value><int>1</int></value>\n<value>b</value>\n</data></array>", `["1" "b"]`},
		"empty struct":    {"<struct></struct>", "{}"},
		"struct":          {"<struct>\n<member><name>b</name><value><int>1</int></value></member>\n<member>\n<name>a</name>\n<value><array><data/></array></value>\n</member></struct>", `{a:[] b:"1"}`},
		"empty name":      {"<struct><member><name></name><value>x</value></member></struct>", `{:"x"}`},
		"processing":      {"<?php note?><string>a</string>", `"a"`},
		"sixteen deep":    {nested(15), strings.Repeat("[", 15) + `"x"` + strings.Repeat("]", 15)},
		"character":       {"<string>&#x4e2d;\u6587</string>", `"中文"`},
		"namespace":       {`<string xmlns="urn:x" a="b">a</string>`, `"a"`},
		"fault lookalike": {"<string>&lt;fault&gt;&lt;/fault&gt;</string>", `"<fault></fault>"`},
	} {
		v, err := decode(answerXML(test.inside))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := v.String(); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

// nested is a text in n arrays.
func nested(n int) string {
	return strings.Repeat("<array><data><value>", n) + "x" + strings.Repeat("</value></data></array>", n)
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	bomb := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>` +
		"<methodResponse><params><param><value><string>&b;</string></value></param></params></methodResponse>"
	whole := string(answerXML("<string>a</string>"))
	for name, test := range map[string]struct{ text, want string }{
		"empty":            {"", "ends too early"},
		"white space":      {" \n ", "ends too early"},
		"no xml":           {"XML-RPC server accepts POST requests only.", "unexpected text"},
		"html":             {"\n<!DOCTYPE html PUBLIC \"x\">\n<html><head><title>Error | Drupal</title>", `an HTML page ("error | drupal")`},
		"html, bare":       {"<HTML><body>log in</body>", "an HTML page came"},
		"other root":       {"<rss></rss>", "unexpected element <rss>"},
		"a call":           {"<methodCall></methodCall>", "unexpected element <methodCall>"},
		"bomb":             {bomb, "document type"},
		"entity":           {string(answerXML("<string>&nbsp;</string>")), "invalid character entity"},
		"cut":              {whole[:len(whole)-20], "unexpected EOF"},
		"cut in value":     {whole[:strings.Index(whole, "a</string>")], "unexpected EOF"},
		"empty response":   {"<methodResponse/>", "an empty methodResponse"},
		"no param":         {"<methodResponse><params/></methodResponse>", "no element <param>"},
		"two values":       {"<methodResponse><params><param><value>a</value><value>b</value></param></params></methodResponse>", "unexpected element <value>"},
		"two params":       {"<methodResponse><params><param><value>a</value></param><param><value>b</value></param></params></methodResponse>", "unexpected element <param>"},
		"trailing":         {whole + "<b/>", "unexpected element <b>"},
		"trailing text":    {whole + "PHP Warning", "unexpected text"},
		"mismatch":         {string(answerXML("<string>a</int>")), "closed by </int>"},
		"unknown type":     {string(answerXML("<i16>1</i16>")), "unknown type <i16>"},
		"element in text":  {string(answerXML("<string>a<b/></string>")), "unexpected element <b>"},
		"two types":        {string(answerXML("<int>1</int><int>2</int>")), "unexpected element <int>"},
		"struct, no name":  {string(answerXML("<struct><member><value>a</value></member></struct>")), "unexpected element <value>"},
		"struct, no value": {string(answerXML("<struct><member><name>a</name></member></struct>")), "no element <value>"},
		"text in array":    {string(answerXML("<array><data>x</data></array>")), "unexpected text"},
		"seventeen deep":   {string(answerXML(nested(16))), "nested deeper than 16"},
		"deep":             {string(answerXML(nested(100_000))), "nested deeper than 16"},
		"many":             {string(answerXML("<array><data>" + strings.Repeat("<value/>", 1000) + "</data></array>")), "more than 1000 values"},
	} {
		v, err := decodeMost([]byte(test.text), 1000)
		if err == nil {
			t.Errorf("%s: got %s, want an error", name, v)
			continue
		}
		if !strings.Contains(err.Error(), test.want) || len(err.Error()) > 300 {
			t.Errorf("%s: got %v, want it to hold %q", name, err, test.want)
		}
	}
}

func TestDecodeFault(t *testing.T) {
	t.Parallel()
	_, err := decode([]byte(`<methodResponse><fault><value><struct>
		<member><name>faultCode</name><value><int>-32602</int></value></member>
		<member><name>faultString</name><value><string>Server error. Wrong number of method parameters.</string></value></member>
		</struct></value></fault></methodResponse>`))
	var f *fault
	if !errors.As(err, &f) || f.Error() != "fault -32602: Server error. Wrong number of method parameters." {
		t.Errorf("got %v", err)
	}
}

// TestDecodeRecordings compares with a decoder of another make, where that one
// manages.
func TestDecodeRecordings(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, path := range recordings(t) {
		resp, body := readRecording(t, path)
		text, mended := readable(body, resp.Header.Get("Content-Type"))
		v, err := decode(text)
		if html := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html"); html != (err != nil && !isFault(err)) || mended {
			t.Errorf("%s: html %t, mended %t, error %v", filepath.Base(path), html, mended, err)
		}
		var other any
		if err != nil || xmlrpc.Response(text).Unmarshal(&other) != nil {
			continue
		}
		compared++
		if diff := cmp.Diff(flat(other), v.String()); diff != "" {
			t.Errorf("%s (-other +ours):\n%s", filepath.Base(path), diff)
		}
	}
	if compared < 45 {
		t.Errorf("compared only %d recordings", compared)
	}
}

// flat writes a value of the other decoder in our form.
func flat(v any) string {
	switch v := v.(type) {
	case []any:
		var parts []string
		for _, item := range v {
			parts = append(parts, flat(item))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case map[string]any:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, name+":"+flat(v[name]))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, " ") + "}"
	case bool:
		if v {
			return `"1"`
		}
		return `"0"`
	case nil:
		return `""`
	}
	return fmt.Sprintf("%q", fmt.Sprint(v))
}

func FuzzDecode(f *testing.F) {
	for _, path := range recordings(f) {
		// Large ones teach nothing more, and the fuzzer stops to make each find smaller.
		if _, body := readRecording(f, path); len(body) < 500 {
			f.Add(body, "text/xml;charset=UTF-8")
		}
	}
	f.Add(answerXML("<string>caf\xe9</string>"), "text/xml; charset=ISO-8859-1")
	f.Add([]byte("<methodResponse><params><param><value>"+nested(maxDepth)+"</value></param></params></methodResponse>"), "")
	f.Add([]byte("<methodResponse><params><param><value><array><data><value>"+
		entry{"id", "41", "productid", "3", "version", "20240424.1", "note", "a&#13;\n<b>", "status", "4"}.xml()+
		"</value></data></array></value></param></params></methodResponse>"), "text/xml")
	f.Add([]byte("<methodResponse><fault><value>"+faultStruct(&fault{"-32602", "Server error."})+"</value></fault></methodResponse>"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		text, _ := readable(body, contentType)
		v, err := decode(text)
		if err != nil {
			if v.String() != `""` {
				t.Errorf("a value %s beside error %v", v, err)
			}
			return
		}
		if got := depth(v); got > maxDepth {
			t.Errorf("depth %d", got)
		}
		list, err := records(v, readBuild)
		if err != nil {
			return
		}
		// Whatever it says, it makes facts that hold together.
		a := newAssembler("fuzz", rules, nothing(), &problems.List{})
		a.facts.Milestones = append(a.facts.Milestones, someMilestone())
		a.addBuilds(0, list)
		for _, e := range a.facts.Milestones[0].Entries {
			if e.Product == "" || e.BuildID == "" || strings.ContainsAny(e.Product, "/\\\x00") || len([]rune(e.Note)) > mostNote {
				t.Errorf("entry %+v", e)
			}
		}
	})
}

func depth(v value) int {
	most := 0
	for _, item := range v.items {
		most = max(most, depth(item))
	}
	return most + 1
}

func BenchmarkDecode(b *testing.B) {
	for name, n := range map[string]int{"small": 50, "large": 50_000} {
		b.Run(name, func(b *testing.B) {
			body := manyBuilds(n)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				text, _ := readable(body, "text/xml;charset=UTF-8")
				v, err := decode(text)
				if err != nil {
					b.Fatal(err)
				}
				if list, err := records(v, readBuild); err != nil || len(list) != n {
					b.Fatal(len(list), err)
				}
			}
		})
	}
}

// manyBuilds is an answer of builds.get_list in the form of the real ones.
func manyBuilds(n int) []byte {
	var b strings.Builder
	for i := range n {
		b.WriteString("  <value>" + entry{
			"id", fmt.Sprint(41000 + i), "productid", fmt.Sprint(i % 60), "userid", "29001", "username", "cdimage",
			"version", fmt.Sprintf("202604%02d.%d", i%28+1, i%4), "note", `<strong>WARNING: This image is OVERSIZED.</strong> "don't"`,
			"date", "2026-04-21 06:00:30", "status", fmt.Sprint(i % 5), "status_string", "Active",
		}.xml() + "</value>\n")
	}
	return answerXML("<array><data>\n" + b.String() + "</data></array>")
}
