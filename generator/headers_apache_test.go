package generator

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	xhtml "golang.org/x/net/html"

	"shiplist/internal/testenv"
)

// layTree writes what a tree of the sample holds, with what was made for it laid in.
func layTree(t *testing.T, s *site, tree, made string) string {
	t.Helper()
	root := testenv.OpenDir(t)
	for _, d := range s.downloads {
		if d.tree.Name != tree {
			continue
		}
		for _, name := range namesOf(d) {
			write(t, root+"/"+d.dir+"/"+name, "x")
		}
		for _, dir := range d.dirs {
			for _, alias := range dir.Aliases {
				if d.dir != alias && !strings.Contains(alias, "/") {
					_ = os.Symlink(d.dir, root+"/"+alias)
				}
			}
		}
	}
	if err := os.CopyFS(root, os.DirFS(filepath.Join(made, tree))); err != nil {
		t.Fatal(err)
	}
	return root
}

// namesOf are the files that a directory holds.
func namesOf(d *download) []string {
	var names []string
	for _, img := range d.images {
		for _, f := range img.Files {
			names = append(names, f.Name)
		}
	}
	for _, dir := range d.dirs {
		for _, list := range dir.Checksums {
			names = append(names, list, list+".gpg")
		}
	}
	for _, n := range d.netboot {
		if n.Tarball != nil {
			names = append(names, n.Tarball.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TestHeadersInApache lays the files into the trees of the sample and looks at what a
// real server makes of them.
func TestHeadersInApache(t *testing.T) {
	t.Parallel()
	c := headersConfig(t)
	s := headersSite(t, c)
	writeSample(t, s, c)
	for _, tree := range []string{"simple", "full"} {
		t.Run(tree, func(t *testing.T) {
			t.Parallel()
			home := apache(t, layTree(t, s, tree, c.Site.Headers))
			seen := 0
			for _, d := range s.headersDirs([]string{tree}) {
				seen++
				listingInApache(t, s, home, d)
			}
			if seen == 0 {
				t.Error("no directory")
			}
		})
	}
}

func listingInApache(t *testing.T, s *site, home string, d headersDir) {
	t.Helper()
	address := home + (&url.URL{Path: "/" + d.dir + "/"}).EscapedPath()
	resp, page := fetch(t, address)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/html;charset=UTF-8" {
		t.Fatalf("%s: %s, %s\n%s", address, resp.Status, resp.Header.Get("Content-Type"), page)
	}
	for _, problem := range wholePage(page) {
		t.Errorf("%s: %s", address, problem)
	}
	all, err := s.describeFiles(d.download)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, each := range all {
		want[each.Pattern] = xhtml.UnescapeString(each.Text)
	}
	rows := listingRows(page)
	for _, name := range namesOf(d.download) {
		if got := rows[name]; got == "" || got != want[listingPattern(name)] {
			t.Errorf("%s: %s is described as %q, want %q", address, name, got, want[listingPattern(name)])
		}
		if resp, _ := fetch(t, address+url.PathEscape(name)); resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s%s: %s, encoding %q", address, name, resp.Status, resp.Header.Get("Content-Encoding"))
		}
	}
	for _, name := range headersFiles {
		if _, shown := rows[name]; shown {
			t.Errorf("%s lists %s", address, name)
		}
	}
	for _, r := range s.latest(d.download) {
		resp, _ := fetch(t, home+(&url.URL{Path: r.From}).EscapedPath())
		if at, err := resp.Location(); err != nil || resp.StatusCode != http.StatusMovedPermanently || at.EscapedPath() != r.To {
			t.Errorf("%s: %s to %v (%v), want 301 to %s", r.From, resp.Status, at, err, r.To)
			continue
		}
		if resp, _ := fetch(t, home+r.To); resp.StatusCode != http.StatusOK {
			t.Errorf("%s leads to %s: %s", r.From, r.To, resp.Status)
		}
	}
}

// listingRows are the names in a listing with their descriptions.
func listingRows(page []byte) map[string]string {
	rows := map[string]string{}
	for _, n := range elements(page) {
		if n.Data != "tr" {
			continue
		}
		var cells []*xhtml.Node
		for c := range n.ChildNodes() {
			if c.Type == xhtml.ElementNode && c.Data == "td" {
				cells = append(cells, c)
			}
		}
		if len(cells) == 5 {
			rows[textOf(cells[1])] = strings.TrimSpace(strings.ReplaceAll(textOf(cells[4]), "\u00a0", " "))
		}
	}
	return rows
}

func textOf(n *xhtml.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == xhtml.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// wholePage says what is wrong with a page that Apache put together.
func wholePage(page []byte) []string {
	problems := unbalanced(page)
	if !strings.HasPrefix(string(page), "<!doctype html>\n<html lang=\"en\">\n") || !strings.HasSuffix(string(page), "</html>\n") {
		problems = append(problems, "does not begin or end as a page does")
	}
	count, ids, anchors := map[string]int{}, map[string]bool{}, []string{}
	for _, n := range elements(page) {
		count[n.Data]++
		for _, a := range n.Attr {
			switch {
			case a.Key == "id" && ids[a.Val]:
				problems = append(problems, "two ids "+a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "src" && !strings.HasPrefix(a.Val, "data:"):
				problems = append(problems, "asks for "+a.Val)
			case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
				anchors = append(anchors, a.Val[1:])
			}
		}
		if n.Data == "a" && strings.TrimSpace(textOf(n)) == "" {
			problems = append(problems, "a link without words")
		}
	}
	for _, a := range anchors {
		if !ids[a] {
			problems = append(problems, "nothing is called #"+a)
		}
	}
	for _, one := range []string{"html", "head", "body", "title", "h1", "main", "header", "footer", "table"} {
		if count[one] != 1 {
			problems = append(problems, fmt.Sprintf("%d of %s", count[one], one))
		}
	}
	if count["script"]+count["link"] > 1 || strings.Contains(string(page), "min-width") {
		problems = append(problems, "has a script, or a style sheet from elsewhere, or does not get narrow")
	}
	return problems
}

// TestNamesInApache: whatever a name or a text has in it, Apache reads the line as it is
// meant, and nothing else.
func TestNamesInApache(t *testing.T) {
	t.Parallel()
	root := testenv.OpenDir(t)
	rng := rand.New(rand.NewPCG(3, 4))
	odd := []string{`"`, `\`, "\n", "${PATH}", "${X", "[", "]", "*", "?", "'", " ", "<b>", "&amp;", "%", "$", "#", "é", "\xff", "\t", "a", "Z", "~", ">", "</td>"}
	some := func() string {
		var b strings.Builder
		for range 1 + rng.IntN(5) {
			b.WriteString(odd[rng.IntN(len(odd))])
		}
		return b.String()
	}
	var b strings.Builder
	b.WriteString("IndexOptions FancyIndexing HTMLTable NameWidth=* DescriptionWidth=* Charset=UTF-8\n")
	texts, paths := map[string]string{}, map[string]string{}
	for n := range 200 {
		name, text := strings.ReplaceAll(fmt.Sprintf("f%03d%s.iso", n, some()), "/", "|"), fmt.Sprintf("%d %s end", n, some())
		if err := os.WriteFile(filepath.Join(root, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "AddDescription \"%s\" \"%s\"\n", listingText(text), listingPattern(name))
		texts[name] = xhtml.UnescapeString(listingText(text))
		if from, ok := quotable("/latest" + name); ok && !strings.Contains(name, "\xff") {
			to := url.URL{Path: "/" + name}
			fmt.Fprintf(&b, "RedirectPermanent \"%s\" \"%s\"\n", from, to.EscapedPath())
			paths["/latest"+name] = to.EscapedPath()
		}
	}
	if len(paths) < 50 {
		t.Fatalf("only %d redirects", len(paths))
	}
	write(t, root+"/.htaccess", b.String())
	home := apache(t, root)
	_, page := fetch(t, home+"/")
	shown := map[string]string{}
	for _, n := range elements(page) {
		if n.Data != "tr" {
			continue
		}
		href := ""
		var last string
		for d := range n.Descendants() {
			if d.Data == "a" && d.Type == xhtml.ElementNode {
				href, _ = url.PathUnescape(attribute(d, "href"))
			}
			if d.Data == "td" && d.Type == xhtml.ElementNode {
				last = textOf(d)
			}
		}
		shown[path.Base(href)] = last
	}
	for name, want := range texts {
		if got := shown[name]; strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%q is described as %q, want %q", name, got, want)
		}
	}
	for from, want := range paths {
		resp, _ := fetch(t, home+(&url.URL{Path: from}).EscapedPath())
		if got := strings.TrimPrefix(resp.Header.Get("Location"), home); resp.StatusCode != http.StatusMovedPermanently || got != want {
			t.Errorf("%q: %s to %q, want %q", from, resp.Status, got, want)
		}
	}
}
