package generator

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

const (
	sumOfTest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	keyOfTest = "0123456789ABCDEF0123456789ABCDEF01234567"
)

// commandsOf are the commands and answers in texts, one after the other.
func commandsOf(list []instruction) []string {
	var all []string
	for _, i := range list {
		for _, e := range elements([]byte("<!doctype html><body>" + string(i.Text))) {
			if e.Data == "pre" {
				all = append(all, i.Title+": "+strings.TrimSpace(e.FirstChild.FirstChild.Data))
			}
		}
	}
	return all
}

func summed(img release.Image, set func(f *release.File)) release.Image {
	set(&img.Files[0])
	return img
}

func TestCommandsNameRealFiles(t *testing.T) {
	t.Parallel()
	d := releaseDir
	d.Signature = &release.Signature{State: release.SignatureGood, Key: keyOfTest}
	p := oneDirectory(t, d, summed(image("desktop", "amd64", "24.04.3", "d.iso"), func(f *release.File) { f.SHA256 = sumOfTest }))
	want := []string{
		"On Linux: sha256sum --check --ignore-missing SHA256SUMS",
		"On Linux: d.iso: OK",
		"On macOS: shasum -a 256 --check --ignore-missing SHA256SUMS",
		"On macOS: d.iso: OK",
		"On Windows: (Get-FileHash -Algorithm 'SHA256' -LiteralPath 'd.iso').Hash -eq '" + sumOfTest + "'",
		"On Windows: certutil -hashfile d.iso SHA256",
		"On Windows: " + sumOfTest,
		"Who made the list: gpg --keyserver hkps://keyserver.ubuntu.com --recv-keys " + keyOfTest,
		"Who made the list: gpg --verify SHA256SUMS.gpg SHA256SUMS",
		"Who made the list: " + keyOfTest,
	}
	if diff := cmp.Diff(want, commandsOf(p.Verify.Systems)); diff != "" {
		t.Errorf("of the page (-want +got):\n%s", diff)
	}
	want = []string{
		"Linux: echo '" + sumOfTest + "  d.iso' | sha256sum --check",
		"macOS: echo '" + sumOfTest + "  d.iso' | shasum -a 256 --check",
		"Windows, in PowerShell: (Get-FileHash -Algorithm 'SHA256' -LiteralPath 'd.iso').Hash -eq '" + sumOfTest + "'",
	}
	if diff := cmp.Diff(want, commandsOf(p.Cards[0].Images[0].Check)); diff != "" {
		t.Errorf("of the image (-want +got):\n%s", diff)
	}
	lists := []listView{{
		List:      Link{Text: "SHA256SUMS", Href: "https://cd.example/noble/SHA256SUMS"},
		Signature: Link{Text: "SHA256SUMS.gpg", Href: "https://cd.example/noble/SHA256SUMS.gpg"},
		Signed:    signatureView{"ready", "SHA256SUMS is signed. The signature is good.", "0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567"},
	}}
	if diff := cmp.Diff(lists, p.Verify.Lists); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
}

// TestNoKeyIsRecommendedThatWasNotProved holds the text with a key back from pages
// whose signature nobody found to be good.
func TestNoKeyIsRecommendedThatWasNotProved(t *testing.T) {
	t.Parallel()
	for _, state := range []release.SignatureState{release.SignatureBad, release.SignatureUnknownKey, release.SignatureExpiredKey} {
		d := releaseDir
		d.Signature = &release.Signature{State: state, Key: keyOfTest}
		p := oneDirectory(t, d, image("desktop", "amd64", "24.04.3", "d.iso"))
		got := commandsOf(p.Verify.Systems)
		if last := "Who made the list: gpg --verify SHA256SUMS.gpg SHA256SUMS"; len(got) == 0 || got[len(got)-1] != last || strings.Contains(strings.Join(got, "\n"), "--recv-keys") {
			t.Errorf("%s: %q, want it to end in %q", state, got, last)
		}
	}
}

func TestCheckingWithoutWhatItNeeds(t *testing.T) {
	t.Parallel()
	plain, md5 := releaseDir, releaseDir
	plain.Signed, plain.Checksums = false, nil
	md5.Signed, md5.Checksums = false, []string{"MD5SUMS"}
	none := image("desktop", "amd64", "24.04.3", "d.iso")
	old := summed(image("desktop", "amd64", "24.04.3", "d.iso"), func(f *release.File) { f.MD5 = "0123456789abcdef0123456789abcdef" })

	p := oneDirectory(t, plain, none)
	if v := p.Cards[0].Images[0]; p.Verify.Lists != nil || p.Verify.Systems != nil || v.Check != nil || v.Main.Sum != "" {
		t.Errorf("no checksum: %+v, %+v, want nothing", p.Verify, v.Check)
	}
	p = oneDirectory(t, md5, old)
	want := []string{
		"On Linux: md5sum --check --ignore-missing MD5SUMS",
		"On Linux: d.iso: OK",
		"On Windows: (Get-FileHash -Algorithm 'MD5' -LiteralPath 'd.iso').Hash -eq '0123456789abcdef0123456789abcdef'",
		"On Windows: certutil -hashfile d.iso MD5",
		"On Windows: 0123456789abcdef0123456789abcdef",
	}
	if diff := cmp.Diff(want, commandsOf(p.Verify.Systems)); diff != "" {
		t.Errorf("MD5 (-want +got):\n%s", diff)
	}
	if f := p.Cards[0].Images[0].Main; f.SumName != "MD5" || f.Sum == "" || f.SHA256 != "" || !p.Verify.Lists[0].Weak {
		t.Errorf("MD5: %+v, %+v", f, p.Verify.Lists)
	}
}

func TestTheStrongestChecksumIsShown(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]release.File{
		"SHA-256 a": {SHA256: "a", SHA1: "b", MD5: "c"}, "SHA-1 b": {SHA1: "b", MD5: "c"}, "MD5 c": {MD5: "c"}, " ": {},
	} {
		if sum := strongest(f); sum.title+" "+sum.hex != want {
			t.Errorf("%+v gave %q, want %q", f, sum.title+" "+sum.hex, want)
		}
	}
}

func TestOversizedIsToldInNumbers(t *testing.T) {
	t.Parallel()
	s := prepared(t, Options{Config: defaultConfig(t)}, nil)
	big, small := int64(6_500_000_000), int64(1_000)
	tests := []struct {
		name string
		img  release.TreeImage
		want string
	}{
		{"over", release.TreeImage{Limit: 6_100_000_000, Image: &release.Image{Files: []release.File{{Main: true, Size: &big}}}}, "the limit is 6.10 GB, and it is over by 400 MB."},
		{"under", release.TreeImage{Limit: 6_100_000_000, Image: &release.Image{Files: []release.File{{Main: true, Size: &small}}}}, ""},
		{"no limit", release.TreeImage{Image: &release.Image{Files: []release.File{{Main: true, Size: &big}}}}, ""},
		{"marked", release.TreeImage{Image: &release.Image{Oversized: true}}, "Larger than planned. "},
	}
	for _, test := range tests {
		got := string(s.oversized(&test.img, ""))
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want it to hold %q", test.name, got, test.want)
		}
	}
}

func TestEachTypeOfFileIsExplainedOnce(t *testing.T) {
	t.Parallel()
	p := oneDirectory(t, releaseDir,
		image("desktop", "amd64", "24.04", "d.iso"), image("live-server", "amd64", "24.04", "s.iso"), image("wsl", "amd64", "24.04", "w.wsl"),
		image("preinstalled-server", "arm64+raspi", "24.04", "r.img.xz"), image("base", "amd64", "24.04", "b.tar.gz"), image("src", "source", "24.04", "x.squashfs"))
	var got []string
	for _, u := range p.Uses {
		got = append(got, u.ID+": "+u.Title)
	}
	want := []string{"use-iso: Start from a USB stick", "use-wsl: Install it in Windows", "use-img.xz: Write it to a card or disk"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if want := []string{"Install it in Windows: wsl --install --from-file 'w.wsl'"}; !cmp.Equal(want, commandsOf(p.Uses)) {
		t.Errorf("commands %q, want %q", commandsOf(p.Uses), want)
	}
}
