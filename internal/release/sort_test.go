package release

import (
	"math/rand"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSortFiles(t *testing.T) {
	t.Parallel()
	f := Facts{Images: []Image{{Files: []File{
		{Name: "noble-src-10.iso", Type: "iso", Main: true},
		{Name: "noble.manifest", Type: "manifest"},
		{Name: "noble.qcow2", Type: "qcow2", Main: true},
		{Name: "noble.img.xz", Type: "img.xz", Main: true},
		{Name: "noble-src-9.iso", Type: "iso", Main: true},
		{Name: "noble.iso.zsync", Type: "iso.zsync"},
	}}}}
	f.Sort()
	var got []string
	for _, file := range f.Images[0].Files {
		got = append(got, file.Name)
	}
	want := []string{"noble-src-9.iso", "noble-src-10.iso", "noble.img.xz", "noble.qcow2", "noble.iso.zsync", "noble.manifest"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got)\n%s", diff)
	}
	if main := f.Images[0].Main().Name; main != "noble-src-9.iso" {
		t.Errorf("the main file is %q", main)
	}
}

// TestSortIsTotal fills records with few different values, so that keys collide,
// and wants one order whatever the order before.
func TestSortIsTotal(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewSource(1))
	for range 50 {
		var a Facts
		fill(rng, reflect.ValueOf(&a).Elem(), 0)
		b := clone(a)
		shuffle(rng, reflect.ValueOf(&b).Elem())
		a.Sort()
		b.Sort()
		if diff := cmp.Diff(a, b); diff != "" {
			t.Fatalf("the order depends on the order before (-one +other)\n%s", diff)
		}
	}
}

// TestSortKnowsEveryField puts two records that differ in one field in both orders:
// the order afterwards is the same, for each field of each record.
func TestSortKnowsEveryField(t *testing.T) {
	t.Parallel()
	facts := reflect.TypeFor[Facts]()
	for i := range facts.NumField() {
		list := facts.Field(i).Type
		if list.Kind() != reflect.Slice {
			continue
		}
		for k := range list.Elem().NumField() {
			a, b := Facts{}, Facts{}
			for n, f := range []*Facts{&a, &b} {
				v := reflect.ValueOf(f).Elem().Field(i)
				v.Set(reflect.MakeSlice(list, 2, 2))
				set(v.Index(n).Field(k))
				f.Sort()
			}
			if diff := cmp.Diff(a, b); diff != "" {
				t.Errorf("%v.%s does not count\n%s", list.Elem(), list.Elem().Field(k).Name, diff)
			}
		}
	}
}

// set gives a field a value that is not zero.
func set(v reflect.Value) {
	for rng := rand.New(rand.NewSource(1)); v.IsZero(); {
		fill(rng, v, 0)
	}
}
