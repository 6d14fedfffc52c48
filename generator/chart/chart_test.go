package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// hour is a time of the tests, from midnight on.
func hour(n int) time.Time { return time.Date(2026, 4, 20, n, 0, 0, 0, time.UTC) }

func points(values ...float64) []Point {
	var all []Point
	for i, v := range values {
		all = append(all, Point{hour(4 * i), v})
	}
	return all
}

const head = `<svg viewBox="0 0 1600 400" preserveAspectRatio="none" aria-hidden="true" focusable="false">`

func TestSVG(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines []Line
		marks []Mark
		want  string
	}{
		{
			"an area in steps, to the end",
			[]Line{{Class: "ready", Area: true, Steps: true, Points: points(1, 5)}},
			nil,
			`<path class="area ready" d="M0 350H800V150H1600V400H0V350"/><path class="line ready" d="M0 350H800V150H1600"/>`,
		},
		{
			"a line with dots",
			[]Line{{Class: "s1", Dots: true, Points: points(0, 8, 4)}},
			nil,
			`<path class="line s1" d="M0 400L800 0L1600 200"/><path class="dot s1" d="M0 400z"/><path class="dot s1" d="M800 0z"/><path class="dot s1" d="M1600 200z"/>`,
		},
		{"values beyond the axis stay on it", []Line{{Class: "a", Points: points(-5, 99)}}, nil, `<path class="line a" d="M0 400L800 0"/>`},
		{"marks", []Line{{Class: "a", Points: points(8, 8)}}, []Mark{{Share: 0.5}}, `<path class="line grid" d="M0 200H1600"/><path class="line a" d="M0 0H800"/>`},
		{"a line without points", []Line{{Class: "none"}, {Class: "a", Points: points(8, 8)}}, nil, `<path class="line a" d="M0 0H800"/>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := Chart{From: hour(0), To: hour(8), High: 8, Lines: tt.lines, Marks: tt.marks}
			got, err := c.SVG()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(head+tt.want+"</svg>", string(got)); diff != "" {
				t.Errorf("picture (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNothingToDraw(t *testing.T) {
	t.Parallel()
	line := []Line{{Class: "a", Points: points(1)}}
	for name, c := range map[string]Chart{
		"no time":   {From: hour(1), To: hour(1), High: 1, Lines: line},
		"no range":  {From: hour(0), To: hour(1), Low: 1, High: 1, Lines: line},
		"no points": {From: hour(0), To: hour(1), High: 1, Lines: []Line{{Class: "a"}}},
		"bad class": {From: hour(0), To: hour(1), High: 1, Lines: []Line{{Class: `a" onload="x`, Points: points(1)}}},
	} {
		if got, err := c.SVG(); err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestRebuildRefuses(t *testing.T) {
	t.Parallel()
	for name, svg := range map[string]string{
		"text":             `<svg><text class="a">x</text></svg>`,
		"script":           `<svg><script class="a">x</script></svg>`,
		"an odd path":      `<svg><path class="a" d="M0 0 url(x)"/></svg>`,
		"an odd circle":    `<svg><circle class="a" cx="1e" cy="2"/></svg>`,
		"what is cut":      `<svg><path class="a"`,
		"a class in quote": `<svg><path class="a&quot;b" d="M 0 0"/></svg>`,
	} {
		if got, err := rebuild([]byte(svg)); err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
	got, err := rebuild([]byte(`<svg><style>x</style><path style="fill:red" d="M 0 0"/></svg>`))
	if want := head + "</svg>"; string(got) != want || err != nil {
		t.Errorf("what has no class: %s, %v, want %s", got, err, want)
	}
}

// FuzzRebuild: whatever is drawn, only paths with a class and a way come out.
func FuzzRebuild(f *testing.F) {
	c := Chart{From: hour(0), To: hour(8), High: 8, Lines: []Line{{Class: "ready", Area: true, Dots: true, Points: points(1, 5)}}}
	seed, err := c.SVG()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(`<svg><circle class="s1 fill" cx="1" cy="2.5"/><a href="javascript:x"><path class="a stroke" d="M 1 2&#10;L 3 4"/></a></svg>`))
	f.Fuzz(func(t *testing.T, svg []byte) {
		got, err := rebuild(svg)
		if err != nil {
			return
		}
		d := xml.NewDecoder(bytes.NewReader(got))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatalf("%q: %v", got, err)
			}
			switch e := token.(type) {
			case xml.StartElement:
				if e.Name.Local == "svg" && len(e.Attr) == 4 || e.Name.Local == "path" && len(e.Attr) == 2 {
					continue
				}
				t.Fatalf("%q has %+v", got, e)
			case xml.EndElement:
			default:
				t.Fatalf("%q has %+v", got, token)
			}
		}
	})
}

func TestMarks(t *testing.T) {
	t.Parallel()
	plain := func(v float64) string { return fmt.Sprint(v) }
	for _, tt := range []struct {
		name  string
		marks []Mark
		want  string
	}{
		{"whole numbers", Values(0, 4, 1, 6, plain), "0@0 1@25 2@50 3@75 4@100"},
		{"no more than most", Values(0, 48, 1, 5, plain), "0@0 20@41 40@83"},
		{"not less than the unit", Values(0, 1, 1, 9, plain), "0@0 1@100"},
		{"not from zero", Values(37, 52, 1, 4, plain), "40@20 45@53 50@86"},
		{"nothing", Values(3, 3, 1, 4, plain), ""},
		{"hours", Times(hour(0), hour(10), 0, 6), "20 Apr@0 03:00@30 06:00@60 09:00@90"},
		{"half days", Times(hour(6), hour(54), 0, 6), "12:00@12 21 Apr@37 12:00@62 22 Apr@87"},
		{"days", Times(hour(6), hour(96), 0, 6), "21 Apr@20 22 Apr@46 23 Apr@73 24 Apr@100"},
		{"weeks", Times(hour(3), hour(1000), 0, 6), "27 Apr@16 4 May@33 11 May@50 18 May@67 25 May@83"},
		{"months", Times(hour(3), hour(10000), 0, 6), "Jul 2026@17 Oct 2026@39 Jan 2027@61 Apr 2027@83"},
		{"years", Times(hour(3), hour(100000), 0, 6), "2028@14 2030@32 2032@49 2034@67 2036@85"},
		{"hours that are days", Times(hour(0), hour(48), 24*time.Hour, 6), "20 Apr@0 21 Apr@50 22 Apr@100"},
		{"no time", Times(hour(3), hour(3), 0, 6), ""},
	} {
		var got []string
		for _, m := range tt.marks {
			got = append(got, fmt.Sprintf("%s@%d", m.Text, int(100*m.Share)))
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if n := len(Times(time.Time{}, hour(0), 0, 6)); n > 6 {
		t.Errorf("two thousand years have %d marks", n)
	}
}
