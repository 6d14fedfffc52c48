package release

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUndoAgreesWithFacts: for facts that change at random, undoing what happened since a
// time gives the milestones that a picture of the facts of that time has.
func TestUndoAgreesWithFacts(t *testing.T) {
	t.Parallel()
	compared := 0
	for seed := range int64(60) {
		rng := rand.New(rand.NewSource(seed))
		one := randomPolls(rng, "iso", 6, true)
		p, log := told(one...)
		for i := range one {
			compared += sameRows(t, seed, p.At(Rules{}, log, hour(i)), pictureAt(hour(i), one[i]))
		}
		// Whether a line is switched off in one of two manifests, or not in it, is no event,
		// nor is who was its contact.
		first, second := withContacts(rng, randomPolls(rng, "iso", 6, false)), withContacts(rng, randomPolls(rng, "other", 6, false))
		p, log = toldBoth(first, second)
		for i := range first {
			compared += sameRows(t, seed, p.At(Rules{}, log, hour(i)), pictureAt(hour(i), first[i], second[i]))
		}
	}
	if compared < 5000 {
		t.Errorf("only %d rows in all: too few to tell", compared)
	}
}

func withContacts(rng *rand.Rand, polls []*Facts) []*Facts {
	for _, f := range polls {
		for i := range f.Series {
			for k := range f.Series[i].Manifest {
				f.Series[i].Manifest[k].Contact = []string{"", "~one", "~two"}[rng.Intn(3)]
			}
		}
	}
	return polls
}

// sameRows compares the milestones of two pictures, and tells how many rows they have.
func sameRows(t *testing.T, seed int64, got, want *Picture) int {
	t.Helper()
	g, w := rowTexts(got), rowTexts(want)
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("seed %d, %s (-facts +undone):\n%s", seed, want.AsOf.Format("15:04"), diff)
	}
	return len(w)
}

func rowTexts(p *Picture) []string {
	var texts []string
	for _, l := range p.Lines {
		for _, m := range l.Milestones {
			if m.Made {
				continue
			}
			texts = append(texts, fmt.Sprintf("%s %s open=%t", m.path(), m.Status, m.Open))
			for _, r := range m.Rows() {
				contact := r.Contact
				if !r.Intended {
					contact = ""
				}
				texts = append(texts, fmt.Sprintf("%s %s %s %s %s %t %s", m.path(), r.Product.Slug, r.BuildID, r.State, r.RawState, r.Intended, contact))
			}
		}
	}
	slices.Sort(texts)
	return texts
}

// TestUndoImages: what came is gone again, what went is back with what events tell of it.
func TestUndoImages(t *testing.T) {
	t.Parallel()
	sum := func(c string) string { return fmt.Sprintf("%064s", c) }
	image := func(dir, name string, kind ImageKind, sha string) Image {
		return Image{
			Series: "noble", Project: "ubuntu", Dir: dir, Name: name, Kind: kind, BuildID: "1",
			Files: []File{{Name: name + ".iso", Main: true, SHA256: sha}},
		}
	}
	dirs := []Directory{{Series: "noble", Project: "ubuntu", Path: "r", Kind: DirectoryRelease}, {Series: "noble", Project: "ubuntu", Path: "d/1", Kind: DirectoryDated}}
	before := &Facts{Source: "full", Directories: dirs, Images: []Image{image("d/1", "a", ImageDaily, sum("1")), image("r", "old", ImageRelease, sum("2")), image("r", "same", ImageRelease, sum("3"))}}
	after := &Facts{Source: "full", Directories: dirs[:1], Images: []Image{image("r", "new", ImageRelease, sum("1")), image("r", "same", ImageRelease, sum("4"))}}
	before.Sort()
	after.Sort()
	undone := after.Undo(Events("full", before, after, hour(0), hour(1)))
	if diff := cmp.Diff(before, undone); diff != "" {
		t.Errorf("facts (-before +undone):\n%s", diff)
	}
}
