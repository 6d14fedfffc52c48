package qatracker

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"shiplist/internal/release"
)

// large is a tracker with so many milestones, of which the last two are in testing,
// each with a build of each product, in a series each. Its records have all members
// that recorded ones have.
func large(milestones, products int) made {
	m := made{}
	for p := range products {
		id, title := strconv.Itoa(p+1), fmt.Sprintf("Product %d Desktop amd64", p+1)
		m["products.get_list"] = append(m["products.get_list"], entry{
			"id", id, "title", title, "type", "0", "type_string", "iso", "status", "0", "status_string", "Active", "family", "Family " + strconv.Itoa(p/10),
		})
	}
	for i := range milestones {
		id, status := strconv.Itoa(i+1), "1"
		if i >= milestones-2 {
			status = "0"
		}
		series := strconv.Itoa(20 + i)
		m["series.get_list"] = append(m["series.get_list"], entry{"id", series, "title", "Series" + id, "status", status, "status_string", "Active"})
		m["milestones.get_list"] = append(m["milestones.get_list"], entry{
			"id", id, "title", "Series" + id + " Final", "notify", "1", "autofill", "0", "autofill_string", "No",
			"status", status, "status_string", "Testing", "series", series, "series_string", "Series" + id,
		})
		for p := range products {
			product, build := strconv.Itoa(p+1), strconv.Itoa(1000*(i+1)+p)
			m["series.get_manifest "+series] = append(m["series.get_manifest "+series], entry{
				"id", build, "productid", product, "product_title", "Product " + product + " Desktop amd64", "contact", "team-" + product, "status", "0", "status_string", "Active",
			})
			m["builds.get_list "+id] = append(m["builds.get_list "+id], entry{
				"id", build, "productid", product, "userid", "29001", "username", "cdimage", "version", fmt.Sprintf("202604%02d.%d", 1+p%28, i),
				"note", "", "date", "2026-04-20 06:48:10", "status", strconv.Itoa(p % 5), "status_string", "Active",
			})
		}
		m["bugs.get_list "+id] = []entry{{"bugnumber", "1172001", "count", "2"}}
	}
	return m
}

// TestLarge counts what polls of a larger tracker cost.
func TestLarge(t *testing.T) {
	t.Parallel()
	m, c := &inMemory{tracker: &tracker{methods: large(10, 100)}}, newClock()
	s := slow(m, c, nil)
	first, requests := mustPoll(t, s, nothing())
	if f := first.Facts; len(f.Milestones) != 10 || len(f.Builds) != 1000 || len(f.Products) != 100 || len(f.Series) != 10 {
		t.Fatalf("%d milestones, %d builds, %d products, %d series", len(f.Milestones), len(f.Builds), len(f.Products), len(f.Series))
	}
	if requests != 1+10 {
		t.Errorf("the first poll takes %d requests, want 11", requests)
	}
	quiet, requests := mustPoll(t, s, first.Facts)
	if requests != 1+2 {
		t.Errorf("a quiet poll takes %d requests, want 3", requests)
	}
	t.Logf("first poll: %d requests, %d bytes; quiet poll: %d requests, %d bytes", first.Requests, first.Bytes, quiet.Requests, quiet.Bytes)
}

// BenchmarkPoll polls trackers: everything, and what is asked when nothing is due.
// The tracker's own work and the encoding of its answers are part of it.
func BenchmarkPoll(b *testing.B) {
	for name, methods := range map[string]methods{"recorded": loadRecorded(b), "10x100": large(10, 100)} {
		b.Run(name+"/all", func(b *testing.B) { benchmarkPoll(b, methods, 0) })
		b.Run(name+"/quiet", func(b *testing.B) { benchmarkPoll(b, methods, 1000*time.Hour) })
	}
}

func benchmarkPoll(b *testing.B, answers methods, recheck time.Duration) {
	m := &inMemory{tracker: &tracker{methods: answers}}
	s := slow(m, newClock(), func(o *Options) { o.Tracker.Recheck = recheck })
	first, _ := mustPoll(b, s, nothing())
	var last *release.Answer
	b.ReportAllocs()
	for b.Loop() {
		last, _ = mustPoll(b, s, first.Facts)
	}
	b.ReportMetric(float64(last.Requests), "requests/op")
	b.ReportMetric(float64(last.Bytes), "wire-bytes/op")
}
