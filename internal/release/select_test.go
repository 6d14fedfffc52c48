package release

import (
	"slices"
	"testing"
)

func TestFindingsOf(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	for m := range in.Sources[0].Facts.Milestones {
		in.Sources[0].Facts.Milestones[m].Entries = nil
	}
	full(in).Images = full(in).Images[:3]
	in.Rules.Checks = []CheckRule{excuse("missing-build", func(c *CheckRule) { c.Product = []string{"kubuntu-*"} })}
	p := Join(*in)
	for _, tc := range []struct {
		name             string
		counted, excused []string
	}{
		{"", []string{"ubuntu-desktop-amd64", "ubuntu-server-subiquity-amd64"}, []string{"kubuntu-desktop-amd64"}},
		{"noble", []string{"ubuntu-desktop-amd64", "ubuntu-server-subiquity-amd64"}, []string{"kubuntu-desktop-amd64"}},
		{"noble/final", []string{"ubuntu-desktop-amd64", "ubuntu-server-subiquity-amd64"}, []string{"kubuntu-desktop-amd64"}},
		{"noble/daily", nil, nil},
		{"kubuntu-desktop-amd64", nil, []string{"kubuntu-desktop-amd64"}},
		{"ubuntu-server-subiquity-amd64", []string{"ubuntu-server-subiquity-amd64"}, nil},
	} {
		s, err := What(p, tc.name)
		if err != nil {
			t.Fatal(err)
		}
		if s.String() != tc.name {
			t.Errorf("%q is called %q", tc.name, s)
		}
		counted, excused := FindingsOf(p, s)
		if got := missingProducts(counted); !slices.Equal(got, tc.counted) {
			t.Errorf("%q: counted %q, want %q", tc.name, got, tc.counted)
		}
		if got := missingProducts(excused); !slices.Equal(got, tc.excused) {
			t.Errorf("%q: excused %q, want %q", tc.name, got, tc.excused)
		}
	}
}

func missingProducts(list []*Finding) []string {
	var slugs []string
	for _, f := range list {
		if f.Rule == "missing-build" {
			slugs = append(slugs, f.Product)
		}
	}
	return slugs
}

func TestGroupByWho(t *testing.T) {
	t.Parallel()
	list := []*Finding{
		{Severity: Note, Actor: ActorTree},
		{Severity: Warning, Actor: ActorContact, Who: "b-team"},
		{Severity: Warning, Actor: ActorContact, Who: "a-team"},
		{Severity: Blocker, Actor: ActorTree},
		{Severity: Warning, Actor: ActorRelease},
		{Severity: Warning, Actor: ActorRelease},
	}
	var got []string
	for _, g := range GroupByWho(list) {
		got = append(got, g.Who+" "+itoa(g.Blockers)+itoa(g.Warnings)+itoa(g.Notes))
	}
	if want := []string{"image tree admins 101", "release team 020", "a-team 010", "b-team 010"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCountFindings(t *testing.T) {
	t.Parallel()
	for want, n := range map[string][3]int{"": {}, "1 blocker, 2 warnings, 1 note": {1, 2, 1}, "2 blockers, 3 notes": {2, 0, 3}, "1 warning": {0, 1, 0}} {
		if got := CountFindings(n[0], n[1], n[2]); got != want {
			t.Errorf("%v: %q, want %q", n, got, want)
		}
	}
}
