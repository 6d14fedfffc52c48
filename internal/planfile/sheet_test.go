package planfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

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
		Unread: []Unread{{22, 0, "images.ünity-amd64.note"}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Sheet{}, Image{}), cmpopts.IgnoreFields(Image{}, "SerialCol"), cmpopts.IgnoreFields(Unread{}, "Col")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// filled is the text of a sheet with ids, which are all written.
func filled(t *testing.T, s *Sheet, ids map[int]string) []byte {
	t.Helper()
	f, err := s.Fill(ids)
	if err != nil || len(f.Refused) > 0 {
		t.Fatalf("%v, refused %v", err, f)
	}
	return f.Text
}

// TestFill: each empty serial has the id in quotes, and not another byte is changed.
func TestFill(t *testing.T) {
	t.Parallel()
	text := sampleSheet(t)
	s, err := ParseSheet("beta.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[int]string{0: "20240411"} // a person wrote another one
	for n := 1; n < len(s.Images); n++ {
		ids[n] = "20240410.1"
	}
	got := filled(t, s, ids)
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
	if diff := cmp.Diff(string(got), string(filled(t, again, ids))); diff != "" {
		t.Errorf("filled twice it differs (-once +twice)\n%s", diff)
	}
	if same := filled(t, s, nil); !bytes.Equal(same, text) {
		t.Error("without ids it differs")
	}
	if _, err := s.Fill(map[int]string{1: "1\"\nx: y"}); err == nil {
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
		"- a\n":                           "s.yaml:1:1: must be images, and perhaps a milestone",
		"images:\n- a\n":                  "s.yaml:2:1: images: must be names of images, each with serial and publishing_command",
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
		"a: " + strings.Repeat("[", 50) + strings.Repeat("]", 50):      "s.yaml:1:12: not YAML: nested more than 8 deep",
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

// TestBomb: what would be billions of nodes is refused at its first anchor, what is deep
// before it is read to its end, and what is large where it is too large.
func TestBomb(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'n'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 9), ",") + "]\n"
	}
	for text, want := range map[string]string{
		bomb:                                 "s.yaml:1:4: an anchor, &a; write out what it stands for",
		strings.Repeat("a: *x\n", 2_000_000): "s.yaml:174763:5: goes on beyond 1048576 bytes, which no sheet does",
		bomb + strings.Repeat("#", 10<<20):   "s.yaml:14:1048131: goes on beyond 1048576 bytes, which no sheet does",
		strings.Repeat("[", 1<<20):           "s.yaml:1:9: not YAML: nested more than 8 deep",
		strings.Repeat("{a: ", 1<<18):        "s.yaml:1:33: not YAML: nested more than 8 deep",
		strings.Repeat("- ", 1<<19):          "s.yaml:1:17: not YAML: nested more than 8 deep",
		"a: [" + strings.Repeat("1,", 1<<18): "",
	} {
		r := sheetReader{sheet: &Sheet{Name: "s.yaml", text: []byte(text)}}
		if root := r.document(); root != nil {
			r.bounded(root)
		}
		if r.nodes > sheetNodes+1 {
			t.Errorf("%.20q: %d names and texts were looked at", text, r.nodes)
		}
		if got := r.problems.Error(); want != "" && got != want || len(r.problems) != 1 {
			t.Errorf("%.20q: %s, want %s", text, got, want)
		}
	}
}

// TestBarredSerials: where an id cannot be written the image is named, and the others are
// filled.
func TestBarredSerials(t *testing.T) {
	t.Parallel()
	for serial, writable := range map[string]bool{
		"": true, " ": true, " ''": true, ` ""`: true, " ~": true, " null": true, " NULL": true, " # later": true, "\n      ''": true,
		" |": false, " >-": false, " |  # later": false, "\n      |": false,
	} {
		text := "images:\n  a:\n    serial:" + serial + "\n    publishing_command: x\n  b:\n    serial: \"\"\n"
		s, err := ParseSheet("s", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", serial, err)
			continue
		}
		f, err := s.Fill(map[int]string{0: "20240424", 1: "20240425"})
		if err != nil {
			t.Errorf("%q: %v", serial, err)
			continue
		}
		again, err := ParseSheet("s", f.Text)
		if err != nil || again.Images[1].Serial != "20240425" || (again.Images[0].Serial == "20240424") != writable || (len(f.Refused) == 0) != writable {
			t.Errorf("%q: %v, %v\n%s", serial, err, f.Refused, f.Text)
		}
	}
}

// TestUnread: a key that is like one that is read is a mistake, and another one is told.
func TestUnread(t *testing.T) {
	t.Parallel()
	for key, meant := range map[string]string{
		"seriall": "serial", "Serial": "serial", "sreial": "serial", "publishing-command": "publishing_command", "publishing_comand": "publishing_command",
		"notes": "", "owner": "", "build": "", "publish": "",
	} {
		s, err := ParseSheet("s", []byte("images:\n  a:\n    "+key+": x\n"))
		switch {
		case meant != "" && (err == nil || err.Error() != "s:3:5: images.a."+key+`: unknown key; did you mean "`+meant+`"?`):
			t.Errorf("%s: %v", key, err)
		case meant == "" && (err != nil || !slices.Equal(s.Unread, []Unread{{3, 5, "images.a." + key}})):
			t.Errorf("%s: %v, %+v", key, err, s)
		}
	}
	s, err := ParseSheet("s", []byte("milestone: {note: x, date: y}\nother: z\nimages: {}\n"))
	if want := []Unread{{1, 13, "milestone.note"}, {1, 22, "milestone.date"}, {2, 1, "other"}}; err != nil || !slices.Equal(s.Unread, want) {
		t.Errorf("%v, %+v", err, s)
	}
	for text, want := range map[string]string{
		"milestones: {}\nimages: {}\n":       `s:1:1: milestones: unknown key; did you mean "milestone"?`,
		"milestone: {nmae: x}\nimages: {}\n": `s:1:13: milestone.nmae: unknown key; did you mean "name"?`,
	} {
		if _, err := ParseSheet("s", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// FuzzSheet: a sheet that is read is filled without another change, and only once. What
// cannot be written is named, and nothing is changed then.
func FuzzSheet(f *testing.F) {
	f.Add(string(sampleSheet(f)))
	f.Add("images:\r\n  a:\r\n    serial: \r\n  b: {\"serial\" : null}\r\n")
	f.Add("\ufeffimages: {a: {serial: , x: y}, b: {serial: \"\" }}")
	f.Add("images:\n  a:\n    serial: |\n  b:\n    serial:\n  c:\n    serial: >-\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		bytesOf := []byte(text)
		s, err := ParseSheet("s", bytesOf)
		if err != nil {
			return
		}
		if same := filled(t, s, nil); string(same) != text {
			t.Fatalf("filled with nothing (-was +is)\n%s", cmp.Diff(text, string(same)))
		}
		ids := map[int]string{}
		for n := range s.Images {
			ids[n] = "20240424.1"
		}
		done, err := s.Fill(ids)
		if string(bytesOf) != text {
			t.Fatal("the text that was read has changed")
		}
		if err != nil {
			if len(s.Images) < tries/10 {
				t.Fatalf("nothing is filled, and no image is named: %v", err)
			}
			return
		}
		again, err := ParseSheet("s", done.Text)
		if err != nil {
			t.Fatal(err)
		}
		for n, i := range again.Images {
			was, refused := s.Images[n], slices.Contains(done.Refused, n)
			if was.Serial != "" && i.Serial != was.Serial || was.Room() && (i.Serial == "20240424.1") == refused || refused && i.Serial != "" {
				t.Errorf("%+v has become %+v", was, i)
			}
		}
		if twice, err := again.Fill(ids); err != nil || !bytes.Equal(twice.Text, done.Text) || !slices.Equal(twice.Refused, done.Refused) {
			t.Errorf("filled twice it differs: %v", err)
		}
	})
}

func TestFillPlan(t *testing.T) {
	t.Parallel()
	text := head + "# mine\nproducts = [\n  { name = \"é\", build = \"\" }, # wait\n\t{build='',name=\"b\"},\n  { name = \"c\", build = \"1\" },\n  { name = \"d\" },\n  \"e\",\n  { name = \"f\", build = \"\"\"\"\"\" },\n]\n"
	f := parsed(t, "p", text)
	got, err := FillPlan(f, []byte(text), map[int]string{0: "20240424", 1: "20240424.1", 2: "2", 3: "3", 4: "4", 5: "20240425", 9: "1"})
	if err != nil || len(got.Refused) > 0 {
		t.Fatal(err, got)
	}
	want := strings.NewReplacer(`"é", build = ""`, `"é", build = "20240424"`, `build=''`, `build='20240424.1'`, `""""""`, `"""20240425"""`).Replace(text)
	if diff := cmp.Diff(want, string(got.Text)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if twice, err := FillPlan(parsed(t, "p", string(got.Text)), got.Text, map[int]string{0: "9", 1: "9"}); err != nil || !bytes.Equal(twice.Text, got.Text) {
		t.Errorf("filled twice it differs: %v", err)
	}
}

func every(step, end int) (list []int) {
	for n := 0; n < end; n += step {
		list = append(list, n)
	}
	return list
}

// TestFillSearches: of many places those are found where nothing can be written, and where
// there are too many of them nothing is.
func TestFillSearches(t *testing.T) {
	t.Parallel()
	var edits []edit
	for n := range 500 {
		edits = append(edits, edit{entry: n})
	}
	for _, tc := range []struct {
		bad  []int
		fail bool
	}{{nil, false}, {[]int{0}, false}, {[]int{3, 250, 499}, false}, {every(20, 500), true}} {
		wrote := 0
		f, err := fill(edits, func(some []edit) ([]byte, error) {
			wrote++
			for _, e := range some {
				if slices.Contains(tc.bad, e.entry) {
					return nil, errMoved
				}
			}
			return fmt.Append(nil, len(some)), nil
		})
		switch {
		case wrote > tries+2:
			t.Errorf("%v: written %d times", tc.bad, wrote)
		case tc.fail != (err != nil):
			t.Errorf("%v: %v", tc.bad, err)
		case err == nil && (!slices.Equal(f.Refused, tc.bad) || string(f.Text) != fmt.Sprint(500-len(tc.bad))):
			t.Errorf("%v: %v, %s are written", tc.bad, f.Refused, f.Text)
		}
	}
}

func FuzzFillPlan(f *testing.F) {
	f.Add(head + "products = [{ name = \"a\", build = \"\" }, {build = '''''', name = \"\\u0062\"}]")
	f.Fuzz(func(t *testing.T, text string) {
		bytesOf := []byte(text)
		p, err := config.ParsePlan("p", bytesOf)
		if err != nil {
			return
		}
		ids := map[int]string{}
		for i := range p.Products {
			ids[i] = "20240424.1"
		}
		done, err := FillPlan(p, bytesOf, ids)
		if string(bytesOf) != text {
			t.Fatal("the text that was read has changed")
		}
		if err != nil {
			if len(p.Products) < tries/10 {
				t.Fatalf("nothing is filled, and no product is named: %v", err)
			}
			return
		}
		again, err := config.ParsePlan("p", done.Text)
		if err != nil {
			t.Fatal(err)
		}
		for i, now := range again.Products {
			was, refused := p.Products[i], slices.Contains(done.Refused, i)
			if was.Build != "" && was.Build != now.Build || Room(&was) && (now.Build == "20240424.1") == refused || refused && now.Build != "" {
				t.Errorf("%+v has become %+v", was, now)
			}
		}
	})
}
