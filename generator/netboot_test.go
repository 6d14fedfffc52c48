package generator

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

func TestNetbootSetInOneFileOnly(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	s := prepared(t, Options{Config: c}, &release.Picture{})
	tree := &release.Tree{Name: "full", Site: "https://cd.example"}
	s.directories = map[string]*release.TreeDirectory{"full\x00noble": {URL: "https://cd.example/noble/"}}
	e := &release.NetbootEntry{
		NetbootSet: release.NetbootSet{Arch: "amd64", Parent: "noble", Kind: release.ImageRelease, Version: "24.04.3", Tarball: &release.File{Name: "n-netboot-amd64.tar.gz", Type: "tar.gz", SHA256: "ab"}},
		Tree:       tree, URL: "https://cd.example/noble/",
	}
	v := s.viewNetboot(&Page{}, e)
	if want := "curl -O https://cd.example/noble/n-netboot-amd64.tar.gz\ntar -xf n-netboot-amd64.tar.gz"; v.Fetch != want || v.Script != "" {
		t.Errorf("commands %q, script %q; want %q and none", v.Fetch, v.Script, want)
	}
	if v.Tarball.What != "all netboot files in one" {
		t.Errorf("the archive is called %q", v.Tarball.What)
	}
	if diff := cmp.Diff([]string{"n-netboot-amd64.tar.gz"}, v.Covered); diff != "" {
		t.Errorf("covered by a checksum list (-want +got):\n%s", diff)
	}
}

func TestNetbootWarnsOnceOfAnotherISO(t *testing.T) {
	t.Parallel()
	s := prepared(t, Options{Config: defaultConfig(t)}, &release.Picture{})
	e := &release.NetbootEntry{NetbootSet: release.NetbootSet{ISO: "https://cd.example/old.iso", Beside: "new.iso"}}
	if v := s.viewNetboot(&Page{}, e); v.Beside != "new.iso" {
		t.Errorf("beside %q, want a warning of new.iso", v.Beside)
	}
	e.Findings = []*release.Finding{{Rule: "netboot-iso", Severity: release.Warning, Text: "it starts old.iso"}}
	if v := s.viewNetboot(&Page{}, e); v.Beside != "" || len(v.Findings) != 1 {
		t.Errorf("beside %q and %d findings, want the finding alone", v.Beside, len(v.Findings))
	}
}
