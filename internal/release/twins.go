package release

import (
	"cmp"
	"slices"
)

// Builds of one product and series whose main files have the same bytes are one build, also
// where sources call them by different ids: Test Observer keeps the first id of an image that
// was built again without a change, and another source may count in a way of its own.
// Products are never joined by that, whatever checksum somebody claims for them.

// sumKey is a checksum of one product's builds in a series.
type sumKey struct {
	series  string
	product *ProductLine
	sum     string
}

// indexSum keeps of each source the build that counts among those of one checksum: the
// newest, and of those before any that was replaced or taken away.
func (j *joiner) indexSum(src *source, b *Build, key buildKey) {
	if b.SHA256 == "" {
		return
	}
	if j.summed == nil {
		j.summed, j.withSum = map[productSeries]bool{}, map[sumKey][]sourceBuild{}
	}
	j.summed[productSeries{key.product, key.series}] = true
	at := sumKey{key.series, key.product, b.SHA256}
	list := j.withSum[at]
	if n := len(list) - 1; n >= 0 && list[n].src == src { // builds come source by source
		have := list[n].b
		if c := cmp.Or(-flags(b.passed(), have.passed()), CompareBuildIDs(b.BuildID, have.BuildID)); c > 0 {
			list[n].b = b
		}
		return
	}
	j.withSum[at] = append(list, sourceBuild{src, b})
}

// settleTwins finds the other ids of the row's build, newest first. Where there are several
// checksums of it, it is not known which other builds are the same: that is told as such.
func (j *joiner) settleTwins(r *Row) {
	series := r.Manifest.Line.Slug
	if !j.summed[productSeries{r.Product, series}] {
		return
	}
	sum := j.sumOf(r, r.BuildID)
	if sum == "" {
		return
	}
	seen := map[string]bool{r.BuildID: true}
	add := func(id string) {
		if !seen[id] && j.sumOf(r, id) == sum {
			r.twins = append(r.twins, id)
		}
		seen[id] = true
	}
	for i := range r.claims {
		add(r.claims[i].entry.BuildID)
	}
	for _, b := range j.withSum[sumKey{series, r.Product, sum}] {
		add(b.b.BuildID)
	}
	slices.SortFunc(r.twins, func(a, b string) int { return -CompareBuildIDs(a, b) })
}

// oneSum is the checksum that sources and trees give.
type oneSum struct {
	sum     string
	several bool
}

func (o *oneSum) hear(sum string) {
	o.several = o.several || sum != "" && o.sum != "" && sum != o.sum
	o.sum = cmp.Or(o.sum, sum)
}

// value is empty where none is known, or not one alone, and that of nil is.
func (o *oneSum) value() string {
	if o == nil || o.several {
		return ""
	}
	return o.sum
}

// sumOf is the checksum of a build of the row's product, by its id: as sources give it, and
// as its image in the trees has it. It is empty where none is known, or not one alone.
func (j *joiner) sumOf(r *Row, id string) string {
	var sum oneSum
	for _, b := range j.builds[buildKey{r.Manifest.Line.Slug, r.Product, id}] {
		sum.hear(b.b.SHA256)
	}
	if r.Identity != (Identity{}) {
		for _, n := range j.candidates(r).byID[id] {
			sum.hear(j.planted[n].main().SHA256)
		}
	}
	return sum.value()
}

// Is reports whether a build id is that of the row's build: the one that is shown, or the one
// of the same bytes at another source.
func (r *Row) Is(id string) bool { return id == r.BuildID || slices.Contains(r.twins, id) }

// ofRow is what the sources say of the row's build itself, in order of precedence. Of a
// source that has the very id no other build counts.
func ofRow(builds map[buildKey][]sourceBuild, r *Row) []sourceBuild {
	if r.BuildID == "" {
		return nil
	}
	key := buildKey{r.Manifest.Line.Slug, r.Product, r.BuildID}
	list := builds[key]
	if len(r.twins) == 0 {
		return list
	}
	list = slices.Clone(list)
	for _, id := range r.twins {
		key.id = id
		for _, b := range builds[key] {
			if !slices.ContainsFunc(list, func(o sourceBuild) bool { return o.src == b.src }) {
				list = append(list, b)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b sourceBuild) int { return cmp.Compare(a.src.index, b.src.index) })
	return list
}
