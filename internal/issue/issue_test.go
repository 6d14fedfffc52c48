package issue

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var sum = strings.Repeat("0a", 32)

func sample() Release {
	at := time.Date(2026, 4, 23, 14, 0, 0, 0, time.UTC)
	return Release{
		Format: Format, Serial: 2026042301, Issued: at, Expires: at.Add(24 * time.Hour), AsOf: at, Site: "https://example.org/x", Digest: sum,
		Sums: Sums{SHA256: sum, Size: 80, Files: 1, Bytes: 5, Largest: 5},
	}
}

func TestReleaseRoundTrip(t *testing.T) {
	t.Parallel()
	text, err := sample().Text()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(text)
	if diff := cmp.Diff(sample(), got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestParseMistakes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(map[string]any)
		want   string
	}{
		"serial":   {func(m map[string]any) { m["serial"] = 0 }, "release.json: serial is no number from 1 on"},
		"issued":   {func(m map[string]any) { delete(m, "issued") }, "release.json: issued or expires is missing"},
		"digest":   {func(m map[string]any) { m["digest"] = "../x" }, "release.json: digest or sha256sums.sha256 is no SHA-256 in hex"},
		"format":   {func(m map[string]any) { m["format"] = 2 }, "release.json is of format 2, and this program knows 1; get a newer one"},
		"site":     {func(m map[string]any) { m["site"] = "javascript:x" }, `release.json: site: "javascript:x" is no address`},
		"password": {func(m map[string]any) { m["site"] = "https://a:b@example.org" }, `release.json: site: "https://a:b@example.org" is no address`},
		"endless":  {func(m map[string]any) { m["sha256sums"].(map[string]any)["size"] = 1 << 40 }, "release.json: sha256sums.size is not between 0 and 67108864"},
		"largest":  {func(m map[string]any) { m["sha256sums"].(map[string]any)["largest"] = 6 }, "release.json: sha256sums.bytes is less than sha256sums.largest"},
		"no end":   {func(m map[string]any) { s := m["sha256sums"].(map[string]any); s["bytes"], s["largest"] = 1<<62, 1<<62 }, "release.json: sha256sums.bytes is not between 0 and 1099511627776"},
	} {
		text, err := sample().Text()
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]any{}
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		tt.change(m)
		if text, err = json.Marshal(m); err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(text); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
	if _, err := Parse(make([]byte, ReleaseMost+1)); err == nil {
		t.Error("a large file is no error")
	}
}

// TestNextSerial: the number grows with each issue, also when the clock goes back.
func TestNextSerial(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 4, 23, 23, 59, 0, 0, time.UTC)
	for _, tt := range []struct {
		before int64
		now    time.Time
		want   int64
	}{
		{0, day, 2026042301},
		{2026042301, day, 2026042302},
		{2026042399, day, 2026042400}, // a hundred in one day
		{2026042401, day.Add(time.Hour), 2026042402},
		{2026042302, day.AddDate(0, 0, -9), 2026042303},
		{2026042302, day.AddDate(0, 1, 0), 2026052301},
	} {
		if got := NextSerial(tt.before, tt.now); got != tt.want {
			t.Errorf("after %d at %s: %d, want %d", tt.before, tt.now, got, tt.want)
		}
	}
}

func TestParseSums(t *testing.T) {
	t.Parallel()
	other := strings.Repeat("0b", 32)
	for name, tt := range map[string]struct {
		text, want string
		lines      []Line
	}{
		"two forms":      {sum + "  b\n" + other + " *a b/c\n", "", []Line{{"b", sum}, {"a b/c", other}}},
		"twice the same": {sum + "  b\n" + sum + "  b\n", "", []Line{{"b", sum}}},
		"none":           {"", "", nil},
		"out of it":      {sum + "  ../b\n", `line 1: "../b" does not stay below the directory of the list`, nil},
		"absolute":       {sum + "  /etc/passwd\n", `line 1: "/etc/passwd" does not stay below the directory of the list`, nil},
		"not clean":      {sum + "  a//b\n", `line 1: "a//b" does not stay below the directory of the list`, nil},
		"two checksums":  {sum + "  b\n" + other + "  b\n", `line 2: "b" has another checksum above`, nil},
		"cut short":      {sum + "  b\n" + sum + "  c", "line 2 is no checksum with a path", nil},
		"escaped":        {`\` + sum + "  b\\nc\n", "line 1 is no checksum with a path", nil},
	} {
		got, err := ParseSums([]byte(tt.text))
		if err == nil && tt.want != "" || err != nil && err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
		if diff := cmp.Diff(tt.lines, got); err == nil && diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// FuzzParseSums: what can be read stays below its directory, and is read the same when
// it is written again.
func FuzzParseSums(f *testing.F) {
	f.Add(sum + "  index.html\n")
	f.Add(sum + "  a b.txt\n" + sum + "  a\n")
	f.Add(sum + " *binary\n")
	f.Add(sum + "  ../x\n")
	f.Add(sum)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := ParseSums([]byte(text))
		if err != nil {
			return
		}
		for _, l := range lines {
			if strings.HasPrefix(l.Path, "/") || strings.Contains("/"+l.Path+"/", "/../") || !strings.Contains(text, l.SHA) {
				t.Errorf("%q", l)
			}
		}
		written := SumsText(lines)
		again, err := ParseSums(written)
		if err != nil || string(SumsText(again)) != string(written) {
			t.Errorf("%q is read as %q (%v)", written, again, err)
		}
	})
}

// FuzzParse: what can be read is read the same when it is written again.
func FuzzParse(f *testing.F) {
	text, err := sample().Text()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"format":1}`))
	f.Add([]byte(`{"format":1,"serial":9e99}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		written, err := r.Text()
		if err != nil {
			return // years beyond 9999
		}
		again, err := Parse(written)
		if diff := cmp.Diff(r, again); err != nil || diff != "" {
			t.Errorf("%v: %s", err, diff)
		}
	})
}
