package preview

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// manifestFile and productFile lie beside the pages of milestones and products.
const (
	manifestFile = "manifest.json"
	productFile  = "product.json"
)

// facts are what is read of a manifest.json or product.json.
type facts struct {
	Product  string // slug; empty in a manifest
	Title    string
	Kind     string
	Status   string
	Date     string
	Before   string // slug of the milestone that it is compared with
	Rows     []row
	Findings []finding
	rest     fields
}

type row struct {
	Product     string
	Title       string
	Intended    bool
	BuildID     string `json:"build_id"`
	State       string
	RawState    string `json:"raw_state"`
	Rebuild     string
	Contact     string
	Note        string
	DailyTree   string `json:"daily_tree"`
	DailyPath   string `json:"daily_path"`
	ReleaseTree string `json:"release_tree"`
	ReleasePath string `json:"release_path"`
	Files       []file
	Tests       tests
	Bugs        []string
	Findings    []finding
	rest        fields
}

type file struct {
	Name   string
	Size   int64 // bytes
	SHA256 string
}

type tests struct {
	Passed, Failed, Running, Untested int
}

type finding struct {
	Rule     string
	Severity string
	Text     string
	// product is whose row it is of; empty for one of the milestone's own.
	product string
}

// fields are all fields of a record, so that a difference is seen in those, too, that
// have no words here.
type fields map[string]json.RawMessage

// same compares the fields that are not left out.
func (f fields) same(other fields, leaveOut ...string) bool {
	left := func(all fields) fields {
		some := maps.Clone(all)
		for _, name := range leaveOut {
			delete(some, name)
		}
		return some
	}
	return maps.EqualFunc(left(f), left(other), func(a, b json.RawMessage) bool { return bytes.Equal(a, b) })
}

// UnmarshalJSON keeps the fields that have no words, too.
func (f *facts) UnmarshalJSON(text []byte) error {
	type known facts
	if err := json.Unmarshal(text, (*known)(f)); err != nil {
		return err
	}
	return json.Unmarshal(text, &f.rest)
}

// UnmarshalJSON keeps the fields that have no words, too.
func (r *row) UnmarshalJSON(text []byte) error {
	type known row
	if err := json.Unmarshal(text, (*known)(r)); err != nil {
		return err
	}
	return json.Unmarshal(text, &r.rest)
}

// readFacts reads a document; nil where it is not there, or of another form.
func readFacts(read func(string) ([]byte, error), name string) *facts {
	text, err := read(name)
	if err != nil {
		return nil
	}
	f := new(facts)
	if json.Unmarshal(text, f) != nil {
		return nil
	}
	return f
}

// allFindings are those of a milestone or product and of its rows, each once, with the
// product that it is about.
func allFindings(f *facts) []finding {
	if f == nil {
		return nil
	}
	var all []finding
	said := map[finding]bool{}
	add := func(one finding, product string) {
		said[one] = true
		one.product = product
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	for _, r := range f.Rows {
		for _, one := range r.Findings {
			add(one, r.Product)
		}
	}
	for _, one := range f.Findings {
		if !said[one] {
			add(one, f.Product)
		}
	}
	return all
}
