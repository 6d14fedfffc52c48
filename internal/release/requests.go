package release

import (
	"fmt"
	"slices"
)

// A request to build again is for a product, or for one build of it. One of the second kind
// stays at its source when a newer build is there, whoever made that. It is outdated then:
// it is shown for no newer build, and nothing is built for it.

// rebuildRequested is the status of a rebuild request that nobody has begun with.
const rebuildRequested = "requested"

// openRebuilds are the statuses of a rebuild request that is still to bring a build.
var openRebuilds = []string{rebuildRequested, "queued", "building", "built"}

// readRebuilds indexes the open requests, in order of precedence of the sources, those that
// are outdated apart. It looks at builds and images, so it comes after both.
func (j *joiner) readRebuilds() {
	j.rebuilds, j.outdated = map[lineProduct][]*Rebuild{}, map[lineProduct][]outdated{}
	j.p.newer = map[*Rebuild]string{}
	known := &rivalIndex{j: j, ids: map[*Line]map[*ProductLine][]string{}, known: map[lineProduct]*rivals{}}
	for i := range j.sources {
		src := &j.sources[i]
		for k := range src.facts.Series {
			s := &src.facts.Series[k]
			for n := range s.Rebuilds {
				req := &s.Rebuilds[n]
				if !slices.Contains(openRebuilds, req.Status) {
					continue
				}
				key := lineProduct{j.line(s.Slug), j.product(i, req.Product)}
				if newer := j.newerBuild(src, key, req.BuildID, known); newer != "" {
					j.outdated[key] = append(j.outdated[key], outdated{src, req, newer})
					j.p.newer[req] = newer
					continue
				}
				j.rebuilds[key] = append(j.rebuilds[key], req)
			}
		}
	}
}

// outdated is a request for a build of which there is a newer one.
type outdated struct {
	src   *source
	req   *Rebuild
	newer string // the newest build id
}

// newerBuild is the newest build of a product in a series that is newer than the one that a
// source has a request for; empty where there is none, or the request is for no build. Builds
// that were taken away do not count, nor those of the same bytes: a source may keep the first
// id of what was built again without a change.
func (j *joiner) newerBuild(src *source, key lineProduct, id string, known *rivalIndex) string {
	if id == "" {
		return ""
	}
	own, all := j.ownID(src, key, id), known.of(key)
	for _, other := range all.ids {
		if other != id && !all.same(other, id) && j.follows(src, key, other, id, own, all.imaged[other]) {
			return other
		}
	}
	return ""
}

// follows reports whether one build of a product is newer than another, to a source that
// may have an id of its own for that: its own order counts for what it says.
func (j *joiner) follows(src *source, key lineProduct, other, id, own string, imaged bool) bool {
	after := CompareBuildIDs(other, id) > 0
	if after && imaged {
		return true
	}
	return slices.ContainsFunc(j.builds[buildKey{key.line.Slug, key.product, other}], func(b sourceBuild) bool {
		if b.src == src && own != "" && b.b.ID != "" {
			return CompareBuildIDs(b.b.ID, own) > 0 && b.b.State != StateRemoved
		}
		return after && b.b.State != StateRemoved
	})
}

// rivals are the builds and images of a product in a series, by build id.
type rivals struct {
	ids    []string // newest first
	imaged map[string]bool
	sums   map[string]*oneSum
}

// same reports whether two builds are known to have the same bytes.
func (r *rivals) same(a, b string) bool {
	sum := r.sums[a].value()
	return sum != "" && sum == r.sums[b].value()
}

func (r *rivals) add(id string) *oneSum {
	sum := r.sums[id]
	if sum == nil {
		sum = &oneSum{}
		r.ids, r.sums[id] = append(r.ids, id), sum
	}
	return sum
}

// rivalIndex has the rivals of products with requests; a series is looked through once.
type rivalIndex struct {
	j     *joiner
	ids   map[*Line]map[*ProductLine][]string
	known map[lineProduct]*rivals
}

func (x *rivalIndex) of(key lineProduct) *rivals {
	if r := x.known[key]; r != nil {
		return r
	}
	series := key.line.Slug
	if x.ids[key.line] == nil {
		x.ids[key.line] = map[*ProductLine][]string{}
		for _, b := range x.j.buildIDs[series] {
			x.ids[key.line][b.product] = append(x.ids[key.line][b.product], b.id)
		}
	}
	r := &rivals{imaged: map[string]bool{}, sums: map[string]*oneSum{}}
	for _, id := range x.ids[key.line][key.product] {
		sum := r.add(id)
		for _, b := range x.j.builds[buildKey{series, key.product, id}] {
			sum.hear(b.b.SHA256)
		}
	}
	for _, image := range x.j.images[productSeries{key.product, series}] {
		if image.BuildID != "" {
			r.add(image.BuildID).hear(image.main().SHA256)
			r.imaged[image.BuildID] = true
		}
	}
	slices.SortStableFunc(r.ids, func(a, b string) int { return -CompareBuildIDs(a, b) })
	x.known[key] = r
	return r
}

// ownID is a source's own id of a build; empty where it has none.
func (j *joiner) ownID(src *source, key lineProduct, id string) string {
	for _, b := range j.builds[buildKey{key.line.Slug, key.product, id}] {
		if b.src == src {
			return b.b.ID
		}
	}
	return ""
}

// rebuild is the newest open request to build the row's product again.
func (j *joiner) rebuild(r *Row) *Rebuild {
	var newest *Rebuild
	for _, req := range j.rebuilds[lineProduct{r.Manifest.Line, r.Product}] {
		if req.Milestone != "" && Slug(req.Milestone) != r.Manifest.Slug {
			continue
		}
		if newest == nil || CompareBuildIDs(req.ID, newest.ID) > 0 {
			newest = req
		}
	}
	return newest
}

func (j *joiner) findRebuilds() {
	for _, r := range j.open {
		if r.State != StateReady || r.Rebuild == nil {
			continue
		}
		who := ""
		if r.Rebuild.By != "" {
			who = " by " + r.Rebuild.By
		}
		j.report(Finding{
			Rule: "rebuild-open",
			Text: fmt.Sprintf("Build %s of %s is marked ready, and a new one was asked for%s (%s).",
				r.BuildID, r.name(), who, r.Rebuild.Status),
			Advice:   "Cancel the request, or take the mark off the build that is to be replaced.",
			Actor:    ActorRelease,
			Evidence: j.evidence(r),
		}, spot{rows: []*Row{r}})
	}
}

// findOutdated finds requests that stay though a newer build is there, of products on open
// milestones. One that is on several is told once.
func (j *joiner) findOutdated() {
	rows := map[*Rebuild][]*Row{}
	var found []outdated
	for _, r := range j.open {
		for _, o := range j.outdated[lineProduct{r.Manifest.Line, r.Product}] {
			if rows[o.req] == nil {
				found = append(found, o)
			}
			rows[o.req] = append(rows[o.req], r)
		}
	}
	for _, o := range found {
		at := rows[o.req]
		j.report(Finding{
			Rule: "rebuild-outdated",
			Text: fmt.Sprintf("A request on %s is to build %s of %s again, and %s is there since. It does not count.",
				o.src.state.Name, o.req.BuildID, at[0].Product.Title, o.newer),
			Advice:   "Take the request off, or ask for the newest build again.",
			Actor:    ActorRelease,
			Evidence: []Evidence{says(o.src.state, o.src.state.Name+"/series/"+at[0].Manifest.Line.Slug+".toml", "request "+o.req.ID+" for build "+o.req.BuildID+": "+o.req.Status)},
		}, spot{rows: at})
	}
}
