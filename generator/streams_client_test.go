package generator

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/lxc/incus/shared/simplestreams"
)

// TestStreamsForIncus lets the client of Incus, which looks for its own images in
// simplestreams of anybody, read every index and list of the site over HTTP. Ours have none
// for it; so its types tell what it understood of the files.
func TestStreamsForIncus(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	for name, content := range sampleSite(t) {
		files[name] = &fstest.MapFile{Data: content}
	}
	var lock sync.Mutex
	var asked []string
	site := http.FileServerFS(files)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		asked = append(asked, strings.TrimPrefix(r.URL.Path, "/"))
		lock.Unlock()
		site.ServeHTTP(w, r)
	}))
	defer server.Close()
	var want []string
	items := 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		at, isIndex := strings.CutSuffix(name, "streams/v1/index.json")
		if !isIndex {
			continue
		}
		if _, err := simplestreams.NewClient(server.URL+"/"+at, *server.Client(), "test").ListImages(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var index simplestreams.Stream
		if err := json.Unmarshal(files[name].Data, &index); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
		for _, entry := range index.Index {
			want = append(want, at+entry.Path)
			items += readsItems(t, at+entry.Path, files[at+entry.Path].Data)
		}
	}
	slices.Sort(want)
	lock.Lock()
	defer lock.Unlock()
	slices.Sort(asked)
	if diff := cmp.Diff(want, asked); diff != "" || items < 100 {
		t.Errorf("%d items; lists that were asked for (-of the indexes +asked):\n%s", items, diff)
	}
}

// readsItems counts what the client understands of a list, which has to be all of it.
func readsItems(t *testing.T, name string, text []byte) (items int) {
	t.Helper()
	var list simplestreams.Products
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for id, p := range list.Products {
		if p.Architecture == "" || p.OperatingSystem == "" || p.Release == "" || p.Version == "" {
			t.Errorf("%s: %s lacks what it is: %+v", name, id, p)
		}
		for _, v := range p.Versions {
			for _, item := range v.Items {
				items++
				// A type that all items share stands above them, where this client does not look.
				if item.Size <= 0 || len(item.HashSha256) != 64 || item.FileType != "" && !strings.HasSuffix(path.Base(item.Path), "."+item.FileType) {
					t.Errorf("%s: %s: %+v", name, id, item)
				}
			}
		}
	}
	if n := strings.Count(string(text), `"path": `); n != items || list.Format != "products:1.0" || list.DataType != "image-downloads" {
		t.Errorf("%s: %d of %d items, format %q of %q", name, items, n, list.Format, list.DataType)
	}
	return items
}
