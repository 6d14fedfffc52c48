package demo

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"shiplist/internal/demo/observer"
)

// observed is the Test Observer beside the tracker: it has images of the same builds, and
// what people think of them. It follows from the records of the tracker at each moment, so
// time passes in it as it does there.
type observed struct {
	db      *records
	kinds   map[string]kindOfImage // by title of the product
	differs []difference
	built   map[string]*image // by the words that name an image

	mu     sync.Mutex
	server *observer.Server
	at     time.Time // its clock
	ids    map[posted]int64
	told   map[int64]told
}

// kindOfImage is what the files of a product are.
type kindOfImage struct{ os, imageType, file string }

// difference is where the two are not of one mind.
type difference struct{ series, product, version, what, value string }

// posted is a build of a product in a series.
type posted struct{ series, product, version string }

func keyOf(b *build) posted { return posted{b.series.title, b.product.title, b.version} }

// told is what the service was told of an artefact.
type told struct {
	verdict string
	results map[int64]int64 // outcome by result
	asked   bool
}

func newObserved(db *records) (*observed, error) {
	o := &observed{
		db: db, kinds: map[string]kindOfImage{}, built: map[string]*image{},
		ids: map[posted]int64{}, told: map[int64]told{},
	}
	o.server = observer.New(func() time.Time { return o.at })
	if err := table("observer.tsv", "product os image_type file", func(r row) {
		o.kinds[r.text("product")] = kindOfImage{r.text("os"), r.text("image_type"), r.text("file")}
	}); err != nil {
		return nil, err
	}
	if err := table("observer-differs.tsv", "series product version what value", func(r row) {
		o.differs = append(o.differs, difference{r.text("series"), r.text("product"), r.text("version"), r.text("what"), r.text("value")})
	}); err != nil {
		return nil, err
	}
	for _, name := range []string{"images.tsv", "replay/images.tsv"} {
		images, err := readImages(name)
		if err != nil {
			return nil, err
		}
		for _, m := range images {
			for _, id := range append([]string{m.id}, m.also...) {
				o.built[strings.Join([]string{m.project, m.series, m.imageType, m.tail(), id}, " ")] = m
			}
		}
	}
	return o, nil
}

// ServeHTTP answers as the records are now.
func (o *observed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.follow()
	o.server.ServeHTTP(w, r)
}

// listed are the images as the records are now.
func (o *observed) listed() []observer.Listed {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.follow()
	return o.server.Listed()
}

// follow brings the service up to what the tracker has.
func (o *observed) follow() {
	for _, b := range o.builds() {
		key := keyOf(b.build)
		id, known := o.ids[key]
		if !known {
			id = o.publish(key, b)
		}
		o.decide(key, id, b)
		o.report(id, b.build)
		if key.version == o.newest(key) {
			o.request(key, id)
		}
	}
}

// standing is a build with the best that it is on a milestone.
type standing struct {
	build *build
	date  string
	ready bool
}

// builds are those of the products that the service has, in the order in which they came.
// What is disabled, or has a status that nobody knows, it does not have.
func (o *observed) builds() []standing {
	var all []standing
	places := map[*build]int{}
	odd := map[*build]bool{}
	for _, e := range o.db.entries {
		_, has := o.kinds[e.build.product.title]
		_, known := o.ids[keyOf(e.build)] // what left testing keeps its verdict
		if !has || !known && e.milestone.status != 0 || e.build.product.site != o.db.sites[0] {
			continue
		}
		odd[e.build] = odd[e.build] || e.status != entryTesting && e.status != entryReady && e.status != entrySuperseded
		i, seen := places[e.build]
		if !seen {
			i = len(all)
			places[e.build] = i
			all = append(all, standing{build: e.build, date: e.date})
		}
		all[i].ready = all[i].ready || e.status == entryReady
	}
	all = slices.DeleteFunc(all, func(b standing) bool { return odd[b.build] })
	slices.SortStableFunc(all, func(x, y standing) int {
		return cmp.Or(cmp.Compare(x.date, y.date), cmp.Compare(x.build.product.title, y.build.product.title))
	})
	return all
}

// newest is the newest version that the tracker has of what a build is of.
func (o *observed) newest(key posted) string {
	newest := ""
	for _, e := range o.db.entries {
		if b := e.build; b.series.title == key.series && b.product.title == key.product && e.milestone.status == 0 {
			newest = max(newest, b.version)
		}
	}
	return newest
}

// publish submits a build, and the one that is newer and that only the service has.
func (o *observed) publish(key posted, b standing) int64 {
	o.at = readStamp(b.date)
	image := o.image(key)
	if version := o.differing(key, "renamed"); version != "" {
		image.URL = strings.Replace(image.URL, "/"+image.Version+"/", "/"+version+"/", 1)
		image.Version = version
	}
	id := o.server.Publish(image)
	o.ids[key] = id
	o.told[id] = told{verdict: observer.Undecided, results: map[int64]int64{}}
	if version := o.differing(key, "newer"); version != "" {
		o.at = o.at.Add(time.Hour)
		o.server.Publish(o.image(posted{key.series, key.product, version}))
	}
	return id
}

// image is what the build host says of a build.
func (o *observed) image(key posted) observer.Image {
	kind, series := o.kinds[key.product], strings.ToLower(key.series)
	name := series + "-" + kind.file
	arch, _, _ := strings.Cut(kind.file[strings.LastIndexByte(kind.file, '-')+1:], ".")
	dir, hash := kind.os+"/"+series+"/"+kind.imageType, ""
	if m := o.built[strings.Join([]string{kind.os, series, kind.imageType, kind.file, key.version}, " ")]; m != nil {
		dir, hash = m.base(), m.hash
	}
	if len(hash) != 64 {
		hash = madeUpHash("observed", kind.os, series, kind.imageType, kind.file, key.version)
	}
	return observer.Image{
		Name: name, Version: key.version, Arch: arch, OS: kind.os, Release: series, Owner: o.owner(key), SHA256: hash,
		URL: "https://cdimage.ubuntu.com/" + dir + "/" + key.version + "/" + name,
	}
}

// owner is whom the series manifest names, if anybody, unless the service has another team.
func (o *observed) owner(key posted) string {
	if owner := o.differing(key, "owner"); owner != "" {
		return owner
	}
	for _, in := range o.db.intents {
		if in.product.title == key.product && in.series.title == key.series {
			return in.contact
		}
	}
	return "ubuntu-cdimage"
}

func (o *observed) differing(key posted, what string) string {
	for _, d := range o.differs {
		if d.what == what && d.series == key.series && d.product == key.product && d.version == key.version {
			return d.value
		}
	}
	return ""
}

// decide gives an artefact its verdict, with the reviews that this takes.
func (o *observed) decide(key posted, id int64, b standing) {
	verdict, comment := observer.Undecided, ""
	if b.ready {
		verdict = observer.Approved
	}
	if own := o.differing(key, "verdict"); own != "" {
		verdict, comment = own, "Found by the lab after the mark on the tracker"
	}
	t := o.told[id]
	if t.verdict == verdict {
		return
	}
	switch verdict {
	case observer.Approved:
		o.server.Review(id, "APPROVED_ALL_TESTS_PASS", 10)
	case observer.Failed:
		o.server.Review(id, "REJECTED", 1)
	}
	o.server.Decide(id, verdict, comment)
	if lab := o.differing(key, "late"); lab != "" && verdict == observer.Approved {
		o.server.Retest(id, lab, "Jenkins image validation")
	}
	t.verdict = verdict
	o.told[id] = t
}

// outcomesObserved are the words for passed and failed; what is in progress is no result.
var outcomesObserved = map[int64]string{0: "FAILED", 1: "PASSED"}

// report tells the results of a build.
func (o *observed) report(id int64, b *build) {
	for _, x := range o.db.results {
		word, counts := outcomesObserved[x.outcome]
		had, told := o.told[id].results[x.id]
		if x.build != b || !counts || told && had == x.outcome {
			continue
		}
		var bugs []string
		for _, bug := range x.bugs {
			bugs = append(bugs, bug.number)
		}
		o.at = readStamp(x.date)
		o.server.Report(id, x.testcase.title, word, bugs...)
		o.told[id].results[x.id] = x.outcome
	}
}

// request asks for a rebuild as long as somebody wants one on the tracker that nobody has
// begun; what is begun was taken off.
func (o *observed) request(key posted, id int64) {
	wanted := slices.ContainsFunc(o.db.rebuilds, func(b *rebuild) bool {
		if b.series.title != key.series || b.product.title != key.product || b.status != 0 {
			return false
		}
		o.at = readStamp(b.requestedAt)
		return true
	})
	t := o.told[id]
	switch {
	case wanted && !t.asked:
		o.server.Ask(id)
	case !wanted && t.asked:
		o.server.Take(id)
	}
	t.asked = wanted
	o.told[id] = t
}
