package planfile

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"shiplist/internal/config"
)

// edit writes a build id at a place of a text.
type edit struct {
	entry   int    // index of the image or the product
	at, cut int    // in bytes
	form    string // with %s for the id; empty where nothing can be written
	id      string
}

// errMoved is what a fill ends with whose text would not say what it should.
var errMoved = errors.New("the build ids cannot be written without changing something else; write them by hand")

// Filled is what came of writing build ids into a file.
type Filled struct {
	Text []byte
	// Refused are the entries, by index, with a place where an id cannot be written without
	// changing something else, such as serial: |.
	Refused []int
}

// Room reports whether a build id can be written for the image: it has an empty serial.
func (i *Image) Room() bool { return i.room.form != "" }

// Fill is the text of the sheet with build ids in empty serials, by index of the image. No
// other byte is changed: what comes of it is read again, and has to say the same but for
// the ids. To fill nothing gives the same text.
func (s *Sheet) Fill(ids map[int]string) (*Filled, error) {
	var edits []edit
	for _, n := range slices.Sorted(maps.Keys(ids)) {
		if n < len(s.Images) && s.Images[n].Room() && ids[n] != "" {
			e := s.Images[n].room
			e.entry, e.id = n, ids[n]
			edits = append(edits, e)
		}
	}
	return fill(edits, func(edits []edit) ([]byte, error) {
		text, err := apply(s.text, edits)
		if err != nil {
			return nil, err
		}
		want := slices.Clone(s.Images)
		for _, e := range edits {
			want[e.entry].Serial, want[e.entry].room = e.id, edit{}
		}
		got, err := ParseSheet(s.Name, text)
		if err != nil || got.Title != s.Title || got.Slug != s.Slug || !slices.EqualFunc(got.Unread, s.Unread, sameUnread) || !slices.EqualFunc(got.Images, want, sameImage) {
			return nil, fmt.Errorf("%s: %w", s.Name, errMoved)
		}
		return text, nil
	})
}

// sameImage reports whether two images say the same, in whatever columns.
func sameImage(a, b Image) bool {
	a.room.at, b.room.at, a.SerialCol, b.SerialCol = 0, 0, 0, 0
	return a == b
}

func sameUnread(a, b Unread) bool { return a.Line == b.Line && a.Key == b.Key }

// FillPlan is the text of a plan with build ids where it has build = "", by the index of
// the product, in the same way.
func FillPlan(f *config.PlanFile, text []byte, ids map[int]string) (*Filled, error) {
	var edits []edit
	for _, n := range slices.Sorted(maps.Keys(ids)) {
		if n < len(f.Products) && Room(&f.Products[n]) && ids[n] != "" {
			edits = append(edits, edit{entry: n, at: f.Products[n].BuildAt, form: "%s", id: ids[n]})
		}
	}
	return fill(edits, func(edits []edit) ([]byte, error) {
		filled, err := apply(text, edits)
		if err != nil {
			return nil, err
		}
		want := *f
		want.Products = slices.Clone(f.Products)
		for _, e := range edits {
			want.Products[e.entry].Build = e.id
		}
		got, err := config.ParsePlan(f.Name, filled)
		if err != nil || !samePlan(*got, want) {
			return nil, fmt.Errorf("%s: %w", f.Name, errMoved)
		}
		return filled, nil
	})
}

// Room reports whether a build id can be written for a product: it has build = "".
func Room(p *config.PlanProduct) bool { return p.Build == "" && p.BuildAt > 0 }

// samePlan reports whether two plans say the same, in whatever columns.
func samePlan(a, b config.PlanFile) bool {
	for _, f := range []*config.PlanFile{&a, &b} {
		f.Products = slices.Clone(f.Products)
		for i := range f.Products {
			f.Products[i].Col, f.Products[i].BuildAt = 0, 0
		}
		f.Except = slices.Clone(f.Except)
		for i := range f.Except {
			f.Except[i].Col = 0
		}
	}
	return reflect.DeepEqual(a, b)
}

// tries bounds how often a file is written to find the places where that does not work.
const tries = 200

// fill writes what can be written. write gives the text with edits in it, or [errMoved]
// where it would say something else: those are searched by halves, and left out.
func fill(edits []edit, write func([]edit) ([]byte, error)) (*Filled, error) {
	text, err := write(edits)
	if err == nil || !errors.Is(err, errMoved) {
		return &Filled{Text: text}, err
	}
	left := tries
	var good []edit
	var f Filled
	var search func([]edit)
	search = func(some []edit) {
		if left == 0 || len(some) == 0 {
			return
		}
		left--
		switch _, err := write(some); {
		case err == nil:
			good = append(good, some...)
		case len(some) == 1:
			f.Refused = append(f.Refused, some[0].entry)
		default:
			search(some[:len(some)/2])
			search(some[len(some)/2:])
		}
	}
	search(edits)
	if left == 0 {
		return nil, err
	}
	f.Text, err = write(good)
	return &f, err
}

// apply makes edits, which do not touch each other.
func apply(text []byte, edits []edit) ([]byte, error) {
	edits = slices.SortedFunc(slices.Values(edits), func(a, b edit) int { return b.at - a.at })
	for _, e := range edits {
		if !config.IsBuildID(e.id) {
			return nil, fmt.Errorf("%q is not a build id", e.id)
		}
		if e.at+e.cut > len(text) {
			return nil, errMoved
		}
		text = slices.Concat(text[:e.at], []byte(strings.Replace(e.form, "%s", e.id, 1)), text[e.at+e.cut:])
	}
	return slices.Clone(text), nil
}
