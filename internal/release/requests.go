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
				if newer := j.newerBuild(src, key, req.BuildID); newer != "" {
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
func (j *joiner) newerBuild(src *source, key lineProduct, id string) (newest string) {
	if id == "" {
		return ""
	}
	own, sums := j.ownID(src, key, id), j.sumsByID(key)
	count := func(other string, after bool) {
		same := sums[id] != "" && sums[other] == sums[id]
		if after && !same && (newest == "" || CompareBuildIDs(other, newest) > 0) {
			newest = other
		}
	}
	for _, known := range j.buildIDs[key.line.Slug] {
		if known.product != key.product || known.id == id {
			continue
		}
		for _, b := range j.builds[buildKey{key.line.Slug, known.product, known.id}] {
			after := CompareBuildIDs(known.id, id) > 0
			if b.src == src && own != "" && b.b.ID != "" { // the source's own order counts
				after = CompareBuildIDs(b.b.ID, own) > 0
			}
			count(known.id, after && b.b.State != StateRemoved)
		}
	}
	for _, image := range j.images[productSeries{key.product, key.line.Slug}] {
		count(image.BuildID, image.BuildID != "" && CompareBuildIDs(image.BuildID, id) > 0)
	}
	return newest
}

// sumsByID are the checksums of a product's builds in a series, as sources and trees give them;
// empty where they give several.
func (j *joiner) sumsByID(key lineProduct) map[string]string {
	sums := map[string]string{}
	hear := func(id, sum string) {
		if was, there := sums[id]; sum != "" && there && was != sum {
			sums[id] = ""
		} else if sum != "" {
			sums[id] = sum
		}
	}
	for _, known := range j.buildIDs[key.line.Slug] {
		if known.product != key.product {
			continue
		}
		for _, b := range j.builds[buildKey{key.line.Slug, known.product, known.id}] {
			hear(known.id, b.b.SHA256)
		}
	}
	for _, image := range j.images[productSeries{key.product, key.line.Slug}] {
		hear(image.BuildID, image.main().SHA256)
	}
	return sums
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
