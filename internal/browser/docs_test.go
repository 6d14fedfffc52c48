package browser

import (
	"os"
	"testing"
)

// heaviest is what a picture in the source may weigh, in bytes.
const heaviest = 150_000

// TestDocsImages takes the pictures of docs/images: a milestone's answer and first rows,
// a page to download from, and a series. It is for make docs-images.
func TestDocsImages(t *testing.T) {
	out := os.Getenv("SHIPLIST_DOCS_IMAGES")
	if out == "" {
		t.Skip("no SHIPLIST_DOCS_IMAGES says where pictures are wanted")
	}
	v := visit{browser: start(t)}
	dir, _ := site(t)
	v.home, v.pages = serve(t, dir), pages(t, dir)
	for _, p := range v.pages {
		name := map[string]string{"milestone": "manifest", "directory": "directory", "series": "series"}[p.kind]
		if name == "" {
			continue
		}
		b := open(t, v.browser, v.home, p.path, way{1280, "light", true})
		picture := b.picture(t, 1280, 1320, 0.65)
		if len(picture) > heaviest {
			t.Errorf("%s.png has %d bytes, want at most %d", name, len(picture), heaviest)
		}
		save(t, out, name+".png", picture)
	}
}
