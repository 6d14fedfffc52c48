package release

import (
	"strings"
	"testing"
)

func TestContactLines(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	iso := in.Sources[0].Facts
	for i, contact := range []string{"", "~jane", "~a-team"} {
		iso.Series[0].Manifest[i].Contact = contact
	}
	more := iso.Series[0]
	more.Slug, more.Title, more.ID = "jammy", "Jammy", "6"
	more.Manifest = []Intent{{Product: "ubuntu-desktop-amd64", Contact: "~jane"}, {Product: "kubuntu-desktop-amd64", Contact: "what?"}, {Product: "ubuntu-server-subiquity-amd64", Contact: "x", Disabled: true}}
	iso.Series = append(iso.Series, more)
	iso.Milestones = append(iso.Milestones, Milestone{Series: "jammy", Slug: "final", Title: "Jammy Final", ID: "50", Kind: KindRelease, Status: MilestoneTesting})
	// In testing, and in no manifest; dailies of it are no reason to ask.
	iso.Products = append(iso.Products, Product{Slug: "new-amd64", Title: "New amd64", Type: "iso"})
	for i := range iso.Milestones {
		if m := &iso.Milestones[i]; m.Series == "jammy" {
			m.Entries = append(m.Entries, Entry{Product: "new-amd64", BuildID: "20240424", State: StateTesting}, Entry{Product: "ubuntu-desktop-amd64", BuildID: "20240424", State: StateTesting})
		}
	}
	past := Series{Slug: "focal", Title: "Focal", Status: SeriesActive, Manifest: []Intent{{Product: "kubuntu-desktop-amd64"}}}
	iso.Series = append(iso.Series, past)
	in.Rules.Contacts = Contacts{
		Teams: []string{"*-team"}, People: []string{"~jane"},
		Product:  map[string]string{"ubuntu-server-subiquity-amd64": "server-team"},
		Managers: map[string]string{"kubuntu-desktop-amd64": "~kubuntu-council"},
	}
	var got []string
	lines := ContactLines(Join(*in), in.Rules.Contacts)
	if n := CountContacts(lines); n[ContactKindMissing] != 2 || n[ContactKindTeam] != 1 || n[ContactKindNeither] != 0 {
		t.Errorf("counted %v", n)
	}
	for _, l := range lines {
		var series []string
		for _, s := range l.Series {
			series = append(series, s.Slug)
		}
		got = append(got, strings.Join([]string{string(l.Kind), l.Product.Slug, strings.Join(series, ","), l.Contact, l.Source, l.Manager}, "|"))
	}
	want := []string{
		"missing|kubuntu-desktop-amd64|noble||iso|~kubuntu-council",
		"missing|new-amd64|jammy||iso|",
		"person|ubuntu-desktop-amd64|noble,jammy|~jane|iso|",
		"unknown|kubuntu-desktop-amd64|jammy|what?|iso|~kubuntu-council",
		"team|ubuntu-server-subiquity-amd64|noble|server-team|configuration|",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestOwnersAreTeams: who a Test Observer names is a team, unless the rules or a look-up say
// otherwise; of who a QA tracker names nobody knows.
func TestOwnersAreTeams(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, kind string
		people     []string
		accounts   map[string]string
		want       string
	}{
		{"an owner", "test-observer", nil, nil, ContactTeam},
		{"a contact of a QA tracker", "qatracker", nil, nil, ""},
		{"a person by the rules", "test-observer", []string{"canonical-*"}, nil, ContactPerson},
		{"nobody by a look-up", "test-observer", nil, map[string]string{"canonical-foundations": ContactNeither}, ContactNeither},
	} {
		in := cleanInput()
		in.Rules.Contacts = Contacts{Teams: []string{"*-team"}, People: tt.people}
		in.Accounts = tt.accounts
		in.Sources[0].Facts.Series[0].Manifest[0].Contact = ""
		observer := tracker("observer", Facts{Products: products("Kubuntu Desktop amd64")})
		observer.Facts.Products[0].Contact, observer.State.Kind = "canonical-foundations", tt.kind
		in.Sources = append(in.Sources, observer)
		r := findRow(t, Join(*in), "noble/final/kubuntu-desktop-amd64")
		if r.Contact != "canonical-foundations" || r.Team != tt.want {
			t.Errorf("%s: %q is %q, want %q", tt.name, r.Contact, r.Team, tt.want)
		}
	}
}
