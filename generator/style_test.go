package generator

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// customProperties reads the colours of the style sheet, light and dark.
func customProperties(t *testing.T) (light, dark map[string]string) {
	t.Helper()
	css, err := os.ReadFile("../layouts/assets/style.css")
	if err != nil {
		t.Fatal(err)
	}
	property := regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)
	read := func(text string, over map[string]string) map[string]string {
		all := map[string]string{}
		for k, v := range over {
			all[k] = v
		}
		for _, m := range property.FindAllStringSubmatch(text, -1) {
			all[m[1]] = m[2]
		}
		return all
	}
	first, rest, _ := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	rest, _, _ = strings.Cut(rest, "*::before")
	light = read(first, nil)
	return light, read(rest, light)
}

// luminance is the relative luminance of WCAG 2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) != 7 {
		t.Fatalf("%q is not a colour", hex)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func TestContrast(t *testing.T) {
	t.Parallel()
	const text, mark = 4.5, 3
	pairs := []struct {
		front, ground string
		least         float64
	}{
		{"ink", "ground", text},
		{"ink", "panel", text},
		{"ink", "warning-tint", text},
		{"quiet", "ground", text},
		{"quiet", "panel", text},
		{"accent", "ground", text},
		{"accent", "panel", text},
		{"on-accent", "accent", text},
		{"failed", "ground", text},
		{"missing", "ground", text},
		{"missing", "panel", text},
		{"blocker", "ground", text},
		{"off", "ground", text},
		{"unknown", "ground", text},
		{"testing", "testing-tint", text},
		{"on-solid", "ready", text},
		{"on-solid", "failed", text},
		{"ready", "ground", mark},
		{"testing", "ground", mark},
		{"rebuilding", "ground", mark},
		{"warning", "ground", mark},
		{"note", "ground", mark},
		{"ready", "panel", mark},
		{"testing", "panel", mark},
		{"failed", "panel", mark},
	}
	light, dark := customProperties(t)
	for mode, colours := range map[string]map[string]string{"light": light, "dark": dark} {
		for _, p := range pairs {
			if got := contrast(t, colours[p.front], colours[p.ground]); got < p.least {
				t.Errorf("%s: %s on %s: %.2f, want at least %.1f", mode, p.front, p.ground, got, p.least)
			}
		}
	}
	if light["ink"] == dark["ink"] || len(light) < 20 {
		t.Errorf("read %d colours, the dark ones like the light ones: the test reads the wrong text", len(light))
	}
}

func TestAccent(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{"#c7162b": true, "rebeccapurple": true, "oklch(50% 0.1 20)": true, "": false, "red; } body { display: none": false, "url(https://x.example)": false} {
		if got := accent(in) != ""; got != want {
			t.Errorf("accent(%q) taken: %t, want %t", in, got, want)
		}
	}
}

func TestStyleAsksNobody(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"style.css", "script.js"} {
		text, err := os.ReadFile("../layouts/assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if found := regexp.MustCompile(`(?i)https?://|//[a-z]+\.|@import|url\(|fetch\(|eval`).FindString(string(text)); found != "" {
			t.Errorf("%s holds %q", name, found)
		}
	}
}
