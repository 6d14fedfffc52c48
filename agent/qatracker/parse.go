package qatracker

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"shiplist/internal/plaintext"
	"shiplist/internal/release"
)

// The records of the tracker, with the fields that are used. Everything is text, as
// it comes; statuses are numbers in text, and their words are for people.
type (
	productRecord struct{ id, title, kind, kindText, status, family string }

	seriesRecord struct{ id, title, status, statusText string }

	milestoneRecord struct{ id, title, status, statusText, series, seriesTitle string }

	manifestRecord struct{ id, product, productTitle, contact, status string }

	buildRecord struct{ id, product, version, note, date, status, statusText string }

	bugRecord struct{ number, count string }

	rebuildRecord struct {
		id, series, product, productTitle, milestone, by, at, status, statusText string
	}

	testcaseRecord struct{ id, status string }

	resultRecord struct {
		id, result, status string
		bugs               []string
	}
)

func readProduct(v value) productRecord {
	return productRecord{
		id: v.name("id"), title: v.line("title", mostTitle), kind: v.name("type"), kindText: v.line("type_string", 40),
		status: v.name("status"), family: v.line("family", mostTitle),
	}
}

func readSeries(v value) seriesRecord {
	return seriesRecord{v.name("id"), v.line("title", mostTitle), v.name("status"), v.line("status_string", 40)}
}

func readMilestone(v value) milestoneRecord {
	return milestoneRecord{
		id: v.name("id"), title: v.line("title", mostTitle), status: v.name("status"), statusText: v.line("status_string", 40),
		series: v.name("series"), seriesTitle: v.line("series_string", mostTitle),
	}
}

func readManifest(v value) manifestRecord {
	return manifestRecord{
		id: v.name("id"), product: v.name("productid"), productTitle: v.line("product_title", mostTitle),
		contact: v.line("contact", mostContact), status: v.name("status"),
	}
}

func readBuild(v value) buildRecord {
	return buildRecord{
		id: v.name("id"), product: v.name("productid"), version: v.line("version", mostTitle),
		note: plaintext.Block(v.member("note"), mostNote), date: v.line("date", mostDate),
		status: v.name("status"), statusText: v.line("status_string", 40),
	}
}

func readBug(v value) bugRecord { return bugRecord{v.name("bugnumber"), v.name("count")} }

func readRebuild(v value) rebuildRecord {
	return rebuildRecord{
		id: v.name("id"), series: v.name("seriesid"), product: v.name("productid"),
		productTitle: v.line("product_title", mostTitle), milestone: v.name("milestoneid"),
		by: v.line("requestedby_name", mostContact), at: v.line("requestedat", mostDate),
		status: v.name("status"), statusText: v.line("status_string", 40),
	}
}

func readTestcase(v value) testcaseRecord { return testcaseRecord{v.name("id"), v.name("status")} }

// readResult takes the bugs from the names of a struct. Without any the tracker
// sends an empty array in its place.
func readResult(v value) resultRecord {
	r := resultRecord{id: v.name("id"), result: v.name("result"), status: v.name("status")}
	for _, number := range v.at("bugs").names {
		r.bugs = append(r.bugs, plaintext.Line(number, 40))
	}
	return r
}

// name is a member that identifies something or is a number.
func (v value) name(member string) string { return plaintext.Line(v.member(member), 40) }

func (v value) line(member string, most int) string { return plaintext.Line(v.member(member), most) }

// records reads a list of structs. PHP makes a struct of an array that has lost an
// entry, so the structs inside one count as a list, too.
func records[T any](v value, read func(value) T) ([]T, error) {
	if v.kind == scalar {
		return nil, fmt.Errorf("%s (%q) where a list should be", v.kind, plaintext.Line(v.text, 60))
	}
	out := make([]T, 0, len(v.items))
	for i := range v.items {
		if v.items[i].kind != structure {
			return nil, fmt.Errorf("%s where record %d of a list should be", v.items[i].kind, i+1)
		}
		out = append(out, read(v.items[i]))
	}
	return out, nil
}

// ordered sorts records by id: the tracker's order means nothing. Records of one id
// are in the order of their contents, so that the same one always comes first.
func ordered[T any](list []T, id func(T) string) []T {
	slices.SortFunc(list, func(a, b T) int {
		if c := release.CompareBuildIDs(id(a), id(b)); c != 0 {
			return c
		}
		return strings.Compare(fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", b))
	})
	return list
}

// sendable is an id as it can be sent: a number of 32 bits, beyond which the
// tracker's database gives up.
func sendable(id string) (int, bool) {
	n, err := strconv.ParseInt(id, 10, 32)
	return int(n), err == nil
}

// count is a number that is only shown; 0 when it is none.
func count(s string) int {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}

// word is the tracker's own word for a status, or the number where it has none.
func word(text, number string) string {
	if text != "" {
		return text
	}
	return number
}

// State is the state of a build on a milestone. The words of the tracker's API are
// not to be trusted here: what it calls "Re-building" is set and shown as disabled,
// what it calls "Disabled" as removed.
func stateOf(status string) release.State {
	switch status {
	case "0":
		return release.StateTesting
	case "1":
		return release.StateDisabled
	case "2":
		return release.StateRemoved
	case "3":
		return release.StateSuperseded
	case "4":
		return release.StateReady
	}
	return release.StateUnknown
}

// milestoneStatus maps a status; raw is set where we have no word of our own.
func milestoneStatus(status, text string) (s release.MilestoneStatus, raw string) {
	switch status {
	case "0":
		return release.MilestoneTesting, ""
	case "1":
		return release.MilestoneReleased, ""
	case "2":
		return release.MilestoneArchived, ""
	}
	raw = word(text, status)
	return release.MilestoneStatus(raw), raw
}

func seriesStatus(status, text string) (s release.SeriesStatus, raw string) {
	switch status {
	case "0":
		return release.SeriesActive, ""
	case "1":
		return release.SeriesDisabled, ""
	}
	raw = word(text, status)
	return release.SeriesStatus(raw), raw
}

// rebuildStatuses are the words for the numbers from 0.
var rebuildStatuses = [...]string{"requested", "queued", "building", "built", "published", "canceled"}

func rebuildStatus(status, text string) (s, raw string) {
	if n, err := strconv.ParseUint(status, 10, 8); err == nil && int(n) < len(rebuildStatuses) {
		return rebuildStatuses[n], ""
	}
	return "unknown", word(text, status)
}
