package release

import (
	"slices"
	"testing"
)

func TestAccount(t *testing.T) {
	t.Parallel()
	for contact, want := range map[string]string{
		"~kubuntu-council": "kubuntu-council", " edubuntu-lead ": "edubuntu-lead", "~a1+b.c": "a1+b.c",
		"": "", "~": "", "~~x1": "", "x": "", "Jo": "", "pat o'neil": "", "a@b.example": "", "~../root": "", "a/b": "", "-rf": "", "a%2f": "",
	} {
		if got, ok := Account(contact); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v, want %q", contact, got, ok, want)
		}
	}
}

func TestUndecidedAccounts(t *testing.T) {
	t.Parallel()
	c := Contacts{
		Teams: []string{"*-team"}, People: []string{"~jane"},
		Product: map[string]string{"p4": "~own", "p5": "x-team"},
	}
	facts := &Facts{Series: []Series{
		{Slug: "noble", Status: SeriesActive, Manifest: []Intent{
			{Product: "p1", Contact: "~zoe"},
			{Product: "p2", Contact: "a-team"},
			{Product: "p3", Contact: "~jane"},
			{Product: "p4", Contact: "~replaced"},
			{Product: "p6", Contact: "Some Body"},
			{Product: "p7", Contact: "~off", Disabled: true},
			{Product: "p8", Contact: "zoe"},
		}},
		{Slug: "focal", Status: SeriesDisabled, Manifest: []Intent{{Product: "p1", Contact: "~gone"}}},
	}}
	got := UndecidedAccounts(c, []SourceFacts{{Facts: facts}, {Facts: &Facts{}}})
	if want := []string{"own", "zoe"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAccountsDecideWhatNoRuleDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, contact, account, want string
		kind                         ContactKind
	}{
		{"a team", "~kubuntu", ContactTeam, ContactTeam, ContactKindTeam},
		{"a bare name", "kubuntu", ContactPerson, ContactPerson, ContactKindPerson},
		{"nobody", "kubuntu", ContactNeither, ContactNeither, ContactKindNeither},
		{"not known", "kubuntu", "", "", ContactKindUnknown},
		{"a rule comes first", "~jane", ContactTeam, ContactPerson, ContactKindPerson},
		{"not the form of an account", "Kubuntu", ContactTeam, "", ContactKindUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := cleanInput()
			in.Sources[0].Facts.Series[0].Manifest = []Intent{{Product: "kubuntu-desktop-amd64", Contact: c.contact}}
			in.Rules.Contacts = Contacts{People: []string{"~jane"}}
			in.Accounts = map[string]string{"kubuntu": c.account, "jane": c.account, "Kubuntu": c.account}
			p := Join(*in)
			lines := slices.DeleteFunc(ContactLines(p, in.Rules.Contacts), func(l ContactLine) bool { return l.Product.Slug != "kubuntu-desktop-amd64" })
			if got := p.Lines[0].Intents[0].Team; got != c.want || len(lines) != 1 || lines[0].Kind != c.kind {
				t.Errorf("%q %+v, want %q %q", got, lines, c.want, c.kind)
			}
		})
	}
}
