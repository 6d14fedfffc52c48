package tree

import (
	"fmt"
	"path"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// pointed are the images to which a pointer leads.
func pointed(f *release.Facts, is func(release.Image) bool) []string {
	var list []string
	for _, i := range f.Images {
		if is(i) {
			list = append(list, i.Dir+"/"+i.Name)
		}
	}
	return list
}

func isCurrent(i release.Image) bool { return i.Current }
func isPending(i release.Image) bool { return i.Pending }

// twoBuilds are two builds, of which the second carries an image over, and pointers
// to an older and a newer mixture of them.
func twoBuilds() *sample {
	const at = "kubuntu/noble/daily-live"
	s := newSample()
	s.image(at+"/20260901", "noble-desktop-amd64.iso", "amd64 1")
	s.image(at+"/20260901", "noble-desktop-arm64.iso", "arm64 1")
	s.image(at+"/20260902", "noble-desktop-amd64.iso", "amd64 2")
	s.image(at+"/20260902", "noble-desktop-arm64.iso", "arm64 1")
	s.image(at+"/20260902", "noble-desktop-riscv64.iso", "riscv64 2")
	s.sums(at + "/20260901")
	s.sums(at + "/20260902")
	s.linked(at, "current", map[string]string{"noble-desktop-amd64": "20260901", "noble-desktop-arm64": "20260901", "noble-desktop-riscv64": "20260902"})
	s.linked(at, "pending", map[string]string{"noble-desktop-amd64": "20260902"})
	return s
}

// TestPointerMixture finds every image of a pointer by its bytes, in the newest
// build that has them.
func TestPointerMixture(t *testing.T) {
	t.Parallel()
	a := newApache(twoBuilds())
	source := newSource(t, config.Tree{URL: a.start(t)})
	before := poll(t, source, nil)
	const at = "kubuntu/noble/daily-live"
	want := []string{at + "/20260901/noble-desktop-amd64", at + "/20260902/noble-desktop-arm64", at + "/20260902/noble-desktop-riscv64"}
	if diff := cmp.Diff(want, pointed(before.Facts, isCurrent)); diff != "" {
		t.Errorf("current (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{at + "/20260902/noble-desktop-amd64"}, pointed(before.Facts, isPending)); diff != "" {
		t.Errorf("pending (-want +got):\n%s", diff)
	}
	a.faults[at+"/current/SHA256SUMS"] = status(500)
	a.faults[at+"/pending/SHA256SUMS"] = status(500)
	after := poll(t, source, before.Facts)
	if diff := cmp.Diff(before.Facts, after.Facts); diff != "" {
		t.Errorf("facts while pointers fail (-before +after):\n%s", diff)
	}
}

// TestPointerMoved marks what is kept of a failed build by the pointers of today.
func TestPointerMoved(t *testing.T) {
	t.Parallel()
	const at = "ubuntu/stonking/daily-live"
	before := poll(t, newSource(t, config.Tree{URL: newApache(fullSample()).start(t)}), nil)
	s := fullSample()
	s.link(at+"/current", "20260902")
	a := newApache(s)
	a.faults[at+"/20260901"] = status(500)
	after := poll(t, newSource(t, config.Tree{URL: a.start(t)}), before.Facts)
	for _, image := range after.Facts.Images {
		if below(image.Dir, at) && image.Current != (image.Dir == at+"/20260902") {
			t.Errorf("%s/%s: current=%v", image.Dir, image.Name, image.Current)
		}
	}
}

// TestBuildOfRelease remembers the oldest build of a release whose builds are
// purged, whichever was seen in which order.
func TestBuildOfRelease(t *testing.T) {
	t.Parallel()
	s := newSample()
	for _, dir := range []string{"kubuntu/noble/daily-live/20260901", "ubuntu/noble/daily-live/20260903"} {
		s.image(dir, "noble-desktop-amd64.iso", "same")
		s.sums(dir)
	}
	s.image("ubuntu/releases/noble/release", "ubuntu-24.04-desktop-amd64.iso", "same")
	s.sums("ubuntu/releases/noble/release")
	a := newApache(s)
	source := newSource(t, config.Tree{URL: a.start(t)})
	before := poll(t, source, nil)
	a.faults["kubuntu/noble/daily-live/20260901"] = status(404)
	a.faults["ubuntu/noble/daily-live/20260903"] = status(404)
	after := poll(t, source, before.Facts)
	if len(after.Facts.Images) != 1 || after.Facts.Images[0].BuildID != "20260901" {
		t.Errorf("images %v, want one with the build id 20260901", after.Facts.Images)
	}
}

// TestReplacedWithoutList asks again for the size of a file that no list tells
// apart from the one that was there before.
func TestReplacedWithoutList(t *testing.T) {
	t.Parallel()
	s := newSample()
	const at = "noble/ubuntu-24.04-desktop-amd64.iso"
	s.files[at] = sampleFile{size: 3<<30 + 5, key: "before"}
	a := newApache(s)
	source := newSource(t, config.Tree{Role: "simple", URL: a.start(t), Head: true})
	before := poll(t, source, nil)
	s.files[at] = sampleFile{size: 4<<30 + 7, key: "after"}
	after := poll(t, source, before.Facts)
	if f := after.Facts.Images[0].Files[0]; !f.Exact || *f.Size != 4<<30+7 {
		t.Errorf("size %d exact=%v", *f.Size, f.Exact)
	}
}

// TestMirrorInside counts once what lies again in a copy of the tree inside it.
func TestMirrorInside(t *testing.T) {
	t.Parallel()
	s := newSample()
	const at = "kubuntu/noble/daily-live/20260901"
	for _, dir := range []string{at, "mirror/" + at} {
		s.image(dir, "noble-desktop-amd64.iso", "same")
		s.sums(dir)
	}
	s.image("mirror/kubuntu/noble/daily-live/20260902", "noble-desktop-amd64.iso", "more")
	s.sums("mirror/kubuntu/noble/daily-live/20260902")
	answer := poll(t, newSource(t, config.Tree{URL: newApache(s).start(t)}), nil)
	got := map[string][]string{}
	for _, d := range answer.Facts.Directories {
		got[d.Path] = d.Aliases
	}
	want := map[string][]string{at: {"mirror/" + at}, "mirror/kubuntu/noble/daily-live/20260902": nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("directories (-want +got):\n%s", diff)
	}
}

// TestNetbootReleases joins an unpacked directory with the tarball of its own
// release or with none, and one that names no release with the newest.
func TestNetbootReleases(t *testing.T) {
	t.Parallel()
	const dir = "ubuntu/releases/noble/release"
	s := newSample()
	for _, version := range []string{"24.04.1", "24.04.9", "24.04.10"} {
		for _, arch := range []string{"amd64", "ppc64el"} {
			s.netboot(dir, "ubuntu-"+version, arch, "https://cdimage.example/"+dir+"/ubuntu-24.04.11-live-server-"+arch+".iso")
			s.image(dir, "ubuntu-"+version+"-live-server-"+arch+".iso", version+arch)
		}
	}
	s.sums(dir)
	answer := poll(t, newSource(t, config.Tree{URL: newApache(s).start(t)}), nil)
	var got []string
	for _, n := range answer.Facts.Netboot {
		tarball := "none"
		if n.Tarball != nil {
			tarball = n.Tarball.Name
		}
		got = append(got, fmt.Sprintf("%s %s dir=%v %s beside=%s", n.Arch, n.Version, n.Dir != "", tarball, n.Beside))
	}
	slices.Sort(got)
	want := []string{
		"amd64 24.04.1 dir=false ubuntu-24.04.1-netboot-amd64.tar.gz beside=ubuntu-24.04.1-live-server-amd64.iso",
		"amd64 24.04.10 dir=false ubuntu-24.04.10-netboot-amd64.tar.gz beside=ubuntu-24.04.10-live-server-amd64.iso",
		"amd64 24.04.11 dir=true none beside=ubuntu-24.04.10-live-server-amd64.iso",
		"amd64 24.04.9 dir=false ubuntu-24.04.9-netboot-amd64.tar.gz beside=ubuntu-24.04.9-live-server-amd64.iso",
		"ppc64el 24.04.1 dir=false ubuntu-24.04.1-netboot-ppc64el.tar.gz beside=ubuntu-24.04.1-live-server-ppc64el.iso",
		"ppc64el 24.04.10 dir=true ubuntu-24.04.10-netboot-ppc64el.tar.gz beside=ubuntu-24.04.10-live-server-ppc64el.iso",
		"ppc64el 24.04.9 dir=false ubuntu-24.04.9-netboot-ppc64el.tar.gz beside=ubuntu-24.04.9-live-server-ppc64el.iso",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sets (-want +got):\n%s", diff)
	}
}

// TestNetbootWrongISO leaves an unpacked directory what its name says when it boots
// the ISO of another processor: that is what a page warns of.
func TestNetbootWrongISO(t *testing.T) {
	t.Parallel()
	const dir = "ubuntu-server/noble/daily-live/20260901"
	s := newSample()
	s.image(dir, "noble-live-server-amd64.iso", "a")
	s.sums(dir)
	s.netboot(dir, "noble", "amd64", "https://cdimage.example/noble-live-server-arm64.iso")
	answer := poll(t, newSource(t, config.Tree{URL: newApache(s).start(t)}), nil)
	if len(answer.Facts.Netboot) != 1 {
		t.Fatalf("%d sets, want 1", len(answer.Facts.Netboot))
	}
	n := answer.Facts.Netboot[0]
	if n.Arch != "amd64" || n.Beside != "noble-live-server-amd64.iso" || path.Base(n.ISO) != "noble-live-server-arm64.iso" {
		t.Errorf("set %+v", n)
	}
}

// TestNetbootCarriedOver has the build id of the image with which it was built, not
// of the directory into which both were carried over.
func TestNetbootCarriedOver(t *testing.T) {
	t.Parallel()
	const live = "ubuntu-server/noble/daily-live/"
	s := newSample()
	for _, id := range []string{"20260901", "20260902"} {
		s.image(live+id, "noble-live-server-riscv64.iso", "carried over")
		s.image(live+id, "noble-live-server-amd64.iso", "amd64 of "+id)
		s.netboot(live+id, "noble", "riscv64", "https://cdimage.example/"+live+"20260901/noble-live-server-riscv64.iso")
		s.netboot(live+id, "noble", "amd64", "https://cdimage.example/"+live+id+"/noble-live-server-amd64.iso")
		s.sums(live + id)
	}
	answer := poll(t, newSource(t, config.Tree{URL: newApache(s).start(t)}), nil)
	var got []string
	for _, n := range answer.Facts.Netboot {
		got = append(got, path.Base(n.Parent)+" "+n.Arch+" "+n.BuildID)
	}
	slices.Sort(got)
	want := []string{"20260901 amd64 20260901", "20260901 riscv64 20260901", "20260902 amd64 20260902", "20260902 riscv64 20260901"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
