package generator

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// leaf is a place in a value that can be changed.
type leaf struct {
	path   string
	change func()
}

// places are the places of a value, of lists those of the element in the middle, and
// that there is one more or less.
func places(v reflect.Value, path string) []leaf {
	switch v.Kind() {
	case reflect.String:
		return []leaf{{path, func() { v.SetString(v.String() + "x") }}}
	case reflect.Bool:
		return []leaf{{path, func() { v.SetBool(!v.Bool()) }}}
	case reflect.Int, reflect.Int64:
		return []leaf{{path, func() { v.SetInt(v.Int() + 1) }}}
	case reflect.Pointer:
		if v.IsNil() {
			return []leaf{{path + " set", func() { v.Set(reflect.New(v.Type().Elem())) }}}
		}
		return append(places(v.Elem(), path), leaf{path + " unset", func() { v.SetZero() }})
	case reflect.Struct:
		if t, ok := v.Addr().Interface().(*time.Time); ok {
			return []leaf{{path, func() { *t = t.Add(26 * time.Hour) }}}
		}
		var all []leaf
		for i := range v.NumField() {
			all = append(all, places(v.Field(i), path+"."+v.Type().Field(i).Name)...)
		}
		return all
	case reflect.Slice:
		return listPlaces(v, path)
	}
	panic("no change is known for " + v.Type().String())
}

func listPlaces(v reflect.Value, path string) []leaf {
	all := []leaf{{path + " longer", func() { v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem()))) }}}
	n := v.Len()
	if n == 0 {
		return all
	}
	all = append(all, leaf{path + " shorter", func() { v.Set(v.Slice(0, n-1)) }})
	return append(all, places(v.Index(n/2), fmt.Sprintf("%s[%d]", path, n/2))...)
}

// keysOf are the keys of all files of a site, by path: those of files that are taken
// over from the site before as they were then.
func keysOf(t *testing.T, s *site, before *Site) map[string]fingerprint {
	t.Helper()
	keys := map[string]fingerprint{}
	for _, o := range s.outputs() {
		if was := before.file(o.path); was != nil && o.whole.is(was.whole) {
			keys[o.path] = was.key
			continue
		}
		d, err := o.arrange()
		if err != nil {
			t.Fatal(err)
		}
		keys[o.path] = d.key
	}
	return keys
}

// follow arranges the next site after one. Without its holdings it knows no more of it
// than layouts and texts.
func follow(t *testing.T, o Options, before *site, p *release.Picture, holdings bool) *site {
	t.Helper()
	s, err := prepareAfter(o, before)
	if err != nil {
		t.Fatal(err)
	}
	s.again, s.picture = true, p
	if holdings {
		s.before = before
	}
	s.arrange()
	return s
}

// TestBuildMissesNothing changes every field of the facts, one after the other, and
// compares what the pages show with what they would show if nothing had been known of
// an earlier site. If it fails for a page that you made, the page shows something that
// holdingsKey has not; see again.go.
func TestBuildMissesNothing(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	o := Options{Config: c}
	join := func(j *release.Joiner, sources []release.SourceFacts) *release.Picture {
		return j.Join(release.Input{
			Rules: c.Rules, Sources: sources, AsOf: asOf(sources, c.Site.Freshness), Stale: c.Site.Stale, Freshness: c.Site.Freshness,
		})
	}
	b, sample := NewBuilder(o), sampleSources(&c.Rules)
	b.load = func() (*release.Picture, error) { return join(&release.Joiner{}, sample), nil }
	last := mustBuild(t, b)
	first, kept := b.kept, map[string]int{}
	for n := 0; ; n += stride {
		changed, path := changedSample(c, sample, n)
		if changed == nil {
			break
		}
		var joiner release.Joiner
		join(&joiner, sample) // gives the same revisions each time
		p := join(&joiner, changed)
		next, fresh := follow(t, o, first, p, true), follow(t, o, first, p, false)
		if next.key.is(first.key) {
			kept["holdings"]++
		}
		is, want := keysOf(t, next, last), keysOf(t, fresh, nil)
		if len(is) != len(want) {
			t.Errorf("%s: %d files, want %d", path, len(is), len(want))
		}
		for name, key := range want {
			if is[name] != key {
				t.Errorf("%s: /%s is as it was, or another", path, name)
			}
		}
		kept["all"]++
	}
	t.Logf("%d changes, %d of them took over the holdings", kept["all"], kept["holdings"])
	if kept["holdings"] < kept["all"]/5 || kept["holdings"] > kept["all"]*4/5 {
		t.Errorf("of %d changes %d took over the holdings", kept["all"], kept["holdings"])
	}
}

// changedSample is the sample with its nth field changed, the sources without a change
// as they are; nil after the last.
func changedSample(c *config.Config, sample []release.SourceFacts, n int) ([]release.SourceFacts, string) {
	sources := slices.Clone(sample)
	for i, other := range sampleSources(&c.Rules) {
		all := append(places(reflect.ValueOf(&other.State).Elem(), "state"), places(reflect.ValueOf(other.Facts).Elem(), "facts")...)
		if n < len(all) {
			all[n].change()
			other.Facts.Sort()
			sources[i] = other
			return sources, other.State.Name + " " + all[n].path
		}
		n -= len(all)
	}
	return nil, ""
}
