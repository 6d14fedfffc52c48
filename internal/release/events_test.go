package release

import (
	"cmp"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// checksumNames are the checksums of the cases, in words.
var checksumNames = strings.NewReplacer(
	sum("more"), "#more", sum("x"), "#x",
	sum("ubuntu", "noble-desktop-amd64", "20240424"), "#ubuntu0424",
	sum("ubuntu", "noble-desktop-amd64", "20240425"), "#ubuntu0425",
	sum("kubuntu", "noble-desktop-amd64", "20240424"), "#kubuntu0424",
	sum("kubuntu", "kubuntu-24.04-desktop-amd64", "20240424"), "#kubuntu24.04",
)

// eventText is an event in one line, without the poll.
func eventText(e Event) string {
	text := string(e.What)
	for _, f := range [][2]string{
		{"series", e.Series},
		{"milestone", e.Milestone},
		{"product", e.Product},
		{"build", e.BuildID},
		{"project", e.Project},
		{"dir", e.Dir},
		{"image", e.Image},
		{"arch", e.Arch},
		{"file", e.File},
		{"id", e.ID},
	} {
		if f[1] != "" {
			text += " " + f[0] + "=" + f[1]
		}
	}
	if e.From != "" {
		text += " " + e.From
	}
	if e.From != "" || e.To != "" || !strings.HasPrefix(text, "source-") {
		text += " >"
	}
	if e.To != "" {
		text += " " + e.To
	}
	return checksumNames.Replace(text)
}

func TestEvents(t *testing.T) {
	t.Parallel()
	for _, tc := range eventCases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			before, after := cleanInput(), cleanInput()
			if tc.before != nil {
				tc.before(before)
				tc.before(after)
			}
			tc.change(after)
			var got []string
			for i := range 2 {
				for _, e := range Events("s", before.Sources[i].Facts, after.Sources[i].Facts, noon, noon.Add(time.Minute)) {
					got = append(got, eventText(e))
				}
			}
			if diff := gocmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestEveryEventIsMade holds the kinds, their order and the cases to each other.
func TestEveryEventIsMade(t *testing.T) {
	t.Parallel()
	made := map[EventKind]bool{}
	for _, tc := range eventCases {
		for _, text := range tc.want {
			kind, _, _ := strings.Cut(text, " ")
			made[EventKind(kind)] = true
		}
	}
	for _, kind := range eventKinds {
		if !made[kind] {
			t.Errorf("no case makes %q", kind)
		}
		delete(made, kind)
	}
	for kind := range made {
		t.Errorf("%q has no place in the order", kind)
	}
}

func TestEventsNamePoll(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 3600)
	got := Events("iso", nil, &Facts{Series: []Series{{Slug: "noble"}}}, time.Time{}, noon.In(zone))
	want := []Event{{Seen: noon, What: EventSeriesAppeared, Source: "iso", Series: "noble"}}
	if diff := gocmp.Diff(want, got); diff != "" || got[0].Seen.Location() != time.UTC {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if from := Events("iso", nil, &Facts{Series: []Series{{Slug: "noble"}}}, noon.In(zone), noon)[0].After; from.Location() != time.UTC || !from.Equal(noon) {
		t.Errorf("after %v", from)
	}
	if got := Events("iso", nil, nil, noon, noon); got != nil {
		t.Errorf("no facts gave %v", got)
	}
}

// TestEventsTellAll replays the events of random changes on what was known before,
// and wants what is known after. That is all that a manifest's rows show of facts.
func TestEventsTellAll(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(11))
	kinds := map[EventKind]int{}
	for range 400 {
		before := randomFacts(rng)
		stir(rng, &before)
		before.Sort()
		after := clone(before)
		if rng.Intn(4) == 0 {
			after = randomFacts(rng)
		}
		for range rng.Intn(12) {
			mutate(rng, reflect.ValueOf(&after).Elem())
			stir(rng, &after)
		}
		retire(rng, &before)
		retire(rng, &after)
		tidy(rng, &after)
		events := Events("s", &before, &after, noon, noon)
		got := known(&before)
		for _, e := range events {
			kinds[e.What]++
			got.replay(t, e, &before, &after)
		}
		got.forgetDirectories(&after)
		got.forgetNetboot(&after)
		want := known(&after)
		got.forgetKept(&before, &after)
		want.forgetKept(&before, &after)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("replay (-facts +replay)\n%s", diff)
		}
	}
	for _, kind := range eventKinds {
		if kinds[kind] == 0 {
			t.Errorf("%q never happened", kind)
		}
	}
}

// retire lets an installer of an archive of packages lie elsewhere now and then.
func retire(rng *rand.Rand, f *Facts) {
	if len(f.Netboot) == 0 || rng.Intn(3) > 0 {
		return
	}
	n := &f.Netboot[rng.Intn(len(f.Netboot))]
	n.Parent, n.Kernel, n.Initrd = "", "linux", "initrd"
	old := fmt.Sprintf("http://old%d.example/", rng.Intn(2))
	n.Answers = append(n.Answers, NetbootAnswer{Name: old + "linux"}, NetbootAnswer{Name: old + "initrd"}, NetbootAnswer{Name: "linux", Status: 1, Times: 2})
	f.Sort()
}

func TestEventsDoNotDependOnOrder(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(12))
	for range 100 {
		var before, after Facts
		fill(rng, reflect.ValueOf(&before).Elem(), 0)
		fill(rng, reflect.ValueOf(&after).Elem(), 0)
		want := Events("s", &before, &after, noon, noon)
		if !slices.IsSortedFunc(want, compareEvents) {
			t.Fatal("events are out of order")
		}
		if twice := slices.CompactFunc(slices.Clone(want), func(a, b Event) bool { return compareEvents(a, b) == 0 }); len(twice) != len(want) {
			t.Fatal("an event is there twice")
		}
		b, a := clone(before), clone(after)
		shuffle(rng, reflect.ValueOf(&b).Elem())
		shuffle(rng, reflect.ValueOf(&a).Elem())
		keep := clone(a)
		if diff := gocmp.Diff(want, Events("s", &b, &a, noon, noon)); diff != "" {
			t.Fatalf("events depend on the order of records\n%s", diff)
		}
		if diff := gocmp.Diff(keep, a); diff != "" {
			t.Fatalf("Events changed its input\n%s", diff)
		}
		if events := Events("s", &after, &a, noon, noon); len(events) > 0 {
			t.Fatalf("equal facts gave %v", eventText(events[0]))
		}
	}
}

// randomFacts are hostile but for what events rest on: series and milestones have slugs, and
// an image is once in its directory.
func randomFacts(rng *rand.Rand) Facts {
	var f Facts
	fill(rng, reflect.ValueOf(&f).Elem(), 0)
	tidy(rng, &f)
	return f
}

func tidy(rng *rand.Rand, f *Facts) {
	for i := range f.Milestones {
		f.Milestones[i].Slug = cmp.Or(f.Milestones[i].Slug, "x")
	}
	for i := range f.Series {
		f.Series[i].Slug = cmp.Or(f.Series[i].Slug, "x")
	}
	for i := range f.Images {
		if !strings.HasPrefix(f.Images[i].Name, "image") {
			f.Images[i].Name = fmt.Sprint("image", rng.Int())
		}
	}
	f.Sort()
}

// stir changes what changes most: the state of a build, how far a request is,
// contacts, whether directories are held, the bytes of an image.
func stir(rng *rand.Rand, f *Facts) {
	if len(f.Milestones) > 0 {
		if m := f.Milestones[rng.Intn(len(f.Milestones))]; len(m.Entries) > 0 {
			fill(rng, reflect.ValueOf(&m.Entries[rng.Intn(len(m.Entries))].State).Elem(), 1)
		}
	}
	for _, s := range f.Series {
		for k := range s.Rebuilds {
			fill(rng, reflect.ValueOf(&s.Rebuilds[k].Status).Elem(), 1)
		}
		for k := range s.Manifest {
			fill(rng, reflect.ValueOf(&s.Manifest[k].Contact).Elem(), 1)
		}
	}
	for i := range f.Directories {
		f.Directories[i].Held = []string{"", "a", "b"}[rng.Intn(3)]
	}
	if len(f.Images) > 0 {
		if i := f.Images[rng.Intn(len(f.Images))]; len(i.Files) > 0 {
			i.Files[0].Main, i.Files[0].SHA256 = true, sum(fmt.Sprint(rng.Intn(3)))
		}
	}
}

// mutate changes something at random: a field, or which records there are.
func mutate(rng *rand.Rand, v reflect.Value) {
	switch {
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		mutate(rng, v.Field(rng.Intn(v.NumField())))
	case v.Kind() == reflect.Slice && v.Len() > 0 && rng.Intn(4) > 0:
		mutate(rng, v.Index(rng.Intn(v.Len())))
	case v.Kind() == reflect.Slice && v.Len() > 0 && rng.Intn(2) == 0:
		v.Set(v.Slice(0, v.Len()-1))
	default:
		fill(rng, v, 1)
	}
}
