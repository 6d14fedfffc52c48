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
	s.findRowKeys()
	s.keys.milestones = map[*release.Manifest]fingerprint{}
	for _, l := range s.picture.Lines {
		for _, m := range l.Milestones {
			s.keys.milestones[m] = s.milestoneKey(m)
		}
	}
	s.keys.products = make(map[*release.ProductLine]fingerprint, len(s.picture.Products))
	for _, pl := range s.picture.Products {
		s.keys.products[pl] = s.productKey(pl)
	}
}

// of is the key of something made of others; none where there are no keys.
func (k *subjectKeys) of(values ...any) fingerprint {
	if k.all == (fingerprint{}) {
		return fingerprint{}
	}
	return fingerprintOf(append(values, k.all[:], k.names[:])...)
}

// namesKey is made of every milestone without what its own pages alone show.
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
	return fingerprintOf(heads...)
}

// findRowKeys hashes every row, which is most of the work, on all processors.
func (s *site) findRowKeys() {
	var all []*release.Manifest
	for _, l := range s.picture.Lines {
		all = append(all, l.Milestones...)
	}
	found := make([][]fingerprint, len(all))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, m := range all {
		group.Go(func() error {
			for _, r := range m.Rows() {
				found[i] = append(found[i], fingerprintOf(append(bareRow(r), s.past.Since(r))...))
			}
			return nil
		})
	}
	_ = group.Wait() // nothing of it fails
	s.keys.rows = map[*release.Row]fingerprint{}
	for i, m := range all {
		for n, r := range m.Rows() {
			s.keys.rows[r] = found[i][n]
		}
	}
}

// milestoneKey stands for the files of a milestone.
func (s *site) milestoneKey(m *release.Manifest) fingerprint {
	var parts []any
	for _, g := range m.Groups {
		parts = append(parts, g.Family, g.Totals)
		for _, r := range g.Rows {
			parts = append(parts, s.keys.rows[r])
		}
	}
	for _, c := range m.Changes {
		parts = append(parts, c.Kind, c.Product.Slug, c.From, c.To)
	}
	before := ""
	if m.Before != nil {
		before = m.Before.Slug
	}
	return s.keys.of(head(m), m.Line.Slug, m.Findings, parts, before, s.past.Readiness(m))
}

// seriesKey stands for the page of a series.
func (s *site) seriesKey(l *release.Line) fingerprint {
	parts := []any{l.Slug, l.Findings}
	for _, m := range l.Milestones {
		parts = append(parts, s.keys.milestones[m])
	}
	for _, in := range l.Intents {
		parts = append(parts, in.Product.Slug, bare(*in, "Product"))
	}
	return s.keys.of(parts)
}

// productKey stands for the files of a product.
func (s *site) productKey(pl *release.ProductLine) fingerprint {
	parts := []any{pl.Slug, pl.Findings, s.newsOf[pl.Slug].revision}
	for _, r := range pl.Rows {
		parts = append(parts, r.Manifest.Line.Slug, r.Manifest.Slug, s.keys.rows[r])
	}
	return s.keys.of(parts)
}

// familyKey stands for the page of a family.
func (s *site) familyKey(f *release.Family) fingerprint {
	parts := []any{f.Slug, f.Title}
	for _, pl := range f.Products {
		parts = append(parts, s.keys.products[pl])
	}
	return s.keys.of(parts)
}

// ruleKey stands for a page of the findings of one rule.
func (s *site) ruleKey(r rulePart) fingerprint {
	from := r.page * shownPerPage
	return s.keys.of(r.severity, r.actor, r.rule, r.page, len(r.findings), r.findings[from:min(from+shownPerPage, len(r.findings))])
}

// head is a milestone without rows, and without what its findings and the differences
// to others are.
func head(m *release.Manifest) release.Manifest {
	h := *m
	h.Line, h.Before, h.Groups, h.Changes, h.Findings = nil, nil, nil, nil, nil
	return h
}

// bareRow is everything that a row tells, with names for what it points to.
func bareRow(r *release.Row) []any {
	return append(bare(*r, "Manifest", "Product", "Daily", "Release"), r.Product.Slug, imageName(r.Daily), imageName(r.Release))
}

// bare are the exported fields of a record but for some, which point to other records.
func bare(record any, without ...string) []any {
	v := reflect.ValueOf(record)
	fields := make([]any, 0, v.NumField())
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && !slices.Contains(without, f.Name) {
			fields = append(fields, v.Field(i).Interface())
		}
	}
	return fields
}

func imageName(img *release.TreeImage) [3]string {
	if img == nil {
		return [3]string{}
	}
	return [3]string{img.Tree.Name, img.Dir, img.Name}
}
