package publish

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"shiplist/generator/staged"
	"shiplist/internal/testenv"
)

// How often visitors ask, and how often the site changes meanwhile.
const (
	requests   = 10_000
	publishes  = 100
	visitors   = 4
	keptServed = 3
)

// TestServed: while the site changes all the time, every page that a visitor sees is of
// one set as a whole, with the style sheet that it asks for, and nothing is missing.
func TestServed(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	stage(t, s, version(0), staged.Record{})
	publish(t, s)
	server := httptest.NewServer(http.FileServer(http.Dir(s.Output)))
	t.Cleanup(server.Close)
	v := visit{urls: []string{server.URL}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: visitors}}}
	t.Cleanup(v.client.CloseIdleConnections)
	parent := t
	t.Run("nginx", func(t *testing.T) {
		testenv.Program(t, "nginx") // only this part is skipped where there is none
		v.urls = append(v.urls, testenv.Nginx(parent, s.Output, ""))
	})
	group, ctx := errgroup.WithContext(t.Context())
	for range visitors {
		group.Go(func() error {
			for v.count.Load() < requests || v.sets.Load() < publishes {
				if err := v.look(ctx); err != nil {
					return err
				}
				time.Sleep(time.Millisecond) // the publisher wants a processor, too
			}
			return nil
		})
	}
	keepChanging(ctx, t, s, &v)
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	t.Logf("%d requests to %d servers during %d publishes; pages of %d sets were seen", v.count.Load(), len(v.urls), v.sets.Load(), v.different.Load())
	if v.different.Load() < publishes/4 {
		t.Errorf("pages of %d sets only are too few to tell anything", v.different.Load())
	}
}

// openSite is a site to which the user of any server gets.
func openSite(t *testing.T) Site {
	t.Helper()
	dir, err := os.MkdirTemp("", "shiplist-served-") // t.TempDir is for us alone
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return Site{Staged: filepath.Join(dir, "staged"), Output: filepath.Join(dir, "public"), Kept: keptServed}
}

// keepChanging publishes again and again, and now and then goes back, while visitors look.
func keepChanging(ctx context.Context, t *testing.T, s Site, v *visit) {
	t.Helper()
	for n := 1; n <= publishes && ctx.Err() == nil; n++ {
		stage(t, s, version(n), staged.Record{AsOf: start.Add(time.Duration(n) * time.Hour)})
		publish(t, s)
		if n%10 == 0 {
			if _, err := Rollback(t.Context(), Options{Site: s}, 1); err != nil {
				t.Fatal(err)
			}
		}
		v.sets.Store(int64(n))
		for v.count.Load() < int64(n*requests/publishes) && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
	}
}

// visit is what visitors do, and what they saw.
type visit struct {
	urls      []string
	client    *http.Client
	count     atomic.Int64 // requests
	sets      atomic.Int64 // published
	different atomic.Int64
	seen      [publishes + 1]atomic.Bool
}

// look looks at a page and at its style sheet, which have to be of one set.
func (v *visit) look(ctx context.Context) error {
	nth := int(v.count.Load())
	server := v.urls[nth%len(v.urls)]
	name := []string{"", "noble/", "noble/beta/"}[nth%3]
	path := server + "/" + name
	page, err := v.get(ctx, path)
	if err != nil {
		return err
	}
	var n int
	if _, err := fmt.Sscanf(page, "set %d\n", &n); err != nil || page != version(n)[name+"index.html"] {
		return fmt.Errorf("%s is no whole page: %q", path, page)
	}
	style, err := v.get(ctx, server+"/"+styleOf(n))
	if err != nil {
		return err
	}
	if style != fmt.Sprintf("set %d\n", n) {
		return fmt.Errorf("page of set %d with the style sheet %q", n, style)
	}
	if !v.seen[n].Swap(true) {
		v.different.Add(1)
	}
	return nil
}

func (v *visit) get(ctx context.Context, url string) (string, error) {
	v.count.Add(1)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	answer, err := v.client.Do(req)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s (%v)", url, answer.Status, err)
	}
	return string(text), nil
}
