package tree

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
)

// The ways in which a server says less than there is. Each answers well-formed, or
// nearly so.
func lies() map[string]http.HandlerFunc {
	const head = `<html><head><title>Index of /x</title></head><body><h1>Index of /x</h1><table><tr><th>Name</th><th>Size</th></tr>`
	page := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, body)
		}
	}
	return map[string]http.HandlerFunc{
		"cut in the middle": page(head + `<tr><td><a href="20260901/">20260901/</a></td><td>-</td></tr><tr><td><a href="20`),
		"empty listing":     page(head + `</table></body></html>`),
		"login page":        page(`<html><head><title>Sign in</title></head><body><form><a href="register">New here?</a></form></body></html>`),
		"not there":         status(http.StatusNotFound),
		"not for us":        status(http.StatusForbidden),
		"broken":            status(http.StatusInternalServerError),
	}
}

// TestTruthWhileQuiet says over memory what a poll without one says of the same lie:
// at once where it is asked for, else when its turn has come. Nothing that was known
// is lost by it, nor anything that was remembered.
func TestTruthWhileQuiet(t *testing.T) {
	t.Parallel()
	for _, at := range []string{
		"kubuntu", "ubuntu/releases", "ubuntu/stonking/daily-live", "kubuntu/noble/daily-live/20260901",
		"ubuntu/releases/noble/release", "ubuntu-server/noble/daily-live/20260726/netboot",
		"ubuntu/stonking/daily-live/current/SHA256SUMS", "kubuntu/noble/daily-live/20260901/SHA256SUMS",
	} {
		for name, lie := range lies() {
			t.Run(at+" "+name, func(t *testing.T) {
				t.Parallel()
				l := live(t, fullSample(), config.Tree{})
				first, cost := l.poll(t, 0)
				l.faults[at] = lie
				asked := false
				for _, after := range []time.Duration{time.Minute, time.Minute, 7 * time.Hour} {
					prev := l.facts
					answer, _ := l.poll(t, after)
					for _, a := range l.before {
						asked = asked || a.path == at
					}
					want := first
					if asked {
						want = l.full(t, prev)
					}
					if diff := cmp.Diff(want.Facts, answer.Facts); diff != "" {
						t.Errorf("facts %s later, asked for: %v (-want +got):\n%s", after, asked, diff)
					}
					if diff := cmp.Diff(want.Problems, answer.Problems); diff != "" {
						t.Errorf("problems %s later, asked for: %v (-want +got):\n%s", after, asked, diff)
					}
				}
				if !asked {
					t.Error("never asked for")
				}
				delete(l.faults, at)
				after, n := l.poll(t, time.Minute)
				if diff := cmp.Diff(first.Facts, after.Facts); diff != "" {
					t.Errorf("facts once it is right again (-first +after):\n%s", diff)
				}
				if n > cost*2/3 {
					t.Errorf("%d requests then, the first poll had %d", n, cost)
				}
			})
		}
	}
}

// TestRootLies fails the poll, and the next one knows what it knew.
func TestRootLies(t *testing.T) {
	t.Parallel()
	for name, lie := range lies() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := live(t, fullSample(), config.Tree{})
			first, cost := l.poll(t, 0)
			l.faults[""] = lie
			l.now = l.now.Add(time.Minute)
			if _, err := l.source.Poll(t.Context(), l.facts); err == nil {
				t.Fatal("no error")
			}
			delete(l.faults, "")
			answer, n := l.poll(t, time.Minute)
			if diff := cmp.Diff(first.Facts, answer.Facts); diff != "" {
				t.Errorf("facts afterwards (-first +after):\n%s", diff)
			}
			if n > cost*2/3 {
				t.Errorf("%d requests afterwards, the first poll had %d", n, cost)
			}
		})
	}
}

// TestProjectGone believes, at once, that a project is gone which the tree does not
// show any more and of which no list is left.
func TestProjectGone(t *testing.T) {
	t.Parallel()
	l := live(t, fullSample(), config.Tree{})
	first, _ := l.poll(t, 0)
	s := fullSample()
	for at := range maps.Clone(s.files) {
		if strings.HasPrefix(at, "foobuntu/") {
			delete(s.files, at)
		}
	}
	l.become(s)
	answer, _ := l.poll(t, time.Minute)
	if diff := cmp.Diff(l.full(t, first.Facts).Facts, answer.Facts); diff != "" {
		t.Errorf("facts (-full +quiet):\n%s", diff)
	}
	if len(answer.Facts.Images) >= len(first.Facts.Images) {
		t.Errorf("%d images, had %d", len(answer.Facts.Images), len(first.Facts.Images))
	}
	m, err := loadMemory(l.source.memoryFile(), l.source.o.Tree.URL+"/")
	if err != nil {
		t.Fatal(err)
	}
	for at := range m.listings {
		if below(string(at), "foobuntu") {
			t.Errorf("%q is still remembered", at)
		}
	}
}
