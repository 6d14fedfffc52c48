package planfile

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shiplist/internal/config"
)

func sampleSheet(tb testing.TB) []byte {
	tb.Helper()
	text, err := os.ReadFile("testdata/noble-beta.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

func TestParseSheet(t *testing.T) {
	t.Parallel()
	got, err := ParseSheet("beta.yaml", sampleSheet(t))
	if err != nil {
		t.Fatal(err)
	}
	command := func(arches, project, source, kind, official string) string {
		return "ARCHES='" + arches + "' for-project " + project + " publish-release " + source + " SERIAL " + kind + " " + official + " MILESTONE_SLUG"
	}
	want := &Sheet{
		Name: "beta.yaml", Title: "Beta", Slug: "beta",
		Images: []Image{
			{Name: "edubuntu-amd64", Line: 6, Serial: "20240409", SerialLine: 7, Command: command("amd64", "edubuntu", "daily-live", "desktop", "named"), CommandLine: 8},
			{Name: "kubuntu-amd64", Line: 9, SerialLine: 10, Command: command("amd64", "kubuntu", "daily-live", "desktop", "named"), CommandLine: 11},
			{Name: "ubuntu-base", Line: 13, SerialLine: 14, Command: command("amd64 arm64 riscv64", "ubuntu-base", "daily", "base", "named"), CommandLine: 15},
			{
				Name: "ubuntu-server-live-amd64", Line: 16, SerialLine: 20,
				Command: command("amd64", "ubuntu", "ubuntu-server/daily-live", "live-server", "yes"), CommandLine: 17,
			},
			{Name: "ubuntu-mate", Line: 21, SerialLine: 21, Command: command("amd64", "ubuntu-mate", "daily-live", "desktop", "named"), CommandLine: 21},
			{Name: "ünity-amd64", Line: 22, SerialLine: 22},
		},
		Unread: []Unread{{22, "images.ünity-amd64.note"}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Sheet{}, Image{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestFill: each empty serial has the id in quotes, and not another byte is changed.
func TestFill(t *testing.T) {
	t.Parallel()
	text := sampleSheet(t)
	s, err := ParseSheet("beta.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{"edubuntu-amd64": "20240411"} // a person wrote another one
	for _, name := range []string{"kubuntu-amd64", "ubuntu-base", "ubuntu-server-live-amd64", "ubuntu-mate", "ünity-amd64"} {
		ids[name] = "20240410.1"
	}
	got, err := s.Fill(ids)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		"serial:\n", "serial: \"20240410.1\"\n", `serial: ""     #`, `serial: "20240410.1"     #`, "serial: ''", "serial: '20240410.1'",
		"{serial: ,", `{serial: "20240410.1",`, "{serial: ~,", `{serial: "20240410.1",`,
	).Replace(string(text))
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	again, err := ParseSheet("beta.yaml", got)
	if err != nil {
		t.Fatal(err)
	}
	if twice, err := again.Fill(ids); err != nil || !bytes.Equal(twice, got) {
		t.Errorf("filled twice it differs: %v\n%s", err, cmp.Diff(string(got), string(twice)))
	}
	if same, err := s.Fill(nil); err != nil || !bytes.Equal(same, text) {
		t.Errorf("without ids it differs: %v", err)
	}
	if _, err := s.Fill(map[string]string{"kubuntu-amd64": "1\"\nx: y"}); err == nil {
		t.Error("an id that is none is written")
	}
}

// TestBadSheets: every mistake has line and column.
func TestBadSheets(t *testing.T) {
	t.Parallel()
	const one = "images:\n  a:\n    serial: \"1\"\n"
	for text, want := range map[string]string{
		"":                                "s.yaml:1:1: holds nothing; a sheet has images",
		"# nothing\n":                     "s.yaml:1:1: holds nothing; a sheet has images",
		"milestone:\n  name: x\n":         "s.yaml:1:1: images: missing; a sheet has images",
		"- a\n":                           "s.yaml:1:1: must be names with a colon behind, each with what belongs to it",
		"images:\n- a\n":                  "s.yaml:2:1: images: must be names with a colon behind, each with what belongs to it",
		"images:\n  a:\n\tserial: 1\n":    "s.yaml:3:1: a tab; YAML wants blanks in front of a key",
		one + "  a:\n    serial: \"2\"\n": "s.yaml:4:3: images.a: is there already, in line 2",
		"images:\n  a:\n    serial: \"1\"\n    serial: \"2\"\n": "s.yaml:4:5: images.a.serial: is there already, in line 3",
		"images:\n  a: &x\n    serial: \"1\"\n  b: *x\n":        "s.yaml:2:6: an anchor, &x; write out what it stands for",
		"images:\n  a: *x\n":                                           "s.yaml:2:6: not YAML: unknown anchor 'x' referenced",
		"images:\n  a: {<<: {serial: \"1\"}}\n":                        "s.yaml:2:7: keys merged with <<; write them out",
		"images:\n  a:\n    serial: !!str 1\n":                         "s.yaml:3:13: a tag, !!str; leave it out",
		"images:\n  ? [a]\n  : b\n":                                    "s.yaml:2:5: images: a key that is no name",
		"images:\n  a:\n    serial: [1]\n":                             "s.yaml:3:13: images.a.serial: must be a text",
		"images:\n  a:\n    publishing_command: |\n      x\n      y\n": "s.yaml:3:25: images.a.publishing_command: must be a text of one line",
		"images:\n  a:\n    serial: \"1 2\"\n":                         `s.yaml:3:13: images.a.serial: "1 2" is not a build id; write it like "20260129"`,
		"images:\n  a:\n    serial: TODO\n":                            `s.yaml:3:13: images.a.serial: "TODO" is not a build id; write it like "20260129"`,
		one + "---\n" + one:                                            "s.yaml:4:1: another document begins; a sheet is one",
		"images: [\n":                                                  "s.yaml:2:1: not YAML: did not find expected node content",
		"images:\n  ä: \x01":                                           "s.yaml:2:6: holds what is no text; write it in UTF-8, with lines that end as usual",
		"images:\r  a: 1":                                              "s.yaml:1:8: holds what is no text; write it in UTF-8, with lines that end as usual",
		"images:\n  a: \xff":                                           "s.yaml:2:6: holds what is no text; write it in UTF-8, with lines that end as usual",
		"a: " + strings.Repeat("[", 50) + strings.Repeat("]", 50):      "s.yaml:1:12: nested more than 8 deep",
		"a: [" + strings.Repeat("1,", 60_000) + "]":                    "s.yaml:1:99999: more than 50000 names and texts",
	} {
		_, err := ParseSheet("s.yaml", []byte(text))
		var problems config.Problems
		if !errors.As(err, &problems) {
			t.Errorf("%.60q: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, problems.Error()); diff != "" {
			t.Errorf("%.60q (-want +got)\n%s", text, diff)
		}
	}
}

// TestBomb: what would be billions of nodes is refused at once, and so is what is large.
func TestBomb(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'n'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 9), ",") + "]\n"
	}
	for text, want := range map[string]string{
		bomb:                                 "s.yaml:1:4: an anchor, &a; write out what it stands for",
		strings.Repeat("a: *x\n", 2_000_000): "s.yaml: is larger than 1048576 bytes, which no plan is",
		strings.Repeat("[", 1<<20):           "s.yaml:1:10001: not YAML: exceeded max depth of 10000",
	} {
		begin := time.Now()
		_, err := ParseSheet("s.yaml", []byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%.20q: %v, want %q", text, err, want)
		}
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("%.20q took %v", text, took)
		}
	}
}

// FuzzSheet: a sheet that is read is filled without another change, and only once.
func FuzzSheet(f *testing.F) {
	f.Add(string(sampleSheet(f)))
	f.Add("images:\r\n  a:\r\n    serial: \r\n  b: {\"serial\" : null}\r\n")
	f.Add("\ufeffimages: {a: {serial: , x: y}, b: {serial: \"\" }}")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSheet("s", []byte(text))
		if err != nil {
			return
		}
		if same, err := s.Fill(nil); err != nil || string(same) != text {
			t.Fatalf("filled with nothing: %v\n%s", err, cmp.Diff(text, string(same)))
		}
		ids := map[string]string{}
		for _, i := range s.Images {
			ids[i.Name] = "20240424.1"
		}
		filled, err := s.Fill(ids)
		if err != nil {
			return // told, and nothing is written
		}
		again, err := ParseSheet("s", filled)
		if err != nil {
			t.Fatal(err)
		}
		for n, i := range again.Images {
			if was := s.Images[n]; was.Serial != "" && i.Serial != was.Serial || was.Room() && i.Serial != "20240424.1" {
				t.Errorf("%+v has become %+v", was, i)
			}
		}
		if twice, err := again.Fill(ids); err != nil || !bytes.Equal(twice, filled) {
			t.Errorf("filled twice it differs: %v", err)
		}
	})
}

func TestFillPlan(t *testing.T) {
	t.Parallel()
	text := head + "# mine\nproducts = [\n  { name = \"é\", build = \"\" }, # wait\n\t{build='',name=\"b\"},\n  { name = \"c\", build = \"1\" },\n  { name = \"d\" },\n  \"e\",\n  { name = \"f\", build = \"\"\"\"\"\" },\n]\n"
	f := parsed(t, "p", text)
	got, err := FillPlan(f, []byte(text), map[int]string{0: "20240424", 1: "20240424.1", 2: "2", 3: "3", 4: "4", 5: "20240425"})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(`"é", build = ""`, `"é", build = "20240424"`, `build=''`, `build='20240424.1'`, `""""""`, `"""20240425"""`).Replace(text)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if twice, err := FillPlan(parsed(t, "p", string(got)), got, map[int]string{0: "9", 1: "9"}); err != nil || !bytes.Equal(twice, got) {
		t.Errorf("filled twice it differs: %v", err)
	}
}

func FuzzFillPlan(f *testing.F) {
	f.Add(head + "products = [{ name = \"a\", build = \"\" }, {build = '''''', name = \"\\u0062\"}]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := config.ParsePlan("p", []byte(text))
		if err != nil {
			return
		}
		ids := map[int]string{}
		for i := range p.Products {
			ids[i] = "20240424.1"
		}
		filled, err := FillPlan(p, []byte(text), ids)
		if err != nil {
			return // told, and nothing is written
		}
		again, err := config.ParsePlan("p", filled)
		if err != nil {
			t.Fatal(err)
		}
		for i, now := range again.Products {
			if was := p.Products[i]; was.Build != "" && was.Build != now.Build || Room(&was) && now.Build != "20240424.1" {
				t.Errorf("%+v has become %+v", was, now)
			}
		}
	})
}
