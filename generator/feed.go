package generator

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/tools/blog/atom"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// Rule of this file: an entry of a feed is a piece of news as /changes/ tells it, under an id
// that follows from the events alone: it stays whatever titles, texts and later news do, and
// is the same in every feed. Nothing in a feed follows from the time at which it was made.

const (
	feedFile    = "feed.xml"
	feedEntries = 50 // in one feed, the newest
)

// feed is a feed to be.
type feed struct {
	path  string // of the file
	page  string // path of the page that it is about
	title string
	news  func() []*happening // newest first
	moves []config.Moved      // pages that moved, of which it tells
}

// feedLink is a feed as a link of the pages that are about the same.
func (s *site) feedLink(p *Page, dir, title string) Link {
	return Link{Text: title + ": changes", Href: p.to(dir + feedFile)}
}

// newsFeed is the feed of what changes anywhere, as a link.
func (s *site) newsFeed(p *Page) Link { return s.feedLink(p, "", s.config.Title) }

// seriesFeed is that of what changes in a series.
func (s *site) seriesFeed(p *Page, l *release.Line) Link {
	return s.feedLink(p, s.seriesPath(l), seriesTitle(l))
}

// feedOutputs are the feeds: of everything, which is the first, of each series, family and
// product.
func (s *site) feedOutputs() []output {
	out := []output{s.wholeFeed(nil)}
	for _, l := range s.lines() {
		at := s.seriesPath(l)
		out = append(out, s.feedOutput(feed{at + feedFile, at, seriesTitle(l), newsAre(s.newsIn[l.Slug].news), nil}, s.newsIn[l.Slug].revision))
	}
	for _, f := range s.picture.Families {
		at := pagePath("families", f.Slug)
		revisions := make([]any, len(f.Products))
		for i, pl := range f.Products {
			revisions[i] = s.newsOf[pl.Slug].revision
		}
		out = append(out, s.feedOutput(feed{at + feedFile, at, f.Title, func() []*happening { return s.newsOfFamily(f) }, nil}, revisions...))
	}
	for _, pl := range s.picture.Products {
		at, own := productPath(pl), s.newsOf[pl.Slug]
		out = append(out, s.feedOutput(feed{at + feedFile, at, pl.Title, newsAre(own.news), nil}, own.revision))
	}
	return out
}

// wholeFeed is the feed of everything; it alone tells of pages that moved.
func (s *site) wholeFeed(moves []config.Moved) output {
	return s.feedOutput(feed{feedFile, changesPath, s.config.Title, newsAre(s.news), moves}, s.revisionAll, moves)
}

func newsAre(news []*happening) func() []*happening { return func() []*happening { return news } }

// feedOutput is a feed whose news are told from others by some revisions.
func (s *site) feedOutput(f feed, revisions ...any) output {
	return fileOutput(f.path, func(b *bytes.Buffer) error {
		b.WriteString(xml.Header)
		e := xml.NewEncoder(b)
		e.Indent("", " ")
		if err := e.Encode(s.arrangeFeed(f)); err != nil {
			return err
		}
		b.WriteByte('\n')
		return nil
	}).of(s.keys.of(append(revisions, "feed", f.path, f.title, s.begun())...))
}

// begun is when the log begins that the site tells of; zero for none.
func (s *site) begun() time.Time {
	if len(s.log) == 0 {
		return time.Time{}
	}
	return s.log[0].Seen
}

// arrangeFeed makes a feed. Where nobody said where the site will be, its addresses are
// relative to it.
func (s *site) arrangeFeed(f feed) *atom.Feed {
	p := &Page{Root: rootOf(f.path), path: f.path}
	if base := fullAddress(s.config.BaseURL, ""); base != "" {
		p.Root = base
	}
	a := &atom.Feed{
		Title: f.title + ": changes", ID: s.feedID(f.path), Updated: atomTime(s.begun()), Author: &atom.Person{Name: s.config.Title},
		Link: []atom.Link{{Rel: "alternate", Href: p.to(f.page), Type: "text/html"}},
	}
	if s.config.BaseURL != "" {
		a.Link = append(a.Link, atom.Link{Rel: "self", Href: p.to(f.path), Type: "application/atom+xml"})
	}
	list := feedNews(f.news())
	for from := 0; from < len(list) && len(a.Entry) < feedEntries; {
		to, source := endOfPoll(list, from)
		for _, piece := range piecesOf(list[from:to]) {
			a.Entry = append(a.Entry, s.feedEntry(p, piece, list[from].Seen, source))
		}
		from = to
	}
	a.Entry = append(a.Entry, s.movedEntries(p, f.moves)...)
	slices.SortStableFunc(a.Entry, func(a, b *atom.Entry) int { return strings.Compare(string(b.Updated), string(a.Updated)) })
	a.Entry = a.Entry[:min(len(a.Entry), feedEntries)]
	if len(a.Entry) > 0 {
		a.Updated = a.Entry[0].Updated
	}
	return a
}

// feedNews are the newest loud news of some: enough polls for a feed, and all of the last
// one, so that what is told of it as one stays so.
func feedNews(news []*happening) []*happening {
	echo := echoesOf(news)
	var some []*happening
	for _, h := range news {
		if n := len(some); n >= recentAtMost && (!some[n-1].Seen.Equal(h.Seen) || some[n-1].Source != h.Source) {
			break
		}
		if !phraseOf(h.What).quiet && !echo(h) {
			some = append(some, h)
		}
	}
	return some
}

func (s *site) feedEntry(p *Page, piece newsPiece, seen time.Time, source string) *atom.Entry {
	v := s.viewPiece(p, piece)
	to := v.Subject.Href
	if to == "" {
		to = firstHref(v.Where)
	}
	day := p.to(pagePath("changes", seen.UTC().Format(time.DateOnly)))
	return &atom.Entry{
		Title: inWords(v), ID: s.entryID(piece, seen), Link: []atom.Link{{Rel: "alternate", Href: cmp.Or(to, day), Type: "text/html"}},
		Published: atomTime(seen), Updated: atomTime(seen),
		Content: &atom.Text{Type: "html", Body: feedHTML(v, Link{Text: moment(seen), Href: day}, source)},
	}
}

func atomTime(t time.Time) atom.TimeStr {
	if t.IsZero() {
		t = time.Unix(0, 0) // of a feed that never had anything to tell
	}
	return atom.TimeStr(stamp(t))
}

// ids without a host are made in a name space of their own.
var feedSpace = uuid.MustParse("6b1c1f0e-3e0d-5d3b-9a4e-6a0e4c1d9f27")

// feedID is the id of a feed: its address, or where that is not known one that follows
// from the path and the distribution.
func (s *site) feedID(path string) string {
	return cmp.Or(fullAddress(s.config.BaseURL, path), uuid.NewSHA1(feedSpace, []byte(s.config.Distribution+"\n"+path)).URN())
}

// entryID is the id of an entry: a tag by RFC 4151 under the host of the site and the day of
// the news, or where the host is not known a UUID.
func (s *site) entryID(piece newsPiece, seen time.Time) string {
	var events []release.Event
	for _, t := range piece.of {
		for _, h := range t.at {
			events = append(events, *h.Event)
		}
	}
	return s.newsID("changes", seen, eventsSum(events))
}

// newsID is an id under the host of the site, a day and a kind, or where the host is not
// known a UUID.
func (s *site) newsID(kind string, day time.Time, sum []byte) string {
	u, err := url.Parse(fullAddress(s.config.BaseURL, ""))
	if err != nil || u.Hostname() == "" || strings.ContainsFunc(u.Hostname(), unlikely) {
		return uuid.NewSHA1(feedSpace, append([]byte(s.config.Distribution), sum...)).URN()
	}
	return fmt.Sprintf("tag:%s,%s:%s/%s", strings.ToLower(u.Hostname()), day.UTC().Format(time.DateOnly), kind, hex.EncodeToString(sum[:12]))
}

// eventsSum stands for what happened, in no order, and for nothing that pages call it.
func eventsSum(events []release.Event) []byte {
	texts := make([]string, len(events))
	for i, e := range events {
		texts[i] = fmt.Sprintf("%q", []string{
			stamp(e.Seen), e.Source, string(e.What), e.Series, e.Milestone, e.Product, e.BuildID, e.Project, e.Dir, e.Image, e.File, e.ID, e.From, e.To,
		})
	}
	slices.Sort(texts)
	sum := sha256.Sum256([]byte(strings.Join(texts, "\n")))
	return sum[:]
}

// feedHTML is a piece of news as HTML, with a list of what it is about where that is much.
func feedHTML(v newsView, seen Link, source string) string {
	var b strings.Builder
	b.WriteString("<p>" + linked(v.Subject) + " " + template.HTMLEscapeString(v.Says))
	for i, w := range v.Where {
		if i > 0 {
			b.WriteString(" and")
		}
		b.WriteString(" " + linked(w))
	}
	writeFeedBuild(&b, v.Build, v.Detail)
	b.WriteString(".</p>")
	if len(v.Items) > 0 {
		b.WriteString("<ul>")
		for _, item := range v.Items {
			b.WriteString("<li>" + linked(item.Subject))
			writeFeedBuild(&b, item.Build, item.Detail)
			b.WriteString("</li>")
		}
		b.WriteString("</ul>")
	}
	b.WriteString("<p>Seen " + linked(seen))
	if source != "" {
		b.WriteString(" at " + template.HTMLEscapeString(source))
	}
	return b.String() + ".</p>"
}

func writeFeedBuild(b *strings.Builder, build, detail string) {
	if build != "" {
		b.WriteString(" <code>" + template.HTMLEscapeString(build) + "</code>")
	}
	if detail != "" && detail != build {
		b.WriteString(", " + template.HTMLEscapeString(detail))
	}
}

// linked is a link as HTML, whose address is made of a page path or checked already.
func linked(l Link) string {
	if l.Href == "" {
		return template.HTMLEscapeString(l.Text)
	}
	return `<a href="` + template.HTMLEscapeString(l.Href) + `">` + template.HTMLEscapeString(l.Text) + "</a>"
}
