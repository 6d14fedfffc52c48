package release

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestArchiveSteps has every kind of step.
func TestArchiveSteps(t *testing.T) {
	t.Parallel()
	at := func(path string) HostPath { return HostPath{"simple", path} }
	old := func(path string) HostPath { return HostPath{RoleOld, path} }
	tree := &Tree{Name: "full"}
	set := &ArchiveSet{
		Version: "24.04.1", Newer: "24.04.2", Bytes: 1_540_000_000,
		Moves: []ArchiveMove{
			{From: at("n/a"), To: old("n/a"), SHA256: "1"},
			{From: at("n/b"), To: old("n/b"), SHA256: "1", There: true},
			{From: at("n/c"), To: old("n/c"), Perhaps: true},
		},
		Lists: []ArchiveList{
			{From: at("n/SUMS"), To: old("n/SUMS"), Lines: []string{"1 a"}},
			{From: at("p/SUMS"), To: old("n/SUMS"), Lines: []string{"1 a", "1 b"}, Perhaps: true},
		},
		Described: []ArchiveDescribed{{From: at("n/.htaccess"), To: old("n/.htaccess")}},
		Index:     []ArchiveIndex{{old(".htaccess"), "a line"}},
		Links:     []ArchiveLink{{old("24.04.1"), "n"}, {At: at("24.04.1")}},
		KeptLinks: []HostPath{at("u/24.04.1")},
		Redirects: []ArchiveRedirect{{at(".htaccess"), "/24.04.1", "https://old/24.04.1"}},
		Pages:     []ArchivePage{{At: at("n/H"), Out: []string{"a", "b"}}, {At: at("H"), Out: []string{"24.04.1"}}, {At: old("H"), In: "24.04.1"}},
		Stays:     []*TreeImage{{Image: &Image{Dir: "n", Name: "c"}, Tree: tree}},
	}
	want := [][4]string{
		{"move", "www/n/a", "www/old/n/", ""},
		{"there already", "www/n/b", "www/old/n/", ""},
		{"move", "www/n/c", "www/old/n/", "if there, no checksum"},
		{"1 line", "www/n/SUMS", "www/old/n/SUMS", ""},
		{"2 lines", "www/p/SUMS", "www/old/n/SUMS", "if there"},
		{"sign", "www/n/SUMS", "", ""},
		{"sign", "www/old/n/SUMS", "", ""},
		{"sign", "www/p/SUMS", "", ""},
		{"descriptions", "www/n/.htaccess", "www/old/n/.htaccess", "if there"},
		{"add to index", "www/old/.htaccess", "a line", ""},
		{"link", "www/old/24.04.1", "n", ""},
		{"remove link", "www/24.04.1", "", ""},
		{"redirect", "www/.htaccess", "/24.04.1 to https://old/24.04.1", ""},
		{"edit by hand", "www/n/H", "take out any of the 2 files that move", "if there"},
		{"edit by hand", "www/H", "take out 24.04.1", "if there"},
		{"edit by hand", "www/old/H", "add 24.04.1", "if there"},
		{"link stays", "www/u/24.04.1", "", "shows what is newer from now on"},
		{"stays", "full n/c", "", "no newer release has it"},
	}
	var got [][4]string
	for _, s := range set.Steps(ArchiveRules{Roots: map[string]string{"simple": "www", RoleOld: "www/old"}}) {
		got = append(got, [4]string{s.What, s.From, s.To, s.Note})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got, want := set.Summary(), "24.04.1 is superseded by 24.04.2: 3 files move to the archive, 1.5 GB"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
