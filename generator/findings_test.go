package generator

import (
	"testing"

	"shiplist/internal/release"
)

// TestASubjectIsToldOnce shows findings on pages of all findings and on those of one thing.
func TestASubjectIsToldOnce(t *testing.T) {
	t.Parallel()
	s := headersSite(t, defaultConfig(t))
	p := s.newPage("checks/", "Checks", "")
	const kubuntu, row = "../products/kubuntu-desktop-amd64/", "../noble/24.04.4/#row-kubuntu-desktop-amd64"
	for _, tc := range []struct {
		name             string
		finding          release.Finding
		want             string // subject, before, name, text
		href, also, then string // of the name; the subject on other pages, and where it leads
	}{
		{
			"all in the sentence",
			release.Finding{Text: "build 1 of Kubuntu Desktop amd64 on Noble 24.04.4 failed", Series: "noble", Milestone: "24.04.4", Product: "kubuntu-desktop-amd64"},
			"|Build 1 of |Kubuntu Desktop amd64| on Noble 24.04.4 failed.", row, "", "",
		},
		{
			"the milestone is not",
			release.Finding{Text: "Kubuntu Desktop amd64 is gone", Series: "noble", Milestone: "24.04.4", Product: "kubuntu-desktop-amd64"},
			"||Kubuntu Desktop amd64| is gone.", row, "Noble 24.04.4", "../noble/24.04.4/",
		},
		{
			"the product is not",
			release.Finding{Text: "extension zst is not known", Series: "noble", Product: "kubuntu-desktop-amd64"},
			"Kubuntu Desktop amd64|||Extension zst is not known.", "", "Kubuntu Desktop amd64, Noble", kubuntu,
		},
		{"a source", release.Finding{Text: "iso is late", Source: "iso"}, "|||Iso is late.", "", "", ""},
		{"nothing", release.Finding{Text: "it is late"}, "|||It is late.", "", "Ubuntu", ""},
	} {
		v := s.viewNamed(&p, &tc.finding)
		if got := v.Subject.Text + "|" + v.Before + "|" + v.Name.Text + "|" + v.Text; got != tc.want || v.Name.Href != tc.href {
			t.Errorf("%s: %q leading to %q, want %q to %q", tc.name, got, v.Name.Href, tc.want, tc.href)
		}
		if got := s.viewSubjects(&p, []*release.Finding{&tc.finding})[0].Subject; got.Text != tc.also || got.Href != tc.then {
			t.Errorf("%s: elsewhere %+v, want %q leading to %q", tc.name, got, tc.also, tc.then)
		}
	}
}

// TestChecksTellEachFindingOnce counts what the page of all findings shows, by severity.
func TestChecksTellEachFindingOnce(t *testing.T) {
	t.Parallel()
	s := headersSite(t, defaultConfig(t))
	p := s.arrangeChecks()
	shown := map[string]int{}
	total := 0
	for _, severity := range p.Severities {
		for _, actor := range severity.Actors {
			for _, rule := range actor.Rules {
				for _, subject := range rule.Subjects {
					for _, f := range subject.Findings {
						if f.Severity != severity.Severity {
							t.Errorf("%q is among %s", f.Text, severity.Word)
						}
						shown[f.Rule+subject.Subject.Text+f.Subject.Text+f.Before+f.Name.Text+f.Text]++
						total++
					}
				}
			}
		}
	}
	for text, n := range shown {
		if n != 1 {
			t.Errorf("%q is told %d times", text, n)
		}
	}
	if want := len(s.picture.Findings); total != want || want == 0 {
		t.Errorf("%d findings are shown, want %d", total, want)
	}
}
