package testobserver

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"shiplist/internal/problems"
)

// longList is a service with very many images, of which nobody tested any.
type longList struct {
	rows, listed []string
	sent         int
}

// The sizes of a long list.
const (
	longImages   = 5000
	longProducts = 250 // of one series
	longCalls    = 20  // that one poll may ask about images
)

func newLongList() *longList {
	l := &longList{}
	for i := range longImages {
		l.rows = append(l.rows, fmt.Sprintf(`{"id":%d,"name":"s%[2]d-desktop-amd64+board%[3]d.iso","version":"20260826","os":"kubuntu","release":"s%[2]d","stage":"pending","status":"UNDECIDED","sha256":"%064[1]x"}`,
			i+1, i/longProducts, i%longProducts))
	}
	l.listed = l.rows
	return l
}

func (l *longList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.sent++ // one at a time, as we use one connection
	w.Header().Set("Content-Type", "application/json")
	id, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/v1/artefacts/"))
	body := "[]" // requests, and builds of an image
	switch {
	case r.URL.Path == "/v1/artefacts":
		body = "[" + strings.Join(l.listed, ",") + "]"
	case r.URL.Path == "/v1/test-results":
		body = `{"count":0,"test_results":[]}`
	case err == nil:
		body = l.rows[id-1]
	}
	_, _ = io.WriteString(w, body)
}

func longCallsOnly(o *Options) { o.Tracker.TestCalls = longCalls }

// TestLongList: 5,000 images take as many requests as few do, besides those that the
// configuration allows for details; half of the list is suspect, and loses none of them.
func TestLongList(t *testing.T) {
	t.Parallel()
	l := newLongList()
	s, _ := start(t, l, longCallsOnly)
	whole := mustPoll(t, s, nothing())
	if len(whole.Facts.Builds) != longImages || len(whole.Facts.Products) != longProducts || whole.Suspect != "" {
		t.Fatalf("%d builds of %d products; %s", len(whole.Facts.Builds), len(whole.Facts.Products), whole.Suspect)
	}
	if l.sent != 3+longCalls || whole.Requests != int64(l.sent) {
		t.Errorf("%d requests, told are %d", l.sent, whole.Requests)
	}
	l.listed, l.sent = l.rows[:longImages/2-1], 0
	half := mustPoll(t, s, whole.Facts)
	if !strings.Contains(half.Suspect, "/v1/artefacts?family=image lacks 2501 artefacts that were there; of 50 of them that were asked for, 50 are there still") {
		t.Errorf("suspect: %q", half.Suspect)
	}
	if !reflect.DeepEqual(whole.Facts, half.Facts) {
		t.Errorf("%d builds are left", len(half.Facts.Builds))
	}
	if l.sent != 3+longCalls+mostUnlisted || len(half.Problems) > problems.Most+1 {
		t.Errorf("%d requests, %d problems", l.sent, len(half.Problems))
	}
}

// BenchmarkLongList polls 5,000 images of which nothing is new.
func BenchmarkLongList(b *testing.B) {
	l := newLongList()
	s, _ := start(b, l, longCallsOnly)
	facts := mustPoll(b, s, nothing()).Facts
	b.ReportAllocs()
	for b.Loop() {
		mustPoll(b, s, facts)
	}
}
