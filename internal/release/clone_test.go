package release

import (
	"math/rand"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClone(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(6))
	for range 20 {
		var f Facts
		fill(rng, reflect.ValueOf(&f).Elem(), 0)
		want, c := clone(f), f.Clone()
		if diff := cmp.Diff(f, *c); diff != "" {
			t.Fatalf("the copy differs\n%s", diff)
		}
		blank(reflect.ValueOf(c).Elem())
		if diff := cmp.Diff(want, f); diff != "" {
			t.Fatalf("the copy shares something\n%s", diff)
		}
	}
}

// blank sets all that can be reached to zero.
func blank(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			blank(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			blank(v.Index(i))
		}
	case reflect.Struct:
		if v.Type().PkgPath() == "time" {
			return
		}
		for i := range v.NumField() {
			blank(v.Field(i))
		}
	default:
		v.SetZero()
	}
}

func TestSorted(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(7))
	unsorted := 0
	for range 50 {
		var f Facts
		fill(rng, reflect.ValueOf(&f).Elem(), 0)
		before := clone(f)
		sorted := f.Sorted()
		f.Sort()
		if !f.Sorted() {
			t.Fatal("facts are not sorted after Sort")
		}
		if same := cmp.Equal(before, f); same != sorted {
			t.Fatalf("Sorted says %v, Sort left them alone: %v", sorted, same)
		}
		if !sorted {
			unsorted++
		}
	}
	if unsorted == 0 {
		t.Error("nothing was out of order")
	}
}
