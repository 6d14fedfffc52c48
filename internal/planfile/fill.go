package planfile

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"shiplist/internal/config"
)

// edit writes a build id at a place of a text.
type edit struct {
	at, cut int    // in bytes
	form    string // with %s for the id; empty where nothing can be written
	id      string
}

// errMoved is what a fill ends with whose text would not say what it should. It has no
// cause that we know of: every place was told by a parser.
var errMoved = errors.New("the build ids cannot be written without changing something else; write them by hand")

// Room reports whether a build id can be written for the image: it has an empty serial.
func (i *Image) Room() bool { return i.room.form != "" }

// Fill is the text of the sheet with build ids in empty serials, by name of the image. No
// other byte is changed: what comes of it is read again, and has to say the same but for
// the ids. To fill nothing gives the same text.
func (s *Sheet) Fill(ids map[string]string) ([]byte, error) {
	var edits []edit
	want := slices.Clone(s.Images)
	for n := range want {
		i := &want[n]
		id := ids[i.Name]
		if id == "" || !i.Room() {
			continue
		}
		e := i.room
		e.id = id
		edits = append(edits, e)
		i.Serial, i.room = id, edit{}
	}
	text, err := apply(s.text, edits)
	if err != nil {
		return nil, err
	}
	got, err := ParseSheet(s.Name, text)
	if err != nil || got.Title != s.Title || got.Slug != s.Slug || !slices.Equal(got.Unread, s.Unread) || !slices.EqualFunc(got.Images, want, sameImage) {
		return nil, fmt.Errorf("%s: %w", s.Name, errMoved)
	}
	return text, nil
}

// sameImage reports whether two images say the same, wherever they have room.
func sameImage(a, b Image) bool {
	a.room.at, b.room.at = 0, 0
	return a == b
}

// FillPlan is the text of a plan with build ids where it has build = "", by the index of
// the product, in the same way.
func FillPlan(f *config.PlanFile, text []byte, ids map[int]string) ([]byte, error) {
	var edits []edit
	want := *f
	want.Products = slices.Clone(f.Products)
	for n := range want.Products {
		p := &want.Products[n]
		if ids[n] == "" || !Room(p) {
			continue
		}
		edits = append(edits, edit{at: p.BuildAt, form: "%s", id: ids[n]})
		p.Build = ids[n]
	}
	filled, err := apply(text, edits)
	if err != nil {
		return nil, err
	}
	got, err := config.ParsePlan(f.Name, filled)
	if err != nil || !samePlan(*got, want) {
		return nil, fmt.Errorf("%s: %w", f.Name, errMoved)
	}
	return filled, nil
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

// apply makes edits, which do not touch each other.
func apply(text []byte, edits []edit) ([]byte, error) {
	slices.SortFunc(edits, func(a, b edit) int { return b.at - a.at })
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
