package mirror

import (
	"os"
	"path/filepath"
	"testing"

	"shiplist/generator/publish"
)

// TestRsyncIndexesLast: an index of simplestreams comes when the lists are there to which
// it leads.
func TestRsyncIndexesLast(t *testing.T) {
	t.Parallel()
	at, dirs := daemon(t, "")
	s, www := newSite(t), filepath.Join(dirs[0], "www")
	all := version(1)
	for _, name := range []string{"index.json", "zebra.json", "index.html"} {
		all["trees/full/streams/v1/"+name] = name
	}
	stageFiles(t, s, 1, all)
	if _, err := publish.Publish(t.Context(), publish.Options{Site: s}); err != nil {
		t.Fatal(err)
	}
	looked := false
	r := one(t, s, address(t, "rsync://"+at+"/m0/www"), func(o *Options) {
		o.step = func(_, step string) error {
			if step != "pages" {
				return nil
			}
			looked = true
			for name, want := range map[string]bool{"index.json": false, "zebra.json": true, "index.html": true} {
				if _, err := os.Stat(filepath.Join(www, "trees/full/streams/v1", name)); (err == nil) != want {
					t.Errorf("before what leads to others %s is there: %t", name, err == nil)
				}
			}
			return nil
		}
	})
	if r.Action != Sent || !looked {
		t.Errorf("%+v, looked %t", r, looked)
	}
	same(t, s, files(t, www))
}
