package browser

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"shiplist/internal/testenv"
)

// headersDir is a directory whose listing has everything that layouts/headers can show.
const headersDir = "simple/noble"

// listingRules are all rules but one: Apache has no word for its column of icons.
const listingRules = `{ resultTypes: ["violations"], rules: { "empty-table-header": { enabled: false } } }`

// TestHeaders looks at what a tree's own server shows: HEADER.html, its listing and
// FOOTER.html as one page.
func TestHeaders(t *testing.T) {
	t.Parallel()
	browser, rules := start(t), axe(t)
	laid := layHeaders(t)
	home := testenv.Apache(t, laid, fmt.Sprintf("Redirect 204 /favicon.ico\n<Directory %q>\nOptions Indexes\nAllowOverride Indexes FileInfo\n</Directory>", laid), "alias") + "/"
	v, p := visit{browser: browser, home: home}, page{kind: "headers", path: headersDir + "/", rules: listingRules}
	t.Run("script", func(t *testing.T) { v.check(t, p, true, rules) })
	t.Run("no script", func(t *testing.T) { v.check(t, p, false, rules) })
	t.Run("markup", func(t *testing.T) { testMarkup(t, withoutListing(t, home+p.path)) })
}

// described are the names in an .htaccess file.
var described = regexp.MustCompile(`(?m)^AddDescription ".*" "([^"?]+)"$`)

// layHeaders makes the demo's headers and lays them into a directory for a server, with
// an empty file for every name that they describe.
func layHeaders(t *testing.T) string {
	t.Helper()
	program, dir := demo(t)
	name := filepath.Join(dir, "config.toml")
	config, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	config = regexp.MustCompile(`(?m)^headers = true\n`).ReplaceAll(config, nil)
	put(t, name, strings.ReplaceAll(string(config), "[[tree]]\n", "[[tree]]\nheaders = true\n"))
	command(t, dir, program, "generate")
	laid := testenv.OpenDir(t)
	to := filepath.Join(laid, filepath.FromSlash(headersDir))
	if err := os.CopyFS(to, os.DirFS(filepath.Join(dir, "headers", filepath.FromSlash(headersDir)))); err != nil {
		t.Fatal(err)
	}
	access, err := os.ReadFile(filepath.Join(to, ".htaccess"))
	if err != nil {
		t.Fatal(err)
	}
	files := described.FindAllStringSubmatch(string(access), -1)
	if len(files) < 10 {
		t.Fatalf("%d files are described", len(files))
	}
	for _, f := range files {
		put(t, filepath.Join(to, f[1]), "")
	}
	return laid
}

// table is the listing of Apache, whose markup is its own.
var table = regexp.MustCompile(`(?s)<table[ >].*</table>`)

// withoutListing keeps a page of Apache in a directory of its own, with a word in place of the
// listing.
func withoutListing(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !table.Match(body) {
		t.Fatalf("%s has no listing", address)
	}
	dir := t.TempDir()
	put(t, filepath.Join(dir, "index.html"), table.ReplaceAllString(string(body), "<p>Listing</p>"))
	return dir
}
