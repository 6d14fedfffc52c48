package browser

import (
	"os"
	"testing"
)

// heaviest is what a picture in the source may weigh, in bytes.
const heaviest = 150_000

// TestDocsImages takes the pictures of docs/images: a milestone's answer and first rows,
// a page to download from, and a series. make docs-images keeps them.
func TestDocsImages(t *testing.T) {
	out := os.Getenv("SHIPLIST_DOCS_IMAGES")
	if out == "" {
		out = t.TempDir() // they can still be taken, and are light enough
	}
	wanted := map[string]string{"milestone": "manifest", "directory": "directory", "series": "series"}
	v := visit{browser: start(t)}
	dir, _ := site(t)
	v.home, v.pages = serve(t, dir), pages(t, dir)
	for _, p := range v.pages {
		name := wanted[p.kind]
		if name == "" {
			continue
		}
		delete(wanted, p.kind)
		b := open(t, v.browser, v.home, p.path, way{1280, "light", true})
		picture := b.picture(t, 1280, 1320, 0.65)
		if len(picture) > heaviest {
			t.Errorf("%s.png has %d bytes, want at most %d", name, len(picture), heaviest)
		}
		save(t, out, name+".png", picture)
	}
	for kind := range wanted {
		t.Errorf("the site has no page of the kind %s", kind)
	}
}
