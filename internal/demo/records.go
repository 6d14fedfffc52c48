package demo

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// site is one of the sites that the tracker serves from one database.
type site struct {
	host     string
	rebuilds bool // whether rebuild requests are switched on
}

type series struct {
	site   *site
	id     int64
	title  string
	status int64
}

type milestone struct {
	series   *series
	id       int64
	title    string
	notify   int64
	autofill int64
	status   int64
}

type product struct {
	site   *site
	id     int64
	title  string
	family string
	kind   int64
	status int64
}

// intent is one line of a series manifest.
type intent struct {
	series  *series
	id      int64
	product *product
	contact string
	status  int64
}

// build is a product at a version, on whatever milestones of one series: the tracker
// makes a new one where the same version is posted to another series.
type build struct {
	id      int64
	series  *series
	product *product
	version string
}

// entry is a build on a milestone.
type entry struct {
	milestone *milestone
	build     *build
	status    int64
	date      string
	user      *user
	note      string
}

type user struct {
	id   int64
	name string
}

type rebuild struct {
	id          int64
	series      *series
	product     *product
	requestedBy *user
	requestedAt string
	changedBy   *user // nil as long as nobody touched it
	changedAt   string
	status      int64
}

type testcase struct {
	id      int64
	title   string
	link    string
	suite   int64
	suiteIs string
	weight  int64
	status  int64
	pattern []string // of the products whose suites have it
}

// result is what one tester says of one testcase on one build.
type result struct {
	id       int64
	build    *build
	testcase *testcase
	outcome  int64
	reporter *user
	date     string
	comment  string
	bugs     []bug
}

type bug struct {
	number   string
	critical bool
}

// records is the tracker's database.
type records struct {
	sites      []*site
	users      []*user
	series     []*series
	milestones []*milestone
	products   []*product
	intents    []*intent
	builds     []*build
	entries    []*entry
	rebuilds   []*rebuild
	testcases  []*testcase
	results    []*result
}

// loadRecords reads all tables of the tracker. Each refers to those before it.
func loadRecords() (*records, error) {
	db := &records{}
	for _, load := range []func() error{
		db.loadSites, db.loadUsers, db.loadSeries, db.loadMilestones, db.loadProducts,
		db.loadManifest, db.loadBuilds, db.loadRebuilds, db.loadTestcases, db.loadResults,
	} {
		if err := load(); err != nil {
			return nil, fmt.Errorf("tracker samples: %w", err)
		}
	}
	return db, nil
}

// find returns the first element that fits, and reports a reference that leads
// nowhere as a mistake of the row.
func find[T any](r row, column string, all []*T, fits func(*T) bool) *T {
	if i := slices.IndexFunc(all, fits); i >= 0 {
		return all[i]
	}
	r.fail(fmt.Sprintf("%s: %q is not known", column, r.text(column)))
	return new(T)
}

func (db *records) loadSites() error {
	return table("sites.tsv", "host rebuilds", func(r row) {
		db.sites = append(db.sites, &site{host: r.text("host"), rebuilds: r.text("rebuilds") == "on"})
	})
}

func (db *records) loadUsers() error {
	return table("users.tsv", "id name", func(r row) {
		db.users = append(db.users, &user{r.int("id"), r.text("name")})
	})
}

func (db *records) userOf(r row, column string) *user {
	return find(r, column, db.users, func(u *user) bool { return u.name == r.text(column) })
}

// siteOf finds the site whose host begins with the word in the column "site".
func (db *records) siteOf(r row) *site {
	return find(r, "site", db.sites, func(s *site) bool { return strings.HasPrefix(s.host, r.text("site")+".") })
}

func (db *records) loadSeries() error {
	return table("series.tsv", "site id title status", func(r row) {
		db.series = append(db.series, &series{db.siteOf(r), r.int("id"), r.text("title"), r.int("status")})
	})
}

func (db *records) seriesOf(r row, s *site, title string) *series {
	return find(r, "series", db.series, func(x *series) bool { return x.site == s && x.title == title })
}

func (db *records) loadMilestones() error {
	return table("milestones.tsv", "site id series title notify autofill status", func(r row) {
		db.milestones = append(db.milestones, &milestone{
			series: db.seriesOf(r, db.siteOf(r), r.text("series")), id: r.int("id"), title: r.text("title"),
			notify: r.int("notify"), autofill: r.int("autofill"), status: r.int("status"),
		})
	})
}

func (db *records) loadProducts() error {
	return table("products.tsv", "site id title family type status", func(r row) {
		db.products = append(db.products, &product{
			db.siteOf(r), r.int("id"), r.text("title"), r.text("family"), r.int("type"), r.int("status"),
		})
	})
}

func (db *records) productOf(r row, s *site) *product {
	return find(r, "product", db.products, func(p *product) bool { return p.site == s && p.title == r.text("product") })
}

// firstIntent, firstBuild and firstResult are where the numbering starts of what
// the tables do not number.
const (
	firstIntent = 5201
	firstBuild  = 52117
	firstResult = 918300
)

func (db *records) loadManifest() error {
	return table("manifest.tsv", "site series status contact product", func(r row) {
		s := db.siteOf(r)
		p := db.productOf(r, s)
		for _, title := range r.words("series") {
			db.intents = append(db.intents, &intent{
				series: db.seriesOf(r, s, title), id: firstIntent + int64(len(db.intents)),
				product: p, contact: r.text("contact"), status: r.int("status"),
			})
		}
	})
}

func (db *records) loadBuilds() error {
	return table("builds.tsv", "site product version on date user note", func(r row) {
		p, date, by := db.productOf(r, db.siteOf(r)), r.time("date").Format(stamp), db.userOf(r, "user")
		for _, word := range r.words("on") {
			e := &entry{
				date: date, user: by,
				note: strings.ReplaceAll(r.text("note"), `\n`, "\r\n"), // web forms send both
			}
			e.milestone, e.status = db.place(r, word)
			e.build = db.buildOf(e.milestone.series, p, r.text("version"))
			db.entries = append(db.entries, e)
		}
	})
}

// place reads MILESTONE=STATUS.
func (db *records) place(r row, word string) (*milestone, int64) {
	id, status, _ := strings.Cut(word, "=")
	n, err := strconv.ParseInt(status, 10, 64)
	if err != nil {
		r.fail(fmt.Sprintf("on: %q has no status; write MILESTONE=NUMBER", word))
	}
	return find(r, "on", db.milestones, func(m *milestone) bool { return strconv.FormatInt(m.id, 10) == id }), n
}

// buildOf returns the build of a product at a version, which is made once for each
// series.
func (db *records) buildOf(s *series, p *product, version string) *build {
	for _, b := range db.builds {
		if b.series == s && b.product == p && b.version == version {
			return b
		}
	}
	b := &build{id: firstBuild + int64(len(db.builds)), series: s, product: p, version: version}
	db.builds = append(db.builds, b)
	return b
}

func (db *records) loadRebuilds() error {
	return table("rebuilds.tsv", "site id series product requested_by requested_at changed_by changed_at status", func(r row) {
		s := db.siteOf(r)
		request := &rebuild{
			id: r.int("id"), series: db.seriesOf(r, s, r.text("series")), product: db.productOf(r, s),
			requestedBy: db.userOf(r, "requested_by"), requestedAt: r.time("requested_at").Format(stamp), status: r.int("status"),
		}
		if r.text("changed_by") != "" {
			request.changedBy = db.userOf(r, "changed_by")
			request.changedAt = r.time("changed_at").Format(stamp)
		}
		db.rebuilds = append(db.rebuilds, request)
	})
}

func (db *records) loadTestcases() error {
	return table("testcases.tsv", "id title link suite suite_title weight status products", func(r row) {
		t := &testcase{
			id: r.int("id"), title: r.text("title"), link: r.text("link"), suite: r.int("suite"),
			suiteIs: r.text("suite_title"), weight: r.int("weight"), status: r.int("status"),
			pattern: strings.Split(r.text("products"), ", "),
		}
		for _, pattern := range t.pattern {
			if _, err := path.Match(pattern, ""); err != nil {
				r.fail(fmt.Sprintf("products: %q is not a pattern", pattern))
			}
		}
		db.testcases = append(db.testcases, t)
	})
}

// covers reports whether the testcase belongs to the product.
func (t *testcase) covers(p *product) bool {
	return slices.ContainsFunc(t.pattern, func(pattern string) bool {
		ok, _ := path.Match(pattern, p.title) // the pattern was checked when it was read
		return ok
	})
}

func (db *records) testcasesOf(p *product) []*testcase {
	var all []*testcase
	for _, t := range db.testcases {
		if t.covers(p) {
			all = append(all, t)
		}
	}
	return all
}

// outcomes maps the letters of results.tsv to the tracker's numbers.
// Results are not checked, so that any other can come back.
const outcomes = "FPR????U" // failed 0, passed 1, in progress 2, unknown 7

func (db *records) loadResults() error {
	return table("results.tsv", "site series product version marks date reporter bugs comment", func(r row) {
		on := db.siteOf(r)
		b := db.builtFor(r, db.seriesOf(r, on, r.text("series")), db.productOf(r, on))
		cases := db.testcasesOf(b.product)
		marks := r.text("marks")
		if len(marks) > len(cases) {
			r.fail(fmt.Sprintf("marks: %d of them for %d testcases", len(marks), len(cases)))
			return
		}
		for i, mark := range marks {
			outcome := strings.IndexRune(outcomes, mark)
			if outcome < 0 {
				continue
			}
			db.results = append(db.results, db.result(r, b, cases[i], int64(outcome)))
		}
	})
}

// builtFor finds the build of a row: there are no results of what was never built.
func (db *records) builtFor(r row, s *series, p *product) *build {
	return find(r, "version", db.builds, func(b *build) bool {
		return b.series == s && b.product == p && b.version == r.text("version")
	})
}

// result makes one result of a row. Bugs and comment belong to what failed, or to
// everything where nothing did.
func (db *records) result(r row, b *build, t *testcase, outcome int64) *result {
	made := &result{
		id: firstResult + int64(len(db.results)), build: b, testcase: t, outcome: outcome,
		reporter: db.userOf(r, "reporter"), date: r.time("date").Format(stamp),
	}
	if outcome != 0 && strings.Contains(r.text("marks"), "F") {
		return made
	}
	made.comment = r.text("comment")
	for _, word := range r.words("bugs") {
		n, critical := strings.CutSuffix(word, "!")
		made.bugs = append(made.bugs, bug{n, critical})
	}
	return made
}
