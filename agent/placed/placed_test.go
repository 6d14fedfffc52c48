package placed

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/agent/fetch"
	"shiplist/internal/release"
)

const (
	desktopSum = "1111111111111111111111111111111111111111111111111111111111111111"
	kubuntuSum = "2222222222222222222222222222222222222222222222222222222222222222"
)

// sampleSet is an image for each of the two trees.
func sampleSet() *release.PublishSet {
	publication := func(l release.Location, sum string) *release.Publication {
		return &release.Publication{
			Row: &release.Row{Identity: release.Identity{PublishType: "desktop", Arch: "amd64"}}, Location: l,
			Files: []release.PublishFile{{From: "noble-desktop-amd64.iso", To: l.Stem + ".iso", Size: 5, SHA256: sum}},
		}
	}
	return &release.PublishSet{Products: []*release.Publication{
		publication(release.Location{Official: release.OfficialYes, Role: "simple", Dir: "noble", Stem: "ubuntu-24.04-desktop-amd64"}, desktopSum),
		publication(release.Location{Official: release.OfficialNamed, Role: "full", Dir: "kubuntu/releases/noble/release", Stem: "kubuntu-24.04-desktop-amd64"}, kubuntuSum),
	}}
}

// published are the files of the set as they should be.
func published() map[string]string {
	return map[string]string{
		"simple/.pool/ubuntu-24.04-desktop-amd64.iso":                               "12345",
		"simple/noble/ubuntu-24.04-desktop-amd64.iso":                               "12345",
		"simple/noble/SHA256SUMS":                                                   desktopSum + " *ubuntu-24.04-desktop-amd64.iso\n",
		"full/kubuntu/releases/noble/release/kubuntu-24.04-desktop-amd64.iso":       "12345",
		"full/kubuntu/releases/noble/release/kubuntu-24.04-desktop-amd64.iso.zsync": "1",
		"full/kubuntu/releases/noble/release/SHA256SUMS":                            kubuntuSum + "  kubuntu-24.04-desktop-amd64.iso\n",
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(map[string]string)
		want   []string // what differs
	}{
		{"as it should be", func(map[string]string) {}, nil},
		{"no checksum lists", func(f map[string]string) {
			delete(f, "simple/noble/SHA256SUMS")
			delete(f, "full/kubuntu/releases/noble/release/SHA256SUMS")
		}, nil},
		{"missing, and in the list", func(f map[string]string) { delete(f, "simple/noble/ubuntu-24.04-desktop-amd64.iso") }, []string{
			"missing simple/noble/ubuntu-24.04-desktop-amd64.iso",
		}},
		{"size", func(f map[string]string) { f["simple/.pool/ubuntu-24.04-desktop-amd64.iso"] = "1" }, []string{"size simple/.pool/ubuntu-24.04-desktop-amd64.iso"}},
		{"checksum", func(f map[string]string) {
			f["simple/noble/SHA256SUMS"] = strings.ReplaceAll(f["simple/noble/SHA256SUMS"], "1", "3")
		}, []string{"checksum simple/noble/ubuntu-24.04-desktop-amd64.iso"}},
		{"extra, in the list", func(f map[string]string) {
			f["simple/noble/ubuntu-24.04-desktop-i386.iso"] = "x"
			f["simple/noble/SHA256SUMS"] = desktopSum + " *ubuntu-24.04-desktop-amd64.iso\r\n" + kubuntuSum + " *ubuntu-24.04-desktop-i386.iso\n" +
				"no checksum\n" + kubuntuSum + " *../ubuntu-24.04-x.iso\n"
		}, []string{"extra simple/noble/ubuntu-24.04-desktop-i386.iso"}},
		{"nothing", func(f map[string]string) { clear(f) }, []string{
			"missing full/kubuntu/releases/noble/release/kubuntu-24.04-desktop-amd64.iso",
			"missing simple/.pool/ubuntu-24.04-desktop-amd64.iso", "missing simple/noble/ubuntu-24.04-desktop-amd64.iso",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := published()
			tt.change(files)
			dir := t.TempDir()
			for _, role := range roles {
				mkdir(t, filepath.Join(dir, role))
			}
			for name, text := range files {
				full := filepath.Join(dir, filepath.FromSlash(name))
				mkdir(t, filepath.Dir(full))
				if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			server := httptest.NewServer(http.FileServer(http.Dir(dir)))
			defer server.Close()
			for _, places := range [][]string{
				{dir},
				{server.URL + "/"},
				{"full=" + server.URL + "/full", "simple=" + filepath.Join(dir, "simple")},
			} {
				if diff := cmp.Diff(tt.want, differences(t, places)); diff != "" {
					t.Errorf("%q: (-want +got)\n%s", places, diff)
				}
			}
		})
	}
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

// differences are those that are found at places.
func differences(t *testing.T, texts []string) []string {
	t.Helper()
	places, err := Parse(texts)
	if err != nil {
		t.Fatal(err)
	}
	set := sampleSet()
	found, err := places.Find(t.Context(), fetch.New(fetch.Options{}), set)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, d := range set.Verify(found, places.Has).Mismatches {
		list = append(list, d.Kind+" "+d.Path)
	}
	return list
}

// TestFindOneTree says nothing of the tree that nobody asked for.
func TestFindOneTree(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{
		"missing simple/.pool/ubuntu-24.04-desktop-amd64.iso", "missing simple/noble/ubuntu-24.04-desktop-amd64.iso",
	}, differences(t, []string{"simple=" + t.TempDir()})); diff != "" {
		t.Error(diff)
	}
}

// TestFindUnseen does not take what a server refuses to tell for what is not there, and
// goes on with the rest.
func TestFindUnseen(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/simple/.pool/"):
			http.Error(w, "no", http.StatusForbidden)
		case strings.HasSuffix(r.URL.Path, "/SHA256SUMS"):
			http.Error(w, "no", http.StatusUnauthorized)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	if diff := cmp.Diff([]string{
		"missing full/kubuntu/releases/noble/release/kubuntu-24.04-desktop-amd64.iso",
		"unseen simple/.pool/ubuntu-24.04-desktop-amd64.iso",
		"missing simple/noble/ubuntu-24.04-desktop-amd64.iso",
		"unseen full/kubuntu/releases/noble/release/SHA256SUMS",
		"unseen simple/.pool/SHA256SUMS", "unseen simple/noble/SHA256SUMS",
	}, differences(t, []string{server.URL})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestFindFails says of a folder that is not there that it is not.
func TestFindFails(t *testing.T) {
	t.Parallel()
	places, err := Parse([]string{filepath.Join(t.TempDir(), "none")})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := places.Find(t.Context(), fetch.New(fetch.Options{}), sampleSet()); err == nil {
		t.Errorf("found %v", found)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		texts []string
		want  Places
	}{
		{[]string{"/srv/cdimage/www"}, Places{"full": "/srv/cdimage/www/full", "simple": "/srv/cdimage/www/simple"}},
		{[]string{"simple=https://releases.example.org"}, Places{"simple": "https://releases.example.org"}},
		{[]string{"www", "full=/mnt/full"}, Places{"full": "/mnt/full", "simple": "www/simple"}},
		{[]string{"a=b"}, Places{"full": "a=b/full", "simple": "a=b/simple"}},
	} {
		got, err := Parse(tt.texts)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%q: %v\n%s", tt.texts, err, diff)
		}
	}
	for _, bad := range []string{"", "full="} {
		if got, err := Parse([]string{bad}); err == nil {
			t.Errorf("%q is taken: %v", bad, got)
		}
	}
}
