package release

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

const twinProduct = "kubuntu-desktop-amd64"

// renamed lets a source call the build of a product, by its number, by another id, with the
// same bytes.
func renamed(in *Input, source, product int, id string) {
	f := facts(in, source)
	f.Builds[product].BuildID = id
	for m := range f.Milestones {
		f.Milestones[m].Entries[product].BuildID = id
	}
}

// disagreementsOf are the findings of a picture that say that sources do not agree.
func disagreementsOf(p *Picture) []string {
	var list []string
	for _, f := range p.Findings {
		if tellsDisagreement(f) {
			list = append(list, f.Rule+" "+f.Milestone+" "+f.Product)
		}
	}
	return list
}

// TestSameBytesAreOneBuild: builds of one product with one checksum are one, by whatever id
// sources call them.
func TestSameBytesAreOneBuild(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(in *Input)
		row    string
		truth  []string
		found  []string
	}{
		{"a tracker and an observer", func(in *Input) {
			facts(in, atObserver).Builds[0].BuildID = "20240423"
			facts(in, atObserver).Builds[0].Tests = &Tests{Passed: 3}
		}, "20240424 ready 3 passed refs=plans,iso,other,observer", []string{"iso 20240424 ready", "full 20240424", "other 20240424 ready", "observer 20240423 ready", "plans 20240424"}, nil},
		{"only the tree tells the checksum of the tracker's", func(in *Input) {
			for _, n := range []int{0, atOther} {
				facts(in, n).Builds[0].SHA256 = ""
			}
			facts(in, atObserver).Builds[0].BuildID = "20240423"
			facts(in, atObserver).Builds[0].State = StateFailed
		}, "20240424 ready refs=plans,iso,other,observer", []string{"iso 20240424 ready", "full 20240424", "other 20240424 ready", "observer 20240423 failed state", "plans 20240424"}, []string{"disagree-state daily " + twinProduct, "disagree-state final " + twinProduct}},
		{"two trackers", func(in *Input) { renamed(in, atOther, 0, "20240423.1") }, "20240424 ready refs=plans,iso,other,observer", []string{"iso 20240424 ready", "full 20240424", "other 20240423.1 ready", "observer 20240424 ready", "plans 20240424"}, nil},
		{"a plan that takes the observer's id", func(in *Input) {
			facts(in, atObserver).Builds[0].BuildID = "20240423"
			facts(in, atPlan).Milestones[0].Entries[0].BuildID = "20240423"
		}, "20240423 ready refs=plans,iso,other,observer", []string{"iso 20240424 ready", "full 20240424", "other 20240424 ready", "observer 20240423 ready", "plans 20240423"}, nil},
		{"several checksums of one id join nothing", func(in *Input) {
			renamed(in, atOther, 0, "20240423")
			facts(in, atObserver).Builds[0].SHA256 = sum("other")
		}, "20240424 ready refs=plans,iso,observer", []string{"iso 20240424 ready", "full 20240424", "other 20240423 ready build", "observer 20240424 ready checksum", "plans 20240424"}, []string{"disagree-build final " + twinProduct, "disagree-checksum  " + twinProduct}},
		{"other bytes", func(in *Input) {
			renamed(in, atOther, 0, "20240423")
			facts(in, atOther).Builds[0].SHA256 = sum("other")
		}, "20240424 ready refs=plans,iso,observer", []string{"iso 20240424 ready", "full 20240424", "other 20240423 ready build", "observer 20240424 ready", "plans 20240424"}, []string{"disagree-build final " + twinProduct}},
		{"a source that has the very id, too", func(in *Input) {
			f := facts(in, atObserver)
			older := f.Builds[0]
			older.BuildID, older.State = "20240423", StateFailed
			f.Builds = append(f.Builds, older)
		}, "20240424 ready refs=plans,iso,other,observer", []string{"iso 20240424 ready", "full 20240424", "other 20240424 ready", "observer 20240424 ready", "plans 20240424"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := agreeing()
			tt.change(in)
			p := Join(*in)
			if diff := gocmp.Diff(tt.found, disagreementsOf(p)); diff != "" {
				t.Errorf("findings (-want +got)\n%s", diff)
			}
			r := findRow(t, p, "noble/final/"+twinProduct)
			words := r.BuildID + " " + string(r.State)
			if r.Tests != nil {
				words += fmt.Sprintf(" %d passed", r.Tests.Passed)
			}
			var refs []string
			for _, ref := range r.Refs {
				refs = append(refs, ref.Source)
			}
			if words += " refs=" + strings.Join(refs, ","); words != tt.row {
				t.Errorf("row %q, want %q", words, tt.row)
			}
			var truth []string
			for _, s := range p.Truth(r) {
				truth = append(truth, strings.TrimSpace(strings.Join(strings.Fields(s.Source+" "+s.BuildID+" "+string(s.State)), " ")+" "+strings.Join(s.Differs, "!")))
			}
			if diff := gocmp.Diff(tt.truth, truth); diff != "" {
				t.Errorf("truth (-want +got)\n%s", diff)
			}
		})
	}
}

// TestChecksumJoinsNoProducts: who claims the checksum of another product, of another
// architecture or series, joins nothing with it.
func TestChecksumJoinsNoProducts(t *testing.T) {
	t.Parallel()
	in := agreeing()
	before := Join(*in)
	f := facts(in, atObserver)
	kubuntu := f.Builds[0]
	for _, alien := range []Build{
		{Series: "noble", Product: "kubuntu-desktop-arm64"},
		{Series: "noble", Product: "ubuntu-desktop-amd64"},
		{Series: "mantic", Product: twinProduct},
	} {
		alien.BuildID, alien.State, alien.SHA256 = "20240301", StateSuperseded, kubuntu.SHA256
		f.Builds = append(f.Builds, alien)
	}
	f.Products = append(f.Products, Product{Slug: "kubuntu-desktop-arm64", Title: "Kubuntu Desktop arm64"})
	p := Join(*in)
	for _, slug := range []string{twinProduct, "ubuntu-desktop-amd64"} {
		r, was := findRow(t, p, "noble/final/"+slug), findRow(t, before, "noble/final/"+slug)
		if r.Is("20240301") {
			t.Errorf("%s: 20240301 counts as its build %s", slug, r.BuildID)
		}
		if diff := gocmp.Diff(before.Truth(was), p.Truth(r)); diff != "" || r.BuildID != was.BuildID || r.State != was.State || !reflect.DeepEqual(r.Tests, was.Tests) {
			t.Errorf("%s: what sources say of it changed (-before +after)\n%s", slug, diff)
		}
	}
	if diff := gocmp.Diff(disagreementsOf(p), []string(nil)); diff != "" {
		t.Errorf("findings (-got +want)\n%s", diff)
	}
}

// TestManyBuildsOfOneChecksum: of a source that claims one checksum for everything, one build
// joins, and the work stays small.
func TestManyBuildsOfOneChecksum(t *testing.T) {
	t.Parallel()
	in := agreeing()
	f := facts(in, atObserver)
	f.Builds[0].BuildID = "20230001.1"
	for n := range 20_000 {
		b := f.Builds[0]
		b.BuildID = "2023." + itoa(n)
		f.Builds = append(f.Builds, b)
	}
	r := findRow(t, Join(*in), "noble/final/"+twinProduct)
	if diff := gocmp.Diff([]string{"20230001.1"}, r.twins); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestNetbootOfSameBytes: a netboot set is of the build by whatever id a row has it.
func TestNetbootOfSameBytes(t *testing.T) {
	t.Parallel()
	e := NetbootEntry{BuildID: "20240424"}
	for id, want := range map[string]bool{"20240424": true, "20240422": false} {
		if got := e.isOf(&Row{BuildID: "20240423", twins: []string{id}}); got != want {
			t.Errorf("same bytes as %s: %t, want %t", id, got, want)
		}
	}
}
