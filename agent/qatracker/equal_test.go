package qatracker

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// TestEqualInTheEnd changes a tracker at random and polls it with a source that keeps
// what hardly changes and with one that asks for everything. What is asked every time
// is always the same, and everything is once a period has passed: with each kind of
// answer the agent may not store, and with each restart.
func TestEqualInTheEnd(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			w := newWorld(seed)
			m, c, dir := &inMemory{tracker: &tracker{methods: w}}, newClock(), t.TempDir()
			restarted := func() *Source { return slow(m, c, func(o *Options) { o.StateDir = dir }) }
			s, prev := restarted(), nothing()
			poll := func() (kept, all *release.Answer) {
				kept, _ = mustPoll(t, s, prev)
				all, _ = mustPoll(t, slow(m, c, nil), prev)
				if diff := gocmp.Diff(current(all.Facts), current(kept.Facts)); diff != "" {
					t.Fatalf("what is asked every time differs (-all asked +kept):\n%s", diff)
				}
				return kept, all
			}
			for range 15 {
				for range w.random.IntN(4) {
					w.change()
				}
				c.move(time.Duration(w.random.Int64N(int64(period / 4))))
				kept, _ := poll()
				if w.random.IntN(4) > 0 { // else it is held back, or the agent was killed
					prev = kept.Facts
				}
				if w.random.IntN(5) == 0 {
					s = restarted()
				}
			}
			for range 3 {
				c.move(period / 3)
				kept, _ := poll()
				prev = kept.Facts
			}
			kept, all := poll()
			if diff := gocmp.Diff(all.Facts, kept.Facts); diff != "" {
				t.Errorf("facts after a period (-all asked +kept):\n%s", diff)
			}
			if diff := gocmp.Diff(inOrder(all.Problems), inOrder(kept.Problems)); diff != "" {
				t.Errorf("problems after a period (-all asked +kept):\n%s", diff)
			}
		})
	}
}

func inOrder(list []release.Problem) []string {
	var texts []string
	for _, p := range list {
		texts = append(texts, p.Rule+": "+p.Text)
	}
	slices.Sort(texts)
	return texts
}

// current is what is asked with every poll.
func current(f *release.Facts) *release.Facts {
	c := &release.Facts{Source: f.Source}
	for _, s := range f.Series {
		if s.Status != release.SeriesActive {
			s.Manifest = nil
		}
		c.Series = append(c.Series, s)
	}
	for _, m := range f.Milestones {
		if quiet(&m) {
			m.Bugs, m.Entries = nil, nil
		}
		c.Milestones = append(c.Milestones, m)
	}
	return c
}

// world is a tracker that changes.
type world struct {
	made
	random *rand.Rand
	next   int
}

func newWorld(seed uint64) *world {
	w := &world{made: made{}, random: rand.New(rand.NewPCG(seed, 3)), next: 100}
	for range 12 {
		w.add("products.get_list", "title", fmt.Sprintf("Product %c", 'A'+w.random.IntN(26)), "status", "0")
	}
	for i := range 3 {
		w.add("series.get_list", "title", fmt.Sprintf("Series%d", i), "status", strconv.Itoa(i/2))
	}
	for range 8 {
		w.change()
		w.milestone()
	}
	return w
}

// add adds a record with an id of its own.
func (w *world) add(list string, members ...string) {
	w.next++
	w.made[list] = append(w.made[list], append(entry{"id", strconv.Itoa(w.next)}, members...))
}

// one is a record of a list, nil when there is none.
func (w *world) one(list string) entry {
	if n := len(w.made[list]); n > 0 {
		return w.made[list][w.random.IntN(n)]
	}
	return nil
}

func (e entry) set(name, text string) {
	for i := 0; i+1 < len(e); i += 2 {
		if e[i] == name {
			e[i+1] = text
		}
	}
}

func (w *world) milestone() {
	title := fmt.Sprintf("Milestone %d", w.random.IntN(100))
	w.add("milestones.get_list", "title", title, "status", strconv.Itoa(w.random.IntN(3)), "series", w.one("series.get_list").get("id"))
}

// change is something that people do to a tracker.
func (w *world) change() {
	status := func(n int) string { return strconv.Itoa(w.random.IntN(n)) }
	milestone, series, product := w.one("milestones.get_list"), w.one("series.get_list"), w.one("products.get_list")
	builds, bugs := "builds.get_list "+milestone.get("id"), "bugs.get_list "+milestone.get("id")
	manifest := "series.get_manifest " + series.get("id")
	switch w.random.IntN(16) {
	case 0:
		w.milestone()
	case 1:
		milestone.set("status", status(4))
	case 2:
		milestone.set("series", series.get("id"))
	case 3:
		milestone.set("title", fmt.Sprintf("Milestone %d", w.random.IntN(100)))
	case 4:
		w.drop("milestones.get_list", 3)
	case 5:
		series.set("status", status(2))
	case 6:
		series.set("title", fmt.Sprintf("Series%d", w.random.IntN(5)))
	case 7:
		product.set("title", fmt.Sprintf("Product %c", 'A'+w.random.IntN(26)))
	case 8:
		w.drop("products.get_list", 6)
	case 9:
		w.add(manifest, "productid", product.get("id"), "product_title", product.get("title"), "contact", status(9), "status", status(2))
	case 10:
		w.drop(manifest, 0)
	case 11:
		w.made[bugs] = append(w.made[bugs], entry{"bugnumber", strconv.Itoa(w.random.IntN(50)), "count", status(9)})
	default:
		w.build(builds, product.get("id"))
	}
}

// build posts a build, or does something to one that is there.
func (w *world) build(list, product string) {
	switch one := w.one(list); w.random.IntN(6) {
	case 0:
		w.drop(list, 0)
	case 1:
		one.set("status", strconv.Itoa(w.random.IntN(6)))
	case 2:
		one.set("note", strconv.Itoa(w.random.IntN(9)))
	case 3: // twice
		if one != nil {
			w.made[list] = append(w.made[list], slices.Clone(one))
		}
	default:
		version := fmt.Sprintf("202604%02d", 1+w.random.IntN(5))
		w.add(list, "productid", cmp.Or(product, "1"), "version", version, "status", strconv.Itoa(w.random.IntN(5)), "note", "")
	}
}

// drop removes a record, where more than some are there.
func (w *world) drop(list string, least int) {
	if n := len(w.made[list]); n > least {
		i := w.random.IntN(n)
		w.made[list] = slices.Delete(w.made[list], i, i+1)
	}
}
