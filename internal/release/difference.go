package release

import (
	"cmp"
	"slices"
)

// compareNeighbours tells every release milestone of a series what differs from
// the one before it.
func compareNeighbours(l *Line) {
	var before *Manifest
	for _, m := range l.Milestones {
		if m.Kind != KindRelease {
			continue
		}
		if before != nil {
			m.Before, m.Changes = before, Difference(before, m)
		}
		before = m
	}
}

// Difference tells in products what differs between two milestones, or between two
// moments of one, which may be of two pictures: products are told by their slugs.
// Products that are only missing, being intended and not yet built, are no change.
func Difference(from, to *Manifest) []Change {
	rows := from.Rows()
	earlier := make(map[string]*Row, len(rows))
	for _, r := range rows {
		earlier[r.Product.Slug] = r
	}
	var changes []Change
	for _, r := range to.Rows() {
		old := earlier[r.Product.Slug]
		delete(earlier, r.Product.Slug)
		if c, ok := changeFrom(old, r); ok {
			changes = append(changes, c)
		}
	}
	for _, old := range earlier {
		if old.BuildID == "" {
			continue
		}
		changes = append(changes, Change{Kind: ChangeDropped, Product: old.Product, From: old.BuildID})
	}
	slices.SortFunc(changes, compareChanges)
	return changes
}

// changeFrom compares two rows of one product; old is nil where there was none.
func changeFrom(old, r *Row) (Change, bool) {
	c := Change{Product: r.Product, To: r.BuildID}
	switch {
	case r.BuildID == "":
		return c, false
	case old == nil, old.BuildID == "":
		c.Kind = ChangeAdded
	case old.BuildID != r.BuildID:
		c.Kind, c.From = ChangeRespun, old.BuildID
	case old.State != r.State && r.State == StateReady:
		c.Kind, c.From, c.To = ChangeReadied, string(old.State), string(r.State)
	case old.State != r.State && r.State == StateFailed:
		c.Kind, c.From, c.To = ChangeFailed, string(old.State), string(r.State)
	case old.State != r.State:
		c.Kind, c.From, c.To = ChangeState, string(old.State), string(r.State)
	default:
		return c, false
	}
	return c, true
}

var changeKinds = []ChangeKind{ChangeAdded, ChangeDropped, ChangeRespun, ChangeReadied, ChangeFailed, ChangeState}

func compareChanges(a, b Change) int {
	return cmp.Or(
		cmp.Compare(slices.Index(changeKinds, a.Kind), slices.Index(changeKinds, b.Kind)),
		compareProductLines(a.Product, b.Product),
	)
}
