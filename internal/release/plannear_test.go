package release

import (
	"fmt"
	"strings"
	"testing"
)

// misspelt is a plan of final that calls n products by a name that is none, and as many
// by a pattern, where n products are known.
func misspelt(n int) *Input {
	in := cleanInput()
	iso, m := in.Sources[0].Facts, Milestone{}
	for i := range n {
		iso.Products = append(iso.Products, Product{Slug: fmt.Sprintf("flavour%d-desktop-amd64", i), Title: fmt.Sprintf("Flavour%d Desktop amd64", i), ID: itoa(9000 + i)})
		m.Intended = append(m.Intended, Intent{Product: fmt.Sprintf("flavuor%d-dekstop-amd64", i), At: fmt.Sprintf("p.toml:%d", i+4)})
	}
	list := PlanList{At: "p.toml:2"}
	for i := range n {
		list.Except = append(list.Except, PlanPattern{Name: fmt.Sprintf("flavuor%d-*", i), At: fmt.Sprintf("p.toml:%d", i+9000)})
	}
	m.Lists = []PlanList{list}
	plan(in, m)
	return in
}

// TestNearest: what was meant by a name or a pattern that matches nothing.
func TestNearest(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"kubnutu-desktop-amd64":                 "; near it is kubuntu-desktop-amd64",
		"Kubnutu Desktop amd64":                 "; near it is kubuntu-desktop-amd64",
		"Ubuntu Desktop":                        "; near it is ubuntu-desktop-amd64",
		"kubnutu-*":                             `; near it is "kubuntu-*"`,
		"KUBNUTU-*-amd46":                       `; near it is "kubuntu-*-amd64"`,
		"*-dekstop-*":                           `; near it is "*-desktop-*"`,
		"Ubnutu Serv*":                          `; near it is "ubuntu serv*"`,
		"kylin-*":                               "; it matches kylin-desktop-amd64, which Noble does not have",
		"nothing-of-that-kind":                  "",
		"nothing*":                              "",
		"kubuntu-*+raspi":                       "",
		"*\xff?" + strings.Repeat("é-*", 2_000): "",
	} {
		in := cleanInput()
		in.Sources[0].Facts.Products = append(in.Sources[0].Facts.Products, products("Kylin Desktop amd64")...)
		m := Milestone{Intended: []Intent{{Product: Slug(name), At: "p.toml:4"}}}
		if strings.Contains(name, "*") {
			m = Milestone{Lists: []PlanList{{At: "p.toml:4", Products: []PlanPattern{{Name: name, At: "p.toml:4"}}}}}
		}
		plan(in, m)
		got := "no finding"
		for _, f := range Join(*in).Findings {
			if f.Rule == "plan-product-unknown" {
				_, got, _ = strings.Cut(strings.TrimSuffix(f.Text, "."), ";")
				if got != "" {
					got = ";" + got
				}
			}
		}
		if got != want {
			t.Errorf("%.40q: %q, want %q", name, got, want)
		}
	}
}

// TestNearestIsBounded: a plan in which nothing is known has all of it told, and what was
// meant of no more than the first.
func TestNearestIsBounded(t *testing.T) {
	t.Parallel()
	told, near := 0, 0
	for _, f := range Join(*misspelt(3 * nearMost)).Findings {
		if f.Rule == "plan-product-unknown" {
			told++
			if strings.Contains(f.Text, "near it is") {
				near++
			}
		}
	}
	if told != 6*nearMost || near != nearMost {
		t.Errorf("%d are told, and %d with what is near; want %d and %d", told, near, 6*nearMost, nearMost)
	}
}

// BenchmarkNearest joins a plan of 5,000 names and as many patterns that are all wrong.
func BenchmarkNearest(b *testing.B) {
	in := misspelt(5000)
	b.ReportAllocs()
	for b.Loop() {
		Join(*in)
	}
}
