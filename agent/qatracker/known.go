package qatracker

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strconv"

	"shiplist/internal/release"
)

// known finds things in facts. Products go by their ids, which stay when titles, and
// with them slugs, change.
type known struct {
	products   map[string]*release.Product   // by slug
	series     map[string]*release.Series    // by id
	milestones map[string]*release.Milestone // by id
	builds     map[buildKey]string           // ids
}

func index(f *release.Facts) *known {
	k := &known{
		products:   make(map[string]*release.Product, len(f.Products)),
		series:     make(map[string]*release.Series, len(f.Series)),
		milestones: make(map[string]*release.Milestone, len(f.Milestones)),
		builds:     make(map[buildKey]string, len(f.Builds)),
	}
	for i := range f.Products {
		k.products[f.Products[i].Slug] = &f.Products[i]
	}
	for i := range f.Series {
		k.series[f.Series[i].ID] = &f.Series[i]
	}
	for i := range f.Milestones {
		k.milestones[f.Milestones[i].ID] = &f.Milestones[i]
	}
	for i := range f.Builds {
		b := &f.Builds[i]
		k.builds[buildKey{b.Series, b.Product, b.BuildID}] = b.ID
	}
	return k
}

// digestMilestone is a digest of what is asked about a milestone, which is to be in
// the order of stored facts. It is not whole where the milestone, or something that
// it refers to, is not there.
func (k *known) digestMilestone(m *release.Milestone) (digest string, whole bool) {
	if m == nil {
		return "", false
	}
	d := digester{hash: sha256.New()}
	for _, b := range m.Bugs {
		d.line("bug", b.Number, strconv.Itoa(b.Count))
	}
	for i := range m.Entries {
		e := &m.Entries[i]
		product := k.products[e.Product]
		build, stored := k.builds[buildKey{m.Series, e.Product, e.BuildID}]
		if product == nil || product.ID == "" || !stored {
			return "", false
		}
		d.line("build", product.ID, e.BuildID, build, string(e.State), e.RawState, e.Note, e.Date)
	}
	return d.sum(), true
}

// digestSeries is the same for the manifest of a series.
func (k *known) digestSeries(s *release.Series) (digest string, whole bool) {
	if s == nil {
		return "", false
	}
	d := digester{hash: sha256.New()}
	for _, n := range s.Manifest {
		product := k.products[n.Product]
		if product == nil || product.ID == "" {
			return "", false
		}
		d.line("intent", product.ID, n.Contact, strconv.FormatBool(n.Disabled))
	}
	return d.sum(), true
}

// digester hashes lines of texts, so that no two lists of lines are alike.
type digester struct {
	hash hash.Hash
	buf  []byte
}

func (d *digester) line(texts ...string) {
	d.buf = d.buf[:0]
	for _, s := range texts {
		d.buf = strconv.AppendInt(d.buf, int64(len(s)), 10)
		d.buf = append(append(d.buf, ':'), s...)
	}
	d.hash.Write(append(d.buf, '\n'))
}

func (d *digester) sum() string { return hex.EncodeToString(d.hash.Sum(nil)[:16]) }
