package release

import (
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// agreeing is cleanInput with three sources more that say the same: a second tracker, one
// that knows builds and owners only, and a plan.
func agreeing() *Input {
	in := cleanInput()
	iso := in.Sources[0].Facts
	for i := range iso.Builds {
		iso.Builds[i].SHA256 = full(in).Images[i].Files[0].SHA256
		iso.Products[i].Contact = "~a-team"
	}
	in.Sources = append(in.Sources, secondTracker(iso), observer(iso))
	plan(in, Milestone{Date: "2024-04-25"})
	planned := &in.Sources[len(in.Sources)-1].Facts.Milestones[0]
	for _, n := range iso.Series[0].Manifest {
		planned.Intended = append(planned.Intended, n)
		planned.Entries = append(planned.Entries, Entry{Product: n.Product, BuildID: "20240424", State: StateUnknown, Pinned: "final.toml:3"})
	}
	final(in).Date = "2024-04-25"
	in.Sources[3].Facts.Milestones[1].Date = "2024-04-25"
	return in
}

func secondTracker(iso *Facts) SourceFacts { return tracker("other", clone(*iso)) }

// observer knows the builds of a tracker, and no milestones.
func observer(iso *Facts) SourceFacts {
	f := Facts{Products: clone(*iso).Products, Builds: clone(*iso).Builds}
	for i := range f.Builds {
		f.Builds[i].State = StateReady
	}
	s := tracker("observer", f)
	s.State.Kind = "test-observer"
	return s
}

// disagreement lets one source say something else of a product, by its number.
type disagreement struct {
	about string // words: of what is about one thing there is one at most
	rule  string // empty for none
	apply func(in *Input, product int)
}

// The sources of agreeing, by number.
const (
	atOther    = 3
	atObserver = 4
	atPlan     = 5
)

func facts(in *Input, source int) *Facts { return in.Sources[source].Facts }

var disagreements = []disagreement{
	{"build", "disagree-state", func(in *Input, p int) { facts(in, atOther).Milestones[1].Entries[p].State = StateFailed }},
	{"build", "disagree-state", func(in *Input, p int) { facts(in, atObserver).Builds[p].State = StateTesting }},
	{"build", "disagree-build", func(in *Input, p int) { facts(in, atOther).Milestones[1].Entries[p].BuildID = "20240423" }},
	{"build", "disagree-build", func(in *Input, p int) { facts(in, atPlan).Milestones[0].Entries[p].BuildID = "20240423" }},
	{"sum", "disagree-checksum", func(in *Input, p int) { facts(in, atOther).Builds[p].SHA256 = sum("other") }},
	{"sum", "disagree-checksum", func(in *Input, p int) { facts(in, atObserver).Builds[p].SHA256 = sum("observer") }},
	{"sum", "disagree-checksum", func(in *Input, p int) { full(in).Images[p].Files[0].SHA256 = sum("tree") }},
	{"contact", "disagree-contact", func(in *Input, p int) { facts(in, atOther).Series[0].Manifest[p].Contact = "~b-team" }},
	{"contact", "disagree-contact", func(in *Input, p int) { facts(in, atObserver).Products[p].Contact = "~b-team" }},
	{"contact", "disagree-contact", func(in *Input, p int) { facts(in, atPlan).Milestones[0].Intended[p].Contact = "~b-team" }},
	{"intent", "disagree-intent", func(in *Input, p int) { facts(in, atOther).Series[0].Manifest[p].Disabled = true }},
	{"intent", "disagree-intent", func(in *Input, p int) { facts(in, atPlan).Milestones[0].Intended[p].Disabled = true }},
	{"note", "", func(in *Input, p int) { facts(in, atObserver).Builds[p].Note = "looked at" }},
	{"build", "", func(in *Input, p int) { facts(in, atObserver).Builds[p].State = StateUnknown }},
	{"build", "", func(in *Input, p int) { facts(in, atOther).Milestones[1].Entries[p].State = StateUnknown }},
	{"build", "", func(in *Input, p int) { // nobody decides about a daily
		for _, source := range []int{0, atOther} {
			facts(in, source).Milestones[0].Entries[p].State = StateTesting
		}
	}},
	{"contact", "", func(in *Input, p int) { facts(in, atPlan).Milestones[0].Intended[p].Contact = "" }},
	// The same bytes by another id are the same build; other bytes by another one are not.
	{"build sum", "", func(in *Input, p int) { facts(in, atObserver).Builds[p].BuildID = "20240423" }},
	{"build sum", "", func(in *Input, p int) { facts(in, atObserver).Builds[p].BuildID = "20240425" }},
	{"build sum", "", func(in *Input, p int) { renamed(in, atOther, p, "20240423") }},
	{"build sum", "", func(in *Input, p int) {
		renamed(in, atOther, p, "20240423")
		facts(in, atPlan).Milestones[0].Entries[p].BuildID = "20240423"
	}},
	{"build sum", "disagree-state", func(in *Input, p int) {
		facts(in, atObserver).Builds[p].BuildID, facts(in, atObserver).Builds[p].State = "20240423", StateFailed
	}},
	{"build sum", "disagree-build", func(in *Input, p int) {
		renamed(in, atOther, p, "20240423")
		facts(in, atOther).Builds[p].SHA256 = sum("other")
	}},
	{"sum", "disagree-checksum", func(in *Input, p int) { namesake(in, p, sum("simple")) }},
	{"sum", "", func(in *Input, p int) { namesake(in, p, "") }},
}

// namesake lets both trees have a released file of one name, and the second one with a
// checksum of its own; with none it has the same bytes.
func namesake(in *Input, p int, own string) {
	of := full(in).Images[p]
	for n, dir := range []string{of.Project + "/releases/noble/release", of.Project} {
		f := facts(in, 1+n)
		out := released(of.Project, "noble", dir, of.Project+"-24.04-"+of.PublishType+"-amd64", of.PublishType, "amd64", "20240424")
		if n == 1 && own != "" {
			out.Files[0].SHA256 = own
		}
		if slices.ContainsFunc(f.Images, func(i Image) bool { return i.Dir == out.Dir && i.Name == out.Name }) {
			f.Images = slices.DeleteFunc(f.Images, func(i Image) bool { return i.Dir == out.Dir && i.Name == out.Name })
		} else {
			f.Directories = append(f.Directories, Directory{
				Series: "noble", Project: of.Project, Path: out.Dir, Kind: DirectoryRelease, Status: "release", Checksums: []string{"SHA256SUMS"}, Signed: true,
			})
		}
		f.Images = append(f.Images, out)
	}
}

// ofMilestone lets one source say something else of a milestone.
var ofMilestone = []struct {
	rule  string // empty for none
	apply func(in *Input)
}{
	{"", func(*Input) {}},
	{"disagree-date", func(in *Input) { facts(in, atOther).Milestones[1].Date = "2024-04-26" }},
	{"disagree-date", func(in *Input) { facts(in, atPlan).Milestones[0].Date = "2024-04-26" }},
	{"disagree-date", func(in *Input) {
		in.Rules.Milestones = append([]MilestoneRule{{Match: []string{"final"}, Date: "2024-04-26", Kind: KindRelease}}, in.Rules.Milestones...)
	}},
	{"", func(in *Input) { facts(in, atOther).Milestones[1].Date = "" }},
	{"disagree-status", func(in *Input) {
		m := &facts(in, atPlan).Milestones[0]
		m.Status, m.StatusAt = MilestoneReleased, "final.toml:2"
	}},
	{"", func(in *Input) { facts(in, atPlan).Milestones[0].Title = "NOBLE FINAL" }},
}

// TestKindDisagreementIsFound: which of two sources counts a milestone among the dailies
// does not matter, and that no other disagreement comes of it.
func TestKindDisagreementIsFound(t *testing.T) {
	t.Parallel()
	for _, source := range []int{0, atOther, atPlan} {
		in := agreeing()
		in.Rules.Milestones = nil
		milestones := facts(in, source).Milestones
		milestones[len(milestones)-1].Kind = KindDaily
		p := Join(*in)
		var got []string
		for _, f := range p.Findings {
			if tellsDisagreement(f) {
				got = appendNew(got, f.Rule)
			}
		}
		if diff := gocmp.Diff([]string{"disagree-kind"}, got); diff != "" {
			t.Errorf("source %d (-want +got)\n%s\n%s", source, diff, strings.Join(dumpFindings(p.Findings), "\n"))
		}
		namesBothSides(t, p)
	}
}

// TestEveryDisagreementIsFound: of facts that agree but for some, each disagreement is a
// finding of the product that names both sides, and there is no other.
func TestEveryDisagreementIsFound(t *testing.T) {
	t.Parallel()
	made := map[int]int{}
	for seed := range int64(300) {
		rng := rand.New(rand.NewSource(seed))
		in := agreeing()
		if seed%2 == 1 {
			in.Rules.Precedence.State = []string{"observer"}
		}
		names := []string{"kubuntu-desktop-amd64", "ubuntu-desktop-amd64", "ubuntu-server-subiquity-amd64"}
		want, got := map[string][]string{}, map[string][]string{}
		for product, slug := range names {
			told := map[string]bool{}
			for range rng.Intn(5) {
				n := rng.Intn(len(disagreements))
				d := disagreements[n]
				about := strings.Fields(d.about)
				if slices.ContainsFunc(about, func(word string) bool { return told[word] }) {
					continue
				}
				for _, word := range about {
					told[word] = true
				}
				made[n]++
				d.apply(in, product)
				if d.rule != "" {
					want[slug] = appendNew(want[slug], d.rule)
				}
			}
			slices.Sort(want[slug])
		}
		of := int(seed) % len(ofMilestone)
		ofMilestone[of].apply(in)
		p := Join(*in)
		if rules := aboutMilestones(p); strings.Join(rules, " ") != ofMilestone[of].rule {
			t.Errorf("seed %d: of milestones %q is found, want %q", seed, rules, ofMilestone[of].rule)
		}
		for _, line := range p.Products {
			for _, f := range line.Findings {
				if tellsDisagreement(f) && !slices.Contains(got[line.Slug], f.Rule) {
					got[line.Slug] = append(got[line.Slug], f.Rule)
				}
			}
			slices.Sort(got[line.Slug])
		}
		if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("seed %d (-want +got)\n%s\n%s", seed, diff, strings.Join(dumpFindings(p.Findings), "\n"))
		}
		namesBothSides(t, p)
		differsAsFound(t, seed, p)
	}
	if len(made) != len(disagreements) {
		t.Errorf("only %d of %d disagreements were tried", len(made), len(disagreements))
	}
}

// aboutMilestones are the disagreements of a picture that are about no product.
func aboutMilestones(p *Picture) []string {
	var rules []string
	for _, f := range p.Findings {
		if tellsDisagreement(f) && slices.Contains([]string{"disagree-date", "disagree-kind", "disagree-status"}, f.Rule) {
			rules = append(rules, f.Rule)
		}
	}
	return rules
}

// tellsDisagreement reports whether a finding is that sources do not agree.
func tellsDisagreement(f *Finding) bool {
	return strings.HasPrefix(f.Rule, "disagree-") || f.Rule == "build-ids-apart"
}

// ofTreesAlone reports whether a finding is about files of trees, and not about what sources
// say of a build.
func ofTreesAlone(f *Finding) bool {
	return !slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return e.Source != "full" && e.Source != "simple" })
}

// namesBothSides wants each disagreement to rest on two sources at least.
func namesBothSides(t *testing.T, p *Picture) {
	t.Helper()
	for _, f := range p.Findings {
		var sources []string
		for _, e := range f.Evidence {
			sources = appendNew(sources, e.Source)
		}
		if tellsDisagreement(f) && len(sources) < 2 {
			t.Errorf("%s rests on %v alone: %s", f.Rule, sources, f.Text)
		}
	}
}

// differsAsFound wants what the sources are shown to disagree about on a row to be the
// findings of that row, and the other way around. Of a contact a finding tells once for all
// milestones. A source that has another build there says nothing of the one that is shown.
func differsAsFound(t *testing.T, seed int64, p *Picture) {
	t.Helper()
	for _, product := range p.Products {
		var contact [2]bool
		for _, r := range product.Rows {
			shown, found := map[string]bool{}, map[string]bool{}
			for _, s := range p.Truth(r) {
				for _, d := range s.Differs {
					shown["disagree-"+d] = true
				}
				if r.Manifest.Kind == KindDaily && shown["disagree-build"] { // which is another rule there
					delete(shown, "disagree-build")
					shown["build-ids-apart"] = true
				}
			}
			for _, f := range r.Findings {
				if tellsDisagreement(f) && !ofTreesAlone(f) {
					found[f.Rule] = true
				}
			}
			contact[0], contact[1] = contact[0] || shown["disagree-contact"], contact[1] || found["disagree-contact"]
			delete(shown, "disagree-contact")
			delete(found, "disagree-contact")
			if shown["disagree-build"] || shown["build-ids-apart"] {
				shown["disagree-state"], shown["disagree-checksum"] = found["disagree-state"], found["disagree-checksum"]
			}
			maps.DeleteFunc(shown, func(_ string, is bool) bool { return !is })
			if !maps.Equal(shown, found) {
				t.Errorf("seed %d: %s: the sources differ about %v, and findings tell of %v", seed, r.name(), shown, found)
			}
		}
		if contact[0] != contact[1] {
			t.Errorf("seed %d: %s: contacts differ: shown %t, found %t", seed, product.Title, contact[0], contact[1])
		}
	}
}

// TestAgreeingSourceChangesNothing: whoever says the same as the others is named beside
// them, and nothing else changes.
func TestAgreeingSourceChangesNothing(t *testing.T) {
	t.Parallel()
	whole := agreeing()
	for _, without := range [][]int{{}, {atPlan}, {atObserver}, {atOther}, {atOther, atObserver}, {atOther, atObserver, atPlan}} {
		in := *whole
		in.Sources = slices.Clone(in.Sources)
		for _, n := range slices.Backward(without) {
			in.Sources = slices.Delete(in.Sources, n, n+1)
		}
		if diff := gocmp.Diff(toldBy(Join(*whole)), toldBy(Join(in))); diff != "" {
			t.Errorf("without %v (-all +some)\n%s", without, diff)
		}
	}
}

// toldBy is what a picture tells of rows, lines and findings without who told it.
func toldBy(p *Picture) []string {
	var texts []string
	for _, l := range p.Lines {
		texts = append(texts, fmt.Sprint(l.Slug, l.Title, l.Status, len(l.Intents)))
		for _, m := range l.Milestones {
			texts = append(texts, fmt.Sprint(m.Slug, m.Title, m.Kind, m.Status, m.Open, m.Date, m.Totals))
			for _, r := range m.Rows() {
				texts = append(texts, fmt.Sprint(r.Product.Slug, r.BuildID, r.State, r.Intended, r.IntentKnown, r.Contact, r.Team, r.Note, r.Tests,
					r.Assumed, r.Daily != nil, r.Release != nil, r.Location))
			}
		}
	}
	for _, f := range p.Findings {
		texts = append(texts, f.Rule+" "+f.Text)
	}
	return texts
}
