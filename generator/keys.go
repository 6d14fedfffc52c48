package generator

import (
	"reflect"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"shiplist/internal/release"
)

// Rule of this file: a key stands for everything that the files of one thing show, so that
// a file whose key is that of the site before is not even arranged. A key is made of the
// keys of what it is about; the row of a product on a milestone is hashed once, whatever
// shows it. All are made of holdingsKey, which stands for images, products and the frame of
// every page. Where that is none, nothing has a key. A page that shows more of the facts
// than its key stands for must get that into it: see TestBuildMissesNothing.

// subjectKeys are the keys of what pages are about.
type subjectKeys struct {
	all        fingerprint // holdingsKey
	names      fingerprint // what pages call series and milestones, where these lead, and which are open
	findings   map[*release.Finding]fingerprint
	rows       map[*release.Row]fingerprint
	milestones map[*release.Manifest]fingerprint
	products   map[*release.ProductLine]fingerprint
}

// findKeys works out the keys that several files need. Without a key of the holdings
// there are none.
func (s *site) findKeys() {
	s.keys = subjectKeys{all: s.key}
	if s.key == (fingerprint{}) {
		return
	}
	s.keys.names = s.namesKey()
	var rows []*release.Row
	var milestones []*release.Manifest
	for _, l := range s.picture.Lines {
		milestones = append(milestones, l.Milestones...)
		for _, m := range l.Milestones {
			rows = append(rows, m.Rows()...)
		}
	}
	s.keys.findings = keysOf(s.picture.Findings, func(f *release.Finding) fingerprint { return fingerprintOf(f) })
	s.keys.rows = keysOf(rows, s.rowKey)
	s.keys.milestones = keysOf(milestones, s.milestoneKey)
	s.keys.products = keysOf(s.picture.Products, s.productKey)
}

// keysOf works out the keys of some things, on all processors.
func keysOf[T any](things []*T, key func(*T) fingerprint) map[*T]fingerprint {
	found := make([]fingerprint, len(things))
	var group errgroup.Group
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		group.Go(func() error {
			for i := worker; i < len(things); i += workers {
				found[i] = key(things[i])
			}
			return nil
		})
	}
	_ = group.Wait() // nothing of it fails
	keys := make(map[*T]fingerprint, len(things))
	for i, thing := range things {
		keys[thing] = found[i]
	}
	return keys
}

// of is the key of something made of others; none where there are no keys.
func (k *subjectKeys) of(values ...any) fingerprint {
	if k.all == (fingerprint{}) {
		return fingerprint{}
	}
	return fingerprintOf(append(values, k.all, k.names)...)
}

// found are the keys of findings; the picture lists all that hang anywhere.
func (k *subjectKeys) found(list []*release.Finding) []fingerprint {
	keys := make([]fingerprint, len(list))
	for i, f := range list {
		keys[i] = k.findings[f]
	}
	return keys
}

// namesKey is made of every milestone without what its own pages alone show, and of the
// machines that have a place on the netboot pages.
func (s *site) namesKey() fingerprint {
	var heads []any
	for _, l := range s.picture.Lines {
		heads = append(heads, l.Slug)
		for _, m := range l.Milestones {
			h := head(m)
			h.Totals, h.Bugs = release.Totals{}, nil
			heads = append(heads, h)
		}
	}
	for _, n := range s.picture.Netboot {
		heads = append(heads, n.Line.Slug)
		for _, e := range listed(n) {
			heads = append(heads, e.Arch)
		}
	}
	return fingerprintOf(heads...)
}

// rowFields are all of a row but what points to other records.
var rowFields = fieldsBut[release.Row]("Manifest", "Product", "Daily", "Release", "Findings")

// rowKey stands for everything that a row tells, with names for what it points to, and for
// what the sources say of it.
func (s *site) rowKey(r *release.Row) fingerprint {
	var truth []release.Saying
	if r.Manifest.Open || r == askedRow(r.Product) {
		truth = s.picture.Truth(r)
	}
	return fingerprintOf(rowFields.of(r), truth, r.Product.Slug, imageName(r.Daily), imageName(r.Release), s.keys.found(r.Findings), s.past.Since(r))
}

// milestoneKey stands for the files of a milestone.
func (s *site) milestoneKey(m *release.Manifest) fingerprint {
	type group struct {
		family string
		totals release.Totals
	}
	type change struct {
		kind              release.ChangeKind
		product, from, to string
	}
	var groups []group
	var rows []fingerprint
	for _, g := range m.Groups {
		groups = append(groups, group{g.Family, g.Totals})
		for _, r := range g.Rows {
			rows = append(rows, s.keys.rows[r])
		}
	}
	var changes []change
	for _, c := range m.Changes {
		changes = append(changes, change{c.Kind, c.Product.Slug, c.From, c.To})
	}
	before := ""
	if m.Before != nil {
		before = m.Before.Slug
	}
	return s.keys.of(head(m), m.Line.Slug, s.keys.found(m.Findings), groups, rows, changes, before, s.past.Readiness(m))
}

// intentFields are all of a product that is meant to be released but the product.
var intentFields = fieldsBut[release.Intended]("Product")

// seriesKey stands for the page of a series.
func (s *site) seriesKey(l *release.Line) fingerprint {
	milestones := make([]fingerprint, len(l.Milestones))
	for i, m := range l.Milestones {
		milestones[i] = s.keys.milestones[m]
	}
	parts := []any{l.Slug, s.keys.found(l.Findings), milestones, len(l.Intents)}
	for _, in := range l.Intents {
		parts = append(parts, in.Product.Slug, intentFields.of(in))
	}
	return s.keys.of(parts...)
}

// productKey stands for the files of a product.
func (s *site) productKey(pl *release.ProductLine) fingerprint {
	parts := []any{pl.Slug, s.keys.found(pl.Findings), s.newsOf[pl.Slug].revision, len(pl.Rows)}
	for i := range s.picture.Sources {
		parts = append(parts, s.begins[s.picture.Sources[i].Name])
	}
	for _, r := range pl.Rows {
		parts = append(parts, r.Manifest.Line.Slug, r.Manifest.Slug, s.keys.rows[r])
	}
	return s.keys.of(parts...)
}

// familyKey stands for the page of a family.
func (s *site) familyKey(f *release.Family) fingerprint {
	products := make([]fingerprint, len(f.Products))
	for i, pl := range f.Products {
		products[i] = s.keys.products[pl]
	}
	return s.keys.of(f.Slug, f.Title, products)
}

// ruleKey stands for a page of the findings of one rule.
func (s *site) ruleKey(r rulePart) fingerprint {
	from := r.page * shownPerPage
	shown := s.keys.found(r.findings[from:min(from+shownPerPage, len(r.findings))])
	return s.keys.of(string(r.severity), string(r.actor), r.rule, r.page, len(r.findings), shown)
}

// head is a milestone without rows, and without what its findings and the differences
// to others are.
func head(m *release.Manifest) release.Manifest {
	h := *m
	h.Line, h.Before, h.Groups, h.Changes, h.Findings = nil, nil, nil, nil, nil
	return h
}

// someFields are some fields of the records of one type, by their numbers.
type someFields[T any] []int

// fieldsBut are the exported fields but for some.
func fieldsBut[T any](without ...string) someFields[T] {
	var numbers someFields[T]
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if f.IsExported() && len(f.Index) == 1 && !slices.Contains(without, f.Name) {
			numbers = append(numbers, f.Index[0])
		}
	}
	return numbers
}

func (n someFields[T]) of(record *T) fields { return fields{reflect.ValueOf(record).Elem(), n} }

func imageName(img *release.TreeImage) [3]string {
	if img == nil {
		return [3]string{}
	}
	return [3]string{img.Tree.Name, img.Dir, img.Name}
}
