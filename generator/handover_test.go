package generator

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

// TestHandoversAreRead lets readers that nobody here wrote read the files of the sample.
func TestHandoversAreRead(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	var sums struct {
		Checksums []struct{ File, Kind, Arch, Version, Sum, URL string }
	}
	if err := yaml.Unmarshal(site["noble/24.04.4/handover/checksums.yaml"], &sums); err != nil || len(sums.Checksums) < 20 {
		t.Errorf("checksums.yaml has %d files, error %v", len(sums.Checksums), err)
	}
	for _, f := range sums.Checksums {
		if sum, name, _ := strings.Cut(f.Sum, " *"); len(sum) != 64 || name != f.File || !strings.Contains(f.File, "24.04.4") {
			t.Errorf("checksums.yaml: %+v", f)
		}
	}
	lines, err := csv.NewReader(strings.NewReader(string(site["handover/quickget.csv"]))).ReadAll()
	if err != nil || len(lines) < 10 {
		t.Errorf("quickget.csv has %d lines, error %v", len(lines), err)
	}
	var imager struct {
		Images []struct {
			Name, URL string
			Size      int64  `json:"image_download_size"`
			SHA256    string `json:"image_download_sha256"`
		} `json:"os_list"`
	}
	if err := json.Unmarshal(site["handover/imager.json"], &imager); err != nil || len(imager.Images) != 3 {
		t.Errorf("imager.json has %d images, error %v", len(imager.Images), err)
	}
	for _, img := range imager.Images {
		if !strings.Contains(img.URL, "+raspi.img.xz") || img.Size == 0 || len(img.SHA256) != 64 {
			t.Errorf("imager.json: %+v", img)
		}
	}
	if text := string(site["noble/24.04.4/handover/announcement.txt"]); !strings.HasPrefix(text, "DRAFT: ") {
		t.Errorf("the announcement of a milestone in testing begins with %.40q", text)
	}
	for name := range site {
		if strings.HasSuffix(name, "/call-for-testing.txt") && !strings.HasPrefix(name, "noble/24.04.4/") && !strings.HasPrefix(name, "stonking/snapshot-4/") {
			t.Errorf("%s is of a milestone that is not in testing", name)
		}
	}
}

// TestSumsOfAHandoverAreRead by the program that people check downloads with.
func TestSumsOfAHandoverAreRead(t *testing.T) {
	t.Parallel()
	var sums struct{ Checksums []struct{ Sum string } }
	if err := yaml.Unmarshal(sampleSite(t)["noble/24.04.4/handover/checksums.yaml"], &sums); err != nil || len(sums.Checksums) == 0 {
		t.Fatalf("%d sums: %v", len(sums.Checksums), err)
	}
	var list strings.Builder
	for _, f := range sums.Checksums {
		list.WriteString(f.Sum + "\n")
	}
	cmd := exec.CommandContext(t.Context(), testenv.Program(t, "sha256sum"), "--check", "--strict", "-")
	cmd.Dir, cmd.Stdin, cmd.Env = t.TempDir(), strings.NewReader(list.String()), append(os.Environ(), "LC_ALL=C")
	out, _ := cmd.CombinedOutput() // no file is there
	if missing := strings.Count(string(out), ": FAILED open or read"); missing != len(sums.Checksums) || strings.Contains(string(out), "improperly") {
		t.Errorf("%d of %d sums are read:\n%s", missing, len(sums.Checksums), out)
	}
}

// TestHandoversFollowTheirSchemas: what their readers look for is there, and nothing else.
func TestHandoversFollowTheirSchemas(t *testing.T) {
	t.Parallel()
	s := prepared(t, Options{Config: addressed(t)}, samplePicture(addressed(t)))
	s.arrange()
	for _, name := range []string{"imager", "netboot"} {
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		schema, err := c.Compile("testdata/handover/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		for where, content := range map[string][]byte{"of the sample": sampleSite(t)[handoverDir+name+".json"], "with an address": []byte(handedOverBy(t, s)[handoverDir+name+".json"])} {
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
			if err == nil {
				err = schema.Validate(v)
			}
			if err != nil {
				t.Errorf("%s.json %s: %v", name, where, err)
			}
		}
	}
}

// addressed is a configuration of a site that knows where it will be.
func addressed(t *testing.T) *config.Config {
	t.Helper()
	c := defaultConfig(t)
	c.Site.BaseURL = "https://releases.example.org/list"
	return c
}

// handedOverBy are the files that a site hands over.
func handedOverBy(t *testing.T, s *site) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, out := range s.handoverOutputs() {
		if path.Base(path.Dir(out.path)) != path.Clean(handoverDir) || path.Base(out.path) == "index.html" {
			continue
		}
		if _, err := out.make(nil, func(_ madeFile, content []byte) error { files[out.path] = string(content); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// TestDraftsAreMail: no line of a draft is wider than mail wants, unless it is a single word,
// and none ends in blanks; what leads to the site leads to a page.
func TestDraftsAreMail(t *testing.T) {
	t.Parallel()
	c := addressed(t)
	s := prepared(t, Options{Config: c}, samplePicture(c))
	s.arrange()
	pages, drafts, links := map[string]bool{}, 0, 0
	for _, out := range s.outputs() {
		pages[out.path] = true
	}
	for name, text := range handedOverBy(t, s) {
		if path.Ext(name) != ".txt" {
			continue
		}
		drafts++
		if !strings.HasSuffix(text, "\n") || strings.Contains(text, "\n\n\n") || strings.HasPrefix(text, "\n") {
			t.Errorf("%s has lines that say nothing:\n%s", name, text)
		}
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if words := strings.Fields(line); len(line) > mailWidth && len(words) > 1 || strings.TrimRight(line, " ") != line {
				t.Errorf("%s: %q is %d wide", name, line, len(line))
			}
			if i := strings.IndexFunc(line, func(r rune) bool { return r > '~' || r < ' ' }); i >= 0 {
				t.Errorf("%s: %q has a letter that is not in ASCII", name, line)
			}
			if at, ours := strings.CutPrefix(strings.TrimSpace(line), c.Site.BaseURL+"/"); ours {
				if links++; !pages[indexFile(at)] {
					t.Errorf("%s leads to %s, which is not there", name, at)
				}
			}
		}
	}
	if drafts < 4 || links < 10 {
		t.Errorf("%d drafts with %d links", drafts, links)
	}
}

// TestParagraphs: whatever a text is, no line of its paragraph is wider than mail wants,
// unless a single word is, and no word is lost.
func TestParagraphs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, prefix string
		texts        []string
		want         string
	}{
		{"nothing", "", nil, ""},
		{"short", "- ", []string{"a", "", "b c"}, "- a b c"},
		{"long", "- ", []string{strings.Repeat("word ", 20)}, "- " + strings.Repeat("word ", 13) + "word\n  " + strings.TrimSpace(strings.Repeat("word ", 6))},
		{"one long word", "  ", []string{"see", strings.Repeat("x", 80), "there"}, "  see\n  " + strings.Repeat("x", 80) + "\n  there"},
		{"line breaks", "", []string{"a\nb\r\nSubject: c"}, "a b Subject: c"},
	} {
		if got := asParagraph(test.prefix, test.texts...); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

// TestHandoversLeaveOutWhatDoesNotCome: a build that is switched off is neither announced
// nor tested; nor is, once a milestone is over, what was never published.
func TestHandoversLeaveOutWhatDoesNotCome(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	const off, line = "xubuntu-24.04.4-minimal-amd64", "Xubuntu Minimal amd64: disabled"
	if text := string(site["noble/24.04.4/handover/checksums.yaml"]); strings.Contains(text, off) {
		t.Errorf("checksums.yaml has %s, whose build is switched off", off)
	}
	call := string(site["noble/24.04.4/handover/call-for-testing.txt"])
	_, rest, found := strings.Cut(call, "\nSwitched off")
	if !found || strings.Contains(call, line) || !strings.Contains(rest, "\n  Xubuntu Minimal amd64, build ") {
		t.Errorf("what is switched off is to be tested:\n%s", call)
	}
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, samplePicture(c))
	s.arrange()
	open := s.openMilestones()
	if len(open) == 0 {
		t.Fatal("no milestone is in testing")
	}
	for _, m := range open {
		before := len(s.handoverMilestone(m, &release.HandoverRule{}).Images)
		m.Status = release.MilestoneReleased
		for _, img := range s.handoverMilestone(m, &release.HandoverRule{}).Images {
			if !img.There {
				t.Errorf("%s is over, and has %s to come", m.Title, img.Name)
			}
		}
		if before == 0 {
			t.Errorf("%s had no image", m.Title)
		}
	}
}

// TestFinalNamesAreTold: of a product with several main files of one type each file has a
// name of its own, wherever names after publishing are told.
func TestFinalNamesAreTold(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, samplePicture(c))
	s.arrange()
	row := comingRow(t, s)
	daily, img := *row.Daily, *row.Daily.Image
	img.Name = "noble-src"
	img.Files = []release.File{
		fileOf("noble-src-9.iso", "iso", 9, true, sum64), fileOf("noble-src-10.iso", "iso", 10, true, sum64), fileOf("noble-src.list", "list", 11, true, sum64),
		fileOf("other.iso", "iso", 12, true, sum64), // not of what the others are
	}
	daily.Image, row.Daily = &img, &daily
	var sums, lists []string
	for _, v := range s.handoverMilestone(row.Manifest, &release.HandoverRule{}).Images {
		if v.Product == row.Product.Title {
			sums = append(sums, fmt.Sprint(v.Name, " ", v.Size))
		}
	}
	for _, c := range s.coming() {
		for _, f := range c.Files {
			if strings.HasPrefix(f.Daily, daily.Dir+"/") {
				lists = append(lists, fmt.Sprint(path.Base(f.Path), " ", *f.Size))
			}
		}
	}
	stem := row.Location.Stem
	want := []string{stem + "-9.iso 9", stem + "-10.iso 10"}
	if !slices.Equal(sums, want) || !slices.Equal(lists, want) || releasedName(row) != stem+"-9.iso" {
		t.Errorf("handed over %q, to come %q, the first is %s; want %q", sums, lists, releasedName(row), want)
	}
}

// comingRow is a row of a milestone in testing whose image is to come.
func comingRow(t *testing.T, s *site) *release.Row {
	t.Helper()
	for _, m := range s.openMilestones() {
		for _, r := range m.Rows() {
			if r.Daily != nil && r.Intended && r.Release == nil && len(r.Daily.Files) > 0 && r.Location != nil && r.Location.Tree != "" {
				return r
			}
		}
	}
	t.Fatal("nothing is to come")
	return nil
}

// TestInstallersOfAMilestone: a hand-over has those that its rule asks for, and is made
// again when a tracker switches one off.
func TestInstallersOfAMilestone(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	rule := release.HandoverRule{Name: "netboot.json", Of: release.HandoverMilestone, Arch: []string{"arm64"}}
	c.Rules.Handovers = []release.HandoverRule{rule}
	s := prepared(t, Options{Config: c}, new(release.Joiner).Join(release.Input{Rules: c.Rules, Sources: sampleSources(&c.Rules), AsOf: sampleNow, Stale: c.Site.Stale}))
	s.again = true
	s.arrange()
	told := func(r release.HandoverRule) []string {
		for _, l := range s.picture.Lines {
			for _, m := range l.Milestones {
				if l.Slug == "noble" && m.Slug == "24.04.3" {
					var arches []string
					for _, n := range s.handoverMilestone(m, &r).Netboot {
						arches = append(arches, n.Arch)
					}
					return arches
				}
			}
		}
		return nil
	}
	keys := func() map[string]fingerprint {
		all := map[string]fingerprint{}
		for _, o := range s.handoverOutputs() {
			all[o.path] = o.whole
		}
		return all
	}
	const file = "noble/24.04.3/handover/netboot.json"
	was := keys()
	if got := told(release.HandoverRule{Arch: []string{"riscv64"}}); len(got) > 0 {
		t.Errorf("a rule for another machine gets installers of %q", got)
	}
	if got := told(rule); !slices.Equal(got, []string{"arm64"}) || !was[file].is(keys()[file]) {
		t.Fatalf("installers of %q, key %x", got, was[file])
	}
	for _, n := range s.picture.Netboot {
		for _, e := range n.Entries {
			e.Disabled = true
		}
	}
	if got := told(rule); len(got) > 0 || keys()[file] == was[file] {
		t.Errorf("switched off there are installers of %q, and the key is the same: %t", got, keys()[file] == was[file])
	}
}

// TestChecksumsAreAList, also where there is none.
func TestChecksumsAreAList(t *testing.T) {
	t.Parallel()
	s := prepared(t, Options{Config: defaultConfig(t)}, &release.Picture{AsOf: sampleNow})
	for name, images := range map[string][]handoverImage{
		"no image": nil, "no checksum": {{Name: "a.iso"}}, "one of two": {{Name: "a.iso"}, {Name: "b.iso", SHA256: sum64}},
	} {
		var b bytes.Buffer
		if err := s.layouts.renderHandover(&b, "checksums.yaml", handoverFacts{Title: "Noble", AsOf: sampleNow, Images: images}); err != nil {
			t.Fatal(err)
		}
		var got struct{ Checksums any }
		err := yaml.Unmarshal(b.Bytes(), &got)
		if list, ok := got.Checksums.([]any); err != nil || !ok || (len(list) > 0) != (name == "one of two") {
			t.Errorf("%s: %v, error %v:\n%s", name, got.Checksums, err, b.String())
		}
	}
}

// ownHandover is the file that a site owner's own template makes of the sample, or the
// error.
func ownHandover(t *testing.T, r release.HandoverRule, text string) (string, error) {
	t.Helper()
	c := defaultConfig(t)
	r.Title = "a file"
	c.Rules.Handovers = []release.HandoverRule{r}
	layouts := map[string]string{}
	if text != "" {
		layouts[handoverDir+r.Name] = text
	}
	o := Options{Config: c, Layouts: layoutsLike(t, layouts)}
	s, err := prepare(o)
	if err != nil {
		return "", err
	}
	if err := s.layouts.missing(); err != nil {
		return "", err
	}
	s.picture = samplePicture(c)
	s.arrange()
	for _, out := range s.handoverOutputs() {
		if out.path == "noble/24.04.4/handover/"+r.Name || out.path == handoverDir+r.Name {
			var made string
			_, err := out.make(nil, func(_ madeFile, content []byte) error { made = string(content); return nil })
			return made, err
		}
	}
	return "", errors.New("there is no such file")
}

// TestOwnHandovers: a line of configuration and a template make a file, escaped for what
// its name says, of the images that are asked for.
func TestOwnHandovers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		rule release.HandoverRule
		text string
		want string
	}{
		{
			"some images",
			release.HandoverRule{Name: "own.txt", Of: release.HandoverMilestone, Project: []string{"kubuntu"}},
			"{{range .Images}}{{.Name}} {{.Size}} {{.There}}\n{{end}}", "kubuntu-24.04.4-desktop-amd64.iso 4311746560 false\n",
		},
		{
			"what is out",
			release.HandoverRule{Name: "own.txt", Of: release.HandoverSite, Project: []string{"kubuntu"}, Series: []string{"noble"}},
			"{{range .Images}}{{.Title}}, {{.Kind}} for {{.Machine}}: {{.Address}}\n{{end}}",
			"Kubuntu 24.04.3 LTS, Desktop image for 64-bit PC: https://cdimage.example.org/kubuntu/releases/noble/release/kubuntu-24.04.3-desktop-amd64.iso\n",
		},
		{"HTML", release.HandoverRule{Name: "own.html", Of: release.HandoverMilestone}, `<a title="{{"<\">"}}">{{"<b>"}}</a>`, `<a title="&lt;&#34;&gt;">&lt;b&gt;</a>`},
		{"JSON", release.HandoverRule{Name: "own.json", Of: release.HandoverSite}, "{{json (list \"a\\\"\" \"<b>\")}}", `["a\"","<b>"]`},
		{"CSV", release.HandoverRule{Name: "own.csv", Of: release.HandoverSite}, `{{csv "=1+1" "a,b" "c\"d" ""}}`, `'=1+1,"a,b","c""d",`},
		{"CSV, formulas after blanks and in wide letters", release.HandoverRule{Name: "own.csv", Of: release.HandoverSite}, `{{csv " =1+1" "＝1" "'a" "a=1"}}`, `' =1+1,'＝1,''a,a=1`},
	}
	for _, test := range tests {
		if got, err := ownHandover(t, test.rule, test.text); err != nil || got != test.want {
			t.Errorf("%s: error %v, got\n%s", test.name, err, got)
		}
	}
}

// TestMistakesInHandovers wants the file, the line and what is wrong of each mistake in a
// template.
func TestMistakesInHandovers(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, text, want string }{
		{"no such field", "own.txt", "a\n{{.Titel}}", `layouts/handover/own.txt:2:3: handoverFacts has no field or method "Titel"; did you mean "Title"?`},
		{"no such field, HTML", "own.html", "<p>\n{{.Titel}}</p>", `layouts/handover/own.html:2:3: handoverFacts has no field or method "Titel"; did you mean "Title"?`},
		{"of an image", "own.txt", "{{range .Images}}{{.Nam}}{{end}}", `layouts/handover/own.txt:1:20: handoverImage has no field or method "Nam"; did you mean "Name"?`},
		{"no end", "own.txt", "{{if .Open}}", "layouts/handover/own.txt:1:1: unexpected EOF"},
		{"open tag", "own.html", `<a href="{{.Address}}>`, "layouts/handover/own.html: ends in a non-text context"},
		{"no JSON", "own.json", "[1,]", `layouts/handover/own.json: page /noble/24.04.4/handover/own.json: makes no JSON: invalid character ']' looking for beginning of value after "[1,]"; write values as {{json .Name}}, and commas only between them`},
		{"no template", "own.txt", "", "layouts/handover/own.txt: is missing; [[handover]] names it"},
		{"no clock", "own.txt", "{{now}}", `layouts/handover/own.txt:1:3: there is no function "now"`},
	}
	for _, test := range tests {
		_, err := ownHandover(t, release.HandoverRule{Name: test.file, Of: release.HandoverMilestone}, test.text)
		var wrong *LayoutError
		if err == nil || !strings.HasPrefix(err.Error(), test.want) || !errors.As(err, &wrong) {
			t.Errorf("%s: error %v, want %s", test.name, err, test.want)
		}
	}
}

// TestHostileNamesStayOnTheirLine: names from outside begin no line of a text, and a file
// whose name would is left out.
func TestHostileNamesStayOnTheirLine(t *testing.T) {
	t.Parallel()
	f := &release.Facts{Source: release.RoleFull, Directories: []release.Directory{{Series: "noble", Project: "kubuntu", Path: "kubuntu/releases/noble/release", Kind: release.DirectoryRelease, Status: "release"}}}
	for _, name := range []string{"kubuntu-24.04.1-desktop-amd64.iso", "kubuntu-24.04.1-desktop-amd64\nevil.iso"} {
		f.Images = append(f.Images, release.Image{
			Series: "noble", Project: "kubuntu", Dir: f.Directories[0].Path, Name: name, Kind: release.ImageRelease, PublishType: "desk\ntop", Arch: "amd\r64" + name[29:30], Version: "24.04.1",
			Files: []release.File{fileOf(name, "iso", 1, true, sum64)},
		})
	}
	f.Sort()
	s := treesOf(t, f)
	var names []string
	for _, v := range s.handoverSite(&release.HandoverRule{}).Images {
		names = append(names, v.Name)
		for _, text := range []string{v.Title, v.Kind, v.PublishType, v.Arch, v.Machine, v.Name, v.Address} {
			if strings.ContainsAny(text, "\r\n") {
				t.Errorf("%q has a line break", text)
			}
		}
	}
	if diff := cmp.Diff([]string{"kubuntu-24.04.1-desktop-amd64.iso"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
