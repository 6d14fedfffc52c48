package generator

import (
	"bytes"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"shiplist/internal/release"
)

// readFeed reads a feed with a parser that knows nothing of this program.
func readFeed(t *testing.T, name string, content []byte) *gofeed.Feed {
	t.Helper()
	f, err := gofeed.NewParser().Parse(bytes.NewReader(content))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if f.FeedType != "atom" || f.FeedVersion != "1.0" || f.Title == "" || f.UpdatedParsed == nil || len(f.Authors) == 0 {
		t.Errorf("%s: type %s %s, title %q, updated %q, authors %d", name, f.FeedType, f.FeedVersion, f.Title, f.Updated, len(f.Authors))
	}
	return f
}

// TestFeedsAreRead by a feed parser: entries have an id of their own, go from new to old,
// and lead to pages of the site.
func TestFeedsAreRead(t *testing.T) {
	t.Parallel()
	site, entries, told := sampleSite(t), 0, map[string]string{}
	for name, content := range site {
		if path.Base(name) != feedFile {
			continue
		}
		f, own := readFeed(t, name, content), map[string]bool{}
		for i, item := range f.Items {
			entries++
			if item.Title == "" || item.Content == "" || !strings.HasPrefix(item.GUID, "urn:uuid:") || own[item.GUID] {
				t.Errorf("%s: entry %d is %q with the id %q", name, i, item.Title, item.GUID)
			}
			if before, ok := told[item.GUID]; ok && before != item.Title {
				t.Errorf("the id %s is of %q and of %q", item.GUID, before, item.Title)
			}
			own[item.GUID], told[item.GUID] = true, item.Title
			if i > 0 && item.UpdatedParsed.After(*f.Items[i-1].UpdatedParsed) {
				t.Errorf("%s: entry %d is newer than the one before", name, i)
			}
			for _, to := range append(item.Links, hrefs(item.Content)...) {
				if strings.Contains(to, "://") || !has(site, path.Dir(name), to) {
					t.Errorf("%s: %q leads nowhere", name, to)
				}
			}
			if bad := unbalanced([]byte(item.Content)); len(bad) > 0 {
				t.Errorf("%s: %s", item.Title, bad)
			}
			if slices.ContainsFunc(elements([]byte(item.Content)), func(e *xhtml.Node) bool { return e.DataAtom == atom.Script }) {
				t.Errorf("%s: a script is in %s", name, item.Content)
			}
		}
		if len(f.Items) > feedEntries || len(f.Items) > 0 && !f.UpdatedParsed.Equal(*f.Items[0].UpdatedParsed) {
			t.Errorf("%s has %d entries and is of %s", name, len(f.Items), f.Updated)
		}
	}
	if entries < 100 {
		t.Errorf("only %d entries", entries)
	}
}

func hrefs(content string) (all []string) {
	for _, e := range elements([]byte(content)) {
		if e.DataAtom == atom.A {
			all = append(all, attribute(e, "href"))
		}
	}
	return all
}

// feedOf arranges a feed of everything from a log.
func feedOf(t *testing.T, base string, change func(*site)) (*site, *gofeed.Feed) {
	t.Helper()
	c := defaultConfig(t)
	c.Site.BaseURL = base
	s := prepared(t, Options{Config: c}, samplePicture(c))
	s.log = sampleLog(&c.Rules)
	if change != nil {
		change(s)
	}
	s.arrange()
	var b bytes.Buffer
	d, err := s.feedOutputs()[0].arrange()
	if err == nil {
		err = d.render(&b)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s, readFeed(t, base, b.Bytes())
}

func ids(f *gofeed.Feed) []string {
	var all []string
	for _, item := range f.Items {
		all = append(all, item.GUID)
	}
	return all
}

// TestFeedWithAnAddress has whole addresses, says where it is, and has tags of its host.
func TestFeedWithAnAddress(t *testing.T) {
	t.Parallel()
	const base = "https://Releases.example.org:8443/list"
	s, f := feedOf(t, base, nil)
	if f.FeedLink != base+"/feed.xml" || f.Link != base+"/changes/" {
		t.Errorf("links %q and %q", f.FeedLink, f.Link)
	}
	if len(f.Items) == 0 {
		t.Fatal("it has no entry")
	}
	for _, item := range f.Items {
		day := item.PublishedParsed.Format(time.DateOnly)
		if !strings.HasPrefix(item.GUID, "tag:releases.example.org,"+day+":changes/") || !strings.HasPrefix(item.Link, base+"/") {
			t.Errorf("%q has the id %s and leads to %s", item.Title, item.GUID, item.Link)
		}
		if _, err := url.Parse(item.GUID); err != nil {
			t.Error(err)
		}
	}
	if got := s.feedID("noble/feed.xml"); got != base+"/noble/feed.xml" {
		t.Errorf("a feed has the id %q", got)
	}
}

// TestEntriesKeepTheirIDs when products and the site get other titles, and when more happens.
func TestEntriesKeepTheirIDs(t *testing.T) {
	t.Parallel()
	_, was := feedOf(t, "", nil)
	_, renamed := feedOf(t, "", func(s *site) {
		s.config.Title = "Another"
		for _, pl := range s.picture.Products {
			pl.Title = "Other " + pl.Title
		}
	})
	if was.Items[0].Title == renamed.Items[0].Title && was.Items[1].Title == renamed.Items[1].Title && was.Items[2].Title == renamed.Items[2].Title {
		t.Error("titles are as they were: the test shows nothing")
	}
	if !slices.Equal(ids(was), ids(renamed)) {
		t.Error("other titles give other ids")
	}
	_, more := feedOf(t, "", func(s *site) {
		last := s.log[len(s.log)-1]
		last.Seen, last.What, last.Source = last.Seen.Add(oneDay), release.EventSourceBack, "simple"
		s.log = append(s.log, last)
	})
	if got := ids(more); !slices.Equal(got[1:], ids(was)[:len(got)-1]) {
		t.Error("one more piece of news gives the others other ids")
	}
}

// TestFeedEndsWithAPoll: what one poll brought is told whole or not at all.
func TestFeedEndsWithAPoll(t *testing.T) {
	t.Parallel()
	var news []*happening
	for i := range recentAtMost + 10 {
		seen := sampleNow.Add(-time.Duration(i/(recentAtMost-5)) * time.Hour)
		news = append(news, &happening{Event: &release.Event{Seen: seen, Source: "iso", What: release.EventBuildReady, Product: fmt.Sprint(i)}})
	}
	if got := feedNews(news); len(got) != recentAtMost+10 {
		t.Errorf("%d of %d", len(got), len(news))
	}
	for _, h := range news[recentAtMost:] {
		h.Event.Source = "other"
	}
	if got := feedNews(news); len(got) != recentAtMost {
		t.Errorf("%d of another poll", len(got)-recentAtMost)
	}
}

// TestEmptyFeed is valid, and of no time that anybody made up.
func TestEmptyFeed(t *testing.T) {
	t.Parallel()
	_, f := feedOf(t, "", func(s *site) { s.log = nil })
	if len(f.Items) != 0 || f.UpdatedParsed.Unix() != 0 {
		t.Errorf("%d entries, of %s", len(f.Items), f.Updated)
	}
}

// TestPagesNameTheirFeed so that readers find it.
func TestPagesNameTheirFeed(t *testing.T) {
	t.Parallel()
	site := sampleSite(t)
	for page, want := range map[string]string{
		"": "./feed.xml", "changes/": "../feed.xml", "changes/noble/": "../../noble/feed.xml", "changes/2026-04-22/": "../../feed.xml",
		"noble/": "../noble/feed.xml", "noble/24.04.4/": "../../noble/feed.xml", "families/kubuntu/": "../../families/kubuntu/feed.xml",
		"products/" + kubuntuSlug + "/": "../../products/" + kubuntuSlug + "/feed.xml",
	} {
		var got []string
		for _, e := range elements(site[page+"index.html"]) {
			if e.DataAtom == atom.Link && attribute(e, "rel") == "alternate" && attribute(e, "title") != "" {
				got = append(got, attribute(e, "href"))
			}
		}
		if !slices.Equal(got, []string{want}) {
			t.Errorf("/%s names %q, want %q", page, got, want)
		}
	}
}
