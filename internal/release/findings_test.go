package release

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cleanInput is a release day without a finding: three products, ready on an open
// milestone, with their files, one of them published.
func cleanInput() *Input {
	rules := sampleRules()
	rules.Products = slices.DeleteFunc(rules.Products, func(p ProductRule) bool {
		return !slices.Contains([]string{"Kubuntu Desktop amd64", "Ubuntu Desktop amd64", "Ubuntu Server Subiquity amd64"}, p.Title)
	})
	rules.SizeLimits = []SizeLimit{{Bytes: 1000}}
	slugs := []string{"kubuntu-desktop-amd64", "ubuntu-desktop-amd64", "ubuntu-server-subiquity-amd64"}
	iso := Facts{
		Products: products("Kubuntu Desktop amd64", "Ubuntu Desktop amd64", "Ubuntu Server Subiquity amd64"),
		Series:   []Series{{Slug: "noble", Title: "Noble", ID: "7", Status: SeriesActive}},
		Milestones: []Milestone{
			{Series: "noble", Slug: "daily", Title: "Noble Daily", ID: "40", Kind: KindDaily, Status: MilestoneTesting},
			{Series: "noble", Slug: "final", Title: "Noble Final", ID: "41", Kind: KindRelease, Status: MilestoneTesting},
		},
	}
	var full Facts
	for i, project := range []string{"kubuntu", "ubuntu", "ubuntu-server"} {
		iso.Series[0].Manifest = append(iso.Series[0].Manifest, Intent{Product: slugs[i], Contact: "~a-team"})
		for m := range iso.Milestones {
			iso.Milestones[m].Entries = append(iso.Milestones[m].Entries, Entry{Product: slugs[i], BuildID: "20240424", State: StateReady})
		}
		iso.Builds = append(iso.Builds, Build{Series: "noble", Product: slugs[i], BuildID: "20240424", ID: itoa(500 + i)})
		image := daily(project, "noble", "daily-live", "desktop", "amd64", "20240424")
		if project == "ubuntu-server" {
			image = daily(project, "noble", "daily-live", "live-server", "amd64", "20240424")
		}
		full.Images = append(full.Images, image)
		full.Directories = append(full.Directories, Directory{
			Series: "noble", Project: project, Path: image.Dir, Kind: DirectoryDated, BuildID: "20240424",
			Aliases: []string{project + "/noble/daily-live/current"}, Checksums: []string{"SHA256SUMS"}, Signed: true,
		})
	}
	out := released("kubuntu", "noble", "kubuntu/releases/noble/release", "kubuntu-24.04-desktop-amd64", "desktop", "amd64", "20240424")
	out.Files[0].SHA256 = full.Images[0].Files[0].SHA256
	full.Images = append(full.Images, out)
	full.Directories = append(full.Directories, Directory{
		Series: "noble", Project: "kubuntu", Path: out.Dir, Kind: DirectoryRelease, Status: "release",
		Checksums: []string{"SHA256SUMS"}, Signed: true,
	})
	in := input(tracker("iso", iso), tree("full", "full", full), tree("simple", "simple", Facts{}))
	in.Rules = rules
	return &in
}

func TestCleanInputHasNoFinding(t *testing.T) {
	t.Parallel()
	for _, f := range Join(*cleanInput()).Findings {
		t.Errorf("%+v", *f)
	}
}

// final is the open release milestone of cleanInput.
func final(in *Input) *Milestone { return &in.Sources[0].Facts.Milestones[1] }

func full(in *Input) *Facts { return in.Sources[1].Facts }

// second is another tracker with the same milestone and its own view of a build.
func second(change func(*Facts)) func(*Input) {
	return func(in *Input) {
		f := Facts{
			Products:   in.Sources[0].Facts.Products[:1],
			Series:     []Series{{Slug: "noble", Title: "Noble", Status: SeriesActive}},
			Milestones: []Milestone{{Series: "noble", Slug: "final", Title: "Noble Final", ID: "3", Kind: KindRelease, Status: MilestoneTesting}},
		}
		f.Milestones[0].Entries = []Entry{{Product: "kubuntu-desktop-amd64", BuildID: "20240424", State: StateReady}}
		change(&f)
		in.Sources = append(in.Sources, tracker("other", f))
	}
}

// plan adds a plan for the open release milestone of cleanInput.
func plan(in *Input, m Milestone) {
	m.Series, m.Slug, m.Kind, m.Status = "noble", "final", KindRelease, MilestoneTesting
	s := tracker("plans", Facts{Milestones: []Milestone{m}})
	s.State.Kind, s.State.Site = "plan", ""
	in.Sources = append(in.Sources, s)
}

// pin adds a plan that pins a build of Kubuntu on the final milestone, and says no more.
func pin(id string) func(*Input) {
	return func(in *Input) {
		plan(in, Milestone{Entries: []Entry{{Product: "kubuntu-desktop-amd64", BuildID: id, State: StateUnknown, Pinned: "noble.toml:3"}}})
	}
}

// TestStateNamesItsSource: what is found about a row rests on whoever gives it the state
// that is shown, also where that source has the build on no milestone.
func TestStateNamesItsSource(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*Input)
	}{
		{"no tracker knows the milestone", func(in *Input) {
			in.Sources = []SourceFacts{in.Sources[1], in.Sources[2], in.Sources[atObserver], in.Sources[atPlan]}
		}},
		{"the builds' own states count first", func(in *Input) { in.Rules.Precedence.State = []string{"observer"} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := agreeing()
			facts(in, atObserver).Builds[0].State = StateFailed
			tt.change(in)
			p := Join(*in)
			told := 0
			for _, f := range p.Findings {
				if f.Rule != "build-failed" {
					continue
				}
				told++
				named := slices.IndexFunc(f.Evidence, func(e Evidence) bool { return e.Source == "observer" })
				if named < 0 || f.Evidence[named].Fact != "Kubuntu Desktop amd64 20240424: failed" {
					t.Errorf("%s rests on %+v", f.Text, f.Evidence)
				}
			}
			if told == 0 {
				t.Errorf("nothing tells of the build: %s", strings.Join(dumpFindings(p.Findings), "\n"))
			}
		})
	}
}

// sign lets the first directories of the full tree be signed by one key.
func sign(state SignatureState, directories int) func(*Input) {
	return func(in *Input) {
		for i := range directories {
			full(in).Directories[i].Signature = &Signature{State: state, Key: "0123ABCD", By: "Example <a@example.org>", Made: noon}
		}
	}
}

// netbootSet adds a netboot set beside the server's daily.
func netbootSet(iso, beside string) func(*Input) {
	return func(in *Input) {
		dir := full(in).Images[2].Dir
		full(in).Netboot = []NetbootSet{{
			Series: "noble", Project: "ubuntu-server", Arch: "amd64", Kind: ImageDaily, BuildID: "20240424",
			Parent: dir, Dir: dir + "/netboot/amd64", Kernel: "linux", Initrd: "initrd", ISO: iso, Beside: beside,
		}}
	}
}

// netbootAnswers is a set of which the tree said something.
func netbootAnswers(answers ...NetbootAnswer) func(*Input) {
	return func(in *Input) {
		netbootSet("", "")(in)
		full(in).Netboot[0].Answers = answers
		in.Rules.BootMenu.Least = map[string]int64{LeastKernel: 1000, LeastInitrd: 1000}
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	for _, tc := range findingCases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			in := cleanInput()
			tc.change(in)
			p := Join(*in)
			check(t, p)
			var got []string
			for _, f := range p.Findings {
				got = append(got, f.Rule)
			}
			if !sameSet(tc.want, got) {
				t.Fatalf("findings %q, want %q\n%s", got, tc.want, strings.Join(dumpFindings(p.Findings), "\n"))
			}
			if len(tc.want) > 0 {
				first := p.Findings[slices.Index(got, tc.want[0])]
				checkFinding(t, first, tc.text, tc.about)
			}
			for _, f := range p.Findings {
				checkEvidence(t, f)
			}
		})
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func checkFinding(t *testing.T, f *Finding, text, about string) {
	t.Helper()
	if !strings.Contains(f.Text, text) {
		t.Errorf("text %q does not say %q", f.Text, text)
	}
	got := fmt.Sprintf("%s/%s %s %s %s:%s", f.Series, f.Milestone, f.Product, f.Source, f.Tree, f.Dir)
	if got != about {
		t.Errorf("about %q, want %q", got, about)
	}
	for what, s := range map[string]string{"text": f.Text, "advice": f.Advice} {
		if !strings.HasSuffix(s, ".") && !strings.Contains(s, "--accept") || strings.Contains(s, "..") || strings.Contains(s, "  ") {
			t.Errorf("%s is no sentence: %q", what, s)
		}
	}
	if f.Actor == "" {
		t.Error("nobody can act")
	}
	if want := ruleOfFinding(f.Rule).Severity; f.Severity != want {
		t.Errorf("severity %q, want %q", f.Severity, want)
	}
}

// TestPlanEvidence: what a plan says of a milestone itself rests on file and line.
func TestPlanEvidence(t *testing.T) {
	t.Parallel()
	rested := map[string][]string{}
	for _, kind := range []Kind{KindRelease, KindDaily} {
		in := cleanInput()
		in.Rules.Milestones = nil
		in.Sources[0].Facts.Series[0].Manifest = in.Sources[0].Facts.Series[0].Manifest[1:]
		plan(in, Milestone{Intended: []Intent{{Product: "kubuntu-desktop-amd64", Contact: "~a-team", At: "plans/final.toml:9"}}, Lists: wholeSeries, Date: "2024-04-26", DateAt: "plans/final.toml:3", KindAt: "plans/final.toml:4"})
		in.Sources[3].Facts.Milestones[0].Kind = kind
		final(in).Date = "2024-04-25"
		for _, f := range Join(*in).Findings {
			for _, e := range f.Evidence {
				if e.Source == "plans" {
					rested[f.Rule] = appendNew(rested[f.Rule], e.URL)
				}
			}
		}
	}
	want := map[string][]string{"disagree-date": {"plans/final.toml:3"}, "disagree-intent": {"plans/final.toml:9"}, "disagree-kind": {"plans/final.toml:4"}}
	if diff := cmp.Diff(want, rested); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// checkEvidence wants of every finding what it rests on, and someone who can act.
func checkEvidence(t *testing.T, f *Finding) {
	t.Helper()
	if len(f.Evidence) == 0 {
		t.Errorf("%s has no evidence", f.Rule)
	}
	for _, e := range f.Evidence {
		if e.Source == "" || e.Fact == "" {
			t.Errorf("%s: the evidence %+v does not say who says what", f.Rule, e)
		}
	}
	if f.Actor == ActorContact && f.Who == "" {
		t.Errorf("%s asks a contact that nobody knows", f.Rule)
	}
}

// TestBadSignatureNamesFiles wants the addresses of the list and its signature, or
// their paths where the tree has no address, and nothing of facts that are not kept.
func TestBadSignatureNamesFiles(t *testing.T) {
	t.Parallel()
	for site, dir := range map[string]string{"https://t.example": "https://t.example/a/b%20c/", "": "a/b c/"} {
		s := tree("t", "full", Facts{Directories: []Directory{{
			Series: "noble", Path: "a/b c", Kind: DirectoryDated, Checksums: []string{"SHA256SUMS"}, Signature: &Signature{State: SignatureBad},
		}}})
		s.State.Site = site
		f := Join(input(s)).Findings[0]
		if f.Rule != "bad-signature" || strings.Contains(f.Text, "shown") {
			t.Errorf("the finding is %+v", f)
		}
		got := []string{f.Evidence[0].URL, f.Evidence[1].URL}
		if diff := cmp.Diff([]string{dir + "SHA256SUMS", dir + "SHA256SUMS.gpg"}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// TestEveryRuleIsMade holds the table of rules and the cases above to each other.
func TestEveryRuleIsMade(t *testing.T) {
	t.Parallel()
	made := map[string]bool{}
	for _, tc := range findingCases {
		for _, rule := range tc.want {
			made[rule] = true
		}
	}
	seen := map[string]bool{}
	for _, r := range FindingRules() {
		if seen[r.Name] || r.Title == "" || !strings.HasSuffix(r.Explanation, ".") || r.Severity.rank() > 2 {
			t.Errorf("the rule %q is there twice or not complete", r.Name)
		}
		seen[r.Name] = true
		if !made[r.Name] {
			t.Errorf("no case makes the finding %q", r.Name)
		}
	}
	for rule := range made {
		if !seen[rule] {
			t.Errorf("%q is not in the table", rule)
		}
	}
}

func TestEveryFindingIsInTheTable(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range FindingRules() {
		known[r.Name] = true
	}
	rng := rand.New(rand.NewSource(4))
	for range 100 {
		for _, f := range Join(randomInput(rng)).Findings {
			if !known[f.Rule] {
				t.Fatalf("%q is not in the table", f.Rule)
			}
		}
	}
}

// TestFindingsHangWhereTheyBelong wants each finding at its milestone, row and
// product once, and every hung finding in the list of all.
func TestFindingsHangWhereTheyBelong(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	final(in).Entries[1].State = StateFailed
	full(in).Directories[0].Gone = []string{"gone.iso"}
	p := Join(*in)
	r := findRow(t, p, "noble/final/ubuntu-desktop-amd64")
	m := findManifest(t, p, "noble/final")
	k := findRow(t, p, "noble/final/kubuntu-desktop-amd64")
	for what, list := range map[string][]*Finding{"row": r.Findings, "product": r.Product.Findings} {
		if len(list) != 1 || list[0].Rule != "build-failed" {
			t.Errorf("%s has %q", what, dumpFindings(list))
		}
	}
	if !r.Blocked() || !k.Blocked() || k.Findings[0].Rule != "checksum-gone" {
		t.Errorf("a row is not blocked: %v %v", dumpFindings(r.Findings), dumpFindings(k.Findings))
	}
	if m.Totals.Blockers != 2 || len(m.Findings) != 2 {
		t.Errorf("the milestone counts %d blockers of %d findings", m.Totals.Blockers, len(m.Findings))
	}
	dir := p.Trees[0].Directories[0]
	if len(dir.Findings) != 1 || dir.Findings[0] != k.Findings[0] {
		t.Errorf("the directory has %q", dumpFindings(dir.Findings))
	}
}

func TestFindingsHangOnce(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(5))
	for range 80 {
		p := Join(randomInput(rng))
		all := once(t, "picture", p.Findings)
		for _, l := range p.Lines {
			within(t, all, once(t, l.Slug, l.Findings))
			for _, m := range l.Milestones {
				within(t, all, once(t, m.Slug, m.Findings))
				for _, r := range m.Rows() {
					within(t, all, once(t, r.Product.Slug, r.Findings))
				}
			}
		}
		for _, x := range p.Products {
			within(t, all, once(t, x.Slug, x.Findings))
		}
	}
}

func once(t *testing.T, where string, list []*Finding) map[*Finding]bool {
	t.Helper()
	seen := map[*Finding]bool{}
	for _, f := range list {
		if seen[f] {
			t.Errorf("%s: %s hangs twice", where, f.Rule)
		}
		seen[f] = true
	}
	return seen
}

func within(t *testing.T, all, some map[*Finding]bool) {
	t.Helper()
	for f := range some {
		if !all[f] {
			t.Errorf("%s is not in the list of all", f.Rule)
		}
	}
}

func TestSortFindings(t *testing.T) {
	t.Parallel()
	list := []*Finding{
		{Rule: "unknown-arch", Severity: Note},
		{Rule: "oversized", Severity: Warning, Product: "p10"},
		{Rule: "oversized", Severity: Warning, Product: "p9"},
		{Rule: "no-files", Severity: Blocker},
		{Rule: "missing-build", Severity: Blocker},
	}
	SortFindings(list)
	var got []string
	for _, f := range list {
		got = append(got, f.Rule+f.Product)
	}
	if diff := cmp.Diff([]string{"missing-build", "no-files", "oversizedp9", "oversizedp10", "unknown-arch"}, got); diff != "" {
		t.Error(diff)
	}
}
