package tree

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
)

// headed are the paths of which only the head was asked for since the last poll began.
func (l *livingTree) headed() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var paths []string
	for _, a := range slices.Concat(l.asked, l.before) {
		if a.method == http.MethodHead && !strings.Contains(a.path, "netboot") { // they have a schedule of their own
			paths = append(paths, a.path)
		}
	}
	return paths
}

// TestHeadsWhileHeldBack asks for no size twice, though the facts of the polls before
// were not believed, and forgets the sizes when they are.
func TestHeadsWhileHeldBack(t *testing.T) {
	t.Parallel()
	l := live(t, fullSample(), config.Tree{Head: true})
	first, _ := l.poll(t, 0)
	if len(l.headed()) == 0 {
		t.Fatal("no HEAD at all")
	}
	for range 3 {
		l.facts = nil
		l.poll(t, time.Minute)
		if again := l.headed(); len(again) > 0 {
			t.Fatalf("HEAD again of %q", again)
		}
	}
	if diff := cmp.Diff(first.Facts, l.facts); diff != "" {
		t.Errorf("facts (-first +last):\n%s", diff)
	}
	l.poll(t, time.Minute)
	m, err := loadMemory(l.source.memoryFile(), l.source.o.Tree.URL+"/")
	if err != nil || len(m.listings) == 0 || len(m.sizes) > 0 {
		t.Errorf("%d sizes and %d listings are remembered, error %v", len(m.sizes), len(m.listings), err)
	}
}

// TestHeadsOfAnInterruptedPoll are not sent again.
func TestHeadsOfAnInterruptedPoll(t *testing.T) {
	t.Parallel()
	l := live(t, fullSample(), config.Tree{Head: true})
	l.source.o.Limits.Connections = 1
	ctx, cancel := context.WithCancel(t.Context())
	l.tell(func(int) {
		if len(l.heads) == 10 {
			cancel()
		}
	})
	if _, err := l.source.Poll(ctx, nil); err == nil {
		t.Fatal("the poll was not interrupted")
	}
	l.tell(nil)
	before := l.headed()
	l.poll(t, time.Minute)
	again := 0
	for _, at := range l.headed() {
		if slices.Contains(before, at) {
			again++
		}
	}
	// Two are asked for at a time, whose answers are lost.
	if len(before) < 8 || again > 2 {
		t.Errorf("%d of %d sizes were asked for again", again, len(before))
	}
}
