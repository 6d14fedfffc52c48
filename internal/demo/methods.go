package demo

import (
	"errors"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// errDatabase stands for a value that the tracker's database refuses. The real
// tracker answers an HTML page with status 500 then, and so does this one.
var errDatabase = errors.New("the database refuses the value")

// method is one thing the tracker can be asked for.
type method struct {
	name string
	help string
	// signature is the type of the answer and of the arguments; nil where the
	// tracker tells none.
	signature []string
	answer    func(t *tracker, s *site, args []value) (value, error)
}

// methods are all methods, in the order in which the tracker lists them. What
// writes is refused as for anyone who is not logged in.
func methods() []method {
	a := func(types ...string) []string { return types }
	return []method{
		{"system.multicall", "Processes several calls in one request.", nil, nil},
		{"system.methodSignature", "Returns an array describing the return type and required parameters of a method.", a("array", "string"), (*tracker).methodSignature},
		{"system.getCapabilities", "Returns a struct describing the XML-RPC specifications supported by this server.", a("struct"), (*tracker).capabilities},
		{"system.listMethods", "Returns an array of available methods on this server.", a("array"), (*tracker).listMethods},
		{"system.methodHelp", "Returns a documentation string for the specified method.", a("string", "string"), (*tracker).methodHelp},
		{"qatracker.get_access", "Return the access level of the current user", a("string"), (*tracker).access},
		{"qatracker.builds.add", "Add a new build to a milestone", a("boolean", "int", "int", "string", "string", "boolean"), refuse(boolean(false))},
		{"qatracker.builds.get_list", "List all the builds for a given milestone and list of status", a("array", "int", "array"), (*tracker).listBuilds},
		{"qatracker.bugs.get_list", "List all the bugs for a given milestone", a("array", "int"), (*tracker).listBugs},
		{"qatracker.products.get_list", "List all the available products for given status", a("array", "array"), (*tracker).listProducts},
		{"qatracker.milestones.get_list", "List all the available milestones for given status", a("array", "array"), (*tracker).listMilestones},
		{"qatracker.rebuilds.get_list", "List all the rebuild requests for given status", a("array", "array"), (*tracker).listRebuilds},
		{"qatracker.rebuilds.update_status", "Update the status of a rebuild request", a("int", "int", "int"), refuse(boolean(false))},
		{"qatracker.results.add", "Add a new result", a("int", "int", "int", "int", "string", "string", "struct"), refuse(number(-1))},
		{"qatracker.results.delete", "Delete a result", a("boolean", "int"), refuse(boolean(false))},
		{"qatracker.results.get_list", "List all the results for a given build, testcase and list of status", a("array", "int", "int", "array"), (*tracker).listResults},
		{"qatracker.results.update", "Update an existing result", a("boolean", "int", "int", "string", "string", "struct"), refuse(boolean(false))},
		{"qatracker.series.get_list", "List all the available series for given status", a("array", "array"), (*tracker).listSeries},
		{"qatracker.series.get_manifest", "List all the products of a series' manifest for given status", a("array", "int", "array"), (*tracker).listManifest},
		{"qatracker.testcases.get_list", "List all the testcases for a given product, series and list of status", a("array", "int", "int", "array"), (*tracker).listTestcases},
	}
}

func refuse(v value) func(*tracker, *site, []value) (value, error) {
	return func(*tracker, *site, []value) (value, error) { return v, nil }
}

// fits checks arguments as Drupal does: their number, and the types of all but
// arrays and structs.
func (m method) fits(args []value) error {
	if len(args) != len(m.signature)-1 {
		return errCount
	}
	for i, want := range m.signature[1:] {
		got := args[i].kind
		if want == "int" && got != kindInt || want == "string" && got != kindString || want == "boolean" && got != kindBoolean {
			return errType
		}
	}
	return nil
}

func (t *tracker) method(name string) (method, bool) {
	i := slices.IndexFunc(t.methods, func(m method) bool { return m.name == name })
	if i < 0 {
		return method{}, false
	}
	return t.methods[i], true
}

// do answers one call. Within a multicall an unknown method's fault names
// system.multicall, a slip of the real tracker.
func (t *tracker) do(s *site, c call, within string) (value, error) {
	if c.method == "system.multicall" && within == "" {
		if len(c.params) != 1 {
			return value{}, errCount
		}
		return t.multicall(s, c.params[0])
	}
	m, ok := t.method(c.method)
	if !ok {
		if within != "" {
			return value{}, unknownMethod(within)
		}
		return value{}, unknownMethod(c.method)
	}
	if err := m.fits(c.params); err != nil {
		return value{}, err
	}
	return m.answer(t, s, c.params)
}

// multicall answers several calls, each method once.
func (t *tracker) multicall(s *site, calls value) (value, error) {
	answers := list()
	seen := make(map[string]bool)
	for _, item := range calls.elements() {
		answer, err := t.one(s, item, seen)
		var f *fault
		switch {
		case errors.As(err, &f):
			answers.items = append(answers.items, f.value())
		case err != nil:
			return value{}, err
		default:
			answers.items = append(answers.items, list(answer))
		}
	}
	return answers, nil
}

func (t *tracker) one(s *site, item value, seen map[string]bool) (value, error) {
	name, okName := item.member("methodName")
	params, okParams := item.member("params")
	switch {
	case !okName || !okParams:
		return value{}, errMultiShape
	case name.text == "system.multicall":
		return value{}, errRecursive
	case seen[name.text]:
		return value{}, errDuplicate
	}
	seen[name.text] = true
	return t.do(s, call{name.text, params.elements()}, "system.multicall")
}

// statuses reads a list of status numbers. Numbers as text are fine, names are not.
func statuses(v value) (func(int64) bool, error) {
	var wanted []int64
	for _, item := range v.elements() {
		n := item.number
		if item.kind != kindInt {
			parsed, err := strconv.ParseInt(strings.TrimSpace(item.text), 10, 64)
			if err != nil {
				return nil, errDatabase
			}
			n = parsed
		}
		if n < math.MinInt16 || n > math.MaxInt16 {
			return nil, errDatabase
		}
		wanted = append(wanted, n)
	}
	return func(n int64) bool { return slices.Contains(wanted, n) }, nil
}

// query reads the ids that precede a list of statuses, and the list.
func query(args []value) (ids []int64, wanted func(int64) bool, err error) {
	for _, arg := range args[:len(args)-1] {
		if arg.number < math.MinInt32 || arg.number > math.MaxInt32 {
			return nil, nil, errDatabase
		}
		ids = append(ids, arg.number)
	}
	wanted, err = statuses(args[len(args)-1])
	return ids, wanted, err
}

// digits is how the tracker sends a number.
func digits(n int64) string { return strconv.FormatInt(n, 10) }

// word is the text for a status number; empty where the tracker has none.
func word(n int64, words ...string) string {
	if n < 0 || n >= int64(len(words)) {
		return ""
	}
	return words[n]
}

// status makes the two members in which the tracker tells a status.
func status(n int64, words ...string) []member {
	return []member{field("status", digits(n)), field("status_string", word(n, words...))}
}

func (t *tracker) methodSignature(_ *site, args []value) (value, error) {
	m, ok := t.method(args[0].text)
	if !ok {
		return value{}, unknownMethod(args[0].text)
	}
	if m.signature == nil {
		return value{}, &fault{-32601, "Server error. Requested method " + m.name + " signature not specified."}
	}
	types := list()
	for _, s := range m.signature {
		types.items = append(types.items, text(s))
	}
	return list(types), nil
}

func (t *tracker) capabilities(*site, []value) (value, error) {
	spec := func(name, url string, version int64) member {
		return member{name, record(field("specUrl", url), member{"specVersion", number(version)})}
	}
	return record(
		spec("xmlrpc", "http://www.xmlrpc.com/spec", 1),
		spec("faults_interop", "http://xmlrpc-epi.sourceforge.net/specs/rfc.fault_codes.php", 20010516),
		spec("system.multicall", "http://www.xmlrpc.com/discuss/msgReader$1208", 1),
		spec("introspection", "http://scripts.incutio.com/xmlrpc/introspection.html", 1),
	), nil
}

func (t *tracker) listMethods(*site, []value) (value, error) {
	all := list()
	for _, m := range t.methods {
		all.items = append(all.items, text(m.name))
	}
	return all, nil
}

func (t *tracker) methodHelp(_ *site, args []value) (value, error) {
	m, ok := t.method(args[0].text)
	if !ok {
		return value{}, unknownMethod(args[0].text)
	}
	return text(m.help), nil
}

func (t *tracker) access(s *site, _ []value) (value, error) {
	if s == nil {
		return text("invalid"), nil
	}
	return text("public"), nil
}

func (t *tracker) listSeries(s *site, args []value) (value, error) {
	_, wanted, err := query(args)
	all := list()
	for _, x := range t.db.series {
		if err == nil && x.site == s && wanted(x.status) {
			all.items = append(all.items, record(append([]member{field("id", digits(x.id)), field("title", x.title)},
				status(x.status, "Active", "Disabled")...)...))
		}
	}
	return all, err
}

// listManifest does not look at the site, as the real one does not.
func (t *tracker) listManifest(_ *site, args []value) (value, error) {
	ids, wanted, err := query(args)
	all := list()
	for _, x := range t.db.intents {
		if err == nil && x.series.id == ids[0] && wanted(x.status) {
			all.items = append(all.items, record(append([]member{
				field("id", digits(x.id)), field("contact", x.contact),
				field("productid", digits(x.product.id)), field("product_title", x.product.title),
			}, status(x.status, "Active", "Disabled")...)...))
		}
	}
	return all, err
}

func (t *tracker) listMilestones(s *site, args []value) (value, error) {
	_, wanted, err := query(args)
	all := list()
	for _, x := range t.db.milestones {
		if err == nil && x.series.site == s && wanted(x.status) {
			all.items = append(all.items, x.record())
		}
	}
	return all, err
}

// record repeats the real tracker's slip: "autofill" carries the status, only
// "autofill_string" is right.
func (m *milestone) record() value {
	members := []member{
		field("id", digits(m.id)), field("title", m.title),
		field("notify", digits(m.notify)), field("notify_string", word(m.notify, "No", "Yes")),
		field("autofill", digits(m.status)), field("autofill_string", word(m.autofill, "No", "Yes")),
	}
	members = append(members, status(m.status, "Testing", "Released", "Archived")...)
	return record(append(members, field("series", digits(m.series.id)), field("series_string", m.series.title))...)
}

func (t *tracker) listProducts(s *site, args []value) (value, error) {
	_, wanted, err := query(args)
	all := list()
	for _, p := range t.db.products {
		if err != nil || p.site != s || !wanted(p.status) {
			continue
		}
		members := []member{
			field("id", digits(p.id)), field("title", p.title),
			field("type", digits(p.kind)), field("type_string", word(p.kind, "iso", "package", "hardware")),
		}
		members = append(members, status(p.status, "Active", "Disabled")...)
		all.items = append(all.items, record(append(members, field("family", p.family))...))
	}
	return all, err
}

func (t *tracker) listBuilds(_ *site, args []value) (value, error) {
	ids, wanted, err := query(args)
	all := list()
	for _, e := range t.db.entries {
		if err != nil || e.milestone.id != ids[0] || !wanted(e.status) {
			continue
		}
		all.items = append(all.items, record(
			field("id", digits(e.build.id)), field("productid", digits(e.build.product.id)),
			field("userid", digits(e.user.id)), field("username", e.user.name),
			field("version", e.build.version), field("note", e.note), field("date", e.date),
			field("status", digits(e.status)), field("status_string", buildStatus(e.status)),
		))
	}
	return all, err
}

func buildStatus(n int64) string {
	return word(n, "Active", "Re-building", "Disabled", "Superseded", "Ready")
}

func (t *tracker) listRebuilds(s *site, args []value) (value, error) {
	_, wanted, err := query(args)
	all := list()
	for _, x := range t.db.rebuilds {
		if err == nil && x.series.site == s && s.rebuilds && wanted(x.status) {
			all.items = append(all.items, x.record())
		}
	}
	return all, err
}

func (x *rebuild) record() value {
	changedBy, changedByName := "", ""
	if x.changedBy != nil {
		changedBy, changedByName = digits(x.changedBy.id), x.changedBy.name
	}
	return record(append([]member{
		field("id", digits(x.id)),
		field("seriesid", digits(x.series.id)), field("series_title", x.series.title),
		field("productid", digits(x.product.id)), field("product_title", x.product.title),
		field("milestoneid", ""), field("milestone_title", ""), // requests made on a page never name one
		field("requestedby", digits(x.requestedBy.id)), field("requestedby_name", x.requestedBy.name),
		field("requestedat", x.requestedAt),
		field("changedby", changedBy), field("changedby_name", changedByName), field("changedat", x.changedAt),
	}, status(x.status, "Requested", "Queued", "Building", "Built", "Published", "Canceled")...)...)
}

func (t *tracker) listTestcases(_ *site, args []value) (value, error) {
	ids, wanted, err := query(args)
	all := list()
	for _, p := range t.db.products {
		if err != nil || p.id != ids[0] || !t.hasSeries(ids[1]) {
			continue
		}
		for _, x := range t.db.testcasesOf(p) {
			if wanted(x.status) {
				all.items = append(all.items, x.record())
			}
		}
	}
	return all, err
}

func (t *tracker) hasSeries(id int64) bool {
	return slices.ContainsFunc(t.db.series, func(s *series) bool { return s.id == id })
}

func (x *testcase) record() value {
	members := append([]member{field("id", digits(x.id)), field("title", x.title), field("link", x.link)},
		status(x.status, "Mandatory", "Disabled", "Run-once", "Optional")...)
	return record(append(members,
		field("suite", digits(x.suite)), field("suite_string", x.suiteIs), field("weight", digits(x.weight)))...)
}

func (t *tracker) listResults(_ *site, args []value) (value, error) {
	ids, wanted, err := query(args)
	all := list()
	for _, x := range t.db.results {
		if err == nil && x.build.id == ids[0] && x.testcase.id == ids[1] && wanted(0) {
			all.items = append(all.items, x.record())
		}
	}
	return all, err
}

func (x *result) record() value {
	return record(append(append([]member{
		field("id", digits(x.id)), field("revisionid", ""),
		field("reporterid", digits(x.reporter.id)), field("reportername", x.reporter.name), field("date", x.date),
		field("result", digits(x.outcome)), field("result_string", word(x.outcome, "Failed", "Passed", "In progress")),
		field("comment", x.comment), field("hardware", ""),
		field("lastchange", ""), field("changedby", ""), field("changedbyname", ""),
	}, status(0, "Active", "Disabled")...), member{"bugs", bugsOf(x.bugs)})...)
}

// bugsOf makes a struct of bug numbers, or an empty array where there are none:
// that is how PHP sends an empty map.
func bugsOf(bugs []bug) value {
	if len(bugs) == 0 {
		return list()
	}
	v := record()
	for _, b := range bugs {
		v.members = append(v.members, field(b.number, digits(boolean(b.critical).number)))
	}
	return v
}

// bugCount sums up one bug over the results that name it.
type bugCount struct {
	number           string
	earliest, latest string
	count            int64
}

func (t *tracker) listBugs(s *site, args []value) (value, error) {
	if n := args[0].number; n < math.MinInt32 || n > math.MaxInt32 {
		return value{}, errDatabase
	}
	all := list()
	for _, c := range t.countBugs(s, args[0].number) {
		all.items = append(all.items, record(field("bugnumber", c.number), field("earliest_report", c.earliest),
			field("latest_report", c.latest), field("count", digits(c.count))))
	}
	return all, nil
}

// countBugs counts on one milestone, or on all of the site for 0. A result counts
// once for each milestone its build is on, as on the real tracker.
func (t *tracker) countBugs(s *site, id int64) []*bugCount {
	found := make(map[string]*bugCount)
	for _, e := range t.db.entries {
		if e.milestone.series.site != s || id != 0 && e.milestone.id != id {
			continue
		}
		for _, r := range t.db.results {
			if r.build == e.build {
				countBugs(found, r)
			}
		}
	}
	counts := make([]*bugCount, 0, len(found))
	for _, c := range found {
		counts = append(counts, c)
	}
	sort.Slice(counts, func(i, j int) bool { return counts[i].number > counts[j].number })
	return counts
}

func countBugs(found map[string]*bugCount, r *result) {
	for _, b := range r.bugs {
		c := found[b.number]
		if c == nil {
			c = &bugCount{number: b.number, earliest: r.date, latest: r.date}
			found[b.number] = c
		}
		c.count++
		c.earliest = min(c.earliest, r.date)
		c.latest = max(c.latest, r.date)
	}
}
