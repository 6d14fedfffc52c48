package generator

import (
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"shiplist/internal/release"
)

// readBadge reads a badge as strict XML: its elements, its title, and its texts.
func readBadge(t *testing.T, content []byte) (names []string, title string, texts []string) {
	t.Helper()
	d, within := xml.NewDecoder(bytes.NewReader(content)), ""
	for {
		token, err := d.Token()
		if err == io.EOF {
			return names, title, texts
		}
		if err != nil {
			t.Fatalf("%v in %s", err, content)
		}
		switch token := token.(type) {
		case xml.StartElement:
			within = token.Name.Local
			names = append(names, within)
			if within == "svg" && !slices.Contains(token.Attr, xml.Attr{Name: xml.Name{Local: "role"}, Value: "img"}) {
				t.Error("it is no picture for screen readers")
			}
		case xml.EndElement:
			within = ""
		case xml.CharData:
			switch within {
			case "title":
				title = string(token)
			case "text":
				texts = append(texts, string(token))
			}
		}
	}
}

var badgeElements = []string{"svg", "title", "rect", "path", "rect", "g", "text", "text"}

func TestBadgesSayWhereThingsStand(t *testing.T) {
	t.Parallel()
	site, badges := sampleSite(t), 0
	for name, content := range site {
		if path.Base(name) != badgeFile {
			continue
		}
		badges++
		names, title, texts := readBadge(t, content)
		if !slices.Equal(names, badgeElements) || len(texts) != 2 || title != strings.Join(texts, ": ") {
			t.Errorf("%s: %q, %q, %q", name, names, title, texts)
		}
	}
	for name, want := range map[string]string{
		"noble/24.04.4/":                  "Noble 24.04.4: 20 of 27 ready, 2 blockers",
		"noble/24.04.3/":                  "Noble 24.04.3: released",
		"products/kubuntu-desktop-amd64/": "Kubuntu Desktop amd64: ready in Stonking Snapshot 4",
	} {
		if _, title, _ := readBadge(t, site[name+badgeFile]); title != want {
			t.Errorf("%s says %q, want %q", name, title, want)
		}
	}
	if badges < 20 {
		t.Errorf("only %d badges", badges)
	}
}

func TestMilestoneBadges(t *testing.T) {
	t.Parallel()
	release1, daily := release.KindRelease, release.KindDaily
	for _, tt := range []struct {
		name   string
		m      release.Manifest
		value  string
		colour string
	}{
		{"under way", release.Manifest{Kind: release1, Totals: release.Totals{Rows: 5, Intended: 4, Ready: 3}}, "3 of 4 ready", badgeTesting},
		{"blocked", release.Manifest{Kind: release1, Totals: release.Totals{Intended: 4, Ready: 4, Blockers: 1}}, "4 of 4 ready, 1 blocker", badgeTrouble},
		{"ready", release.Manifest{Kind: release1, Totals: release.Totals{Intended: 4, Ready: 4}}, "4 of 4 ready", badgeReady},
		{"nobody said what is meant", release.Manifest{Kind: release1, Totals: release.Totals{Rows: 2, Ready: 1}}, "1 of 2 ready", badgeTesting},
		{"empty", release.Manifest{Kind: release1}, "nothing on it yet", badgeOff},
		{"out", release.Manifest{Kind: release1, Status: release.MilestoneReleased, Totals: release.Totals{Blockers: 3}}, "released", badgeOff},
		{"daily", release.Manifest{Kind: daily, Totals: release.Totals{Rows: 3, Missing: 2}}, "1 build", badgeTesting},
	} {
		if b := milestoneBadge(&tt.m); b.value != tt.value || b.colour != tt.colour {
			t.Errorf("%s: %q in %s, want %q in %s", tt.name, b.value, b.colour, tt.value, tt.colour)
		}
	}
	if b := productBadge(&release.ProductLine{Title: "New"}); b.value != "on no milestone" {
		t.Errorf("a product on no milestone: %q", b.value)
	}
}

// FuzzBadge: whatever a thing is called, its badge is the same elements, with the words
// in them and inside of the picture.
func FuzzBadge(f *testing.F) {
	for _, label := range []string{"Kubuntu", "", "</text><script>alert(1)</script>", `" onload="x`, "\x00\xff\ufffe", strings.Repeat("漢W", 50), "a\r\nb", "a\u202eb\u2028c"} {
		f.Add(label, "ready & <b>")
	}
	f.Fuzz(func(t *testing.T, label, value string) {
		var b bytes.Buffer
		if err := (badge{label, value, badgeReady}).write(&b); err != nil {
			t.Fatal(err)
		}
		names, title, texts := readBadge(t, b.Bytes())
		if !slices.Equal(names, badgeElements) || len(texts) != 2 || title == "" {
			t.Errorf("%q gives %q, %q", label, names, texts)
		}
		if oneLine(title) != title {
			t.Errorf("%q has what cannot be seen", title)
		}
		if wide := lengthOf(badgeText(label)) + lengthOf(badgeText(value)) + 4*badgePadding; !strings.Contains(b.String(), `width="`+strconv.Itoa(wide)+`"`) || wide > 1500 {
			t.Errorf("%q is %d wide", label, wide)
		}
	})
}

// TestBadgeContrast: white words on the grounds read at least as 5 to 1.
func TestBadgeContrast(t *testing.T) {
	t.Parallel()
	for _, colour := range []string{badgeReady, badgeTesting, badgeTrouble, badgeOff, "#3a4048"} {
		if c := contrast(t, "#ffffff", colour); c < 5 {
			t.Errorf("white on %s has a contrast of %.1f", colour, c)
		}
	}
}
