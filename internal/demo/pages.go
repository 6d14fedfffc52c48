package demo

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// addPages registers stand-ins for those pages of the tracker to which a site may
// link. They say that they are samples and show no more than the facts.
func (t *tracker) addPages(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/qatracker", http.StatusFound)
	})
	mux.HandleFunc("GET /qatracker", t.milestonesPage)
	mux.HandleFunc("GET /qatracker/milestones/{milestone}/builds", t.buildsPage)
	mux.HandleFunc("GET /qatracker/milestones/{milestone}/history", t.buildsPage)
	mux.HandleFunc("GET /qatracker/milestones/{milestone}/builds/{build}/testcases", t.testcasesPage)
	mux.HandleFunc("GET /qatracker/milestones/{milestone}/builds/{build}/downloads", t.testcasesPage)
	mux.HandleFunc("GET /qatracker/series/{series}/manifest", t.manifestPage)
	mux.HandleFunc("GET /qatracker/testcases/{testcase}/info", t.testcasePage)
	mux.HandleFunc("GET /tests/{$}", t.testsPage)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { notOnTracker(w) })
}

// testsPage stands in for the pages of the Test Observer, which tell images apart by what
// follows the # and so are one.
func (t *tracker) testsPage(w http.ResponseWriter, _ *http.Request) {
	list := newTable("Image", "Version", "Project", "Verdict")
	for _, i := range t.observed.listed() {
		list.add("", i.Name, i.Version, i.OS, i.Verdict)
	}
	writePage(w, http.StatusOK, "Images", list.String())
}

func notOnTracker(w http.ResponseWriter) {
	writePage(w, http.StatusNotFound, "Page not found", "<p>The requested page could not be found.</p>")
}

// writePage writes a page; body is HTML.
func writePage(w http.ResponseWriter, status int, title, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	title = html.EscapeString(title)
	_, _ = io.WriteString(w, "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>"+title+" | Sample tracker</title></head>\n<body>\n"+
		"<p><strong>Sample data.</strong> This stands in for a page of the QA tracker; nothing on it is real.</p>\n<h1>"+title+"</h1>\n"+body+"\n</body>\n</html>\n")
}

// htmlTable builds a table; everything in it is escaped.
type htmlTable struct{ b strings.Builder }

func newTable(columns ...string) *htmlTable {
	t := &htmlTable{}
	t.b.WriteString("<table>\n<tr>")
	for _, c := range columns {
		t.b.WriteString("<th scope=\"col\">" + html.EscapeString(c) + "</th>")
	}
	t.b.WriteString("</tr>\n")
	return t
}

// add adds a row whose first cell links to href.
func (t *htmlTable) add(href string, cells ...string) {
	t.b.WriteString("<tr>")
	for i, c := range cells {
		c = html.EscapeString(c)
		if i == 0 && href != "" {
			c = `<a href="` + html.EscapeString(href) + `">` + c + "</a>"
		}
		t.b.WriteString("<td>" + c + "</td>")
	}
	t.b.WriteString("</tr>\n")
}

func (t *htmlTable) String() string { return t.b.String() + "</table>" }

func id(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return -1 // no row has it
	}
	return n
}

func (t *tracker) milestonesPage(w http.ResponseWriter, r *http.Request) {
	s := t.site(r.Host)
	out := newTable("Milestone", "Series", "Status")
	for _, m := range t.db.milestones {
		if m.series.site == s || s == t.db.sites[0] {
			out.add(fmt.Sprintf("/qatracker/milestones/%d/builds", m.id), m.title, m.series.title, word(m.status, "Testing", "Released", "Archived"))
		}
	}
	writePage(w, http.StatusOK, "Milestones", out.String())
}

func (t *tracker) milestoneByID(n int64) *milestone {
	for _, m := range t.db.milestones {
		if m.id == n {
			return m
		}
	}
	return nil
}

func (t *tracker) buildsPage(w http.ResponseWriter, r *http.Request) {
	m := t.milestoneByID(id(r, "milestone"))
	if m == nil {
		notOnTracker(w)
		return
	}
	out := newTable("Product", "Version", "Status", "Date")
	for _, e := range t.db.entries {
		if e.milestone == m {
			out.add(fmt.Sprintf("/qatracker/milestones/%d/builds/%d/testcases", m.id, e.build.id),
				e.build.product.title, e.build.version, buildStatus(e.status), e.date)
		}
	}
	writePage(w, http.StatusOK, m.title, out.String())
}

func (t *tracker) entryOf(m *milestone, build int64) *entry {
	for _, e := range t.db.entries {
		if e.milestone == m && e.build.id == build {
			return e
		}
	}
	return nil
}

func (t *tracker) testcasesPage(w http.ResponseWriter, r *http.Request) {
	e := t.entryOf(t.milestoneByID(id(r, "milestone")), id(r, "build"))
	if e == nil {
		notOnTracker(w)
		return
	}
	out := newTable("Testcase", "Suite", "Kind", "Results")
	for _, c := range t.db.testcasesOf(e.build.product) {
		var marks []string
		for _, x := range t.db.results {
			if x.build == e.build && x.testcase == c {
				marks = append(marks, word(x.outcome, "Failed", "Passed", "In progress"))
			}
		}
		out.add(fmt.Sprintf("/qatracker/testcases/%d/info", c.id), c.title, c.suiteIs,
			word(c.status, "Mandatory", "Disabled", "Run-once", "Optional"), strings.Join(marks, ", "))
	}
	note := "<p>Note: " + html.EscapeString(e.note) + "</p>\n"
	if e.note == "" {
		note = ""
	}
	writePage(w, http.StatusOK, e.build.product.title+" "+e.build.version+" for "+e.milestone.title, note+out.String())
}

func (t *tracker) manifestPage(w http.ResponseWriter, r *http.Request) {
	out := newTable("Product", "Contact", "Status")
	title := ""
	for _, s := range t.db.series {
		if s.id == id(r, "series") {
			title = s.title
		}
	}
	if title == "" {
		notOnTracker(w)
		return
	}
	for _, x := range t.db.intents {
		if x.series.id == id(r, "series") {
			out.add("", x.product.title, x.contact, word(x.status, "Active", "Disabled"))
		}
	}
	writePage(w, http.StatusOK, title+" manifest", out.String())
}

func (t *tracker) testcasePage(w http.ResponseWriter, r *http.Request) {
	for _, c := range t.db.testcases {
		if c.id == id(r, "testcase") {
			writePage(w, http.StatusOK, c.title, "<p>The sample holds no text for this testcase.</p>")
			return
		}
	}
	notOnTracker(w)
}
