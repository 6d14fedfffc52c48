package release

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// joinerStep makes the picture of an input with a joiner that made others before, and
// wants what [Join] gives, field by field, and directories with the revision that they
// had to be what they were.
func joinerStep(t *testing.T, what string, j *Joiner, in Input, seen map[uint64]string) *Picture {
	t.Helper()
	got, want := j.Join(in), Join(in)
	revisions := map[*TreeDirectory]uint64{}
	eachDirectory(got, func(d *TreeDirectory) {
		text := dumpDirectory(d)
		if was, ok := seen[d.Revision]; ok && was != text {
			t.Fatalf("%s: revision %d of %s/%s was something else:\n%s", what, d.Revision, d.Tree.Name, d.Path, cmp.Diff(was, text))
		}
		seen[d.Revision] = text
		revisions[d], d.Revision = d.Revision, 0
	})
	asserted := got.asserted
	got.asserted = want.asserted // it is found by pointers, which are never the same
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("%s: the picture is another one (-want +got)\n%s", what, cmp.Diff(dump(want), dump(got)))
	}
	got.asserted = asserted
	sameTruth(t, what, got, want)
	for d, n := range revisions {
		d.Revision = n
	}
	return got
}

func eachDirectory(p *Picture, do func(*TreeDirectory)) {
	for _, t := range p.Trees {
		for _, d := range t.Directories {
			do(d)
		}
	}
}

// dumpDirectory is all that the revision of a directory stands for.
func dumpDirectory(d *TreeDirectory) string {
	text := ""
	put := func(v any) {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		text += string(b) + "\n"
	}
	put([]any{d.Directory, d.URL, d.Tree.Name, d.Tree.Role, d.Tree.Site, d.Findings})
	for _, i := range d.Images {
		var owners []string
		for _, p := range i.Products {
			owners = append(owners, p.Slug)
		}
		put([]any{i.Image, i.Tree.Name, owners, i.URL, i.Limit})
	}
	for _, e := range d.Netboot {
		product := ""
		if e.Product != nil {
			product = e.Product.Slug
		}
		put([]any{e.NetbootSet, e.URL, e.Archive, e.Note, e.Disabled, product, e.State, e.BuildID, e.Contact, e.Hashed, e.Findings})
	}
	return text
}

// changed is a copy of facts in which one thing is different. All that is not on the
// way to it is shared with the original, as a store does.
func changed[T any](original T, path []int, change func(reflect.Value)) T {
	var copied T
	follow(reflect.ValueOf(&original).Elem(), reflect.ValueOf(&copied).Elem(), path, change)
	return copied
}

// follow copies what is on the way.
func follow(from, to reflect.Value, path []int, change func(reflect.Value)) {
	to.Set(from)
	switch {
	case len(path) == 0:
		change(to)
	case from.Kind() == reflect.Struct:
		follow(from.Field(path[0]), to.Field(path[0]), path[1:], change)
	case from.Kind() == reflect.Slice:
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		reflect.Copy(to, from)
		follow(from.Index(path[0]), to.Index(path[0]), path[1:], change)
	case from.Kind() == reflect.Pointer:
		to.Set(reflect.New(from.Type().Elem()))
		follow(from.Elem(), to.Elem(), path[1:], change)
	}
}

// pathsOf are the ways to everything in a value: every field of every record.
func pathsOf(v reflect.Value, above []int) [][]int {
	var paths [][]int
	add := func(n int, below reflect.Value) {
		paths = append(paths, pathsOf(below, append(slices.Clone(above), n))...)
	}
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() != reflect.TypeFor[time.Time]() {
			for n := range v.NumField() {
				add(n, v.Field(n))
			}
		}
	case reflect.Slice:
		for n := range v.Len() {
			add(n, v.Index(n))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			add(0, v.Elem())
		}
	}
	return append(paths, above)
}

// another gives a value that it does not have: another word, another number, a record
// more or less.
func another(rng *rand.Rand) func(reflect.Value) {
	return func(v reflect.Value) {
		before := v.Interface()
		for range 100 {
			c := reflect.New(v.Type()).Elem()
			fill(rng, c, 1)
			if v.Set(c); !reflect.DeepEqual(before, v.Interface()) {
				return
			}
		}
	}
}

// variedInput is the sample with every kind of record of facts in it, none of them
// without its parts.
func variedInput() Input {
	in := sampleInput()
	rng := rand.New(rand.NewSource(21))
	var facts Facts
	signed := func(d Directory) bool { return d.Signature != nil }
	named := func(p Product) bool { return len(p.Identities) > 0 }
	reviewed := func(b Build) bool { return b.Reviews != nil }
	listed := func(m Milestone) bool {
		return slices.ContainsFunc(m.Lists, func(l PlanList) bool { return len(l.Products) > 0 && len(l.Except) > 0 })
	}
	for !slices.ContainsFunc(facts.Builds, reviewed) || !slices.ContainsFunc(facts.Milestones, listed) || len(facts.Netboot) == 0 || len(facts.Images) == 0 || !slices.ContainsFunc(facts.Directories, signed) || !slices.ContainsFunc(facts.Products, named) {
		facts = randomFacts(rng)
	}
	in.Sources = append(slices.Clone(in.Sources), tree("varied", RoleOld, facts))
	return in
}

// TestJoinerSeesEveryField changes one thing after the other: every field of every
// record of the facts, of the sources' states and of the rest of the input.
func TestJoinerSeesEveryField(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(22))
	in := variedInput()
	met := map[string]int{} // how often
	var j Joiner
	seen := map[uint64]string{}
	joinerStep(t, "the sample", &j, in, seen)
	for s := range in.Sources {
		for _, path := range pathsOf(reflect.ValueOf(*in.Sources[s].Facts), nil) {
			name := fmt.Sprint(s, " ", fieldName(reflect.TypeFor[Facts](), path))
			if met[name]++; met[name] > 3 {
				continue
			}
			next := in
			next.Sources = slices.Clone(in.Sources)
			facts := changed(*in.Sources[s].Facts, path, another(rng))
			next.Sources[s].Facts = &facts
			joinerStep(t, fmt.Sprintf("source %d, %v", s, path), &j, next, seen)
		}
		for _, path := range pathsOf(reflect.ValueOf(in.Sources[s].State), nil) {
			next := in
			next.Sources = slices.Clone(in.Sources)
			next.Sources[s].State = changed(in.Sources[s].State, path, another(rng))
			joinerStep(t, fmt.Sprintf("state of source %d, %v", s, path), &j, next, seen)
		}
	}
	for _, name := range fieldNames(reflect.TypeFor[Facts]()) {
		times := 0
		for s := range in.Sources {
			times += met[fmt.Sprint(s, " ", name)]
		}
		if times == 0 {
			t.Errorf("nothing changed %s", name)
		}
	}
}

// TestJoinerSeesEveryRule does so with the rules, and with the moment.
func TestJoinerSeesEveryRule(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(23))
	in := sampleInput()
	var j Joiner
	seen := map[uint64]string{}
	for _, path := range pathsOf(reflect.ValueOf(in.Rules), nil) {
		next := in
		next.Rules = changed(in.Rules, path, another(rng))
		joinerStep(t, fmt.Sprintf("rules, %v", path), &j, next, seen)
		joinerStep(t, "the sample again", &j, in, seen)
	}
	for n := range 20 {
		in.AsOf, in.Stale, in.Freshness = in.AsOf.Add(time.Hour), time.Duration(n)*time.Hour, time.Duration(n%3)*time.Hour
		joinerStep(t, "another moment", &j, in, seen)
	}
}

// TestJoinerSeesOwners: what an image belongs to, and what is expected of it, follows
// from the products and the rules.
func TestJoinerSeesOwners(t *testing.T) {
	t.Parallel()
	one := Identity{Project: "kubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "riscv64"}
	product := func(title string, id Identity) Product {
		return Product{Slug: Slug(title), Title: title, Identities: []Identity{id}}
	}
	image := daily("kubuntu", "noble", "daily-live", "desktop", "riscv64", "20240424")
	image.Unknown = []string{"extension"}
	with := func(rules func(*Rules), products ...Product) Input {
		in := input(tracker("iso", Facts{Products: products}), tree("full", RoleFull, Facts{Images: []Image{image}}))
		rules(&in.Rules)
		return in
	}
	none := func(*Rules) {}
	arches := func(arches ...string) func(*Rules) {
		return func(r *Rules) { r.Arches = []ArchesRule{{Arches: arches}} }
	}
	a, b := product("A", one), product("B", one)
	last := a
	last.Title = "Z"
	elsewhere := product("A", Identity{Project: "kubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "s390x"})
	same := with(none, a, b).Sources[1] // the tree is the same in all
	seen := map[uint64]string{}
	var j Joiner
	for n, in := range []Input{
		with(none, a, b), with(none, last, b), with(none, elsewhere, b), with(none, elsewhere), with(none, a),
		with(arches("riscv64"), a), with(arches("amd64"), a),
		with(func(r *Rules) { r.Extensions = nil }, a),
		with(func(r *Rules) { r.Extensions = []Extension{{Name: "iso", Main: true}} }, a),
	} {
		in.Sources[1] = same
		joinerStep(t, fmt.Sprint("input ", n), &j, in, seen)
	}
}

// TestSameSeesEveryField: a record with another value in one field is not the same.
func TestSameSeesEveryField(t *testing.T) {
	t.Parallel()
	look := func(a, b any, same func() bool) {
		if !same() {
			t.Fatalf("%T is not the same as itself", a)
		}
		v, w := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
		for n := range v.NumField() {
			// Not of the record: where it hangs, and what is worked out of the rest.
			if name := v.Type().Field(n).Name; name == "Tree" && v.Field(n).Kind() == reflect.Pointer || name == "Revision" || !v.Type().Field(n).IsExported() {
				continue
			}
			switch f := w.Field(n); f.Interface().(type) {
			case *ProductLine:
				f.Set(reflect.ValueOf(&ProductLine{Slug: "x"}))
			case *Image:
				f.Set(reflect.ValueOf(&Image{Name: "x"}))
			default:
				if f.Kind() == reflect.Slice {
					f.Set(reflect.MakeSlice(f.Type(), 1, 1))
				} else {
					set(f)
				}
			}
			if same() {
				t.Errorf("%T: %s does not count", a, v.Type().Field(n).Name)
			}
			w.Field(n).Set(v.Field(n))
		}
	}
	var f, g Finding
	look(&f, &g, func() bool { return f.same(&g) })
	var e, h NetbootEntry
	look(&e, &h, func() bool { return e.same(&h) })
	i, k := TreeImage{Image: &Image{}}, TreeImage{Image: &Image{}}
	look(&i, &k, func() bool { return i.same(&k) })
	d, o := TreeDirectory{traits: &dirTraits{}}, TreeDirectory{traits: &dirTraits{live: true}}
	look(&d, &o, func() bool { return d.same(&o) })
}

// fieldName is a path in words, fieldNames are all that there are.
func fieldName(t reflect.Type, path []int) string {
	name := t.Name()
	for _, n := range path {
		switch t.Kind() {
		case reflect.Struct:
			name, t = t.Name()+"."+t.Field(n).Name, t.Field(n).Type
		default:
			t = t.Elem()
		}
	}
	return name
}

func fieldNames(t reflect.Type) []string {
	var names []string
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer:
		return fieldNames(t.Elem())
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return nil
		}
		for n := range t.NumField() {
			names = append(append(names, t.Name()+"."+t.Field(n).Name), fieldNames(t.Field(n).Type)...)
		}
	}
	return names
}

// TestJoinerRandom makes pictures of one odd input after another, each made of the one
// before by a few changes, and looks that the earlier ones stay what they were.
func TestJoinerRandom(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(24))
	for range 8 {
		var j Joiner
		var pictures []*Picture
		var dumps [][]string
		seen := map[uint64]string{}
		in := randomInput(rng)
		in.Sources = append(in.Sources, tracker("iso", randomFacts(rng)), tree("full", RoleFull, randomFacts(rng)))
		for step := range 15 {
			p := joinerStep(t, fmt.Sprint("step ", step), &j, in, seen)
			pictures, dumps = append(pictures, p), append(dumps, dump(p))
			in.Sources = slices.Clone(in.Sources)
			s := &in.Sources[rng.Intn(len(in.Sources))]
			if s.Facts == nil {
				continue
			}
			facts := *s.Facts
			for range rng.Intn(3) {
				paths := pathsOf(reflect.ValueOf(facts), nil)
				facts = changed(facts, paths[rng.Intn(len(paths))], another(rng))
			}
			s.Facts = &facts
		}
		for n, p := range pictures {
			if diff := cmp.Diff(dumps[n], dump(p)); diff != "" {
				t.Fatalf("picture %d changed (-before +after)\n%s", n, diff)
			}
		}
	}
}

// TestJoinerKeepsRevisions: what a tracker says of one build concerns no directory, and
// a new image concerns its own.
func TestJoinerKeepsRevisions(t *testing.T) {
	t.Parallel()
	in := largeInput(100)
	var j Joiner
	revisions := func(in Input) map[string]uint64 {
		m := map[string]uint64{}
		eachDirectory(j.Join(in), func(d *TreeDirectory) { m[d.Path] = d.Revision })
		return m
	}
	first := revisions(in)
	next := readied(in, 7)
	if diff := cmp.Diff(first, revisions(next)); diff != "" {
		t.Errorf("after a change of state (-before +after)\n%s", diff)
	}
	facts := *next.Sources[1].Facts
	facts.Images = slices.Clone(facts.Images)
	facts.Images[0].Version = "1"
	next.Sources = slices.Clone(next.Sources)
	next.Sources[1].Facts = &facts
	after := revisions(next)
	for path, n := range after {
		if (n != first[path]) != (path == facts.Images[0].Dir) {
			t.Errorf("%s: revision %d, was %d", path, n, first[path])
		}
	}
}

// sameTruth compares what the sources say of each row.
func sameTruth(t *testing.T, what string, got, want *Picture) {
	t.Helper()
	for n, p := range want.Products {
		for k, r := range p.Rows {
			if diff := cmp.Diff(want.Truth(r), got.Truth(got.Products[n].Rows[k])); diff != "" {
				t.Fatalf("%s: %s says other things (-want +got)\n%s", what, r.name(), diff)
			}
		}
	}
}

// TestSameRules: rules of which any table is another one are others.
func TestSameRules(t *testing.T) {
	t.Parallel()
	var rules func(v reflect.Value, path string)
	var original, other Rules
	rules = func(v reflect.Value, path string) {
		for i := range v.NumField() {
			field, name := v.Field(i), path+v.Type().Field(i).Name
			switch field.Kind() {
			case reflect.Struct:
				rules(field, name+".")
				continue
			case reflect.Slice:
				field.Set(reflect.MakeSlice(field.Type(), 1, 1))
			case reflect.Map:
				field.Set(reflect.MakeMap(field.Type()))
				field.SetMapIndex(reflect.ValueOf("a"), reflect.New(field.Type().Elem()).Elem())
			case reflect.Bool:
				field.SetBool(true)
			case reflect.String:
				field.SetString("a")
			default:
				t.Fatalf("%s: no value is known for %s", name, field.Type())
			}
			if sameRules(&original, &other) || !sameRules(&other, &other) {
				t.Errorf("%s is not compared", name)
			}
			field.SetZero()
		}
	}
	rules(reflect.ValueOf(&other).Elem(), "")
}
