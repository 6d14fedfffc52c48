package verify

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// listing is a site that lists images of trees, in one of the two kinds of lists.
func listing(api bool) set { return issued(listed(api), 1, ours()) }

func listed(api bool) set {
	list := fmt.Sprintf(`{"generated_from": "x", "images": [
		{"tree": "simple", "path": "noble", "name": "a", "files": [{"name": "a.iso", "size": 5, "sha256": %q}, {"name": "b.iso", "size": 5, "size_exact": false}]},
		{"tree": "simple", "path": "noble/daily-live/20260423", "files": [{"name": "d.iso", "sha256": %q}]},
		{"tree": "full", "path": "noble", "files": [{"name": "z.iso"}]}]}`, hexOf("aaaaa"), hexOf("ddddd"))
	s := pages(1)
	s["products/a/product.json"] = `{"images": []}`
	name := "products/b/product.json"
	if api {
		name = "api/v1/images/noble.json"
	}
	s[name] = list
	return s
}

// mirror is a copy of the tree "simple", where releases are links into a pool.
func mirror(t *testing.T, change func(dir string) error) string {
	t.Helper()
	dir := set{".pool/a.iso": "aaaaa", "noble/b.iso": "bbbb", "noble/a.iso.zsync": "x", "noble/daily-live/20260423/d.iso": "ddddd"}.dir(t)
	if err := os.Symlink("../.pool/a.iso", filepath.Join(dir, "noble/a.iso")); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		if err := change(dir); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestTree: a copy of a tree against the images that a site lists.
func TestTree(t *testing.T) {
	t.Parallel()
	write := func(name, text string) func(string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644) }
	}
	remove := func(name string) func(string) error {
		return func(dir string) error { return os.Remove(filepath.Join(dir, name)) }
	}
	for name, tt := range map[string]struct {
		change  func(string) error
		dailies bool
		sampled bool
		want    []string
		remote  []string // where it differs
	}{
		"good":               {nil, false, false, nil, nil},
		"with dailies":       {nil, true, false, nil, nil},
		"missing":            {remove("noble/b.iso"), false, false, []string{"missing noble/b.iso"}, nil},
		"link to nowhere":    {remove(".pool/a.iso"), false, false, []string{"missing noble/a.iso"}, nil},
		"daily is gone":      {remove("noble/daily-live/20260423/d.iso"), false, false, nil, nil},
		"daily is missing":   {remove("noble/daily-live/20260423/d.iso"), true, false, []string{"missing noble/daily-live/20260423/d.iso"}, nil},
		"too short":          {write(".pool/a.iso", "aaaa"), false, false, []string{"size noble/a.iso"}, nil},
		"too long":           {write(".pool/a.iso", "aaaaaa"), false, false, []string{"size noble/a.iso"}, nil},
		"too short, sampled": {write(".pool/a.iso", "aaaa"), false, true, []string{"size noble/a.iso"}, nil},
		"other bytes":        {write(".pool/a.iso", "aaaab"), false, false, []string{"checksum noble/a.iso"}, nil},
		"bytes, sampled":     {write(".pool/a.iso", "aaaab"), false, true, nil, nil},
		"extra":              {write("noble/evil.iso", "x"), false, false, []string{"extra noble/evil.iso"}, []string{}},
		"a link out of it":   {func(dir string) error { return relink(dir, "/etc/passwd") }, false, false, []string{"unseen noble/a.iso"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := mirror(t, tt.change)
			o := options(t, dir, 2)
			o.Tree, o.Dailies, o.Full = "simple", tt.dailies, !tt.sampled
			if tt.sampled {
				o.Sample, o.pick = 1, func(int, int) []int { return []int{1} }
			}
			o.Origin = listing(true).serve(t)
			wants(t, "directory", run(t, o), tt.want...)
			if name == "a link out of it" {
				return // a server follows its own links
			}
			remote := tt.want
			if tt.remote != nil {
				remote = tt.remote
			}
			o.Origin, o.Place = listing(false).dir(t), set(filesOf(t, dir)).serve(t)
			wants(t, "server", run(t, o), remote...)
		})
	}
}

func relink(dir, to string) error {
	at := filepath.Join(dir, "noble/a.iso")
	if err := os.Remove(at); err != nil {
		return err
	}
	return os.Symlink(to, at)
}

// filesOf are the files of a directory by path, with what links lead to.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*/*", "*/*/*/*"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if text, err := os.ReadFile(name); err == nil {
				all[strings.TrimPrefix(name, dir+"/")] = string(text)
			}
		}
	}
	return all
}

// TestTreeErrors: nothing is compared with a site that is not as it should be.
func TestTreeErrors(t *testing.T) {
	t.Parallel()
	o := options(t, mirror(t, nil), 2)
	o.Tree = "simple"
	const noble = "api/v1/images/noble.json"
	with := func(s set, list string) set { s[noble] = list; return s }
	for name, tt := range map[string]struct {
		change func(set) set
		want   string
	}{
		"expired":   {func(set) set { return issued(listed(true), -24*8, ours()) }, "expired release.json"},
		"unsigned":  {func(set) set { return issued(listed(true), 1, nil) }, "unsigned release.json.gpg"},
		"other one": {func(s set) set { s["SHA256SUMS"] += "\n"; return s }, "mixed SHA256SUMS"},
		"changed":   {func(s set) set { return with(s, strings.Replace(s[noble], "a.iso", "b.iso", 1)) }, "mixed " + noble},
		"hostile": {func(set) set {
			return issued(with(pages(1), `{"images": [{"tree": "simple", "path": "../..", "files": [{"name": "etc"}]}]}`), 1, ours())
		}, "unreadable " + noble},
		"no list": {func(set) set { return issued(with(pages(1), "[]"), 1, ours()) }, "unreadable " + noble},
	} {
		o.Origin = tt.change(listing(true)).dir(t)
		r := run(t, o)
		if got := told(r); len(got) == 0 || got[0] != tt.want || r.Looked > 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
	for name, tt := range map[string]struct {
		s    set
		tree string
		want string
	}{
		"no lists":   {issued(pages(1), 1, ours()), "simple", `the site lists no images of a tree "simple"; it has `},
		"other tree": {listing(true), "old", `the site lists no images of a tree "old"; it has full, simple`},
	} {
		o.Origin, o.Tree = tt.s.dir(t), tt.tree
		if _, err := Run(t.Context(), o); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzImages: whatever a list says, nothing outside of the tree is looked at.
func FuzzImages(f *testing.F) {
	f.Add([]byte(`{"images": [{"tree": "simple", "path": "noble", "files": [{"name": "a.iso", "size": 5}]}]}`))
	f.Add([]byte(`{"images": [{"tree": "simple", "path": "/etc", "files": [{"name": "../a", "size": -1}]}]}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		o := &Options{Tree: "simple", Dailies: true}
		found := map[string]expected{}
		if o.add(text, found, map[string]bool{}) != nil {
			return
		}
		for name, e := range found {
			if strings.HasPrefix(name, "/") || strings.Contains("/"+name+"/", "/../") || e.size < -1 || e.sha != "" && len(e.sha) != 64 {
				t.Errorf("%q: %+v", name, e)
			}
		}
	})
}
