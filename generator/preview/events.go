package preview

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"shiplist/generator"
)

// event is what an open page is told.
type event struct {
	Set   string `json:"set"` // digest of the newest site
	Do    string `json:"do"`  // nothing, style, reload
	Style string `json:"style,omitempty"`
	Bar   string `json:"bar"` // the HTML of bar and panel
	Now   string `json:"now,omitempty"`
}

// alive is how often a silent connection gets a sign of life.
const alive = 20 * time.Second

// events tells a page that is open what happens: at once, and whenever something else is
// on the board. The page says which address it is of and from which site. A page of our
// own is to be loaded again whenever anything changes.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	flusher := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	q := r.URL.Query()
	page := follower{page: unescaped(q.Get("page")), own: q.Get("own") != "", base: q.Get("set")}
	tick := time.NewTicker(alive)
	defer tick.Stop()
	last := ""
	for {
		e, next := s.board.now()
		// Even when nothing happens the facts get older, which the bar tells.
		tell := page.learn(e)
		tell.Bar, tell.Now = s.bar(e), s.now()
		if tell.Do != actNothing || tell.Set+tell.Bar != last {
			if send(w, flusher, tell) != nil {
				return
			}
			last = tell.Set + tell.Bar
		}
		select {
		case <-r.Context().Done():
			return
		case <-s.ended:
			return
		case <-next:
		case <-tick.C:
			if _, err := fmt.Fprint(w, ": still here\n\n"); err != nil || flusher.Flush() != nil {
				return
			}
		}
	}
}

// follower is a page that is open.
type follower struct {
	page string // its address
	own  bool   // it is ours, and not the site's
	base string // the set that it shows, or the stamp of a page of ours
	site *generator.BuiltSite
}

// learn says what the page has to do to show an edition, and takes that as done.
func (f *follower) learn(e *edition) event {
	tell := event{Set: e.digest(), Do: actNothing}
	if f.own {
		tell.Set = e.stamp()
	}
	if f.site == nil {
		f.site = e.find(f.base)
	}
	switch {
	case f.base == tell.Set:
	case f.own:
		tell.Do = actReload
	default:
		tell.Do, tell.Style = e.action(f.site, e.fileOf(f.page))
	}
	f.base, f.site = tell.Set, e.site()
	return tell
}

// unescaped is the path of an address as browsers write it, which need not be UTF-8.
func unescaped(address string) string {
	if path, err := url.PathUnescape(address); err == nil {
		return path
	}
	return address
}

func send(w http.ResponseWriter, flusher *http.ResponseController, tell event) error {
	text, err := json.Marshal(tell)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil {
		return err
	}
	return flusher.Flush()
}
