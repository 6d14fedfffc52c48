package generator

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"shiplist/internal/testenv"
)

// apache serves a directory as a mirror would that lets .htaccess do no more than it
// has to, and returns its address. What the server sets for all its directories is what
// Debian's does.
func apache(t *testing.T, root string) string {
	t.Helper()
	return testenv.Apache(t, root, fmt.Sprintf("AddEncoding x-gzip .gz\nDirectoryIndex index.html\n"+
		"IndexOptions FancyIndexing\nAddIconByEncoding (CMP,/icons/compressed.gif) x-compress x-gzip\nAddIconByType (TXT,/icons/text.gif) text/*\n"+
		"AddIcon /icons/back.gif ..\nAddIcon /icons/folder.gif ^^DIRECTORY^^\nDefaultIcon /icons/unknown.gif\n"+
		"<Directory />\nAllowOverride None\nRequire all denied\n</Directory>\n"+
		"<Directory %q>\nOptions Indexes FollowSymLinks\nAllowOverride Indexes FileInfo\nRequire all granted\n</Directory>", root), "alias")
}

// fetch gets an address without following where it leads.
func fetch(t *testing.T, address string) (*http.Response, []byte) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}
