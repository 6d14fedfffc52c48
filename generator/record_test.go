package generator

import (
	"slices"
	"testing"

	"shiplist/generator/staged"
	"shiplist/internal/release"
)

// TestLasting: the pages that people link to are guarded, each by its kind. Texts are the
// owner's to take away.
func TestLasting(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, samplePicture(c))
	s.arrange()
	made := map[string]bool{}
	for _, o := range s.outputs() {
		made[o.path] = true
	}
	kinds := map[string]string{}
	for _, p := range s.lasting(nil) {
		if !made[indexFile(p.Path)] {
			t.Errorf("/%s is guarded and not made", p.Path)
		}
		kinds[p.Path] = p.Kind
	}
	for path, want := range map[string]string{
		"noble/":                          "series",
		"jammy/":                          "series",
		"noble/24.04.4/":                  "milestone",
		"stonking/snapshot-3/":            "milestone",
		"families/kubuntu/":               "family",
		"families/netboot/":               "family",
		"products/kubuntu-desktop-amd64/": "product",
		"images/full/ubuntu/releases/noble/release/":               "directory",
		"images/full/ubuntu/releases/stonking/release/snapshot-3/": "directory",
		"images/simple/noble/":                                     "directory",
		"images/full/ubuntu-server/noble/daily-live/current/":      "current",
		// Not guarded, though they are made:
		"":               "",
		"noble/daily/":   "",
		"images/":        "",
		"netboot/noble/": "",
		"archive/":       "",
		"changes/":       "",
		"checks/":        "",
		"about/":         "",
	} {
		if !made[indexFile(path)] {
			t.Errorf("/%s is not made, so this says nothing", path)
		}
		if kinds[path] != want {
			t.Errorf("/%s is guarded as %q, want %q", path, kinds[path], want)
		}
	}
	for kind, want := range map[release.DirectoryKind]string{release.DirectoryPending: "pending", release.DirectoryCurrent: "current", release.DirectoryRelease: "directory"} {
		s.downloads = []*download{{kind: kind, path: "images/one/"}}
		if pages := s.lasting(nil); !slices.Contains(pages, staged.Page{Path: "images/one/", Kind: want}) {
			t.Errorf("what %s shows is not guarded as %s", kind, want)
		}
	}
}
